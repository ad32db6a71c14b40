"""Who is meant: everybody, or ticks by role, region, kind of structure, event, consultation; or names (see naming)."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import audience_wording, wording
from handlers.announcements.rights import Rights
from handlers.messages import Button, Reply, say
from handlers.typography import shortened
from storage.agenda import Event
from storage.agenda import Status as EventStatus
from storage.announcements import Announcement
from storage.audiences import Audience, count
from storage.consultations import Consultation, Status
from storage.network import Region, Structure, setting
from storage.people import Role

_IN_ROW = 2
_MOST = 10  # events or consultations to choose from
_LABEL = 50
_PAST = timedelta(days=31)  # one also writes to those who came
_ONE_OF = {
    "invited": audience_wording.PICK_EVENT,
    "answered": audience_wording.PICK_ANSWER,
    "unanswered": audience_wording.PICK_SILENCE,
}
_ASKED = {**_ONE_OF, "coming": audience_wording.PICK_COMING}
_LONGEST = 20  # characters of a value in an action; longer ones go by their digest


async def show_choices(session: AsyncSession, may: Rights, announcement: Announcement) -> Reply:
    """The criteria, and who is meant so far."""
    audience = may.within(Audience.of(announcement.audience))
    text = (
        f"{audience_wording.WHO}\n\nPour l’instant\u00a0: {await in_words(session, audience)} — "
        f"{wording.people(await count(session, audience))}."
    )
    number = announcement.id
    everybody = () if may.regions is not None else (_button(audience_wording.EVERYBODY, "all", number),)
    rows = [
        everybody,
        (
            _button(audience_wording.BY_ROLE, "pick", number, "roles"),
            _button(audience_wording.BY_REGION, "pick", number, "regions"),
        ),
        (
            _button(audience_wording.BY_KIND, "pick", number, "kinds"),
            _button(audience_wording.BY_EVENT, "pick", number, "invited"),
        ),
        (_button(audience_wording.BY_ANSWER, "pick", number, "answered"),),
        (_button(audience_wording.BY_SILENCE, "pick", number, "unanswered"),),
        (_button(audience_wording.BY_NAME, "names", number),),
        (_button(audience_wording.NO_NAMES, "unname", number),) if audience.people else (),
        (_button(wording.BACK, "panel", number),),
    ]
    return say(text, *(row for row in rows if row), replace=True)


async def show_values(
    session: AsyncSession, may: Rights, announcement: Announcement, criterion: str, today: date
) -> Reply:
    """The values of one criterion, those chosen ticked."""
    audience = may.within(Audience.of(announcement.audience))
    values = await _values(session, may, criterion, today)
    chosen = _chosen(Audience.of(announcement.audience), criterion)
    buttons = [
        _button(("✓ " if value in chosen else "") + _capital(label), "tick", announcement.id, criterion, _short(value))
        for value, label in values.items()
    ]
    in_row = 1 if criterion in _ONE_OF else _IN_ROW
    rows = [tuple(buttons[first : first + in_row]) for first in range(0, len(buttons), in_row)]
    if criterion == "invited" and chosen:
        rows.append((_button(audience_wording.BY_COMING, "pick", announcement.id, "coming"),))
    asked = _ASKED.get(criterion) or audience_wording.tick_by(audience_wording.CRITERIA[criterion])
    text = (
        f"{audience_wording.WHO}\n\n{asked if values else audience_wording.NONE_TO_PICK}\n"
        f"Pour l’instant\u00a0: {await in_words(session, audience)} — {wording.people(await count(session, audience))}."
    )
    ways = (
        _button(audience_wording.OTHER_CHOICE, "to", announcement.id),
        _button(wording.BACK, "panel", announcement.id),
    )
    return say(text, *rows, ways, replace=True)


async def tick(
    session: AsyncSession, may: Rights, announcement: Announcement, criterion: str, given: str, today: date
) -> Reply:
    """Tick or untick one value."""
    values = await _values(session, may, criterion, today)
    value = next((value for value in values if _short(value) == given), None)
    if value is not None:
        audience = Audience.of(announcement.audience)
        chosen = _chosen(audience, criterion)
        ticked: dict[str, Any] = {criterion: chosen ^ {value}}
        if criterion in _ONE_OF:
            ticked = {criterion: None if value in chosen else int(value)}
            if criterion == "invited":
                ticked["coming"] = frozenset()  # what was answered to another event
        change(announcement, replace(audience, **ticked))
    return await show_values(session, may, announcement, criterion, today)


def change(announcement: Announcement, audience: Audience) -> None:
    """Keep another audience; a preview shown before confirms nothing any more."""
    announcement.audience = audience.as_json()
    announcement.revision += 1


async def in_words(session: AsyncSession, audience: Audience) -> str:
    """An audience as one says it."""
    roles, kinds = (
        await _labels(session, "roles", audience_wording.ROLES),
        await _labels(session, "structure_kinds", {}),
    )
    regions = dict((await session.execute(select(Region.code, Region.name))).all())
    text = audience_wording.described(
        [roles.get(value, value) for value in audience.roles],
        [regions.get(value, value) for value in audience.regions],
        [kinds.get(value, value) for value in audience.kinds],
    )
    concerned = []
    for criterion, number in (("invited", audience.invited), *_consulted(audience)):
        if number is not None:
            table = Event if criterion == "invited" else Consultation
            row: Event | Consultation | None = await session.get(table, number)
            name = row.name if isinstance(row, Event) else row.title if row else "?"
            asked = criterion == "invited"
            concerned.append(
                audience_wording.invited(name, audience.coming)
                if asked
                else audience_wording.concerned(criterion, name)
            )
    if audience.people:
        concerned.append(f"{wording.people(len(audience.people))} nommément")
    return "\u202f; ".join(
        concerned if text == audience_wording.described((), (), ()) and concerned else [text, *concerned]
    )


def _consulted(audience: Audience) -> tuple[tuple[str, int | None], ...]:
    return ("answered", audience.answered), ("unanswered", audience.unanswered)


def _chosen(audience: Audience, criterion: str) -> frozenset[str]:
    """The values of a criterion that are ticked."""
    value = getattr(audience, criterion)
    return value if isinstance(value, frozenset) else frozenset() if value is None else frozenset({str(value)})


async def _values(session: AsyncSession, may: Rights, criterion: str, today: date) -> dict[str, str]:
    """What may be ticked, with its label, in the order shown."""
    if criterion == "roles":
        labels = await _labels(session, "roles", audience_wording.ROLES)
        return {role.value: labels.get(role.value, role.value) for role in Role}
    if criterion == "regions":
        rows = await session.execute(select(Region.code, Region.name).order_by(Region.name))
        return {code: name for code, name in rows if may.regions is None or code in may.regions}
    if criterion == "invited":
        query = select(Event).where(Event.status != EventStatus.CANCELLED, Event.kind != "phase")
        events = await session.scalars(
            query.where(Event.ends_on >= today - _PAST).order_by(Event.starts_on, Event.id).limit(_MOST)
        )
        return {str(one.id): shortened(one.name, _LABEL) for one in events}
    if criterion == "coming":
        return audience_wording.COMING
    if criterion in _ONE_OF:
        asked = await session.scalars(
            select(Consultation)
            .where(Consultation.status != Status.DRAFT)
            .order_by(Consultation.status.desc(), Consultation.closes_at.desc(), Consultation.id.desc())
            .limit(_MOST)
        )
        return {str(one.id): shortened(one.title, _LABEL) for one in asked}
    labels = await _labels(session, "structure_kinds", {})
    kinds = await session.scalars(select(Structure.kind).distinct().order_by(Structure.kind))
    return {kind: labels.get(kind, kind) for kind in kinds}


async def _labels(session: AsyncSession, name: str, default: Mapping[str, str]) -> dict[str, str]:
    """The words of the pack for roles or kinds, in the plural."""
    words = await setting(session, name)
    return {**default, **{key: str(value.get("plural") or key) for key, value in words.items()}}


def _short(value: str) -> str:
    return (
        value
        if len(value.encode()) <= _LONGEST and ":" not in value
        else hashlib.sha256(value.encode()).hexdigest()[:12]
    )


def _button(label: str, verb: str, *parts: object) -> Button:
    return Button(label=label, action=":".join(["announce", verb, *map(str, parts)]))


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
