"""Which functions a question names, and who is known to hold them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers.questions.facts import ContactFact
from handlers.questions.knowledge import Knowledge
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import Text, Word, fold
from handlers.questions.phrases import Cue

Holder = tuple[ContactFact, str, str]  # the person, the function, the key of the organisation
_ONES_OWN = frozenset(("mon", "ma", "mes"))
_MOST_HOLDERS = 200  # enough to tell that a function names nobody in particular


@dataclass(frozen=True, slots=True)
class RoleMention:
    """A function named, with the people known to hold it; nobody when it is somebody else's."""

    contacts: tuple[ContactFact, ...]
    start: int
    end: int
    plural: bool = False
    own: bool = False  # « mon président »: somebody that we do not know, and nobody asks about


def role_mentions(
    text: Text, knowledge: Knowledge, taken: Iterable[int], regions: Iterable[Cue], *, past: bool, years: set[int]
) -> list[RoleMention]:
    """The functions named and who holds them, or held them if the question is about the past."""
    areas = {cue.start: cue.end for cue in regions}
    words, lexicon = text.words, knowledge.lexicon
    busy = set(taken)
    mentions: list[RoleMention] = []
    position = 0
    while position < len(words):
        word = words[position]
        if word.stem not in knowledge.function_heads or position in busy or word.folded in ("direction", "directions"):
            position += 1
            continue
        if position and words[position - 1].folded in _ONES_OWN:
            own = _qualifiers(words, position, lexicon, busy, areas, knowledge)[1]
            mentions.append(RoleMention((), position, own, own=True))
            position = own
            continue
        wanted, end = _qualifiers(words, position, lexicon, busy, areas, knowledge)
        of_nothing = position + 1 == len(words) or words[position + 1].folded not in ("de", "du", "des", "d")
        several = word.stem not in lexicon.offices and len(knowledge.functions.holding(word.stem)) > 1
        if not wanted and of_nothing and several:
            position += 1  # « ses membres »: of what, it does not say
            continue
        fitting = _holders(word.stem, wanted, knowledge)
        undertaking = lexicon.around - knowledge.own_name  # « chef de projet » is another function
        led = not any(w.stem in undertaking for w in words[position + 1 : position + 6])
        if word.folded in lexicon.leaders and not fitting and led:
            fitting = _leaders(wanted, knowledge)
        start = position
        if position and words[position - 1].folded in lexicon.lesser:  # a vice-president is no president
            start, fitting = position - 1, [f for f in fitting if words[position - 1].folded in fold(f[1])]
        chosen = _choose(fitting, words[position], wanted, knowledge, past, years)
        mentions.append(RoleMention(chosen, start, end, plural=_plural(words, position)))
        position = end
    return mentions


def _qualifiers(
    words: Sequence[Word],
    office: int,
    lexicon: Lexicon,
    busy: set[int],
    areas: Mapping[int, int],
    knowledge: Knowledge,
) -> tuple[list[str], int]:
    """What follows the function and narrows it: « de l’UNML », « senior », « de la Mission Locale de Lille »."""
    wanted, end = [], office + 1
    for position in range(office + 1, min(len(words), office + 12)):
        word = words[position]
        if word.breaks or position in busy or word.kind != "word":
            break
        if position in areas:  # « l’ARML Grand Est »: all of the name, whatever its words mean otherwise
            end = areas[position]
            wanted += [w.stem for w in words[position:end]]
            break
        if word.stem in lexicon.territories:
            wanted.append(word.stem)  # « le président de la région X » presides nothing of ours
            end = position + 1
            continue
        if word.folded in lexicon.stop:
            if word.folded not in (
                "de",
                "du",
                "des",
                "d",
                "l",
                "la",
                "le",
                "les",
                "et",
                "chez",
                "au",
                "a",
                "notre",
                "votre",
                "pour",
            ):
                break
            continue
        if (
            word.stem in lexicon.vocabulary
            and not knowledge.functions.holding(word.stem)
            and word.stem not in knowledge.owner_stems
        ):
            break
        if word.stem in lexicon.offices and words[position - 1].folded == "et":
            break
        if word.folded.endswith("ent") and _plural(words, office) and lexicon.only_verb(word):
            break  # « les administrateurs tranchent »
        end = position + 1
        ours = word.stem in lexicon.around or (word.stem in knowledge.own_name and word.folded.endswith("s"))
        functions = [knowledge.functions.entries[n] for n in knowledge.functions.holding(words[office].stem)]
        if not ours or any(word.stem in own for own in functions):  # « le président du réseau » is ours
            wanted.append(word.stem)
    return wanted, end


def _leaders(wanted: Sequence[str], knowledge: Knowledge) -> list[Holder]:
    """Who is at the head of the organisation named, or of our own: « le chef chez X »."""
    for office in knowledge.lexicon.leading:
        found = [h for h in _holders(office, wanted, knowledge) if wanted or h[2] == knowledge.head]
        if found:
            return found
    return []


def _holders(office: str, wanted: Sequence[str], knowledge: Knowledge) -> list[Holder]:
    """Who holds a function of that stem, in the organisation that the rest of the words name; never too many."""
    found: list[Holder] = []
    for number in knowledge.functions.holding(office):
        function = knowledge.function_texts[number]
        rest = [piece for piece in wanted if piece not in knowledge.functions.entries[number]]
        owners = [
            owner
            for owner in knowledge.owners_of[function]
            if all(piece in knowledge.stems_of_owner(owner) for piece in rest)
        ]
        owners.sort(key=lambda owner: owner != knowledge.head)
        for owner in owners:
            found += [(contact, function, owner) for contact in knowledge.holders[function, owner]]
            if len(found) >= _MOST_HOLDERS:
                return found[:_MOST_HOLDERS]
    return found


def _choose(
    fitting: list[Holder],
    word: Word,
    wanted: Sequence[str],
    knowledge: Knowledge,
    past: bool,
    years: set[int],
) -> tuple[ContactFact, ...]:
    """Among those who fit: who held it then, the very function rather than a longer one, the gender said."""

    def narrowed(keep: list[Holder]) -> list[Holder]:
        return keep or fitting

    if years or past:
        then = [f for f in fitting if f[0].former or (years and f[0].as_of[:4] in {str(y) for y in years})]
        former = [f for f in then if f[0].former]
        fitting = narrowed(former or then)
    else:
        fitting = narrowed([f for f in fitting if not f[0].former])
    if word.folded.endswith("s") and not word.folded.endswith(("ss", "us")):  # « les consultants »: all of them
        return tuple(dict.fromkeys(contact for contact, _, _ in fitting))
    asked = {word.stem, *wanted}
    exact = [f for f in fitting if knowledge.function_stems[f[1]] <= asked]
    if exact and not (set(asked) & knowledge.owner_stems and len(exact) > 1):
        fitting = exact
    lexicon = knowledge.lexicon
    gender = "f" if word.folded.endswith(lexicon.feminine) else "m"
    if word.folded in lexicon.genderless:
        gender = ""
    if gender and len({c.key for c, _, _ in fitting}) > 1:
        fitting = narrowed([f for f in fitting if f[0].gender in ("", gender)])
    if len({c.key for c, _, _ in fitting}) > 1 and not wanted and knowledge.head:
        fitting = narrowed([f for f in fitting if f[2] == knowledge.head])
    return tuple(dict.fromkeys(contact for contact, _, _ in fitting))


def _plural(words: Sequence[Word], position: int) -> bool:
    return words[position].folded.endswith("s")
