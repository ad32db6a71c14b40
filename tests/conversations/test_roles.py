"""« rôles »: who may do what, seen and changed on any channel; the house always keeps one key."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from handlers.account import staff_wording as wording
from storage.audit import Act, AuditEntry
from storage.database import Database
from storage.people import Role, RoleGrant
from tests.stage import Stage

ADMIN, STAFF, CAMILLE = "telegram:1", "telegram:2", "telegram:3"


async def roles_of(stage: Stage, person_id: int) -> set[str]:
    async with stage.database.reading() as session:
        return set(await session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == person_id)))


async def audited(stage: Stage) -> Sequence[str]:
    async with stage.database.reading() as session:
        return (await session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))).all()


@pytest.mark.parametrize("channel", ["telegram", "slack", "web"])
async def test_an_administrator_gives_and_takes_a_role_and_both_are_told(database: Database, channel: str) -> None:
    stage = Stage(database)
    admin, camille = f"{channel}:1", f"{channel}:3"
    await stage.person("Alix", "Exemple", admin, roles=(Role.ADMIN,))
    person = await stage.person("Camille", "Modèle", camille)
    card = await stage.says(admin, "rôles camille modele")
    assert "Camille Modèle" in card.text and "participant" in card.text
    given = await stage.presses(admin, card.button("+ direction"))
    assert "a maintenant le rôle « direction »" in given.text.replace("\u00a0", " ")
    assert await roles_of(stage, person) == {Role.PARTICIPANT, Role.DIRECTOR}
    assert "Alix Exemple" in (await stage.heard(camille)).text
    taken = await stage.presses(
        admin, next(one for one in given.buttons if "role-take" in one.action and "direct" in one.label)
    )
    assert await roles_of(stage, person) == {Role.PARTICIPANT}
    assert "n’a plus le rôle" in taken.text
    assert "vous a retiré le rôle" in (await stage.heard(camille)).text
    assert [act for act in await audited(stage) if "role" in act] == [Act.ROLE_GIVEN, Act.ROLE_TAKEN]


async def test_a_role_that_opens_the_house_is_asked_twice_and_told_to_the_other_administrators(
    database: Database,
) -> None:
    stage = Stage(database)
    await stage.person("Alix", "Exemple", ADMIN, roles=(Role.ADMIN,))
    await stage.person("Noa", "Exemple", "telegram:4", roles=(Role.ADMIN,))
    person = await stage.person("Camille", "Modèle", CAMILLE)
    card = await stage.says(ADMIN, "roles Camille Modèle")
    sure = await stage.presses(ADMIN, card.button("+ équipe nationale"))
    assert "au nom de l’équipe" in sure.text
    assert Role.STAFF not in await roles_of(stage, person)
    await stage.presses(ADMIN, sure.button("Donner"))
    assert Role.STAFF in await roles_of(stage, person)
    assert "Camille Modèle" in (await stage.heard("telegram:4")).text


async def test_regional_staff_get_a_region(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Alix", "Exemple", ADMIN, roles=(Role.ADMIN,))
    person = await stage.person("Camille", "Modèle", CAMILLE, region="Normandie")
    card = await stage.says(ADMIN, "rôles Camille Modèle")
    regions = await stage.presses(ADMIN, card.button("+ équipe régionale"))
    assert regions.text == wording.WHICH_REGION
    sure = await stage.presses(ADMIN, regions.button("Normandie"))
    given = await stage.presses(ADMIN, sure.button("Donner"))
    assert "équipe régionale (Normandie)" in given.text
    async with stage.database.reading() as session:
        grant = (
            await session.scalars(
                select(RoleGrant).where(RoleGrant.person_id == person, RoleGrant.role == Role.REGIONAL_STAFF)
            )
        ).one()
    assert grant.region_id is not None


async def test_staff_make_directors_and_no_staff(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Alix", "Exemple", ADMIN, roles=(Role.ADMIN,))
    await stage.person("Sacha", "Essai", STAFF, roles=(Role.STAFF,))
    person = await stage.person("Camille", "Modèle", CAMILLE)
    card = await stage.says(STAFF, "rôles Camille Modèle")
    assert not [button for button in card.buttons if "équipe" in button.label or "administration" in button.label]
    await stage.presses(STAFF, card.button("+ direction"))
    assert Role.DIRECTOR in await roles_of(stage, person)
    for role in (Role.STAFF, Role.ADMIN, Role.REGIONAL_STAFF):
        refused = await stage.presses(STAFF, f"account:role-give:{person}:{role}:0:yes")
        assert refused.text == wording.ONLY_ADMINS_GIVE
    assert await roles_of(stage, person) == {Role.PARTICIPANT, Role.DIRECTOR}
    assert (await audited(stage)).count(Act.RIGHT_REFUSED) == 3
    assert (await stage.says(STAFF, "rôles Alix Exemple")).text == wording.ADMINISTRATORS_ONLY


async def test_the_last_administrator_stays(database: Database) -> None:
    stage = Stage(database)
    alix = await stage.person("Alix", "Exemple", ADMIN, roles=(Role.ADMIN,))
    card = await stage.says(ADMIN, "rôles Alix Exemple")
    refused = await stage.presses(ADMIN, card.button("administration"))
    assert refused.text == wording.LAST_ADMIN
    assert await roles_of(stage, alix) == {Role.ADMIN}
    assert Act.RIGHT_REFUSED in await audited(stage)
    await stage.person("Noa", "Exemple", "telegram:4", roles=(Role.ADMIN,))
    left = await stage.presses(ADMIN, card.button("administration"))
    assert not left.buttons
    assert await roles_of(stage, alix) == set()


async def test_of_two_of_the_same_name_one_is_chosen(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Alix", "Exemple", ADMIN, roles=(Role.ADMIN,))
    await stage.person("Camille", "Modèle", structure="ML de Rouen")
    await stage.person("Camille", "Modèle", structure="ML du Havre")
    asked = await stage.says(ADMIN, "rôles Camille Modèle")
    card = await stage.presses(ADMIN, asked.button("ML du Havre"))
    assert "ML du Havre" in card.text
    assert "Je ne trouve personne" in (await stage.says(ADMIN, "rôles Inconnue Totale")).text


async def test_the_team_is_listed(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Alix", "Exemple", ADMIN, roles=(Role.ADMIN,))
    await stage.person("Sacha", "Essai", STAFF, roles=(Role.STAFF,))
    await stage.person("Camille", "Modèle")
    team = (await stage.says(ADMIN, "rôles")).text
    assert "Alix Exemple" in team and "Sacha Essai" in team and "Camille" not in team
