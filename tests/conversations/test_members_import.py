"""Staff send a members file: they see what it would do, then it is done whole, or not, or undone."""

import pytest
from sqlalchemy import delete, func, select, update

from handlers.directory import wording
from storage.audit import Act, AuditEntry
from storage.database import Database
from storage.imports import ImportRun
from storage.inbox import InboxItem
from storage.people import Person, Role, RoleGrant
from storage.uploads import Upload
from tests.directory import lay_network
from tests.stage import PLATFORMS, Heard, Stage

ROWS = "prenom;nom;email;structure;role;telegram_id\nJean;Dupont;jean@ml.fr;ML Lille;direction;1001\n"
ANNE = "Anne;Payet;anne@ml.re;ARML Réunion;elu;1002\n"
WRONG = "Paul;Morel;paul@gmail,com;;;\n"


@pytest.fixture
async def stage(database: Database) -> Stage:
    """Ada administers, Sam is staff, Pam takes part; each on the three channels."""
    made = Stage(database)
    async with database.transaction() as session:
        await lay_network(session)
    for name, role in (("ada", Role.ADMIN), ("sam", Role.STAFF), ("pam", Role.PARTICIPANT)):
        accounts = [f"{platform}:{name}" for platform in PLATFORMS]
        await made.person(name.title(), "Équipe", *accounts, roles=(role,), email=f"{name}@reseau.fr")
    return made


async def count(stage: Stage, table: type[Person] | type[Upload] | type[ImportRun]) -> int:
    async with stage.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def send(stage: Stage, who: str, text: str) -> Heard:
    return await stage.sends(who, "membres.csv", text.encode())


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_file_is_shown_imported_and_undone(stage: Stage, platform: str) -> None:
    sam = f"{platform}:sam"
    shown = await send(stage, sam, ROWS + ANNE)
    assert "2\u00a0lignes\u00a0: 2\u00a0ajoutées, 0\u00a0modifiée, 0\u00a0inchangée, 0\u00a0refusée" in shown.text
    assert "ARML Réunion" in shown.text
    assert await count(stage, Person) == 3  # nothing is written before the button
    done = await stage.presses(sam, shown.button("Importer"))
    assert "C’est importé\u00a0: 2\u00a0personnes ajoutées" in done.text
    assert await count(stage, Person) == 5
    assert await count(stage, Upload) == 0
    asked = await stage.presses(sam, done.button("Annuler cet import"))
    assert "comme il était avant cet import de 2\u00a0lignes" in asked.text
    undone = await stage.presses(sam, asked.button("Oui, tout remettre"))
    assert "L’import est annulé" in undone.text
    assert await count(stage, Person) == 3


async def test_a_workbook_may_be_sent_too_and_a_picture_may_not(stage: Stage) -> None:
    heard = await stage.sends("telegram:sam", "photo.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert "ni du texte CSV ni un classeur XLSX" in heard.text.replace("\\", "")
    assert await count(stage, Upload) == 0


async def test_a_file_that_did_not_come_through_is_asked_for_again(stage: Stage) -> None:
    heard = await stage.sends("telegram:sam", "membres.csv", b"")
    assert heard.text == wording.FILES.not_received
    assert await count(stage, Upload) == 0


async def test_a_slack_member_is_recognised_in_our_workspace_and_in_no_other(stage: Stage) -> None:
    shown = await send(stage, "telegram:sam", "prenom;nom;email;role;slack_id\nLéa;Roy;lea@ml.fr;direction;U0LEA\n")
    await stage.presses("telegram:sam", shown.button("Importer"))
    await stage.gateway.serve_workspaces("T1", ["T1"])
    ours = await stage.says("slack:U0LEA", "aide", workspace="T1")
    theirs = await stage.says("slack:U0LEA", "aide", workspace="T2")
    assert "Bonjour Léa" in ours.text
    assert "Léa" not in theirs.text


async def test_the_same_file_again_has_nothing_to_import(stage: Stage) -> None:
    await stage.presses("telegram:sam", (await send(stage, "telegram:sam", ROWS)).button("Importer"))
    heard = await send(stage, "telegram:sam", ROWS)
    assert wording.NOTHING_TO_DO in heard.text
    assert heard.buttons == []
    assert await count(stage, Upload) == 0


async def test_refused_rows_are_shown_given_as_a_file_and_left_aside_only_on_demand(stage: Stage) -> None:
    shown = await send(stage, "telegram:sam", ROWS + WRONG)
    assert "ligne 3, colonne email" in shown.text
    assert [button.label for button in shown.buttons] == ["Voir les refus", "Abandonner", "Importer 1 sans les refus"]
    refused = await stage.presses("telegram:sam", shown.button("Voir les refus"))
    attachment = refused.messages[0].attachment
    assert attachment is not None and attachment.filename == "refus.csv"
    assert "membres.csv;3;email;« paul@gmail,com »" in attachment.content.decode("utf-8-sig")
    forged = shown.button("sans les refus").action.replace("skip", "import")
    await stage.presses("telegram:sam", forged)
    assert await count(stage, Person) == 3
    done = await stage.presses("telegram:sam", shown.button("sans les refus"))
    assert "1\u00a0personne ajoutée" in done.text
    assert await count(stage, Person) == 4


async def test_a_file_is_given_up(stage: Stage) -> None:
    shown = await send(stage, "telegram:sam", ROWS)
    heard = await stage.presses("telegram:sam", shown.button("Abandonner"))
    assert heard.text == wording.DROPPED
    assert await count(stage, Upload) == 0
    again = await stage.presses("telegram:sam", shown.button("Importer"))
    assert again.text == wording.FILES.gone


async def test_what_is_unclear_is_asked_once_and_remembered(stage: Stage) -> None:
    text = "prenom;nom;Tél. pro (direct);email\nJean;Dupont;0637428685;jean@ml.fr\n"
    asked = await send(stage, "telegram:sam", text)
    assert "contient-elle le téléphone" in asked.text.replace("\\", "")
    shown = await stage.presses("telegram:sam", asked.button("Oui, le téléphone"))
    await stage.presses("telegram:sam", shown.button("Importer"))
    async with stage.database.reading() as session:
        assert await session.scalar(select(Person.phone).where(Person.family_name == "Dupont")) == "+33637428685"
    again = await send(stage, "slack:ada", text)
    assert wording.NOTHING_TO_DO in again.text


async def test_a_column_may_be_nothing_of_ours(stage: Stage) -> None:
    asked = await send(stage, "telegram:sam", "prenom;nom;Tél. pro (direct)\nJean;Dupont;à rappeler\n")
    shown = await stage.presses("telegram:sam", asked.button("Rien de cela"))
    assert "Colonnes laissées de côté" in shown.text
    assert "1\u00a0ajoutée" in shown.text


async def test_buttons_are_short_enough_for_every_channel(stage: Stage) -> None:
    async with stage.database.transaction() as session:
        session.add(
            Upload(
                id=2**53,
                platform="telegram",
                update_id="big",
                name="m.csv",
                media_type="",
                content=b"",
                expires_at=stage.clock.at,
            )
        )
    asked = await send(stage, "telegram:sam", "prenom;nom;Tél. pro (direct);email\nJean;Dupont;0637428685;j@ml.fr\n")
    assert all(len(button.action.encode()) <= 64 for button in asked.buttons)
    shown = await stage.presses("telegram:sam", asked.button("Oui"))
    assert all(len(button.action.encode()) <= 64 for button in shown.buttons)


async def test_others_than_staff_are_told_so_and_their_file_is_not_kept(stage: Stage) -> None:
    for who in ("telegram:pam", "telegram:stranger"):
        heard = await send(stage, who, ROWS)
        assert heard.text == wording.FILES.only_staff
    assert await count(stage, Upload) == 0
    async with stage.database.reading() as session:
        acts = (await session.scalars(select(AuditEntry.act))).all()
    assert acts == [Act.RIGHT_REFUSED, Act.RIGHT_REFUSED]


async def test_a_file_with_names_is_not_discussed_in_a_group(stage: Stage) -> None:
    heard = await stage.sends("telegram:sam", "membres.csv", ROWS.encode(), chat_kind="group")
    assert heard.text == wording.FILES.only_private
    assert await count(stage, Upload) == 0


async def test_staff_cannot_make_staff_and_an_administrator_can(stage: Stage) -> None:
    text = "prenom;nom;email;role\nZoé;Petit;zoe@ml.fr;staff\n"
    shown = await send(stage, "telegram:sam", text)
    assert "seul un administrateur donne le rôle" in shown.text
    assert [button.label for button in shown.buttons] == ["Voir les refus", "Abandonner"]
    shown = await send(stage, "telegram:ada", text)
    await stage.presses("telegram:ada", shown.button("Importer"))
    async with stage.database.reading() as session:
        query = select(RoleGrant.role).join(Person).where(Person.family_name == "Petit")
        assert (await session.scalars(query)).all() == [Role.STAFF]


async def test_a_right_lost_since_the_button_was_shown_is_lost(stage: Stage) -> None:
    shown = await send(stage, "telegram:sam", ROWS)
    async with stage.database.transaction() as session:
        await session.execute(update(RoleGrant).where(RoleGrant.role == Role.STAFF).values(role=Role.PARTICIPANT))
    heard = await stage.presses("telegram:sam", shown.button("Importer"))
    assert "réservée à l’équipe" in heard.text
    assert await count(stage, ImportRun) == 0


async def test_an_administrator_demoted_to_staff_no_longer_makes_staff(stage: Stage) -> None:
    shown = await send(stage, "telegram:ada", "prenom;nom;email;role\nZoé;Petit;zoe@ml.fr;staff\n")
    async with stage.database.transaction() as session:
        await session.execute(update(RoleGrant).where(RoleGrant.role == Role.ADMIN).values(role=Role.STAFF))
    heard = await stage.presses("telegram:ada", shown.button("Importer"))
    assert wording.SHOWN_AGAIN.split("\u202f")[0] in heard.text
    assert "seul un administrateur donne le rôle" in heard.text
    assert await count(stage, ImportRun) == 0


async def test_the_file_of_another_is_out_of_reach(stage: Stage) -> None:
    shown = await send(stage, "telegram:ada", ROWS)
    for verb in ("import", "skip", "refused", "drop", "column"):
        number = shown.button("Importer").action.split(":")[2]
        heard = await stage.presses("telegram:sam", f"directory:{verb}:{number}")
        assert heard.text == wording.FILES.gone
    assert await count(stage, Person) == 3
    assert await count(stage, Upload) == 1


@pytest.mark.parametrize(
    "action",
    ["directory", "directory:", "directory:what", "directory:import", "directory:import:x", "directory:import:999",
     "directory:import:99999999999999999999", "directory:column:1:x:y", "directory:undo", "directory:undo:x",
     "directory:revert:7"],
)  # fmt: skip
async def test_forged_actions_do_nothing(stage: Stage, action: str) -> None:
    await stage.presses("telegram:ada", action)
    assert await count(stage, ImportRun) == 0
    async with stage.database.reading() as session:
        assert (await session.scalars(select(InboxItem.error))).all() == [None]


async def test_a_directory_that_changed_meanwhile_is_shown_again(stage: Stage) -> None:
    shown = await send(stage, "telegram:sam", ROWS + ANNE)
    await stage.person("Anne", "Payet", roles=(Role.ELECTED,), email="anne@ml.re")
    heard = await stage.presses("telegram:sam", shown.button("Importer"))
    assert "1\u00a0ajoutée, 1\u00a0modifiée" in heard.text
    assert await count(stage, ImportRun) == 0
    done = await stage.presses("telegram:sam", heard.button("Importer"))
    assert "1\u00a0personne ajoutée, 1\u00a0fiche modifiée" in done.text


async def test_a_file_is_kept_for_an_hour_and_outside_the_inbox(stage: Stage) -> None:
    shown = await send(stage, "telegram:sam", ROWS)
    stage.wait(3601)
    heard = await stage.presses("telegram:sam", shown.button("Importer"))
    assert heard.text == wording.FILES.gone
    await send(stage, "telegram:sam", ROWS)
    assert await count(stage, Upload) == 1  # the old one is gone


async def test_the_inbox_never_holds_the_content(stage: Stage) -> None:
    inbound = stage._inbound("telegram:sam", file={"name": "m.csv", "media_type": "text/csv", "content": b"SECRET;"})
    await stage.gateway.store([inbound, inbound])
    async with stage.database.reading() as session:
        (payload,) = (await session.scalars(select(InboxItem.payload))).all()
        assert payload["file"] == {"name": "m.csv", "media_type": "text/csv"}
        assert (await session.scalars(select(Upload.content))).all() == [b"SECRET;"]
    async with stage.database.transaction() as session:
        await session.execute(delete(Upload))
    await stage.gateway.handle_all()
    assert (await stage.heard("telegram:sam")).text == wording.FILES.gone


async def test_only_the_last_import_is_undone_and_only_by_who_may(stage: Stage) -> None:
    first = await stage.presses("telegram:ada", (await send(stage, "telegram:ada", ROWS)).button("Importer"))
    heard = await stage.presses("telegram:sam", first.button("Annuler cet import"))
    assert "un administrateur peut l’annuler" in heard.text
    text = ROWS.splitlines()[0] + "\n" + ANNE
    await stage.presses("telegram:ada", (await send(stage, "telegram:ada", text)).button("Importer"))
    heard = await stage.presses("telegram:ada", first.button("Annuler cet import"))
    assert "ce n’est plus celui-là" in heard.text
    assert await count(stage, Person) == 5
