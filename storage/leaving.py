"""Deliveries that are about to leave, as plain rows: hundreds are claimed each second, none is changed as an object."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, bindparam, exists, or_, select

from storage.outbox import CORRECTION, Delivery, State
from storage.people import Person
from storage.preferences import WISHES_ANYTHING
from storage.prepared import Prepared

assert isinstance(Delivery.__table__, Table)
_ROWS: Table = Delivery.__table__


class Due(NamedTuple):
    """What is looked at before a delivery leaves; the names are those of `Delivery`.

    `wishes` is whether its reader may wish something of what is sent to them (see `storage.preferences`).
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


_PLAIN = Due._fields[:-1]
DUE: tuple[ColumnElement[Any], ...] = (
    *(_ROWS.c[name] for name in _PLAIN),
    exists().where(Person.id == _ROWS.c.person_id, WISHES_ANYTHING),
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
    return Due._make((*(getattr(delivery, name) for name in _PLAIN), True))
