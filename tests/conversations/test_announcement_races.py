"""An announcement while something else happens: two presses, a stop or a correction while it leaves, rights lost."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from handlers.errors import Refusal
from handlers.messages import Message
from schedules.announcements import follow
from schedules.delivery import Worker
from schedules.retry import DeliveryError
from storage.announcement_corrections import ANYTHING_TO_FOLLOW
from storage.announcements import Announcement
from storage.database import Database
from storage.outbox import Delivery, Kind, State
from storage.people import Account, Person, Role, RoleGrant
from tests import building
from tests.announcing import ANNE, BRUNO, CHLOE, NOW, REGIONAL, STAFF, Chat, deliveries, ended, network
from tests.recording import HandClock, HandMachine, RecordingMessenger

TOO_MANY = DeliveryError("too many requests", retry_after=3.0)


class Sending:
    """A worker in the middle of sending to Anne and Yann on Telegram (in Cayenne they sleep). `opens()` lets it end."""

    def __init__(self, database: Database) -> None:
        self.channel = RecordingMessenger("telegram")
        self.clock, self.machine = HandClock(NOW), HandMachine()
        self.worker = Worker(database, [self.channel], self.clock, "w1", machine=self.machine)
        self.channel.gate = asyncio.Event()

    async def begins(self) -> None:
        assert await self.worker.step()
        await asyncio.sleep(0)

    async def opens(self, *faults: DeliveryError) -> None:
        self.channel.faults.extend(faults)
        assert self.channel.gate is not None
        self.channel.gate.set()
        await self.worker.drain()

    async def later(self, seconds: float = 5.0) -> None:
        """Time passes, the timetable ticks, what is due leaves."""
        self.machine.at += seconds
        self.clock.at += timedelta(seconds=seconds)
        await self.worker.drain()


async def sent(database: Database, text: str = "Bonjour") -> Chat:
    await network(database)
    staff = await (await Chat(database, STAFF).say(f"annonce {text}")).press("Envoyer")
    return await staff.press("Suivi de l’envoi")


async def tick(database: Database, seconds: float = 0.0) -> int:
    async with database.transaction() as session:
        return await follow(session, NOW + timedelta(seconds=seconds))


async def status(database: Database) -> str:
    async with database.reading() as session:
        return (await session.get_one(Announcement, 1)).status


async def corrections(database: Database) -> list[Delivery]:
    async with database.reading() as session:
        query = select(Delivery).where(Delivery.about.startswith("correction:")).order_by(Delivery.id)
        return list(await session.scalars(query))


async def test_two_presses_of_confirm_at_once_send_one_announcement(database: Database) -> None:
    await network(database)
    first = await Chat(database, STAFF).say("annonce Bonjour")
    action = first.action("Envoyer")
    others = [Chat(database, STAFF) for _ in range(3)]
    await asyncio.gather(*(chat.forge(action) for chat in (first, *others)))
    assert sum("C’est confirmé" in chat.text for chat in (first, *others)) == 1
    assert len(await deliveries(database)) == 6


async def test_who_lost_the_role_between_preview_and_confirm_sends_nothing(sqlite: Database) -> None:
    await network(sqlite)
    staff = await Chat(sqlite, STAFF).say("annonce Bonjour")
    async with sqlite.transaction() as session:
        await session.execute(delete(RoleGrant).where(RoleGrant.person_id == STAFF))
    with pytest.raises(Refusal, match="réservée"):
        await staff.press("Envoyer")
    assert await deliveries(sqlite) == {}


@pytest.mark.parametrize("gone", ["role", "person"])
async def test_what_was_scheduled_by_somebody_without_the_right_any_more_waits_for_other_staff(
    sqlite: Database, gone: str
) -> None:
    await network(sqlite)
    author = Chat(sqlite, REGIONAL)
    await author.say("annonce Bonjour")
    await (await author.press("Date de départ")).press("Mardi 24 novembre")
    await author.press("Envoyer")
    assert await tick(sqlite) == 0 and await status(sqlite) == "scheduled"
    async with sqlite.transaction() as session:
        if gone == "role":
            await session.execute(delete(RoleGrant).where(RoleGrant.person_id == REGIONAL))
        else:
            (await session.get_one(Announcement, 1)).confirmed_by = None
    assert await tick(sqlite) == 1 and await tick(sqlite) == 0
    assert await status(sqlite) == "paused"
    assert {row.state for row in (await deliveries(sqlite)).values()} == {State.HELD}
    async with sqlite.reading() as session:
        word = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.NOTICE))).one()
    message = Message.model_validate(word.payload)
    assert word.person_id == STAFF and "n’a plus le droit" in message.text
    staff = await Chat(sqlite, STAFF).forge(message.buttons[0][0].action)
    await tick(sqlite)
    assert await status(sqlite) == "scheduled" and "en attente" in staff.text  # in the name of who took it up


@pytest.mark.parametrize(("press", "state"), [("Suspendre", State.HELD), ("Arrêter", State.CANCELLED)])
async def test_what_the_platform_refused_at_the_moment_of_a_stop_is_not_tried_again(
    database: Database, press: str, state: State
) -> None:
    staff = await sent(database)
    sending = Sending(database)
    await sending.begins()
    await staff.press(press)
    if press == "Arrêter":
        await staff.press("Oui, arrêter")
    await sending.opens(TOO_MANY)
    await sending.later()
    rows = await deliveries(database)
    assert {rows[who].state for who in (ANNE, REGIONAL)} == {state, State.DELIVERED} and rows[BRUNO].state == state
    assert len(sending.channel.arrived) == 1


async def test_what_leaves_during_a_correction_is_corrected_as_soon_as_it_is_there(database: Database) -> None:
    staff = await sent(database)
    sending = Sending(database)
    await sending.begins()
    await staff.press("Corriger")
    await staff.say("Bonsoir")
    await staff.press("Corriger")
    assert "remplacé chez 2 personnes" in staff.text
    await tick(database)  # nothing is there yet
    await sending.opens(TOO_MANY)
    assert sending.channel.texts == ["Bonjour"]
    await tick(database)
    await sending.later()
    texts = [(one.message().text, bool(one.edits)) for one in sending.channel.arrived[1:]]
    assert sorted(texts) == [("Bonsoir", False), ("Bonsoir", True)]
    (edit,) = await corrections(database)
    assert edit.state == State.DELIVERED
    assert "Correction : remise à 1 personne" in (await staff.forge("announce:refresh:1")).text


async def test_what_leaves_during_a_recall_is_taken_back_too(database: Database) -> None:
    staff = await sent(database)
    await ended(database, BRUNO, State.DELIVERED)
    sending = Sending(database)
    await sending.begins()
    await (await (await staff.press("Actualiser")).press("Retirer")).press("Oui, retirer")
    await sending.opens(TOO_MANY)
    await tick(database)
    await sending.later()
    first, second = sending.channel.texts
    assert first == "Bonjour" and "a été retirée" in second and sending.channel.arrived[1].edits
    assert await status(database) == "cancelled"


async def test_a_stop_or_a_pause_leaves_corrections_alone_and_the_last_one_wins(database: Database) -> None:
    staff = await sent(database)
    async with database.transaction() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.person_id == ANNE))).one()
        row.state, row.message_ref = State.DELIVERED, "m1"
    for text in ("Bonsoir", "Bonne nuit"):
        await staff.forge("announce:fix:1")
        await staff.say(text)
        await staff.press("Corriger")
    await staff.forge("announce:pause:1")
    await tick(database)
    await staff.forge("announce:stop:1:yes")
    (edit,) = await corrections(database)
    assert edit.state == State.WAITING and Message.model_validate(edit.payload).text == "Bonne nuit"


async def test_a_recall_during_an_emergency_stop_says_that_it_waits(database: Database) -> None:
    staff = await sent(database)
    async with database.transaction() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.person_id == ANNE))).one()
        row.state, row.message_ref = State.DELIVERED, "m1"
    await staff.forge("announce:halt:yes")
    await staff.forge("announce:recall:1:yes")
    assert "à la reprise des envois" in staff.text
    staff.now = NOW + timedelta(hours=12)  # an edit wakes nobody, so the night does not put it off
    await staff.forge("announce:restart")
    (edit,) = await corrections(database)
    assert edit.due_at == NOW


async def test_resumed_twice_and_stopped_after_the_last_change_nothing(database: Database) -> None:
    staff = await sent(database)
    await staff.press("Suspendre")
    resume = staff.action("Reprendre")
    await staff.forge(resume)
    for who in (ANNE, BRUNO, CHLOE, STAFF, REGIONAL):
        await ended(database, who, State.DELIVERED)
    await staff.forge(resume)
    await tick(database)
    await staff.forge("announce:stop:1:yes")
    assert await status(database) == "ended"
    assert [row.state for row in (await deliveries(database)).values()].count(State.DELIVERED) == 5


@pytest.mark.parametrize("which", ["announce:until:1:1", "announce:at"])
async def test_a_draft_whose_dates_have_passed_is_shown_again_and_sends_nothing(sqlite: Database, which: str) -> None:
    await network(sqlite)
    staff = await Chat(sqlite, STAFF).say("annonce Bonjour")
    if which == "announce:at":
        await (await staff.press("Date de départ")).press("Mardi 24 novembre")
    else:
        await staff.forge(which)
    staff.now = NOW + timedelta(days=2)
    await staff.press("Envoyer")
    assert "est passée depuis l’aperçu" in staff.text and await deliveries(sqlite) == {}
    await staff.press("Envoyer")
    assert "C’est confirmé" in staff.text
    assert {row.state for row in (await deliveries(sqlite)).values()} == {State.WAITING, State.SKIPPED}


async def test_nothing_leaves_after_its_date_even_when_the_calendar_jumps_between_two_looks(sqlite: Database) -> None:
    await sent(sqlite)
    sending = Sending(sqlite)
    assert sending.channel.gate is not None
    sending.channel.gate.set()
    sending.clock.at = NOW - timedelta(days=1)
    await sending.worker.drain()  # the look for what is over has just been
    sending.clock.at = NOW + timedelta(days=8)
    await sending.worker.drain()
    assert sending.channel.arrived == []
    sending.machine.at += 1.1
    await sending.worker.drain()
    assert (await deliveries(sqlite))[ANNE].state == State.EXPIRED


async def test_two_workers_of_which_one_is_half_a_minute_ahead_lose_nothing(database: Database) -> None:
    await sent(database)
    slow = Sending(database)
    await slow.begins()
    ahead = RecordingMessenger("telegram")
    await Worker(database, [ahead], HandClock(NOW), "w2", machine=HandMachine(slow.machine.at + 30)).drain()
    assert ahead.arrived == []  # what is in doubt by its clock is no second announcement
    await slow.opens()
    rows = await deliveries(database)
    assert {rows[who].state for who in (ANNE, REGIONAL)} == {State.DELIVERED} and rows[CHLOE].state == State.WAITING
    assert len(slow.channel.arrived) == 2


async def test_where_the_rest_of_the_failures_stand_is_said(sqlite: Database) -> None:
    staff = await sent(sqlite)
    async with sqlite.transaction() as session:
        base = (await session.scalars(select(Delivery).where(Delivery.person_id == ANNE))).one()
        for number in range(30):
            person = Person(given_name="Élu", family_name=f"N{number:02}", created_at=NOW)
            session.add(person)
            await session.flush()
            values = {"kind": base.kind, "priority": base.priority, "platform": "telegram", "chat": f"c{number}"}
            session.add(
                Delivery(
                    about=f"announcement:1:person:{person.id}",
                    person_id=person.id,
                    announcement_id=1,
                    state=State.FAILED,
                    reason="user is deactivated",
                    payload={},
                    due_at=NOW,
                    created_at=NOW,
                    **values,
                )
            )
    await staff.forge("announce:refresh:1")
    assert "et 11 autres personnes : la liste entière, avec les raisons, est dans « Exporter (Excel) »" in staff.text
    assert any("Exporter (Excel)" in label for label in staff.labels)
    for row in (await deliveries(sqlite)).values():
        if row.state == State.WAITING:
            await ended(sqlite, row.person_id or 0, State.DELIVERED)
    await tick(sqlite)
    async with sqlite.reading() as session:
        final = (await session.scalars(select(Delivery).where(Delivery.about.startswith("announcement-ended")))).one()
    file = Message.model_validate(final.payload).attachment  # the last report names every one of them
    assert file is not None and file.content.decode("utf-8-sig").count("compte supprimé") == 30
    assert "Denis Sans-Rien" in file.content.decode("utf-8-sig")


async def test_a_recall_is_carried_through_when_nothing_else_is_under_way(database: Database) -> None:
    staff = await sent(database)
    sending = Sending(database)
    await sending.begins()
    await staff.forge("announce:recall:1:yes")
    await sending.opens()
    async with database.reading() as session:
        assert await session.scalar(select(ANYTHING_TO_FOLLOW))  # else the tick would never come
    await tick(database)
    await sending.later()
    assert [("a été retirée" in one.message().text, bool(one.edits)) for one in sending.channel.arrived] == [
        (False, False),
        (False, False),
        (True, True),
        (True, True),
    ]
    async with database.reading() as session:
        assert not await session.scalar(select(ANYTHING_TO_FOLLOW))


@pytest.mark.parametrize(("state", "verb"), [(State.FAILED, "failed"), (State.UNCERTAIN, "doubt")])
async def test_what_is_sent_again_after_a_correction_is_the_corrected_text(
    database: Database, state: State, verb: str
) -> None:
    staff = await sent(database)
    await ended(database, ANNE, state, "the answer was lost")
    await staff.press("Corriger")
    await staff.say("Bonsoir")
    await staff.press("Corriger")
    await staff.forge(f"announce:again:1:{verb}")
    row = (await deliveries(database))[ANNE]
    assert row.state == State.WAITING and Message.model_validate(row.payload).text == "Bonsoir"


@pytest.mark.parametrize("over", [True, False])
async def test_what_was_recalled_is_never_sent_again_nor_corrected(database: Database, over: bool) -> None:
    staff = await sent(database)
    rows = (await deliveries(database)).values()
    for who in [row.person_id for row in rows if row.state == State.WAITING][: None if over else 1]:
        assert who is not None
        await ended(database, who, State.DELIVERED)
    await ended(database, ANNE, State.FAILED, "too many requests")
    await tick(database)
    assert await status(database) == ("ended" if over else "sending")
    await staff.forge("announce:recall:1:yes")
    assert "**Bonjour** — retirée" in staff.text
    assert not {"Réessayer les échecs", "Corriger", "Retirer"} & set(staff.labels)
    await staff.forge("announce:again:1:failed")
    assert (await deliveries(database))[ANNE].state == State.FAILED
    with pytest.raises(Refusal, match="retirée"):
        await staff.forge("announce:fix:1")


async def test_a_correction_reaches_who_wants_nothing_more_and_wakes_nobody(database: Database) -> None:
    staff = await sent(database)
    async with database.transaction() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.person_id == ANNE))).one()
        row.state, row.message_ref = State.DELIVERED, "m1"
        (await session.get_one(Person, ANNE)).stopped_at = NOW
    await staff.forge("announce:recall:1:yes")
    sending = Sending(database)
    await sending.opens()
    (edit,) = sending.channel.arrived
    assert (edit.edits, "a été retirée" in edit.message().text) == ("m1", True)


async def test_a_correction_that_cannot_be_made_goes_nowhere_else(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        session.add(
            Account(platform="slack", workspace="", external_id="U9", chat="U9", person_id=ANNE, created_at=NOW)
        )
        anne = await session.get_one(Person, ANNE)
        anne.preferred_platform = "telegram"
    staff = await (await Chat(database, STAFF).say("annonce Bonjour")).press("Envoyer")
    async with database.transaction() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.person_id == ANNE))).one()
        assert row.platform == "telegram"
        row.state, row.message_ref = State.DELIVERED, "m1"
    await staff.forge("announce:recall:1:yes")
    sending = Sending(database)
    await sending.opens(DeliveryError("bot was blocked by the user", permanent=True, unreachable=True))
    (edit,) = await corrections(database)
    assert (edit.platform, edit.state, edit.reason) == ("telegram", State.FAILED, "bot was blocked by the user")
    assert sending.channel.arrived == []


async def test_the_team_is_told_where_the_author_cannot_be(database: Database) -> None:
    await sent(database)
    async with database.transaction() as session:
        await building.person(session, "Paul Relais", on=["telegram"], roles=[Role.STAFF], kind="union")
        await session.execute(delete(Account).where(Account.person_id == STAFF))
    for row in (await deliveries(database)).values():
        if row.state == State.WAITING:
            await ended(database, row.person_id or 0, State.DELIVERED)
    assert await tick(database) == 1 and await tick(database) == 0
    async with database.reading() as session:
        told = (await session.scalars(select(Delivery).where(Delivery.about.startswith("announcement-ended")))).one()
    assert told.platform == "telegram" and "L’annonce" in Message.model_validate(told.payload).text
