"""What a cell may say, and what is said of one that may not."""

from collections.abc import Callable

import pytest

from handlers.directory import values
from handlers.directory.checking import Checked, check
from handlers.directory.columns import match_columns
from handlers.directory.reading import read_table
from handlers.directory.values import Regions, Wrong
from storage.members import Directory, KnownRegion
from storage.people import Role
from tests.directory import REGIONS

TERRITORIES = ("FR", "FR", "GP", "GF", "RE", "NC")
KNOWN = Directory(
    regions={n: KnownRegion(n, code, name, zone, ()) for n, (code, name, zone) in enumerate(REGIONS, 1)},
    kinds={"mission-locale": ("mission-locale", "Mission Locale", "Missions Locales"), "arml": ("arml", "ARML")},
)


def checked(text: str) -> Checked:
    table = read_table("membres.csv", text.encode())
    return check(table, match_columns(table), KNOWN)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("06 37 42 86 85", "+33637428685"),
        ("06.37.42.86.85", "+33637428685"),
        ("+33 (0)6 37 42 86 85", "+33637428685"),
        ("0033 6 37 42 86 85", "+33637428685"),
        ("tel:+33637428685", "+33637428685"),
        ("637428685", "+33637428685"),  # the spreadsheet ate the zero
        ("637428685.0", "+33637428685"),  # and took it for a quantity
        ("6.37428685E+08", "+33637428685"),
        ("6,37428685e8", "+33637428685"),
        ("33637428685", "+33637428685"),  # the spreadsheet ate the plus
        ("0690 12 34 56", "+590690123456"),  # Guadeloupe, told by its prefix
        ("692123456", "+262692123456"),
    ],
)
def test_a_phone_number_is_repaired(written: str, number: str) -> None:
    assert values.phone(written, TERRITORIES) == number


def test_a_short_number_belongs_to_the_region_of_its_row() -> None:
    assert values.phone("78 12 34", ("NC", "FR")) == "+687781234"
    with pytest.raises(Wrong):
        values.phone("78 12 34", TERRITORIES)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("6.37E+08", "arrondi par le tableur"),  # its last digits are gone: no number is better than another's
        ("06 37 42 86 85 / 01 40 20 30 40", "plusieurs numéros"),
        ("06 37 42", "n’est pas un numéro"),
        ("en cours", "n’est pas un numéro"),
        ("#N/A", "erreur d’une formule"),
    ],
)
def test_a_phone_number_that_cannot_be_known_is_refused(written: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        values.phone(written, TERRITORIES)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Jean.Dupont@ML-Lille.fr", "jean.dupont@ml-lille.fr"),
        ("Jean Dupont <j@ml.fr>", "j@ml.fr"),
        ("mailto:j@ml.fr", "j@ml.fr"),
        ("j@ml.fr;", "j@ml.fr"),
    ],
)
def test_an_address_is_understood(written: str, address: str) -> None:
    assert values.email(written) == address


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("jean@gmail,com", "jean@gmail.com"),
        ("élise@ml.fr", "elise@ml.fr"),
        ("a@ml.fr, b@ml.fr", "une seule adresse"),
        ("jean", "prenom.nom@exemple.fr"),
        ("jean@ml", "prenom.nom@exemple.fr"),
        ("a..b@ml.fr", "a.b@ml.fr"),
    ],
)
def test_a_wrong_address_is_refused_with_what_would_be_right(written: str, right: str) -> None:
    with pytest.raises(Wrong) as wrong:
        values.email(written)
    assert right in wrong.value.right


@pytest.mark.parametrize(
    ("written", "code"),
    [("53", "53"), ("1", "01"), ("1.0", "01"), ("bretagne", "53"), ("Ile de France", "11"), ("Réunion", "04")],
)
def test_a_region_is_found_by_code_or_name(written: str, code: str) -> None:
    assert Regions(KNOWN.regions.values()).find(written).code == code


def test_a_region_that_does_not_exist_gets_the_nearest_one_as_an_answer() -> None:
    with pytest.raises(Wrong) as wrong:
        Regions(KNOWN.regions.values()).find("Bretange")
    assert "vouliez-vous dire « Bretagne »" in wrong.value.right


def test_roles_zones_accounts_and_yes_are_read() -> None:
    assert [values.role(word) for word in ("participant", "Directrice", "élu", "Présidente", "STAFF")] == [
        Role.PARTICIPANT,
        Role.DIRECTOR,
        Role.ELECTED,
        Role.ELECTED,
        Role.STAFF,
    ]
    assert values.zone("indian/reunion") == "Indian/Reunion"
    assert values.telegram("1.23456789E+08") == "123456789"
    assert values.slack("t01abc:u012abc") == ("T01ABC", "U012ABC")
    assert (values.yes_or_no("Oui"), values.yes_or_no("FAUX")) == (True, False)


@pytest.mark.parametrize(
    ("reader", "written", "right"),
    [
        (values.role, "admin", "participant, direction, elu, staff"),
        (values.role, "directin", "direction"),
        (values.zone, "La Réunion", "Indian/Reunion"),
        (values.zone, "GMT+4", "Europe/Paris"),
        (values.telegram, "@jean", "123456789"),
        (values.telegram, "0", "123456789"),
        (values.slack, "@jean", "U012AB3CD"),
        (values.yes_or_no, "peut-être", "oui ou non"),
    ],
)
def test_other_words_are_refused_with_what_would_be_right(
    reader: Callable[[str], object], written: str, right: str
) -> None:
    with pytest.raises(Wrong) as wrong:
        reader(written)
    assert right in wrong.value.right


def test_a_fault_says_the_file_the_line_the_column_and_what_would_be_right() -> None:
    found = checked("Nom;Courriel;Région\nDupont;j@ml.fr;53\nDurand;jean@gmail,com;Bretange\n")
    assert [row.family_name for row in found.rows] == ["Dupont"]
    assert [str(fault).split("\u00a0:")[0] for fault in found.faults] == [
        "membres.csv, ligne 3, colonne Courriel",
        "membres.csv, ligne 3, colonne Région",
    ]
    assert "vouliez-vous écrire « jean@gmail.com »" in str(found.faults[0])


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("nom;email\nA;x@ml.fr\nB;X@ml.fr", 3, "déjà à la ligne 2"),
        ("nom;telegram_id\nA;12345\nB;12345.0", 3, "déjà à la ligne 2"),
        ("nom;slack_id\nA;U123\nB;u123", 3, "déjà à la ligne 2"),
        ("nom;prenom;structure\nA;B;S\nÀ;b;s", 3, "« b À »"),
        ("nom;prenom;structure;email\nA;B;S;x@ml.fr\nA;B;S;", 3, "est déjà à la ligne 2"),
        ("nom;structure;type\nA;S;ARML\nB;S;Mission Locale", 3, "un autre type"),
        ("nom;fonction\n;directrice", 2, "rien ne dit de qui"),
        ("nom;type\nA;préfecture", 2, "n’est pas un type"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(text: str, line: int, said: str) -> None:
    found = checked(text)
    assert [fault.line for fault in found.faults] == [line]
    assert said in found.faults[0].wrong


def test_namesakes_whom_addresses_tell_apart_are_two_people() -> None:
    found = checked("nom;prenom;structure;email\nA;B;S;x@ml.fr\nA;B;S;y@ml.fr")
    assert found.faults == []
    assert len(found.rows) == 2
