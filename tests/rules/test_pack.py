"""The pack of the Missions Locales: every date, number and address in it, so that a change by accident is seen."""

import re
from datetime import date
from pathlib import Path

import pytest

from bot.pack.reading import FILES, read_pack
from bot.pack.records import contact_records, event_records, organisation_records, region_records, structure_records
from bot.pack.schema import Pack

FOLDER = Path(__file__).parents[2] / "packs" / "missions-locales"

# key: precision, first day, last day, status, place
AGENDA = {
    "phase-1": ("month", "2024-02-01", "2024-03-31", "planned", None),
    "phase-2": ("month", "2024-04-01", "2024-05-31", "planned", None),
    "phase-3": ("month", "2024-06-01", "2024-07-31", "planned", None),
    "phase-4": ("month", "2024-09-01", "2024-10-31", "planned", None),
    "entretiens-2024": ("month", "2024-02-01", "2024-03-31", "planned", None),
    "seminaire-2024-04-05": ("day", "2024-04-05", "2024-04-05", "confirmed", None),
    "ateliers-territoriaux": ("month", "2024-04-01", "2024-05-31", "planned", None),
    "atelier-outre-mer": ("month", "2024-04-01", "2024-05-31", "planned", None),
    "conseil-d-administration-2024-06-26": ("day", "2024-06-26", "2024-06-26", "confirmed", None),
    "rencontres-nationales-2024": ("day", "2024-10-08", "2024-10-09", "confirmed", "Le Havre"),
    "assemblee-generale-2024": ("day", "2024-10-09", "2024-10-09", "confirmed", None),
    "appel-d-offres-2022": ("month", "2022-04-01", "2022-04-30", "confirmed", None),
    "premiere-version-des-referentiels": ("month", "2022-10-01", "2022-10-31", "planned", None),
    "rencontres-nationales-2022": ("day", "2022-10-13", "2022-10-14", "confirmed", "Tours"),
    "debut-de-la-labellisation": ("month", "2023-01-01", "2023-12-31", "planned", None),
    "tout-le-reseau-engage": ("month", "2024-12-01", "2024-12-31", "planned", None),
}
# key: given name, family name, function, organisation, phone, e-mail
CONTACTS = {
    "christian-viet": (
        "Christian", "Viet", "directeur associé", "mensia-conseil", "06 37 42 86 85", "christian.viet@mensiaconseil.fr",
    ),
    "camille-zind": (
        "Camille", "Zind", "consultante senior", "mensia-conseil", "01 42 44 14 56", "camille.zind@mensiaconseil.fr",
    ),
    "lou-salome-anasthase": (
        "Lou-Salomé", "Anasthase", "consultante", "mensia-conseil", "01 42 44 14 63",
        "lou-salome.anasthase@mensiaconseil.fr",
    ),
    "ahmed-el-khadiri": ("Ahmed", "El Khadiri", "délégué général", "unml", None, None),
    "stephane-valli": ("Stéphane", "Valli", "président", "unml", None, None),
    "nathalie-sliskovic": ("Nathalie", "Sliskovic", "responsable Animation du réseau", "unml", None, None),
    "sandrine-aboubadra-pauly": ("Sandrine", "Aboubadra-Pauly", "déléguée générale", "unml", None, None),
    "francoise-raynaud": ("Françoise", "Raynaud", "présidente", "mission-locale-pays-yonnais", None, None),
    "agnes-canayer": ("Agnès", "Canayer", "présidente", "arml-normandie", None, None),
}  # fmt: skip
# code: name, zone, overseas
REGIONS = {
    "11": ("Île-de-France", "Europe/Paris", False),
    "24": ("Centre-Val de Loire", "Europe/Paris", False),
    "27": ("Bourgogne-Franche-Comté", "Europe/Paris", False),
    "28": ("Normandie", "Europe/Paris", False),
    "32": ("Hauts-de-France", "Europe/Paris", False),
    "44": ("Grand Est", "Europe/Paris", False),
    "52": ("Pays de la Loire", "Europe/Paris", False),
    "53": ("Bretagne", "Europe/Paris", False),
    "75": ("Nouvelle-Aquitaine", "Europe/Paris", False),
    "76": ("Occitanie", "Europe/Paris", False),
    "84": ("Auvergne-Rhône-Alpes", "Europe/Paris", False),
    "93": ("Provence-Alpes-Côte d’Azur", "Europe/Paris", False),
    "94": ("Corse", "Europe/Paris", False),
    "01": ("Guadeloupe", "America/Guadeloupe", True),
    "02": ("Martinique", "America/Martinique", True),
    "03": ("Guyane", "America/Cayenne", True),
    "04": ("La Réunion", "Indian/Reunion", True),
    "06": ("Mayotte", "Indian/Mayotte", True),
    "975": ("Saint-Pierre-et-Miquelon", "America/Miquelon", True),
    "977": ("Saint-Barthélemy", "America/St_Barthelemy", True),
    "978": ("Saint-Martin", "America/Marigot", True),
    "986": ("Wallis-et-Futuna", "Pacific/Wallis", True),
    "987": ("Polynésie française", "Pacific/Tahiti", True),
    "988": ("Nouvelle-Calédonie", "Pacific/Noumea", True),
}
MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(FOLDER)


@pytest.fixture(scope="module")
def whole_text() -> str:
    """All that the pack says, comments left out."""
    texts = [(FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in FILES]
    return re.sub(r"(?m)^\s*#.*", "", "\n".join(texts))


def test_the_agenda_is_this_one(pack: Pack) -> None:
    found = {
        record.key: (
            str(record.columns["precision"]),
            record.columns["starts_on"].isoformat(),
            record.columns["ends_on"].isoformat(),
            str(record.columns["status"]),
            record.columns["place"],
        )
        for record in event_records(pack)
        if record.links["parent_id"] != "ateliers-territoriaux" or record.key == "atelier-outre-mer"
    }
    assert found == AGENDA
    assert not any(record.columns["starts_at"] or record.columns["ends_at"] for record in event_records(pack))


def test_each_mainland_region_has_one_workshop_with_date_and_place_to_be_set(pack: Pack) -> None:
    workshops = [event for event in pack.events if event.kind == "workshop" and event.region]
    assert sorted(str(event.region) for event in workshops) == sorted(
        code for code, (_, _, overseas) in REGIONS.items() if not overseas
    )
    for event in workshops:
        assert (event.starts.first, event.ends and event.ends.last) == (date(2024, 4, 1), date(2024, 5, 31))
        assert event.undetermined == ("date", "place")
        assert event.audience.regions == (event.region,)
        assert not event.remote and event.place is None


def test_the_overseas_workshop_is_remote_and_for_all_overseas_territories(pack: Pack) -> None:
    (workshop,) = (event for event in pack.events if event.key == "atelier-outre-mer")
    assert workshop.remote
    assert set(workshop.audience.regions) == {code for code, (_, _, overseas) in REGIONS.items() if overseas}
    assert workshop.undetermined == ("date", "modalities")


def test_the_contacts_are_these(pack: Pack) -> None:
    found = {
        contact.key: (
            contact.given_name,
            contact.family_name,
            contact.function,
            contact.organisation,
            contact.phone,
            contact.email,
        )
        for contact in pack.contacts
    }
    assert found == CONTACTS


def test_no_other_number_or_address_is_anywhere_in_the_pack(whole_text: str) -> None:
    phones = {phone for _, _, _, _, phone, _ in CONTACTS.values() if phone}
    emails = {email for _, _, _, _, _, email in CONTACTS.values() if email}
    assert set(re.findall(r"(?:\+33|0)[ .]?\d(?:[ .]?\d\d){4}", whole_text)) == phones
    assert set(re.findall(r"\S+@\S+", whole_text)) == emails


def test_no_other_day_is_named_anywhere_in_the_pack(whole_text: str) -> None:
    # The 16 January 2015 is that of the law on the regions, in references.yaml.
    days = {f"{day} {month}" for day, month in re.findall(rf"(\d+)\s+({MONTHS})", whole_text)}
    assert days == {"2 février", "5 avril", "26 juin", "9 octobre", "14 octobre", "16 janvier"}
    assert set(re.findall(r"\d{4}-\d\d-\d\d", whole_text)) <= {
        "2024-02-02", "2024-04-05", "2024-06-26", "2024-10-08", "2024-10-09", "2022-10-13", "2022-10-14",
    }  # fmt: skip
    assert not re.search(r"\d\d?\s?h\s?\d\d|\d\d:\d\d", whole_text)


def test_a_function_of_2022_that_another_holds_since_is_over(pack: Pack) -> None:
    details = {record.key: record.columns["details"] for record in contact_records(pack)}
    assert details["sandrine-aboubadra-pauly"] == {"as_of": "2022", "until": "2022"}
    assert "until" not in details["agnes-canayer"]
    assert details["ahmed-el-khadiri"] == {"as_of": "2024-02-02"}


def test_the_regions_have_their_codes_and_zones(pack: Pack) -> None:
    found = {
        record.key: (record.columns["name"], record.columns["zone"], record.columns["overseas"])
        for record in region_records(pack)
    }
    assert found == REGIONS


def test_structures_are_those_the_documents_name(pack: Pack) -> None:
    assert {record.key: record.links["region_id"] for record in structure_records(pack)} == {
        "unml": None,
        "arml-normandie": "28",
        "mission-locale-du-havre": "28",
        "mission-locale-pays-yonnais": "52",
        "mission-locale-des-hautes-pyrenees": "76",
        "mission-locale-de-lille": "32",
    }


def test_abbreviations_are_spelled_out_from_the_references(pack: Pack) -> None:
    names = {record.key: record.columns["name"] for record in organisation_records(pack)}
    assert names["unml"] == "Union nationale des Missions Locales"
    assert names["andml"] == "Association nationale des directeurs de Missions Locales"
    assert all(entry.source for entry in pack.references.abbreviations)


def test_the_first_consultation_asks_the_six_questions(pack: Pack) -> None:
    consultation, *_ = pack.consultations
    assert [str(question.kind) for question in consultation.questions] == [
        "one", "several", "one", "several", "one", "long_text",
    ]  # fmt: skip
    assert (consultation.voice, consultation.rule, consultation.secrecy) == ("structure", "first", "named")
    assert consultation.opens is None and consultation.closes is None


def test_what_the_note_of_2022_announces_waits_for_staff_to_open_it(pack: Pack) -> None:
    _, youth, firms, reading = pack.consultations
    assert [one.status for one in (youth, firms, reading)] == ["draft"] * 3
    assert youth.recurs == firms.recurs == "FREQ=MONTHLY;INTERVAL=3"
    sections = [question.section for question in reading.questions]
    assert sections[::2] == sections[1::2]  # each criterion with its comment
    assert all(question.only_if and question.kind == "long_text" for question in reading.questions[1::2])


def test_the_people_of_the_rehearsal_say_that_they_are_invented(pack: Pack) -> None:
    assert all("fictive" in structure.name for structure in pack.rehearsal.structures)
    invented = re.compile("Exemple|Fictif|Imaginaire|Inventé|Essai|Démo|Simulation|Répétition|Maquette")
    assert all(invented.fullmatch(person.family_name) for person in pack.rehearsal.people)
    real = {name for contact in pack.contacts for name in (contact.given_name, contact.family_name)}
    assert not real & {name for person in pack.rehearsal.people for name in (person.given_name, person.family_name)}


@pytest.mark.parametrize("name", FILES)
def test_french_typography_holds_in_every_text(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    wrong = re.findall(r".*(?:« | »|\w'\w|\w [:;!?](?:\s|$)).*", text)
    assert wrong == []
