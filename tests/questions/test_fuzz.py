"""Whatever is typed gets an answer, in bounded work."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.questions.hearing import Hearing
from handlers.questions.memory import Memory
from handlers.questions.normalising import LONGEST, MOST_WORDS, read_words
from handlers.questions.periods import Period
from tests.questions.knowing import NOW, ask, knowledge
from tests.questions.tables import invented

# Scripts that run right to left, pictures, combining marks, controls; and the words that mean something here.
anything = st.text(max_size=300)
WORDS = """
quand où qui le la de l' AG CA tel mail viet Camille Zind et son sa avant après entre 5 avril 26 juin 2022 2026 31
février dans trois semaines la suivante dernière phase région Bretagne La Réunion combien pourquoi ? , . merci bonjour
Rencontres nationales président UNML 06 37 42 86 85 à au du des c'est koi kan ça atelier oui non
"""
meaningful = st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join)
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(anything)
@relaxed
def test_any_text_is_answered(text: str) -> None:
    assert ask(text).text


@given(st.lists(meaningful, min_size=1, max_size=4))
@relaxed
def test_any_conversation_of_known_words_is_answered_without_inventing(lines: list[str]) -> None:
    told = ask(lines[-1], *lines[:-1])
    assert told.text and invented(told, knowledge("missions-locales")) == []


@given(meaningful)
@relaxed
def test_any_words_are_answered_from_the_other_pack(text: str) -> None:
    told = ask(text, pack="phares")
    assert told.text and invented(told, knowledge("phares")) == []


@given(st.sampled_from(["a", "é", "🙃", "م", "AG ", "viet ", "l'", "?", "0", "9/10 ", "\u202e", "et ", "06 37 "]))
@settings(deadline=None)
def test_ten_thousand_characters_are_answered(piece: str) -> None:
    assert ask(piece * (10_000 // len(piece))).text


@given(st.text(max_size=3000))
@settings(deadline=None)
def test_no_more_is_read_than_the_limits(text: str) -> None:
    words = read_words(text).words
    assert len(words) <= MOST_WORDS and sum(len(word.text) for word in words) <= 2 * LONGEST


@given(st.text(alphabet="0123456789/.- :+h", max_size=60))
@relaxed
def test_numbers_of_every_kind_are_read_without_a_fall(text: str) -> None:
    marks = Hearing(knowledge("missions-locales"), NOW["missions-locales"].date()).core(f"le {text} avril")
    assert all(isinstance(period, Period) and period.first <= period.last for period in marks.periods)


def test_the_memory_of_nothing_answers_nothing() -> None:
    assert ask("").memory == Memory()
