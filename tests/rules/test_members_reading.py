"""Bytes of any origin become rows of text, or one fault that says what would be right."""

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.directory.faults import CellFault, UnreadableFile
from handlers.directory.reading import read_table
from handlers.directory.reporting import refusals_csv, safe
from handlers.directory.tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS

TEXT = "prénom;nom\nÉlodie;Lefèvre\nJean-Noël;d’Alès\n"


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [line.cells for line in read_table("membres.csv", content).lines]


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/") + ".xml", content)
    return buffer.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read_table("membres.csv", content)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_encoding_reads_the_same(encoding: str) -> None:
    assert cells(TEXT.encode(encoding)) == [("prénom", "nom"), ("Élodie", "Lefèvre"), ("Jean-Noël", "d’Alès")]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_usual_separator_and_line_ending_reads_the_same(separator: str, ending: str) -> None:
    rows = [["nom", "fonction"], ["Dupont", f"a{separator}b"], ["Durand", 'dit "Jo"']]
    text = ending.join(separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    assert cells(text.encode()) == [
        ("nom", "fonction"),
        ("Dupont", f"a{separator}b".replace("\t", " ")),
        ("Durand", 'dit "Jo"'),
    ]


def test_commas_inside_cells_do_not_make_columns() -> None:
    text = "nom;fonction\nDupont;chargée de mission, d’accueil, de suivi\nDurand;a, b, c, d\n"
    assert [len(row) for row in cells(text.encode())] == [2, 2, 2]


def test_a_separator_that_the_file_declares_is_taken() -> None:
    table = read_table("membres.csv", b"sep=,\nnom,prenom\nA;B,C\n")
    assert [line.cells for line in table.lines] == [("nom", "prenom"), ("A;B", "C")]
    assert [line.number for line in table.lines] == [2, 3]


def test_lines_have_the_number_an_editor_shows() -> None:
    table = read_table("membres.csv", b'nom;note\n\nA;"deux\nlignes"\nB;x\n')
    assert [line.number for line in table.lines] == [1, 3, 5]


def test_invisible_marks_and_double_blanks_go() -> None:
    assert cells("nom;prenom\n\u200bDu\u00adpont\u00a0 ;\u202eJean\x07\n".encode())[1] == ("Dupont", "Jean")


def test_a_workbook_reads_as_a_person_sees_it() -> None:
    rows: list[list[Any]] = [
        ["Nom", "Téléphone", "telegram_id", "Depuis", "Public", "Région"],
        ["Dupont", 637428685.0, 123456789, date(2024, 4, 5), True, "01"],
        [None, None, None, None, None, None],
        ["Durand", 6.37428685e8, 1.5, date(2023, 12, 31), False, 1],
    ]
    table = read_table("membres.xlsx", workbook(*rows))
    assert [line.number for line in table.lines] == [1, 2, 4]
    assert table.lines[1].cells == ("Dupont", "637428685", "123456789", "05/04/2024", "oui", "01")
    assert table.lines[2].cells == ("Durand", "637428685", "1.5", "31/12/2023", "non", "1")


def test_a_formula_is_never_evaluated() -> None:
    assert cells(workbook(["Nom", "X"], ["Dupont", "=1+1"]))[1] == ("Dupont",)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive(xl__workbook=b"<workbook/>", xl__worksheets__sheet1=b"0" * 30_000_000)
    assert len(bomb) < 100_000
    assert "démesurée" in refusal(bomb)


def test_a_workbook_that_declares_entities_is_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><workbook>&lol;</workbook>'
    assert "déclarations interdites" in refusal(archive(xl__workbook=laughs))


def test_what_is_no_members_file_is_said_so() -> None:
    assert "archive n’est pas un classeur" in refusal(archive(document=b"<x/>"))
    assert "ancien format .xls" in refusal(b"\xd0\xcf\x11\xe0" + bytes(100))
    assert "ni du texte CSV" in refusal(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert "est vide" in refusal(b"")
    assert "est vide" in refusal(b"\xef\xbb\xbf \n;;\n")
    assert "abîmé" in refusal(workbook(["Nom"])[:-200])
    assert "guillemet" in refusal(b'nom;prenom\n"Dupont;Jean\n')


def test_sizes_are_bounded() -> None:
    assert "Mo" in refusal(bytes(MOST_BYTES + 1))
    assert f"plus de {MOST_ROWS} lignes" in refusal(b"nom\n" + b"x\n" * (MOST_ROWS + 1))
    assert f"plus de {MOST_COLUMNS} colonnes" in refusal(b"a;" * MOST_COLUMNS + b"a\n")
    assert len(read_table("m.csv", b"nom\n" + b"x\n" * MOST_ROWS).lines) == MOST_ROWS + 1


@settings(deadline=None)  # a workbook takes its time on a busy machine
@given(st.binary(max_size=2000))
def test_any_bytes_are_a_table_or_a_fault(content: bytes) -> None:
    try:
        table = read_table("membres.csv", content)
    except UnreadableFile as error:
        assert error.fault.wrong and error.fault.right
    else:
        assert table.lines and all(any(line.cells) for line in table.lines)


_WORKBOOK = workbook(["nom", "prenom", "email"], ["Dupont", "Jean", "jean@ml.fr"], ["Durand", 12, 3.5])


@settings(deadline=None)  # a workbook takes its time on a busy machine
@given(st.lists(st.tuples(st.integers(0, len(_WORKBOOK) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_any_damage_to_a_workbook_is_a_table_or_a_fault(damage: list[tuple[int, int]]) -> None:
    content = bytearray(_WORKBOOK)
    for place, byte in damage:
        content[place] = byte
    try:
        read_table("membres.xlsx", bytes(content))
    except UnreadableFile as error:
        assert error.fault.wrong and error.fault.right


@settings(deadline=None)  # a workbook takes its time on a busy machine
@given(st.binary(max_size=600))
def test_any_sheet_inside_a_workbook_is_a_table_or_a_fault(sheet: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_WORKBOOK)) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.infolist():
            new.writestr(part, sheet if part.filename.endswith("sheet1.xml") else old.read(part))
    try:
        read_table("membres.xlsx", buffer.getvalue())
    except UnreadableFile as error:
        assert error.fault.wrong and error.fault.right


def test_refusals_are_a_file_that_excel_opens_and_does_not_obey() -> None:
    made = refusals_csv([CellFault("m.csv", 3, "nom", "=cmd()", "un nom")])
    assert made.startswith(b"\xef\xbb\xbf")
    assert "m.csv;3;nom;'=cmd();un nom" in made.decode("utf-8-sig")
    assert safe("+33 6 37 42 86 85") == "+33 6 37 42 86 85"
    assert safe("@SUM(A1)") == "'@SUM(A1)"
