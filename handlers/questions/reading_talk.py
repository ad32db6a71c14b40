"""Readings of what asks nothing of the network: greetings, thanks, the weather, a lone number."""

from handlers.questions.case import Case, keys_of
from handlers.questions.indexing import DETERMINERS
from handlers.questions.reading import Reading

# Cues that ask nothing by themselves: « bonjour à tous », « merci, c'est tout ».
_POINTING = {"now", "same", "his", "everybody", "mine", "others", "first", "last", "past"}
_NOTHING_ASKED = _POINTING | {"what", "who", "count", "agenda", "source", "happens", "status", "filler"}
_ORDER = (
    "insult",
    "thanks",
    "voting",
    "help",
    "identity",
    "sorry",
    "goodbye",
    "greeting",
    "test",
    "laugh",
    "yes",
    "no",
)


_OWN = frozenset(("mon", "ma", "mes", "nos", "notre", "toute", "tous"))  # before a noun


def nothing(case: Case) -> Reading | None:
    """No word at all."""
    return Reading("empty") if not case.marks.words else None


def owner(case: Case) -> Reading | None:
    """A number or an address was typed: whose is it?"""
    if not case.marks.coordinates:
        return None
    found = [case.knowledge.owner_of(word.text) for word in case.marks.coordinates]
    keys = tuple(dict.fromkeys(contact.key for owners in found for contact in owners))
    said = case.marks.coordinates[0]
    if not keys and (meant := case.people or case.knowledge.nearly_owner_of(said.text)):
        asks = ("email",) if said.kind == "email" else ("phone",)
        return Reading("contact", contacts=keys_of(meant), asks=asks, verdict="no")
    if case.people:
        return Reading(
            "owner", contacts=keys, said=said.text, verdict="yes" if set(keys) & set(keys_of(case.people)) else "no"
        )
    return Reading("owner", contacts=keys, said=said.text)


def again(case: Case) -> Reading | None:
    """« répète », « pardon ? », « j’ai pas compris »: what was said last."""
    words = case.marks.words
    wanting = [a for a in case.knowledge.lexicon.whole.find(words) if a.name in ("again", "unclear", "pardon")]
    names = {a.name for a in wanting}
    said = next((name for name in ("unclear", "again", "pardon") if name in names), "")
    whole = bool(said) and len({p for a in wanting for p in range(a.start, a.end)}) == len(words)
    if not whole or (said == "pardon" and not (words[-1].asked or words[-1].folded != "pardon")):
        return None
    return Reading("again", said="unclear" if said == "unclear" else "again")


def deadline(case: Case) -> Reading | None:
    """« jusqu’à quand puis-je répondre au sondage X ? », « c’est quand la date limite ? »."""
    m, lexicon = case.marks, case.knowledge.lexicon
    if case.events or case.people or m.roles or m.gatherings or m.coordinates:
        return None
    polled = any(w.stem in lexicon.polls for w in m.words)
    asked = case.has("when", "left", "limit", "last") or m.begins("jusqu", "avant")
    closing = case.has("limit") or any(w.folded == "jusqu" or w.stem in lexicon.closing for w in m.words)
    if case.has("reply_by") or (polled and asked and closing) or _bare_limit(case):
        return Reading("deadline", said=_named_after(case))
    return None


def _bare_limit(case: Case) -> bool:
    """« c’est quand la date limite ? », when nothing else was spoken of that has one."""
    m, memory = case.marks, case.memory
    limits = {p for c in m.cues.get("limit", ()) for p in range(c.start, c.end)}
    elsewhere = memory.events or memory.contacts or m.periods or m.regions or m.organisations or case.stray
    others = any(not set(range(a.start, a.end)) <= limits for a in m.absent)
    return bool(limits) and not elsewhere and not others


def _named_after(case: Case) -> str:
    """The words that may say which consultation is meant."""
    m, lexicon = case.marks, case.knowledge.lexicon
    return " ".join(w.folded for w in m.words if w.folded not in lexicon.stop and w.stem not in lexicon.closing)


def act(case: Case) -> Reading | None:
    """Politeness and its contrary, when nothing is asked beside it."""
    m = case.marks
    names = ["sorry" if a.name == "pardon" else a.name for a in m.acts]
    if not m.acts or _asked(case) or m.foreign:
        return None
    plain = {"identity", "help"} & set(names) and len(m.loose) <= 2 and ("help" not in names or not case.stray_nouns)
    if "insult" not in names and ((m.loose and not plain) or m.gatherings):
        return None
    if {"thanks", "goodbye"} <= set(names):
        return Reading("act", said="farewell")
    said = next((name for name in _ORDER if name in names), "")
    if not said:
        return None
    if said == "yes" and case.memory.offers:
        return _accepted(case)
    return Reading("act", said=said)


def thanks(case: Case) -> Reading | None:
    """« merci beaucoup, c’était très clair », « bonsoir, mes respects à l’équipe »: politeness of one’s own."""
    m = case.marks
    said = [a.name for a in m.acts if a.name in ("thanks", "goodbye") or a.start <= 1]
    said = [name for name in said if name in ("thanks", "goodbye", "greeting")]
    questioned = any(word.asked for word in m.words) or case.has("what", "how") or m.begins("comment", "quoi")
    if not said or _asked(case) or questioned or m.foreign or len(m.loose) > 4:
        return None
    if set(said) == {"greeting"} and _wants_something(case):
        return None  # « bonjour, joue-moi de la musique »
    return Reading("act", said=min(said, key=_ORDER.index))


def _wants_something(case: Case) -> bool:
    """Does more than a greeting stand there: a verb, a denial, a word that asks?"""
    words, lexicon = case.marks.words, case.knowledge.lexicon
    asking = lexicon.around_words["asking"] | {"quand", "ne", "n"}
    verbs = any(
        lexicon.is_verb(words[p].folded) and not (p and words[p - 1].folded in DETERMINERS | _OWN)
        for p in case.marks.loose
    )
    return verbs or any(word.folded in asking for word in words)


def only_polite(case: Case, core: Case) -> bool:
    """Does not a word ask anything, not even « qui » or « combien », nor go on with what was said before?"""
    goes_on = bool(core.memory.intent) and core.again
    if core is not case and (goes_on or _wants_something(core)):
        return False
    return not set(case.marks.cues) - _POINTING - {"happens", "filler", "status"}


def substance(case: Case) -> bool:
    """Is there more in a message than politeness?"""
    m = case.marks
    return bool(_asked(case) or m.loose or m.foreign or m.gatherings or m.acts or case.has("what", "who"))


def _asked(case: Case) -> bool:
    m = case.marks
    named = m.events or m.people or m.roles or m.regions or m.organisations or m.structures or m.terms
    spoken = {p for a in m.acts for p in range(a.start, a.end)}
    around = case.knowledge.lexicon.around
    about = any(word.stem in around for p, word in enumerate(m.words) if p not in spoken)
    passing = all(p.kind == "day" and p.first == case.today for p in m.periods)  # « comment allez-vous aujourd’hui ? »
    dated = bool(m.periods) and not (passing and m.acts)
    return bool(set(m.cues) - _NOTHING_ASKED or named or about or m.coordinates or dated or m.absent)


def _accepted(case: Case) -> Reading:
    """« oui » to « vouliez-vous dire… ? »."""
    offers = case.memory.offers
    people = tuple(k for k in offers if k in case.knowledge.contact)
    events = tuple(k for k in offers if k in case.knowledge.event)
    if len(offers) > 1:
        return Reading("which", contacts=people, events=events, asks=case.memory.asks)
    if people:
        return Reading("contact", contacts=people, asks=case.memory.asks)
    return Reading("event", events=events, asks=case.memory.asks)


def foreign(case: Case) -> Reading | None:
    """The weather, a recipe, the president of the Republic: not our matter."""
    m = case.marks
    oneself = case.knowledge.lexicon.oneself  # « je rédige une invitation » commands nothing
    asked = [w.folded for w in m.words[:3]] == ["est", "ce", "que"]  # « est-ce que tu peux annuler… »
    first = 2 + 3 * asked
    commanded = any(
        f.start <= first and (not f.start or m.words[f.start - 1].folded not in oneself) for f in m.commands
    )
    if not m.foreign and not commanded:
        return None
    if commanded or not (any(not e.place for e in m.events) or m.people):
        return Reading("foreign")
    return None
