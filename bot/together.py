"""Presses that wait for the same thing are answered together: in a storm the inbox is emptied a hundred at a time.

Each is still one update with its own sender, right and answer; only the statements are shared.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.identity import everyone, known_accounts
from handlers.messages import Reply
from handlers.request import Inbound, Request, Someone
from handlers.router import Router, Together
from schedules.blame import blame
from storage.inbox import InboxItem, mark_done, pending_after
from storage.people import Account

log = logging.getLogger(__name__)

AT_ONCE = 100  # presses answered in one transaction

AsRequest = Callable[[Inbound, Account, Someone | None, str], Request]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A press with its row of the inbox."""

    item: InboxItem
    inbound: Inbound

    @property
    def account(self) -> tuple[str, str, str]:
        """Platform, workspace and id of who pressed."""
        return self.inbound.platform, self.inbound.workspace, self.inbound.account


def kind_of(router: Router, inbound: Inbound) -> Together | None:
    """What answers many presses like this one; only in channels, where everybody presses at once."""
    if inbound.press is None or inbound.chat_kind == "private":
        return None
    return router.together_with(inbound.press.action)


async def gather(session: AsyncSession, first: InboxItem, inbound: Inbound, router: Router) -> list[Gathered]:
    """This press and those like it that wait behind it, locked; alone when it is of no such kind."""
    kind = kind_of(router, inbound)
    found = [Gathered(first, inbound)]
    for item in await pending_after(session, first.id, AT_ONCE - 1) if kind is not None else ():
        with contextlib.suppress(ValidationError):  # whoever cannot be read is given up in its turn
            other = Inbound.model_validate(item.payload)
            if kind_of(router, other) is kind:
                found.append(Gathered(item, other))
    return found


async def answer(
    session: AsyncSession,
    gathered: Sequence[Gathered],
    together: Together,
    as_request: AsRequest,
    zone: str,
    now: datetime,
) -> list[tuple[Inbound, Reply]]:
    """Answer them in one go; nothing when each must be handled alone, and then nothing has changed.

    Presses of accounts that were never seen wait for their turn: their first word makes the account. Raises DBAPIError
    as it comes.
    """
    try:
        async with session.begin_nested():
            accounts = await known_accounts(session, [one.inbound for one in gathered])
            known = [one for one in gathered if one.account in accounts]
            if not known or known[0] is not gathered[0]:
                return []
            people = {person for one in known if (person := accounts[one.account].person_id) is not None}
            somebody = await everyone(session, people, lock=True)
            requests = []
            for one in known:
                account = accounts[one.account]
                requests.append(as_request(one.inbound, account, somebody.get(account.person_id or 0), zone))
            replies = await together(requests, session)
    except DBAPIError:
        raise
    except Exception as error:  # one of them is at fault: alone it is found
        log.warning("presses are handled one by one (%s at %s)", *blame(error))
        return []
    await mark_done(session, [one.item.id for one in known], now)
    return [(one.inbound, reply) for one, reply in zip(known, replies, strict=True)]
