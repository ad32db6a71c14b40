"""An announcement between its draft and its end: scheduled, paused, stopped, corrected, repeated, finished."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from handlers.announcements.managing_wording import RECALLED
from handlers.errors import Refusal
from handlers.messages import Message
from schedules.announcements import follow
from schedules.delivery import Worker
from storage.announcements import Announcement
from storage.audit import Act, AuditEntry
from storage.consultations import Consultation
from storage.conversations import conversation
from storage.database import Database
from storage.outbox import Delivery, Kind, State, enqueue
from storage.people import Role
from tests import building
from tests.announcing import ANNE, BRUNO, CHLOE, DENIS, NOW, REGIONAL, STAFF, Chat, deliveries, ended, network
from tests.recording import HandClock, RecordingMessenger

PARIS = ZoneInfo("Europe/Paris")


async def sent(database: Database, text: str = "Bonjour") -> Chat:
    """Staff have confirmed an announcement and look at its report."""
    await network(database)
    staff = await (await Chat(database, STAFF).say(f"annonce {text}")).press("Envoyer")
    return await staff.press("Suivi de l’envoi")


async def tick(database: Database, now: datetime = NOW) -> int:
    async with database.transaction() as session:
        return await follow(session, now)


async def status(database: Database) -> str:
    async with database.reading() as session:
        return (await session.get_one(Announcement, 1)).status


async def told(database: Database, kind: Kind = Kind.NOTICE) -> list[Delivery]:
    async with database.reading() as session:
        return list(await session.scalars(select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id)))


async def test_it_leaves_at_the_instant_chosen_by_a_button(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await staff.press("Date de départ")
    assert "heure de Paris" in staff.text
    await staff.press("Mardi 24 novembre à 9")
    assert "Départ : mardi 24 novembre 2026 à 9 h (heure de Paris)" in staff.text
    await staff.press("Envoyer")
    assert "l’annonce partira le mardi 24 novembre 2026 à 9" in staff.text
    rows = await deliveries(database)
    nine = datetime(2026, 11, 24, 9, tzinfo=PARIS)
    assert rows[ANNE].due_at == nine and rows[ANNE].expires_at == nine + timedelta(days=7)
    assert rows[CHLOE].due_at == datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("America/Cayenne"))  # 5:00 there
    assert await status(database) == "scheduled"
    await tick(database, nine)
    assert await status(database) == "sending"


async def test_it_leaves_at_the_instant_written_in_a_named_zone(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await (await staff.press("Date de départ")).press("Autre date")
    with pytest.raises(Refusal, match="pas compris"):
        await staff.say("un de ces jours")
    await staff.say("demain 9h, heure de Guyane")
    assert "mardi 24 novembre 2026 à 9 h (heure de Cayenne)" in staff.text
    await staff.press("Envoyer")
    assert (await deliveries(database))[CHLOE].due_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
    async with database.reading() as session:
        assert (await session.get_one(Announcement, 1)).zone == "America/Cayenne"


async def test_the_instant_may_be_written_where_instants_are_shown_to_be_pressed(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await staff.press("Date de départ")
    await staff.say("demain 9h, heure de Guyane")
    assert "mardi 24 novembre 2026 à 9 h (heure de Cayenne)" in staff.text


async def test_a_departure_in_the_past_is_refused(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    with pytest.raises(Refusal, match="passée"):
        await staff.forge(f"announce:at:1:{int(NOW.timestamp()) // 60 - 5}")
    await staff.forge("announce:when:1")
    await staff.press("Mardi 24 novembre")
    await staff.forge("announce:at:1:0")
    assert "dès la confirmation" in staff.text


async def test_how_long_it_stays_valid_is_chosen(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await staff.press("Date de départ")
    await staff.press("3\u00a0j")
    assert "Date limite : jeudi 26 novembre 2026 à 10 h" in staff.text
    await staff.forge("announce:when:1")
    await staff.press("Mardi 24 novembre")  # it lasts as long, from then on
    assert "Date limite : vendredi 27 novembre 2026 à 9 h" in staff.text


async def test_what_is_paused_waits_until_it_is_resumed(database: Database) -> None:
    staff = await sent(database)
    await ended(database, ANNE, State.DELIVERED)
    await staff.press("Suspendre")
    assert "en pause" in staff.text and "retenue pour 4 personnes" in staff.text and staff.reply.notice
    rows = await deliveries(database)
    assert (
        rows[ANNE].state == State.DELIVERED and rows[BRUNO].state == State.HELD and rows[DENIS].state == State.SKIPPED
    )
    await staff.press("Reprendre")
    assert (await deliveries(database))[BRUNO].state == State.WAITING and await status(database) == "sending"


async def test_what_is_resumed_at_night_leaves_in_the_morning(database: Database) -> None:
    staff = await sent(database)
    await staff.press("Suspendre")
    staff.now = datetime(2026, 11, 23, 21, tzinfo=PARIS)
    await staff.press("Reprendre")
    rows = await deliveries(database)
    assert rows[ANNE].due_at == datetime(2026, 11, 24, 8, tzinfo=PARIS)
    assert rows[CHLOE].due_at == staff.now  # 17:00 in Cayenne


async def test_what_comes_back_to_be_retried_is_held_too(database: Database) -> None:
    staff = await sent(database)
    await ended(database, ANNE, State.SENDING)
    await staff.press("Suspendre")
    await ended(database, ANNE, State.WAITING, "too many requests")
    await tick(database)
    assert (await deliveries(database))[ANNE].state == State.HELD


async def test_what_is_held_beyond_its_date_expires(database: Database) -> None:
    staff = await sent(database)
    await staff.press("Suspendre")
    await tick(database, NOW + timedelta(days=8))
    assert {row.state for row in (await deliveries(database)).values()} == {State.EXPIRED, State.SKIPPED}
    assert await status(database) == "ended"


async def test_stopping_asks_once_and_ends_what_has_not_left(database: Database) -> None:
    staff = await sent(database)
    await ended(database, ANNE, State.DELIVERED)
    await staff.press("Arrêter")
    assert "définitivement" in staff.text and (await deliveries(database))[BRUNO].state == State.WAITING
    await staff.press("Oui, arrêter")
    rows = await deliveries(database)
    assert rows[ANNE].state == State.DELIVERED and rows[BRUNO].state == State.CANCELLED
    assert "annulée pour 4 personnes : arrêtée par l’équipe (4)" in staff.text and await status(database) == "cancelled"
    await staff.forge("announce:go:1")
    assert (await deliveries(database))[BRUNO].state == State.CANCELLED


async def test_an_emergency_stop_holds_all_but_replies_until_staff_restart(database: Database) -> None:
    staff = await sent(database)
    channel = RecordingMessenger("telegram")
    clock = HandClock(NOW)
    worker = Worker(database, [channel], clock, "w")
    await staff.forge("announce:list")
    await staff.press("Arrêt d’urgence")
    await staff.press("Oui, tout arrêter")
    async with database.transaction() as session:
        row = {"about": "reply:1", "kind": Kind.REPLY, "platform": "telegram", "chat": "c", "payload": {"text": "Oui"}}
        await enqueue(session, [{**row, "due_at": NOW, "created_at": NOW}])
    await settle(worker)
    assert channel.texts == ["Oui"]
    assert "décidé par Sophie Équipe" in (await staff.forge("announce:report:1")).text
    staff.now = clock.at = datetime(2026, 11, 23, 21, tzinfo=PARIS)
    await staff.forge("announce:restart")
    await settle(worker)
    assert [outgoing.chat for outgoing in channel.arrived[1:]] == [f"telegram-{CHLOE}"]  # the others are asleep
    clock.at = datetime(2026, 11, 24, 8, tzinfo=PARIS)
    await settle(worker)
    assert channel.texts == ["Oui", "Bonjour", "Bonjour", "Bonjour"]


async def settle(worker: Worker) -> None:
    """Send all that may be sent now."""
    while await worker.step():
        await asyncio.sleep(0)


@pytest.mark.parametrize("action", ["halt", "halt:yes", "restart"])
async def test_only_national_staff_stop_everything(sqlite: Database, action: str) -> None:
    await network(sqlite)
    for who in (ANNE, REGIONAL):
        with pytest.raises(Refusal, match="réservée"):
            await Chat(sqlite, who).forge(f"announce:{action}")


async def test_only_staff_and_their_own_region_may_touch_what_is_under_way(database: Database) -> None:
    await sent(database)
    for verb in ("pause:1", "go:1", "stop:1:yes", "again:1:doubt", "fix:1", "recall:1:yes", "correct:1"):
        for who in (ANNE, REGIONAL):
            with pytest.raises(Refusal):
                await Chat(database, who).forge(f"announce:{verb}")
    assert await status(database) == "sending"


async def test_doubts_are_repeated_only_because_staff_ask(database: Database) -> None:
    staff = await sent(database)
    for number in (BRUNO, CHLOE, STAFF, REGIONAL):
        await ended(database, number, State.DELIVERED)
    await ended(database, ANNE, State.UNCERTAIN, "the answer was lost")
    await tick(database)
    assert await status(database) == "ended" and (await deliveries(database))[ANNE].state == State.UNCERTAIN
    await staff.press("Actualiser")
    await staff.press("Renvoyer aux envois en doute")
    row = (await deliveries(database))[ANNE]
    assert (row.state, row.tries, row.expires_at) == (State.WAITING, 0, None)
    assert (await deliveries(database))[BRUNO].state == State.DELIVERED and await status(database) == "sending"


async def test_the_author_is_told_the_end_once(database: Database) -> None:
    await sent(database)
    for number in (ANNE, BRUNO, CHLOE, STAFF, REGIONAL):
        assert await tick(database) == 0
        await ended(database, number, State.DELIVERED)
    assert await tick(database) == 1 and await tick(database) == 0
    (row,) = await told(database)
    assert row.person_id == STAFF and row.platform == "slack"
    message = Message.model_validate(row.payload)
    assert "remise à 5 personnes. Pour 1 personne, voici ce qu’il en est." in message.text
    assert message.buttons[0][0].action == "announce:refresh:1"


async def test_an_announcement_that_keeps_failing_pauses_itself_and_says_so(database: Database) -> None:
    async with database.transaction() as session:
        for n in range(40):
            await building.person(session, f"Directeur {n}")
        staff_id = (await building.person(session, "Sophie Équipe", on=["slack", "telegram"], roles=[Role.STAFF])).id
    staff = await (await Chat(database, staff_id).say("annonce Bonjour")).press("Envoyer")
    for number in range(1, 20):
        await ended(database, number, State.FAILED, "too many requests")
    assert await tick(database) == 0
    await ended(database, 20, State.FAILED, "too many requests")
    assert await tick(database) == 2
    # The platform that fails may be the one where the author reads.
    assert sorted(row.platform for row in await told(database)) == ["slack", "telegram"]
    assert (
        await status(database) == "paused"
        and "20 envois ont échoué" in Message.model_validate((await told(database))[0].payload).text
    )
    staff.now = NOW + timedelta(minutes=5)
    await staff.forge("announce:report:1")
    assert "suspendue moi-même" in staff.text
    await staff.press("Reprendre")
    await tick(database, staff.now)
    assert await status(database) == "sending"  # what failed before is past


async def test_a_correction_edits_what_arrived_and_changes_what_waits(database: Database) -> None:
    staff = await sent(database)
    async with database.transaction() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.person_id == ANNE))).one()
        row.state, row.message_ref = State.DELIVERED, "m1"
    await staff.press("Actualiser")
    await staff.press("Corriger")
    await staff.say("Bonsoir")
    assert (
        staff.reply.messages[0].text == "Bonsoir" and "chez 1 personne et partira ainsi pour 4 personnes" in staff.text
    )
    assert Message.model_validate((await deliveries(database))[BRUNO].payload).text == "Bonjour"
    await staff.press("Corriger")
    assert Message.model_validate((await deliveries(database))[BRUNO].payload).text == "Bonsoir"
    (edit,) = await told(database)
    assert (edit.person_id, edit.edits, edit.chat) == (ANNE, "m1", f"telegram-{ANNE}")
    assert Message.model_validate(edit.payload).text == "Bonsoir"
    assert "remise à 1 personne" in staff.text  # the edit is no second recipient
    await staff.forge("announce:correct:1")
    assert len(await told(database)) == 1
    async with database.transaction() as session:
        assert (await conversation(session, f"person:{STAFF}")).form == ""


async def test_a_correction_may_be_given_up(database: Database) -> None:
    staff = await sent(database)
    await staff.press("Corriger")
    await staff.say("Autre")
    await staff.press("Non, laisser")
    await staff.forge("announce:correct:1")
    assert Message.model_validate((await deliveries(database))[BRUNO].payload).text == "Bonjour"
    await staff.forge("announce:fix:1")
    assert "envoi en cours" in (await staff.say("annuler")).text


async def test_a_correction_that_would_be_more_messages_than_what_stands_is_refused(database: Database) -> None:
    staff = await sent(database)
    await staff.press("Corriger")
    with pytest.raises(Refusal, match="trop long"):
        await staff.say("x" * 5000)


async def test_a_recall_replaces_what_arrived_and_ends_the_rest(database: Database) -> None:
    staff = await sent(database)
    async with database.transaction() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.person_id == ANNE))).one()
        row.state, row.message_ref = State.DELIVERED, "m1"
    await (await staff.press("Actualiser")).press("Retirer")
    assert await told(database) == []
    await staff.press("Oui, retirer")
    (edit,) = await told(database)
    assert edit.edits == "m1" and Message.model_validate(edit.payload).text == RECALLED
    assert (await deliveries(database))[BRUNO].state == State.CANCELLED and await status(database) == "cancelled"


async def test_an_announcement_leads_to_an_event_or_a_consultation(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        await building.event(session, "Assemblée générale", "2026-12-09")
        await building.event(session, "Passé", "2026-10-09")
        session.add(Consultation(slug="c", title="Gouvernance", status="open", updated_at=NOW))
    staff = await Chat(database, STAFF).say("annonce Venez")
    await staff.press("Joindre un lien")
    assert "Passé" not in staff.labels
    await staff.press("Assemblée générale")
    assert staff.reply.messages[0].buttons[0][0].action == "calendar:show:1"
    await (await staff.press("Joindre un lien")).press("Gouvernance")
    assert [row[0].action for row in staff.reply.messages[0].buttons] == ["consult:open:1"]
    assert (await staff.forge("announce:join:1:e:99")).reply.notice
    await (await staff.forge("announce:panel:1")).press("Envoyer")
    assert Message.model_validate((await deliveries(database))[ANNE].payload).buttons[0][0].action == "consult:open:1"


async def test_a_trial_reaches_only_its_author_once_a_revision(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Essai")
    await staff.press("Me l’envoyer")
    assert staff.reply.notice == "Essai envoyé sur vos comptes."
    await staff.forge("announce:try:1")
    assert "déjà été envoyé" in staff.reply.notice
    assert [(row.person_id, row.platform) for row in await told(database)] == [(STAFF, "slack")]
    assert await deliveries(database) == {}


async def test_announcements_are_nobodys_business_in_a_channel(sqlite: Database) -> None:
    await network(sqlite)
    staff = Chat(sqlite, STAFF)
    staff.chat_kind = "channel"
    with pytest.raises(Refusal, match="en privé"):
        await staff.say("annonce Bonjour")


async def test_what_staff_do_with_it_is_in_the_audit_trail_by_pseudonym(database: Database) -> None:
    staff = await sent(database)
    for button in ("Suspendre", "Reprendre"):
        await staff.press(button)
    await (await staff.press("Arrêter")).press("Oui, arrêter")
    await staff.forge("announce:list")
    for button in ("Arrêt d’urgence", "Oui, tout arrêter", "Reprendre les envois"):
        await staff.press(button)
    async with database.reading() as session:
        trail = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [(one.act, one.subject, one.detail["what"]) for one in trail] == [
        (Act.ANNOUNCED, "announcement:1", "confirmed"),
        (Act.ANNOUNCED, "announcement:1", "paused"),
        (Act.ANNOUNCED, "announcement:1", "resumed"),
        (Act.ANNOUNCED, "announcement:1", "stopped"),
        (Act.ANNOUNCED, "everything", "stopped"),
        (Act.ANNOUNCED, "everything", "let go"),
    ]
    assert len({one.actor for one in trail}) == 1 and trail[0].actor != str(STAFF)
    assert all(isinstance(value, int) for one in trail for name, value in one.detail.items() if name != "what")


async def test_corrections_are_due_at_the_pace_at_which_slack_takes_edits(database: Database) -> None:
    staff = await sent(database)
    async with database.transaction() as session:
        mine = select(Delivery).where(Delivery.kind == Kind.ANNOUNCEMENT, Delivery.chat != "")
        for row in (await session.scalars(mine)).all():
            row.state, row.message_ref = State.DELIVERED, "D1:1 file:F1"
            row.platform = "telegram" if row.person_id == ANNE else "slack"
    await staff.forge("announce:recall:1:yes")
    edits = await told(database)
    after = sorted((row.due_at - NOW).total_seconds() for row in edits if row.platform == "slack")
    assert after == pytest.approx([0, 2.4, 4.8, 7.2])  # two calls for each
    assert [row.due_at for row in edits if row.platform == "telegram"] == [NOW]


async def test_what_is_confirmed_during_an_emergency_stop_is_said_to_wait(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).forge("announce:halt:yes")
    await staff.say("annonce Bonjour")
    assert "Arrêt d’urgence en cours" in staff.text
    send = staff.action("Envoyer")
    assert "reprise des envois" in (await staff.press("Me l’envoyer")).reply.notice
    await staff.forge(send)
    assert "C’est confirmé" in staff.text and "seules mes réponses partent" in staff.text
