"""The updates that wait for the bot, and the two ways they leave: fetched by getUpdates, or pushed to a webhook."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.telegram.refusal import Json, bad, conflict
from tests.fakes.telegram.webhook import Webhook
from tests.fakes.telegram.world import World

LONGEST_POLL = 50
DAY = 24 * 3600.0
PRESS_LIFE = 150.0
# Only these are sent unless the bot asks for more.
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass(slots=True)
class Update:
    """One update. `lane` is its chat: a webhook gets a chat's updates one after another."""

    id: int
    kind: str
    body: Json
    at: float
    lane: int

    def json(self) -> Json:
        """An `Update` of the Bot API."""
        return {"update_id": self.id, self.kind: self.body}


class Updates:
    """The queue. An update stays until it is confirmed (a higher offset, or 2xx from the webhook) or too old."""

    def __init__(self, world: World, webhook_delays: tuple[float, ...]) -> None:
        self.all: dict[int, Update] = {}
        self.waiting: dict[int, Update] = {}
        self.again: list[Update] = []
        self.closing = False
        self.webhook = Webhook(webhook_delays, self._delivered)
        self.allowed: list[str] = []
        self._world = world
        self._last = 100_000
        self._poll = 0
        self._request: web.BaseRequest | None = None

    @property
    def polling(self) -> bool:
        """Whether somebody's getUpdates is waiting right now."""
        return self._request is not None and self._request.transport is not None

    def add(self, kind: str, body: Json, lane: int) -> int:
        """Queue an update of a kind the bot wants; returns its id."""
        self._last += 1
        update = self.all[self._last] = Update(self._last, kind, body, self._world.now(), lane)
        if kind in self.allowed or (not self.allowed and kind not in NOT_BY_DEFAULT):
            self.waiting[update.id] = update
            self._push(update)
        self._world.bell.ring()
        return update.id

    def redeliver(self, update_id: int) -> None:
        """Deliver an update once more, whatever the bot has confirmed."""
        update = self.all[update_id]
        if self.webhook.url:
            self.waiting[update_id] = update
            self._push(update)
        elif update_id not in self.waiting:
            self.again.append(update)
        self._world.bell.ring()

    def expire(self) -> None:
        """Forget what is too old: presses after 150 s, the rest after a day."""
        now = self._world.now()
        for update in list(self.waiting.values()):
            if now - update.at > (PRESS_LIFE if update.kind == "callback_query" else DAY):
                del self.waiting[update.id]

    async def fetch(
        self, call: Callable[[str, int], int], allowed: list[str] | None, request: web.BaseRequest
    ) -> list[Json]:
        """getUpdates. `call` reads a parameter with its default."""
        if self.webhook.url:
            raise conflict(WEBHOOK_ACTIVE)
        if allowed is not None:
            self.allowed = allowed
        offset, limit = call("offset", 0), call("limit", 100)
        if not 1 <= limit <= 100:
            limit = 100
        timeout = min(max(call("timeout", 0), 0), LONGEST_POLL)
        if offset < 0:
            offset = (sorted(self.waiting)[offset:] or [0])[0]
        for known in [known for known in self.waiting if known < offset]:
            del self.waiting[known]
        self._world.bell.ring()
        if timeout and not self._batch(limit):
            await self._wait(timeout, request)
        batch = self._batch(limit)
        self.again = [update for update in self.again if update not in batch]
        return [update.json() for update in batch]

    async def _wait(self, timeout: float, request: web.BaseRequest) -> None:
        # As on the real server, it is the poll that was there first that loses.
        self._poll += 1
        mine, self._request = self._poll, request
        self._world.bell.ring()
        try:
            await self._world.bell.until(
                lambda: bool(self.waiting or self.again or self._poll != mine or self.webhook.url or self.closing),
                timeout,
            )
        except TimeoutError:
            return
        finally:
            if self._poll == mine:
                self._request = None
        if self._poll != mine:
            raise conflict(OTHER_POLLER)
        if self.webhook.url:
            raise conflict("terminated by setWebhook request")

    def _batch(self, limit: int) -> list[Update]:
        self.expire()
        return sorted([*self.again, *self.waiting.values()], key=lambda update: update.id)[:limit]

    def set_webhook(self, url: str, secret: str, most: int, allowed: list[str] | None, drop: bool) -> None:
        """Push to `url` from now on; an empty one ends it."""
        if allowed is not None:
            self.allowed = allowed
        if drop:
            self.waiting.clear()
        self.webhook.set(url, secret, most)
        self._world.bell.ring()
        for update in list(self.waiting.values()):
            self._push(update)

    def _push(self, update: Update) -> None:
        if self.webhook.url:
            self.webhook.push(update.lane, update.id, update.json())

    def _delivered(self, update_id: int | None) -> None:
        if update_id is not None:
            self.waiting.pop(update_id, None)
        self._world.bell.ring()


def allowed_updates(value: object) -> list[str] | None:
    """The parameter `allowed_updates`, or a refusal."""
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(kind, str) for kind in value):
        raise bad("can't parse allowed_updates: expected an Array of String")
    return value
