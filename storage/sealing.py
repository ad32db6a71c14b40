"""Sealing: what must not be readable with the database in hand, nor with its log, its dead rows or a backup.

The key is made from SECRET_KEY, which is in no table. Each sealing takes a fresh nonce; the stream is SHAKE-256 keyed
and told the nonce, and HMAC-SHA-256 under a second key guards the whole (encrypt, then authenticate). Lengths are
rounded up, so that a long answer is not told from a short one. There is no cipher in Python's library, and one more
compiled dependency for so little was not wanted; the two primitives are its own.
"""

import base64
import hashlib
import hmac
import json
import logging
import secrets
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

log = logging.getLogger(__name__)

SECRET = "secret"  # a value that bears this key is sealed at rest
_SEALED = "sealed"
_ROUND = 2048  # bytes; what is sealed is as long as a whole number of these
_NONCE, _TAG = 24, 32


class CannotUnseal(Exception):
    """The key is not the one it was sealed with, or somebody changed what was sealed."""


class Sealer:
    """Seals and unseals JSON under one secret."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise ValueError("a sealer needs a secret")
        self._cipher, self._guard = (
            hashlib.blake2b(secret.encode(), person=use, digest_size=32).digest()
            for use in (b"concerte cipher ", b"concerte guard  ")
        )

    def seal(self, value: Any) -> str:
        """Another text each time, of a length that says little."""
        clear = json.dumps(value, ensure_ascii=False).encode()
        clear += b" " * (-len(clear) % _ROUND)  # JSON may end in blanks
        nonce = secrets.token_bytes(_NONCE)
        body = nonce + self._crossed(nonce, clear)
        return base64.b64encode(body + self._tag(body)).decode()

    def unseal(self, sealed: str) -> Any:
        """What was sealed. Raises CannotUnseal."""
        try:
            whole = base64.b64decode(sealed, validate=True)
        except ValueError:
            raise CannotUnseal from None
        body, tag = whole[:-_TAG], whole[-_TAG:]
        if len(body) < _NONCE or not hmac.compare_digest(tag, self._tag(body)):
            raise CannotUnseal
        return json.loads(self._crossed(body[:_NONCE], body[_NONCE:]))

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._guard, body, "sha256")

    def _crossed(self, nonce: bytes, text: bytes) -> bytes:
        stream = hashlib.shake_256(self._cipher + nonce).digest(len(text))
        return (int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(text), "big")


class Sealable(TypeDecorator[dict[str, Any]]):
    """A JSON object that is sealed at rest if it bears `secret`, or always; who reads it through us never notices.

    Without a key (a database that nothing secret is asked of) it is kept as it is.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, always: bool = False) -> None:
        super().__init__()
        self.always = always

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | None:
        sealer = sealer_of(dialect)
        if not value or sealer is None or not (self.always or value.get(SECRET)):
            return value
        return {_SEALED: sealer.seal(value)}

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | None:
        if not value or _SEALED not in value:
            return value
        sealer = sealer_of(dialect)
        try:
            if sealer is None:
                raise CannotUnseal
            opened: dict[str, Any] = sealer.unseal(value[_SEALED])
        except CannotUnseal:
            # One row that cannot be read must not stop those that can.
            log.error("a sealed row cannot be read: SECRET_KEY is not the one it was written with")
            return {}
        return opened


def sealer_of(dialect: Dialect) -> Sealer | None:
    """The sealer of a database, which `Database` puts on its dialect: a type of a column is given nothing else."""
    found: Sealer | None = getattr(dialect, "concerte_sealer", None)
    return found
