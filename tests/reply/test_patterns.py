"""Keys that are known by their shape, and that no text makes the search read it again and again."""

from __future__ import annotations

import re

import pytest

from bot.reply import patterns
from bot.reply.redact import MASK, Redactor

redactor = Redactor(())
SOME = "Zx8" * 20
TOKENS = [
    f"123456:{SOME}",
    f"eyJ{SOME}",
    f"eyJ{SOME}.eyJ{SOME}.{SOME}",
    "ASIAIOSFODNN7EXAMPLE",
    *(f"gh{kind}_{SOME}" for kind in "opsur"),
    f"github_pat_{SOME}",
    f"glpat-{SOME}",
    f"gldt-{SOME}",
    f"dckr_pat_{SOME}",
    f"SWMTKN-1-{SOME.lower()}",
    f"SWMKEY-1-{SOME}",
    "xoxb-1234567890-abcdef",
    "xapp-1-A0123456789-abc",
    f"sk_live_{SOME}",
    f"rk_test_{SOME}",
    f"whsec_{SOME}",
    f"sk-proj-{SOME}",
    f"AIza{SOME}",
    f"GOCSPX-{SOME}",
    f"ya29.{SOME}",
    f"npm_{SOME}",
    f"pypi-{SOME}",
    f"hf_{SOME}",
    "dop_v1_" + "0af" * 20,
    f"hvs.{SOME}",
    f"tskey-auth-{SOME}",
    f"glsa_{SOME}",
    f"SG.{SOME}.{SOME}",
    f"AGE-SECRET-KEY-1{SOME.upper()}",
]
FILLERS = ["a", "A", "0", "-", "_", ".", "/", "=", ":", "aA0.", "-eyJ", "-ghp_"]


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_is_masked_wherever_it_stands(token: str) -> None:
    assert redactor.text(f"see {token}, please") == f"see {MASK}, please"
    assert redactor.text(f'{{"v":"{token}"}}') == f'{{"v":"{MASK}"}}'


@pytest.mark.parametrize("token", TOKENS)
def test_whether_something_is_a_token_shows_within_a_few_characters(token: str) -> None:
    """Else each token within a long run would have the run read to its end, once more."""
    shape = re.compile("|".join(patterns._SHAPES))
    texts = [
        token[:at] + filler * 400 + token[at:] for at in range(len(token)) for filler in FILLERS
    ]
    found = [text for text in texts if shape.match(text)]
    assert all(shape.match(text[:200]) for text in found)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("https://hooks.slack.com/services/T0/B0/xyz", f"https://hooks.slack.com/services/{MASK}"),
        ("https://discord.com/api/webhooks/12/ab", f"https://discord.com/api/webhooks/{MASK}"),
        (
            "https://discordapp.com/api/v9/webhooks/1/a",
            f"https://discordapp.com/api/v9/webhooks/{MASK}",
        ),
        (
            "https://t.example/api/webhook/9f8e7d6c5b4a39281706",
            f"https://t.example/api/webhook/{MASK}",
        ),
        (
            "POST https://api.telegram.org/bot1:ab/getMe",
            f"POST https://api.telegram.org/bot{MASK}/getMe",
        ),
        ("https://9f8e7d6c5b4a39281706@o1.sentry.io/2", f"https://{MASK}@o1.sentry.io/2"),
        ("root:hunter2@tcp(db:3306)/app", f"root:{MASK}@tcp(db:3306)/app"),
        ("GET https://u:hunter2@registry/v2/", f"GET https://u:{MASK}@registry/v2/"),
        ("Proxy-Authorization: Basic dTpw", f"Proxy-Authorization: {MASK}"),
        ("machine h login u password hunter2", f"machine h login u password {MASK}"),
        ("machine h\n login u\n password hunter2\n", f"machine h\n login u\n password {MASK}\n"),
        ("requirepass hunter2", f"requirepass {MASK}"),
        ("CREATE USER u IDENTIFIED BY 'hunter2'", f"CREATE USER u IDENTIFIED BY '{MASK}'"),
        ("ALTER ROLE u WITH PASSWORD 'hunter2';", f"ALTER ROLE u WITH PASSWORD '{MASK}';"),
        ("openssl -passin pass:hunter2 -in x", f"openssl -passin {MASK} -in x"),
        ("\x1b[36mtoken\x1b[0m=hunter2 next", f"\x1b[36mtoken\x1b[0m={MASK} next"),
        ("GET /?a=1%26token%3Dhunter2 200", f"GET /?a=1%26token%3D{MASK} 200"),
        ("password: token: hunter2 next", f"password: {MASK} {MASK} next"),
        ("monkey=token=hunter2 next", f"monkey=token={MASK} next"),
        (r'{"log":"token=\"hunter2', rf'{{"log":"token=\"{MASK}'),
        ("MONKEY=3f9a1c0d7e5b2a4c6d8e0f11 x", f"MONKEY={MASK} x"),
    ],
)
def test_a_secret_is_masked_and_nothing_else(text: str, masked: str) -> None:
    assert redactor.text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "git clone ssh://git@github.com/a/b",
        "POST /api/webhooks/deploy 200",
        "https://docs.example/hooks/use-effect",
        "my-auth-1: started",
        "auth.example.com:443 is up",
        "x-token foo",
        "password authentication failed for user bob",
        "TestAll pass: 3",
    ],
)
def test_what_only_sounds_like_one_stays(text: str) -> None:
    assert redactor.text(text) == text
