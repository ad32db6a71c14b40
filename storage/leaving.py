"""Deliveries that are about to leave, as plain rows: hundreds are claimed each second, none is changed as an object."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, bindparam, case, exists, func, or_, select

from storage.network import Region, Structure
from storage.outbox import CORRECTION, Delivery, Priority, State
from storage.people import Person
from storage.preferences import WISHES_ANYTHING
from storage.prepared import Prepared

assert isinstance(Delivery.__table__, Table)
_ROWS: Table = Delivery.__table__


class Due(NamedTuple):
    """What is looked at before a delivery leaves; the names are those of `Delivery`.

    `wishes` is whether its reader may wish something of what is sent to them (see `storage.preferences`); `lives`, of
    bulk, the reader's zone and calendar of holidays as « Europe/Paris|FR », either of them empty where it is the
    network's.
    """

    id: int
    about: str
    kind: str
    priority: int
    person_id: int | None
    platform: str
    workspace: str
    chat: str
    payload: dict[str, Any]
    edits: str
    tries: int
    parts_sent: int
    expires_at: datetime | None
    wishes: bool
    lives: str | None


_PLAIN = Due._fields[:-2]
_LIVES = (
    select(
        func.coalesce(func.nullif(Person.zone, ""), func.nullif(Structure.zone, ""), Region.zone, "")
        + "|"
        + func.coalesce(Region.holidays, "")
    )
    .select_from(Person)
    .outerjoin(Structure, Structure.id == Person.structure_id)
    .outerjoin(Region, Region.id == func.coalesce(Person.region_id, Structure.region_id))
    .where(Person.id == _ROWS.c.person_id)
    .scalar_subquery()
)
DUE: tuple[ColumnElement[Any], ...] = (
    *(_ROWS.c[name] for name in _PLAIN),
    exists().where(Person.id == _ROWS.c.person_id, WISHES_ANYTHING),
    case((_ROWS.c.priority == Priority.BULK, _LIVES)),
)
"""The columns of a Due, for a select from the table of deliveries."""

STILL_WANTED = Prepared(
    select(_ROWS.c.id).where(
        _ROWS.c.id == bindparam("number"),
        _ROWS.c.state == State.SENDING,
        _ROWS.c.lease_owner == bindparam("owner"),
        _ROWS.c.tries == bindparam("try"),
        or_(
            _ROWS.c.about.startswith(CORRECTION),
            ~exists().where(Person.id == _ROWS.c.person_id, Person.stopped_at.is_not(None)),
        ),
    )
)
"""A row while a delivery of that `number` is leased to `owner` for that `try`, unless its reader has stopped all."""


def due_of(delivery: Delivery) -> Due:
    """A delivery that is at hand as an object."""
    return Due._make((*(getattr(delivery, name) for name in _PLAIN), True, None))
