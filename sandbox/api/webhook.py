"""setWebhook and its kin.

Telegram demands https and a public address; here it is the other way round: only this machine,
with or without TLS being beside the point, so a webhook must be plain http to a loopback address.
"""

import json
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from sandbox.api.params import Params
from sandbox.errors import bad_request
from sandbox.state.hook import Hook
from sandbox.state.updates import KINDS, UNASKED
from sandbox.state.world import World

SECRET = re.compile(r"[A-Za-z0-9_-]*")
SECRET_LENGTH = 256
MOST_CONNECTIONS = 100


def set_webhook(world: World, params: Params) -> object:
    """setWebhook; an empty address deletes it."""
    if not params.text("url"):
        return delete_webhook(world, params)
    if not _is_local(params.text("url")):
        raise bad_request("bad webhook: the sandbox posts only to http on a loopback address")
    secret = params.text("secret_token")
    if len(secret) > SECRET_LENGTH:
        raise bad_request("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    world.updates.ask(read_kinds(params))
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    connections = params.integer("max_connections", 40, 1, MOST_CONNECTIONS)
    world.hook = Hook(params.text("url"), secret, connections)
    world.updates.interrupt("terminated by setWebhook request")
    world.updates.on_push()
    return True


def delete_webhook(world: World, params: Params) -> object:
    """DeleteWebhook."""
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    world.hook = Hook()
    return True


def get_info(world: World, _params: Params) -> object:
    """GetWebhookInfo."""
    info: dict[str, object] = {
        "url": world.hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending()),
    }
    if world.hook.url:
        info |= {"max_connections": world.hook.connections, "ip_address": "127.0.0.1"}
    if world.hook.failed_at:
        info |= {
            "last_error_date": world.hook.failed_at,
            "last_error_message": world.hook.failure,
        }
    if world.updates.asked != KINDS - UNASKED:
        info["allowed_updates"] = sorted(world.updates.asked)
    return info


def read_kinds(params: Params) -> list[str] | None:
    """The kinds of `allowed_updates`, None where they were left out or are no list."""
    try:
        kinds = json.loads(params.text("allowed_updates"))
    except ValueError:
        return None
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else None


def _is_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
