"""What became of a try: the row and the attempt are written; what has lost its lease, or expired, gets its end."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    String,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from schedules import silences
from schedules.following import apply
from schedules.messenger import Finished
from schedules.retry import DeliveryError, decide, interrupted
from storage.announcement_deliveries import CANCELLED_BY_STAFF
from storage.announcements import AnnouncementStatus, standing
from storage.base import Instant
from storage.forgetting import BLIND, ENDS, GOODBYE, SECRET, forget_goodbye, forget_secret
from storage.outbox import Attempt, Delivery, Kind, State
from storage.prepared import Prepared

# Even when the lease was lost: that it arrived is a fact, and ends a doubt about it.
_MAY_HAVE_ARRIVED = (State.UNCERTAIN, State.WAITING)
_SPECIAL = (BLIND, GOODBYE, SECRET)  # what must be forgotten once it has ended
assert isinstance(Delivery.__table__, Table)
assert isinstance(Attempt.__table__, Table)
_ROWS, _TRIES = Delivery.__table__, Attempt.__table__
_REF: ColumnElement[str] = bindparam("ref", type_=String)
_ARRIVED = Prepared(
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("row_id"))
    .where(
        or_(
            and_(
                _ROWS.c.state == State.SENDING,
                _ROWS.c.lease_owner == bindparam("owner"),
                _ROWS.c.tries == bindparam("try"),
            ),
            *(_ROWS.c.state == state for state in _MAY_HAVE_ARRIVED),
        )
    )
    # An address that was erased while the message was leaving is not kept under another name.
    .values(
        state=State.DELIVERED,
        message_ref=case(
            (_ROWS.c.chat == "", ""),
            (and_(_ROWS.c.parts_sent > 0, _ROWS.c.message_ref != ""), _ROWS.c.message_ref + " " + _REF),
            else_=_REF,
        ),
        reason="",
        ended_at=bindparam("at"),
    )
)
_COLUMNS = ("delivery_id", "platform", "started", "ended", "outcome", "detail")
_ATTEMPTED = Prepared(
    insert(_TRIES).from_select(
        _COLUMNS,
        select(*(bindparam(name, type_=_TRIES.c[name].type) for name in _COLUMNS)).where(
            exists().where(_ROWS.c.id == bindparam("delivery_id")),
            # A batch is recorded again when the answer to its commit was lost.
            ~exists().where(_TRIES.c.delivery_id == bindparam("delivery_id"), _TRIES.c.started == bindparam("started")),
        ),
    )
)

_CALENDAR: ColumnElement[datetime] = bindparam("calendar", type_=Instant)
_IS_LOST = (_ROWS.c.state == State.SENDING, _ROWS.c.lease_until < bindparam("now", type_=Float(53)))
_IS_LATE = (_ROWS.c.state == State.WAITING, _ROWS.c.expires_at <= _CALENDAR)
ANYTHING_ENDED = (exists().where(*_IS_LOST), exists().where(*_IS_LATE))
"""Whether `recover` and `expire` would find something at the machine's `now` and the calendar's `calendar`."""
_LOST = select(Delivery).where(*_IS_LOST).order_by(Delivery.lease_until).limit(500).with_for_update(skip_locked=True)
_LATE = select(Delivery.id).where(*_IS_LATE).order_by(Delivery.expires_at).limit(1000).with_for_update(skip_locked=True)


async def record(
    session: AsyncSession, batch: Sequence[Finished], owner: str, calendar: datetime, machine: float
) -> None:
    """Write the ends of a batch of tries. A row whose lease was lost meanwhile keeps what the other recorded."""
    arrived: list[Finished] = []
    others: list[Finished] = []
    for done in sorted(batch, key=lambda done: done.outgoing.id):
        moved = done.outgoing.corrects and done.ref != done.outgoing.edits
        plain = done.error is None and not done.outgoing.about.startswith(_SPECIAL) and not moved
        (arrived if plain else others).append(done)
    if arrived:
        ends = [
            {
                "row_id": done.outgoing.id,
                "owner": owner,
                "try": done.outgoing.tries,
                "ref": done.ref,
                "at": calendar,
            }
            for done in arrived
        ]
        await _ATTEMPTED.run(session, [_attempt(done) for done in arrived])
        await _ARRIVED.run(session, ends)
    if others:
        await _record_others(session, others, owner, calendar, machine)


async def _record_others(
    session: AsyncSession, batch: Sequence[Finished], owner: str, calendar: datetime, machine: float
) -> None:
    """What did not simply arrive, row by row."""
    stands = await standing(session, _announcements(batch))
    found = await session.scalars(
        select(Delivery)
        .where(Delivery.id.in_([done.outgoing.id for done in batch]))
        .order_by(Delivery.id)
        .with_for_update()
    )
    rows = {row.id: row for row in found}
    tries = [_attempt(one) for one in batch if one.outgoing.id in rows and not one.outgoing.about.startswith(BLIND)]
    if tries:
        await _ATTEMPTED.run(session, tries)
    for done in batch:
        row = rows.get(done.outgoing.id)
        if row is None:
            continue
        mine = row.state == State.SENDING and row.lease_owner == owner and row.tries == done.outgoing.tries
        if done.error is None:
            if mine or row.state in _MAY_HAVE_ARRIVED:
                row.state, row.message_ref, row.reason, row.ended_at = State.DELIVERED, done.ref, "", calendar
                if done.outgoing.corrects:
                    await _moved_to(session, row, done.ref)
        elif mine:
            if not done.outgoing.carries and done.outgoing.payload != row.payload:
                done.error.parts_sent = 0  # corrected meanwhile: another message has other parts
            await apply(session, row, done.error, decide(row.kind, row.tries, done.error), calendar, machine)
            if row.kind == Kind.ANNOUNCEMENT and row.state == State.WAITING:
                _as_staff_want(row, stands.get(row.announcement_id or 0, ""), calendar)
    await forget_ended(session, rows.values())
    await session.flush()


async def forget_ended(session: AsyncSession, rows: Collection[Delivery]) -> None:
    """Of what has ended, keep nothing that must be forgotten."""
    for row in rows:
        if row.about.startswith(GOODBYE) and row.state in ENDS:
            forget_goodbye(row)
        elif row.about.startswith(SECRET) and row.state in ENDS:
            forget_secret(row)
        elif not row.chat:
            row.message_ref = ""  # erased while it was leaving
    await _forget_blind(session, rows)


async def _moved_to(session: AsyncSession, correction: Delivery, ref: str) -> None:
    """A correction has fewer messages than what it corrects, or more: the next one edits those."""
    first = int(correction.about.rpartition(":")[2])
    where = (Delivery.id == first, Delivery.chat == correction.chat, Delivery.message_ref != "")
    await session.execute(
        update(Delivery).where(*where).values(message_ref=ref).execution_options(synchronize_session=False)
    )


def _announcements(batch: Sequence[Finished]) -> set[int]:
    """The announcements of which something did not arrive."""
    abouts = {done.outgoing.about for done in batch if done.outgoing.kind == Kind.ANNOUNCEMENT and done.error}
    numbers = (about.split(":")[1] for about in abouts if about.startswith("announcement:"))
    return {int(number) for number in numbers if number.isdigit()}


def _as_staff_want(row: Delivery, status: str, calendar: datetime) -> None:
    """What was under way when its announcement was paused or stopped is not tried again."""
    if status == AnnouncementStatus.PAUSED:
        row.state = State.HELD
    elif status == AnnouncementStatus.CANCELLED:
        row.state, row.reason, row.ended_at = State.CANCELLED, CANCELLED_BY_STAFF, calendar


async def _forget_blind(session: AsyncSession, rows: Iterable[Delivery]) -> None:
    """What showed an anonymous answer and has ended goes with its tries: their number would tell something too."""
    for row in rows:
        if row.about.startswith(BLIND) and row.state in ENDS:
            await session.delete(row)


def _attempt(done: Finished) -> dict[str, Any]:
    return {
        "delivery_id": done.outgoing.id,
        "platform": done.outgoing.platform,
        "started": done.started,
        "ended": done.ended,
        "outcome": done.outcome,
        "detail": done.error.reason if done.error else "",
    }


async def recover(session: AsyncSession, machine: float, calendar: datetime) -> int:
    """Decide about deliveries whose lease ran out: their process died, or was cut off for too long."""
    await silences.forget(session, machine)
    lost = (await session.scalars(_LOST, {"now": machine})).all()
    if not lost:
        return 0
    for row in lost:
        session.add(
            Attempt(
                delivery_id=row.id,
                platform=row.platform,
                started=row.send_at,
                ended=machine,
                outcome="uncertain",
                detail="interrupted",
            )
        )
        error = DeliveryError("interrupted", uncertain=True)
        await apply(session, row, error, interrupted(row.kind, row.tries), calendar, machine)
    await session.flush()
    await _forget_blind(session, lost)
    return len(lost)


async def expire(session: AsyncSession, calendar: datetime) -> int:
    """End what was not sent in its time: said so in the report, never sent late."""
    late = (await session.scalars(_LATE, {"calendar": calendar})).all()
    if late:
        await session.execute(
            update(Delivery)
            .where(Delivery.id.in_(late))
            .values(state=State.EXPIRED, reason="expired", ended_at=calendar)
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            update(Delivery)
            .where(Delivery.id.in_(late), Delivery.about.startswith(SECRET))
            .values(payload={})
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            delete(Delivery)
            .where(Delivery.id.in_(late), Delivery.about.startswith(BLIND))
            .execution_options(synchronize_session=False)
        )
    return len(late)
