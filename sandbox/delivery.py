"""Posting updates to the bot's webhook, one after the other, as long as it takes them.

The service retries what was not taken; here too, after a second, and the failure can be read with
`getWebhookInfo`. Only loopback addresses get this far.
"""

import asyncio

import httpx

from sandbox.state.journal import Bell
from sandbox.state.updates import Update
from sandbox.state.world import World

PATIENCE = 10.0  # seconds for one answer
PAUSE = 1.0  # seconds before the next try
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


class Delivery:
    """Delivers while a webhook is set, until cancelled."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._bell = Bell()
        world.updates.on_push = self._bell.ring

    async def run(self) -> None:
        """Deliver for ever."""
        waiting = await self._wanted()  # most bots poll, and a client takes its time to make
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            while True:
                if not await self._deliver(client, waiting):
                    await asyncio.sleep(PAUSE)
                waiting = await self._wanted()

    async def _wanted(self) -> Update:
        """The next update, once there is a webhook that wants it."""
        while not self._world.hook.url or not (waiting := self._world.updates.pending(1)):
            await self._bell.wait()
        return waiting[0]

    async def _deliver(self, client: httpx.AsyncClient, update: Update) -> bool:
        hook = self._world.hook
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            answer = await client.post(hook.url, json=update.as_json(), headers=headers)
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            hook.failure = f"Wrong response from the webhook: {error.response.status_code}"
        except httpx.HTTPError:
            hook.failure = "Connection refused"
        else:
            self._world.updates.confirm(update.id + 1)
            return True
        hook.failed_at = self._world.now
        return False
