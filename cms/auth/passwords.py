"""Hashing of passwords with argon2id at OWASP's 19 MiB, 2 passes, 1 lane."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_at_once = threading.BoundedSemaphore(2)
_nobody = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to store."""
    with _at_once:
        return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether this is the password. An unknown account (None) takes as long to be refused."""
    with _at_once:
        try:
            return _hasher.verify(stored or _nobody, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def worn(stored: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)
