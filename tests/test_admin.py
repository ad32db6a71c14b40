"""`concerte admin` and `concerte invite`: the first administrator, roles, codes, the file of a mail merge."""

import csv
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.channel import CannotStart
from bot.granting import give_role_to, list_team, show_code, take_role_from
from bot.inviting import invite_many, invite_one
from bot.opening import open_database
from bot.settings import Settings
from handlers.account import wording
from storage.audit import Act, AuditEntry
from storage.channels import remember_bot
from storage.database import Database
from storage.linking import LinkCode
from storage.people import Account, Person, Role, RoleGrant
from tests.process import Process
from tests.stage import Stage

ALIX = "alix@exemple.fr"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None, database_url=f"sqlite:///{tmp_path / 'concerte.db'}", public_url="https://concerte.example"
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    made = await open_database(settings)
    yield made
    await made.close()


async def test_the_first_administrator_is_made_here_and_links_an_account_with_a_code(
    settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await list_team(settings)
    assert "no administrator yet" in capsys.readouterr().out
    await give_role_to(settings, ALIX, "admin", "", "Alix Exemple")
    await show_code(settings, ALIX)
    said = capsys.readouterr().out
    assert "concerte admin code" in said
    code = said.rsplit("relier ", 1)[1].strip()
    async with database.transaction() as session:
        made = (await session.scalars(select(LinkCode))).one()
        made.until = 1_710_000_600.0  # the stage's machine has another clock
        assert made.issuer_id is None
    stage = Stage(database)
    asked = await stage.says("telegram:1", f"relier {code}")
    await stage.presses("telegram:1", asked.button(wording.YES_ITS_ME))
    async with database.reading() as session:
        alix = (await session.scalars(select(Person).where(Person.email == ALIX))).one()
        assert (await session.scalars(select(Account.person_id).where(Account.external_id == "1"))).one() == alix.id
        acts = [(entry.act, entry.actor) for entry in await session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert (Act.ROLE_GIVEN, "command line") in acts
    assert "Alix Exemple" in (await stage.says("telegram:1", "rôles")).text


async def test_roles_are_given_and_taken_and_the_last_administrator_stays(
    settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await give_role_to(settings, ALIX, "admin", "", "Alix Exemple")
    await give_role_to(settings, "noa@exemple.fr", "equipe-regionale", "28", "Noa Modèle")
    await give_role_to(settings, "Noa Modele", "direction", "", "")
    await list_team(settings)
    assert "équipe régionale (Normandie), direction" in capsys.readouterr().out
    await take_role_from(settings, "Noa Modèle", "equipe-regionale", "Normandie")
    with pytest.raises(CannotStart, match="last administrator"):
        await take_role_from(settings, ALIX, "admin", "")
    async with database.reading() as session:
        roles = set(await session.scalars(select(RoleGrant.role)))
    assert {Role.ADMIN, Role.DIRECTOR} <= roles and Role.REGIONAL_STAFF not in roles


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody@exemple.fr", "admin", "", ""), "nobody in the directory"),
        ((ALIX, "king", "", ""), "is no role"),
        ((ALIX, "equipe-regionale", "", ""), "needs --region"),
        ((ALIX, "equipe-regionale", "999", ""), "is no region"),
        ((ALIX, "staff", "28", ""), "goes with equipe-regionale"),
        (("Alix", "admin", "", "Alix Exemple"), "write the e-mail first"),
        ((ALIX, "admin", "", "Alix"), "write the e-mail first"),
    ],
)
async def test_what_cannot_be_given_is_said_and_nothing_changes(
    settings: Settings, database: Database, arguments: tuple[str, str, str, str], words: str
) -> None:
    with pytest.raises(CannotStart, match=words):
        await give_role_to(settings, *arguments)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0


async def test_of_several_of_one_name_the_email_is_wanted(settings: Settings, database: Database) -> None:
    stage = Stage(database)
    await stage.person("Camille", "Modèle", email="a@exemple.fr")
    await stage.person("Camille", "Modèle", email="b@exemple.fr")
    with pytest.raises(CannotStart, match=r"b@exemple\.fr"):
        await give_role_to(settings, "Camille Modèle", "direction", "", "")
    assert await give_role_to(settings, "b@exemple.fr", "direction", "", "") == 0


async def test_a_mail_merge_is_written_once_for_its_owners_eyes(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    stage = Stage(database)
    async with database.transaction() as session:
        await remember_bot(session, "telegram", username="concerte_bot")
    await stage.person("Dominique", "Modèle", roles=(Role.DIRECTOR,), email="d@exemple.fr")
    await stage.person("Reliée", "Modèle", "telegram:5", roles=(Role.DIRECTOR,))
    await stage.person("Camille", "Modèle")
    path = tmp_path / "liens.csv"
    await invite_many(settings, path, ["direction"], [], everybody=False, days=30)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row["email"] for row in rows] == ["d@exemple.fr"]
    assert rows[0]["lien_telegram"].startswith("https://t.me/concerte_bot?start=")
    assert rows[0]["lien_web"].startswith("https://concerte.example/p/")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CannotStart, match="there already"):
        await invite_many(settings, path, [], [], everybody=True, days=30)
    everybody = tmp_path / "tous.csv"
    await invite_many(settings, everybody, ["direction"], [], everybody=True, days=30)
    assert len(everybody.read_text().splitlines()) == 3


async def test_one_person_is_shown_their_links(
    settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await Stage(database).person("Camille", "Modèle")
    await invite_one(settings, "Camille Modèle", 60)
    assert "https://concerte.example/p/" in capsys.readouterr().out
    with pytest.raises(CannotStart, match="nowhere to invite to"):
        await invite_one(settings.model_copy(update={"public_url": ""}), "Camille Modèle", 60)


async def test_the_commands_are_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'concerte.db'}"
    process = await Process("admin", "give", ALIX, "staff", env={"DATABASE_URL": url}, folder=tmp_path).start()
    code, output = await process.end()
    assert code == 2 and "nobody in the directory" in output and "Traceback" not in output
    process = await Process("invite", env={"DATABASE_URL": url}, folder=tmp_path).start()
    code, output = await process.end()
    assert code == 2 and "--csv" in output
