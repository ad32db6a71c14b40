"""How rows forget somebody: what is done to the tables, most of which need more than a deletion."""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    String,
    Table,
    UniqueConstraint,
    cast,
    delete,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.agenda import Event
from storage.announcements import Announcement
from storage.ballots import Ballot, BallotTrace, Participation
from storage.base import Row, insert_or_ignore
from storage.consultations import Consultation
from storage.conversations import Conversation
from storage.directory import Contact
from storage.inbox import InboxItem, InboxState
from storage.outbox import Delivery, State
from storage.redacting import redact
from storage.sealing import Sealable
from storage.subjects import Subject
from storage.uploads import Upload

Where = Callable[[Subject], ColumnElement[bool]]
Forget = Callable[[AsyncSession, Subject, datetime], Awaitable[int]]

NOBODY = -1  # stands in a list of named people for those who are gone: an empty list would mean everybody
BLIND = "blind:"  # what a message about an anonymous answer is about: not even that there was one remains
GOODBYE = "goodbye:"  # what the last words to somebody are about: nothing of them is kept once they are sent
SECRET = "secret:"  # what a message with a link or a code is about: the secret goes once it is sent
ENDS = (State.DELIVERED, State.FAILED, State.UNCERTAIN, State.SKIPPED, State.CANCELLED, State.EXPIRED)
_BATCH = 500
_NAMED = re.compile(r"\b(person|account):(\d+)(?!\d)")


class Forgotten(Row):
    """A published entry that was erased, as a digest of its key: loading the pack again does not bring it back."""

    __tablename__ = "forgotten"
    digest: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


def digest_of(table: str, key: str) -> str:
    """What is kept of an erased entry."""
    return hashlib.sha256(f"{table}:{key}".encode()).hexdigest()


async def forgotten(session: AsyncSession, table: str, keys: set[str]) -> set[str]:
    """Those of the keys whose entries were erased on demand."""
    digests = {digest_of(table, key): key for key in keys}
    found = await session.scalars(select(Forgotten.digest))
    return {digests[digest] for digest in found if digest in digests}


def deleted(table: type[Row], where: Where) -> Forget:
    """Their rows go."""

    async def forget(session: AsyncSession, subject: Subject, now: datetime) -> int:
        query = delete(table).where(where(subject)).execution_options(synchronize_session=False)
        return _count(await session.execute(query))

    return forget


def emptied(table: type[Row], **columns: Where) -> Forget:
    """Rows stay and lose the person: each column becomes NULL where it names them."""

    async def forget(session: AsyncSession, subject: Subject, now: datetime) -> int:
        changed = 0
        for name, where in columns.items():
            query = update(table).where(where(subject)).values({name: None})
            changed += _count(await session.execute(query.execution_options(synchronize_session=False)))
        return changed

    return forget


def both(*steps: Forget) -> Forget:
    """One after another."""

    async def forget(session: AsyncSession, subject: Subject, now: datetime) -> int:
        return sum([await step(session, subject, now) for step in steps])

    return forget


def theirs(subject: Subject) -> ColumnElement[bool]:
    """The deliveries to a person: to them by name, to one of their accounts, or to a private chat of theirs."""
    return or_(
        Delivery.person_id == subject.id,
        Delivery.account_id.in_(subject.account_ids),
        subject.at_home(Delivery.platform, Delivery.workspace, Delivery.chat),
    )


async def forget_deliveries(session: AsyncSession, subject: Subject, now: datetime) -> int:
    """What waits is cancelled; of what has left only the facts remain: what kind, when, how it ended."""
    rows = (await session.execute(select(Delivery.id, Delivery.about, Delivery.state).where(theirs(subject)))).all()
    blank: dict[str, Any] = {
        "person_id": None,
        "account_id": None,
        "workspace": "",
        "chat": "",
        "payload": {},
        "edits": "",
    }
    blank |= {"message_ref": "", "lease_owner": "", "lease_until": 0.0}
    for some, end in (
        ([row for row in rows if row.state not in (*ENDS, State.SENDING)], State.CANCELLED),
        ([row for row in rows if row.state == State.SENDING], State.UNCERTAIN),  # it may be arriving just now
        ([row for row in rows if row.state in ENDS], None),
    ):
        ended = {"state": end, "reason": "erased", "ended_at": now} if end else {}
        values = [{"id": row.id, "about": _nameless(row.about, subject, row.id), **blank, **ended} for row in some]
        for first in range(0, len(values), _BATCH):
            await session.execute(update(Delivery), values[first : first + _BATCH])
    return len(rows)


def _nameless(about: str, subject: Subject, number: int) -> str:
    """What a delivery is about, without for whom; still unique, and still counted by what it begins with."""
    mine = {("person", subject.id)} | {("account", account_id) for account_id in subject.account_ids}
    return _NAMED.sub(lambda m: f"{m[1]}:-{number}" if (m[1], int(m[2])) in mine else m[0], about)


def forget_goodbye(row: Delivery) -> None:
    """The last words to somebody have been sent, or never will be: only that there were any remains."""
    row.platform = row.workspace = row.chat = row.edits = row.message_ref = ""
    row.payload = {}


def forget_secret(row: Delivery) -> None:
    """A message that carried a secret has been sent, or never will be: only that there was one remains."""
    row.payload = {}


async def forget_inbox(session: AsyncSession, subject: Subject, now: datetime) -> int:
    """Updates keep their number, so that none is handled twice; what still waits is not handled any more."""
    mine = InboxItem.sender.in_(subject.senders)
    pages = update(InboxItem).where(mine, InboxItem.platform == "web")  # a page's updates are numbered by person
    renamed = pages.values(update_id=literal("erased:") + cast(InboxItem.id, String))
    await session.execute(renamed.execution_options(synchronize_session=False))
    waiting = update(InboxItem).where(mine, InboxItem.state == InboxState.PENDING)
    done = waiting.values(state=InboxState.DONE, handled_at=now)
    await session.execute(done.execution_options(synchronize_session=False))
    nameless = update(InboxItem).where(mine).values(sender="erased", payload={})
    return _count(await session.execute(nameless.execution_options(synchronize_session=False)))


async def forget_conversations(session: AsyncSession, subject: Subject, now: datetime) -> int:
    """Theirs go; others forget what was spoken of, if it was this person."""
    about = update(Conversation).where(subject.traces.within(Conversation.memory)).values(memory={}, memory_at=None)
    await session.execute(about.execution_options(synchronize_session=False))
    holders = [subject.voice, *(f"account:{account_id}" for account_id in subject.account_ids)]
    query = delete(Conversation).where(Conversation.holder.in_(holders))
    return _count(await session.execute(query.execution_options(synchronize_session=False)))


async def forget_voice(session: AsyncSession, subject: Subject, now: datetime) -> int:
    """The person's own ballots stay counted, under the key of a voice that is nobody's."""
    consultations: set[int] = set()
    for table in (Ballot, Participation, BallotTrace):
        consultations |= set(
            await session.scalars(select(table.consultation_id).where(table.voice_key == subject.voice))
        )
    for consultation in consultations:
        nobody = f"person:-{secrets.randbits(60)}"  # another one each time: two of them are not known to be one human's
        for table in (Ballot, Participation, BallotTrace):
            mine = update(table).where(table.consultation_id == consultation, table.voice_key == subject.voice)
            await session.execute(mine.values(voice_key=nobody).execution_options(synchronize_session=False))
    return len(consultations)


def no_longer_meant(table: type[Event] | type[Announcement] | type[Consultation]) -> Forget:
    """An audience of named people loses this one."""

    async def forget(session: AsyncSession, subject: Subject, now: datetime) -> int:
        named = cast(table.audience, String).contains('"people"')
        changed = 0
        for row_id, audience in (await session.execute(select(table.id, table.audience).where(named))).all():
            people = audience.get("people") or []
            if subject.id in people:
                others = [one for one in people if one != subject.id] or [NOBODY]
                query = update(table).where(table.id == row_id).values(audience={**audience, "people": others})
                await session.execute(query.execution_options(synchronize_session=False))
                changed += 1
        return changed

    return forget


async def forget_contacts(session: AsyncSession, subject: Subject, now: datetime) -> int:
    """What was published of the person is withdrawn, and stays so when the pack is loaded again."""
    seeded = [one for one in subject.contacts if one.seed_digest is not None]
    rows = [{"digest": digest_of("contacts", one.key), "at": now} for one in seeded]
    await insert_or_ignore(session, Forgotten, rows)
    query = delete(Contact).where(Contact.id.in_([one.id for one in subject.contacts]))
    return _count(await session.execute(query.execution_options(synchronize_session=False)))


async def all_uploads(session: AsyncSession, subject: Subject, now: datetime) -> int:
    """Every file goes, whoever sent it: a spreadsheet cannot be searched here, and can be sent again."""
    return _count(await session.execute(delete(Upload).execution_options(synchronize_session=False)))


async def redact_table(
    session: AsyncSession, table: Table, subject: Subject, now: datetime, only: Collection[str] = ()
) -> int:
    """Take the person out of every text of a table, or of some columns; returns in how many rows they were."""
    found = subject.traces
    columns = [column for column in table.columns if isinstance(column.type, (String, JSON, Sealable))]
    columns = [column for column in columns if not only or column.name in only]
    unique = _unique(table)
    folds = session.get_bind().dialect.name == "sqlite"
    suspects = [found.within(column, like_folds=folds) for column in columns]
    # An attached file may name anybody, and its text is not to be searched in the database.
    texts = [cast(column, String) for column in columns if not isinstance(column.type, String)]
    suspects += [text.contains('"media_type"') for text in texts]
    if not suspects:
        return 0
    ids = (await session.scalars(select(table.c.id).where(or_(*suspects)).order_by(table.c.id))).all()
    changed = 0
    for first in range(0, len(ids), _BATCH):
        chunk = ids[first : first + _BATCH]
        for row in (await session.execute(select(table.c.id, *columns).where(table.c.id.in_(chunk)))).mappings():
            values: dict[str, Any] = {}
            for column in columns:
                old = row[column.name]
                new = redact(old, found, f"gone-{row['id']}") if column.name in unique else redact(old, found)
                if new != old:
                    values[column.name] = new
            if values:
                if "edited_at" in table.c:
                    values["edited_at"] = now  # the pack must not put it back
                await session.execute(update(table).where(table.c.id == row["id"]).values(values))
                changed += 1
    return changed


def _unique(table: Table) -> set[str]:
    constraints = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    return {column.name for one in constraints for column in one.columns}


def _count(result: Any) -> int:
    return int(result.rowcount)
