"""The conversation in the browser, on both engines."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select

from storage.database import Database
from storage.outbox import Delivery, Kind, by_about, enqueue
from storage.people import Account, Person
from storage.web import (
    WebMessage,
    changes,
    departures,
    leave_notice,
    news,
    open_chat,
    received_by_person,
    write_in,
    write_out,
)

NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)


async def _person(database: Database, name: str = "Annaïg") -> int:
    async with database.transaction() as session:
        person = Person(given_name=name, family_name="Exemple", fictional=True, created_at=NOW)
        session.add(person)
        await session.flush()
        await open_chat(session, person.id, NOW)
        return person.id


async def _delivery(database: Database, about: str, person: int, kind: Kind = Kind.REPLY) -> int:
    row = {
        "about": about,
        "kind": kind,
        "platform": "web",
        "chat": f"person:{person}",
        "payload": {"text": about},
        "due_at": NOW,
        "created_at": NOW,
    }
    async with database.transaction() as session:
        await enqueue(session, [row])
        return (await by_about(session, [about]))[0].id


async def _write(
    database: Database, person: int, delivery: int, text: str, edits: str = "", kind: str = "reply"
) -> int:
    async with database.transaction() as session:
        made = await write_out(session, f"person:{person}", delivery, kind, {"text": text}, edits, NOW)
    assert made is not None
    return made


async def _texts(database: Database, person: int, after: int = 0) -> list[str]:
    async with database.transaction() as session:
        chat = await open_chat(session, person, NOW)
        return [message.payload["text"] for message in await changes(session, chat.id, after)]


async def test_a_page_is_opened_once_with_its_account(database: Database) -> None:
    person = await _person(database)
    async with database.transaction() as session:
        again = await open_chat(session, person, NOW)
        assert again.key == f"person:{person}"
        accounts = (await session.scalars(select(Account))).all()
    assert [(account.platform, account.person_id) for account in accounts] == [("web", person)]


async def test_a_delivery_repeated_is_one_message(database: Database) -> None:
    person = await _person(database)
    delivery = await _delivery(database, "a", person)
    ids = await asyncio.gather(*(_write(database, person, delivery, "Bonjour") for _ in range(5)))
    assert len(set(ids)) == 1
    assert await _texts(database, person) == ["Bonjour"]


async def test_an_update_typed_twice_is_shown_once(database: Database) -> None:
    person = await _person(database)

    async def type_it() -> bool:
        async with database.transaction() as session:
            return await write_in(session, f"person:{person}", "u1", "C’est quand ?", NOW)

    assert sorted(await asyncio.gather(type_it(), type_it(), type_it())) == [False, False, True]
    assert await _texts(database, person) == ["C’est quand ?"]


async def test_a_message_is_replaced_in_its_place_and_seen_as_a_change(database: Database) -> None:
    person = await _person(database)
    first = await _write(database, person, await _delivery(database, "a", person), "Question 1")
    await _write(database, person, await _delivery(database, "b", person), "Autre chose")
    edited = await _write(database, person, await _delivery(database, "c", person), "Question 2", edits=str(first))
    assert edited == first
    assert await _texts(database, person) == ["Question 2", "Autre chose"]
    assert await _texts(database, person, after=2) == ["Question 2"]


async def test_a_late_repetition_does_not_undo_a_newer_edit(database: Database) -> None:
    person = await _person(database)
    first = await _write(database, person, await _delivery(database, "a", person), "Question 1")
    old, new = [await _delivery(database, about, person) for about in ("b", "c")]
    await _write(database, person, new, "Question 3", edits=str(first))
    await _write(database, person, old, "Question 2", edits=str(first))
    assert await _texts(database, person) == ["Question 3"]


async def test_nobody_edits_what_is_on_another_page(database: Database) -> None:
    annaig, malo = await _person(database), await _person(database, "Malo")
    hers = await _write(database, annaig, await _delivery(database, "a", annaig), "Pour Annaïg")
    await _write(database, malo, await _delivery(database, "b", malo), "Pour Malo", edits=str(hers))
    assert await _texts(database, annaig) == ["Pour Annaïg"]
    assert await _texts(database, malo) == ["Pour Malo"]


async def test_a_correction_of_what_is_gone_is_not_written_anew(database: Database) -> None:
    person = await _person(database)
    number = await _delivery(database, "correction:1:2:1", person)
    async with database.transaction() as session:
        page = f"person:{person}"
        assert await write_out(session, page, number, "notice", {"text": "Retirée"}, "404", NOW, anew=False) == 0
    assert await _texts(database, person) == []


async def test_an_unknown_chat_takes_nothing(database: Database) -> None:
    async with database.transaction() as session:
        assert await write_out(session, "person:404", 1, "reply", {"text": "?"}, "", NOW) is None
        assert not await write_in(session, "person:404", "u", "?", NOW)


async def test_versions_count_every_change_without_a_gap(database: Database) -> None:
    person = await _person(database)
    deliveries = [await _delivery(database, f"d{n}", person) for n in range(6)]
    await asyncio.gather(*(_write(database, person, delivery, "x") for delivery in deliveries))
    async with database.reading() as session:
        found = (await session.scalars(select(WebMessage.version).order_by(WebMessage.version))).all()
        assert list(found) == [1, 2, 3, 4, 5, 6]
        assert await news(session, [f"person:{person}"]) == {f"person:{person}": (6, {})}


async def test_what_left_by_itself_is_told_newest_first_and_counted(database: Database) -> None:
    person = await _person(database)
    await _write(database, person, await _delivery(database, "reply", person), "Réponse")
    for kind in (Kind.REMINDER, Kind.ANNOUNCEMENT):
        await _write(database, person, await _delivery(database, kind, person, kind), kind, kind=kind)
    async with database.reading() as session:
        assert [d.message.kind for d in await departures(session)] == ["announcement", "reminder"]
        assert await received_by_person(session) == {person: 2}


async def test_erasing_the_person_erases_the_page_and_purging_deliveries_does_not(database: Database) -> None:
    person = await _person(database)
    await _write(database, person, await _delivery(database, "a", person), "Bonjour")
    async with database.transaction() as session:
        await session.execute(delete(Delivery))
    assert await _texts(database, person) == ["Bonjour"]
    async with database.transaction() as session:
        await session.execute(delete(Person).where(Person.id == person))
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WebMessage)) == 0


async def test_a_page_loads_the_last_two_hundred(database: Database) -> None:
    person = await _person(database)
    async with database.transaction() as session:
        for n in range(205):
            await write_in(session, f"person:{person}", f"u{n}", str(n), NOW + timedelta(seconds=n))
    texts = await _texts(database, person)
    assert (texts[0], texts[-1], len(texts)) == ("5", "204", 200)


async def test_the_notice_of_a_press_is_left_for_whichever_process_has_the_page(database: Database) -> None:
    person = await _person(database)
    async with database.transaction() as session:
        await leave_notice(session, f"person:{person}", "update-1", "C’est noté.", alert=False)
        await leave_notice(session, "person:404", "update-2", "À personne", alert=False)
    async with database.reading() as session:
        told = {"update": "update-1", "notice": "C’est noté."}
        assert await news(session, [f"person:{person}", "person:404"]) == {f"person:{person}": (1, told)}
