"""The rehearsal page: who one plays, what time it is, and everything that left for anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.web import rendering, wording
from bot.web.guarding import Refused
from bot.web.live import REHEARSAL, Hub, Ping
from bot.web.seats import Seat, seat_of
from bot.web.talking import Talk
from handlers import dates
from schedules.clock import Clock
from storage.agenda import Precision, all_events
from storage.database import Database
from storage.network import setting
from storage.web import Departure, changes, departures, received_by_person

MOST_SHOWN = 120  # of what left
LONGEST_MOVE = timedelta(days=3 * 366)
_ONLY_FORWARD = "L’horloge ne peut qu’avancer : ce qui est parti est parti."
_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


class Desk(Protocol):
    """What the page needs of the rehearsal: its people, its clock, and a way to move it."""

    moving: bool

    @property
    def clock(self) -> Clock:
        """The calendar's clock."""

    async def people(self, session: AsyncSession) -> Sequence[int]:
        """The invented persons one may be, in the order of the pack."""

    def begin_move(self, to: datetime) -> None:
        """Start to move the clock, and say so to the pages as it goes. Raises ValueError for a past instant."""


class Moved(BaseModel):
    """Where to move the clock: by a step, or to a wall-clock time of the network or an instant."""

    model_config = ConfigDict(extra="forbid")
    plus: str = ""
    to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """A day of the agenda one may go to."""

    instant: str
    day: str
    names: str


class RehearsalPage:
    """The page and its calls."""

    def __init__(self, database: Database, hub: Hub, desk: Desk, talk: Talk, pages: Environment) -> None:
        self._database = database
        self._hub = hub
        self._desk = desk
        self._talk = talk
        self._page = pages.get_template("rehearsal.html")
        self._left = pages.get_template("departures.html")
        self._jumps = pages.get_template("jumps.html")

    def routes(self) -> list[web.RouteDef]:
        """The addresses of the rehearsal."""
        return [
            web.get("/", self._show),
            web.get("/rehearsal/state", self._state),
            web.post("/rehearsal/clock", self._move),
        ]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        async with self._database.reading() as session:
            ids = await self._desk.people(session)
            people = [person for number in ids if (person := await seat_of(session, number, str(number)))]
            if not people:
                raise Refused("Le pack ne donne personne à jouer pour la répétition.", 503)
            wanted = request.query.get("qui", "")
            seat = next((one for one in people if one.key == wanted), None)
            if seat is None and wanted:
                raise web.HTTPFound("/")
            seat = seat or people[0]
            rows = await changes(session, seat.chat_id, 0)
            context = await self._context(session, seat)
            network = await setting(session, "network")
            hints = {one["id"]: one["hint"] for one in (await setting(session, "rehearsal")).get("people", [])}
        page = self._page.render(
            **context,
            network=str(network.get("name", "")),
            people=[_card(one) for one in people],
            seat=_card(seat),
            hint=hints.get(seat.person.id, ""),
            api=seat.api,
            takes_files=seat.takes_files,
            version=max((row.version for row in rows), default=0),
            messages=[self._talk.html_of(seat, row) for row in rows],
            suggestions=wording.suggestions(seat.person),
        )
        return web.Response(text=page, content_type="text/html")

    async def _state(self, request: web.Request) -> web.StreamResponse:
        async with self._database.reading() as session:
            key = request.query.get("qui", "")
            seat = await seat_of(session, int(key), key) if key.isdigit() and len(key) < 19 else None
            context = await self._context(session, seat)
        return web.json_response(
            {
                "now": context["now"],
                "moment": context["moment"],
                "wall": context["wall"],
                "local": context["local"],
                "moving": context["moving"],
                "counts": context["counts"],
                "departures": self._left.render(**context),
                "jumps": self._jumps.render(**context),
            }
        )

    async def _context(self, session: AsyncSession, seat: Seat | None) -> dict[str, Any]:
        zone = ZoneInfo(str((await setting(session, "network")).get("zone", "Europe/Paris")))
        now = self._desk.clock.now()
        local = now.astimezone(zone)
        return {
            "now": now.isoformat(),
            "wall": local.strftime("%Y-%m-%dT%H:%M"),
            "zone": zone.key,
            "moment": rendering.moment(now, zone),
            "weekday": dates.WEEKDAYS[local.weekday()],
            "date": dates.day(local.date()).partition(" ")[2],
            "hour": f"{local.hour}\u00a0h\u00a0{local.minute:02}",
            "local": _elsewhere(now, zone, seat.person.zone) if seat else "",
            "moving": self._desk.moving,
            "counts": await received_by_person(session),
            "departures": _by_day(await departures(session, MOST_SHOWN), zone),
            "jumps": await _notable(session, now, zone),
        }

    async def _move(self, request: web.Request) -> web.StreamResponse:
        try:
            moved = Moved.model_validate_json(await request.read())
        except ValidationError:
            raise Refused("Choisissez une date et une heure.", 400) from None
        now = self._desk.clock.now()
        if moved.plus in _STEPS:
            to = await self._plus(now, _STEPS[moved.plus])
        elif moved.to is not None:
            to = moved.to if moved.to.tzinfo else moved.to.replace(tzinfo=await self._zone())
        else:
            raise Refused("Choisissez une date et une heure.", 400)
        # The years first: arithmetic at the ends of the calendar overflows.
        if to.year < now.year - 1:
            raise Refused(_ONLY_FORWARD)
        if to.year > now.year + 4 or to - now > LONGEST_MOVE:
            raise Refused("C’est trop loin : avancez de trois ans au plus.", 400)
        if self._desk.moving:
            raise Refused("L’horloge avance déjà ; encore un instant.")
        try:
            self._desk.begin_move(to.astimezone(UTC))
        except ValueError:
            raise Refused(_ONLY_FORWARD) from None
        self._hub.publish(REHEARSAL, Ping("rehearsal"))
        return web.json_response({}, status=202)

    async def _zone(self) -> ZoneInfo:
        async with self._database.reading() as session:
            return ZoneInfo(str((await setting(session, "network")).get("zone", "Europe/Paris")))

    async def _plus(self, now: datetime, step: timedelta) -> datetime:
        """A day later is the same hour on the wall, also when the clocks change in between."""
        if step < timedelta(days=1):
            return now + step
        zone = await self._zone()
        return (now.astimezone(zone) + step).astimezone(UTC)


def _card(seat: Seat) -> dict[str, Any]:
    person = seat.person
    structure = person.structure.replace(" (répétition)", "")
    return {
        "key": seat.key,
        "id": person.id,
        "name": person.name,
        "initials": "".join(word[0] for word in person.name.split()[:2]).upper(),
        "tone": person.id % 6,
        "function": (seat.function[:1].upper() + seat.function[1:]) if seat.function else "",
        "structure": structure,
        "region": person.region,
        "staff": seat.takes_files,
    }


def _elsewhere(at: datetime, network: ZoneInfo, zone: str) -> str:
    """« 13 h, heure de La Réunion », where the clock differs from the network's; else nothing."""
    theirs = ZoneInfo(zone)
    if at.astimezone(theirs).utcoffset() == at.astimezone(network).utcoffset():
        return ""
    return f"{dates.clock(at, theirs)}, {dates.zone_name(zone)}"


def _by_day(left: Sequence[Departure], network: ZoneInfo) -> list[dict[str, Any]]:
    """What left, newest day first; the same words at the same minute are told once, with everybody who got them."""
    days: list[dict[str, Any]] = []
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in left:
        at = one.message.created_at
        local = at.astimezone(network)
        label = dates.day(local.date())
        if not days or days[-1]["label"] != label:
            days.append({"label": label, "sent": []})
        text = rendering.excerpt(one.message.payload)
        key = (one.message.kind, local.strftime("%Y-%m-%dT%H:%M"), text)
        if key not in groups:
            groups[key] = {
                "kind": one.message.kind,
                "kind_label": rendering.kind_label(one.message.kind),
                "instant": at.isoformat(),
                "hour": dates.clock(at, network),
                "text": text,
                "to": [],
            }
            days[-1]["sent"].append(groups[key])
        groups[key]["to"].insert(
            0,
            {
                "person": one.person.id,
                "message": one.message.id,
                "name": one.person.name,
                "there": _elsewhere(at, network, one.zone or network.key),
            },
        )
    return days


async def _notable(session: AsyncSession, now: datetime, zone: ZoneInfo, most: int = 8) -> list[Jump]:
    """The next days of the agenda known to the day, with what happens on them."""
    by_day: dict[str, tuple[datetime, list[str]]] = {}
    for event in await all_events(session):
        if event.precision == Precision.MONTH:
            continue
        at = event.starts_at or datetime.combine(event.starts_on, datetime.min.time(), zone).replace(hour=9)
        if at > now:
            by_day.setdefault(at.astimezone(zone).date().isoformat(), (at, []))[1].append(event.name)
    found = sorted(by_day.values(), key=lambda pair: pair[0])[:most]
    return [Jump(at.isoformat(), dates.day(at.astimezone(zone).date()), " · ".join(names)) for at, names in found]
