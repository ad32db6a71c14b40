"""What follows a try that failed: the row's next state, the platform's silence, the person's other address."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from schedules import silences
from schedules.retry import Decision, DeliveryError
from storage.outbox import CORRECTION, Attempt, Delivery, State
from storage.people import Account, Person, accounts_of, best_account


async def apply(
    session: AsyncSession,
    row: Delivery,
    error: DeliveryError,
    decision: Decision,
    calendar: datetime,
    machine: float,
) -> None:
    """Give a delivery whose try failed its next state, or the person's other address. Nothing is flushed."""
    before, row.reason = row.reason, error.reason
    if error.refs and error.parts_sent > row.parts_sent:
        row.message_ref = f"{row.message_ref} {error.refs}".strip() if row.parts_sent else error.refs
    row.parts_sent = max(row.parts_sent, error.parts_sent)
    row.lease_owner, row.lease_until = "", 0.0
    if decision.doubt:
        row.doubts += 1
    if not decision.counts:
        row.tries -= 1
    if error.retry_after is not None:
        await silences.keep(session, row, error.silence, machine, error.retry_after)
    if error.moved_to and (before == error.reason or await _moved_before(session, row.id, error.reason)):
        decision = Decision(State.FAILED)
    elif error.moved_to:
        row.chat, row.workspace = error.moved_to, error.workspace or row.workspace
    if error.unreachable and row.account_id is not None:
        await session.execute(update(Account).where(Account.id == row.account_id).values(unreachable=error.reason))
        corrects = row.about.startswith(CORRECTION)  # what stands here stands nowhere else
        if not corrects and (other := await _other_address(session, row)):
            row.platform, row.workspace, row.chat, row.account_id = (
                other.platform,
                other.workspace,
                other.chat,
                other.id,
            )
            row.state, row.tries, row.not_before, row.edits = State.WAITING, 0, 0.0, ""
            row.parts_sent, row.message_ref = 0, ""  # the other platform gets the whole of it
            return
    row.state = decision.state
    if decision.state == State.WAITING:
        row.not_before = machine + decision.delay
    else:
        row.ended_at = calendar


async def _moved_before(session: AsyncSession, delivery_id: int, reason: str) -> bool:
    """Whether a delivery has followed its chat already: once is a group that became another, twice would be a chase."""
    tries = select(Attempt.id).where(Attempt.delivery_id == delivery_id, Attempt.detail == reason)
    return len((await session.scalars(tries.limit(2))).all()) > 1


async def _other_address(session: AsyncSession, row: Delivery) -> Account | None:
    """Another account of the person that is not known to be closed to us, once: a second refusal is an end.

    The person may have named the platform to fall back to, or asked that there be none.
    """
    person = await session.get(Person, row.person_id) if row.person_id is not None else None
    elsewhere = select(Attempt.id).where(Attempt.delivery_id == row.id, Attempt.platform != row.platform).limit(1)
    if person is None or await session.scalar(elsewhere) is not None:
        return None
    others = [one for one in await accounts_of(session, [person.id]) if one.id != row.account_id]
    return best_account(others, person.preferred_platform, person.fallback_platform)
