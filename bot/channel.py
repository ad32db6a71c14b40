"""What the application needs of a channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import Protocol

from aiohttp.web import RouteDef

from schedules.messenger import Messenger


class CannotStart(Exception):
    """A channel or command cannot start; the message is one clear sentence for stderr."""


class Parts(Flag):
    """What a process does: `WEB` takes HTTP, `WORKER` polls and sends what is due."""

    WEB = auto()
    WORKER = auto()
    ALL = WEB | WORKER


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a channel does its work now, and a word about it for `/readyz`; never a secret."""

    ok: bool
    detail: str


class Channel(Protocol):
    """A platform: updates in through the gateway it was made with, messages out through its messenger."""

    name: str
    messenger: Messenger

    def routes(self) -> Sequence[RouteDef]:
        """What the web server answers for this platform; none where updates come another way."""

    async def start(self) -> None:
        """Begin to receive; returns when the channel works. Raises CannotStart for a wrong token or address."""

    async def stop(self) -> None:
        """End receiving; what has been received is in the inbox. Sending still works."""

    async def close(self) -> None:
        """Give back the connections; nothing is sent any more."""

    def health(self) -> Health:
        """How it is now."""
