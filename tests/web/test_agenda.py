"""The agenda on the web: the public page and feed, and the private feed of each person."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from icalendar import Calendar

from bot.web.agenda import AgendaPage
from bot.web.server import pages
from storage.database import Database
from tests import building
from tests.icalendars import checked
from tests.recording import HandClock
from tests.stage import Stage

Client = TestClient[web.Request, web.Application]
NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)


@pytest.fixture
async def client(sqlite: Database) -> AsyncIterator[Client]:
    async with sqlite.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.event(session, "AG <b>", "2024-10-09", "14:00", place="Le Havre", video_link="https://v.test/a")
        await building.event(session, "Bureau", "2024-12-03", audience={"kinds": ["mission-locale"]}, public=False)
        await building.event(session, "Atelier annulé", "2024-05-16", status="cancelled")
    app = web.Application()
    app.add_routes(AgendaPage(sqlite, lambda: HandClock(NOW), "https://concerte.example", pages()).routes())
    async with TestClient(TestServer(app)) as made:
        yield made


def names(body: str) -> list[str]:
    return [str(entry["summary"]) for entry in Calendar.from_ical(body).walk("VEVENT")]


async def test_the_page_shows_what_is_public(client: Client) -> None:
    body = await (await client.get("/agenda")).text()
    assert "AG &lt;b&gt;" in body and "mercredi 9 octobre 2024 de 14" not in body and "mercredi 9 octobre 2024" in body
    assert "Bureau" not in body and "v.test" not in body and 'class="cancelled"' in body


async def test_the_public_feed_holds_public_events_without_links(client: Client) -> None:
    response = await client.get("/agenda.ics")
    body = await response.text()
    assert response.content_type == "text/calendar" and names(body) == ["Atelier annulé", "AG <b>"]
    assert "v.test" not in body and "STATUS:CANCELLED" in body and checked(body.encode())


async def test_a_feed_is_answered_not_modified_until_something_changes(client: Client, sqlite: Database) -> None:
    for path in ("/agenda", "/agenda.ics"):
        first = await client.get(path)
        assert first.headers["Cache-Control"] == "public, max-age=300"
        again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    async with sqlite.transaction() as session:
        await building.event(session, "Autre", "2024-11-05")
    assert (await client.get("/agenda.ics", headers={"If-None-Match": first.headers["ETag"]})).status == 200


async def test_the_page_says_what_is_under_way_and_groups_the_rest_by_month(client: Client, sqlite: Database) -> None:
    async with sqlite.transaction() as session:
        await building.event(session, "Entretiens", "2024-02-01", precision="month", ends_on=date(2024, 3, 31))
        await building.event(session, "Ce matin", "2024-03-15", "08:00", ends_at=NOW - timedelta(minutes=5))
    body = await (await client.get("/agenda")).text()
    assert re.findall(r'agenda-month">([^<]+)<', body) == ["En ce moment", "mai 2024", "octobre 2024"]
    assert "Ce matin" not in body and "webcal://concerte.example/agenda.ics" in body and "Heures de Paris" in body


async def test_a_private_feed_follows_its_person_and_ends_at_their_word(client: Client, sqlite: Database) -> None:
    stage, anne = Stage(sqlite), "telegram:telegram-1"
    heard = await stage.says(anne, "agenda ics")
    found = re.search(r"https://concerte\.example(/agenda/\S+\.ics)", heard.text)
    assert found is not None
    body = await (await client.get(found[1])).text()
    checked(body.encode())
    assert "Bureau" in names(body) and "v.test" not in body and "X-MICROSOFT-CDO-BUSYSTATUS:FREE" in body
    # D-7, D-1 and H-2 of the AG in Brittany; D-7 and D-1 of the whole day: at 9:00, not at midnight
    assert re.findall(r"TRIGGER:-(\S+)", body) == ["P7DT5H", "P1DT5H", "PT2H", "P6DT15H", "PT15H"]
    await stage.presses(anne, "calendar:reply:1:yes")
    await stage.presses(anne, "calendar:reply:2:no")
    body = await (await client.get(found[1])).text()
    assert "v.test" in body and "Bureau" not in names(body) and "CDO-BUSYSTATUS:BUSY" in body
    assert "Votre réponse" in body and checked(body.encode())
    await stage.presses(anne, "calendar:mute:1")
    assert "TRIGGER" not in await (await client.get(found[1])).text()
    await stage.presses(anne, heard.button("Désactiver"))
    assert (await client.get(found[1])).status == 404


async def test_a_private_feed_has_what_its_person_asked_to_be_reminded_of(client: Client, sqlite: Database) -> None:
    async with sqlite.transaction() as session:
        await building.event(session, "Atelier des autres", "2024-11-05", "10:00", audience={"regions": ["28"]})
    stage, anne = Stage(sqlite), "telegram:telegram-1"
    await stage.says(anne, "rappelle-moi l’AG la veille à 18 h")
    heard = await stage.says(anne, "rappelle-moi l’atelier des autres une heure avant")
    assert "C’est noté" in heard.text
    found = re.search(r"https://concerte\.example(/agenda/\S+\.ics)", (await stage.says(anne, "agenda ics")).text)
    assert found is not None
    body = await (await client.get(found[1])).text()
    checked(body.encode())
    entries = Calendar.from_ical(body).walk("VEVENT")
    alarms = {str(one["summary"]): [alarm.decoded("trigger") for alarm in one.walk("VALARM")] for one in entries}
    assert alarms["AG <b>"] == [
        -timedelta(days=7, hours=5),
        -timedelta(days=1, hours=5),
        -timedelta(hours=20),
        -timedelta(hours=2),
    ]
    assert alarms["Atelier des autres"] == [-timedelta(hours=1)]  # not invited: nothing of the plan


async def test_an_event_is_sent_as_a_file(client: Client, sqlite: Database) -> None:
    file = (await Stage(sqlite).presses("telegram:telegram-1", "calendar:ics:1")).messages[0].attachment
    assert file is not None and names(file.content.decode()) == ["AG <b>"]
