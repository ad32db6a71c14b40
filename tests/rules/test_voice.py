"""Who speaks for a voice, and what becomes of an answer, as tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.consultations.voice import Effect, Obstacle, Speaker, effect, obstacle, voice_key
from storage.consultations import Rule, Voice

DIRECTOR = Speaker(1, 10, "53", "mission-locale", frozenset({"director"}))
COLLEAGUE = Speaker(2, 10, "53", "mission-locale", frozenset({"participant"}))
ALONE = Speaker(3, None, "", "", frozenset({"director"}))


@pytest.mark.parametrize(
    ("voice", "rule", "speaker", "author", "stands", "expected"),
    [
        (Voice.STRUCTURE, Rule.FIRST, COLLEAGUE, None, False, Effect.COUNT),
        (Voice.STRUCTURE, Rule.FIRST, COLLEAGUE, 1, True, Effect.REFUSE),
        (Voice.STRUCTURE, Rule.FIRST, COLLEAGUE, 2, True, Effect.REPLACE),
        (Voice.STRUCTURE, Rule.FIRST, DIRECTOR, 2, True, Effect.REFUSE),
        (Voice.STRUCTURE, Rule.FIRST, COLLEAGUE, None, True, Effect.REFUSE),
        (Voice.STRUCTURE, Rule.LAST, COLLEAGUE, None, False, Effect.COUNT),
        (Voice.STRUCTURE, Rule.LAST, COLLEAGUE, 1, True, Effect.REPLACE),
        (Voice.STRUCTURE, Rule.DIRECTOR, COLLEAGUE, None, False, Effect.PROPOSE),
        (Voice.STRUCTURE, Rule.DIRECTOR, COLLEAGUE, 1, True, Effect.PROPOSE),
        (Voice.STRUCTURE, Rule.DIRECTOR, DIRECTOR, None, False, Effect.COUNT),
        (Voice.STRUCTURE, Rule.DIRECTOR, DIRECTOR, 2, True, Effect.REPLACE),
        (Voice.PERSON, Rule.FIRST, COLLEAGUE, 2, True, Effect.REPLACE),
        (Voice.PERSON, Rule.DIRECTOR, COLLEAGUE, None, False, Effect.COUNT),
    ],
)
def test_what_an_answer_becomes(
    voice: str, rule: str, speaker: Speaker, author: int | None, stands: bool, expected: Effect
) -> None:
    assert effect(voice, rule, speaker, author, stands) == expected


@pytest.mark.parametrize(
    ("voice", "audience", "speaker", "expected"),
    [
        (Voice.STRUCTURE, {}, COLLEAGUE, None),
        (Voice.STRUCTURE, {}, ALONE, Obstacle.NO_STRUCTURE),
        (Voice.PERSON, {}, ALONE, None),
        (Voice.STRUCTURE, {"roles": []}, COLLEAGUE, None),
        (Voice.STRUCTURE, {"roles": ["director"]}, COLLEAGUE, Obstacle.ROLE),
        (Voice.STRUCTURE, {"roles": ["director", "elected"]}, DIRECTOR, None),
        (Voice.STRUCTURE, {"regions": ["03"]}, DIRECTOR, Obstacle.ELSEWHERE),
        (Voice.STRUCTURE, {"regions": ["53"], "kinds": ["arml"]}, DIRECTOR, Obstacle.ELSEWHERE),
        (Voice.PERSON, {"people": [1]}, DIRECTOR, None),
        (Voice.PERSON, {"people": [1]}, COLLEAGUE, Obstacle.ROLE),
    ],
)
def test_who_may_answer(
    voice: str, audience: dict[str, list[str]], speaker: Speaker, expected: Obstacle | None
) -> None:
    assert obstacle(voice, audience, speaker) == expected


speakers = st.builds(
    Speaker,
    st.integers(1, 5),
    st.integers(1, 3),
    st.just("53"),
    st.just("mission-locale"),
    st.sampled_from([frozenset[str](), frozenset({"director"}), frozenset({"elected"})]),
)


@given(speakers, speakers)
def test_colleagues_share_one_voice_and_others_never_do(one: Speaker, other: Speaker) -> None:
    same = voice_key(Voice.STRUCTURE, one) == voice_key(Voice.STRUCTURE, other)
    assert same == (one.structure_id == other.structure_id)


@given(st.sampled_from(list(Rule)), speakers, st.none() | st.integers(1, 5), st.booleans())
def test_an_answer_counts_at_most_as_the_one_of_its_voice(
    rule: Rule, speaker: Speaker, author: int | None, stands: bool
) -> None:
    outcome = effect(Voice.STRUCTURE, rule, speaker, author, stands)
    if stands:
        assert outcome != Effect.COUNT
    else:
        assert outcome in (Effect.COUNT, Effect.PROPOSE)
    if rule == Rule.DIRECTOR and outcome in (Effect.COUNT, Effect.REPLACE):
        assert speaker.is_director
