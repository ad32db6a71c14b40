"""`concerte import membres.csv`: whole or not at all, said with file, line and column."""

import sqlite3
from pathlib import Path

from tests.icalendars import calendar
from tests.process import Process

HEADER = "prenom;nom;email;telephone;structure;region;role\n"
JEAN = "Jean;Dupont;jean@ml.fr;0637428685;Mission Locale de Lille;;direction\n"
ANNE = "Anne;Payet;anne@ml.re;0692123456;Mission Locale du Sud;La Réunion;elu\n"


async def concerte(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    process = await Process("import", *arguments, env={}, folder=folder).start()
    code, output = await process.end()
    assert "Traceback" not in output
    return code, output.splitlines()


def people(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "data" / "concerte.db") as connection:
        rows = connection.execute("SELECT family_name FROM people ORDER BY id").fetchall()
    connection.close()
    return [row[0] for row in rows]


async def test_a_file_is_imported_said_repeated_and_undone(tmp_path: Path) -> None:
    (tmp_path / "membres.csv").write_bytes(("\ufeff" + HEADER + JEAN + ANNE).encode())
    code, said = await concerte(tmp_path, "--dry-run", "membres.csv")
    assert code == 0
    assert "Essai à blanc\u00a0: rien n’a été changé." in said
    assert people(tmp_path) == []
    code, said = await concerte(tmp_path, "membres.csv")
    assert code == 0
    assert any("2\u00a0ajoutées" in line for line in said)
    assert people(tmp_path) == ["Dupont", "Payet"]
    code, said = await concerte(tmp_path, "membres.csv")
    assert any("2\u00a0inchangées" in line for line in said)
    code, said = await concerte(tmp_path, "--undo")
    assert code == 0
    assert people(tmp_path) == []
    code, said = await concerte(tmp_path, "--undo")
    assert (code, said) == (2, ["concerte: Il n’y a aucun import à annuler."])


async def test_a_refused_row_ends_with_code_2_and_changes_nothing_unless_skipped(tmp_path: Path) -> None:
    (tmp_path / "membres.csv").write_text(HEADER + JEAN + "Paul;Morel;paul@gmail,com;;;;\n", encoding="cp1252")
    code, said = await concerte(tmp_path, "membres.csv")
    assert code == 2
    assert any(line.startswith("membres.csv, ligne 3, colonne email\u00a0: « paul@gmail,com »") for line in said)
    assert said[-1] == "Rien n’a été importé\u00a0: 1\u00a0ligne refusée."
    assert people(tmp_path) == []
    code, said = await concerte(tmp_path, "--skip-refused", "membres.csv")
    assert code == 0
    assert people(tmp_path) == ["Dupont"]


async def test_an_unclear_column_is_explained_once_by_an_option(tmp_path: Path) -> None:
    (tmp_path / "membres.csv").write_text("prenom;nom;Tél. pro (direct)\nJean;Dupont;0637428685\n")
    code, said = await concerte(tmp_path, "membres.csv")
    assert code == 2
    assert said[-1].startswith('Répondez par --column "Tél. pro (direct)=telephone"')
    code, _ = await concerte(tmp_path, "--column", "Tél. pro (direct)=telephone", "membres.csv")
    assert code == 0
    code, said = await concerte(tmp_path, "membres.csv")  # it is not asked again
    assert code == 0
    assert any("1\u00a0inchangée" in line for line in said)


async def test_an_agenda_is_tried_imported_and_updated(tmp_path: Path) -> None:
    event = "UID:b@union\nSUMMARY:Bureau élargi\nDTSTART:20990404T100000"
    (tmp_path / "agenda.ics").write_bytes(calendar(event))
    code, said = await concerte(tmp_path, "--dry-run", "agenda.ics")
    assert code == 0 and "agenda.ics\u00a0: 1\u00a0événement ajouté, 0\u00a0modifié, 0\u00a0annulé." in said
    for head in ("1\u00a0événement ajouté", "1\u00a0inchangé."):  # the dry run kept nothing
        code, said = await concerte(tmp_path, "agenda.ics")
        assert code == 0 and any(head in line for line in said)
    (tmp_path / "faux.ics").write_bytes(calendar("UID:c\nSUMMARY:Autre\nDTSTART:20990404T100000", "UID:d\nSUMMARY:x"))
    code, said = await concerte(tmp_path, "faux.ics")
    assert code == 2
    assert said[-1].startswith("faux.ics, ligne 9, UID d\u00a0: cet événement n’a pas de DTSTART — ")


async def test_what_cannot_be_imported_is_said(tmp_path: Path) -> None:
    (tmp_path / "membres.csv").write_text("couleur\nbleu\n")
    for arguments, words in (
        (("membres.pdf",), "n’est ni le dossier d’un pack, ni un fichier de membres"),
        (("rien.csv",), "rien.csv n’existe pas"),
        (("rien.ics",), "rien.ics n’existe pas"),
        (("membres.csv",), "aucune colonne ne dit de qui il s’agit"),
        (("--column", "x=y", "membres.csv"), "écrivez TITRE=champ"),
        ((), "nommez les fichiers à importer"),
        (("--undo", "membres.csv"), "nommez les fichiers à importer"),
    ):
        code, said = await concerte(tmp_path, *arguments)
        assert code == 2, arguments
        assert words in "\n".join(said)
