"""What must hold inside a consultation: choices that fit their question, conditions that look back, dates in order."""

from collections.abc import Callable, Iterator

from bot.pack.faults import Fault, Loc, did_you_mean
from bot.pack.schema_consultations import Consultation, Question
from handlers.consultations.recurring import fault_of
from storage.agenda import Precision
from storage.consultations import QuestionKind

Says = Callable[[Loc, str, str], Fault]
_WITH_CHOICES = (QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.RANKING)


def check_consultation(says: Says, index: int, consultation: Consultation, zone: str) -> Iterator[Fault]:
    """The faults inside the consultation at `index`."""
    opens, closes = consultation.opens, consultation.closes
    for word, moment in (("opens", opens), ("closes", closes)):
        if moment and moment.precision is not Precision.MINUTE:
            yield says((index, word), f"« {word} » n’a pas d’heure", "écrivez 2024-10-09T14:30")
        elif moment and moment.instant(zone) is None:
            right = "écrivez une heure avant ou après le changement d’heure"
            yield says((index, word), f"cette heure n’existe pas à {zone} : les horloges y avancent", right)
    if opens and closes and opens.wall and closes.wall and closes.wall <= opens.wall:
        yield says(
            (index, "closes"), "la clôture est avant l’ouverture", "échangez « opens » et « closes », ou corrigez"
        )
    yield from _recurrence(says, index, consultation)
    before: dict[str, Question] = {}
    for number, question in enumerate(consultation.questions):
        at: Loc = (index, "questions", number)
        if question.key in before:
            yield says((*at, "key"), f"« {question.key} » est déjà pris", "changez l’une des deux clés")
        yield from _choices(says, at, question)
        yield from _scale(says, at, question)
        yield from _slots(says, at, question)
        yield from _condition(says, at, question, before)
        before.setdefault(question.key, question)


def _recurrence(says: Says, index: int, consultation: Consultation) -> Iterator[Fault]:
    if consultation.recurs is None:
        return
    if fault := fault_of(consultation.recurs):
        wrong = {"often": "cette règle revient plus d’une fois par semaine", "unclear": "cette règle n’est pas lisible"}
        yield says((index, "recurs"), wrong[fault], "écrivez FREQ=MONTHLY;INTERVAL=3")
    for word in ("opens", "closes"):
        if getattr(consultation, word) is None and consultation.status == "open":
            yield says((index, word), "une consultation qui revient a besoin de « opens » et « closes »", "ajoutez-les")


def _choices(says: Says, at: Loc, question: Question) -> Iterator[Fault]:
    keys = [choice.key for choice in question.choices]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield says((*at, "choices", number, "key"), f"« {key} » est déjà pris", "changez l’une des deux clés")
    if question.kind in _WITH_CHOICES and len(keys) < 2:
        yield says(at, f"la question « {question.key} » a moins de deux choix", "ajoutez « choices »")
    if question.kind not in _WITH_CHOICES and keys:
        yield says((*at, "choices"), f"une question « {question.kind} » n’a pas de choix", "retirez « choices »")
    for word, limit in (("min_choices", question.min_choices), ("max_choices", question.max_choices)):
        if limit is None:
            continue
        if question.kind is not QuestionKind.SEVERAL:
            yield says((*at, word), f"« {word} » ne vaut que pour « several »", f"retirez « {word} »")
        elif limit > len(keys):
            yield says((*at, word), f"« {word} » dépasse le nombre de choix", f"au plus {len(keys)}")
    if question.min_choices and question.max_choices and question.min_choices > question.max_choices:
        yield says((*at, "min_choices"), "« min_choices » dépasse « max_choices »", f"au plus {question.max_choices}")


def _slots(says: Says, at: Loc, question: Question) -> Iterator[Fault]:
    if question.kind is not QuestionKind.SLOTS:
        for word in ("slots", "event"):
            if getattr(question, word):
                yield says((*at, word), f"« {word} » ne vaut que pour « slots »", f"retirez « {word} »")
        return
    if len(question.slots) < 2:
        yield says(at, f"la question « {question.key} » a moins de deux créneaux", "ajoutez « slots »")
    for number, slot in enumerate(question.slots):
        if slot.precision is Precision.MONTH:
            yield says((*at, "slots", number), "ce créneau n’a pas de jour", "écrivez 2024-10-09 ou 2024-10-09T14:30")
        elif slot in question.slots[:number]:
            yield says((*at, "slots", number), "ce créneau est déjà proposé", "retirez-en un")


def _scale(says: Says, at: Loc, question: Question) -> Iterator[Fault]:
    bounded = question.kind in (QuestionKind.SCALE, QuestionKind.NUMBER)
    for word in ("low", "high", "low_label", "high_label", "unit"):
        if getattr(question, word) is not None and not bounded:
            wrong = f"« {word} » ne vaut que pour « scale » et « number »"
            yield says((*at, word), wrong, f"retirez « {word} »")
    if question.kind is QuestionKind.SCALE and (question.low is None or question.high is None):
        yield says(at, f"l’échelle « {question.key} » n’a pas ses deux bouts", "ajoutez « low » et « high »")
    elif bounded and question.low is not None and question.high is not None and question.low >= question.high:
        yield says((*at, "high"), "« high » n’est pas au-dessus de « low »", f"plus de {question.low}")


def _condition(says: Says, at: Loc, question: Question, before: dict[str, Question]) -> Iterator[Fault]:
    if question.only_if is None:
        return
    asked = before.get(question.only_if.question)
    if asked is None:
        wrong = f"la question « {question.only_if.question} » n’est pas posée avant celle-ci"
        yield says((*at, "only_if", "question"), wrong, did_you_mean(question.only_if.question, list(before)))
        return
    yes_no = asked.kind is QuestionKind.YES_NO
    known = ["yes", "no"] if yes_no else [choice.key for choice in asked.choices]
    for number, key in enumerate(question.only_if.any_of):
        if key not in known:
            wrong = f"« {key} » n’est pas une réponse à « {asked.key} »"
            yield says((*at, "only_if", "any_of", number), wrong, did_you_mean(key, known))
