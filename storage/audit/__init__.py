"""The audit: what was asked for and what became of it, in a chain of hashes that can be proved.

A row is (seq, prev, hash, body): body is canonical JSON with its version in it, prev the hash of
the row before, and hash is SHA-256 of prev, seq (8 bytes, big endian) and body. `append` joins the
caller's transaction; `search` reads; `verify` proves; `prune` lets the beginning go, up to a row
whose hash is kept as a checkpoint.
"""

from __future__ import annotations

from storage.audit.chain import Head, append, canonical, head, prune
from storage.audit.find import Entry, search
from storage.audit.proof import Fault, Verification, verify
from storage.audit.table import audit, audit_checkpoint

__all__ = [
    "Entry",
    "Fault",
    "Head",
    "Verification",
    "append",
    "audit",
    "audit_checkpoint",
    "canonical",
    "head",
    "prune",
    "search",
    "verify",
]
