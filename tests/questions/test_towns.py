"""Towns are known as far as structures are named after them: the workshop of their region, who is there to ask."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.questions.answering import Answer, answer
from handlers.questions.facts import ContactFact, EventFact, OrganisationFact, RegionFact, StructureFact
from handlers.questions.knowledge import Knowledge
from handlers.questions.memory import Memory
from storage.agenda import Precision
from tests.questions.knowing import ask

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2030, 3, 1, 10, tzinfo=PARIS)
REGIONS = (RegionFact("A", "Bretagne"), RegionFact("B", "Aquitaine"), RegionFact("C", "La Réunion"))
STRUCTURES = (
    StructureFact("gp-rennes", "Comptoir du bassin de Rennes", "comptoir", "A"),
    StructureFact("gp-brest", "Comptoir de Brest", "comptoir", "A", ("CPT Brest",)),
    StructureFact("gp-nice", "Comptoir de Nice", "comptoir", "B"),
    StructureFact("gp-st-denis", "Comptoir de Saint-Denis", "comptoir", "A"),
    StructureFact("gp-st-denis-2", "Comptoir Saint-Denis", "comptoir", "C"),
    StructureFact("gp-bretagne", "Comptoir de Bretagne", "comptoir", "B"),
)


def workshop(region: str, name: str) -> EventFact:
    days = date(2030, 5, 1), date(2030, 6, 30)
    return EventFact(
        f"w-{region}", f"Atelier de {name}", *days, precision=Precision.MONTH, region=region, parent="workshops"
    )


KNOWN = Knowledge(
    events=[
        EventFact("workshops", "Ateliers", date(2030, 5, 1), date(2030, 6, 30), precision=Precision.MONTH),
        *(workshop(region.code, region.name) for region in REGIONS),
        EventFact("assembly", "Assemblée générale", date(2030, 9, 9), date(2030, 9, 9), aliases=("AG",)),
    ],
    contacts=[
        ContactFact("k1", "Anne", "Kermor", "f", "directrice, Comptoir de Brest", phone="02 00 00 00 01"),
        ContactFact("k2", "Paul", "Ledoux", "m", "président", "gp-nice", email="paul@comptoirs.example"),
    ],
    organisations=[
        OrganisationFact("union", "Union des comptoirs", "UDC"),
        OrganisationFact("gp-nice", "Comptoir de Nice"),
    ],
    regions=REGIONS,
    structures=STRUCTURES,
    settings={"name": "Union des comptoirs", "structure_kinds": [{"key": "comptoir", "singular": "comptoir"}]},
)


def told(*questions: str) -> Answer:
    """The answer to the last of what one person types."""
    memory = Memory()
    for question in questions:
        said = answer(question, memory, KNOWN, NOW, PARIS)
        memory = said.memory
    return said


@pytest.mark.parametrize(
    ("question", "event"),
    [
        ("c’est quand l’atelier de Brest ?", "w-A"),
        ("l atelier pres de brest c kan", "w-A"),
        ("atelier rennes date", "w-A"),
        ("Je suis à Rennes : quand a lieu mon atelier ?", "w-A"),
        ("quand est l’atelier pour le comptoir de Nice", "w-B"),
        ("l’atelier à Nice, c’est quand ?", "w-B"),
    ],
)
def test_the_workshop_of_a_town_is_that_of_its_region(question: str, event: str) -> None:
    assert told(question).reading.events == (event,)


def test_a_town_goes_on_with_what_was_asked_before() -> None:
    assert told("c’est quand l’atelier de La Réunion ?", "et à Brest ?").reading.events == ("w-A",)


@pytest.mark.parametrize(
    "question",
    ["c’est quand l’atelier de Saint-Denis ?", "l’atelier de Quimper c’est quand", "c’est quand l’AG de Brest ?"],
)
def test_a_town_of_two_regions_or_of_none_and_an_event_of_no_region_are_not_guessed(question: str) -> None:
    assert not told(question).understood


def test_a_region_is_no_town_of_a_structure_that_bears_its_name() -> None:
    assert told("c’est quand l’atelier de Bretagne ?").reading.events == ("w-A",)


@pytest.mark.parametrize(
    ("question", "person", "coordinate"),
    [
        ("le référent de Brest", "k1", "02 00 00 00 01"),
        ("qui contacter à Brest ?", "k1", "02 00 00 00 01"),
        ("qui est le correspondant à Nice", "k2", "paul@comptoirs.example"),
        ("le mail du contact de Nice", "k2", "paul@comptoirs.example"),
    ],
)
def test_the_people_of_a_town_are_those_of_its_structure(question: str, person: str, coordinate: str) -> None:
    said = told(question)
    assert said.reading.contacts == (person,) and coordinate in said.text.replace("\\", "")


def test_where_a_structure_is_known_and_nobody_there_that_is_said() -> None:
    said = told("le référent de Rennes")
    assert not said.understood and "Comptoir du bassin de Rennes" in said.body


@pytest.mark.parametrize("question", ["le référent de Quimper", "qui contacter à Lorient ?", "le mail de Vannes"])
def test_of_a_town_that_nobody_knows_nothing_is_told(question: str) -> None:
    said = told(question)
    assert not said.understood and "@" not in said.text and "02 00" not in said.text


def test_towns_of_the_default_pack() -> None:
    assert ask("l’atelier de Lille, c’est quand ?").reading.events == ("atelier-hauts-de-france",)
    assert ask("et au Pays Yonnais ?", "c’est quand l’atelier en Corse ?").reading.events == (
        "atelier-pays-de-la-loire",
    )
    assert ask("C’est quand les Rencontres du Havre ?").reading.events == ("rencontres-nationales-2024",)
    assert not ask("et à Lille ?").understood
