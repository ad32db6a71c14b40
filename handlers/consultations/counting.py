"""The count of a consultation, where the promise to the voters allows that it be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.promise import withheld
from handlers.consultations.questionnaire import Fact, read
from handlers.consultations.secret import facts_of_list
from handlers.consultations.standing import facts_of_consultation
from handlers.consultations.tally import QuestionTally, tally
from handlers.consultations.timing import state_at
from handlers.errors import Refusal
from storage.consultations import Consultation, Secrecy


@dataclass(frozen=True, slots=True)
class Count:
    """Every question counted, of so many ballots."""

    tallies: Sequence[QuestionTally]
    ballots: int


async def counted(session: AsyncSession, consultation: Consultation, now: datetime) -> Count:
    """The count as it may be shown now. Raises Refusal with the reason where it may not."""
    items = read(consultation)
    facts: Mapping[int, Sequence[Fact]]
    if consultation.secrecy == Secrecy.ANONYMOUS:
        facts = await facts_of_list(session, consultation, items)
    else:
        facts = await facts_of_consultation(session, consultation.id)
    if why := withheld(consultation, state_at(consultation, now), len(facts)):
        raise Refusal(why)
    return Count(tally(items, facts.values()), len(facts))
