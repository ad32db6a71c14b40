"""What a process held when it was killed, and the seconds in which nobody else may touch it."""

from sqlalchemy import update

from storage.database import Database
from storage.leases import Lease
from storage.outbox import Delivery, State


async def run_out(database: Database, pid: int) -> None:
    """The leases of a process that is dead run out: what waiting for ten seconds comes to, without the wait."""
    its = f"%:{pid}:%"  # as `process_name` writes it
    async with database.transaction() as session:
        held = update(Delivery).where(Delivery.state == State.SENDING, Delivery.lease_owner.like(its))
        await session.execute(held.values(lease_until=0.0).execution_options(synchronize_session=False))
        roles = update(Lease).where(Lease.owner.like(its))
        await session.execute(roles.values(until=0.0).execution_options(synchronize_session=False))
