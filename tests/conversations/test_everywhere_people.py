"""Roles, links between accounts and what staff do for people, on all three channels with their real SDKs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.account import staff_wording as wording
from storage.audit import Act, AuditEntry
from storage.people import Person, Role, RoleGrant
from storage.roles import Held, give_role
from tests.conversations.everywhere import Place, place

DIRECTOR, STAFF = "annaig-exemple", "sacha-essai"


@pytest.fixture(params=["telegram", "slack", "web"])
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with place(request.param, tmp_path) as made:
        yield made


async def test_an_administrator_gives_and_takes_roles(here: Place) -> None:
    async with here.app.database.transaction() as session:
        people = {one.key: one for one in await session.scalars(select(Person).where(Person.fictional))}
        await give_role(session, people[STAFF].id, Role.ADMIN)
    name = people[DIRECTOR].name
    card = await here.says(STAFF, f"rôles {name}")
    assert "direction" in card
    asked = await here.presses(STAFF, "+ équipe nationale")
    assert "au nom de l’équipe" in asked
    await here.presses(STAFF, "Donner")
    assert "équipe nationale" in await here.sees(DIRECTOR)
    await here.presses(STAFF, wording.take_label(Held(0, Role.STAFF, None, "")))
    async with here.app.database.reading() as session:
        roles = set(await session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == people[DIRECTOR].id)))
        acts = (await session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))).all()
    assert Role.STAFF not in roles
    assert [act for act in acts if act in (Act.ROLE_GIVEN, Act.ROLE_TAKEN)] == [Act.ROLE_GIVEN, Act.ROLE_TAKEN]


async def test_who_is_no_staff_is_refused_and_recorded(here: Place) -> None:
    for words in ("rôles", "inviter", "remplacer A par B"):
        assert "réservée à l’équipe" in await here.says(DIRECTOR, words)
    async with here.app.database.reading() as session:
        acts = (await session.scalars(select(AuditEntry.act))).all()
    assert list(acts).count(Act.RIGHT_REFUSED) == 3


async def test_a_code_is_shown_in_private(here: Place) -> None:
    assert "10 minutes" in await here.says(DIRECTOR, "relier")
