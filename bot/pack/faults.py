"""What is wrong with a pack: file, line, what is wrong, what would be right."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

Loc = tuple[str | int, ...]
Lines = Mapping[Loc, int]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault; printed « fichier:ligne — ce qui ne va pas — ce qui serait juste »; line 0: of no line."""

    file: str
    line: int
    wrong: str
    right: str

    @property
    def place(self) -> str:
        """« events.yaml:12 »."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.place} — {self.wrong} — {self.right}"


class PackError(Exception):
    """A pack that cannot be used; `faults` are all that were found, in the order of files and lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


def fault(wrong: str, right: str) -> PydanticCustomError:
    """What a validator raises to say both halves of a fault itself."""
    return PydanticCustomError("fault", "{wrong} — {right}", {"wrong": wrong, "right": right})


def line_of(lines: Lines, loc: Loc) -> int:
    """The line of the nearest thing around `loc` that was written in the file."""
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, 1)


def faults_of(error: ValidationError, file: str, lines: Lines, root: Any) -> list[Fault]:
    """The faults pydantic found in a file whose content should be a `root`, in French and with their lines."""
    return [
        Fault(file, line_of(lines, details["loc"]), *_sentence(details, root))
        for details in error.errors(include_url=False)
    ]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The nearest known word, or all of them."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    if near:
        return f"vouliez-vous « {near[0]} » ?"
    if not known:
        return "il n’y en a aucune dans ce pack"
    shown = sorted(known)[:12]
    return "admis : " + ", ".join(shown) + (", …" if len(known) > len(shown) else "")


def _sentence(details: ErrorDetails, root: Any) -> tuple[str, str]:
    kind, loc, context = details["type"], details["loc"], details.get("ctx", {})
    field = next((str(part) for part in reversed(loc) if isinstance(part, str)), "le fichier")
    value = _short(details["input"])
    match kind:
        case "fault":
            return str(context["wrong"]), str(context["right"])
        case "missing":
            return f"il manque « {loc[-1]} »", f"ajoutez la clé « {loc[-1]} »"
        case "extra_forbidden":
            return f"la clé « {loc[-1]} » est inconnue", did_you_mean(str(loc[-1]), _keys_at(root, loc[:-1]))
        case "string_type":
            return f"« {field} » devrait être un texte", "écrivez un texte, entre guillemets s’il le faut"
        case "string_too_short" | "too_short":
            return f"« {field} » est vide", "remplissez-le ou retirez la clé"
        case "string_too_long" | "too_long":
            return f"« {field} » est trop long", f"{context['max_length']} au plus"
        case "bool_type" | "bool_parsing":
            return f"« {value} » ne convient pas pour « {field} »", "écrivez true ou false"
        case "int_type" | "int_parsing" | "int_from_float":
            return f"« {value} » ne convient pas pour « {field} »", "écrivez un nombre entier"
        case "greater_than_equal":
            return f"« {value} » ne convient pas pour « {field} »", f"au moins {context['ge']}"
        case "less_than_equal":
            return f"« {value} » ne convient pas pour « {field} »", f"au plus {context['le']}"
        case "list_type" | "tuple_type":
            return f"« {field} » devrait être une liste", "écrivez un élément par ligne, après un tiret"
        case "model_type" | "dict_type":
            return f"« {field} » devrait être un ensemble de clés", "écrivez « clé: valeur », une par ligne"
        case "enum" | "literal_error":
            admitted = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            admitted = admitted.replace("True", "true")
            return f"« {value} » ne convient pas pour « {field} »", f"admis : {admitted}"
    return f"« {value} » ne convient pas pour « {field} »", "voyez un pack qui se charge"


def _short(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _keys_at(kind: Any, loc: Loc) -> Sequence[str]:
    """The keys the model at `loc` admits."""
    for part in (*loc, None):
        while (arguments := get_args(kind)) and get_origin(kind) not in (list, tuple):
            kind = next(argument for argument in arguments if argument is not type(None))
        if part is None:
            break
        kind = get_args(kind)[0] if isinstance(part, int) else kind.model_fields[part].annotation
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
