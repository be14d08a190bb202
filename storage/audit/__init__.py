"""The audit: what was asked for and what became of it, in a chain of hashes that can be proved.

A row is (seq, prev, hash, body): body is canonical JSON with its version in it, prev the hash of
the row before, and hash is SHA-256 of prev, seq (8 bytes, big endian) and body. The last row's
number and hash are kept under a seal. `append` joins the caller's transaction; `search` reads;
`verify` proves; `prune` lets the beginning go, up to a row that is sealed as a checkpoint.
"""

from __future__ import annotations

from storage.audit.chain import append, canonical, head, prune
from storage.audit.find import Entry, search
from storage.audit.proof import Fault, Verification, verify
from storage.audit.seals import Head, begin
from storage.audit.table import audit, audit_checkpoint, audit_head

__all__ = [
    "Entry",
    "Fault",
    "Head",
    "Verification",
    "append",
    "audit",
    "audit_checkpoint",
    "audit_head",
    "begin",
    "canonical",
    "head",
    "prune",
    "search",
    "verify",
]
