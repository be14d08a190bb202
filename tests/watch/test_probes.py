"""Probes are asked at their times, a few at once; what was asked long ago is unknown."""

from __future__ import annotations

import asyncio

from bot.watch.alert import Evidence
from bot.watch.probe import Fault, Finding, Probe
from bot.watch.probes import Probes
from bot.watch.rule import Rule
from tests.hosts.remembering import Time

SHOP = Probe("http://shop/", every=60, timeout=10)


class Asked:
    """Answers as it is told to, and counts how many ask at once."""

    def __init__(self) -> None:
        self.answer: Finding | Exception = Finding(status=200)
        self.times: list[str] = []
        self.now = self.most = 0

    async def __call__(self, probe: Probe) -> Finding:
        self.times.append(probe.address)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def ended(run: asyncio.Future[None]) -> None:
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_it_is_asked_again_and_again() -> None:
    time, asked = Time(), Asked()
    probes = Probes([Rule("shop", SHOP)], lambda: time.now, time.sleep, asked)
    assert probes.reading("shop", SHOP).holds is None, "nothing was asked yet"
    run = asyncio.ensure_future(probes.run())
    await time.pass_by(1)
    assert probes.reading("shop", SHOP).holds is False
    asked.answer = Finding(Fault.STATUS, 503)
    await time.pass_by(60)
    assert probes.reading("shop", SHOP).holds is True
    assert probes.evidence("shop") == Evidence(code=503, fault="status")
    asked.answer = RuntimeError("a bug")
    await time.pass_by(60)
    assert probes.reading("shop", SHOP).holds is True
    await time.pass_by(80)
    assert probes.reading("shop", SHOP).holds is None, "that is too long ago"
    asked.answer = Finding(status=200)
    await time.pass_by(60)
    assert probes.reading("shop", SHOP).holds is False
    await ended(run)


async def test_only_a_few_are_asked_at_once() -> None:
    time, asked = Time(), Asked()
    rules = [Rule(f"p{n}", Probe(f"http://{n}/")) for n in range(30)]
    run = asyncio.ensure_future(Probes(rules, lambda: time.now, time.sleep, asked).run())
    await time.pass_by(1)
    assert len(set(asked.times)) == 30
    assert asked.most == 8
    await ended(run)
