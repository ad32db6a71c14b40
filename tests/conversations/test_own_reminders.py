"""Reminders that people ask for themselves, as transcripts: typed, by button, put off, taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from handlers.calendar.keeping import cancel_event, move_event
from schedules.own_reminders import remind_own
from schedules.reminders import remind
from storage.agenda import Event
from storage.database import Database
from storage.outbox import Delivery, State
from storage.own_reminders import OwnReminder
from storage.people import Person, Role
from tests import building
from tests.stage import Heard, Stage

ANNE, CHLOE, STAFF = (f"telegram:telegram-{n}" for n in range(1, 4))


async def on_stage(database: Database) -> Stage:
    """Anne in Bretagne, Chloé in Guyane; on 30 September: the AG on 9 October 14:00, a workshop to be dated."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Chloé Sinnamary", "03")
        await building.person(session, "Sonia Staff", roles=[Role.STAFF])
        await building.event(session, "Assemblée générale", "2024-10-09", "14:00", aliases=["AG"], place="Le Havre")
        last = date(2024, 11, 30)
        await building.event(session, "Atelier Bretagne", "2024-11-01", precision="month", ends_on=last)
    stage = Stage(database)
    stage.clock.at = datetime(2024, 9, 30, 7, tzinfo=UTC)  # Monday, 9:00 in Paris
    return stage


async def goes_to(stage: Stage, instant: datetime, who: str = ANNE) -> Heard:
    """The clock moves there, both ticks tick; what reaches that chat."""
    before = len((await stage.heard(who)).messages)
    stage.wait((instant - stage.clock.at).total_seconds())
    async with stage.database.transaction() as session:
        await remind(session, stage.clock.at)
        await remind_own(session, stage.clock.at)
    return Heard((await stage.heard(who)).messages[before:])


def plain_spaces(heard: Heard) -> str:
    return heard.text.replace("\u00a0", " ").replace("\u202f", " ").replace("\\", "")


async def own(database: Database) -> list[tuple[str, datetime | None]]:
    async with database.reading() as session:
        rows = await session.execute(select(OwnReminder.rule, OwnReminder.due_at).order_by(OwnReminder.id))
        return [(rule, due_at) for rule, due_at in rows]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_one_asks_in_words_and_is_reminded_once_at_that_very_hour(database: Database) -> None:
    stage = await on_stage(database)
    heard = await stage.says(ANNE, "Rappelle-moi l’AG la veille à 22 h")
    kept = plain_spaces(heard)
    assert "C’est noté : un rappel vous parviendra le mardi 8 octobre 2024 à 22 h.\n**Assemblée générale**" in kept
    heard = await stage.says(ANNE, "rappelle-moi une heure avant l’AG")
    assert "mercredi 9 octobre 2024 à 13 h" in plain_spaces(heard)
    assert "déjà demandé" in (await stage.says(ANNE, "rappelez-moi l'ag 60 minutes avant")).text
    await goes_to(stage, at("2024-10-08T08:00"))  # the plan's own
    assert await goes_to(stage, at("2024-10-08T19:59")) == Heard([])
    heard = await goes_to(stage, at("2024-10-08T20:00"))  # 22:00 in Paris: asked for, so it is kept
    assert len(heard.messages) == 1 and "Rappel : Assemblée générale" in plain_spaces(heard)
    assert await goes_to(stage, at("2024-10-08T20:01")) == Heard([])
    await goes_to(stage, at("2024-10-09T10:00"))  # the plan's H-2
    assert len((await goes_to(stage, at("2024-10-09T11:00"))).messages) == 1


async def test_without_a_name_it_is_what_was_just_spoken_of_or_one_chooses(database: Database) -> None:
    stage = await on_stage(database)
    heard = await stage.says(ANNE, "rappelle-moi la veille à 18 h")
    assert "Quel événement" in heard.text
    heard = await stage.presses(ANNE, heard.button("Assemblée"))
    assert "8 octobre 2024 à 18 h" in plain_spaces(heard)
    await stage.presses(ANNE, "calendar:show:1")
    assert "7 octobre 2024 à 9 h" in plain_spaces(await stage.says(ANNE, "rappelle-moi deux jours avant à 9h"))
    await stage.says(CHLOE, "c’est quand l’AG ?")
    heard = await stage.says(CHLOE, "rappelle-moi la veille à 18 h")
    assert "mardi 8 octobre 2024 à 18 h" in plain_spaces(heard)
    assert (await own(database))[-1] == ("d1.1800", at("2024-10-08T21:00"))  # 18:00 in Cayenne


async def test_a_question_that_begins_alike_stays_a_question(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    for words in ("rappelle-moi la date de l’AG", "rappelle-moi où a lieu l’AG", "demain", "plus", "ce soir ?", "dans"):
        assert "C’est noté" not in (await stage.says(ANNE, words)).text
    assert await own(sqlite) == []


async def test_the_card_offers_moments_and_each_is_one_press(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    card = await stage.presses(ANNE, "calendar:show:1")
    offers = await stage.presses(ANNE, card.button("Me le rappeler"))
    for label, when in (("semaine avant", "2 octobre 2024 à 9 h"), ("matin même", "9 octobre 2024 à 8 h")):
        assert when in plain_spaces(await stage.presses(ANNE, offers.button(label)))
    for forged in (
        "calendar:moment:1:d1.9999",
        "calendar:moment:1:x",
        "calendar:moment:99:m60",
        "calendar:snooze:a:hour",
    ):
        assert "C’est noté" not in (await stage.presses(ANNE, forged)).text


async def test_a_reminder_received_is_put_off_by_button_and_in_words(database: Database) -> None:
    stage = await on_stage(database)
    heard = await goes_to(stage, at("2024-10-08T07:00"))
    assert "Assemblée générale" in heard.text
    heard = await stage.presses(ANNE, heard.button("Dans une heure"))
    assert "à 10 h" in plain_spaces(heard)
    heard = await goes_to(stage, at("2024-10-08T08:00"))
    assert len(heard.messages) == 1 and "c’est demain" in plain_spaces(heard)
    assert await own(database) == []
    assert "à 18 h" in plain_spaces(await stage.says(ANNE, "ce soir"))
    assert "mercredi 9 octobre 2024 à 9 h" in plain_spaces(await stage.says(ANNE, "demain matin"))
    assert "à 10 h 30" in plain_spaces(await stage.says(ANNE, "Dans une demi-heure."))
    assert "déjà commencé" in (await stage.says(ANNE, "dans deux jours")).text
    assert len((await goes_to(stage, at("2024-10-08T16:00"))).messages) == 1  # with that of 10:30, which is late


async def test_nothing_is_kept_for_the_past(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    assert "déjà passé" in (await stage.says(ANNE, "rappelle-moi l’AG un mois avant à 9h")).text
    assert "n’existe pas" in (await stage.says(ANNE, "rappelle-moi l’AG la veille à 25h")).text
    assert "ne trouve pas" in (await stage.says(ANNE, "rappelle-moi le carnaval la veille")).text
    stage.clock.at = at("2024-10-09T11:00")
    assert "déjà passé" in (await stage.says(ANNE, "rappelle-moi l’AG la veille à 18h")).text
    stage.clock.at = at("2024-10-09T13:00")
    assert "C’est noté" not in (await stage.presses(ANNE, "calendar:moment:1:m1")).text
    assert await own(sqlite) == []


async def test_the_list_shows_ones_own_and_takes_them_back(database: Database) -> None:
    stage = await on_stage(database)
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")
    await stage.says(ANNE, "rappelle-moi l’atelier Bretagne la veille à 18 h")
    heard = await stage.says(ANNE, "rappels")
    said = plain_spaces(heard)
    assert "Ceux que vous avez demandés" in said and "- mardi 8 octobre 2024 à 18 h : **Assemblée générale**" in said
    assert "- la veille à 18 h (dès que la date et l’heure le permettront) : **Atelier Bretagne**" in said
    await stage.presses(ANNE, heard.button("Supprimer : Assemblée".replace(" :", "\u00a0:")))
    assert [rule for rule, _ in await own(database)] == ["d1.1800"] and "**Atelier" in (
        await stage.says(ANNE, "rappels")
    ).text
    assert "n’existe plus" in (await stage.presses(CHLOE, "calendar:forget:2")).text  # another's
    assert len(await own(database)) == 1


@pytest.mark.parametrize(
    "words", ["plus de rappel pour celui-ci", "Ne me rappelle plus l’AG.", "plus de rappels pour l'AG"]
)
async def test_no_more_of_this_one_takes_back_what_is_planned_and_what_was_asked(sqlite: Database, words: str) -> None:
    stage = await on_stage(sqlite)
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")
    await goes_to(stage, at("2024-10-02T07:00"))
    assert "ne vous rappellerai plus" in (await stage.says(ANNE, words)).text
    assert await own(sqlite) == []
    assert await goes_to(stage, at("2024-10-08T16:00")) == Heard([])
    # What is asked for afterwards is asked for.
    assert "C’est noté" in (await stage.says(ANNE, "rappelle-moi une heure avant l’AG")).text
    assert len((await goes_to(stage, at("2024-10-09T11:00"))).messages) == 1


async def test_who_said_no_is_reminded_no_more_of_what_was_asked_either(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")
    await stage.presses(ANNE, "calendar:reply:1:no")
    assert "vous ne venez pas" in (await stage.says(ANNE, "rappelle-moi une heure avant l’AG")).text
    assert await goes_to(stage, at("2024-10-08T16:00")) == Heard([])


async def test_it_follows_the_event_that_moves_and_ends_with_one_that_is_cancelled(database: Database) -> None:
    stage = await on_stage(database)
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")
    await goes_to(stage, at("2024-10-08T16:00"))
    async with database.transaction() as session:
        event, new = await session.get_one(Event, 1), at("2024-10-17T12:00")
        await move_event(session, event, starts_on=date(2024, 10, 17), starts_at=new, now=at("2024-10-08T17:00"))
    await goes_to(stage, at("2024-10-08T17:00"))
    assert await own(database) == [("d1.1800", at("2024-10-16T16:00"))]
    heard = await goes_to(stage, at("2024-10-16T16:00"))
    assert "jeudi 17 octobre" in plain_spaces(Heard(heard.messages[-1:]))
    await stage.says(ANNE, "rappelle-moi une heure avant l’AG")
    async with database.transaction() as session:
        await cancel_event(session, await session.get_one(Event, 1), now=at("2024-10-16T17:00"))
    assert await goes_to(stage, at("2024-10-17T11:00")) == Heard([])
    assert "annulé" in (await stage.presses(ANNE, "calendar:moment:1:m60")).text


async def test_who_was_not_invited_but_wanted_to_be_reminded_hears_of_a_change_too_once(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    async with sqlite.transaction() as session:
        (await session.get_one(Event, 1)).audience = {"regions": ["03"]}
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")
    await stage.says(CHLOE, "rappelle-moi l’AG la veille à 18 h")
    heard = await stage.says(STAFF, "annule l’AG")
    await stage.presses(STAFF, heard.button("Oui"))
    for who in (ANNE, CHLOE):
        assert (await stage.heard(who)).text.count("Annulé") == 1
    assert await goes_to(stage, at("2024-10-08T16:00")) == Heard([])


async def test_it_waits_for_a_date_and_is_due_once_there_is_one(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    heard = await stage.says(ANNE, "rappelle-moi l’atelier Bretagne une heure avant")
    assert "n’est pas encore fixée" in heard.text
    async with sqlite.transaction() as session:
        event, new = await session.get_one(Event, 2), at("2024-11-14T13:00")
        await move_event(session, event, starts_on=date(2024, 11, 14), starts_at=new, now=stage.clock.at)
    await goes_to(stage, at("2024-10-01T08:00"))
    assert await own(sqlite) == [("m60", at("2024-11-14T12:00"))]


async def test_who_moves_to_another_zone_is_reminded_at_that_hour_there(database: Database) -> None:
    stage = await on_stage(database)
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")  # 16:00 UTC
    await stage.says(ANNE, "rappelle-moi une heure avant l’AG")
    async with database.transaction() as session:
        await session.execute(update(Person).where(Person.id == 1).values(zone="Indian/Reunion"))
    await goes_to(stage, at("2024-10-08T13:00"))  # the plan's are behind
    assert len((await goes_to(stage, at("2024-10-08T14:00"))).messages) == 1  # 18:00 there
    assert await goes_to(stage, at("2024-10-08T16:00")) == Heard([])
    assert (await own(database))[1] == ("m60", at("2024-10-09T11:00"))


async def test_one_that_is_late_is_sent_once_if_of_use_and_else_marked(database: Database) -> None:
    stage = await on_stage(database)
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")
    await stage.says(CHLOE, "rappelle-moi une heure avant l’AG")
    await goes_to(stage, at("2024-10-08T20:30"))  # 22:30 in Paris, after hours of downtime: it waits for the morning
    async with database.reading() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.about.contains(":own1:")))).one()
        assert (row.state, row.due_at) == (State.WAITING, at("2024-10-09T06:00"))
    await goes_to(stage, at("2024-10-09T13:00"))  # down again; the AG has begun
    async with database.reading() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.about.contains(":own2:")))).one()
        assert (row.state, row.reason) == (State.SKIPPED, "too late")


async def test_two_workers_send_it_once_and_a_rolled_back_tick_loses_nothing(database: Database) -> None:
    stage = await on_stage(database)
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")
    due = at("2024-10-08T16:00")
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            assert await remind_own(session, due) == 1
            raise RuntimeError("killed before the commit")
    added = 0
    for _ in range(3):
        async with database.transaction() as session:
            added += await remind_own(session, due + timedelta(seconds=15))
    assert added == 1


async def test_all_reminders_suspended_are_these_too(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    await stage.says(ANNE, "rappelle-moi l’AG la veille à 18 h")
    await stage.presses(ANNE, "calendar:pause")
    assert "en pause" in (await stage.says(ANNE, "rappelle-moi une heure avant l’AG")).text
    assert await goes_to(stage, at("2024-10-08T16:00")) == Heard([])
