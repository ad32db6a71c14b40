"""Invitations: one person or a mail merge, by Telegram, Slack or the browser; revoked, and never usurped."""

import csv
import io
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from handlers.account import link_wording, wording
from handlers.account.merging import inert
from storage.audit import Act, AuditEntry
from storage.channels import remember_bot
from storage.database import Database
from storage.linking import Invitation
from storage.outbox import Delivery
from storage.people import Account, Role
from storage.personal import PersonalLink
from tests.stage import Heard, Stage

ADMIN, STAFF, NEW, THIEF = "telegram:1", "telegram:2", "telegram:100", "telegram:666"


async def staged(database: Database, *, slack: bool = False) -> Stage:
    stage = Stage(database)
    async with database.transaction() as session:
        await remember_bot(session, "telegram", username="concerte_bot")
        if slack:
            await remember_bot(session, "slack", workspace="T1")
    await stage.person("Alix", "Exemple", ADMIN, roles=(Role.ADMIN,))
    await stage.person("Sacha", "Essai", STAFF, roles=(Role.STAFF,))
    return stage


def token_of(heard: Heard) -> str:
    return heard.text.split("?start=")[1].split("`")[0]


async def owner(stage: Stage, external_id: str) -> int | None:
    async with stage.database.reading() as session:
        found: int | None = await session.scalar(select(Account.person_id).where(Account.external_id == external_id))
        return found


async def audited(stage: Stage) -> Sequence[str]:
    async with stage.database.reading() as session:
        return (await session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))).all()


@pytest.mark.parametrize("channel", ["telegram", "slack"])
async def test_staff_invite_somebody_who_links_an_account(database: Database, channel: str) -> None:
    stage = await staged(database)
    staff = f"{channel}:50"
    await stage.person("Lou", "Essai", staff, roles=(Role.STAFF,))
    camille = await stage.person("Camille", "Modèle", email="camille@exemple.fr")
    invited = await stage.says(staff, "inviter camille@exemple.fr")
    assert "https://t.me/concerte_bot?start=" in invited.text
    assert "https://concerte.example/p/" in invited.text
    asked = await stage.says(NEW, f"/start {token_of(invited)}", name="Cam")
    assert await owner(stage, "100") is None
    await stage.presses(NEW, asked.button(wording.YES_ITS_ME))
    assert await owner(stage, "100") == camille
    assert Act.INVITED in await audited(stage)


async def test_no_link_and_no_token_stays_in_the_database(database: Database) -> None:
    stage = await staged(database, slack=True)
    await stage.person("Camille", "Modèle", email="camille@exemple.fr")
    invited = await stage.says(STAFF, "inviter Camille Modèle")
    tokens = [token_of(invited), invited.text.split("/p/")[1].split("`")[0]]
    mine = await stage.says(STAFF, "lien")
    tokens.append(mine.text.split("/p/")[1].split("`")[0])
    await stage.worker.drain()
    tokens.append(stage.channels["slack"].arrived[-1].payload["buttons"][0][0]["action"].split(":")[2])
    async with stage.database.reading() as session:
        rows = [row.payload for row in await session.scalars(select(Delivery).where(Delivery.about.like("secret:%")))]
        digests = [
            *await session.scalars(select(PersonalLink.digest)),
            *await session.scalars(select(Invitation.digest)),
        ]
    assert rows and not any(rows)
    assert not [token for token in tokens if token in digests]
    assert len(digests) == len(tokens)


async def test_slack_writes_to_the_account_of_the_same_email_and_needs_no_second_yes(database: Database) -> None:
    stage = await staged(database, slack=True)
    director = await stage.person("Dominique", "Modèle", email="dom@exemple.fr", roles=(Role.DIRECTOR,))
    invited = await stage.says(STAFF, "inviter Dominique Modèle")
    assert "dom@exemple.fr" in invited.text.replace("\\", "")
    sent = next(out for out in stage.channels["slack"].arrived if out.chat == "email:dom@exemple.fr")
    press = sent.message().buttons[0][0]
    asked = await stage.presses("slack:U9", press, workspace="T1")
    assert "Dominique Modèle" in asked.text
    await stage.presses("slack:U9", asked.button(wording.YES_ITS_ME), workspace="T1")
    assert await owner(stage, "U9") == director
    # The same secret is worth nothing on another platform.
    gone = await stage.presses(THIEF, press)
    assert gone.text == wording.INVITATION_GONE
    assert Act.LINK_REFUSED in await audited(stage)


async def test_a_mail_merge_has_one_line_for_each_with_inert_cells(database: Database) -> None:
    stage = await staged(database)
    await stage.person("=CMD()", "Modèle", email="a@exemple.fr", roles=(Role.DIRECTOR,), structure="ML de Rouen")
    await stage.person("Bruno", "Modèle", roles=(Role.DIRECTOR,))
    await stage.person("Déjà", "Relié", "telegram:77", roles=(Role.DIRECTOR,))
    await stage.person("Nora", "Autre")
    menu = await stage.says(STAFF, "inviter")
    made = await stage.presses(STAFF, menu.button("directions"))
    file = made.messages[-1].attachment
    assert file is not None and file.filename == "liens.csv"
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row["prenom"], row["structure"]) for row in rows] == [("Bruno", ""), ("'=CMD()", "ML de Rouen")]
    assert list(rows[0]) == ["prenom", "nom", "email", "structure", "lien_telegram", "lien_web", "expire_le"]
    assert len({row["lien_web"] for row in rows}) == len({row["lien_telegram"] for row in rows}) == 2
    token = rows[1]["lien_telegram"].split("start=")[1]
    assert "CMD" in (await stage.says(NEW, f"/start {token}")).text


@pytest.mark.parametrize("cell", ["=1+1", "+33 6", "-2", "@x", "\tx", " =1", "\u00a0=1", "\r\n=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert inert(cell).startswith("'")


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert inert("Anne-Marie O’Brien") == "Anne-Marie O’Brien"


async def test_a_revoked_invitation_is_refused_even_half_way(database: Database) -> None:
    stage = await staged(database)
    director = await stage.person("Dominique", "Modèle", roles=(Role.DIRECTOR,))
    first = await stage.says(STAFF, "inviter Dominique Modèle")
    asked = await stage.says(THIEF, f"/start {token_of(first)}")
    assert "Dominique Modèle" in (await stage.says(STAFF, "invitations")).text
    revoked = await stage.says(STAFF, "révoquer Dominique Modèle")
    assert "1 invitation, 1 lien" in revoked.text
    assert (await stage.presses(THIEF, asked.button(wording.YES_ITS_ME))).text == wording.NO_LONGER_OPEN
    assert (await stage.says(NEW, f"/start {token_of(first)}")).text == wording.INVITATION_GONE
    assert await owner(stage, "666") is None and director
    assert (await stage.says(STAFF, "invitations")).text == link_wording.NONE_PENDING


async def test_a_confirmed_link_that_waits_for_staff_dies_with_its_invitation(database: Database) -> None:
    stage = await staged(database)
    await stage.person("Dominique", "Modèle", roles=(Role.DIRECTOR,))
    invited = await stage.says(STAFF, "inviter Dominique Modèle")
    asked = await stage.says(THIEF, f"/start {token_of(invited)}")
    await stage.presses(THIEF, asked.button(wording.YES_ITS_ME))
    await stage.says(STAFF, "révoquer Dominique Modèle")
    request = await stage.heard(STAFF)
    assert (await stage.presses(STAFF, request.button(wording.APPROVE))).text == wording.NO_LONGER_OPEN
    assert await owner(stage, "666") is None


async def test_only_an_administrator_invites_or_approves_people_of_the_team(database: Database) -> None:
    stage = await staged(database)
    await stage.person("Noa", "Chef", roles=(Role.ADMIN,))
    refused = await stage.says(STAFF, "inviter Noa Chef")
    assert "administrateur" in refused.text
    invited = await stage.says(ADMIN, "inviter Noa Chef")
    asked = await stage.says(THIEF, f"/start {token_of(invited)}")
    await stage.presses(THIEF, asked.button(wording.YES_ITS_ME))
    request = await stage.heard(ADMIN)
    approve = request.button(wording.APPROVE)
    assert wording.APPROVE not in [button.label for button in (await stage.heard(STAFF)).buttons]
    assert (await stage.presses(STAFF, approve)).text == wording.NO_LONGER_OPEN
    assert await owner(stage, "666") is None


async def test_regional_staff_invite_in_their_region_only(database: Database) -> None:
    stage = await staged(database)
    regional = "telegram:30"
    await stage.person("Rémi", "Région", regional, roles=(Role.REGIONAL_STAFF,), region="Normandie")
    await stage.person("Camille", "Modèle", region="Normandie")
    await stage.person("Bruno", "Modèle", region="Bretagne")
    assert "?start=" in (await stage.says(regional, "inviter Camille Modèle")).text
    assert "Je ne trouve personne" in (await stage.says(regional, "inviter Bruno Modèle")).text
    made = await stage.presses(regional, "account:merge:all")
    file = made.messages[-1].attachment
    assert file is not None and b"Bruno" not in file.content and b"Camille" in file.content


async def test_participants_do_not_invite(database: Database) -> None:
    stage = await staged(database)
    await stage.person("Camille", "Modèle", "telegram:3")
    for words in ("inviter Alix Exemple", "invitations", "révoquer Alix Exemple", "qr", "remplacer A par B", "rôles"):
        assert "réservée à l’équipe" in (await stage.says("telegram:3", words)).text
    assert (await audited(stage)).count(Act.RIGHT_REFUSED) == 6


async def test_a_page_shows_no_links_of_others(database: Database) -> None:
    stage = await staged(database)
    await stage.person("Lou", "Essai", "web:w5", roles=(Role.STAFF,))
    await stage.person("Camille", "Modèle")
    assert (await stage.says("web:w5", "inviter Camille Modèle")).text == link_wording.NOT_ON_A_PAGE
    assert (await stage.presses("web:w5", "account:merge:all")).text == link_wording.NOT_ON_A_PAGE


async def test_a_code_shown_on_a_page_proves_no_more_than_its_link(database: Database) -> None:
    stage = await staged(database)
    await stage.person("Dominique", "Modèle", "web:w1", roles=(Role.DIRECTOR,))
    code = (await stage.says("web:w1", "relier")).text.split("**")[1]
    asked = await stage.says(THIEF, f"relier {code}")
    waiting = await stage.presses(THIEF, asked.button(wording.YES_ITS_ME))
    assert waiting.text == wording.WAIT_FOR_STAFF
    number = asked.button(wording.YES_ITS_ME).action.split(":")[2]
    assert (await stage.presses("web:w1", f"account:approve:{number}")).text == wording.NO_LONGER_OPEN
    assert await owner(stage, "666") is None


async def test_a_qr_code_opens_the_bot_and_nothing_more(database: Database) -> None:
    stage = await staged(database)
    shown = await stage.says(STAFF, "qr")
    addresses = [message.attachment.alt.rsplit(" ", 1)[1] for message in shown.messages if message.attachment]
    assert addresses == ["https://t.me/concerte_bot", "https://concerte.example"]
    for message in shown.messages:
        assert message.attachment is not None
        assert message.attachment.content.startswith(b"\x89PNG\r\n\x1a\n")
