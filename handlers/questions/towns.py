"""Towns, as far as the directory knows them: « Mission Locale de Lille » says that Lille is in that structure's region.

No gazetteer: a town that no structure is named after, and where nothing of a known region is held, is not known; nor is
the region of one whose name structures of several regions bear (« Saint-Denis »).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.questions.facts import ContactFact, EventFact, OrganisationFact, StructureFact, TermFact
from handlers.questions.indexing import DETERMINERS, content_stems
from handlers.questions.lexicon import Lexicon
from handlers.questions.naming import phrases_of
from handlers.questions.normalising import Word, fold, read_words
from handlers.questions.phrases import Phrases

_OF = frozenset(("de", "du", "d", "des"))


@dataclass(frozen=True, slots=True)
class Towns:
    """Towns by their folded name: `names` finds them in a text, `region` has their code, `structures` those codes."""

    names: Phrases = field(default_factory=lambda: Phrases({}))
    region: Mapping[str, str] = field(default_factory=dict)
    structures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def towns_of(
    structures: Iterable[StructureFact],
    events: Iterable[EventFact],
    ordinary: Collection[str],
    areas: Collection[str],
    others: Collection[str],
) -> Towns:
    """The towns that names of structures and places of events tell.

    `ordinary` are the stems that any structure's name may have (« Mission Locale »), `areas` those of words for an area
    that is called by its town (« bassin de Rennes »), `others` the folded names of what is no town, as regions are.
    """
    regions: dict[str, set[str]] = {}
    bearers: dict[str, dict[str, None]] = {}
    for structure in structures:
        for name in {t for text in (structure.name, *structure.aliases) for t in _localities(text, ordinary, areas)}:
            regions.setdefault(name, set()).add(structure.region)
            bearers.setdefault(name, {})[structure.code] = None
    for event in events:
        if event.place and event.region and (name := _joined(_bare(read_words(event.place).words))):
            regions.setdefault(name, set()).add(event.region)
    known = {name for name in regions if name not in others}
    return Towns(
        phrases_of({name: (name,) for name in known}),
        {name: next(iter(regions[name])) for name in known if len(regions[name]) == 1},
        {name: tuple(bearers[name]) for name in known if name in bearers},
    )


def words_of_kinds(
    settings: Mapping[str, object],
    terms: Iterable[TermFact],
    organisations: Iterable[OrganisationFact],
    lexicon: Lexicon,
) -> frozenset[str]:
    """The stems that any structure's name may have: those of its kinds, of abbreviations, of the network itself."""
    kinds = settings.get("structure_kinds", ())
    named = [kind for kind in kinds if isinstance(kind, Mapping)] if isinstance(kinds, list | tuple) else []
    texts = [
        *(str(kind.get(name, "")) for kind in named for name in ("key", "singular", "plural")),
        *(term.term for term in terms if term.term.isupper()),
        *(organisation.abbreviation for organisation in organisations),
        str(settings.get("name", "")),
    ]
    return frozenset(s for text in texts for s in content_stems(text, lexicon))


def published_at(structures: Mapping[str, StructureFact], contacts: Iterable[ContactFact]) -> dict[str, list[str]]:
    """The keys of the contacts by the code of their structure, whose name may stand behind the function."""
    codes = {fold(structure.name): code for code, structure in structures.items()}
    found: dict[str, list[str]] = {}
    for contact in contacts:
        if contact.former:
            continue
        behind = fold(contact.function.rpartition(", ")[2]) if contact.function and not contact.organisation else ""
        for code in dict.fromkeys((*(key for _, key in contact.offices), codes.get(behind, ""))):
            if code in structures:
                found.setdefault(code, []).append(contact.key)
    return found


def _localities(name: str, ordinary: Collection[str], areas: Collection[str]) -> Iterator[str]:
    """What a structure is named after: all behind the words for its kind, and the town of an area."""
    words = read_words(name).words
    first = next((p for p, w in enumerate(words) if w.stem not in ordinary and w.folded not in DETERMINERS), len(words))
    if first and (whole := _joined(words[first:])):
        yield whole
    for at in range(first, len(words) - 2):
        if words[at].stem in areas and words[at + 1].folded in _OF and (town := _joined(_bare(words[at + 2 :]))):
            yield town


def _bare(words: Sequence[Word]) -> Sequence[Word]:
    while words and words[0].folded in DETERMINERS:
        words = words[1:]
    return words


def _joined(words: Sequence[Word]) -> str:
    return " ".join(word.folded for word in words if word.kind == "word")
