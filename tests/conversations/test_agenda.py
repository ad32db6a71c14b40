"""« agenda » and « rappels », as transcripts."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.identity import someone
from handlers.calendar.agenda import show_agenda
from handlers.calendar.pressing import press
from handlers.calendar.reminding import show_reminders
from handlers.errors import Refusal
from handlers.messages import Reply
from handlers.request import Inbound, Press, Request
from schedules.reminders import remind
from storage.conversations import Conversation
from storage.database import Database
from storage.outbox import Delivery
from storage.people import Person
from tests import building

NOW = datetime(2024, 9, 30, 7, tzinfo=UTC)  # Monday, 9:00 in Paris


async def ask(
    database: Database, who: int | None, words: str = "", *, action: str = "", where: str = "private"
) -> Reply:
    """Say a command, or press a button."""
    inbound = Inbound(
        platform="test",
        update_id="1",
        account="1",
        chat="1",
        chat_kind=where,
        received_at=NOW,
        text=words or None,
        press=Press(action=action) if action else None,
    )
    handler = {"agenda": show_agenda, "rappels": show_reminders}[words] if words else press
    async with database.transaction() as session:
        person = await someone(session, who) if who else None
        request = Request(inbound=inbound, account_id=1, person=person, command=words)
        return await handler(request, session, Conversation(holder="x"))


def text(reply: Reply) -> str:
    return reply.messages[0].text.replace("\u00a0", " ")


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.messages[0].buttons for button in row]


def action(reply: Reply, label: str) -> str:
    return next(button.action for row in reply.messages[0].buttons for button in row if button.label == label)


async def network(database: Database, **more: Any) -> None:
    """Anne (1) in Bretagne, Chloé (2) in Guyane; the AG for all, a workshop in Guyane, months of concertation."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Chloé Sinnamary", "03")
        await building.event(session, "Assemblée générale", "2024-10-09", "14:00", place="Le Havre", **more)
        await building.event(
            session,
            "Atelier de Guyane",
            "2024-10-15",
            audience={"regions": ["03"]},
            remote=True,
            video_link="https://v.test/a",
        )
        await building.event(
            session, "Mise en œuvre", "2024-11-01", precision="month", ends_on=date(2024, 12, 31), place="Partout"
        )
        await building.event(session, "Séminaire passé", "2024-04-05")
        await building.event(session, "Bureau", "2024-12-03", audience={"kinds": ["union"]}, public=False)


async def test_one_sees_what_is_coming_for_oneself(database: Database) -> None:
    await network(database)
    reply = await ask(database, 1, "agenda")
    assert text(reply) == (
        "**Votre agenda**\n\n"
        "**Assemblée générale**\nmercredi 9 octobre 2024 à 14 h · Le Havre\n\n"
        "**Mise en œuvre**\nnovembre\\-décembre 2024 · Partout"
    )
    assert labels(reply) == ["Assemblée générale", "Mise en œuvre", "Tout l’agenda", "Mes rappels"]
    assert "Atelier de Guyane" in text(await ask(database, 2, "agenda"))


async def test_the_whole_public_agenda_is_one_press_away(database: Database) -> None:
    await network(database)
    reply = await ask(database, 1, action="calendar:page:all:0")
    assert "Atelier de Guyane" in text(reply) and "Bureau" not in text(reply) and reply.replace
    assert "Atelier de Guyane" in text(await ask(database, None, "agenda"))  # an account that is nobody's


async def test_a_card_says_when_where_and_what_remains(database: Database) -> None:
    await network(database, description="Vote du plan.", source="Note", source_date=date(2024, 2, 2))
    reply = await ask(database, 1, action=action(await ask(database, 1, "agenda"), "Assemblée générale"))
    assert text(reply) == (
        "**Assemblée générale**\nmercredi 9 octobre 2024 à 14 h — c’est dans 9 jours\nLieu : Le Havre\n\n"
        "Vote du plan.\n\n*Source : Note, vendredi 2 février 2024*"
    )
    assert reply.replace and labels(reply) == [
        "Je viens",
        "Peut-être",
        "Je ne viens pas",
        "Me le rappeler",
        "Ajouter à mon calendrier",
        "Voir le plan",
        "← Retour à l’agenda",
    ]
    assert "jour à préciser" in text(await ask(database, 1, action="calendar:show:3"))


async def test_overseas_reads_its_own_hour(database: Database) -> None:
    await network(database)
    assert "à 9 h, heure de Cayenne" in text(await ask(database, 2, "agenda"))


async def test_the_video_link_is_for_those_who_come(database: Database) -> None:
    await network(database)
    assert "v.test" not in text(await ask(database, 2, action="calendar:show:2"))
    assert "v.test" in text(await ask(database, 2, action="calendar:reply:2:yes"))
    assert "v.test" in text(await ask(database, 2, action="calendar:show:2"))
    assert "v.test" not in text(await ask(database, 1, action="calendar:show:2"))


async def test_a_private_event_is_not_shown_to_others_however_they_press(database: Database) -> None:
    await network(database)
    with pytest.raises(Refusal, match="pas public"):
        await ask(database, 1, action="calendar:show:5")
    with pytest.raises(Refusal, match="plus à l’agenda"):
        await ask(database, 1, action="calendar:show:99")


async def test_a_cancelled_event_stays_until_its_day_and_says_so(database: Database) -> None:
    await network(database, status="cancelled")
    reply = await ask(database, 1, "agenda")
    assert "**Assemblée générale** — annulé" in text(reply) and "Assemblée générale (annulé)" in labels(reply)
    card = text(await ask(database, 1, action="calendar:show:1"))
    assert "Annulé" in card and "c’est dans" not in card


async def test_a_long_agenda_comes_page_by_page(database: Database) -> None:
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        for n in range(12):
            await building.event(session, f"Réunion {n}", f"2024-10-{n + 10}")
    first = await ask(database, 1, "agenda")
    assert "page 1 sur 3" in text(first)
    second = await ask(database, 1, action=action(first, "Après →"))
    assert "**Réunion 5**" in text(second) and {"← Avant", "Après →"} <= set(labels(second))
    last = await ask(database, 1, action=action(second, "Après →"))
    assert "**Réunion 11**" in text(last) and "Après →" not in labels(last)
    assert (
        len(max((b.action for r in (first, second, last) for row in r.messages[0].buttons for b in row), key=len)) <= 64
    )


async def test_an_empty_agenda_says_so(database: Database) -> None:
    assert "Rien n’est prévu" in text(await ask(database, None, "agenda"))


async def test_an_unknown_button_leads_to_the_agenda(database: Database) -> None:
    await network(database)
    assert text(await ask(database, 1, action="calendar:what")).startswith("**Votre agenda**")
    assert text(await ask(database, 1, action="calendar:page:mine:x")).startswith("**Votre agenda**")


async def test_ones_reminders_are_those_that_will_be_sent(database: Database) -> None:
    await network(database)
    reply = await ask(database, 2, "rappels")
    assert text(reply).split("\n\n")[1] == (
        "- mercredi 2 octobre 2024 à 9 h : **Assemblée générale**, mercredi 9 octobre 2024 à 9 h, heure de Cayenne "
        "\\(14 h, heure de Paris\\)\n"
        "- mardi 8 octobre 2024 à 9 h : **Assemblée générale**, mercredi 9 octobre 2024 à 9 h, heure de Cayenne "
        "\\(14 h, heure de Paris\\)\n"
        "- mardi 8 octobre 2024 à 9 h : **Atelier de Guyane**, mardi 15 octobre 2024\n"
        "- mardi 8 octobre 2024 à 19 h 59 : **Assemblée générale**, mercredi 9 octobre 2024 à 9 h, heure de Cayenne "
        "\\(14 h, heure de Paris\\)\n"
        "- lundi 14 octobre 2024 à 9 h : **Atelier de Guyane**, mardi 15 octobre 2024"
    )


async def test_all_reminders_are_suspended_and_taken_up_again_in_one_press(database: Database) -> None:
    await network(database)
    reply = await ask(database, 1, action=action(await ask(database, 1, "rappels"), "Suspendre mes rappels"))
    assert "en pause" in text(reply) and reply.replace
    async with database.transaction() as session:
        assert (await session.get_one(Person, 1)).reminders_paused
        await remind(session, datetime(2024, 10, 2, 14, tzinfo=UTC))
        assert set(await session.scalars(select(Delivery.person_id))) == {2}
    reply = await ask(database, 1, action=action(await ask(database, 1, "rappels"), "Reprendre mes rappels"))
    assert "Vos prochains rappels" in text(reply)


async def test_who_cannot_be_written_to_is_told(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        await building.person(session, "Denis Sansrien", on=[])
    assert "nulle part" in text(await ask(database, 3, "rappels"))
    assert "nulle part" not in text(await ask(database, 1, "rappels"))


async def test_without_dated_events_there_is_nothing_to_remind(database: Database) -> None:
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
    assert "aucun rappel" in text(await ask(database, 1, "rappels"))


async def test_reminders_are_somebodys(database: Database) -> None:
    with pytest.raises(Refusal, match="qui vous êtes"):
        await ask(database, None, "rappels")


async def test_reminders_are_not_told_in_a_channel(database: Database) -> None:
    await network(database)
    with pytest.raises(Refusal, match="en privé"):
        await ask(database, 1, "rappels", where="channel")
    assert "Assemblée générale" in text(await ask(database, 1, "agenda", where="channel"))
