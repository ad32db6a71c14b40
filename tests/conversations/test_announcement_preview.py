"""What the author sees before confirming: each platform's own rendering, and how long sending takes."""

from datetime import UTC, datetime

import pytest

from handlers.announcements.personalising import merge_fields
from handlers.announcements.wording import as_written
from handlers.richtext import read, visible
from storage.database import Database
from storage.people import Role
from tests.announcing import STAFF, Chat, network
from tests.stage import Stage

LONG = "Bonjour à tous. " * 400


async def test_the_author_sees_what_another_platform_will_show(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Sophie", "Équipe", "telegram:1", roles=(Role.STAFF,))
    await stage.says("telegram:1", f"annonce {LONG}")
    panel = await stage.heard("telegram:1")
    shown = await stage.presses("telegram:1", panel.button("Voir comme sur Telegram"))
    head, *parts, end = shown.messages
    assert "sur Telegram" in head.text and len(parts) == 2  # the one message is two on Telegram
    assert max(len(part.text) for part in parts) <= 4200 and end.buttons
    shown = await stage.presses("telegram:1", panel.button("Voir comme sur Slack"))
    assert len(shown.messages) == 3 and shown.messages[1].text.startswith("Bonjour à tous.")
    assert "Cette annonce est pour 1 personne" in (await stage.presses("telegram:1", shown.button("Retour"))).text


async def test_the_panel_says_how_long_sending_takes(database: Database) -> None:
    stage = Stage(database)
    stage.channels["telegram"].rate = 0.01  # one message in a hundred seconds
    await stage.person("Sophie", "Équipe", "web:1", roles=(Role.STAFF,))
    for number in range(4):
        await stage.person("Anne", f"Le Goff {number}", f"telegram:{number}")
    shown = await stage.says("web:1", "annonce Bonjour")
    assert "Durée de l’envoi\u00a0: environ 7 minutes" in shown.text


async def test_only_staff_see_a_preview(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Sophie", "Équipe", "web:1", roles=(Role.STAFF,))
    await stage.person("Anne", "Le Goff", "web:2")
    await stage.says("web:1", "annonce Bonjour")
    assert "réservée" in (await stage.presses("web:2", "announce:as:1:slack")).text
    assert not (await stage.presses("web:1", "announce:as:1:fax")).messages


async def test_a_question_asked_where_instants_are_shown_stays_one(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Sophie", "Équipe", "web:1", roles=(Role.STAFF,))
    panel = await stage.says("web:1", "annonce Bonjour")
    times = await stage.presses("web:1", panel.button("Date de départ"))
    assert "Avec plaisir" in (await stage.says("web:1", "merci")).text
    assert "Date limite" in (await stage.says("web:1", "demain 9h")).text  # the preview, with its departure
    await stage.presses("web:1", panel.button("Date de départ"))
    await stage.presses("web:1", times.button("Retour à l’aperçu"))
    assert "Date limite" not in (await stage.says("web:1", "demain 10h")).text


async def test_what_a_mail_merge_would_fill_in_is_told_to_go_out_as_written(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Sophie", "Équipe", "telegram:1", roles=(Role.STAFF,))
    shown = await stage.says("telegram:1", "annonce Bonjour {prénom}, merci à [structure].")
    sent, panel = (visible(read(message.text)) for message in shown.messages)
    assert sent == "Bonjour {prénom}, merci à [structure]."
    assert (
        "Attention\u00a0: «\u00a0{prénom}\u00a0» et «\u00a0[structure]\u00a0» partiront tels quels. "
        "Je n’écris pas à chacun par son nom\u00a0: tout le monde reçoit le même texte."
    ) in panel
    await stage.presses("telegram:1", shown.button("Modifier le texte"))
    assert "Attention" not in (await stage.says("telegram:1", "Bonjour à tous, merci.")).text


async def test_so_it_is_when_it_is_tried_and_in_a_correction(database: Database) -> None:
    await network(database)
    chat = await (await Chat(database, STAFF).say("annonce Bonjour {{Prénom}}")).press("pour essai")
    assert chat.reply.notice == "Essai envoyé sur vos comptes. «\u00a0{{Prénom}}\u00a0» partira tel quel."
    chat = await (await Chat(database, STAFF).say("annonce Bonjour")).press("pour essai")
    assert chat.reply.notice == "Essai envoyé sur vos comptes."
    await (await (await chat.say("annonce Bonjour")).press("Envoyer")).press("Suivi")
    fix = await (await chat.press("Corriger")).say("Bonjour {nom} !")
    assert "« {nom} » partira tel quel." in fix.text and "Voici la correction" in fix.text


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Bonjour {prénom} {nom}, cher {prénom}", ("{prénom}", "{nom}")),
        ("Chère {{ contact.first_name }}", ("{{ contact.first_name }}",)),
        ("Bonjour [Prénom], <nom>, «Structure», %ville%", ("[Prénom]", "<nom>", "«Structure»", "%ville%")),
        ("[Répondre](https://e.org/?qui={email})", ("{email}",)),
        ("**{prénom}**,\n- {structure}", ("{prénom}", "{structure}")),
        ("Le [programme](https://e.org/%7Eunion) « Nom » <b>, 50 % et [ici] ; {}", ()),
        ("Une accolade { ouverte, \n\n et une } fermée", ()),
    ],
)
def test_the_marks_of_mail_merges_are_known(text: str, fields: tuple[str, ...]) -> None:
    assert merge_fields(text) == fields


def test_many_of_them_are_named_within_the_room_of_a_notice() -> None:
    told = as_written([f"{{{'x' * 39}{number}}}" for number in range(5)])
    assert told.endswith("… » et 3 autres partiront tels quels.".replace("… ", "…\u00a0")) and len(told) < 150


async def test_the_panel_says_whose_rest_lasts_longer_than_the_announcement(database: Database) -> None:
    await network(database)
    friday = datetime(2026, 11, 27, 19, 30, tzinfo=UTC)  # the evening in Paris, the afternoon in Cayenne
    staff = await Chat(database, STAFF, friday).say("annonce Bonjour")
    assert "ne la recevront pas" not in staff.text
    await staff.forge("announce:until:1:1")
    assert "4 personnes ne la recevront pas : leur repos dure au-delà" in staff.text
