"""Announcements, from the first word to the report, as transcripts."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from handlers.errors import Refusal
from handlers.messages import Message
from storage.announcements import Announcement, AnnouncementRead
from storage.conversations import conversation
from storage.database import Database
from storage.outbox import State
from storage.people import RoleGrant
from tests import building
from tests.announcing import ANNE, BRUNO, CHLOE, DENIS, NOW, REGIONAL, STAFF, Chat, deliveries, ended, network


async def test_staff_write_see_and_confirm_and_it_leaves_once_for_each(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour **à tous**, voir [le site](https://exemple.fr)")
    shown, panel = staff.reply.messages
    assert shown == Message(text="Bonjour **à tous**, voir [le site](https://exemple.fr)")
    assert panel.text.replace("\u00a0", " ") == (
        "**Voici l’aperçu. Cette annonce est pour 6 personnes.**\nDestinataires : tout le réseau\n\n"
        "- Slack : 2\n- Telegram : 3\n"
        "- sans compte relié, donc injoignables : 1 — Denis Sans\\-Rien \\(mission\\-locale 03\\)\n\n"
        "Départ : dès la confirmation\u202f; 1 plus tard (nuit, week-end ou jour férié chez eux), "
        "au plus tard le lundi 23 novembre 2026 à 12 h\nDurée de l’envoi : moins d’une minute\n"
        "Date limite : lundi 30 novembre 2026 à 10 h"
    )
    assert await deliveries(database) == {}
    await staff.press("Envoyer à 5 personnes")
    assert "C’est confirmé : l’annonce part pour 5 personnes" in staff.text and staff.reply.replace
    rows = await deliveries(database)
    assert len(rows) == 6
    assert Message.model_validate(rows[ANNE].payload) == shown
    assert (rows[ANNE].platform, rows[BRUNO].platform) == ("telegram", "slack")
    assert rows[ANNE].due_at == NOW
    assert rows[CHLOE].due_at == datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("America/Cayenne"))
    assert (rows[DENIS].state, rows[DENIS].reason) == (State.SKIPPED, "no account")
    assert rows[ANNE].about == "announcement:1:person:1" and rows[ANNE].announcement_id == 1
    assert rows[ANNE].expires_at == NOW + timedelta(days=7)


async def test_the_text_may_come_in_the_next_message_and_be_changed(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce")
    assert "Écrivez le texte" in staff.text
    await staff.say("Premier texte")
    await staff.press("Modifier le texte")
    await staff.say("Second texte")
    assert staff.reply.messages[0].text == "Second texte"
    await staff.press("Envoyer")
    assert {Message.model_validate(row.payload).text for row in (await deliveries(database)).values()} == {
        "Second texte"
    }


async def test_pressing_send_twice_sends_once(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    action = staff.action("Envoyer")
    await staff.forge(action)
    await staff.forge(action)
    assert "déjà confirmée" in staff.reply.notice and "en attente pour 5 personnes" in staff.text
    assert len(await deliveries(database)) == 6


async def test_two_processes_that_confirm_at_once_send_once(database: Database) -> None:
    await network(database)
    action = (await Chat(database, STAFF).say("annonce Bonjour")).action("Envoyer")
    chats = await asyncio.gather(*(Chat(database, STAFF).forge(action) for _ in range(4)))
    assert sum("C’est confirmé" in chat.text for chat in chats) == 1
    assert len(await deliveries(database)) == 6


async def test_an_old_preview_confirms_nothing(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    old = staff.action("Envoyer")
    await staff.press("Choisir les destinataires")
    await staff.press("Par région")
    await staff.press("Guyane")
    await staff.forge(old)
    assert "a changé depuis cet aperçu" in staff.text and await deliveries(database) == {}
    await staff.press("Envoyer à 1 personne")
    assert set(await deliveries(database)) == {CHLOE, DENIS}


async def test_the_audience_is_ticked_by_role_region_and_kind(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await staff.press("Choisir les destinataires")
    await staff.press("Par fonction")
    await staff.press("Directions")
    assert "✓ Directions" in staff.labels and "Pour l’instant : directions — 3 personnes" in staff.text
    await staff.press("Autres critères")
    await staff.press("Par région")
    await staff.press("Bretagne")
    assert "directions\u202f; Bretagne — 2 personnes" in staff.text
    await staff.press("Autres critères")
    await staff.press("Par type de structure")
    await staff.press("Arml")
    assert "directions\u202f; arml\u202f; Bretagne — 1 personne" in staff.text
    await staff.press("✓ Arml")
    assert "2 personnes" in staff.text
    await staff.press("Retour à l’aperçu")
    await staff.press("Envoyer à 2 personnes")
    assert set(await deliveries(database)) == {ANNE, BRUNO}


async def test_everybody_again_is_one_press(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await staff.forge("announce:tick:1:regions:03")
    await staff.press("Autres critères")
    await staff.press("Tout le réseau")
    assert "tout le réseau — 6 personnes" in staff.text


async def test_long_kinds_fit_their_buttons(database: Database) -> None:
    await network(database)
    kind = "association régionale : très long nom"
    async with database.transaction() as session:
        await building.person(session, "Elsa Longue", kind=kind)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await staff.forge("announce:pick:1:kinds")
    await staff.press("Association régionale")
    assert "1 personne." in staff.text


async def test_nobody_to_reach_sends_nothing_and_keeps_the_draft(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await staff.forge("announce:tick:1:roles:elected")
    await staff.press("Retour à l’aperçu")
    assert not [label for label in staff.labels if "Envoyer" in label]
    await staff.forge("announce:send:1:2")
    assert "Aucune de ces personnes n’a de compte" in staff.text and await deliveries(database) == {}
    await staff.forge("announce:tick:1:regions:53")  # and elected people of Bretagne there are none
    await staff.forge("announce:send:1:3")
    assert "Personne ne correspond" in staff.text and await deliveries(database) == {}


async def test_regional_staff_write_to_their_region_only(database: Database) -> None:
    await network(database)
    yann = await Chat(database, REGIONAL).say("annonce Réunion régionale")
    assert "Destinataires : Bretagne" in yann.text
    await yann.press("Choisir les destinataires")
    assert "Tout le réseau" not in yann.labels
    await yann.forge("announce:all:1")
    await yann.forge("announce:tick:1:regions:03")  # a forged press
    await yann.press("Retour à l’aperçu")
    assert "Destinataires : Bretagne" in yann.text
    await yann.press("Envoyer")
    assert set(await deliveries(database)) == {ANNE, BRUNO, STAFF, REGIONAL}


async def test_a_right_lost_before_the_confirmation_stops_it(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    async with database.transaction() as session:
        for grant in await session.scalars(select(RoleGrant).where(RoleGrant.person_id == STAFF)):
            await session.delete(grant)
    with pytest.raises(Refusal, match="réservée"):
        await staff.press("Envoyer")
    assert await deliveries(database) == {}


async def test_a_region_lost_before_the_confirmation_stops_it(database: Database) -> None:
    await network(database)
    yann = await Chat(database, REGIONAL).say("annonce Réunion")
    async with database.transaction() as session:
        grant = (await session.scalars(select(RoleGrant).where(RoleGrant.person_id == REGIONAL))).one()
        grant.region_id = (await building.region(session, "03")).id
    with pytest.raises(Refusal, match="votre région"):
        await yann.press("Envoyer")
    assert await deliveries(database) == {}


@pytest.mark.parametrize(
    "action",
    [
        "new",
        "resume",
        "list",
        "send:1:1",
        "edit:1",
        "drop:1",
        "to:1",
        "tick:1:roles:staff",
        "report:1",
        "ack:1",
        "what",
    ],
)
@pytest.mark.parametrize("who", [ANNE, None])
async def test_others_may_press_nothing(sqlite: Database, action: str, who: int | None) -> None:
    await network(sqlite)
    await Chat(sqlite, STAFF).say("annonce Bonjour")
    with pytest.raises(Refusal):
        await Chat(sqlite, who).forge(f"announce:{action}")
    assert await deliveries(sqlite) == {}


async def test_regional_staff_touch_no_announcement_but_their_own(database: Database) -> None:
    await network(database)
    await Chat(database, STAFF).say("annonce Bonjour")
    for verb in ("send:1:1", "edit:1", "drop:1", "report:1"):
        with pytest.raises(Refusal, match="pas la vôtre"):
            await Chat(database, REGIONAL).forge(f"announce:{verb}")
    assert "Aucune annonce" in (await Chat(database, REGIONAL).forge("announce:list")).text


async def test_a_draft_is_dropped_or_taken_up_again(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    await staff.forge("announce:resume")
    assert staff.reply.messages[0].text == "Bonjour"
    await staff.press("Abandonner")
    assert "abandonnée" in staff.text
    await staff.forge("announce:resume")
    assert "pas d’annonce en cours" in staff.text
    with pytest.raises(Refusal, match="n’existe plus"):
        await staff.forge("announce:send:1:1")


async def test_a_word_gives_up_the_form(database: Database) -> None:
    await network(database)
    staff = await (await Chat(database, STAFF).say("annonce")).say("Annuler")
    assert "abandonnée" in staff.text
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Announcement)) == 0


@pytest.mark.parametrize("text", [" ", "** **", "x" * 10_001])
async def test_a_text_that_says_nothing_or_too_much_is_refused(sqlite: Database, text: str) -> None:
    await network(sqlite)
    staff = await Chat(sqlite, STAFF).say("annonce")
    if text == "** **":  # nothing but marks is shown as typed
        assert (await staff.say(text)).reply.messages[0].text == text
        return
    with pytest.raises(Refusal, match=r"texte"):
        await staff.say(text)


async def test_the_form_closes_when_nothing_can_be_written_any_more(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce Bonjour")
    send = staff.action("Envoyer")
    await staff.press("Modifier le texte")
    await Chat(database, STAFF).forge(send)
    other = Chat(database, STAFF)
    async with database.transaction() as session:
        (await conversation(session, f"person:{STAFF}")).open_form("announcements:compose", {"id": 1})
    assert "déjà confirmée" in (await other.say("Trop tard")).text
    async with database.transaction() as session:
        assert (await conversation(session, f"person:{STAFF}")).form == ""


async def test_who_has_read_is_known_once(database: Database) -> None:
    await network(database)
    staff = await Chat(database, STAFF).say("annonce À lire")
    await staff.press("Avec « J’ai lu »".replace(" J", "\u00a0J").replace("u »", "u\u00a0»"))
    assert staff.reply.messages[0].buttons[0][0].action == "announce:read:1"
    assert (await staff.forge("announce:read:1")).reply.notice == "Ceci est un aperçu."
    await (await staff.forge("announce:panel:1")).press("Envoyer")
    anne = await Chat(database, ANNE).forge("announce:read:1")
    assert anne.reply.notice.startswith("Merci") and not anne.reply.messages
    assert (await anne.forge("announce:read:1")).reply.notice.startswith("C’était déjà")
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(AnnouncementRead)) == 1
    assert "« J’ai lu » : 1" in (await staff.forge("announce:report:1")).text


async def test_the_report_tells_every_end_and_why(database: Database) -> None:
    await network(database)
    staff = await (await Chat(database, STAFF).say("annonce Bonjour\n\nsuite")).press("Envoyer")
    await ended(database, ANNE, State.DELIVERED)
    await ended(database, BRUNO, State.FAILED, "account_inactive")
    await ended(database, CHLOE, State.UNCERTAIN, "the answer was lost")
    await staff.press("Suivi de l’envoi")
    assert staff.text == (
        "**Bonjour** — envoi en cours\nConfirmée le lundi 23 novembre 2026 à 10 h\n\n"
        "- remise à 1 personne\n- en attente pour 2 personnes\n"
        "- en doute (peut-être arrivée) pour 1 personne : la plateforme n’a pas confirmé (1)\n"
        "- en échec pour 1 personne : compte désactivé (1)\n"
        "- non envoyée pour 1 personne : aucun compte relié (1)\n\n"
        "- Bruno Morvan \\(arml 53\\) : en échec (compte désactivé)\n"
        "- Denis Sans\\-Rien \\(mission\\-locale 03\\) : non envoyée (aucun compte relié)\n"
        "- Chloé Sinnamary \\(mission\\-locale 03\\) : en doute (peut-être arrivée) (la plateforme n’a pas confirmé)"
    )
    await ended(database, STAFF, State.DELIVERED)
    assert "remise à 2 personnes" in (await staff.press("Actualiser")).text and staff.reply.replace
    assert "Bonjour" in (await staff.forge("announce:list")).labels


async def test_bulk_waits_for_the_morning_after_a_holiday(database: Database) -> None:
    await network(database)
    christmas_eve = datetime(2026, 12, 24, 20, tzinfo=UTC)  # Thursday 21:00 in Paris, 17:00 in Cayenne
    staff = await (await Chat(database, STAFF, christmas_eve).say("annonce Joyeux Noël")).press("Envoyer")
    rows = await deliveries(database)
    assert rows[ANNE].due_at == datetime(2026, 12, 28, 8, tzinfo=ZoneInfo("Europe/Paris"))
    assert rows[CHLOE].due_at == christmas_eve
    assert "C’est confirmé : l’annonce part pour 5 personnes" in staff.text
    assert "4 personnes la recevront plus tard" in staff.text


async def test_a_person_without_a_known_account_is_refused(database: Database) -> None:
    with pytest.raises(Refusal, match="qui vous êtes"):
        await Chat(database, None).say("annonce Bonjour")
