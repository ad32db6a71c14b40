"""What people wish of what is sent to them: silence for good, until a day, or at their own hours."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.network import Region, Structure, home
from storage.people import Person, zone_of


@dataclass(frozen=True, slots=True)
class Wishes:
    """One person's. `quiet` are their own hours in `zone`, from the evening to the morning; None: the network's."""

    stopped: bool
    paused_until: datetime | None
    quiet: tuple[time, time] | None
    zone: str


WISHES_ANYTHING = or_(
    Person.stopped_at.is_not(None), Person.paused_until.is_not(None), Person.quiet_begins.is_not(None)
)
"""Whether a person wishes anything of what is sent to them; most do not."""
_WISHES = (
    select(Person, Structure.zone, Region.zone)
    .outerjoin(Structure, Structure.id == Person.structure_id)
    .outerjoin(Region, Region.id == func.coalesce(Person.region_id, Structure.region_id))
    .where(Person.id.in_(bindparam("people", expanding=True)), WISHES_ANYTHING)
)


async def wishes_of(session: AsyncSession, person_ids: Collection[int]) -> dict[int, Wishes]:
    """Those of the people who wish anything of the kind; most do not."""
    rows = (await session.execute(_WISHES, {"people": list(person_ids)})).all()
    network = (await home(session))[0] if rows else ""
    return {
        person.id: Wishes(
            person.stopped_at is not None,
            person.paused_until,
            quiet_of(person),
            zone_of(person.zone, structure, region, network),
        )
        for person, structure, region in rows
    }


def quiet_of(person: Person) -> tuple[time, time] | None:
    """The person's own quiet hours."""
    if person.quiet_begins is None or person.quiet_ends is None:
        return None
    return person.quiet_begins, person.quiet_ends
