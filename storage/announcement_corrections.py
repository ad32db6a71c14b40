"""Correcting an announcement: what waits gets the new message, what arrived is edited by a delivery of its own.

An edit is silent and may be repeated without harm: nobody's night or « stop » puts it off, and in doubt it is made
again. Where it cannot be made nothing is sent in its place. What is being sent at that moment arrives as it was; its
edit is written at once and waits, due NEVER, until there is something to edit (`settle`).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.announcement_deliveries import UNSENT, first_of, outcomes
from storage.announcements import ANY_UNDER_WAY
from storage.outbox import CORRECTION, Delivery, Kind, Priority, State, enqueue

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_OF = "of:"  # and the delivery whose message is not there yet, in the place of the message to edit
# Seconds between two edits or deletions: Slack takes 50 a minute, which is a quarter of its messages. They are due one
# after another, so that they take no slot of what is said meanwhile.
_APART = {"slack": 1.2}
_SENT_AGAIN = (State.FAILED, State.UNCERTAIN)  # if staff ask
# A range at the end of the index by date of expiry: found among a million that wait without a look at them.
_IS_TOO_EARLY = (Delivery.state == State.WAITING, Delivery.expires_at >= NEVER)
ANYTHING_TO_FOLLOW = or_(ANY_UNDER_WAY, exists().where(*_IS_TOO_EARLY))
"""Whether an announcement is under way, or an edit waits for its message: what a recall met while it left."""


async def to_correct(session: AsyncSession, announcement_id: int) -> tuple[int, int]:
    """How many recipients have the announcement, or have it in a moment, and how many still wait for it."""
    found = await outcomes(session, announcement_id)
    counts: dict[str, int] = {}
    for (state, _), number in found.items():
        counts[state] = counts.get(state, 0) + number
    arrived = counts.get(State.DELIVERED, 0) + counts.get(State.SENDING, 0)
    return arrived, sum(counts.get(state, 0) for state in UNSENT)


async def correct(
    session: AsyncSession,
    announcement_id: int,
    revision: int,
    payload: dict[str, Any],
    now: datetime,
    *,
    recalled: bool = False,
) -> int:
    """Bring the new message to everybody; returns how many edits that takes. The caller holds the announcement's lock.

    A recall also reaches what arrived in part only: the first messages of a long one.

    Edits of an earlier revision that have not left are dropped, and one under way is repeated, if it has to be, with
    the new message: the last revision is what stays. What failed or is in doubt gets it too, for staff may send it
    again; of a message of which only some parts have arrived it begins afresh.
    """
    mine, edits = first_of(announcement_id), _edits_of(announcement_id)
    await session.execute(delete(Delivery).where(edits, Delivery.state.in_(UNSENT)))
    for which, states in ((mine, (*UNSENT, State.SENDING, *_SENT_AGAIN)), (edits, (State.SENDING,))):
        await session.execute(
            update(Delivery)
            .where(which, Delivery.state.in_(states), Delivery.chat != "")
            .values(payload=payload, parts_sent=0)
            .execution_options(synchronize_session=False)
        )
    count = 0
    calls: Counter[tuple[str, str]] = Counter()
    # What is under way first: whatever arrives meanwhile is met by one of the two.
    partly = (State.CANCELLED, State.FAILED, State.UNCERTAIN, State.EXPIRED) if recalled else ()
    for state in (State.SENDING, State.DELIVERED, *partly):
        after = 0
        while batch := (
            await session.scalars(
                select(Delivery)
                .where(mine, Delivery.state == state, Delivery.chat != "", Delivery.id > after)
                .where((Delivery.message_ref != "") | (Delivery.state == State.SENDING))
                .order_by(Delivery.id)
                .limit(1000)
            )
        ).all():
            edits_made = []
            for row in batch:
                lane = row.platform, row.workspace
                at = now + timedelta(seconds=calls[lane] * _APART.get(row.platform, 0.0))
                edits_made.append(_edit(row, revision, payload, at, now))
                calls[lane] += max(1, len(row.message_ref.split()))
            count += await enqueue(session, edits_made)
            after = batch[-1].id
    return count


async def settle(session: AsyncSession, now: datetime) -> int:
    """Let go the edits whose message has arrived, drop those that are not needed; returns how many were let go."""
    waiting = await session.scalars(select(Delivery).where(*_IS_TOO_EARLY).with_for_update(skip_locked=True))
    rows = {int(row.edits.removeprefix(_OF)): row for row in waiting if row.edits.startswith(_OF)}
    if not rows:
        return 0
    originals = {one.id: one for one in await session.scalars(select(Delivery).where(Delivery.id.in_(rows)))}
    let_go = 0
    for number, row in rows.items():
        original = originals.get(number)
        if original is not None and original.state == State.SENDING:
            continue
        if original is None or original.state != State.DELIVERED or not (original.message_ref and original.chat):
            await session.delete(row)  # it never arrived as it was, or leaves as corrected
            continue
        row.platform, row.workspace, row.chat = original.platform, original.workspace, original.chat
        row.account_id, row.edits = original.account_id, original.message_ref
        row.due_at, row.expires_at = now, None
        let_go += 1
    await session.flush()
    return let_go


async def corrected(session: AsyncSession, announcement_id: int, revision: int) -> Mapping[str, int]:
    """How many edits of a revision stand where."""
    rows = await session.execute(
        select(Delivery.state, func.count())
        .where(_edits_of(announcement_id), Delivery.about.startswith(f"{CORRECTION}{announcement_id}:{revision}:"))
        .group_by(Delivery.state)
    )
    return {state: int(count) for state, count in rows}


def _edits_of(announcement_id: int) -> ColumnElement[bool]:
    return (Delivery.announcement_id == announcement_id) & Delivery.about.startswith(CORRECTION)


def _edit(row: Delivery, revision: int, payload: dict[str, Any], at: datetime, now: datetime) -> dict[str, Any]:
    there = row.state != State.SENDING
    return {
        "about": f"{CORRECTION}{row.announcement_id}:{revision}:{row.id}",
        "kind": Kind.NOTICE,
        "priority": Priority.BULK,
        "announcement_id": row.announcement_id,
        "person_id": row.person_id,
        "account_id": row.account_id,
        "platform": row.platform,
        "workspace": row.workspace,
        "chat": row.chat,
        "edits": row.message_ref if there else f"{_OF}{row.id}",
        "payload": payload,
        "due_at": at if there else NEVER,
        "expires_at": None if there else NEVER,
        "created_at": now,
    }
