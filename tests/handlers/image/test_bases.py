"""Which images a Dockerfile takes from elsewhere: all that a builder would, or a refusal."""

from __future__ import annotations

import pytest

from bot.archive.bad import BadArchive
from handlers.image.build.bases import bases


@pytest.mark.parametrize(
    ("dockerfile", "found"),
    [
        ("FROM a", ("a",)),
        ("\ufeff# c\n\nfrom  a:1  as x\nFROM b@sha256:00", ("a:1", "b@sha256:00")),
        (
            "FROM --platform=linux/arm64 r.example:5000/a/b AS x\nFROM x\nFROM X",
            ("r.example:5000/a/b",),
        ),
        ("FROM scratch", ()),
        ("FROM \\\n # c\n\n  a", ("a",)),
        ("FR\\\nOM a", ("a",)),
        ("FROM a\r\nRUN b \\\r\n  FROM c\r\n", ("a",)),
        ('ARG V=1 W\nARG I="b/$V"\nFROM a:${V}\nFROM $I', ("a:1", "b/1")),
        ("ARG V\nFROM a:${V:-2}\nFROM b${V:+:x}", ("a:2", "b")),
        ("ARG V=1\nFROM a:$V", ("a:1",)),
        (
            "FROM a AS x\nFROM b\nARG V=1\nCOPY --from=x --chown=1 /a /b\nCOPY --from=0 a b",
            ("a", "b"),
        ),
        (
            "FROM a\nCOPY --from=evil.example/x a b\nONBUILD COPY --from=y a b",
            ("a", "evil.example/x", "y"),
        ),
        ("FROM a\nCOPY --from=1 a b", ("a", "1")),
        ("FROM x\nFROM a AS x", ("x", "a")),
        ("FROM a AS x\nCOPY --from=x a b\nCOPY --from=0 a b", ("a", "x", "0")),
        ("FROM a AS x\nFROM x AS y\nCOPY --from=x a b\nCOPY --from=1 a b", ("a", "1")),
        ("FROM a\nRUN echo $((1<<3)) <<< b", ("a",)),
    ],
)
def test_what_it_is_built_on(dockerfile: str, found: tuple[str, ...]) -> None:
    assert bases(dockerfile.encode(), {}) == found


def test_a_build_arg_counts_only_where_it_is_declared() -> None:
    assert bases(b"ARG V=1\nFROM a:$V", {"V": "2"}) == ("a:2",)
    with pytest.raises(BadArchive):
        bases(b"FROM a:$V", {"V": "2"})


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM $V",
        "ARG V\nFROM a:$V",
        "ARG V=a'b\nFROM $V",
        "ARG V='$W'\nFROM $V",
        "FROM ${V#a}",
        "FROM ${V:-${W}}",
        "FROM a b",
        "FROM",
        "FROM a\\b",
        "# escape=`\nFROM a\nRUN b \\\nFROM c",
        "#\fescape=`\nFROM a",
        "FROM a\nRUN b \\\\\nFROM c",
        "FROM a\nRUN b \\\n\x1c# c\nFROM d",
        "FROM a\nRUN <<E\\\nb\nE\\\nFROM c",
        "FROM a\nCOPY <<E /b\nE",
        "FROM a\nCOPY --from=$X a b",
        "FROM a\nCOPY --fr\\om=b c d",
        'FROM a\nCOPY --from="b" c d',
        "FROM a\nCOPY --from= c d",
        "FROM a AS evil.example/x\nFROM b",
        "FROM a AS 0\nFROM b",
    ],
)
def test_what_can_not_be_told_is_refused(dockerfile: str) -> None:
    with pytest.raises(BadArchive):
        bases(dockerfile.encode(), {})


@pytest.mark.parametrize(
    "line",
    [
        "ADD http://example.org/a /a",
        "ADD --chown=1 HTTPS://example.org/a /a",
        'ADD ["https://example.org/a", "/a"]',
        "ADD git@example.org:a/b.git /a",
        "ADD git://example.org/a /a",
        "ADD $SRC /a",
        "ADD a ${SRC} /a",
        "ADD h${x}ttp://169.254.169.254/ /x",
        "ADD h\\ttp://10.0.0.1/ /x",
        "ADD http:'/'/10.0.0.1/ /x",
        'ADD ["h$x", "/a"]',
        'ADD ["http:/\'/\'x", "/a"]',
        "ADD [http://a /b",
        "ONBUILD ADD http://example.org/a /a",
    ],
)
def test_docker_itself_fetches_nothing(line: str) -> None:
    with pytest.raises(BadArchive) as error:
        bases(f"FROM a\n{line}".encode(), {})
    assert "Docker itself would fetch this" in error.value.message.one


@pytest.mark.parametrize(
    "line",
    [
        "ADD a.tar /a",
        "ADD --chown=$X a /b/$X",
        'ADD ["a b", "/$X/"]',
        "COPY a /http://b",
        "RUN wget http://a",
    ],
)
def test_what_is_in_the_archive_is_added(line: str) -> None:
    assert bases(f"FROM a\n{line}".encode(), {}) == ("a",)


@pytest.mark.parametrize(
    "text",
    ["\n" * 200_000 + "FROM a", "FROM a\nCOPY " + "-" * 200_000, "FROM a\nCOPY " + "-" * 99 + "\\"],
)
def test_a_long_one_takes_no_longer_than_it_is(text: str) -> None:
    """Where it did, a megabyte took hours, in which nobody was served."""
    assert outcome_of(text) in {("a",), BadArchive}


def outcome_of(text: str) -> object:
    try:
        return bases(text.encode(), {})
    except BadArchive:
        return BadArchive
