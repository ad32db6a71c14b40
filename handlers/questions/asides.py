"""What a message tells beside its question."""

from collections.abc import Iterable, Sequence

from handlers.questions.lexicon import Cue, Lexicon
from handlers.questions.normalising import Word


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
    if not named:
        return set()
    return {
        p
        for clause, is_known in zip(clauses, known, strict=True)
        for p in clause
        if not is_known and len(clause) > 2 and words[clause[0]].folded not in lexicon.around_words["completing"]
    }
