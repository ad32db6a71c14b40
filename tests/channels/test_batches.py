"""Updates that come one by one are stored in order, in as few commits as there is time for."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.batching import Batches
from handlers.request import Inbound


def update(number: int) -> Inbound:
    return Inbound(
        platform="slack",
        update_id=str(number),
        account="U1",
        chat="D1",
        text="x",
        received_at=datetime(2024, 3, 15, tzinfo=UTC),
    )


class Inbox:
    """Commits when the gate is open; refuses once when told to."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.commits: list[list[str]] = []
        self.refuse = False

    async def store(self, updates: Sequence[Inbound]) -> int:
        await self.gate.wait()
        if self.refuse:
            self.refuse = False
            raise OSError("disk full")
        self.commits.append([update.update_id for update in updates])
        return len(updates)


async def test_what_comes_during_a_commit_goes_into_the_next_in_order() -> None:
    inbox = Inbox()
    inbox.gate.clear()
    batches = Batches(inbox.store)
    waiting = [asyncio.create_task(batches.store(update(number), 5.0)) for number in range(5)]
    await asyncio.sleep(0)  # the first commit begins
    waiting += [asyncio.create_task(batches.store(update(number), 5.0)) for number in range(5, 8)]
    await asyncio.sleep(0)
    inbox.gate.set()
    assert await asyncio.gather(*waiting) == [True] * 8
    assert [number for commit in inbox.commits for number in commit] == [str(number) for number in range(8)]
    assert len(inbox.commits) <= 2


async def test_a_commit_that_fails_is_said_to_those_who_wait_and_the_next_succeeds() -> None:
    inbox = Inbox()
    inbox.refuse = True
    batches = Batches(inbox.store)
    assert await batches.store(update(1), 5.0) is False
    assert await batches.store(update(1), 5.0) is True


async def test_a_commit_that_takes_too_long_is_not_awaited_and_not_cut_off() -> None:
    inbox = Inbox()
    inbox.gate.clear()
    batches = Batches(inbox.store)
    assert await batches.store(update(1), 0.01) is False
    inbox.gate.set()
    await batches.settled()
    assert inbox.commits == [["1"]]
