"""What waits for a workspace that nobody here writes to.

A row without a workspace, written before it was known, is of the first one. A row of a workspace that no process of
this installation has a token for has ended, and says so. It is left to wait while another process has one, and while
some token is refused, which may be of that workspace.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.following import apply
from schedules.messenger import NO_WORKSPACE
from schedules.recording import forget_ended
from schedules.retry import Decision, DeliveryError
from storage.channels import NOT_SERVED, served_workspaces
from storage.outbox import Delivery, State

assert isinstance(Delivery.__table__, Table)
_ROWS: Table = Delivery.__table__
_MOST = 500  # rows in one transaction


def elsewhere(platform: str, workspaces: Collection[str]) -> list[ColumnElement[bool]]:
    """That a row waits for a workspace of the platform that is none of these: one range of the index each."""
    if tuple(workspaces) == NO_WORKSPACE:
        return []
    ours = sorted(workspaces)
    found = []
    for after, before in zip([None, *ours], [*ours, None], strict=True):
        range_ = [_ROWS.c.workspace > after] if after is not None else []
        range_ += [_ROWS.c.workspace < before] if before is not None else []
        found.append(and_(_ROWS.c.state == State.WAITING, _ROWS.c.platform == platform, *range_))
    return found


async def settle(
    session: AsyncSession, platform: str, workspaces: Collection[str], machine: float, calendar: datetime
) -> None:
    """Decide about what is due on the platform in other workspaces than those, a few hundred rows at a time."""
    if not workspaces or tuple(workspaces) == NO_WORKSPACE:
        return
    served = await served_workspaces(session, platform)
    if served.home:
        unnamed = select(Delivery.id).where(
            Delivery.state == State.WAITING, Delivery.platform == platform, Delivery.workspace == ""
        )
        await session.execute(
            update(Delivery)
            .where(Delivery.id.in_(unnamed.limit(_MOST).with_for_update(skip_locked=True)))
            .values(workspace=served.home)
            .execution_options(synchronize_session=False)
        )
    if not served.complete:
        return
    known = {"", *served.workspaces, *workspaces}
    due = select(Delivery).where(or_(*elsewhere(platform, known)), Delivery.due_at <= calendar)
    lost = (await session.scalars(due.order_by(Delivery.id).limit(_MOST).with_for_update(skip_locked=True))).all()
    for row in lost:
        error = DeliveryError(NOT_SERVED, permanent=True, unreachable=True)
        await apply(session, row, error, Decision(State.FAILED), calendar, machine)
    await session.flush()
    await forget_ended(session, lost)
