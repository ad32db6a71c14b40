"""What a message tells beside its question."""

from collections.abc import Iterable, Sequence

from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import Word
from handlers.questions.phrases import Cue


def asides(
    words: Sequence[Word], cues: Iterable[Cue], explained: set[int], named: set[int], lexicon: Lexicon
) -> set[int]:
    """What is told beside the question, between marks, and says nothing known: « …, je suis entre deux portes ».

    What completes the words before (« le congrès, celui de Lyon ») is no aside, nor is a word or two alone.
    """
    clauses: list[list[int]] = []
    for position, word in enumerate(words):
        if not clauses or word.breaks:
            clauses.append([])
        clauses[-1].append(position)
    telling = {p for cue in cues for p in range(cue.start, cue.end)}
    asking = {p for p, word in enumerate(words) if word.asked or word.folded in lexicon.around_words["asking"]}
    known = [bool(set(clause) & (explained | telling | asking)) for clause in clauses]
    presented = {cue.start for cue in lexicon.presenting.find(words)}
    if not named:
        return set()
    aside: set[int] = set()
    for clause, is_known in zip(clauses, known, strict=True):
        of_oneself = clause[0] in presented and len(clauses) > 1 and not asking & set(clause[3:])
        telling_only = not is_known and len(clause) > 2
        if of_oneself or (telling_only and words[clause[0]].folded not in lexicon.around_words["completing"]):
            aside |= set(clause)
    spoken_of = named - {p for clause in clauses if clause[0] in presented for p in clause}
    # « Le directeur de X, c’est qui ? »: what is asked about stands in a clause of its own, and is none.
    presenting = any(clause[0] in presented and set(clause) <= aside for clause in clauses)
    return aside if presenting or spoken_of - aside or aside.isdisjoint(named) else set()


_OF_YOURS = frozenset(("le", "l", "ce", "ton", "votre", "un"))


def mislaid(words: Sequence[Word], cue: Cue, lexicon: Lexicon) -> bool:
    """« …, j’ai perdu le mail »: the message is gone, and nobody’s address is asked; « le mail de X » is one."""
    after = words[cue.end] if cue.end < len(words) and not words[cue.end].breaks else None
    of_somebody = after is not None and after.folded in ("de", "d", "du", "des")
    if of_somebody or cue.start < 2 or words[cue.start - 1].folded not in _OF_YOURS:
        return False
    return words[cue.start - 2].folded in lexicon.mislaying


_LEADING_TO = frozenset(
    ("le", "la", "les", "l", "de", "du", "des", "d", "a", "au", "son", "sa", "ses", "leur", "leurs")
)


def contrasted(words: Sequence[Word], start: int, lexicon: Lexicon) -> bool:
    """Is what begins there set aside: « …, pas Camille », « non pas elle », « et pas des consultantes »?

    A verb that is denied (« ce n’est pas Camille ») sets nothing aside.
    """
    at = start - 1
    while at >= 0 and words[at].folded in _LEADING_TO:
        at -= 1
    if at < 0 or words[at].folded != "pas" or any(words[p].breaks for p in range(at + 1, start + 1)):
        return False
    if at == 0 or words[at].breaks:
        return True
    before = words[at - 1].folded
    denied = any(w.folded in ("n", "ne") for w in words[max(0, at - 4) : at])
    return not denied and before not in lexicon.copulas and not lexicon.is_verb(before)
