"""Replies in the tone of voice that the product has, and the Russian that they need."""

from __future__ import annotations

import gettext
from types import MappingProxyType

from bot.i18n import ENGLISH, Catalogue
from bot.message import Code, Message, Moment, Names, Size, Span, Tappable, Untrusted, msg, plural
from bot.reply import Button, Excerpt, Fold, Reply, Table, Text
from bot.reply.words import Words

NOW = 1780977600.0  # Tuesday 9 June 2026, 06:00 in Berlin
_RUSSIAN = {
    "{host}: {count} of {all} needs you": (
        "{host}: внимания ждёт {count} из {all}",
        "{host}: внимания ждут {count} из {all}",
        "{host}: внимания ждут {count} из {all}",
    ),
    "exited {code} · {ago}": ("завершён, {code} · {ago}",),
    "unhealthy · {ago}": ("нездоров · {ago}",),
    "up {ago}": ("работает {ago}",),
    "{stacks} run": ("{stacks} работают",),
    "{minutes} min": ("{minutes} мин",),
    "{hours} h": ("{hours} ч",),
    "{count} day": ("{count} день", "{count} дня", "{count} дней"),
    "{number} GB": ("{number} ГБ",),
    "{first} and {last}": ("{first} и {last}",),
    "Refresh": ("Обновить",),
    "Logs {name}": ("Журнал {name}",),
    "Restart {name}": ("Перезапустить {name}",),
    "Restart {name}?": ("Перезапустить {name}?",),
    "Up {time}, healthy.": ("Работает {time}, здоров.",),
    "{users} use it.": ("Нужен для {users}.",),
    "Not now": ("Не сейчас",),
    "Remove {count} thing on {host}, {size}?": (
        "Удалить {count} объект на {host}, {size}?",
        "Удалить {count} объекта на {host}, {size}?",
        "Удалить {count} объектов на {host}, {size}?",
    ),
    "stopped containers": ("остановленные контейнеры",),
    "unused images": ("лишние образы",),
    "Until {time}.": ("До {time}.",),
    "Cancel": ("Отмена",),
    "Not done: {what}": ("Не сделано: {what}",),
    "remove {target}": ("удалить {target}",),
    "You are {role}. It needs {permission} on {host}.": (
        "Ваша роль — {role}. Нужно право {permission} на {host}.",
    ),
    "{people} can allow it, see {help}.": ("Разрешить могут {people}, см. {help}.",),
    "{name}: last line": (
        "{name}: последняя {count} строка",
        "{name}: последние {count} строки",
        "{name}: последние {count} строк",
    ),
}
_FORM = gettext.c2py(
    "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"
)
RUSSIAN = Catalogue("ru", _FORM, MappingProxyType(_RUSSIAN))

WORDS = {
    "en": Words("en", "Europe/Berlin", ENGLISH, lambda: NOW),
    "ru": Words("ru", "Europe/Berlin", RUSSIAN, lambda: NOW),
}
NAS = Untrusted("nas")
POSTGRES = Untrusted("postgres@prod-3")


def _up(number: int) -> tuple[Untrusted, Message]:
    return Untrusted(f"● web-{number}"), msg("up {ago}", ago=Span(number * 7200))


SAMPLES = {
    "ps": Reply(
        (
            Text(
                plural(
                    "{host}: {count} of {all} needs you",
                    "{host}: {count} of {all} need you",
                    2,
                    host=NAS,
                    all=30,
                )
            ),
            Table(
                (
                    (Untrusted("x jellyfin"), msg("exited {code} · {ago}", code=1, ago=Span(240))),
                    (
                        Untrusted("! immich-machine-learning"),
                        msg("unhealthy · {ago}", ago=Span(720)),
                    ),
                )
            ),
            Text(msg("{stacks} run", stacks=Untrusted("media 6/7 · <home> 12/12"))),
            Fold((Table(tuple(map(_up, range(1, 29)))),)),
        ),
        buttons=(
            (Button(msg("Logs {name}", name=Untrusted("jellyfin"))),),
            (Button(msg("Refresh")),),
        ),
    ),
    "restart": Reply(
        (
            Text(msg("Restart {name}?", name=POSTGRES)),
            Text(msg("Up {time}, healthy.", time=Span(41 * 86400))),
            Text(
                msg(
                    "{users} use it.",
                    users=Names((Untrusted("api"), Untrusted("worker"), Untrusted("cron"))),
                )
            ),
        ),
        buttons=(
            (Button(msg("Not now")),),
            (Button(msg("Restart {name}", name=POSTGRES)),),
        ),
    ),
    "prune": Reply(
        (
            Text(
                plural(
                    "Remove {count} thing on {host}, {size}?",
                    "Remove {count} things on {host}, {size}?",
                    14,
                    host=NAS,
                    size=Size(9_200_000_000),
                )
            ),
            Table(
                (
                    (9, msg("stopped containers"), Size(300_000_000)),
                    (5, msg("unused images"), Size(8_900_000_000)),
                ),
                right=frozenset({2}),
            ),
            Text(msg("Until {time}.", time=Moment(NOW + 300))),
        ),
        buttons=((Button(msg("Cancel")),),),
    ),
    "denial": Reply(
        (
            Text(
                msg("Not done: {what}", what=msg("remove {target}", target=Untrusted("db@prod-1")))
            ),
            Text(
                msg(
                    "You are {role}. It needs {permission} on {host}.",
                    role=Code("operator"),
                    permission=Code("container.rm"),
                    host=Untrusted("prod-1"),
                )
            ),
            Text(
                msg(
                    "{people} can allow it, see {help}.",
                    people=Names((Untrusted("ops-1"), Untrusted("ops-2"))),
                    help=Tappable("/help"),
                )
            ),
        ),
    ),
    "logs": Reply(
        (
            Text(
                plural(
                    "{name}: last line",
                    "{name}: last {count} lines",
                    22,
                    name=Untrusted("web@nas"),
                )
            ),
            Excerpt(
                Untrusted(
                    "\n".join(
                        f"\x1b[3{n % 8}m{n:02}\x1b[0m GET /rm <b> DB_PASSWORD=hunter2"
                        for n in range(22)
                    )
                )
            ),
        ),
        buttons=((Button(msg("Refresh")),),),
    ),
}
