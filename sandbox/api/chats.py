"""Looking at chats and their members, and leaving."""

from sandbox.api.addressee import find_chat
from sandbox.api.params import Params
from sandbox.errors import bad_request
from sandbox.state.acts import set_bot_status
from sandbox.state.chats import Chat, Status
from sandbox.state.wire import member_json, user_json
from sandbox.state.world import World

GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)


def get_chat(world: World, params: Params) -> object:
    """GetChat."""
    return find_chat(world, params).as_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }


def get_member(world: World, params: Params) -> object:
    """GetChatMember."""
    chat = find_chat(world, params)
    user_id = params.integer("user_id")
    if user_id <= 0:
        raise bad_request("Invalid user_id specified")
    if user_id != world.bot.id and user_id not in world.people:
        raise bad_request("user not found")
    return member_json(user_json(world, user_id), _status(world, chat, user_id))


def count_members(world: World, params: Params) -> object:
    """GetChatMemberCount."""
    chat = find_chat(world, params)
    if chat.private:
        return 2
    statuses = [*chat.members.values(), chat.bot_status]
    return sum(status.present for status in statuses)


def get_administrators(world: World, params: Params) -> object:
    """getChatAdministrators; the bot itself is not in the list unless it is one."""
    chat = find_chat(world, params)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    statuses = {**chat.members, world.bot.id: chat.bot_status}
    return [
        member_json(user_json(world, user_id), status)
        for user_id, status in statuses.items()
        if status in {Status.CREATOR, Status.ADMINISTRATOR}
    ]


def leave(world: World, params: Params) -> object:
    """LeaveChat."""
    chat = find_chat(world, params)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.refuse_writing()
    set_bot_status(world, chat, Status.LEFT)
    return True


def _status(world: World, chat: Chat, user_id: int) -> Status:
    if user_id == world.bot.id:
        return chat.bot_status
    if chat.private:
        return Status.MEMBER
    return chat.members.get(user_id, Status.LEFT)
