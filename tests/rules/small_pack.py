"""A small pack that holds together, of another federation, for tests that break it in one place."""

from pathlib import Path

FILES = {
    "network.yaml": """\
name: Fédération des moulins
zone: Europe/Brussels
holidays: BE
weekend: [6, 7]
structure_kinds:
  - {key: moulin, singular: moulin, plural: moulins}
roles:
  - {key: director, singular: meunier, plural: meuniers}
event_kinds:
  - {key: fete, singular: fête, plural: fêtes}
  - {key: saison, singular: saison, plural: saisons}
""",
    "documents.yaml": """\
- key: almanach
  title: Almanach des moulins
  date: 2031-01-02
""",
    "references.yaml": """\
territories:
  - code: WAL
    name: Wallonie
    zone: Europe/Brussels
    holidays: BE
    source: carte
locations:
  - structure: moulin-rouge
    region: WAL
    source: carte
abbreviations:
  - key: fdm
    abbreviation: FDM
    meaning: Fédération des moulins
    source: usage
""",
    "regions.yaml": """\
- code: WAL
  aliases: [Région wallonne]
""",
    "structures.yaml": """\
- code: moulin-rouge
  name: Moulin rouge
  kind: moulin
""",
    "organisations.yaml": """\
- key: fdm
  abbreviation: FDM
  source: almanach
""",
    "contacts.yaml": """\
- key: jeanne-farine
  given_name: Jeanne
  family_name: Farine
  function: meunière
  organisation: fdm
  phone: +32 2 555 12 12
  email: jeanne@moulins.example
  source: almanach
""",
    "events.yaml": """\
- key: ete
  name: L’été des moulins
  kind: saison
  starts: 2031-06
  ends: 2031-08
  source: almanach
- key: fete-de-la-farine
  name: Fête de la farine
  kind: fete
  parent: ete
  starts: 2031-07-04T14:30
  ends: 2031-07-04T18:00
  region: WAL
  audience:
    kinds: [moulin]
  source: almanach
""",
    "terms.yaml": """\
- key: meule
  term: meule
  meaning: pierre qui écrase le grain
  source: almanach
""",
    "topics.yaml": """\
- key: farine
  title: La farine
  body: Elle vient du blé.
  phrases: [d’où vient la farine]
  events: [fete-de-la-farine]
  contacts: [jeanne-farine]
  source: almanach
""",
    "consultations.yaml": """\
- key: farines
  title: Vos farines
  opens: 2031-05-01T09:00
  closes: 2031-05-31T18:00
  source: almanach
  questions:
    - key: ble
      kind: several
      max_choices: 2
      wording: Quel blé ?
      choices:
        - {key: tendre, label: Tendre}
        - {key: dur, label: Dur}
    - key: pourquoi
      kind: long_text
      wording: Pourquoi ?
      only_if: {question: ble, any_of: [dur]}
    - key: note
      kind: scale
      wording: Une note ?
      low: 1
      high: 5
""",
    "rehearsal.yaml": """\
structures:
  - code: moulin-fictif
    name: Moulin fictif
    kind: moulin
    region: WAL
    fictional: true
people:
  - key: paul-exemple
    given_name: Paul
    family_name: Exemple
    structure: moulin-fictif
    roles: [director]
    hint: Meunier inventé.
""",
}


def write_pack(folder: Path, **changed: str | bytes | None) -> Path:
    """The small pack in `folder`, with some files (named without .yaml) replaced, or left out by None."""
    folder.mkdir(exist_ok=True)
    for name, text in {**FILES, **{f"{key}.yaml": value for key, value in changed.items()}}.items():
        if isinstance(text, bytes):
            (folder / name).write_bytes(text)
        elif text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def broken(file: str, old: str, new: str) -> str:
    """The text of one file of the small pack with one change, which must be possible."""
    text = FILES[f"{file}.yaml"]
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}.yaml"
    return text.replace(old, new)
