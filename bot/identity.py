"""From an inbound update to the account it comes from; who is behind it is in `handlers.knowing`."""

from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.knowing import everyone as everyone
from handlers.knowing import someone as someone
from handlers.request import Inbound
from storage.base import insert_or_ignore
from storage.people import Account, find_account


async def account_of(session: AsyncSession, inbound: Inbound) -> Account:
    """The account an update comes from, remembered at its first word."""
    found = await find_account(session, inbound.platform, inbound.workspace, inbound.account)
    if found is None:
        row = {
            "platform": inbound.platform,
            "workspace": inbound.workspace,
            "external_id": inbound.account,
            # First met in a group: both platforms take the account's own id as the address of a private message.
            "chat": inbound.chat if inbound.chat_kind == "private" else inbound.account,
            "person_id": None,
            "unreachable": None,
            "created_at": inbound.received_at,
        }
        await insert_or_ignore(session, Account, [row])
        found = await find_account(session, inbound.platform, inbound.workspace, inbound.account)
        assert found is not None
    if found.unreachable is not None and inbound.chat_kind == "private":
        found.unreachable = None  # who writes to us can be written to again
    if inbound.chat_kind == "private" and found.chat != inbound.chat:
        found.chat = inbound.chat
    return found


async def known_accounts(session: AsyncSession, updates: Sequence[Inbound]) -> dict[tuple[str, str, str], Account]:
    """The accounts those updates come from, as far as they have been seen, by platform, workspace and id."""
    keys = {(one.platform, one.workspace, one.account) for one in updates}
    columns = tuple_(Account.platform, Account.workspace, Account.external_id)
    found = await session.scalars(select(Account).where(columns.in_(keys)))
    return {(one.platform, one.workspace, one.external_id): one for one in found}
