"""An anonymous consultation: the voter's way, and whoever has the database in hand trying to join voters to ballots."""

import json
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from handlers.consultations.recurring import open_waves
from handlers.consultations.timing import close
from storage.ballots import Participation
from storage.consultations import Consultation, Draft, Question, QuestionKind, whole_consultation
from storage.database import Database
from storage.models import Base
from storage.network import Structure
from storage.people import Account, Person, Role, RoleGrant
from storage.sealing import CannotUnseal, Sealer
from storage.secret_ballots import SealedBallot, SecretBallot, published_ballots
from storage.web import open_chat
from tests.conversations.consulting import NOW, Network, a_consultation, a_network
from tests.stage import Heard, Stage

VOTERS = 12
STAFF = f"telegram:t{VOTERS}"
MEANS = ("☐ Argent", "☐ Temps")
KEY = "a key that is in no table"


@pytest.fixture
async def sealed(database_url: str) -> AsyncIterator[Database]:
    """A database that has a key, empty, once for each engine."""
    made = Database(database_url, KEY)
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield made
    await made.close()


@pytest.fixture
async def network(sealed: Database) -> Network:
    return await a_network(sealed)


class Vote:
    """Twelve people and a member of staff, two questions: one choice and a text that each writes differently."""

    def __init__(self, database: Database) -> None:
        self.stage = Stage(database)
        self.database = database
        self.number = 0
        self.receipts: dict[str, str] = {}

    async def begin(self) -> None:
        """People on two channels, and an open consultation."""
        async with self.database.transaction() as session:
            structure = Structure(code="S", name="ML Rennes", kind="mission-locale")
            session.add(structure)
            await session.flush()
            for number in range(VOTERS + 1):
                person = Person(given_name=f"V{number}", family_name="T", structure_id=structure.id, created_at=NOW)
                session.add(person)
                await session.flush()
                role = Role.DIRECTOR if number < VOTERS else Role.STAFF
                session.add(RoleGrant(person_id=person.id, role=role))
                if number % 3 == 2:
                    await open_chat(session, person.id, NOW)
                session.add(
                    Account(
                        platform="telegram",
                        external_id=f"t{number}",
                        chat=f"t{number}",
                        person_id=person.id,
                        created_at=NOW,
                    )
                )
        self.number = await a_consultation(
            self.database,
            secrecy="anonymous",
            voice="person",
            audience={"roles": ["director"]},
            status="draft",
            opens_at=None,
            recurs="FREQ=MONTHLY",
            series="avis",
        )
        async with self.database.transaction() as session:
            consultation = await whole_consultation(session, self.number)
            assert consultation is not None
            for question in consultation.questions[:2]:
                question.config = {"shuffle": True}
        # Staff try it out, correct a typo and open it.
        await self.stage.presses(STAFF, f"consult:begin:{self.number}")
        await self.stage.presses(STAFF, (await self.stage.heard(STAFF)).button("Non"))
        await self.mends("Votre avi")
        await self.stage.presses(STAFF, f"consult:opened:{self.number}")

    async def mends(self, title: str) -> None:
        """Staff correct a typo of the title."""
        await self.stage.presses(STAFF, f"consult:mend-text:{self.number}:0:0")
        assert "C’est corrigé" in (await self.stage.says(STAFF, title)).text

    async def votes(self, number: int) -> Heard:
        """One of them answers from beginning to end, and changes their mind on the way."""
        who = f"telegram:t{number}"
        await self.stage.presses(who, f"consult:open:{self.number}")
        await self.stage.presses(who, f"consult:begin:{self.number}")
        for label in ("Non", "Retour", "Oui" if number % 2 else "Plutôt oui"):
            heard = await self.stage.presses(who, (await self.stage.heard(who)).button(label))
        shown = [one.label for one in (await self.stage.heard(who)).buttons if one.label in MEANS][: 2 - number % 2]
        for label in (*shown, "Valider", "Oui"):
            heard = await self.stage.presses(who, (await self.stage.heard(who)).button(label))
        await self.stage.says(who, f"Marque de {number} : {_mark(number)}")
        heard = await self.stage.presses(who, (await self.stage.heard(who)).button("Envoyer"))
        self.stage.wait(61.0)
        self.receipts[str(number)] = heard.text.split("Reçu **")[1].split("**")[0].replace("\\", "")
        return heard


def _mark(number: int) -> str:
    """What only this voter writes."""
    return f"zz{number * 7919:06d}qq"


async def _rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every table as it lies in the database: sealed where it is sealed, with the transaction and place of each row."""
    found: dict[str, list[dict[str, Any]]] = {}
    hidden = "xmin::text AS xmin, ctid::text AS ctid" if not database.is_sqlite else "rowid AS rowid"
    async with database.reading() as session:
        for name in Base.metadata.tables:
            rows = await session.execute(text(f'SELECT {hidden}, t.* FROM "{name}" t'))
            found[name] = [dict(row) for row in rows.mappings()]
    return found


def _answers_to(question: int, ballots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was answered to one question, ballot by ballot."""
    read = [json.loads(row["answers"]) if isinstance(row["answers"], str) else row["answers"] for row in ballots]
    return [one[str(question)] for one in read]


async def _files(database: Database) -> bytes:
    """Every byte that the engine keeps: tables, dead rows, the write-ahead log."""
    if database.is_sqlite:
        path = Path(database.url.database or "")
        files = [one for one in path.parent.iterdir() if one.name.startswith(path.name)]
    else:
        async with database.reading() as session:
            folder = Path(str(await session.scalar(text("SHOW data_directory"))))
            oid = await session.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        files = [*(folder / "base" / str(oid)).iterdir(), *(folder / "pg_wal").iterdir()]
    return b"".join(one.read_bytes() for one in files if one.is_file())


async def test_nobody_joins_voters_to_ballots_with_everything_in_hand(
    sealed: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    vote = Vote(sealed)
    await vote.begin()
    for number in range(VOTERS // 2):
        await vote.votes(number)
    # Somebody is in the middle of answering when the backup is made.
    await vote.stage.presses(f"telegram:t{VOTERS - 1}", f"consult:begin:{vote.number}")
    backup = await _rows(sealed)
    copied = await _files(sealed)
    await vote.mends("Votre avis")
    for number in range(VOTERS // 2, VOTERS):
        await vote.votes(number)
    before = await _rows(sealed)
    bytes_before = await _files(sealed)

    # While it is open nothing that was written can be read anywhere: rows, dead rows, log, backup.
    for where in (repr(backup).encode(), copied, repr(before).encode(), bytes_before, caplog.text.encode()):
        for number in range(VOTERS):
            assert _mark(number).encode() not in where
            assert vote.receipts[str(number)].encode() not in where
    assert b"Votre avis" in bytes_before  # what is not secret would have been found
    assert len(before["sealed_ballots"]) == len(before["participations"]) == VOTERS
    assert before["ballots"] == before["answers"] == before["ballot_traces"] == before["drafts"] == []

    # By length: every sealed ballot is as long as every other.
    assert len({len(row["content"]) for row in before["sealed_ballots"]}) == 1
    # By transaction id: that of the last voter is on every ballot, those of the others on none.
    if not sealed.is_sqlite:
        assert {row["xmin"] for row in before["sealed_ballots"]} == {before["participations"][-1]["xmin"]}
    # By comparing with the backup: no ballot of it is still there under a name or in words that it had.
    assert not {row["id"] for row in backup["sealed_ballots"]} & {row["id"] for row in before["sealed_ballots"]}
    assert not {row["content"] for row in backup["sealed_ballots"]} & {
        row["content"] for row in before["sealed_ballots"]
    }

    vote.stage.clock.at = NOW + timedelta(days=8)
    async with sealed.transaction() as session:
        await close(session, vote.number, vote.stage.clock.at)
    after = await _rows(sealed)
    ballots = after["secret_ballots"]
    assert len(ballots) == VOTERS
    assert after["sealed_ballots"] == after["drafts"] == []

    # By id or reference: a ballot has its number, its consultation, its receipt and its answers, and no other column.
    assert {*ballots[0]} - {"xmin", "ctid", "rowid"} == {"id", "consultation_id", "receipt", "answers"}
    # By what is written: the text and the receipt of a ballot are in no other table, and neither is its number.
    others = repr({name: rows for name, rows in after.items() if name != "secret_ballots"})
    for ballot in ballots:
        assert ballot["receipt"] not in others
        assert str(ballot["id"]) not in others
    assert not any(_mark(number) in others for number in range(VOTERS))
    assert _mark(0).encode() in await _files(sealed)
    # By time: a ballot has none, and the register bears the day only.
    assert not any(isinstance(value, datetime) for row in ballots for value in row.values())
    async with sealed.reading() as session:
        days = list(await session.scalars(select(Participation.at)))
    assert {(day.hour, day.minute, day.second) for day in days} == {(0, 0, 0)}
    # By transaction id: that of the close, on all of them, and on no row that names a voter.
    if not sealed.is_sqlite:
        assert len({row["xmin"] for row in ballots}) == 1
        assert ballots[0]["xmin"] not in {row["xmin"] for row in after["participations"]}
    # By order: neither the numbers nor the places of the ballots follow the order of the votes.
    order = [next(n for n in range(VOTERS) if _mark(n) in repr(row["answers"])) for row in ballots]
    by_id = [n for _, n in sorted(zip((row["id"] for row in ballots), order, strict=True))]
    assert by_id != list(range(VOTERS))
    assert order != list(range(VOTERS))
    # By counting: neither the outbox nor the inbox says how many presses a voter made.
    assert not [row for row in after["deliveries"] if row["about"].startswith("blind:")]
    senders = [row["sender"] for row in after["inbox"]]
    assert set(senders) == {"anonymous", f"telegram::t{VOTERS}"}  # staff, who corrected a typo meanwhile
    assert {row["payload"] if isinstance(row["payload"], str) else repr(row["payload"]) for row in after["inbox"]} == {
        "{}"
    }

    # By the order in which each read the choices: those of a ballot stand in the question's own.
    async with sealed.reading() as session:
        consultation = await whole_consultation(session, vote.number)
    assert consultation is not None
    moyens = consultation.questions[1]
    orders = [one["choices"] for one in _answers_to(moyens.id, ballots) if len(one["choices"]) > 1]
    assert len(orders) == VOTERS // 2
    assert all(order == sorted(order) for order in orders)
    # By a channel: an anonymous poll stands in none.
    assert after["channel_polls"] == []
    # By the next wave: it has the questions and nothing else.
    async with sealed.transaction() as session:
        assert await open_waves(session, NOW + timedelta(days=32)) == 1
    later = await _rows(sealed)
    for name in ("secret_ballots", "participations", "drafts", "sealed_ballots"):
        assert [row["id"] for row in later[name]] == [row["id"] for row in after[name]]

    # And yet every voter finds the ballot under the receipt that only they were given, as it was sent.
    async with sealed.reading() as session:
        listed = {one.receipt: one.answers for one in await published_ballots(session, vote.number)}
    for number in range(VOTERS):
        assert _mark(number) in repr(listed[vote.receipts[str(number)]])


async def test_the_voter_is_told_who_sees_what_before_the_first_question(network: Network) -> None:
    number = await a_consultation(network.database, secrecy="anonymous", voice="person")
    anne = await network.talk("Anne")
    shown = await anne.acts(f"consult:open:{number}")
    assert "C’est anonyme" in shown
    assert "verra que vous avez répondu" in shown
    assert "sans nom, sans heure et sans ordre" in shown
    assert "Telegram, de son côté, garde la trace de vos messages et de vos appuis" in shown
    assert "ne pourra plus être changée" in shown
    assert all(message.secret for message in anne.reply.messages)


async def answer(network: Network, name: str, number: int, choice: str = "Oui", words: str = "Merci") -> str:
    """Somebody answers from beginning to end; returns the receipt as it is read."""
    talk = await network.talk(name)
    await talk.acts(f"consult:begin:{number}")
    await talk.presses(choice)
    await talk.presses("Passer")
    await talk.presses("Passer")
    await talk.says(words)
    sent = await talk.presses("Envoyer")
    return sent.split("Reçu **")[1].split("**")[0]


async def test_an_anonymous_answer_is_not_changed_and_not_shown_again(network: Network) -> None:
    number = await a_consultation(network.database, secrecy="anonymous", voice="person")
    await answer(network, "Anne", number)
    anne = await network.talk("Anne", platform="slack")
    for action in ("open", "begin", "redo", "mine"):
        assert "Votre voix est comptée" in await anne.acts(f"consult:{action}:{number}")
        assert [*anne.buttons] == ["Liste des bulletins"]
    assert "Votre voix est comptée" in await anne.acts(f"consult:send:{number}:0:0")
    assert await network.count(SealedBallot) == await network.count(Participation) == 1
    assert await network.count(Draft) == 0


async def test_one_voice_a_structure_also_where_it_is_anonymous(network: Network) -> None:
    number = await a_consultation(network.database, secrecy="anonymous")
    anne, bruno = await network.talk("Anne"), await network.talk("Bruno")
    for talk in (anne, bruno):
        await talk.acts(f"consult:begin:{number}")
        await talk.presses("Oui")
        await talk.presses("Passer")
        await talk.presses("Passer")
        await talk.presses("Passer")
    assert "C’est envoyé" in await anne.presses("Envoyer")
    assert "La voix de votre structure, ML Rennes, est comptée" in await bruno.presses("Envoyer")
    assert await network.count(SealedBallot) == 1
    assert await network.count(Draft) == 0


async def test_no_count_before_the_close_nor_of_a_few_and_then_a_recount(network: Network) -> None:
    number = await a_consultation(network.database, secrecy="anonymous", voice="person")
    few = await a_consultation(network.database, secrecy="anonymous", voice="person", slug="few")
    receipts = {
        name: await answer(network, name, number, "Oui" if name != "Elsa" else "Non", f"texte {name[0]}")
        for name in ("Anne", "Bruno", "Carla", "Denis", "Elsa")
    }
    await answer(network, "Anne", few)
    fanny, anne = await network.talk("Fanny"), await network.talk("Anne")
    for action in ("results", "csv", "xlsx", "json"):
        assert "après la clôture" in await fanny.acts(f"consult:{action}:{number}")
    assert "paraîtra après la clôture" in await anne.acts(f"consult:box:{number}")
    async with network.database.transaction() as session:
        await close(session, number, NOW)
        await close(session, few, NOW)
    shown = await fanny.acts(f"consult:results:{number}")
    assert "Oui : 4 (80 %)" in shown
    assert "autant de bulletins que de voix" in shown
    assert "à partir de 5 réponses" in await fanny.acts(f"consult:results:{few}")
    assert "à partir de 5 réponses" in await anne.acts(f"consult:box:{few}")
    assert "5 bulletins" in await anne.acts(f"consult:box:{number}")
    file = anne.reply.messages[0].attachment
    assert file is not None
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[1:] == sorted(lines[1:])
    mine = next(line for line in lines if receipts["Elsa"] in line)
    assert "Non" in mine
    assert "texte E" in mine
    assert not any(name in file.content.decode() for name in ("Anne", "Elsa", "ML Rennes", "2024"))
    async with network.database.transaction() as session:
        await session.execute(insert(Participation).values(consultation_id=number, voice_key="person:0", at=NOW))
    assert "Ne publiez rien" in await fanny.acts(f"consult:results:{number}")


async def test_a_promise_that_cannot_be_kept_is_not_made(network: Network, database_url: str) -> None:
    fanny = await network.talk("Fanny")
    directed = await a_consultation(
        network.database, slug="a", status="draft", opens_at=NOW, secrecy="anonymous", rule="director"
    )
    assert "choisissez une autre règle" in await fanny.acts(f"consult:opened:{directed}")
    branched = await a_consultation(network.database, slug="b", status="draft", opens_at=NOW, secrecy="anonymous")
    async with network.database.transaction() as session:
        only_if = {"only_if": {"question": "clair", "any_of": ["oui"]}}
        session.add(
            Question(
                consultation_id=branched, key="x", position=9, kind=QuestionKind.YES_NO, wording="?", config=only_if
            )
        )
    assert "quel chemin" in await fanny.acts(f"consult:opened:{branched}")
    plain = await a_consultation(network.database, slug="c", status="draft", opens_at=NOW, secrecy="anonymous")
    without_key = Database(database_url)
    fanny.database = without_key
    assert "SECRET_KEY" in await fanny.acts(f"consult:opened:{plain}")
    await without_key.close()
    fanny.database = network.database
    assert "est ouverte" in await fanny.acts(f"consult:opened:{plain}")


async def test_a_question_typed_as_an_answer_is_the_answer_and_is_kept_nowhere_else(network: Network) -> None:
    number = await a_consultation(network.database, secrecy="anonymous", voice="person")
    anne = await network.talk("Anne")
    await anne.acts(f"consult:begin:{number}")
    await anne.presses("Oui")
    await anne.presses("Passer")
    await anne.presses("Passer")
    assert "C’est quand l’AG ?" in await anne.says("C’est quand l’AG ?")
    async with network.database.reading() as session:
        kept = repr((await session.execute(text("SELECT * FROM conversations"))).all())
    assert "AG" not in kept


def test_what_is_sealed_is_opened_by_its_key_only_and_unchanged() -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal({"a": "é"})
    assert sealer.unseal(sealed) == {"a": "é"}
    assert sealer.seal({"a": "é"}) != sealed
    assert len(sealer.seal({"a": "x" * 1000})) == len(sealed)
    with pytest.raises(CannotUnseal):
        Sealer("another").unseal(sealed)
    changed = ("B" if sealed[40] == "A" else "A").join((sealed[:40], sealed[41:]))
    for broken in (changed, sealed[:20], "", "not base64 !"):
        with pytest.raises(CannotUnseal):
            sealer.unseal(broken)


async def test_the_wrong_key_at_the_close_loses_no_ballot(network: Network, database_url: str) -> None:
    number = await a_consultation(network.database, secrecy="anonymous", voice="person")
    await answer(network, "Anne", number)
    wrong = Database(database_url, "another")
    with pytest.raises(CannotUnseal):
        async with wrong.transaction() as session:
            await close(session, number, NOW)
    await wrong.close()
    async with network.database.transaction() as session:
        assert (await session.get_one(Consultation, number)).status == "open"
        await close(session, number, NOW)
        await close(session, number, NOW)
    assert await network.count(SecretBallot) == 1
