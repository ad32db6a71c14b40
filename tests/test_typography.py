"""Whatever Concerte shows has the spaces of French: narrow before ; ! ?, no-break before : and % and inside « »."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from handlers.richtext import read, visible

ROOT = Path(__file__).resolve().parent.parent
_END = r"(?=[\s*_)\]<\"'\\}.,…]|$)"
_WRONG = re.compile(rf"[ \u00a0][;!?]+{_END}|[ \u202f]:{_END}|«[ \u202f]|[ \u202f]»|«\w|\w»|[ \u202f]%(?!\S\w){_END}")

_RAW = re.compile(rb"[fF]?[rR][fF]?[\"']")


def test_every_string_of_the_code_has_them() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for folder in ("bot", "handlers", "schedules", "storage")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in _shown(path.read_text())
        if _WRONG.search(text)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_text_of_the_pack_has_them() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {text!r}"
        for path in sorted((ROOT / "packs/missions-locales").glob("*.yaml"))
        for text in _texts(yaml.safe_load(path.read_text()))
        if _WRONG.search(text)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_page_and_every_sentence_of_its_scripts_has_them() -> None:
    pages = {
        path: re.sub(r"\{[%#].*?[%#]\}", "", path.read_text(), flags=re.DOTALL).replace("&nbsp;", "\u00a0")
        for path in sorted((ROOT / "bot/web/templates").glob("*.html"))
    }
    scripts = {
        path: "\n".join(re.findall(r"\"[^\"\n]*\"|`[^`]*`", re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M)))
        for path in sorted((ROOT / "bot/web/static").glob("*.js"))
    }
    wrong = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path, text in {**pages, **scripts}.items()
        for line in re.sub(r"\$?\{.*?\}+", "x", text).splitlines()
        if _WRONG.search(line)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Venez ! Qui vient ?", "Venez\u202f! Qui vient\u202f?"),
        ("Rendez-vous : « Le Havre » ; merci.", "Rendez-vous\u00a0: «\u00a0Le Havre\u00a0»\u202f; merci."),
        ("**Où ?** À *Rennes* ; à dix heures.", "Où\u202f? À Rennes\u202f; à dix heures."),
        ("Vraiment ?!", "Vraiment\u202f?!"),
        ("Déjà\u202f! Et\u00a0: bien", "Déjà\u202f! Et\u00a0: bien"),
        ("De 40 % à 50 %, 100 %.", "De 40\u00a0% à 50\u00a0%, 100\u00a0%."),
        ("100 %C3 ou %d % ici", "100 %C3 ou %d % ici"),
        ("Hello! What: this? 10:30", "Hello! What: this? 10:30"),
        ("un :mot et :) ou a :b", "un :mot et :) ou a :b"),
    ],
)
def test_what_staff_or_anyone_writes_gets_them_where_a_space_was_typed(written: str, shown: str) -> None:
    assert visible(read(written)) == shown


def test_an_address_behind_a_link_is_never_touched() -> None:
    (block,) = read("[ici : le lieu](https://example.org/?a=b%20:c)")
    assert (block.spans[0].text, block.spans[0].href) == ("ici\u00a0: le lieu", "https://example.org/?a=b%20:c")


def _shown(source: str) -> Iterator[tuple[int, str]]:
    """Every string but docstrings, patterns, which are raw, and a mark that stands alone for a word of the typist's."""
    tree, lines = ast.parse(source), source.encode().splitlines()
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    skipped = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
            and (id(node) in inside or node.value.strip() not in (":", ";", "!", "?"))
            and not _RAW.match(lines[node.lineno - 1][node.col_offset :])
        ):
            yield node.lineno, node.value


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
