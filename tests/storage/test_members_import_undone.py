"""Undoing an import: exactly what was before, except what somebody has edited or used since."""

from typing import Any

import pytest
from sqlalchemy import select, update

from handlers.directory.plans import Rights
from handlers.directory.undoing import Undone, undo_last
from handlers.errors import Refusal
from storage.base import Base
from storage.conversations import conversation
from storage.database import Database
from storage.directory import Contact
from storage.imports import ImportChange, ImportRun, last_run
from storage.network import Structure
from storage.people import Account, Person, Role, RoleGrant
from tests.directory import ADMIN, ANNE, HEADER, JEAN, NOW, add_person, lay_network, load, person, roles

TABLES: tuple[type[Base], ...] = (Person, RoleGrant, Account, Structure, Contact)
MANY = HEADER + "".join(
    f"P{n};N{n};p{n}@ml.fr;06374286{n:02};Conseiller;Mission Locale n° {n % 3};;53;;direction;U0{n:03};{5000 + n};oui\n"
    for n in range(20)
)


@pytest.fixture
async def network(database: Database) -> Database:
    async with database.transaction() as session:
        await lay_network(session)
    return database


async def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that an import writes."""
    async with database.reading() as session:
        return {
            model.__tablename__: [
                dict(row)
                for row in (await session.execute(select(model.__table__).order_by(model.__table__.c.id))).mappings()
            ]
            for model in TABLES
        }


async def undo(database: Database, rights: Rights = ADMIN) -> Undone:
    async with database.transaction() as session:
        return await undo_last(session, rights, NOW)


async def test_the_first_import_is_undone_to_nothing(network: Database) -> None:
    before = await everything(network)
    await load(network, HEADER + JEAN + ANNE)
    undone = await undo(network)
    assert undone.kept == []
    assert await everything(network) == before


async def test_an_import_that_adds_changes_links_publishes_and_withdraws_is_undone_exactly(network: Database) -> None:
    await load(network, MANY)
    await load(network, HEADER + JEAN)
    before = await everything(network)
    changed = HEADER + "".join(
        (
            "P0;N0bis;p0@ml.fr;0140203040;Chef;ARML Bretagne;;11;Europe/Paris;elu;U0999;9999;non\n",
            "Jean;Dupont;jean@ml.fr;;;;;;;;;;non\n",
            "Neuf;Neuf;neuf@ml.fr;;;Mission Locale n° 1;arml;;;;U0777;7777;oui\n",
            "P1;N1;p1@ml.fr;;;Mission Locale de Lille;;;;participant;;;\n",
        )
    )
    done = await load(network, changed)
    assert done.plans[0].counts == {"added": 1, "changed": 3, "unchanged": 0, "refused": 0}
    assert await everything(network) != before
    undone = await undo(network)
    assert undone.kept == []
    assert await everything(network) == before


async def test_imports_are_undone_one_after_another_the_last_first(network: Database) -> None:
    states = [await everything(network)]
    for text in (HEADER + JEAN, HEADER + ANNE, "prenom;nom;email;fonction\nJean;Dupont;jean@ml.fr;Délégué\n"):
        await load(network, text)
        states.append(await everything(network))
    for state in reversed(states[:-1]):
        await undo(network)
        assert await everything(network) == state
    with pytest.raises(Refusal, match="aucun import à annuler"):
        await undo(network)


async def test_several_files_of_one_import_are_undone_together(network: Database) -> None:
    before = await everything(network)
    await load(network, HEADER + JEAN, "prenom;nom;email;fonction;role\nJean;Dupont;jean@ml.fr;Délégué;elu\n")
    undone = await undo(network)
    assert undone.kept == []
    assert await everything(network) == before


async def test_a_later_edit_is_kept_and_said(network: Database) -> None:
    await load(network, HEADER + JEAN)
    await load(network, "prenom;nom;email;fonction;telephone\nJean;Dupont;jean@ml.fr;Délégué;0140203040\n")
    async with network.transaction() as session:
        await session.execute(update(Person).values(function="Retraité"))
    undone = await undo(network)
    jean = await person(network, "Dupont")
    assert (jean.function, jean.phone) == ("Retraité", "+33637428685")
    assert undone.kept == ["Jean Dupont\u00a0: fonction modifié depuis, laissé tel quel"]


async def test_a_newcomer_who_was_edited_or_has_spoken_since_stays_whole(network: Database) -> None:
    await load(network, HEADER + JEAN + ANNE + "Luc;Roy;luc@ml.fr;;;;;;;;;1003;\n")
    jean, anne = await person(network, "Dupont"), await person(network, "Payet")
    async with network.transaction() as session:
        await session.execute(update(Person).where(Person.id == jean.id).values(email="autre@ml.fr"))
        await conversation(session, f"person:{anne.id}")
    undone = await undo(network)
    assert sorted(undone.kept) == [
        "Anne Payet\u00a0: actif depuis, laissé en place",
        "Jean Dupont\u00a0: modifié depuis, laissé en place",
        "Mission Locale du Sud\u00a0: utilisée ou modifiée depuis, laissée en place",
    ]
    async with network.reading() as session:
        assert (await session.scalars(select(Person.family_name).order_by(Person.id))).all() == ["Dupont", "Payet"]
    assert await roles(network, "Dupont") == ["director"]


async def test_an_account_that_another_table_knows_is_unlinked_rather_than_deleted(network: Database) -> None:
    await add_person(network, "Dupont", Role.DIRECTOR, email="jean@ml.fr")
    await load(network, "nom;prenom;email;telegram_id\nDupont;X;jean@ml.fr;1001\n")
    async with network.transaction() as session:
        await session.execute(update(Account).values(chat="somewhere else"))
    await undo(network)
    async with network.reading() as session:
        account = (await session.scalars(select(Account))).one()
    assert (account.external_id, account.person_id) == ("1001", None)


async def test_a_contact_published_again_since_is_not_overwritten(network: Database) -> None:
    await load(network, HEADER + JEAN)
    await load(network, "prenom;nom;email;contact_public\nJean;Dupont;jean@ml.fr;non\n")
    jean = await person(network, "Dupont")
    async with network.transaction() as session:
        columns = {"given_name": "Jean", "family_name": "Dupont", "function": "à la main"}
        session.add(Contact(key=f"membre-{jean.id}", updated_at=NOW, **columns))
    undone = await undo(network)
    assert undone.kept == ["Jean Dupont\u00a0: publié de nouveau depuis, laissé tel quel"]
    async with network.reading() as session:
        assert (await session.scalars(select(Contact.function))).all() == ["à la main"]


async def test_staff_undo_their_own_import_only(network: Database) -> None:
    clerk = await add_person(network, "Commis", Role.STAFF)
    other = await add_person(network, "Autre", Role.STAFF)
    await load(network, HEADER + ANNE, rights=Rights(admin=False, person_id=clerk))
    with pytest.raises(Refusal, match="par quelqu’un d’autre"):
        await undo(network, Rights(admin=False, person_id=other))
    await undo(network, Rights(admin=False, person_id=clerk))
    await load(network, HEADER + ANNE)  # the command line's, an administrator
    with pytest.raises(Refusal, match="par quelqu’un d’autre"):
        await undo(network, Rights(admin=False, person_id=clerk))


async def test_what_was_undone_leaves_no_values_behind(network: Database) -> None:
    await load(network, HEADER + JEAN)
    await undo(network)
    async with network.reading() as session:
        assert (await session.scalars(select(ImportChange))).all() == []
        assert (await session.scalars(select(ImportRun.undone_at))).one() == NOW
        assert await last_run(session) is None


async def test_erasing_a_person_takes_what_imports_remember_of_them(network: Database) -> None:
    await load(network, HEADER + JEAN)
    jean = await person(network, "Dupont")
    async with network.transaction() as session:
        await session.execute(Account.__table__.delete())  # type: ignore[attr-defined]  # a Table, says SQLAlchemy at run time
        await session.execute(Person.__table__.delete().where(Person.id == jean.id))  # type: ignore[attr-defined]  # as above
    async with network.reading() as session:
        remembered = (await session.scalars(select(ImportChange))).all()
    assert not any("Dupont" in str((change.before, change.after)) for change in remembered)
