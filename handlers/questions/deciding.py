"""Which reading a question gets: the steps, from what is surest or would do harm if missed to what is vague."""

from collections.abc import Callable
from dataclasses import replace

from handlers.questions.case import Case
from handlers.questions.hearing import Hearing
from handlers.questions.memory import Memory
from handlers.questions.reading import Reading
from handlers.questions.reading_absent import absent
from handlers.questions.reading_agenda import agenda, whole_agenda
from handlers.questions.reading_answers import answers
from handlers.questions.reading_coordinates import coordinates
from handlers.questions.reading_documents import document, meaning, only_a_name, which_organisation
from handlers.questions.reading_events import described, described_instead, event
from handlers.questions.reading_followups import following
from handlers.questions.reading_people import (
    at_organisation,
    by_function,
    offer,
    related,
    role_or_person,
    succession,
    the_other,
    who,
    working_there,
)
from handlers.questions.reading_phases import numbered_phase, phase, suite
from handlers.questions.reading_talk import (
    act,
    again,
    deadline,
    foreign,
    nothing,
    only_polite,
    owner,
    substance,
    thanks,
)
from handlers.questions.reading_topics import counted, numbered, titled, told, topic, topic_surely, whole_undertaking
from handlers.questions.reading_unheard import unknown_event
from handlers.questions.reading_vague import NOT_FOUND, vaguely

STEPS: tuple[Callable[[Case], Reading | None], ...] = (
    nothing,
    owner,
    answers,
    deadline,
    act,
    foreign,
    offer,
    the_other,
    working_there,
    absent,
    coordinates,
    numbered_phase,
    succession,
    related,
    by_function,
    whole_agenda,
    numbered,
    topic_surely,
    role_or_person,
    meaning,
    document,
    following,
    counted,
    described_instead,
    phase,
    unknown_event,
    event,
    agenda,
    described,
    suite,
    which_organisation,
    at_organisation,
    topic,
    whole_undertaking,
    who,
    titled,
    told,
    only_a_name,
)


def read(question: str, memory: Memory, hearing: Hearing) -> Reading:
    """The reading of one question of a message."""
    said = Case(hearing.whole(question), memory, hearing.knowledge, hearing.today)
    core = hearing.core(question)
    case = said if core is said.marks else Case(core, memory, hearing.knowledge, hearing.today)
    for heard in (said, case):
        if (once_more := again(heard)) is not None:
            return replace(once_more, because=again.__name__)
    if case is not said and (only_polite(said, case) or not substance(case)) and (polite := act(said)) is not None:
        return replace(polite, because=act.__name__)
    for step in STEPS:
        reading = step(case)
        if reading is not None:
            if reading.intent in NOT_FOUND and (meant := vaguely(case)) is not None:
                return replace(meant, because=vaguely.__name__)
            return replace(reading, because=step.__name__)
    if (meant := vaguely(case)) is not None:
        return replace(meant, because=vaguely.__name__)
    thanked = thanks(said)
    return replace(thanked, because=thanks.__name__) if thanked else Reading("unknown", confidence=0.0)
