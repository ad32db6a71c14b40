"""Until when one may answer: each consultation says so itself, so the answer is made of those open to the asker."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.questions import wording as w
from handlers.questions.indexing import content_stems
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import stem
from handlers.questions.telling import MOST_LISTED, Answer
from handlers.request import Request

Open = tuple[str, str]
"""A consultation open to the asker: its title, and until when in words, empty where no close is set."""
Closings = Callable[[Request, AsyncSession], Awaitable[Sequence[Open] | None]]
"""What is open to the asker, None when nobody may be told: another capability's, handed in where all are wired."""


async def nothing_known(request: Request, session: AsyncSession) -> Sequence[Open] | None:
    """Questions answered without any consultations beside them."""
    return None


def with_deadlines(said: Answer, open_ones: Sequence[Open] | None, lexicon: Lexicon) -> Answer:
    """The answer where a deadline was asked, told from what is open; any other answer as it is."""
    if open_ones is None:
        return said
    if said.parts:
        parts = tuple(with_deadlines(part, open_ones, lexicon) for part in said.parts)
        return replace(said, parts=parts, body="\n\n".join(part.body for part in parts))
    if said.reading.intent != "deadline":
        return said
    named = {stem(word) for word in said.reading.said.split()}
    return replace(said, body=_told(named, open_ones, lexicon))


def _told(named: set[str], open_ones: Sequence[Open], lexicon: Lexicon) -> str:
    if not open_ones:
        return w.NONE_OPEN
    common = [len(named & set(content_stems(title, lexicon))) for title, _ in open_ones]
    meant = [one for one, count in zip(open_ones, common, strict=True) if count == max(common)]
    if len(meant) == 1:
        return w.open_until(*meant[0])
    lines = [f"- {w.until(*one)}" for one in meant[:MOST_LISTED]]
    return "\n".join((f"{w.SEVERAL_OPEN}{w.SP}:", "", *lines, "", w.SEE_LIST))
