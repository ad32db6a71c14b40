"""What the author sees before confirming: each platform's own rendering, and how long sending takes."""

from storage.database import Database
from storage.people import Role
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
