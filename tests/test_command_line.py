"""The command line: clear sentences, code 2, no stack trace; clean ends."""

import asyncio
import json
import shutil
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from storage.ballots import Ballot
from storage.database import Database
from storage.migrating import migrate
from storage.outbox import Delivery, Kind, State, enqueue
from storage.people import Account, Person
from tests.conversations.consulting import a_consultation
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram
from tests.patience import PATIENCE
from tests.process import CONCERTE, Process

NOW = "2024-03-15T10:00:00+01:00"
PACK = str(Path(__file__).resolve().parent.parent / "packs" / "missions-locales")
TELEGRAM_AWAY = "http://127.0.0.1:9"  # the discard port: nobody listens


def a_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


async def fails(folder: Path, *arguments: str, **env: str) -> str:
    """The one sentence with which the command refuses to begin."""
    process = await Process(*arguments, env={"HOST": "127.0.0.1", "PORT": a_port(), **env}, folder=folder).start()
    code, output = await process.end()
    assert code == 2, output
    assert "Traceback" not in output
    return output


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://h/d", "sqlite:// and postgresql://"),
        ("what", "not a database address"),
        ("postgresql://nobody@127.0.0.1:9/none", "cannot be reached"),
        ("sqlite:////proc/none/concerte.db", "cannot be used"),
    ],
)
async def test_a_database_that_cannot_be_used_is_said(tmp_path: Path, url: str, words: str) -> None:
    output = await fails(tmp_path, "run", DATABASE_URL=url)
    assert words in output
    assert len(output.strip().splitlines()) == 1


async def test_a_database_that_is_not_migrated_is_said(new_postgres: str, tmp_path: Path) -> None:
    assert "concerte migrate" in await fails(tmp_path, "run", DATABASE_URL=new_postgres)


@pytest.mark.parametrize("command", ["run", "demo", "web"])
async def test_a_taken_port_is_said(tmp_path: Path, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        output = await fails(tmp_path, command, PORT=port)
    assert port in output
    assert len(output.strip().splitlines()) == 1


async def test_an_unreadable_pack_is_said_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    assert "pack" in await fails(tmp_path, "ask", "C’est quand l’AG ?", CONCERTE_PACK=str(tmp_path / "pack"))
    assert "pack" in await fails(tmp_path, "import", str(tmp_path / "pack"))


async def test_a_wrong_telegram_token_is_said_without_the_token(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        output = await fails(
            tmp_path, "run", "--now", NOW, TELEGRAM_BOT_TOKEN="123:wrong", TELEGRAM_API_URL=telegram.url
        )
    assert "TELEGRAM_BOT_TOKEN" in output
    assert "123:wrong" not in output


async def test_a_telegram_that_is_away_is_said(tmp_path: Path) -> None:
    output = await fails(tmp_path, "run", TELEGRAM_BOT_TOKEN="123:abc", TELEGRAM_API_URL=TELEGRAM_AWAY)
    assert "TELEGRAM_API_URL" in output


async def test_a_wrong_slack_token_is_said_without_the_token(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        tokens = {"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.url}
        output = await fails(tmp_path, "run", "--now", NOW, **tokens)
    assert "SLACK_BOT_TOKEN" in output
    assert "xoxb-wrong" not in output


@pytest.mark.parametrize(
    ("setting", "value"), [("PORT", "many"), ("SEND", "sometimes"), ("TELEGRAM_MESSAGES_PER_SECOND", "0")]
)
async def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, setting: str, value: str) -> None:
    assert setting in await fails(tmp_path, "run", **{setting: value})


@pytest.mark.parametrize("arguments", [["run", "--now", NOW], ["run", "--speed", "60"], ["demo"]])
async def test_a_moved_clock_never_meets_the_real_platforms(tmp_path: Path, arguments: list[str]) -> None:
    output = await fails(tmp_path, *arguments, TELEGRAM_BOT_TOKEN="123:abc")
    assert "api.telegram.org" in output


async def test_a_worker_without_platforms_says_what_to_set(tmp_path: Path) -> None:
    assert "SLACK_BOT_TOKEN" in await fails(tmp_path, "worker")


async def test_the_rehearsal_refuses_a_database_in_use(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'real.db'}"
    database = Database(url)
    await migrate(database)
    async with database.transaction() as session:
        session.add(Person(given_name="Camille", family_name="Exemple", created_at=datetime.now(UTC)))
    await database.close()
    assert "not a rehearsal" in await fails(tmp_path, "demo", DATABASE_URL=url)


@pytest.mark.parametrize("command", ["run", "demo", "web"])
async def test_sigterm_ends_a_command_cleanly(tmp_path: Path, command: str) -> None:
    port = a_port()
    env = {"HOST": "127.0.0.1", "PORT": port}
    process = await Process(command, env=env, folder=tmp_path, program=CONCERTE).start()
    await ready(port)
    code, output = await process.terminate()
    assert code == 0, output
    assert "Traceback" not in output


async def test_ctrl_c_right_after_the_start_is_a_clean_end(tmp_path: Path) -> None:
    process = await Process("run", env={"HOST": "127.0.0.1", "PORT": a_port()}, folder=tmp_path).start()
    await process.line("concerte runs")
    code, output = await process.interrupt()
    assert code == 0, output
    assert "Error" not in output and "Traceback" not in output


async def test_ctrl_c_while_the_program_is_read_says_nothing(tmp_path: Path) -> None:
    told = [sys.executable, "-X", "importtime", "-m", "bot"]  # a line for each import, so that one knows where it is
    process = await Process("run", env={}, folder=tmp_path, program=told).start()
    await process.line("aiohttp.http_exceptions")
    code, output = await process.interrupt()
    assert code == -signal.SIGINT, output
    assert "Traceback" not in output


async def test_sigterm_ends_a_command_that_waits_for_questions(tmp_path: Path) -> None:
    process = Process("ask", "--jsonl", "--now", NOW, env={}, folder=tmp_path, speaks=True, program=CONCERTE)
    await process.start()
    await process.write('{"id": 1, "q": "C’est quand l’AG ?"}\n')
    await process.line("9 octobre 2024")
    code, output = await process.terminate()
    assert code == 0, output
    assert "Traceback" not in output


async def ready(port: str) -> dict[str, dict[str, object]]:
    """Wait until the process says it is ready; returns what `/readyz` says."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(f"http://127.0.0.1:{port}/readyz") as response:
                    body: dict[str, dict[str, object]] = await response.json()
                    if response.status == 200:
                        return body
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


async def test_health_names_every_part_and_no_secret(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        port = a_port()
        env = {"HOST": "127.0.0.1", "PORT": port, "TELEGRAM_BOT_TOKEN": telegram.token}
        env["TELEGRAM_API_URL"] = telegram.url
        process = await Process("run", env=env, folder=tmp_path).start()
        said = await ready(port)
        assert {"database", "outbox", "timetable", "telegram", "web"} <= set(said)
        assert telegram.token not in json.dumps(said)
        code, _ = await process.terminate()
        assert code == 0


async def test_ask_answers_and_explains(tmp_path: Path) -> None:
    process = await Process("ask", "C’est quand l’AG ?", "--explain", "--now", NOW, env={}, folder=tmp_path).start()
    code, output = await process.end()
    assert code == 0
    assert "mercredi 9 octobre 2024" in output
    assert "événements" in output


async def test_importing_the_pack_again_changes_nothing(tmp_path: Path) -> None:
    first = await (await Process("import", PACK, env={}, folder=tmp_path).start()).end()
    again = await (await Process("import", PACK, "--dry-run", env={}, folder=tmp_path).start()).end()
    assert (first[0], again[0]) == (0, 0)


async def test_check_says_what_is_there_and_what_is_missing(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        env = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "PORT": a_port()}
        process = await Process("check", env={**env, "HOST": "127.0.0.1"}, folder=tmp_path).start()
        code, output = await process.end()
    assert code == 0, output
    assert "connected as" in output
    assert "SLACK_BOT_TOKEN" in output
    broken = await fails(tmp_path, "check", TELEGRAM_BOT_TOKEN="123:abc", TELEGRAM_API_URL=TELEGRAM_AWAY)
    assert "fault" in broken


async def test_check_speaks_one_language_and_leads_to_the_command_that_explains_a_pack(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACK, pack)
    with (pack / "network.yaml").open("a") as file:
        file.write("couleur: bleu\n")
    line = len((pack / "network.yaml").read_text().splitlines())
    said = await fails(tmp_path, "check", CONCERTE_PACK=str(pack))
    lead = f"concerte import --dry-run {pack}"
    assert f"fault    pack: {pack} has a fault in network.yaml:{line}; «\u00a0{lead}\u00a0» explains." in said
    assert "inconnue" not in said
    explained = await fails(tmp_path, *lead.split()[1:])
    assert f"network.yaml:{line} — la clé «\u00a0couleur\u00a0» est inconnue — admis" in explained
    assert "is no folder" in await fails(tmp_path, "check", CONCERTE_PACK=str(tmp_path / "elsewhere"))


@pytest.mark.parametrize(("send", "arrives"), [("off", set()), ("only:camille@exemple.fr", {7}), ("on", {7, 8})])
async def test_send_holds_real_messages_back(tmp_path: Path, send: str, arrives: set[int]) -> None:
    url = f"sqlite:///{tmp_path / 'concerte.db'}"
    database = Database(url)
    await migrate(database)
    now = datetime(2024, 3, 15, tzinfo=UTC)
    async with database.transaction() as session:
        for chat, email in ((7, "camille@exemple.fr"), (8, "dominique@exemple.fr")):
            person = Person(given_name="P", family_name=str(chat), email=email, created_at=now)
            session.add(person)
            await session.flush()
            account = Account(
                platform="telegram", external_id=str(chat), chat=str(chat), person_id=person.id, created_at=now
            )
            session.add(account)
            await session.flush()
            row = {
                "about": f"test:{chat}",
                "kind": Kind.ANNOUNCEMENT,
                "platform": "telegram",
                "chat": str(chat),
                "person_id": person.id,
                "account_id": account.id,
                "payload": {"text": "Bonjour"},
                "due_at": now,
                "created_at": now,
            }
            await enqueue(session, [row])
    async with FakeTelegram() as telegram:
        telegram.knows(7, 8)
        env = {"DATABASE_URL": url, "SEND": send, "HOST": "127.0.0.1", "PORT": a_port()}
        env |= {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        process = await Process("run", "--now", NOW, env=env, folder=tmp_path).start()
        ended = [State.DELIVERED, State.SKIPPED]
        states: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while len(states) < 2:
                await asyncio.sleep(0.1)
                async with database.reading() as reading:
                    states = list(await reading.scalars(select(Delivery.state).where(Delivery.state.in_(ended))))
        await process.terminate()
        assert set(telegram.arrivals) == arrives
    await database.close()


async def test_results_are_exported_to_a_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'concerte.db'}"
    output = await fails(tmp_path, "export", "nothing", DATABASE_URL=url)
    assert "il n’y a pas de consultation «\u00a0nothing\u00a0»" in output
    assert "csv ou xlsx ou json ou docx" in await fails(
        tmp_path, "export", "nothing", "--format", "pdf", DATABASE_URL=url
    )
    database = Database(url)
    number = await a_consultation(database)
    assert "répondu" in await fails(tmp_path, "export", "avis", DATABASE_URL=url)
    async with database.transaction() as session:
        session.add(
            Ballot(
                consultation_id=number, voice_key="structure:1", submitted_at=datetime.now(UTC), revision=1, receipt="R"
            )
        )
    await database.close()
    for extension, begins in (("csv", "Réponse de".encode("utf-8-sig")), ("docx", b"PK"), ("json", b"{")):
        file = tmp_path / f"results.{extension}"
        process = Process(
            "export", "avis", "--format", extension, "--output", str(file), env={"DATABASE_URL": url}, folder=tmp_path
        )
        code, output = await (await process.start()).end()
        assert code == 0, output
        assert file.read_bytes().replace(b'"', b"").startswith(begins)
