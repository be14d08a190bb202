"""A reply is rendered where it holds up nobody, and of what is shown the last stays."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.charts.painter import Undrawn
from bot.command.call import Call
from bot.message import Names, Untrusted, msg
from bot.reply import (
    Block,
    Button,
    Chart,
    Document,
    Excerpt,
    Fold,
    Reply,
    Table,
    Text,
    Unit,
    Verb,
    say,
)
from bot.reply.redact import Redactor
from bot.telegram import desk as module
from bot.telegram.desk import Desk
from bot.telegram.keyboards import Live
from bot.telegram.outgoing import File, Outgoing, stored
from bot.telegram.render import Rendered, render
from tests.command.samples import OWNER, WORDS, bench, policy
from tests.telegram.conftest import Clock

LONG = Untrusted("x" * 9000)


class Scene:
    """A desk, what it has sent, and in which thread each of its replies was rendered."""

    def __init__(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[str] = []
        self.files: list[File] = []
        self.broken = False
        self.threads: list[str] = []
        self.begun = asyncio.Event()
        self.held = threading.Event()
        self.held.set()
        self._loop = asyncio.get_running_loop()
        tongue = SimpleNamespace(locale="en", timezone="UTC")
        self.desk = Desk(
            cast("Any", self),
            cast("Any", SimpleNamespace(tongue=lambda *_: tongue)),
            policy(),
            Redactor(()),
            lambda *_: WORDS,
            clock,
            lambda: "token",
            self.draw,
        )
        monkeypatch.setattr(module, "render", self._render)

    async def draw(self, sheet: bytes) -> bytes:
        if self.broken:
            raise Undrawn
        return b"PNG of " + sheet[:1]

    def put(self, messages: list[Outgoing]) -> None:
        self.files += [message.file for message in messages if message.file]
        self.sent += [message.plain for message in messages]

    def _render(self, *what: Any, **how: Any) -> Rendered:  # noqa: ANN401 - as `render`
        here = threading.current_thread()
        self.threads.append(here.name)
        if here is not threading.main_thread():
            self._loop.call_soon_threadsafe(self.begun.set)
            assert self.held.wait(10)
        return render(*what, **how)


@pytest.fixture
async def scene(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(clock, monkeypatch)


def call() -> Call:
    return bench().typed("/boxes", OWNER)[0]


def heavy(*blocks: Block) -> Reply:
    return Reply((Text(msg("first")), *blocks))


@pytest.mark.parametrize(
    "reply",
    [
        heavy(Text(msg("{name}", name=LONG))),
        heavy(Text(msg("{what}", what=msg("{names}", names=Names((LONG,)))))),
        heavy(Excerpt(LONG)),
        heavy(Table(((LONG, 1),))),
        heavy(Table(((msg("{name}", name=LONG), 1),))),
        heavy(Fold(tuple(Text(msg("{name}", name=Untrusted("x" * 90))) for _ in range(100)))),
        replace(heavy(), documents=(Document(Untrusted("a.txt"), b"x" * 9000),)),
    ],
)
async def test_much_is_rendered_beside_the_loop_whatever_it_is(scene: Scene, reply: Reply) -> None:
    one = call()
    await scene.desk.pack(one.request, reply, one)
    await scene.desk.show(one.request, reply, one)
    notices = ["MainThread"] * len(reply.documents)  # what is said if it can't be sent is short
    assert [name.partition("_")[0] for name in scene.threads] == ["render", *notices, "render"]


async def test_little_is_rendered_at_once(scene: Scene) -> None:
    one = call()
    await scene.desk.show(one.request, say(msg("hello")), one)
    assert scene.threads == [threading.main_thread().name]
    assert scene.sent == ["hello"]


async def test_what_takes_long_to_render_does_not_come_after_what_was_shown_later(
    scene: Scene,
) -> None:
    one = call()
    scene.held.clear()
    first = asyncio.ensure_future(scene.desk.show(one.request, heavy(Excerpt(LONG)), one))
    await scene.begun.wait()
    await scene.desk.show(one.request, say(msg("second")), one)
    scene.held.set()
    await first
    assert scene.sent == ["second"]


async def test_nor_after_the_answer(scene: Scene) -> None:
    one = call()
    scene.held.clear()
    first = asyncio.ensure_future(scene.desk.show(one.request, heavy(Excerpt(LONG)), one))
    await scene.begun.wait()
    parcel = await scene.desk.pack(one.request, say(msg("the end")), one)
    scene.held.set()
    await first
    assert scene.sent == []
    assert [message.plain for message in parcel.messages] == ["the end"]


async def test_what_is_shown_elsewhere_is_not_in_its_place(scene: Scene) -> None:
    one, two = call(), replace(call(), slot="call:other")
    scene.held.clear()
    first = asyncio.ensure_future(scene.desk.show(one.request, heavy(Excerpt(LONG)), one))
    await scene.begun.wait()
    await scene.desk.show(two.request, say(msg("second")), two)
    scene.held.set()
    await first
    assert [text.partition("\n")[0] for text in scene.sent] == ["second", "first"]


async def test_where_there_is_nothing_to_say_nothing_is_sent(scene: Scene) -> None:
    packed = await scene.desk.pack(call().request, Reply(()), call())
    assert packed.messages == ()
    packed = await scene.desk.pack(call().request, Reply((), buttons=((STOP,),)), call())
    assert len(packed.messages) == 1


async def test_the_buttons_of_what_runs_stay_the_same(scene: Scene) -> None:
    tokens = iter("abcdef")
    scene.desk._keyboards._token = lambda: next(tokens)
    shown: list[Outgoing] = []
    scene.desk._out = cast("Any", SimpleNamespace(put=shown.extend))
    one = call()
    other = replace(one, id="other")
    rows = ((TAB, UP), (STOP, RUN))
    for running in (one, one, other):
        await scene.desk.show(running.request, Reply((Text(msg("x")),), rows), running)
    first, second, third = ([[k.data for k in row] for row in m.keyboard] for m in shown)
    assert first == second == [["a", "b"], ["c"]]  # what types a command is not for now
    assert third == [["d", "e"], ["f"]]
    assert scene.desk.live("b") == Live(one.id, "up")
    assert scene.desk.live("c") == Live(one.id, None)
    assert scene.desk.live("x") is None


STOP = Button(msg("Stop"), verb=Verb.STOP)
TAB = Button(msg("Tab"), verb=Verb.PRESS, data="tab")
UP = Button(msg("Up"), verb=Verb.PRESS, data="up")
RUN = Button(msg("Again"), ("box", "ls"))


CHART = Chart(msg("CPU"), Unit.PERCENT, 0.0, 600.0, 60.0, ())


async def test_a_chart_has_its_words_below_it_also_after_a_restart(scene: Scene) -> None:
    one = call()
    packed = await scene.desk.pack(one.request, replace(say(msg("hello")), chart=CHART), one)
    (message,) = packed.messages
    assert message.file == File("chart.png", b"PNG of {", picture=True)
    assert message.plain == "hello"
    assert message.instead is not None
    assert (message.instead.plain, message.instead.file) == ("hello", None)
    again = stored(message.row(1, "me", 0.0))
    assert (again.file, again.plain) == (message.file, "hello")


async def test_words_that_do_not_fit_below_a_chart_follow_it(scene: Scene) -> None:
    one, long = call(), Text(msg("{name}", name=Untrusted("word " * 200)))
    reply = Reply((Text(msg("first")), *[long] * 8), chart=CHART)
    packed = await scene.desk.pack(one.request, reply, one)
    first, *others = packed.messages
    assert first.file
    assert not any(other.file and other.file.picture for other in others)
    assert len(first.plain) <= 1024
    assert first.plain.startswith("first")
    assert others


async def test_a_chart_that_can_not_be_drawn_is_told_in_words(scene: Scene) -> None:
    one, scene.broken = call(), True
    packed = await scene.desk.pack(one.request, replace(say(msg("hello")), chart=CHART), one)
    (message,) = packed.messages
    assert message.file is None
    assert message.plain == "hello\nThe picture could not be drawn; the log says why."
