"""What became of an announcement: every recipient has an end, and every end a reason."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import managing_wording, report_wording, state_wording, wording
from handlers.announcements.rights import allowed, rights
from handlers.messages import Attachment, Button, Message, Reply, plain, say
from handlers.request import Request
from handlers.richtext import read, visible
from handlers.tables import Table, as_csv
from handlers.typography import shortened
from storage.announcement_corrections import corrected
from storage.announcement_deliveries import outcomes, recipients_in
from storage.announcements import OPEN, RECALL, Announcement, AnnouncementStatus, latest, readers
from storage.conversations import Conversation
from storage.outbox import State, stopped_by

NAMED = 20  # recipients named in a report; the others are counted
LISTED = 20_000  # recipients in the file that comes with the last report
_ORDER = (
    State.DELIVERED,
    State.SENDING,
    State.WAITING,
    State.HELD,
    State.UNCERTAIN,
    State.FAILED,
    State.SKIPPED,
    State.EXPIRED,
    State.CANCELLED,
)
_TO_NAME = (State.FAILED, State.UNCERTAIN, State.SKIPPED, State.EXPIRED)


async def show_report(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:report:<id>`, or `announce:refresh:<id>` in the place of the one shown."""
    _, announcement = await allowed(request, session, request.number(0))
    refreshed = request.press is not None and request.press.action.startswith("announce:refresh:")
    return Reply(messages=(await report(request, session, announcement),), replace=refreshed)


async def show_latest(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The last announcements; regional staff see their own."""
    may = await rights(request, session)
    mine = [one for one in await latest(session, 50) if may.regions is None or one.author_id == may.person.id][:10]
    new = [Button(label=wording.NEW, action="announce:new")]
    if may.regions is None:
        new.append(Button(label=managing_wording.HALT, action="announce:halt", style="danger"))
    by = await stopped_by(session)
    notice = f"{managing_wording.halted_by(plain(by))}\n\n" if by else ""
    if not mine:
        return say(notice + report_wording.NONE_SENT, tuple(new))
    rows = [(Button(label=beginning(one.text), action=f"announce:report:{one.id}"),) for one in mine]
    return say(notice + report_wording.LATEST, *rows, tuple(new))


async def report(request: Request, session: AsyncSession, announcement: Announcement) -> Message:
    """What became of it, as somebody sees it in their zone."""
    return await report_in(session, announcement, request.tz)


async def report_in(session: AsyncSession, announcement: Announcement, tz: ZoneInfo) -> Message:
    """Delivered, waiting, in doubt, failed and skipped, counted, explained, and the first of them named."""
    found = await outcomes(session, announcement.id)
    recalled = announcement.pause_reason == RECALL
    status = state_wording.TAKEN_BACK if recalled else state_wording.STATUS[AnnouncementStatus(announcement.status)]
    parts = [f"**{plain(beginning(announcement.text))}** — {status}"]
    if announcement.status == AnnouncementStatus.PAUSED and announcement.pause_reason in state_wording.PAUSE_REASONS:
        parts[0] += f"\n{state_wording.PAUSE_REASONS[announcement.pause_reason]}"
    if announcement.frozen_at is not None:
        parts[0] += f"\nConfirmée le {wording.moment(announcement.frozen_at, tz)}"
    lines = []
    for state in _ORDER:
        counts = {why: number for (where, why), number in found.items() if where == state}
        if not counts:
            continue
        why = ", ".join(
            f"{plain(state_wording.reason(code))} ({number})" for code, number in sorted(counts.items()) if code
        )
        lines.append(f"- {state_wording.outcome(state, sum(counts.values()))}" + (f"\u00a0: {why}" if why else ""))
    parts.append("\n".join(lines))
    if announcement.revision > 1 and (edits := await corrected(session, announcement.id, announcement.revision)):
        parts.append(report_wording.corrections({state: edits.get(state, 0) for state in _ORDER}))
    if announcement.status in OPEN and (by := await stopped_by(session)):
        parts.append(managing_wording.halted_by(plain(by)))
    if announcement.ack_wanted and not recalled:
        parts.append(f"«\u00a0{wording.READ}\u00a0»\u00a0: {await readers(session, announcement.id)}")
    named = await recipients_in(session, announcement.id, _TO_NAME, NAMED)
    if named:
        parts.append(_named(named, sum(number for (state, _), number in found.items() if state in _TO_NAME)))
    states = {state for state, _ in found}
    return Message(text="\n\n".join(part for part in parts if part), buttons=_buttons(announcement, states))


async def unreached(session: AsyncSession, announcement: Announcement) -> Attachment | None:
    """A file of everybody whom it did not reach, with the reason, where the report cannot name them all."""
    rows = await recipients_in(session, announcement.id, _TO_NAME, LISTED)
    if len(rows) <= NAMED:
        return None
    lines = tuple(
        (name, house, state_wording.STATES[State(state)], state_wording.reason(why) if why else "")
        for name, house, state, why in rows
    )
    content = as_csv(Table(report_wording.UNREACHED, report_wording.UNREACHED_HEADER, lines))
    return Attachment(filename=f"annonce-{announcement.id}-non-remise.csv", media_type="text/csv", content=content)


def _buttons(announcement: Announcement, states: set[str]) -> tuple[tuple[Button, ...], ...]:
    """What staff may do with it as it stands."""
    number, status = announcement.id, announcement.status
    first = [Button(label=report_wording.REFRESH, action=f"announce:refresh:{number}")]
    if status in (AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING):
        first.append(Button(label=managing_wording.PAUSE, action=f"announce:pause:{number}"))
    if status == AnnouncementStatus.PAUSED:
        first.append(Button(label=managing_wording.RESUME, action=f"announce:go:{number}", style="primary"))
    if status in OPEN:
        first.append(Button(label=managing_wording.STOP, action=f"announce:stop:{number}", style="danger"))
    again = []
    if status in (AnnouncementStatus.SENDING, AnnouncementStatus.ENDED):
        if State.UNCERTAIN in states:
            again.append(Button(label=managing_wording.AGAIN_DOUBT, action=f"announce:again:{number}:doubt"))
        if State.FAILED in states:
            again.append(Button(label=managing_wording.AGAIN_FAILED, action=f"announce:again:{number}:failed"))
    files = [
        Button(label=label, action=f"announce:export:{number}:{kind}") for kind, label in report_wording.EXPORTS.items()
    ]
    recalled = announcement.pause_reason == RECALL
    something = states - {State.SKIPPED, State.CANCELLED, State.EXPIRED}  # has arrived, or may yet
    last = [] if recalled or not something else [Button(label=managing_wording.FIX, action=f"announce:fix:{number}")]
    if State.DELIVERED in states and not recalled:
        last.append(Button(label=managing_wording.RECALL, action=f"announce:recall:{number}", style="danger"))
    return tuple(tuple(row) for row in (first, again, files, last) if row)


def _named(named: Sequence[tuple[str, str, str, str]], total: int) -> str:
    lines = [
        f"- {plain(f'{name} ({house})' if house else name)}\u00a0: {state_wording.STATES[State(state)]}"
        + (f" ({plain(state_wording.reason(why))})" if why else "")
        for name, house, state, why in named[:NAMED]
    ]
    if total > NAMED:
        lines.append(report_wording.the_rest(total - NAMED))
    return "\n".join(lines)


def beginning(text: str) -> str:
    """The first words of a text, to recognise it by."""
    line = next((line for line in visible(read(text)).splitlines() if line.strip()), "").strip()
    return shortened(line, 40)
