"""A strict local Bot API server and a browser chat, for trying a bot and for testing one.

The public Telegram service cannot be used in tests, and no public emulator is strict enough to
find what the real one refuses. So this package plays Telegram: `Sandbox` serves the Bot API on
127.0.0.1, a `Phone` (from `Sandbox.private` and `Sandbox.group`) is what one person sees and does
in one chat, and a `Fault` breaks the line on demand. It knows nothing of any one bot.
"""

from sandbox.faults import Fault
from sandbox.phone import Phone
from sandbox.seen import Seen
from sandbox.server import Sandbox
from sandbox.state.people import Person

__all__ = ["Fault", "Person", "Phone", "Sandbox", "Seen"]
