"""Exports, and the other acts of staff."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.consultations.charting import alternative, chart
from handlers.consultations.exporting import as_csv, as_json, as_xlsx, inert
from handlers.consultations.questionnaire import Fact, Item, Option
from handlers.consultations.tally import tally
from handlers.tables import Table
from storage.audit import AuditEntry
from storage.ballots import Ballot
from storage.consultations import Consultation, QuestionKind
from storage.database import Database
from tests.conversations.consulting import NOW, Network, Talk, a_consultation, a_network


@pytest.fixture
async def network(database: Database) -> Network:
    return await a_network(database)


async def answer(network: Network, name: str, text: str) -> Talk:
    talk = await network.talk(name)
    await talk.says("consultations")
    await talk.presses("Votre avis")
    await talk.presses("Commencer")
    await talk.presses("Oui")
    await talk.presses("Passer")
    await talk.presses("Oui")
    await talk.says(text)
    await talk.presses("Envoyer")
    return talk


def rows_of(talk: Talk) -> list[list[str]]:
    file = talk.reply.messages[0].attachment
    assert file is not None
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))


async def test_a_named_export_has_one_row_a_ballot(network: Network) -> None:
    await a_consultation(network.database)
    await answer(network, "Bruno", '=HYPERLINK("http://x";"y")')
    await answer(network, "Carla", "Rien\nà dire")
    fanny = await network.talk("Fanny")
    await fanny.says("suivi")
    await fanny.presses("Exporter")
    assert "Voici l’export" in await fanny.presses("CSV")
    header, *rows = rows_of(fanny)
    assert header[:5] == ["Réponse de", "Région", "Type", "Envoyée par", "Envoyée le"]
    assert rows[0] == [
        "ML Rennes",
        "Bretagne",
        "mission-locale",
        "Bruno Test",
        "2024-03-15 10:00",
        "Oui",
        "",
        "Oui",
        '\'=HYPERLINK("http://x";"y")',
    ]
    assert rows[1][-1] == "Rien\nà dire"
    async with network.database.reading() as session:
        assert [entry.act for entry in await session.scalars(select(AuditEntry))] == ["exported"]


async def test_a_confidential_export_is_the_count_and_names_nobody(network: Network) -> None:
    number = await a_consultation(network.database, secrecy="confidential", voice="person")
    fanny = await network.talk("Fanny")
    for name in ("Anne", "Bruno", "Carla", "Denis"):
        await answer(network, name, f"texte {name[0]}")
    assert "à partir de 5 réponses" in await fanny.acts(f"consult:csv:{number}")
    assert all(message.attachment is None for message in fanny.reply.messages)
    await answer(network, "Elsa", "texte E")
    await fanny.acts(f"consult:csv:{number}")
    text = "\n".join(";".join(row) for row in rows_of(fanny))
    assert "1;Est-ce clair ?;Oui;5;5;" in text
    assert "texte A" in text
    assert not any(name in text for name in ("Anne", "Bruno", "Test", "ML Rennes", "Bretagne", "2024"))


@pytest.mark.parametrize(
    "text", ["=1+1", "\x08@1", "+33", "-1", "@SUM(A1)", "\tx", "\rx", "\0=1", " =1", "\u00a0=1", "＝1"]
)
def test_what_a_spreadsheet_could_compute_is_made_inert(text: str) -> None:
    assert str(inert(text)).startswith("'")


@given(st.lists(st.lists(st.text(max_size=20) | st.integers() | st.floats(allow_nan=False), min_size=2, max_size=2)))
def test_no_cell_of_an_export_is_a_formula(rows: list[list[str | int | float]]) -> None:
    table = Table("a/b [c]", ("=x", "y"), tuple(tuple(row) for row in rows))
    for row in csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig"), newline=""), delimiter=";"):
        numbers = [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))]
        assert all(float(cell) <= 0 for cell in numbers)
    content = as_xlsx(table)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert len(json.loads(as_json(table))["rows"]) == len(rows)


async def test_staff_close_after_a_warning_and_for_good(network: Network) -> None:
    number = await a_consultation(network.database)
    fanny, bruno = await network.talk("Fanny"), await network.talk("Bruno")
    await fanny.says("suivi")
    assert "C’est définitif" in await fanny.presses("Clore")
    assert "est close" in await fanny.presses("Clore pour de bon")
    later = NOW + timedelta(hours=1)
    bruno.now = fanny.now = later
    assert "est close depuis le vendredi 15 mars 2024 à 10 h" in await bruno.acts(f"consult:begin:{number}")
    assert "est close" in await fanny.acts(f"consult:closed:{number}")
    async with network.database.reading() as session:
        assert (await session.get_one(Consultation, number)).closes_at == NOW
    assert "n’est pas ouverte" in await fanny.acts(f"consult:nudge:{number}")


async def test_staff_open_a_draft_but_no_anonymous_one_without_a_key(network: Network) -> None:
    number = await a_consultation(network.database, status="draft", opens_at=None)
    secret = await a_consultation(network.database, status="draft", opens_at=None, slug="s", secrecy="anonymous")
    fanny = await network.talk("Fanny")
    await fanny.acts(f"consult:follow:{number}")
    assert "ne pourront plus changer" in await fanny.presses("Ouvrir")
    assert "est ouverte" in await fanny.presses("Ouvrir maintenant")
    assert "je refuse de l’ouvrir" in await fanny.acts(f"consult:opened:{secret}")
    async with network.database.reading() as session:
        assert (await session.get_one(Consultation, number)).frozen_at == NOW
        assert (await session.get_one(Consultation, secret)).status == "draft"
    bruno = await network.talk("Bruno")
    assert "Votre avis" in await bruno.says("consultations")


@pytest.mark.parametrize("verb", ["csv", "xlsx", "json", "nudged", "closed", "opened", "export", "close", "nudge"])
async def test_the_acts_of_staff_are_staffs(network: Network, verb: str) -> None:
    number = await a_consultation(network.database)
    for name in ("Bruno", "Gilles"):
        talk = await network.talk(name)
        assert "réservé" in await talk.acts(f"consult:{verb}:{number}")
        assert all(message.attachment is None for message in talk.reply.messages)
    async with network.database.reading() as session:
        assert (await session.get_one(Consultation, number)).status == "open"
    assert await network.count(Ballot) == 0


async def test_word_holds_the_count_and_its_chart_and_names_nobody(network: Network) -> None:
    number = await a_consultation(network.database, introduction="Trois questions de \x0bprincipe.")
    await answer(network, "Bruno", "Oui, =1+1 \x02 & <b>")
    await answer(network, "Carla", "Non")
    fanny = await network.talk("Fanny")
    await fanny.acts(f"consult:export:{number}")
    await fanny.presses("Word")
    file = fanny.reply.messages[0].attachment
    assert file is not None
    assert file.filename == "avis-2024-03-15.docx"
    document = docx.Document(io.BytesIO(file.content))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "2 réponses comptées." in words
    assert "Oui, =1+1  & <b>" in words
    assert not any(name in words for name in ("Bruno", "ML Rennes", "Guyane"))
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["Oui", "2 (100\u00a0%)"]
    assert "Est-ce clair ? Oui 2, Plutôt oui 0, Non 0." in document.inline_shapes[0]._inline.docPr.get("descr")


def test_a_chart_is_a_picture_with_the_same_in_words() -> None:
    options = (Option(1, "a", "Oui $x_1$ $"), Option(2, "b", "Non " * 30))
    one = Item(1, "one", QuestionKind.ONE, "Combien de $ ?", options=options)
    ranking = Item(2, "ranking", QuestionKind.RANKING, "Classez", options=(Option(3, "c", "C"), Option(4, "d", "D")))
    words = Item(3, "words", QuestionKind.LONG_TEXT, "Dites")
    ballots = [
        [Fact(1, 1), Fact(2, 4, rank=1), Fact(2, 3, rank=2), Fact(3, text="non")],
        [Fact(1, 2)],
    ]
    counted = tally([one, ranking, words], ballots)
    picture = chart("Un $titre$ _de_ test", counted)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    said = alternative("Un titre", counted)
    assert "Oui $x_1$ $ 1" in said
    assert "Classez D 1, C 2." in said
    assert "Dites" not in said
    assert chart("Rien", tally([words], ballots)) is None
