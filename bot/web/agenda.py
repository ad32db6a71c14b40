"""The agenda on the web: a public page, the public feed, and each person's private feed."""

from collections.abc import Callable

from aiohttp import web
from jinja2 import Environment

from bot.identity import someone
from handlers.calendar import feeding, wording
from handlers.dates import event_dates
from schedules.clock import Clock
from storage.agenda import Status, events_between
from storage.database import Database
from storage.feeds import feed_owner
from storage.network import setting

_FAR_YEAR = 9999


class AgendaPage:
    """Three addresses. A private feed shows its digest's owner only, and is kept by no cache and no log."""

    def __init__(self, database: Database, clock: Callable[[], Clock], templates: Environment) -> None:
        self._database, self._clock, self._templates = database, clock, templates

    def routes(self) -> list[web.RouteDef]:
        """`/agenda`, `/agenda.ics`, `/agenda/<token>.ics`."""
        return [
            web.get("/agenda", self._page),
            web.get("/agenda.ics", self._public),
            web.get(r"/agenda/{token:[A-Za-z0-9_-]{20,100}}.ics", self._personal),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        today = self._clock().now().date()
        async with self._database.reading() as session:
            network = str((await setting(session, "network")).get("name", ""))
            events = await events_between(session, today, today.replace(year=_FAR_YEAR, day=1))
        shown = [
            {
                "name": event.name,
                "dates": event_dates(event),
                "place": event.place or (wording.REMOTE.capitalize() if event.remote else ""),
                "mark": wording.STATUS.get(event.status, ""),
                "cancelled": event.status == Status.CANCELLED,
                "description": event.description,
            }
            for event in events
            if event.public
        ]
        text = self._templates.get_template("agenda.html").render(network=network, events=shown)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "public, max-age=300"})

    async def _public(self, request: web.Request) -> web.Response:
        async with self._database.reading() as session:
            body = await feeding.public_feed(session)
        return _calendar(body, "public, max-age=300")

    async def _personal(self, request: web.Request) -> web.Response:
        async with self._database.reading() as session:
            owner = await feed_owner(session, request.match_info["token"])
            person = await someone(session, owner) if owner is not None else None
            if person is None:
                raise web.HTTPNotFound
            body = await feeding.personal_feed(session, person)
        return _calendar(body, "private, no-store")


def _calendar(body: bytes, cache: str) -> web.Response:
    return web.Response(
        body=body,
        headers={
            "Content-Type": "text/calendar; charset=utf-8",
            "Cache-Control": cache,
            "X-Robots-Tag": "noindex, nofollow",
        },
    )
