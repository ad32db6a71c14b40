"""Who is meant: everybody, or ticks by role, region and kind of structure."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import wording
from handlers.announcements.rights import Rights
from handlers.messages import Button, Reply, say
from storage.announcements import Announcement
from storage.audiences import Audience, count
from storage.network import Region, Structure, setting
from storage.people import Role

_IN_ROW = 2
_LONGEST = 20  # characters of a value in an action; longer ones go by their digest


async def show_choices(session: AsyncSession, may: Rights, announcement: Announcement) -> Reply:
    """The criteria, and who is meant so far."""
    audience = may.within(Audience.of(announcement.audience))
    text = (
        f"{wording.WHO}\n\nPour l’instant\u00a0: {await in_words(session, audience)} — "
        f"{wording.people(await count(session, audience))}."
    )
    number = announcement.id
    everybody = () if may.regions is not None else (_button(wording.EVERYBODY, "all", number),)
    rows = [
        everybody,
        (_button(wording.BY_ROLE, "pick", number, "roles"), _button(wording.BY_REGION, "pick", number, "regions")),
        (_button(wording.BY_KIND, "pick", number, "kinds"),),
        (_button(wording.BACK, "panel", number),),
    ]
    return say(text, *(row for row in rows if row), replace=True)


async def show_values(session: AsyncSession, may: Rights, announcement: Announcement, criterion: str) -> Reply:
    """The values of one criterion, those chosen ticked."""
    audience = may.within(Audience.of(announcement.audience))
    values = await _values(session, may, criterion)
    chosen = getattr(Audience.of(announcement.audience), criterion)
    buttons = [
        _button(("✓ " if value in chosen else "") + _capital(label), "tick", announcement.id, criterion, _short(value))
        for value, label in values.items()
    ]
    rows = [tuple(buttons[first : first + _IN_ROW]) for first in range(0, len(buttons), _IN_ROW)]
    text = (
        f"{wording.WHO}\n\nCochez par {wording.CRITERIA[criterion]}\u00a0; sans coche, toutes conviennent.\n"
        f"Pour l’instant\u00a0: {await in_words(session, audience)} — {wording.people(await count(session, audience))}."
    )
    ways = (_button(wording.OTHER_CHOICE, "to", announcement.id), _button(wording.BACK, "panel", announcement.id))
    return say(text, *rows, ways, replace=True)


async def tick(session: AsyncSession, may: Rights, announcement: Announcement, criterion: str, given: str) -> Reply:
    """Tick or untick one value."""
    values = await _values(session, may, criterion)
    value = next((value for value in values if _short(value) == given), None)
    if value is not None:
        audience = Audience.of(announcement.audience)
        chosen: frozenset[str] = getattr(audience, criterion)
        ticked: dict[str, Any] = {criterion: chosen ^ {value}}
        change(announcement, replace(audience, **ticked))
    return await show_values(session, may, announcement, criterion)


def change(announcement: Announcement, audience: Audience) -> None:
    """Keep another audience; a preview shown before confirms nothing any more."""
    announcement.audience = audience.as_json()
    announcement.revision += 1


async def in_words(session: AsyncSession, audience: Audience) -> str:
    """An audience as one says it."""
    roles, kinds = await _labels(session, "roles", wording.ROLES), await _labels(session, "structure_kinds", {})
    regions = dict((await session.execute(select(Region.code, Region.name))).all())
    text = wording.described(
        [roles.get(value, value) for value in audience.roles],
        [regions.get(value, value) for value in audience.regions],
        [kinds.get(value, value) for value in audience.kinds],
    )
    if not audience.people:
        return text
    named = f"{wording.people(len(audience.people))} nommément"
    return named if text == wording.described((), (), ()) else f"{text}\u202f; {named}"


async def _values(session: AsyncSession, may: Rights, criterion: str) -> dict[str, str]:
    """What may be ticked, with its label, in the order shown."""
    if criterion == "roles":
        labels = await _labels(session, "roles", wording.ROLES)
        return {role.value: labels.get(role.value, role.value) for role in Role}
    if criterion == "regions":
        rows = await session.execute(select(Region.code, Region.name).order_by(Region.name))
        return {code: name for code, name in rows if may.regions is None or code in may.regions}
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
