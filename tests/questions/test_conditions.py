"""What one may or must bring, wear, send or find at an event is not known: not told as for whom or when it is."""

import itertools

import pytest

from tests.questions.knowing import ask

THINGS = (
    "visa", "vaccin", "parapluie", "tricycle", "gâteau", "certificat médical", "sauf-conduit", "micro", "sac à dos",
    "piano", "drapeau", "badge en plastique", "casque", "télescope", "extincteur", "tracteur", "biberon", "pyjama",
)  # fmt: skip
EVENTS = ("à l’AG", "au séminaire", "aux Rencontres nationales", "à l’atelier de Bretagne", "au CA")
ASKED = (
    "Faut-il un {} pour venir {} ?",
    "peut-on venir {1} avec un {0} ?",
    "Puis-je venir {1} sans mon {0} ?",
    "pour participer {1}, faut-il un {0} ?",
    "on doit apporter son {} {}",
    "est-ce que je dois venir avec un {} {} ?",
    "A-t-on le droit de venir {1} avec un {0}",
    "où récupérer mon {} {} ?",
    "quand remettre le {} {} ?",
    "a quelle heure ouvre le {} {}",
)


@pytest.mark.parametrize("frame", ASKED)
def test_a_thing_that_nobody_knows_is_not_answered_with_what_is_known_of_the_event(frame: str) -> None:
    asked = [frame.format(thing, event) for thing, event in itertools.product(THINGS, EVENTS)]
    answered = [question for question in asked if ask(question).understood]
    assert answered == []


@pytest.mark.parametrize(
    "question",
    [
        "Dois-je venir à l’AG ?",
        "Peut-on venir au séminaire ?",
        "les élus peuvent-ils participer aux ateliers ?",
        "Faut-il être invité pour venir à l’AG ?",
        "est ce que mon directeur doit venir au seminaire",
        "Puis-je participer à l’atelier de Bretagne en tant que conseiller ?",
        "Qui peut venir aux Rencontres nationales ?",
    ],
)
def test_for_whom_an_event_is_is_still_told(question: str) -> None:
    told = ask(question)
    assert told.understood and told.reading.asks == ("audience",)


@pytest.mark.parametrize(
    "question",
    [
        "Quand faut-il se libérer pour l’AG ?",
        "jdois poser ma journee pr lag c quel jour",
        "Faut que je prévienne mon associé : l’AG, c’est quand ?",
    ],
)
def test_what_one_has_to_do_for_a_day_leaves_the_day_asked(question: str) -> None:
    assert "9 octobre" in ask(question).body
