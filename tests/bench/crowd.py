"""A network as large as any: invented people, organisations and events, as a database would hold them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from storage.agenda import Event, Precision, Status
from storage.database import Database
from storage.directory import Contact, Organisation
from storage.network import Region, Structure

_GIVEN_NAMES = """
Camille Sacha Dominique Claude Alix Charlie Andréa Maxence Léonie Gaspard Éloïse Baptiste Océane Théo Inès
Raphaël Noémie Lucas Jeanne Malo Annaïg Ravi Moana Teva Kévin Zoé Gwenaëlle Yann Aïssatou Mamadou Linh Đức Søren
Marguerite Honoré
"""
_FIRST_PARTS = """
Mar Ber Lef Del Roux Mor Gau Per Car Fab Gir Lam Pel Tho Vas Kerl Le-G Du-P Saint-J Ben
"""
_MIDDLE_PARTS = """
ti na ge vo ri la so che mi to ba lle re ca no pe
"""
_LAST_PARTS = """
n nd ault ier et eau oux ard ez ic ou in ot es
"""
_KINDS = ("Atelier", "Réunion", "Séminaire", "Assemblée", "Journée", "Webinaire", "Commission", "Comité", "Formation")
_MATTERS_NAMED = """
mobilité logement santé numérique apprentissage handicap jeunesse insertion orientation budget gouvernance
évaluation communication parrainage international justice égalité alternance entrepreneuriat formation
"""
_GIVEN, _ROOTS, _MIDDLES = _GIVEN_NAMES.split(), _FIRST_PARTS.split(), _MIDDLE_PARTS.split()
_ENDS, _MATTERS = _LAST_PARTS.split(), _MATTERS_NAMED.split()
_FUNCTIONS = ("directrice", "directeur", "présidente", "président", "chargée de mission", "conseiller", "secrétaire")
_STEP = 5000
_BEGIN = date(2024, 1, 1)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def name(number: int) -> tuple[str, str]:
    """The name of an invented person; about one in three has a namesake in both names."""
    given = _GIVEN[number % len(_GIVEN)]
    rest = number // len(_GIVEN)
    root, middle, end = _ROOTS[rest % 20], _MIDDLES[rest // 20 % 16], _ENDS[rest // 320 % 14]
    return given, f"{root}{middle}{end}"


def event_name(number: int) -> str:
    """The name of an invented event."""
    kind, matter = _KINDS[number % len(_KINDS)], _MATTERS[number // len(_KINDS) % len(_MATTERS)]
    return f"{kind} {matter} {number // 180 + 1}"


async def fill(database: Database, contacts: int, events: int) -> None:
    """So many people in a thousand organisations, and so many events in twenty regions over six years."""
    regions = [
        {"code": f"R{n:02}", "name": f"Pays de {_ROOTS[n].replace('-', '')}ie", "zone": "Europe/Paris"}
        for n in range(20)
    ]
    houses = [
        {"key": f"org-{n}", "name": f"Association {name(n * 7)[1]} {n}", "updated_at": LONG_AGO} for n in range(1000)
    ]
    async with database.transaction() as session:
        await session.execute(insert(Region), regions)
        await session.execute(insert(Organisation), houses)
        await session.execute(
            insert(Structure),
            [
                {"code": f"S{n}", "name": f"Structure {name(n * 11)[1]} {n}", "kind": "local", "region_id": n % 20 + 1}
                for n in range(440)
            ],
        )
        for numbers in _steps(contacts):
            await session.execute(insert(Contact), [_contact(n) for n in numbers])
        for numbers in _steps(events):
            await session.execute(insert(Event), [_event(n) for n in numbers])


def _contact(number: int) -> dict[str, object]:
    given, family = name(number)
    return {
        "key": f"contact-{number}",
        "given_name": given,
        "family_name": family,
        "function": _FUNCTIONS[number % len(_FUNCTIONS)],
        "organisation": f"org-{number % 1000}",
        "phone": " ".join(["06", *(f"{number // 100**place % 100:02}" for place in (3, 2, 1, 0))]),
        "email": f"personne{number}@exemple.example",
        "responsibilities": [_MATTERS[number % len(_MATTERS)]] if number % 50 == 0 else [],
        "source": "Annuaire",
        "source_date": _BEGIN,
        "updated_at": LONG_AGO,
    }


def _event(number: int) -> dict[str, object]:
    day = _BEGIN + timedelta(days=number * 6 * 365 // 10_000)
    start = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
    return {
        "key": f"event-{number}",
        "name": event_name(number),
        "precision": Precision.MINUTE,
        "starts_on": day,
        "ends_on": day,
        "starts_at": start,
        "ends_at": start + timedelta(hours=2),
        "zone": "Europe/Paris",
        "status": Status.CONFIRMED,
        "place": f"{_root(number)}ville",
        "region_id": number % 20 + 1,
        "description": f"Une rencontre sur le thème {_MATTERS[number % len(_MATTERS)]}.",
        "source": "Agenda",
        "source_date": _BEGIN,
        "updated_at": LONG_AGO,
    }


def _root(number: int) -> str:
    return _ROOTS[number % 20].replace("-", "")


def _steps(count: int) -> Iterator[range]:
    for start in range(0, count, _STEP):
        yield range(start, min(count, start + _STEP))
