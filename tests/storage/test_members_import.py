"""Importing members: what is added, changed, refused; all or nothing; twice is once."""

import pytest
from sqlalchemy import func, select

from handlers.directory.plans import Outcome, Rights
from storage.audit import AuditEntry
from storage.database import Database
from storage.directory import Contact
from storage.imports import ImportChange, ImportRun
from storage.members import these_workspaces
from storage.network import Region, Structure, knowledge_version
from storage.people import Account, Person, Role, RoleGrant
from tests.directory import (
    ANNE,
    HEADER,
    JEAN,
    NOW,
    accounts,
    add_person,
    lay_network,
    load,
    person,
    refusals,
    roles,
)


@pytest.fixture
async def network(database: Database) -> Database:
    async with database.transaction() as session:
        await lay_network(session)
    return database


async def test_a_file_becomes_people_structures_roles_accounts_and_contacts(network: Database) -> None:
    done = await load(network, HEADER + JEAN + ANNE)
    assert done.plans[0].counts == {"added": 2, "changed": 0, "unchanged": 0, "refused": 0}
    jean, anne = await person(network, "Dupont"), await person(network, "Payet")
    assert (jean.email, jean.phone, jean.function) == ("jean@ml.fr", "+33637428685", "Directeur")
    assert anne.phone == "+262692123456"
    assert await roles(network, "Dupont") == ["director"]
    assert await roles(network, "Payet") == ["elected"]
    assert await accounts(network, "Dupont") == [("slack", "U0JEAN"), ("telegram", "1001")]
    async with network.reading() as session:
        lille = (await session.scalars(select(Structure).where(Structure.code == "mission-locale-de-lille"))).one()
        south = (await session.scalars(select(Structure).where(Structure.name == "Mission Locale du Sud"))).one()
        reunion = (await session.scalars(select(Region).where(Region.code == "04"))).one()
        contacts = (await session.scalars(select(Contact))).all()
    assert jean.structure_id == lille.id  # by an alias
    assert (anne.structure_id, south.kind, south.region_id) == (south.id, "mission-locale", reunion.id)
    assert [(c.family_name, c.function, c.public) for c in contacts] == [
        ("Dupont", "Directeur, Mission Locale de Lille", True)
    ]


async def test_the_same_file_again_changes_nothing(network: Database) -> None:
    await load(network, HEADER + JEAN + ANNE)
    async with network.reading() as session:
        version = await knowledge_version(session)
    again = await load(network, HEADER + JEAN + ANNE)
    assert again.plans[0].counts == {"added": 0, "changed": 0, "unchanged": 2, "refused": 0}
    assert again.run is None
    async with network.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ImportRun)) == 1
        assert await knowledge_version(session) == version


async def test_changes_are_said_field_by_field_and_empty_cells_say_nothing(network: Database) -> None:
    await load(network, HEADER + JEAN + ANNE)
    done = await load(network, "nom;prenom;email;telephone;fonction\nDupont;Jean;jean@ml.fr;;Délégué\n")
    (member,) = done.plans[0].members
    assert member.outcome is Outcome.CHANGED
    first = member.changes[0]
    assert (str(first.field), first.before, first.after) == ("fonction", "Directeur", "Délégué")
    jean = await person(network, "Dupont")
    assert (jean.phone, jean.function) == ("+33637428685", "Délégué")
    assert await roles(network, "Dupont") == ["director"]


async def test_one_refused_row_refuses_the_whole(network: Database) -> None:
    done = await load(network, HEADER + JEAN + "Paul;Durand;paul@gmail,com;;;;;;;;;;\n")
    assert refusals(done) == [
        "membres1.csv, ligne 3, colonne email\u00a0: « paul@gmail,com » n’est pas une adresse électronique — "
        "vouliez-vous écrire « paul@gmail.com »\u202f?"
    ]
    async with network.reading() as session:
        for table in (Person, Account, ImportRun, ImportChange, AuditEntry, Contact):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_refused_rows_may_be_skipped_on_demand(network: Database) -> None:
    done = await load(network, HEADER + JEAN + "Paul;Durand;paul@gmail,com;;;;;;;;;;\n", skip=True)
    assert done.plans[0].counts == {"added": 1, "changed": 0, "unchanged": 0, "refused": 1}
    assert (await person(network, "Dupont")).email == "jean@ml.fr"


async def test_a_later_file_finds_what_an_earlier_one_wrote(network: Database) -> None:
    done = await load(network, HEADER + JEAN, "nom;prenom;email;fonction\nDupont;Jean;jean@ml.fr;Délégué\n")
    assert [plan.counts["added"] for plan in done.plans] == [1, 0]
    assert [plan.counts["changed"] for plan in done.plans] == [0, 1]
    assert (await person(network, "Dupont")).function == "Délégué"


async def test_people_are_known_by_account_then_address_then_name_and_structure(network: Database) -> None:
    await load(network, HEADER + JEAN + ANNE)
    done = await load(network, "prenom;nom;email;structure;telegram_id\nJean;Dupont;nouveau@ml.fr;;1001\n")
    assert [m.outcome for m in done.plans[0].members] == [Outcome.CHANGED]
    assert (await person(network, "Dupont")).email == "nouveau@ml.fr"
    done = await load(network, "prenom;nom;email\nAnne-Marie;Payet;ANNE@ML.RE\n")
    assert (await person(network, "Payet")).given_name == "Anne-Marie"
    done = await load(network, "prenom;nom;structure;fonction\njean;DUPONT;Mission locale Lille;Directeur\n")
    assert [m.outcome for m in done.plans[0].members] == [Outcome.CHANGED]
    assert (await person(network, "DUPONT")).email == "nouveau@ml.fr"


async def test_a_name_does_not_take_the_person_whom_an_address_names(network: Database) -> None:
    rows = "prenom;nom;structure;email\nJean;Dupont;ML Lille;a@ml.fr\n"
    await load(network, rows)
    done = await load(
        network, "prenom;nom;structure;email\nJean;Dupont;ML Lille;b@ml.fr\nJean;Dupont;ML Lille;a@ml.fr\n"
    )
    assert done.plans[0].counts == {"added": 1, "changed": 0, "unchanged": 1, "refused": 0}


async def test_an_account_of_another_person_is_not_stolen(network: Database) -> None:
    await load(network, HEADER + JEAN + ANNE)
    for row in (
        "Anne;Payet;anne@ml.re;1001\n",  # a known person
        "Paul;Morel;paul@ml.fr;1001\n",  # a new one
    ):
        done = await load(network, "prenom;nom;email;telegram_id\n" + row)
        assert "ce compte de messagerie est déjà celui d’une autre personne (Jean Dupont)" in refusals(done)[0]
        assert "ligne 2, colonne telegram_id" in refusals(done)[0]
    assert await accounts(network, "Dupont") == [("slack", "U0JEAN"), ("telegram", "1001")]


async def test_an_address_of_another_person_is_not_taken_over(network: Database) -> None:
    await load(network, HEADER + JEAN)
    done = await load(network, "prenom;nom;email\nClaire;Martin;jean@ml.fr\n")
    assert "cette adresse est déjà celle d’une autre personne (Jean Dupont)" in refusals(done)[0]


async def test_an_account_that_has_spoken_already_is_linked(network: Database) -> None:
    async with network.transaction() as session:
        row = {"platform": "telegram", "workspace": "", "external_id": "1001", "chat": "1001", "created_at": NOW}
        session.add(Account(**row))
    await load(network, HEADER + JEAN)
    assert ("telegram", "1001") in await accounts(network, "Dupont")
    async with network.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Account)) == 2


async def test_a_number_announced_wrongly_is_corrected_but_one_that_was_confirmed_stays(network: Database) -> None:
    await load(network, HEADER + JEAN)
    jean = await person(network, "Dupont")
    async with network.transaction() as session:
        row = {"platform": "telegram", "workspace": "", "external_id": "77", "chat": "77", "created_at": NOW}
        session.add(Account(person_id=jean.id, **row))
    await load(network, "prenom;nom;email;telegram_id\nJean;Dupont;jean@ml.fr;1009\n")
    assert await accounts(network, "Dupont") == [("slack", "U0JEAN"), ("telegram", "1009"), ("telegram", "77")]


async def test_slack_accounts_announced_before_the_workspace_was_known_are_of_that_one(network: Database) -> None:
    await load(network, HEADER + JEAN)
    async with network.transaction() as session:
        await these_workspaces(session, "T01", ["T01"], complete=True)
    async with network.reading() as session:
        assert (await session.scalars(select(Account.workspace).where(Account.platform == "slack"))).all() == ["T01"]
    again = await load(network, HEADER + JEAN)
    assert again.plans[0].counts["unchanged"] == 1


async def test_only_an_administrator_makes_staff(network: Database) -> None:
    clerk = await add_person(network, "Commis", Role.STAFF)
    row = "prenom;nom;email;role\nZoé;Petit;zoe@ml.fr;staff\n"
    done = await load(network, row, rights=Rights(admin=False, person_id=clerk))
    assert "seul un administrateur donne le rôle « staff »" in refusals(done)[0]
    done = await load(network, row)
    assert refusals(done) == []
    assert await roles(network, "Petit") == ["staff"]


async def test_staff_cannot_get_at_the_team_by_a_file(network: Database) -> None:
    clerk = await add_person(network, "Commis", Role.STAFF)
    await add_person(network, "Chef", Role.ADMIN, email="chef@ml.fr")
    rights = Rights(admin=False, person_id=clerk)
    for row in ("X;Chef;chef@ml.fr;666;\n", "X;Chef;chef@ml.fr;;0637428685\n"):
        done = await load(network, "prenom;nom;email;telegram_id;telephone\n" + row, rights=rights)
        assert "seul un administrateur change sa fiche" in refusals(done)[0]
    unchanged = await load(network, "prenom;nom;email\nX;Chef;chef@ml.fr\n", rights=rights)
    assert refusals(unchanged) == []
    assert await accounts(network, "Chef") == []


async def test_a_role_of_the_file_takes_the_place_of_the_one_before_and_ranks_stay(network: Database) -> None:
    await load(network, HEADER + JEAN)
    jean = await person(network, "Dupont")
    async with network.transaction() as session:
        session.add(RoleGrant(person_id=jean.id, role=Role.REGIONAL_STAFF))
    await load(network, "prenom;nom;email;role\nJean;Dupont;jean@ml.fr;elu\n")
    assert await roles(network, "Dupont") == ["elected", "regional_staff"]


async def test_a_zone_is_written_only_where_it_differs(network: Database) -> None:
    rows = "prenom;nom;email;region;fuseau\nAnne;Payet;a@ml.re;La Réunion;Indian/Reunion\nLéa;Roy;l@ml.re;La Réunion;"
    done = await load(network, rows + "Europe/Paris\n")
    assert refusals(done) == []
    assert (await person(network, "Payet")).zone is None
    assert (await person(network, "Roy")).zone == "Europe/Paris"


async def test_a_contact_follows_its_person_and_goes_when_they_say_no(network: Database) -> None:
    await load(network, HEADER + JEAN)
    await load(network, "prenom;nom;email;telephone\nJean;Dupont;jean@ml.fr;01 40 20 30 40\n")
    async with network.reading() as session:
        assert (await session.scalars(select(Contact.phone))).one() == "+33140203040"
    await load(network, "prenom;nom;email;contact_public\nJean;Dupont;jean@ml.fr;non\n")
    async with network.reading() as session:
        assert (await session.scalars(select(Contact))).all() == []


async def test_a_contact_of_the_pack_is_completed_or_hidden_never_doubled(network: Database) -> None:
    async with network.transaction() as session:
        columns = {"given_name": "Jean", "family_name": "Dupont", "function": "délégué général", "email": "jean@ml.fr"}
        session.add(Contact(key="jean-dupont", seed_digest="pack", updated_at=NOW, **columns))
    await load(network, HEADER + JEAN)
    async with network.reading() as session:
        one = (await session.scalars(select(Contact))).one()
    assert (one.function, one.phone, one.public, one.edited_at) == ("délégué général", "+33637428685", True, NOW)
    await load(network, "prenom;nom;email;contact_public\nJean;Dupont;jean@ml.fr;non\n")
    async with network.reading() as session:
        assert (await session.scalars(select(Contact))).one().public is False


async def test_a_structure_written_otherwise_is_the_same_one(network: Database) -> None:
    rows = "A;A;MISSION LOCALE LILLE\nB;B;mission-locale-de-lille\nC;C;ML de Lille\nD;D;ARML Bretagne\n"
    done = await load(network, "prenom;nom;structure\n" + rows)
    assert [place.name for place in done.plans[0].new_structures] == ["ARML Bretagne"]
    assert [place.kind for place in done.plans[0].new_structures] == ["arml"]


async def test_the_audit_trail_says_what_was_done_without_saying_to_whom(network: Database) -> None:
    await load(network, HEADER + JEAN + "Zoé;Petit;zoe@ml.fr;;;;;;;staff;;;\n")
    async with network.reading() as session:
        entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    assert [(e.actor, str(e.act)) for e in entries] == [
        ("cli", "role-given"),
        ("cli", "linked"),
        ("cli", "linked"),
        ("cli", "imported"),
    ]
    assert not any("Dupont" in str(e.detail) or "Petit" in str(e.detail) for e in entries)
    assert entries[-1].detail == {"added": 2, "changed": 0, "unchanged": 0, "refused": 0}
