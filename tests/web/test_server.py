"""The web server without a browser: what it answers, and what it refuses."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from sqlalchemy import select, text

from bot.channel import CannotStart, Health
from bot.web.server import WebServer
from storage.inbox import InboxItem
from storage.outbox import Delivery, Kind, State, by_about, enqueue
from storage.people import Person
from storage.web import WebChat, changes, open_chat, write_in
from tests.patience import PATIENCE
from tests.web.installation import Installation, already_opened, installed

NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(already_opened(tmp_path)) as made:
        yield made


@pytest.fixture
async def http(here: Installation) -> AsyncIterator[ClientSession]:
    async with ClientSession(here.url, timeout=ClientTimeout(total=PATIENCE)) as session:
        yield session


async def _until(http: ClientSession, seat: str, count: int) -> list[dict[str, Any]]:
    """The messages of a page once there are that many: told by its stream, not by waiting."""
    async with http.get(f"/api/{seat}/events") as events:
        async for line in events.content:
            if not line.startswith((b"event", b":")):
                continue
            async with http.get(f"/api/{seat}/messages") as response:
                found: list[dict[str, Any]] = (await response.json())["messages"]
            if len(found) >= count:
                return found
    raise AssertionError("the stream ended")


async def _say(http: ClientSession, seat: str, text: str, update: str) -> int:
    async with http.post(f"/api/{seat}/say", json={"update": update, "text": text}) as response:
        return response.status


async def test_alive_and_ready(http: ClientSession) -> None:
    async with http.get("/healthz") as response:
        assert (response.status, await response.json()) == (200, {"alive": True})
    async with http.get("/readyz") as response:
        assert response.status == 200
        assert await response.json() == {"ready": True, "web": {"ok": True, "detail": "listening"}}


async def test_not_ready_says_which_part(here: Installation, http: ClientSession) -> None:
    class Sick:
        """An application one of whose channels is down."""

        database, gateway, clock = here.database, here.gateway, here.clock

        async def readiness(self) -> dict[str, Health]:
            return {"database": Health(True, "reachable"), "slack": Health(False, "no socket")}

    server = WebServer(here.settings, Sick())
    await server.start()
    async with ClientSession(server.address) as other, other.get("/readyz") as response:
        assert response.status == 503
        assert (await response.json())["slack"] == {"ok": False, "detail": "no socket"}
        assert not (await response.json())["ready"]
    await server.stop()


async def test_every_answer_carries_the_security_headers(http: ClientSession) -> None:
    for path in ("/", "/healthz", "/static/concerte.css", "/nowhere", "/api/404/messages", "/rehearsal/state"):
        async with http.get(path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Frame-Options"] == "DENY"
            assert "aiohttp" not in response.headers["Server"].lower()


async def test_pages_hold_no_script_and_no_style_of_their_own(http: ClientSession) -> None:
    async with http.get("/") as response:
        page = await response.text()
    assert "<style" not in page and " style=" not in page and " onclick=" not in page
    assert "<script>" not in page and "http://" not in page.replace("http://www.w3.org", "")


async def test_assets_last_only_under_their_own_digest(http: ClientSession) -> None:
    async with http.get("/") as response:
        page = await response.text()
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    async with http.get(address) as response:
        assert "immutable" in response.headers["Cache-Control"]
    async with http.get("/static/concerte.css?v=old") as response:
        assert response.headers["Cache-Control"] == "no-cache"
    for path in ("/static/nothing.css", "/static/..%2Fserver.py", "/static/%2e%2e/server.py"):
        async with http.get(path) as response:
            assert response.status == 404


async def test_what_is_said_twice_under_one_name_counts_once(here: Installation, http: ClientSession) -> None:
    assert [await _say(http, "1", "bonjour", "u1234567") for _ in range(3)] == [202, 202, 202]
    assert [await _say(http, "1", "encore", "u7654321")] == [202]
    found = await _until(http, "1", 4)
    assert ["bonjour" in one["html"] for one in found] == [True, True, False, False]
    assert "(question 1)" in found[1]["html"] and "(question 2)" in found[3]["html"]


async def test_one_cannot_take_the_name_of_anothers_update(http: ClientSession) -> None:
    assert await _say(http, "1", "à moi", "same-name") == 202
    assert await _say(http, "2", "à moi aussi", "same-name") == 202
    assert "à moi aussi" in (await _until(http, "2", 2))[0]["html"]


async def test_only_invented_people_can_be_played(here: Installation, http: ClientSession) -> None:
    async with here.database.transaction() as session:
        real = Person(given_name="Vraie", family_name="Personne", created_at=NOW)
        session.add(real)
        await session.flush()
        await open_chat(session, real.id, NOW)
    for seat in (str(real.id), "404", "moi", "²", "1 OR 1=1", "9" * 30):
        async with http.get(f"/api/{seat}/messages") as response:
            assert response.status == 403
    async with http.get(f"/?qui={real.id}") as response:
        assert "Vraie" not in await response.text()


async def test_outside_a_rehearsal_nobody_has_a_seat(here: Installation) -> None:
    server = WebServer(here.settings, here)
    await server.start()
    async with ClientSession(server.address) as http:
        async with http.get("/api/1/messages") as response:
            assert response.status == 403
        async with http.get("/") as response:
            assert "lien personnel" in await response.text()
        for path in ("/rehearsal/state", "/rehearsal/clock"):
            async with http.get(path) as response:
                assert response.status == 404
    await server.stop()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b'{"text": "x"}',
        b'{"update": "u1234567"}',
        b'{"update": "short", "text": "x"}',
        b'{"update": "u1234567", "text": "  \\n "}',
        b'{"update": "u1234567", "text": "x", "person": 2}',
        b'{"update": "<script>!", "text": "x"}',
        b"\xff\xfe",
    ],
)
async def test_a_call_that_makes_no_sense_is_refused(here: Installation, http: ClientSession, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post("/api/1/say", data=body, headers=headers) as response:
        assert response.status == 400
        assert "error" in await response.json()


async def test_what_is_too_long_is_said_so(http: ClientSession) -> None:
    async with http.post("/api/1/say", json={"update": "u1234567", "text": "x" * 10_001}) as response:
        assert response.status == 413
        assert "10000" in (await response.json())["error"]
    async with http.post("/api/1/say", json={"update": "u1234567", "text": "x" * 100_000}) as response:
        assert response.status == 413


async def test_a_press_needs_a_message_of_ones_own_page(here: Installation, http: ClientSession) -> None:
    await _say(http, "1", "choix", "u1234567")
    shown = (await _until(http, "1", 2))[1]
    press = {"update": "p1234567", "action": "count:yes", "message": shown["id"]}
    for seat, message in (("2", shown["id"]), ("1", 404), ("1", shown["id"] - 1)):
        async with http.post(f"/api/{seat}/press", json={**press, "message": message}) as response:
            assert response.status == 404
    async with http.post("/api/1/press", json={**press, "action": "x" * 65}) as response:
        assert response.status == 400
    async with http.post("/api/1/press", json={**press, "action": "nobody:knows"}) as response:
        assert response.status == 202  # the capability decides, and says politely that it is nothing


async def test_another_site_can_make_a_browser_send_nothing(here: Installation, http: ClientSession) -> None:
    body = {"update": "u1234567", "text": "x"}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        async with http.post("/api/1/say", json=body, headers=headers) as response:
            assert response.status == 403
    async with http.post("/api/1/say", data=json.dumps(body), headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 400
    async with http.post("/rehearsal/clock", json={"plus": "day"}, headers={"Origin": "https://e.org"}) as response:
        assert response.status == 403
    async with http.post("/api/1/say", json=body, headers={"Origin": here.url}) as response:
        assert response.status == 202


async def test_the_rehearsal_answers_to_this_machines_names_only(http: ClientSession) -> None:
    for host, status in (("localhost:8000", 200), ("127.0.0.1", 200), ("[::1]:1", 200), ("evil.example", 403)):
        async with http.get("/", headers={"Host": host}) as response:
            assert response.status == status


async def test_files_are_saved_never_run(here: Installation, http: ClientSession) -> None:
    await _say(http, "1", "fichier", "u1234567")
    shown = (await _until(http, "1", 2))[1]
    async with http.get(f"/api/1/files/{shown['id']}") as response:
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''agenda%20")
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert await response.read() == b"BEGIN:VCALENDAR"
    for path in (f"/api/2/files/{shown['id']}", "/api/1/files/404", "/api/1/files/x", "/api/1/files/²"):
        async with http.get(path) as response:
            assert response.status == 404


async def test_a_page_that_has_seen_more_than_there_is_starts_anew(http: ClientSession) -> None:
    async with http.get("/api/1/messages?after=99") as response:
        assert (await response.json())["reset"]
    async with http.get("/api/1/messages?after=0") as response:
        assert not (await response.json())["reset"]
    async with http.get("/api/1/messages?after=x") as response:
        assert response.status == 400


async def test_an_error_is_a_page_to_people_and_json_to_pages(http: ClientSession) -> None:
    async with http.get("/nowhere") as response:
        assert response.status == 404 and "Il n’y a rien" in await response.text()
        assert response.content_type == "text/html"
    async with http.get("/api/x") as response:
        assert response.content_type == "application/json"


async def test_a_database_that_is_away_is_said_so(here: Installation, http: ClientSession) -> None:
    async with here.database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE web_chats RENAME TO elsewhere"))
    async with http.get("/api/1/messages") as response:
        assert response.status == 503
        assert "base de données" in (await response.json())["error"]
    async with http.get("/healthz") as response:
        assert response.status == 200


async def test_the_access_log_holds_no_address_and_no_text(
    here: Installation, http: ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await _say(http, "1", "un texte secret", "u1234567")
    async with http.get("/p/a-secret-token?x=secret"):
        pass
    await _until(http, "1", 2)
    assert "POST /api/{seat}/say 202" in caplog.text
    assert "secret" not in caplog.text and "u1234567" not in caplog.text


async def test_a_taken_port_is_one_clear_sentence(here: Installation) -> None:
    port = int(here.url.rpartition(":")[2])
    second = WebServer(here.settings.model_copy(update={"port": port}), here)
    with pytest.raises(CannotStart, match=rf"Port {port} is taken by another program.*PORT={port + 1}"):
        await second.start()
    assert not second.health().ok
    await second.stop()


async def test_an_address_that_is_not_ours_is_one_clear_sentence(here: Installation) -> None:
    server = WebServer(here.settings.model_copy(update={"host": "203.0.113.1"}), here)
    with pytest.raises(CannotStart, match="check HOST and PORT"):
        await server.start()


async def test_open_streams_end_when_the_server_stops(here: Installation, http: ClientSession) -> None:
    async with http.get("/api/1/events") as events:
        assert (await events.content.readline()).startswith(b"retry")
        async with asyncio.timeout(PATIENCE):
            await here.server.stop()
            await events.content.read()  # raises for a stream that was cut off instead of ended
    assert here.server.hub.topics == set()


async def test_a_delivery_to_an_unknown_page_fails_for_good(here: Installation) -> None:
    row = {
        "about": "nobody",
        "kind": Kind.REMINDER,
        "platform": "web",
        "chat": "person:404",
        "payload": {"text": "x"},
        "due_at": NOW,
        "created_at": NOW,
    }
    async with here.database.transaction() as session:
        await enqueue(session, [row])
    await here.worker.drain()
    async with here.database.reading() as session:
        delivery: Delivery = (await by_about(session, ["nobody"]))[0]
    assert (delivery.state, delivery.reason) == (State.FAILED, "no such page")


async def test_what_was_typed_is_shown_even_if_the_answer_is_still_to_come(here: Installation) -> None:
    """A kill between showing and storing: the page sends again, and nothing is double."""
    async with here.database.transaction() as session:
        await write_in(session, "person:1", "person:1:u1234567", "bonjour", NOW)
    async with ClientSession(here.url) as http:
        assert await _say(http, "1", "bonjour", "u1234567") == 202
        assert len(await _until(http, "1", 2)) == 2
    async with here.database.reading() as session:
        chat = await session.scalar(select(WebChat.id).where(WebChat.key == "person:1"))
        assert chat is not None and len(await changes(session, chat, 0)) == 2
        assert await session.get(InboxItem, 1) is not None
