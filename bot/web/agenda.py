"""The agenda on the web: a public page, the public feed, and each person's private feed."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import ETag, web
from jinja2 import Environment

from bot.identity import someone
from handlers.calendar import feeding, wording
from handlers.dates import day, event_dates, months, zone_name
from schedules.clock import Clock
from storage.agenda import Event, Precision, Status, events_between
from storage.database import Database
from storage.feeds import feed_owner
from storage.network import home, setting

_PUBLIC = "public, max-age=300"
# Asked for again each time, and answered « not modified »; kept by nobody but the one whose secret it is.
_PRIVATE = "private, no-cache"
_UNDER_WAY = "En ce moment"


class AgendaPage:
    """Three addresses. A private feed shows its digest's owner only, and is in no shared cache and no log."""

    def __init__(self, database: Database, clock: Callable[[], Clock], public_url: str, templates: Environment) -> None:
        self._database, self._clock, self._templates = database, clock, templates
        self._host = urlsplit(public_url).netloc

    def routes(self) -> list[web.RouteDef]:
        """`/agenda`, `/agenda.ics`, `/agenda/<token>.ics`."""
        return [
            web.get("/agenda", self._page),
            web.get("/agenda.ics", self._public),
            web.get(r"/agenda/{token:[A-Za-z0-9_-]{20,100}}.ics", self._personal),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        now = self._clock().now()
        async with self._database.reading() as session:
            network = str((await setting(session, "network")).get("name", ""))
            zone, _ = await home(session)
            today = now.astimezone(ZoneInfo(zone)).date()
            events = await events_between(session, today, date.max)
        shown = [event for event in events if event.public and (event.ends_at is None or event.ends_at > now)]
        text = self._templates.get_template("agenda.html").render(
            network=network,
            months=_by_month(shown, today),
            host=self._host or request.host,
            zone=zone_name(zone).removeprefix("heure de ").removeprefix("heure d’"),
            today=day(today),
        )
        response = web.Response(text=text, content_type="text/html", charset="utf-8")
        return _cached(request, response, _PUBLIC)

    async def _public(self, request: web.Request) -> web.Response:
        async with self._database.reading() as session:
            body = await feeding.public_feed(session)
        return _calendar(request, body, _PUBLIC)

    async def _personal(self, request: web.Request) -> web.Response:
        async with self._database.reading() as session:
            owner = await feed_owner(session, request.match_info["token"])
            person = await someone(session, owner) if owner is not None else None
            if person is None:
                raise web.HTTPNotFound
            body = await feeding.personal_feed(session, person)
        return _calendar(request, body, _PRIVATE)


def _by_month(events: Sequence[Event], today: date) -> list[dict[str, object]]:
    """The events under the months in which they begin; what began in an earlier one is under way."""
    first = today.replace(day=1)

    def month(event: Event) -> str:
        return months(event.starts_on, event.starts_on) if event.starts_on >= first else _UNDER_WAY

    return [
        {"name": name, "events": [_shown(event) for event in group]}
        for name, group in groupby(sorted(events, key=_in_time), key=month)
    ]


def _in_time(event: Event) -> tuple[object, ...]:
    """What is known to the month comes before the days of it."""
    starts_at = event.starts_at or datetime.min.replace(tzinfo=ZoneInfo("UTC"))
    return event.starts_on, event.precision != Precision.MONTH, starts_at, event.id


def _shown(event: Event) -> dict[str, object]:
    return {
        "name": event.name,
        "dates": event_dates(event),
        "place": event.place or (wording.REMOTE.capitalize() if event.remote else ""),
        "mark": wording.STATUS.get(event.status, ""),
        "cancelled": event.status == Status.CANCELLED,
        "description": event.description,
    }


def _calendar(request: web.Request, body: bytes, cache: str) -> web.Response:
    response = web.Response(body=body, content_type="text/calendar", charset="utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return _cached(request, response, cache)


def _cached(request: web.Request, response: web.Response, cache: str) -> web.Response:
    """The response with its ETag, or « not modified » for who has it already."""
    assert isinstance(response.body, bytes)
    etag = ETag(hashlib.sha256(response.body).hexdigest()[:32])
    if any(known.value in (etag.value, "*") for known in request.if_none_match or ()):
        response = web.Response(status=304)
    response.etag = etag
    response.headers["Cache-Control"] = cache
    return response
