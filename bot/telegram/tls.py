"""Whom we trust on the way to Telegram: read once, as that takes longer than all else at start."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trust() -> ssl.SSLContext:
    """The certificates that httpx trusts, `SSL_CERT_FILE` included, for every client of ours."""
    return httpx.create_ssl_context()
