from bot.hosts.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_opens_after_two_silences_and_lets_one_through_after_a_pause() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.silent()
    assert breaker.wait == 0
    breaker.silent()
    assert breaker.wait == 15
    clock.now += 15
    assert breaker.wait == 0
    breaker.silent()
    assert breaker.wait == 15


def test_an_answer_closes_it() -> None:
    breaker = Breaker(Clock())
    breaker.silent()
    breaker.answered()
    breaker.silent()
    assert breaker.wait == 0
    breaker.silent()
    breaker.answered()
    assert breaker.wait == 0
