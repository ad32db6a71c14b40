"""Conversations as transcripts: what is remembered, offered, accepted, and forgotten."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.questions.answering import answer
from handlers.questions.memory import LASTS, Memory, recall
from tests.questions.knowing import NOW, PARIS, ask, knowledge
from tests.questions.tables import shown


def labels(told: object) -> list[str]:
    """The labels of the buttons of an answer."""
    return [button.label for row in told.buttons for button in row]  # type: ignore[attr-defined]  # an Answer


def test_a_near_miss_is_offered_as_a_button_and_told_when_accepted() -> None:
    told = ask("le mail de Sophie Viet")
    assert not told.understood and "@" not in told.text
    assert labels(told) == ["Christian VIET"]
    assert "christian.viet@" in ask("oui", "le mail de Sophie Viet").text


def test_a_refused_offer_is_not_insisted_on() -> None:
    assert "@" not in ask("non", "le mail de Sophie Viet").text


def test_homonyms_are_offered_as_buttons_each_with_what_was_asked() -> None:
    told = ask("Le téléphone de Marie Kerleo ?", pack="phares")
    first, second = labels(told)
    assert first != second and first.startswith("Marie KERLEO (")
    assert all(button.action.endswith(":phone") and len(button.action) <= 64 for row in told.buttons for button in row)


def test_events_of_one_name_are_offered_as_buttons() -> None:
    told = ask("C'est quand l'assemblée de bassin ?", pack="phares")
    assert labels(told) == ["Assemblée de bassin (La Réunion)", "Assemblée de bassin (Polynésie)"]
    assert "Polynésie" in told.body


def test_a_long_conversation_keeps_its_thread() -> None:
    told = ask("et son mail ?", "Bonjour", "C'est quand l'AG ?", "et où ?", "Qui est Camille Zind ?")
    assert "camille.zind@" in shown(told)


def test_a_new_subject_takes_the_place_of_the_old_one() -> None:
    assert "26 juin" in shown(ask("et la date ?", "tel viet", "Où se tient le CA ?"))


def test_what_is_remembered_is_small_plain_json() -> None:
    kept = ask("C'est quand l'AG ?").memory.to_json()
    subject = {"events": ["assemblee-generale-2024"], "intent": "event", "asks": ["when"]}
    said = {"intent": "event", "asks": ["when"], "events": ["assemblee-generale-2024"], "confidence": 1.0}
    assert kept == {**subject, "told": [said]}


def test_memory_lasts_half_an_hour_and_not_a_second_more() -> None:
    kept, now = Memory(events=("x",), home="53").to_json(), datetime(2024, 3, 15, 9, tzinfo=UTC)
    assert recall(kept, now - LASTS, now).events == ("x",)
    assert recall(kept, now - LASTS - timedelta(seconds=1), now).events == ()
    assert recall(kept, now + timedelta(seconds=1), now).events == ()  # the clock was moved back
    assert recall({}, None, now, "53").home == "53"


def test_the_home_of_the_asker_is_never_kept() -> None:
    assert "home" not in Memory(home="53").to_json()


def test_memory_of_things_that_are_gone_is_no_stumbling_block() -> None:
    memory = Memory(events=("gone",), contacts=("gone",), topic="gone", intent="event", asks=("when",))
    for question in (
        "et où ?",
        "et son mail ?",
        "la suivante ?",
        "c'est qui ?",
        "d'où vient cette information ?",
        "oui",
    ):
        assert answer(question, memory, knowledge("missions-locales"), NOW["missions-locales"], PARIS).text


def test_memory_from_another_version_is_read_as_far_as_it_can_be() -> None:
    now = datetime(2024, 3, 15, 9, tzinfo=UTC)
    assert recall({"events": ["x"], "unheard_of": 3}, now, now) == Memory(events=("x",))


def test_the_source_is_told_when_asked() -> None:
    assert "2 février 2024" in ask("d'où vient cette information ?", "C'est quand l'AG ?").text


def test_the_same_question_on_another_day_is_answered_in_the_past() -> None:
    later = datetime(2024, 11, 2, 10, tzinfo=PARIS)
    assert "c'etait le mercredi 9 octobre 2024" in shown(ask("C'est quand l'AG ?", now=later))
    assert "c'etait au havre" in shown(ask("Où ont lieu les Rencontres nationales ?", now=later))


def test_today_is_the_readers_day() -> None:
    midnight_there = datetime(2024, 4, 4, 21, tzinfo=UTC)  # already 5 April in La Réunion, still the 4th in Paris
    assert "5 avril" in shown(ask("quoi aujourd'hui ?", now=midnight_there, zone=ZoneInfo("Indian/Reunion")))
    assert "aucun" in shown(ask("quoi aujourd'hui ?", now=midnight_there))


def test_my_region_is_the_askers_own() -> None:
    told = ask("C'est quand l'atelier dans ma région ?", home="53")
    assert told.reading.events == ("atelier-bretagne",)


def test_two_topics_in_one_sentence_are_answered_each_with_its_source() -> None:
    told = ask("quand est l'AG et qui était déléguée générale en 2022 ?")
    event, source, person, other = [piece for piece in told.text.split("\n\n") if piece]
    assert "9 octobre 2024" in event and "2 février 2024" in source
    assert "ABOUBADRA" in person and "Labellisation" in other


def test_a_place_and_an_address_are_told_together() -> None:
    told = ask("le lieu des Rencontres nationales et le mail de Camille Zind")
    assert "Havre" in told.body and "camille.zind@" in shown(told)
    assert told.contact is not None and told.event is not None  # a card and the buttons of the event come with it


def test_what_is_not_known_of_two_questions_is_said_and_may_go_to_staff() -> None:
    told = ask("quand est l'AG et qui dirige le pôle formation ?")
    assert told.understood and not told.wholly
    assert "9 octobre 2024" in told.body and "« qui dirige le pôle formation »" in told.body.replace("\u00a0", " ")


def test_what_was_said_last_is_said_again() -> None:
    for again in ("répète", "redis-moi ça", "pardon ?", "j'ai pas compris", "Bonjour, vous pouvez répéter ?"):
        told = ask(again, "le numéro de Camille Zind", "merci")
        assert told.understood and "01 42 44 14 56" in told.text, again


def test_several_answers_are_said_again_together() -> None:
    told = ask("tu peux redire ?", "le lieu des Rencontres nationales et le mail de Camille Zind")
    assert "Havre" in told.text and "camille.zind@" in shown(told)


def test_nothing_is_said_again_where_nothing_was_said() -> None:
    assert not ask("répète").understood


def test_what_was_said_of_things_that_are_gone_is_not_said_again() -> None:
    gone = {"intent": "event", "events": ["gone"], "asks": ["when"]}
    memory = Memory(told=(gone, {"intent": "unheard of", "what": 1}, {"intent": "topic", "topic": "gone"}))
    told = answer("répète", memory, knowledge("missions-locales"), NOW["missions-locales"], PARIS)
    assert not told.understood


def test_what_is_told_vaguely_is_offered_without_a_date() -> None:
    told = ask("le truc à Rennes avec les directeurs")
    assert not told.understood and "avril" not in told.text
    assert labels(told) == ["Ateliers territoriaux", "Séminaire du Bureau élargi"]


def test_what_is_told_vaguely_and_can_be_only_one_is_answered_as_doubtful() -> None:
    told = ask("la réunion nationale d'octobre")
    assert told.reading.events == ("rencontres-nationales-2024",) and told.reading.confidence < 0.7
