"""Wrong addresses and cookies, by the address they come from: a few are human, many are somebody who guesses."""

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable

from aiohttp import web

MOST = 20  # wrong ones of one address …
WINDOW = 15 * 60.0  # … in that many seconds
_ADDRESSES = 10_000  # remembered at once; the one that was wrong longest ago is forgotten first


class Tries:
    """Counts, in the memory of this process: what is guessed has 192 bits, so this only keeps the noise down."""

    def __init__(self, machine: Callable[[], float]) -> None:
        self._machine = machine
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def too_many(self, request: web.Request) -> bool:
        """Whether that address has been wrong too often lately."""
        times = self._wrong.get(client(request))
        if times is None:
            return False
        while times and times[0] <= self._machine() - WINDOW:
            times.popleft()
        return len(times) >= MOST

    def wrong(self, request: web.Request) -> None:
        """It was wrong once more."""
        address = client(request)
        self._wrong.setdefault(address, deque(maxlen=MOST)).append(self._machine())
        self._wrong.move_to_end(address)
        while len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)


def client(request: web.Request) -> str:
    """The address a request comes from.

    A proxy in front of us stands on a private address and adds, last, the one that it was called from. From anywhere
    else the header is whatever the caller liked, and is not read.
    """
    peer = request.remote or ""
    try:
        behind = ipaddress.ip_address(peer).is_private
    except ValueError:
        return peer
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told if behind and told else peer
