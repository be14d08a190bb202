"""The server as a whole: `async with Sandbox(...) as telegram` serves on 127.0.0.1 until the end.

It runs in the caller's event loop, so that a test needs no second process and no waiting, and it
ends within a second whatever polls, streams or hanging calls are still open.
"""

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import error_answer
from sandbox.api.endpoint import BotApi
from sandbox.calls import Call, Calls
from sandbox.delivery import Delivery
from sandbox.download import Download
from sandbox.errors import ApiError
from sandbox.faults import Fault
from sandbox.guard import Guard, is_loopback
from sandbox.line import Line
from sandbox.page import Page
from sandbox.phone import Phone
from sandbox.seen import PATIENCE
from sandbox.state import acts
from sandbox.state.chats import Chat, Status
from sandbox.state.messages import Message
from sandbox.state.people import Bot, Person
from sandbox.state.world import World

PLAYED = "123456:sandbox"  # opens nothing anywhere
KEY_BYTES = 16
GRACE = 1  # seconds for open requests to end by themselves


class Sandbox:
    """A played Telegram with one bot.

    Args:
        token: the bot's token, `<number>:<secret>`.
        persons: the people who have a private chat with the bot, by id; a name or a `Person`.
        groups: the groups that the bot is in, by id: title and members, the creator first. Ids
            that begin with -100 are supergroups.
        clock: seconds since 1970; limits, expiry and dates follow it.
        local: whether it plays `telegram-bot-api --local`: no limit on `getFile`, uploads up to
            2000 MB, and absolute paths on disk instead of downloads.
        limits: whether too much sending is refused with a 429.
        port: the port, 0 for one that the system picks.
        host: a loopback address.
        bot_username: the bot's @name, without the sign.
        bot_name: the name above the chat.
        privacy: whether the bot sees only what is meant for it in groups.

    Raises:
        ValueError: the host is not a loopback address, or the token is none.
        OSError: the port is taken.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        token: str = PLAYED,
        persons: Mapping[int, str | Person] | None = None,
        groups: Mapping[int, tuple[str, Iterable[int]]] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        limits: bool = True,
        port: int = 0,
        host: str = "127.0.0.1",
        bot_username: str = "pierhead_bot",
        bot_name: str = "Pierhead",
        privacy: bool = True,
        local: bool = False,
    ) -> None:
        if not is_loopback(host):
            raise ValueError(f"the sandbox serves on a loopback address only, not on {host}")
        if not token.partition(":")[0].isdecimal():
            raise ValueError("a token is a number, a colon and a secret")
        bot = Bot(token, bot_username, bot_name, reads_all=not privacy)
        self.world = World(bot, clock, limits=limits, local=local)
        for number, person in (persons or {}).items():
            self.add_person(person if isinstance(person, Person) else Person(number, person))
        for number, (title, members) in (groups or {}).items():
            self.world.add_group(number, title, members)
        self.key = secrets.token_hex(KEY_BYTES)
        self.host, self.port = host, port
        self._line = Line()
        self._phones: dict[tuple[int, int, bool], Phone] = {}
        self._calls = Calls()
        self._page = Page(self.world, self._line, self.key)
        self._ending = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Bind the port and serve; when this returns, the link works."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
        except BaseException:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        server = uvicorn.Server(self._config())
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup(sockets=[listener])
        delivering = asyncio.ensure_future(Delivery(self.world).run())
        self._ending.push_async_callback(server.shutdown, sockets=[listener])
        self._ending.push_async_callback(_cancel, delivering)

    async def stop(self) -> None:
        """End all that is open and stop serving."""
        self.world.updates.close()
        self._page.close()
        self._line.release()
        try:
            await self._ending.aclose()
        finally:
            self.world.files.close()

    def _config(self) -> uvicorn.Config:
        api = BotApi(self.world, self._line, self._calls)
        routes = [
            Route("/bot{token}/{method}", api, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", Download(self.world, self._line, self._calls)),
            *self._page.routes(),
        ]
        config = uvicorn.Config(
            Guard(Starlette(routes=routes, exception_handlers={404: _nothing}), self.world),
            http=self._line.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE,
        )
        config.load()
        return config

    @property
    def base_url(self) -> str:
        """The root of the Bot API server; a bot appends `/bot<token>`."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}"

    @property
    def link(self) -> str:
        """The address of the browser chat, with its key."""
        return f"{self.base_url}/chat?key={self.key}"

    @property
    def requests(self) -> list[Call]:
        """The bot's calls so far, oldest first, bounded: method and parameters as strings."""
        return list(self._calls.all)

    def calls(self, method: str) -> list[dict[str, str]]:
        """The parameters of the bot's calls of one method."""
        return self._calls.of(method)

    async def called(
        self, method: str, times: int = 1, within: float = PATIENCE
    ) -> list[dict[str, str]]:
        """Wait until the bot has called a method so often, and return the parameters.

        Raises:
            AssertionError: it has not.
        """
        try:
            async with asyncio.timeout(within):
                while len(self.calls(method)) < times:
                    await self._calls.bell.wait()
        except TimeoutError:
            made = [call.method for call in self._calls.all]
            raise AssertionError(f"no {times} x {method} in {within:g} s, but {made}") from None
        return self.calls(method)

    def private(self, person_id: int) -> Phone:
        """A person's private chat with the bot; always the same object."""
        return self._phone(self.world.chats[person_id], person_id, anonymous=False)

    def group(self, chat_id: int, person: int, *, anonymous: bool = False) -> Phone:
        """A group as one member sees it; `anonymous` sends in the name of the group."""
        return self._phone(self.world.chats[chat_id], person, anonymous=anonymous)

    def _phone(self, chat: Chat, person_id: int, *, anonymous: bool) -> Phone:
        key = (chat.id, person_id, anonymous)
        if key not in self._phones:
            self._phones[key] = Phone(self.world, chat, person_id, anonymous=anonymous)
        return self._phones[key]

    def add_person(self, person: Person) -> None:
        """Create a person; one that has not `started` cannot be written to yet."""
        self.world.add_person(person)

    def add_group(self, chat_id: int, title: str, members: Iterable[int]) -> None:
        """Create a group that the bot is in, and tell the bot that it was added."""
        chat = self.world.add_group(chat_id, title, members)
        chat.bot_status = Status.LEFT
        acts.set_bot_status(self.world, chat, Status.MEMBER)

    def set_bot_status(self, chat_id: int, status: str) -> None:
        """Promote, kick or re-add the bot: administrator, member, left or kicked."""
        acts.set_bot_status(self.world, self.world.chats[chat_id], Status(status))

    def set_member(self, chat_id: int, person_id: int, status: str = "member") -> None:
        """Make a person a member of a group, or administrator, left, kicked."""
        self.world.chats[chat_id].members[person_id] = Status(status)

    def add_topic(self, chat_id: int, thread_id: int, title: str) -> None:
        """Create a topic in a supergroup."""
        self.world.chats[chat_id].topics[thread_id] = title

    def upgrade(self, chat_id: int, new_id: int) -> None:
        """Turn a basic group into a supergroup under a new id."""
        acts.upgrade(self.world, self.world.chats[chat_id], new_id)

    def other_bot_speaks(self, chat_id: int) -> None:
        """Another bot sends something to a group: bare commands are its from now on."""
        self.world.chats[chat_id].bot_spoke_last = False

    def lose(self, message: Message) -> None:
        """Let the service forget a message's file: its id and its address lead nowhere any more."""
        if message.file is not None:
            self.world.files.lose(message.file)

    def fail(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of a method go wrong; `*` is any, `download` that of a file."""
        self.world.faults.add(method, fault, times)

    def heal(self) -> None:
        """Forget the faults that have not struck, and end the calls that hang."""
        self.world.faults.clear()
        self._line.release()

    def release(self) -> None:
        """End the calls that hang, by cutting their connections."""
        self._line.release()


async def _nothing(_request: Request, _error: Exception) -> Response:
    return error_answer(ApiError(404, "Not Found"))


async def _cancel(task: "asyncio.Future[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
