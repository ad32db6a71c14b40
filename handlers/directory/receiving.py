"""A members file sent in chat by staff: what it would do is shown, and what was shown is done, or nothing."""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.directory import wording
from handlers.directory.columns import Field, Unclear
from handlers.directory.faults import UnreadableFile
from handlers.directory.importing import MembersFile, carry_out, plan_file, read_file, remember_columns
from handlers.directory.plans import Plan, Rights
from handlers.directory.reporting import refusals_csv
from handlers.directory.undoing import may_undo, undo_last
from handlers.errors import Refusal
from handlers.messages import Attachment, Button, Message, Reply, plain, say
from handlers.receiving import not_admitted, pressed_file
from handlers.request import Request
from storage.conversations import Conversation
from storage.network import lock_knowledge
from storage.people import Role
from storage.uploads import Upload, content_of, purge_uploads, upload_of


async def receive(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A file has come with the request: say what importing it would do. Staff only, in private only."""
    await purge_uploads(session, request.received_at)
    upload = await upload_of(session, request.inbound.platform, request.inbound.update_id)
    if upload is None:
        return say(wording.FILES.gone)
    content, may = await content_of(session, upload), request.person is not None and request.person.is_staff
    refused = await not_admitted(request, session, upload, content, wording.FILES, may=may, what="file sent")
    return refused or await _show(request, session, upload)


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A button under what was shown: `directory:<verb>:<number>…`. The right is checked now."""
    request.staff()
    verb = request.press.action.split(":")[1] if request.press and ":" in request.press.action else ""
    handler = _VERBS.get(verb)
    return await handler(request, session) if handler else Reply(notice="Ce bouton n’est plus valable.")


async def _show(request: Request, session: AsyncSession, upload: Upload, *, again: bool = False) -> Reply:
    """The question about the first unclear column, else what the import would do with its buttons."""
    try:
        file = await _read(request, session, upload)
    except UnreadableFile as error:
        await session.delete(upload)
        return say(plain(f"{wording.NOTHING_WRITTEN} {error.fault}"))
    pressed = request.press is not None
    if file.columns.unclear:
        one = file.columns.unclear[0]
        return say(plain(wording.which_column(one)), *_column_buttons(upload, one), replace=pressed)
    plan, _ = await plan_file(session, file, _rights(request))
    upload.shown = plan.fingerprint
    if not plan.does_anything and not plan.refused:
        await session.delete(upload)
        return say(plain(wording.headline(plan)) + "\n\n" + wording.NOTHING_TO_DO, replace=pressed)
    lines = [wording.SHOWN_AGAIN] if again else []
    lines += wording.summary(plan, file.columns)
    parts = ["\n".join(map(plain, lines))]
    if changes := wording.changes(plan, 5):
        parts.append("\n".join(f"- {plain(line)}" for line in changes))
    if faults := wording.refusals(plan.refused, 5):
        parts.append("**Lignes refusées**\n\n" + "\n".join(f"- {plain(line)}" for line in faults))
    notice = wording.SHOWN_AGAIN_SHORT if again else ""
    return say("\n\n".join(parts), *_buttons(upload, plan), replace=pressed, notice=notice)


async def _read(request: Request, session: AsyncSession, upload: Upload) -> MembersFile:
    file = await read_file(session, upload.name, await content_of(session, upload))
    answers = {int(index): Field(word) if word else None for index, word in upload.answers.items()}
    if not answers:
        return file
    columns = file.columns.settled(answers)
    if not columns.unclear:
        await remember_columns(session, columns, request.received_at)
    return MembersFile(file.table, columns)


def _rights(request: Request) -> Rights:
    """What the person may do at this moment."""
    person = request.staff()
    return Rights(admin=Role.ADMIN in person.roles, person_id=person.id)


def _column_buttons(upload: Upload, one: Unclear) -> tuple[tuple[Button, ...], ...]:
    base = f"directory:column:{upload.id}:{one.index}:"
    yes = Button(label=wording.yes_column(one), action=base + one.likely, style="primary")
    return (yes, Button(label=wording.PASS_OVER, action=base)), (_drop(upload),)


def _buttons(upload: Upload, plan: Plan) -> tuple[tuple[Button, ...], ...]:
    drop = _drop(upload)
    if not plan.refused:
        return ((Button(label=wording.IMPORT, action=f"directory:import:{upload.id}", style="primary"), drop),)
    see = Button(label=wording.SEE_REFUSED, action=f"directory:refused:{upload.id}")
    if not plan.does_anything:
        return ((see, drop),)
    written = plan.counts["added"] + plan.counts["changed"]
    skip = Button(label=wording.import_others(written), action=f"directory:skip:{upload.id}")
    return (see, drop), (skip,)


def _drop(upload: Upload) -> Button:
    return Button(label=wording.DROP, action=f"directory:drop:{upload.id}")


async def _upload(request: Request, session: AsyncSession) -> Upload:
    return await pressed_file(request, session, request.staff().id, wording.FILES)


async def _answer_column(request: Request, session: AsyncSession) -> Reply:
    """What a column is, or that it is nothing of ours."""
    upload = await _upload(request, session)
    index, word = request.number(1), request.arguments[2] if len(request.arguments) > 2 else ""
    if index is None or word not in {"", *Field}:
        raise Refusal(wording.FILES.gone)
    upload.answers = {**upload.answers, str(index): word}
    return await _show(request, session, upload)


async def _import(request: Request, session: AsyncSession) -> Reply:
    """Do what was shown; if it would be something else by now, show it again instead."""
    upload = await _upload(request, session)
    rights = _rights(request)
    await lock_knowledge(session)
    try:
        file = await _read(request, session, upload)
    except UnreadableFile:
        return await _show(request, session, upload)
    plan, known = await plan_file(session, file, rights)
    skipping = bool(request.press and request.press.action.startswith("directory:skip:"))
    if file.columns.unclear or plan.fingerprint != upload.shown or bool(plan.refused) != skipping:
        return await _show(request, session, upload, again=True)
    run = await carry_out(session, plan, known, rights, request.received_at)
    await session.delete(upload)
    undo = Button(label=wording.UNDO, action=f"directory:undo:{run.id}")
    return say(plain(wording.imported([plan])), (undo,), replace=True)


async def _drop_it(request: Request, session: AsyncSession) -> Reply:
    """Forget the file."""
    await session.delete(await _upload(request, session))
    return say(wording.DROPPED, replace=True)


async def _show_refused(request: Request, session: AsyncSession) -> Reply:
    """Every refused row, as a file."""
    upload = await _upload(request, session)
    file = await _read(request, session, upload)
    plan, _ = await plan_file(session, file, _rights(request))
    if not plan.refused:
        return await _show(request, session, upload, again=True)
    attachment = Attachment(filename="refus.csv", media_type="text/csv", content=refusals_csv(plan.refused))
    said = wording.count(plan.refused_rows, "ligne refusée", "lignes refusées")
    return Reply(messages=(Message(text=plain(f"{said}, avec la raison de chacune."), attachment=attachment),))


async def _ask_undo(request: Request, session: AsyncSession) -> Reply:
    """Before everything is put back."""
    run = await may_undo(session, _rights(request), request.number(0) or 0)
    rows = int(run.counts.get("added", 0)) + int(run.counts.get("changed", 0))
    yes = Button(label=wording.YES_UNDO, action=f"directory:revert:{run.id}", style="danger")
    return say(plain(wording.ask_undo(rows)), (yes, Button(label=wording.NO_UNDO, action="directory:keep")))


async def _undo(request: Request, session: AsyncSession) -> Reply:
    """Put everything back."""
    undone = await undo_last(session, _rights(request), request.received_at, request.number(0) or 0)
    first, *rest = wording.undone(undone.rows, undone.kept)
    return say("\n".join([plain(first), *(line[:2] + plain(line[2:]) for line in rest)]), replace=True)


async def _keep(request: Request, session: AsyncSession) -> Reply:
    """The import stands."""
    return say(wording.KEPT, replace=True)


_VERBS: Mapping[str, Callable[[Request, AsyncSession], Awaitable[Reply]]] = {
    "column": _answer_column,
    "import": _import,
    "skip": _import,
    "refused": _show_refused,
    "drop": _drop_it,
    "undo": _ask_undo,
    "revert": _undo,
    "keep": _keep,
}
