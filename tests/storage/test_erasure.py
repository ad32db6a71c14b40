"""Erasing a person: nothing leads to them any more, in no column of any table, and what the network did stays."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import models  # noqa: F401 – every table there is
from storage.agenda import Event
from storage.announcements import Announcement, AnnouncementRead
from storage.audiences import Audience
from storage.audit import Act, AuditEntry, note
from storage.ballots import Answer, Ballot, BallotTrace, Participation, Proposal
from storage.base import Base
from storage.channel_polls import ChannelPoll
from storage.consultations import Choice, Consultation, Draft, Question, Unnudged
from storage.conversations import Conversation
from storage.database import Database
from storage.directory import Contact, Topic
from storage.feeds import CalendarFeed
from storage.forgetting import forgotten
from storage.imports import ImportChange, ImportRun
from storage.inbox import InboxItem, InboxState
from storage.interviews import InterviewSlot
from storage.linking import Invitation, LinkCode, LinkProposal, WrongTry
from storage.outbox import Attempt, Delivery, State, enqueue
from storage.own_reminders import OwnReminder
from storage.people import Account, Person, Role
from storage.personal import PersonalLink, WebSession
from storage.privacy import erase, holdings
from storage.privacy_rules import RULES
from storage.redacting import GONE, redact, traces
from storage.replies import Rsvp
from storage.tickets import Ticket, Unanswered
from storage.uploads import Upload, upload_row
from storage.web import open_chat, write_in, write_out
from tests import building

NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)
NAME = ("Maëlys", "Kerzrého-Tanguy")
EMAIL, PHONE = "maelys.kerzreho-tanguy@exemple.fr", "+33612345678"
TELEGRAM, SLACK, KEY = "7744112233", "U0MAELYS9", "maelys-kerzreho-tanguy"
# However it is written: as stored, typed without accents, escaped for the rich text, grouped in pairs.
FORBIDDEN = ("maëlys", "maelys", "kerzr", "tanguy", EMAIL, "12 34 56 78", "12345678", "12.34.56.78", TELEGRAM, SLACK)


def delivery(about: str, to: Person, account: Account, text: str, **more: Any) -> dict[str, Any]:
    where = {"platform": account.platform, "chat": account.chat, "account_id": account.id, "person_id": to.id}
    return (
        {"about": about, "kind": "notice", "payload": {"text": text}, "due_at": NOW, "created_at": NOW} | where | more
    )


async def account_of(session: AsyncSession, person: Person, platform: str) -> Account:
    query = select(Account).where(Account.person_id == person.id, Account.platform == platform)
    return (await session.scalars(query)).one()


async def a_life(session: AsyncSession) -> tuple[int, int]:
    """Somebody who has left traces in every table that can hold any, and a colleague who has spoken of them."""
    maelys = await building.person(
        session, " ".join(NAME), email=EMAIL, phone=PHONE, key=KEY, roles=[Role.DIRECTOR, Role.STAFF], on=[]
    )
    bruno = await building.person(session, "Bruno Morvan", roles=[Role.STAFF])
    for platform, number in (("telegram", TELEGRAM), ("slack", SLACK)):
        session.add(Account(platform=platform, external_id=number, chat=number, person_id=maelys.id, created_at=NOW))
    chat = await open_chat(session, maelys.id, NOW)
    theirs = await open_chat(session, bruno.id, NOW)
    await session.flush()
    hers, his = await account_of(session, maelys, "telegram"), await account_of(session, bruno, "telegram")
    await write_in(session, chat.key, "u1", "Ici Maëlys", NOW)

    session.add_all(
        [
            Contact(key=KEY, given_name=NAME[0], family_name=NAME[1], phone=PHONE, updated_at=NOW, seed_digest="d"),
            Contact(
                key="c2",
                given_name="M.",
                family_name="Tanguy",
                email=EMAIL.upper(),
                phone="06.12.34.56.78",
                updated_at=NOW,
            ),
            Topic(key="t", title="Qui", body="Maëlys Kerzrého-Tanguy pilote.", updated_at=NOW, seed_digest="d"),
        ]
    )
    event = await building.event(
        session, "Atelier", "2024-04-16", description="Avec Mme Kerzrého-Tanguy", audience={"people": [maelys.id]}
    )
    await _answers(session, maelys, bruno)
    announcement = Announcement(
        author_id=maelys.id,
        confirmed_by=maelys.id,
        text="Écrivez à maelys.kerzreho\\-tanguy@exemple.fr ou au 06 12 34 56 78.",
        audience={"people": [maelys.id, bruno.id]},
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(announcement)
    await session.flush()
    session.add(AnnouncementRead(announcement_id=announcement.id, person_id=maelys.id, at=NOW))
    await enqueue(
        session,
        [
            delivery(f"announcement:{announcement.id}:person:{maelys.id}", maelys, hers, "Bonjour Maëlys"),
            delivery(f"reminder:{event.id}:D-7:person:{maelys.id}", maelys, hers, "x", state=State.SENDING),
            delivery("past", maelys, hers, "Maëlys", state=State.DELIVERED, message_ref=f"{TELEGRAM}:4", edits="4"),
            delivery(f"told:person:{bruno.id}", bruno, his, "Maëlys Kerzrého\\-Tanguy a répondu."),
            delivery(
                "file",
                bruno,
                his,
                "Le suivi",
                payload={
                    "text": "Le suivi",
                    "attachment": {
                        "filename": "suivi.csv",
                        "media_type": "text/csv",
                        "content": base64.urlsafe_b64encode("nom\nKerzrého-Tanguy Maëlys\n".encode()).decode(),
                    },
                },
            ),
        ],
    )
    past = (await session.scalars(select(Delivery).where(Delivery.about == "past"))).one()
    told = (await session.scalars(select(Delivery).where(Delivery.about.startswith("told")))).one()
    session.add(Attempt(delivery_id=past.id, platform="telegram", started=1.0, ended=2.0, outcome="delivered"))
    await write_out(session, theirs.key, told.id, "notice", {"text": "Maëlys Kerzrého-Tanguy a répondu."}, "", NOW)
    for n, state in enumerate((InboxState.DONE, InboxState.PENDING)):
        session.add(
            InboxItem(
                platform="telegram",
                update_id=str(n),
                sender=f"telegram::{TELEGRAM}",
                state=state,
                payload={"account": TELEGRAM, "display_name": "Maëlys", "text": "…"},
                stored_at=NOW,
            )
        )
    session.add_all(
        [
            Conversation(holder=f"person:{maelys.id}", memory={"contacts": [KEY]}, memory_at=NOW),
            Conversation(holder=f"person:{bruno.id}", memory={"contacts": [KEY]}, memory_at=NOW),
            LinkCode(digest="l", person_id=maelys.id, issuer_id=hers.id, until=1.0),
            Invitation(digest="i", person_id=maelys.id, made_by=bruno.id, until=1.0),
            Invitation(digest="j", person_id=bruno.id, made_by=maelys.id, until=1.0),
            LinkProposal(account_id=hers.id, person_id=maelys.id, way="email", until=1.0),
            WrongTry(account_id=hers.id, at=1.0),
        ]
    )
    run = ImportRun(
        by=maelys.id, as_admin=False, files=["maelys.kerzreho-tanguy@exemple.fr.csv"], counts={}, applied_at=NOW
    )
    session.add(run)
    await session.flush()
    changed = {"kind": "people", "row_id": maelys.id, "done": "changed", "before": {"phone": PHONE}, "after": {}}
    session.add(ImportChange(run_id=run.id, person_id=maelys.id, **changed))
    upload = upload_row("slack", "u9", "membres.csv", "text/csv", b"nom;Kerzr\xc3\xa9ho-Tanguy", NOW)
    session.add(Upload(**{**upload, "person_id": maelys.id}))
    session.add(Ticket(person_id=maelys.id, question="Qui rappelle Maëlys Kerzrého-Tanguy ?", asked_at=NOW))
    session.add(
        Ticket(person_id=bruno.id, question="?", answer="Oui", answered_by=maelys.id, asked_at=NOW, answered_at=NOW)
    )
    session.add(Unanswered(question="Le numéro de Maëlys Kerzrého-Tanguy ?", at=NOW))
    link = PersonalLink(digest="p", person_id=maelys.id, made_by=bruno.id, made=1.0, until=2.0)
    session.add(link)
    await session.flush()
    session.add_all(
        [
            WebSession(digest="s", person_id=maelys.id, link_id=link.id, until=2.0),
            PersonalLink(digest="q", person_id=bruno.id, made_by=maelys.id, made=1.0, until=2.0),
        ]
    )
    session.add_all(
        [
            OwnReminder(event_id=event.id, person_id=maelys.id, rule="d1.1800", due_at=None, zone="", created_at=NOW),
            Rsvp(event_id=event.id, person_id=maelys.id, answer="yes", needs="Maëlys vient en fauteuil", at=NOW),
            CalendarFeed(digest="f", person_id=maelys.id, made_at=NOW),
            InterviewSlot(series="s", host_id=bruno.id, person_id=maelys.id, starts_at=NOW, minutes=30, zone="UTC"),
        ]
    )
    await note(session, Act.LINKED, NOW, by=maelys.id, about=maelys.id, way="code")
    await session.flush()
    return maelys.id, bruno.id


async def _answers(session: AsyncSession, maelys: Person, bruno: Person) -> None:
    """An answer of the structure, one of the person's own, and one that waits for a director."""
    for slug, voice in (("structures", f"structure:{maelys.structure_id}"), ("personnes", f"person:{maelys.id}")):
        asked = Consultation(slug=slug, title=slug, created_by=maelys.id, updated_at=NOW)
        one = Question(
            key="q", position=1, kind="one", wording="Oui ?", choices=[Choice(key="o", position=1, label="O")]
        )
        asked.questions = [one]
        session.add(asked)
        await session.flush()
        ballot = Ballot(
            consultation_id=asked.id, voice_key=voice, submitted_by=maelys.id, submitted_at=NOW, receipt=slug
        )
        session.add(ballot)
        await session.flush()
        session.add_all(
            [
                Answer(ballot_id=ballot.id, question_id=one.id, choice_id=one.choices[0].id),
                Answer(ballot_id=ballot.id, question_id=one.id, text="Signé : M. Kerzrého Tanguy"),
                Participation(consultation_id=asked.id, voice_key=voice, at=NOW),
                BallotTrace(
                    consultation_id=asked.id, voice_key=voice, step="submitted", revision=1, by_person=maelys.id, at=NOW
                ),
                Draft(consultation_id=asked.id, person_id=maelys.id, answers={"1": {"text": "Maëlys"}}, updated_at=NOW),
            ]
        )
    session.add(Unnudged(consultation_id=asked.id, person_id=maelys.id))
    session.add(ChannelPoll(consultation_id=asked.id, asked_by=maelys.id, asked_at=NOW))
    theirs = f"structure:{bruno.structure_id}"
    session.add(
        Proposal(consultation_id=asked.id, voice_key=theirs, proposed_by=maelys.id, proposed_at=NOW, content={"1": {}})
    )


async def everything(session: AsyncSession) -> dict[str, str]:
    """Every column of every table as one text, in lower case."""
    found: dict[str, str] = {}
    for name, table in Base.metadata.tables.items():
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                values = [bytes(v or b"").decode("utf-8", "replace") for v in await session.scalars(select(column))]
            else:
                values = [str(value) for value in await session.scalars(select(cast(column, String)))]
            found[f"{name}.{column.name}"] = "\n".join(values).lower()
    return found


def give_away(text: str) -> list[str]:
    return [word for word in FORBIDDEN if word.lower() in text]


async def test_every_table_says_how_it_forgets() -> None:
    assert set(RULES) == set(Base.metadata.tables)


async def test_a_person_sees_what_every_table_holds_of_them(database: Database) -> None:
    async with database.transaction() as session:
        maelys, _ = await a_life(session)
        held = await holdings(session, maelys)
    assert set(held) == {name for name, rule in RULES.items() if rule.mine is not None}
    assert held["people"][0]["email"] == EMAIL
    assert {row["external_id"] for row in held["accounts"]} >= {TELEGRAM, SLACK}
    assert "digest" not in held["link_codes"][0]
    assert len(held["answers"]) == 4
    json.dumps(held, default=str)


async def test_after_erasing_no_column_of_any_table_leads_to_the_person(database: Database) -> None:
    async with database.transaction() as session:
        maelys, _ = await a_life(session)
    async with database.reading() as session:
        before = await everything(session)
    assert {word for text in before.values() for word in give_away(text)} == set(FORBIDDEN)  # the search finds
    async with database.transaction() as session:
        assert await erase(session, maelys, NOW)
    async with database.reading() as session:
        after = await everything(session)
        assert {column: give_away(text) for column, text in after.items() if give_away(text)} == {}
        for column, text in after.items():
            assert f"person:{maelys}\n" not in text + "\n", column
            assert f"person:{maelys}:" not in text, column
        assert await holdings(session, maelys) == {}


async def test_what_the_network_did_stays(database: Database) -> None:
    async with database.transaction() as session:
        maelys, bruno = await a_life(session)
        structure = f"structure:{(await session.get_one(Person, maelys)).structure_id}"
        counts = {table: await _count(session, table) for table in (Ballot, Answer, Participation, BallotTrace)}
        acts = await _count(session, AuditEntry)
    async with database.transaction() as session:
        await erase(session, maelys, NOW)
    async with database.reading() as session:
        assert {table: await _count(session, table) for table in counts} == counts
        assert await _count(session, Proposal) == 1
        assert await _count(session, AuditEntry) == acts
        ballots = (await session.scalars(select(Ballot).order_by(Ballot.id))).all()
        assert (ballots[0].voice_key, ballots[0].submitted_by) == (structure, None)
        assert ballots[1].voice_key.startswith("person:-")
        traces = (await session.scalars(select(BallotTrace.voice_key).order_by(BallotTrace.id))).all()
        assert traces == [ballot.voice_key for ballot in ballots]
        announcement = (await session.scalars(select(Announcement))).one()
        assert announcement.text == f"Écrivez à {GONE} ou au {GONE}."
        assert announcement.audience == {"people": [bruno]}
        topic = (await session.scalars(select(Topic))).one()
        assert (topic.body, topic.edited_at) == (f"{GONE} pilote.", NOW)
        assert await session.get(Person, bruno) is not None


async def test_an_audience_of_this_person_alone_does_not_become_everybody(database: Database) -> None:
    async with database.transaction() as session:
        maelys, _ = await a_life(session)
    async with database.transaction() as session:
        await erase(session, maelys, NOW)
        event = (await session.scalars(select(Event))).one()
        assert not Audience.of(event.audience).is_everybody


async def test_what_waits_is_cancelled_and_what_is_leaving_is_a_doubt(database: Database) -> None:
    async with database.transaction() as session:
        maelys, _ = await a_life(session)
        (announcement,) = await session.scalars(select(Announcement.id))
    async with database.transaction() as session:
        await erase(session, maelys, NOW)
    async with database.reading() as session:
        rows = (await session.scalars(select(Delivery).order_by(Delivery.id))).all()
        states = [(row.state, row.reason) for row in rows[:3]]
        assert states == [(State.CANCELLED, "erased"), (State.UNCERTAIN, "erased"), (State.DELIVERED, "")]
        assert rows[0].about == f"announcement:{announcement}:person:-{rows[0].id}"  # still counted
        assert [row.payload["text"] for row in rows[3:]] == [f"{GONE} a répondu.", "Le suivi"]
        assert (await session.scalars(select(InboxItem.state))).all() == [InboxState.DONE, InboxState.DONE]


async def test_the_pack_does_not_bring_back_who_was_erased(database: Database) -> None:
    async with database.transaction() as session:
        maelys, _ = await a_life(session)
        await erase(session, maelys, NOW)
        assert await forgotten(session, "contacts", {KEY, "other"}) == {KEY}


async def test_an_id_is_never_given_to_somebody_else(database: Database) -> None:
    async with database.transaction() as session:
        first = await building.person(session, "Anne Test")
        number = first.id
        await erase(session, number, NOW)
    async with database.transaction() as session:
        assert (await building.person(session, "Zoé Autre")).id > number


async def test_a_namesake_keeps_their_name_in_what_others_wrote(database: Database) -> None:
    async with database.transaction() as session:
        one = await building.person(session, "Anne Martin", email="anne@un.fr")
        other = await building.person(session, "anne martin", email="anne@deux.fr")
        session.add(Topic(key="t", title="Qui", body="Anne Martin (anne@un.fr ou anne@deux.fr)", updated_at=NOW))
        session.add(Contact(key="c", given_name="Anne", family_name="Martin", updated_at=NOW))
        await session.flush()
        await erase(session, one.id, NOW)
    async with database.reading() as session:
        assert (await session.scalars(select(Topic.body))).one() == f"Anne Martin ({GONE} ou anne@deux.fr)"
        assert (await session.scalars(select(Contact.key))).one() == "c"
        assert await session.get(Person, other.id) is not None


async def test_erasing_nobody_changes_nothing(database: Database) -> None:
    async with database.transaction() as session:
        assert await erase(session, 404, NOW) == {}


async def test_nothing_is_left_in_the_files_of_sqlite(sqlite: Database) -> None:
    """Among hundreds of others, so that pages split, merge and are freed."""
    async with sqlite.transaction() as session:
        maelys, _ = await a_life(session)
    for batch in range(4):
        async with sqlite.transaction() as session:
            for n in range(60):
                other = await building.person(session, f"Nom{batch}x{n} Famille{n}", email=f"{batch}.{n}@exemple.fr")
                account = await account_of(session, other, "telegram")
                about = [f"a:{batch}:{n}:{i}:person:{other.id}" for i in range(5)]
                await enqueue(session, [delivery(one, other, account, "Bonjour " * 40) for one in about])
            hers = await account_of(session, await session.get_one(Person, maelys), "telegram")
            more = [f"b:{batch}:{i}:person:{maelys}" for i in range(40)]
            person = await session.get_one(Person, maelys)
            await enqueue(session, [delivery(one, person, hers, "Bonjour Maëlys " * 30) for one in more])
    assert sqlite.url.database is not None
    file = Path(sqlite.url.database)
    assert give_away(_bytes_of(file))
    async with sqlite.transaction() as session:
        await erase(session, maelys, NOW)
    assert give_away(_bytes_of(file)) == []


async def test_a_reader_delays_the_emptying_of_the_log_only_until_the_next_transaction(sqlite: Database) -> None:
    async with sqlite.transaction() as session:
        maelys, _ = await a_life(session)
    assert sqlite.url.database is not None
    log = Path(sqlite.url.database + "-wal")
    async with sqlite.reading() as reader:
        await reader.scalar(select(func.count()).select_from(Person))
        async with sqlite.transaction() as session:
            await erase(session, maelys, NOW)
        assert len(log.read_bytes()) > 0  # noqa: ASYNC240 – a small file
    async with sqlite.transaction() as session:
        await building.person(session, "Zoé Autre")
    assert give_away(_bytes_of(Path(sqlite.url.database))) == []


def _bytes_of(file: Path) -> str:
    parts = [file.with_name(file.name + suffix) for suffix in ("", "-wal")]
    raw = b"".join(part.read_bytes() for part in parts if part.exists())
    return raw.decode("utf-8", "replace").lower()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Maëlys Kerzrého-Tanguy a dit oui", f"{GONE} a dit oui"),
        ("KERZREHO TANGUY Maelys", GONE),
        ("Mme Kerzrého-Tanguy, M. Kerzrého\\-Tanguy", f"{GONE}, {GONE}"),
        ("Maëlys seule, et Tanguy le prénom", "Maëlys seule, et Tanguy le prénom"),
        ("MAELYS.KERZREHO\\-TANGUY@exemple.fr", GONE),
        ("+33 (0)6 12 34 56 78", GONE),
        ("06\u00a012\u00a034\u00a056\u00a078", GONE),
        ("0612345678, 06.12.34.56.79", f"{GONE}, 06.12.34.56.79"),
        (f"<@{SLACK}> et {SLACK}X", f"<@{GONE}> et {SLACK}X"),
        ("person:12 et person:123", f"{GONE} et person:123"),
    ],
)
def test_a_person_is_found_however_they_are_written(text: str, left: str) -> None:
    found = traces([NAME], [EMAIL], [PHONE], [SLACK, "person:12", "7"])
    assert redact(text, found) == left
    assert redact({"a": [text, 7]}, found) == {"a": [left, 7]}


async def test_the_database_is_asked_for_no_less_than_python_finds(database: Database) -> None:
    found = traces([NAME], [EMAIL], [PHONE], [SLACK])
    texts = ["Kerzreho Tanguy Maelys", "06-12-34-56-78", EMAIL.upper(), f"<@{SLACK}>", "\\+33 6 12 34 56 78", "autre"]
    async with database.transaction() as session:
        for n, text in enumerate(texts):
            session.add(Topic(key=str(n), title="", body=text, details={"a": text}, updated_at=NOW + timedelta(days=n)))
        await session.flush()
        for column in (Topic.body, Topic.details):
            keys = set(await session.scalars(select(Topic.key).where(found.within(column))))
            assert keys == {str(n) for n, text in enumerate(texts) if redact(text, found) != text} == set("01234")


async def _count(session: AsyncSession, table: type[Base]) -> int:
    return int(await session.scalar(select(func.count()).select_from(table)) or 0)
