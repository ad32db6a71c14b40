"""Reading a pack: every file, every fault, then the whole or nothing."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.pack import schema
from bot.pack.checking import check
from bot.pack.faults import Fault, Lines, PackError, did_you_mean, faults_of
from bot.pack.positions import read_content
from bot.pack.schema import Pack
from bot.pack.schema_consultations import Consultation

# What each file of a pack holds; the required ones first.
FILES: dict[str, Any] = {
    "network": schema.Network,
    "regions": list[schema.Region],
    "documents": list[schema.Document],
    "references": schema.References,
    "structures": list[schema.Structure],
    "organisations": list[schema.Organisation],
    "contacts": list[schema.Contact],
    "events": list[schema.Event],
    "terms": list[schema.Term],
    "topics": list[schema.Topic],
    "consultations": list[Consultation],
    "rehearsal": schema.Rehearsal,
}
REQUIRED = ("network", "regions")
__all__ = ["FILES", "PackError", "read_pack"]


def read_pack(folder: Path) -> Pack:
    """The pack in `folder`; raises PackError with every fault found when there is any."""
    if not folder.is_dir():
        raise PackError([Fault(str(folder), 0, "ce dossier de pack n’existe pas", "donnez le chemin d’un dossier")])
    faults: list[Fault] = []
    parts: dict[str, Any] = {}
    lines: dict[str, Lines] = {}
    known = [f"{name}.yaml" for name in FILES]
    faults += [
        Fault(path.name, 1, "ce fichier n’a pas sa place dans un pack", did_you_mean(path.name, known))
        for path in folder.iterdir()
        if path.suffix in (".yaml", ".yml") and path.name not in known
    ]
    for name, kind in FILES.items():
        path = folder / f"{name}.yaml"
        if not path.exists():
            if name in REQUIRED:
                faults.append(Fault(path.name, 1, "ce fichier manque", "tout pack en a un"))
            continue
        content = read_content(path)
        faults += content.faults
        if content.faults or (content.data is None and name not in REQUIRED):
            continue
        lines[path.name] = content.lines
        try:
            parts[name] = TypeAdapter(kind).validate_python(content.data)
        except ValidationError as error:
            faults += faults_of(error, path.name, content.lines, kind)
    if faults:  # cross references mean nothing while a file is missing from them
        raise PackError(faults)
    pack = Pack(folder=folder, **parts)
    if faults := check(pack, lines):
        raise PackError(faults)
    return pack
