"""A bad pack is refused whole, each fault with its file, its line, what is wrong and what would be right."""

from pathlib import Path

import pytest
import yaml

from bot.pack.faults import PackError
from bot.pack.positions import MAX_BYTES
from bot.pack.reading import read_pack
from tests.rules.small_pack import FILES, broken, write_pack

BAD = yaml.safe_load((Path(__file__).parent / "bad_packs.yaml").read_text(encoding="utf-8"))


def faults(folder: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        read_pack(folder)
    assert str(caught.value) == "\n".join(map(str, caught.value.faults))
    return [str(fault) for fault in caught.value.faults]


def test_the_small_pack_is_good(tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path / "pack"))
    assert pack.network.name == "Fédération des moulins"
    assert [event.key for event in pack.events] == ["ete", "fete-de-la-farine"]


@pytest.mark.parametrize("row", BAD, ids=lambda row: row["fault"].split(" — ")[0])
def test_a_fault_says_where_what_and_what_would_be_right(tmp_path: Path, row: dict[str, str]) -> None:
    text = broken(row["file"], row["old"], row["new"])
    assert faults(write_pack(tmp_path / "pack", **{row["file"]: text})) == [row["fault"]]


def test_every_fault_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    folder = write_pack(
        tmp_path / "pack",
        events=broken("events", "kind: fete", "kind: [fete]").replace("2031-08", "août"),
        contacts=broken("contacts", "  family_name: Farine\n", ""),
    )
    assert [fault.split(" — ")[0] for fault in faults(folder)] == ["contacts.yaml:1", "events.yaml:5", "events.yaml:9"]


def test_a_loop_of_parents_is_said_at_each_of_its_events(tmp_path: Path) -> None:
    text = broken("events", "  ends: 2031-08", "  ends: 2031-08\n  parent: fete-de-la-farine")
    places = [fault.split(" — ")[0] for fault in faults(write_pack(tmp_path / "pack", events=text))]
    assert places == ["events.yaml:6", "events.yaml:11"]


def test_a_missing_folder_and_missing_files_are_faults(tmp_path: Path) -> None:
    assert faults(tmp_path / "nothing") == [
        f"{tmp_path / 'nothing'} — ce dossier de pack n’existe pas — donnez le chemin d’un dossier"
    ]
    folder = write_pack(tmp_path / "pack", **{name.removesuffix(".yaml"): None for name in FILES})
    assert faults(folder) == [
        "network.yaml:1 — ce fichier manque — tout pack en a un",
        "regions.yaml:1 — ce fichier manque — tout pack en a un",
    ]


def test_a_file_under_a_wrong_name_is_a_fault(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", event="[]")
    assert faults(folder) == [
        "event.yaml:1 — ce fichier n’a pas sa place dans un pack — vouliez-vous «\u00a0events.yaml\u00a0»\u202f?"
    ]


def test_optional_files_may_be_absent_or_empty(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", topics="# rien encore\n", consultations=None, rehearsal=None)
    assert read_pack(folder).topics == []


def test_a_file_in_another_encoding_is_refused_at_its_first_wrong_line(tmp_path: Path) -> None:
    raw = FILES["terms.yaml"].replace("écrase", "\xe9crase").encode("latin-1")
    assert faults(write_pack(tmp_path / "pack", terms=raw)) == [
        "terms.yaml:3 — le fichier n’est pas en UTF-8 — enregistrez-le en UTF-8"
    ]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + FILES["terms.yaml"].encode()
    assert [term.key for term in read_pack(write_pack(tmp_path / "pack", terms=raw)).terms] == ["meule"]


def test_a_file_too_big_is_refused_before_it_is_read(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    with (folder / "topics.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert faults(folder) == ["topics.yaml:1 — le fichier est trop gros — 32 Mo au plus"]


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", topics=None)
    (folder / "topics.yaml").mkdir()
    assert faults(folder) == [
        "topics.yaml:1 — le fichier ne peut pas être lu — vérifiez que c’est un fichier et qu’il est lisible"
    ]


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor(tmp_path: Path) -> None:
    lines = ["- &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"- &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    found = faults(write_pack(tmp_path / "pack", topics="\n".join(lines)))
    assert found == ["topics.yaml:1 — les ancres et les alias (&, *) ne sont pas admis — écrivez la valeur en entier"]


def test_a_hundred_thousand_brackets_are_refused_without_a_deep_stack(tmp_path: Path) -> None:
    assert faults(write_pack(tmp_path / "pack", topics="[" * 100_000))[0].startswith("topics.yaml:1 — ")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("non", "non"),
        ("no", "no"),
        ("01", "01"),
        ("2031-01-02", "2031-01-02"),
        ("12", "12"),
        ("'12'", "12"),
        ("1e3", "1e3"),
    ],
)
def test_words_stay_as_they_were_written(tmp_path: Path, written: str, read: str) -> None:
    text = broken("topics", "body: Elle vient du blé.", f"body: {written}")
    assert read_pack(write_pack(tmp_path / "pack", topics=text)).topics[0].body == read
