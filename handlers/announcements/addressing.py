"""« suivi des adresses »: who cannot be written to any more, on which platform and why."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import report_wording, state_wording, wording
from handlers.announcements.drafts import draft
from handlers.announcements.noting import note_export
from handlers.announcements.rights import rights
from handlers.messages import Attachment, Button, Message, Reply, plain, say
from handlers.request import Request
from handlers.tables import Table, as_csv
from storage.addresses import Closed, closed_addresses, named, without_account
from storage.audiences import Audience, all_recipients
from storage.conversations import Conversation

MOST = 30  # named in a message; the file names everybody


async def show_addresses(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Staff see the network, regional staff their regions. `announce:addresses:csv` is the file."""
    may = await rights(request, session)
    audience = may.within(Audience())
    found = await closed_addresses(session, audience)
    if request.press is not None and request.arguments[:1] == ["csv"]:
        rows = tuple(
            (
                one.name,
                one.structure,
                one.region,
                wording.platform(one.platform),
                state_wording.reason(one.reason),
                _other(one),
            )
            for one in found
        )
        content = as_csv(Table(report_wording.ADDRESSES, report_wording.ADDRESSES_HEADER, rows))
        await note_export(request, session, "addresses", len(rows))
        file = Attachment(filename="adresses.csv", media_type="text/csv", content=content)
        return Reply(messages=(Message(text=report_wording.ADDRESSES, attachment=file),))
    lines = [
        f"- {plain(f'{one.name} ({one.structure})' if one.structure else one.name)}\u00a0: "
        f"{wording.platform(one.platform)}, {plain(state_wording.reason(one.reason))}\u202f; {_other(one)}"
        for one in found[:MOST]
    ]
    if len(found) > MOST:
        lines.append(f"- … et {len(found) - MOST} de plus")
    parts = [f"**{report_wording.ADDRESSES}**", "\n".join(lines) or report_wording.ALL_REACHED]
    if missing := await without_account(session, audience):
        parts.append(report_wording.no_account(missing))
    row = (Button(label=report_wording.EXPORTS["csv"], action="announce:addresses:csv"),) if found else ()
    return say("\n\n".join(parts), *((row,) if row else ()))


async def show_nowhere(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:nowhere:<id>`: a file of everybody meant whom nothing reaches."""
    may, announcement = await draft(request, session)
    rows: list[tuple[str, str, str]] = []
    async for batch in all_recipients(session, may.within(Audience.of(announcement.audience))):
        rows += await named(session, [one.person_id for one in batch if one.account is None])
    content = as_csv(Table(report_wording.NOWHERE, report_wording.NOWHERE_HEADER, tuple(rows)))
    await note_export(request, session, f"announcement:{announcement.id}", len(rows))
    file = Attachment(filename="injoignables.csv", media_type="text/csv", content=content)
    return Reply(messages=(Message(text=report_wording.NOWHERE_FILE, attachment=file),))


def _other(one: Closed) -> str:
    return report_wording.ELSEWHERE if one.elsewhere else report_wording.NOWHERE_ELSE
