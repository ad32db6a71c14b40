"""Columns are found by the names people give them; what is unclear is asked, what is not ours is left."""

import pytest

from handlers.directory.columns import Columns, Field, match_columns
from handlers.directory.faults import UnreadableFile
from handlers.directory.reading import read_table

OURS = "prenom;nom;email;telephone;fonction;structure;type;region;fuseau;role;slack_id;telegram_id;contact_public"


def columns_of(*rows: str) -> Columns:
    return match_columns(read_table("membres.csv", "\n".join(rows).encode()))


def test_our_own_names_are_found_in_any_order() -> None:
    assert list(columns_of(OURS, "x").fields) == list(Field)
    backwards = ";".join(reversed(OURS.split(";")))
    assert list(columns_of(backwards, "x").fields) == list(reversed(Field))


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Prénom", Field.GIVEN),
        ("PRENOM", Field.GIVEN),
        ("Nom de famille", Field.FAMILY),
        ("Adresse e-mail", Field.EMAIL),
        ("Courriel", Field.EMAIL),
        ("Mél.", Field.EMAIL),
        ("N° de téléphone", Field.PHONE),
        ("Tél.", Field.PHONE),
        ("Télephone", Field.PHONE),
        ("Intitulé du poste", Field.FUNCTION),
        ("Nom de la structure", Field.STRUCTURE),
        ("Organisme", Field.STRUCTURE),
        ("Type de structure", Field.KIND),
        ("Région", Field.REGION),
        ("Fuseau horaire", Field.ZONE),
        ("Rôle", Field.ROLE),
        ("ID Slack", Field.SLACK),
        ("Identifiant Telegram", Field.TELEGRAM),
        ("Contact public", Field.PUBLIC),
    ],
)
def test_a_column_goes_by_other_names(title: str, field: Field) -> None:
    columns = columns_of(f"{'Nom' if field is not Field.FAMILY else 'Email'};{title}", "a;b")
    assert columns.fields[1] is field
    assert columns.unclear == ()


def test_columns_that_are_not_ours_are_passed_over_and_named() -> None:
    columns = columns_of("nom;prenom;email;Ville;Adresse;SIRET;Commentaires", "a;b;c;d;e;f;g")
    assert columns.unclear == ()
    assert columns.passed_over == ["Ville", "Adresse", "SIRET", "Commentaires"]


def test_the_header_may_stand_below_a_title() -> None:
    columns = columns_of("Liste des membres au 15 mars", "", "Nom;Prénom;Courriel", "Dupont;Jean;j@ml.fr")
    assert columns.row == 1  # empty rows are none
    assert columns.fields == (Field.FAMILY, Field.GIVEN, Field.EMAIL)


def test_a_name_that_only_resembles_is_asked() -> None:
    columns = columns_of("nom;prenom;Tél. pro (direct)", "a;b;c")
    (one,) = columns.unclear
    assert (one.header, one.likely) == ("Tél. pro (direct)", Field.PHONE)
    assert columns.fields[2] is None
    assert columns.settled({2: Field.PHONE}).fields[2] is Field.PHONE
    assert columns.settled({2: None}).unclear == ()


def test_of_two_telephones_the_plain_one_is_taken_without_asking() -> None:
    columns = columns_of("nom;Téléphone;Portable", "a;b;c")
    assert columns.fields == (Field.FAMILY, Field.PHONE, None)
    assert columns.unclear == ()


def test_of_two_equal_candidates_one_is_chosen_by_the_reader() -> None:
    columns = columns_of("nom;Téléphone fixe;Portable", "a;b;c")
    assert [one.likely for one in columns.unclear] == [Field.PHONE, Field.PHONE]
    settled = columns.settled({1: None}).settled({2: Field.PHONE})
    assert settled.fields == (Field.FAMILY, None, Field.PHONE)
    first = columns.settled({1: Field.PHONE})
    assert first.fields == (Field.FAMILY, Field.PHONE, None)
    assert first.unclear == ()  # nothing is left to ask once the field is taken


def test_what_was_explained_once_holds_for_the_same_titles() -> None:
    table = read_table("membres.csv", "nom;prenom;Tél. pro (direct)\na;b;c".encode())
    columns = match_columns(table, ["nom", "prenom", "telephone"])
    assert columns.fields == (Field.FAMILY, Field.GIVEN, Field.PHONE)
    assert columns.unclear == ()


def test_a_file_without_any_column_of_ours_is_refused() -> None:
    with pytest.raises(UnreadableFile) as refused:
        columns_of("couleur;taille", "bleu;12")
    assert "aucune colonne ne dit de qui il s’agit" in str(refused.value)
