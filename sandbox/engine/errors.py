"""Why there is no Engine to work with, as one sentence that can be shown as it is."""


class EngineUnavailable(Exception):
    """There is no Engine here, or it does not answer; the text says what to do about it."""
