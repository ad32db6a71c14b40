"""Readings of questions about people: coordinates, functions, who does what."""

import itertools

from handlers.questions.case import Case, keys_of
from handlers.questions.claims import verdict_on_office
from handlers.questions.facts import ContactFact
from handlers.questions.indexing import DETERMINERS
from handlers.questions.names import NameMatch
from handlers.questions.normalising import read_words
from handlers.questions.reading import COORDINATES, Reading
from handlers.questions.roles import RoleMention

_OFFICES_AFTER = ("remplacant", "successeur", "predecesseur")
_SURE, LIKELY = 0.9, 0.6


def offer(case: Case) -> Reading | None:
    """Near misses of people's names are offered, never assumed."""
    near = [m for m in case.marks.people if m.near]
    if not near or case.people:
        return None
    said = " ".join(w.text for w in case.marks.words[near[0].start : near[0].end])
    asks = tuple(a for a in COORDINATES if case.has(a)) or ("who",)
    return Reading("near", contacts=tuple(c.key for c in near[0].contacts), asks=asks, said=said)


def the_other(case: Case) -> Reading | None:
    """« et l’autre ? », « et la deuxième ? »: whoever has the like function in the same organisation."""
    spoken = case.spoken_of()
    if not spoken or case.people or case.events:
        return None
    one = case.knowledge.contact[spoken[0]]
    if _says_others(case):
        colleagues = tuple(c for c in case.knowledge.members(one.organisation) if c.key not in spoken and not c.former)
        asks = tuple(a for a in COORDINATES if case.has(a)) or ("who",)
        return Reading("members", contacts=keys_of(colleagues), organisation=one.organisation, asks=asks)
    if len(spoken) != 1 or not _says_other(case):
        return None
    alike = case.holders or tuple(c for c in case.knowledge.members(one.organisation) if _head(c) == _head(one))
    others = keys_of(tuple(c for c in alike if c is not one and not c.former))
    if len(others) != 1:
        return None
    asks = tuple(a for a in COORDINATES if case.has(a)) or (("role",) if case.has("who", "role") else ())
    return Reading("contact", contacts=others, asks=asks or case.memory.wanted or ("role",))


def _says_others(case: Case) -> bool:
    """« qui d’autre ? », « et les autres ? »: all the colleagues of whoever was spoken of."""
    m = case.marks
    pairs = set(itertools.pairwise(w.folded for w in m.words))
    plural = not pairs.isdisjoint((("les", "autres"), ("leurs", "collegues"), ("ses", "collegues")))
    somebody = case.has("who") and not pairs.isdisjoint((("d", "autre"), ("d", "autres")))
    return (plural or somebody) and not (
        m.loose or m.gatherings or m.periods or (m.topics and m.topics[0].fit > LIKELY)
    )


def _says_other(case: Case) -> bool:
    words, offices = case.marks.words, case.knowledge.lexicon.offices
    for before, at in itertools.pairwise(range(len(words))):
        after = words[at + 1] if at + 1 < len(words) else None
        alone = after is None or after.breaks or after.stem in offices or after.folded in ("elle", "il", "c", "qui")
        other = words[at].folded == "autre" and words[before].folded == "l"
        second = words[at].folded in ("deuxieme", "second", "seconde") and words[before].folded in ("le", "la")
        if (other or second) and alone:
            return True
    return False


def _head(contact: ContactFact) -> str:
    """The stem of the function: a senior consultant is a consultant."""
    return next((word.stem for word in read_words(contact.function).words), "")


def of_role(case: Case, asks: tuple[str, ...]) -> Reading:
    """Somebody named by their function; another's function is nobody's here."""
    mention = case.marks.roles[0]
    keys = keys_of(case.holders)
    lesser = case.marks.words[mention.start].folded in case.knowledge.lexicon.lesser
    said = " ".join(w.text for w in case.marks.words[mention.start : mention.end])
    if keys and not _narrowed(case, mention):
        return Reading("contact", contacts=keys, asks=asks, said=said, several=case.several)
    elsewhere = any(mention.start <= region.start < mention.end for region in case.marks.regions)
    if (lesser or elsewhere) and not keys:
        return Reading("vacant", said=said, asks=asks)
    if case.fit >= LIKELY and asks == ("who",) and case.topic_explains(case.marks.loose):
        return case.on_topic()
    duty = case.knowledge.on_duty(case.marks.words)
    if duty and not keys:
        return Reading("contact", contacts=duty, asks=("duty",) if asks == ("who",) else asks, several=True)
    if not keys and asks == ("who",) and case.fit >= 0.55 and case.only_verbs and not case.marks.organisations:
        return case.on_topic()
    return Reading("vacant", said=said, asks=asks)


def _narrowed(case: Case, mention: RoleMention) -> bool:
    """Does an unknown word say of what the function is: « le président de la Lune »?"""
    words, lexicon, at = case.marks.words, case.knowledge.lexicon, mention.end
    while (
        at < len(words)
        and not words[at].breaks
        and (words[at].folded in DETERMINERS | {"chez", "pour"} or words[at].stem in lexicon.around)
    ):
        at += 1
    return at < len(words) and at in case.marks.loose and not words[at].breaks and not lexicon.only_verb(words[at])


def succession(case: Case) -> Reading | None:
    """« qui a remplacé X ? », « qui était là avant X ? »: whoever is known to have held the same function."""
    steps = [name for name in ("successor", "predecessor") if case.has(name)]
    for mention in case.marks.people:  # « président après X »
        said = case.marks.words[mention.start - 1].folded if mention.start else ""
        steps = {"apres": ["successor"], "avant": ["predecessor"]}.get(said, steps)
    people = (
        case.people or case.holders or tuple(case.knowledge.contact[k] for k in case.spoken_of() if _said_of_them(case))
    )
    named_so = any(w.folded.startswith(_OFFICES_AFTER) for w in case.marks.words)  # « le remplaçant de X ? »
    asked = case.has("who") or named_so or (case.again and bool(case.spoken_of()))
    if not steps or len(people) != 1 or not asked or case.asks_fact:
        return None
    one = people[0]
    if one.former and not case.people:  # « qui était trésorier avant ? » names them
        return None
    before = steps[0] == "predecessor"
    others = tuple(c.key for c in case.knowledge.holding_the_same(one) if c.former == before)
    if others and one.former != before:
        return Reading("contact", contacts=others, asks=("role",), several=True)
    return Reading("absent", absent=("unknown",), contacts=(one.key,))


def _said_of_them(case: Case) -> bool:
    """« son successeur », « qui l’a remplacée »."""
    return case.has("his") or any(word.folded == "l" and not word.breaks for word in case.marks.words)


def role_or_person(case: Case) -> Reading | None:
    """Who somebody is, who holds a function."""
    m = case.marks
    asks = tuple(a for a in ("role", "employer", "who") if case.has(a))
    named = case.people or case.holders
    if named and case.again and not asks and not case.event_asks and case.memory.wanted:
        return Reading("contact", contacts=keys_of(named), asks=case.memory.wanted, several=case.several)
    if case.people:
        return _of_person(case, asks)
    if not asks and case.fit >= 0.55 and m.loose:
        return None
    if not asks and case.has("next", "agenda") and not case.people:
        return None  # « la prochaine échéance pour un président »
    if not asks and m.roles and case.holders and case.stray_nouns:
        return None if case.events else Reading("absent", absent=("unknown",), contacts=keys_of(case.holders)[:1])
    if (house := house_of(case)) and case.has("who"):
        return Reading("members", contacts=keys_of(case.knowledge.members(house)), organisation=house, asks=("who",))
    if asks == ("who",) and _attending(case):
        return None  # « qui sont les directeurs présents au séminaire ? »
    if m.roles and (asks or not case.events) and not {"when", "where", "hour", "left"} & set(case.event_asks):
        return of_role(case, ("who",))
    return None


def _attending(case: Case) -> bool:
    """Are several people asked for who come to an event, rather than those who belong to it (« membres du Bureau »)?"""
    m = case.marks
    events = [e.start for e in m.events if not e.place]
    belonging = {p + 1 for p, word in enumerate(m.words) if word.folded in ("de", "du", "des", "d", "l")}
    several = [role.end for role in m.roles if role.plural]
    return bool(several and events) and all(at - end > 1 or at not in belonging for end in several for at in events)


def house_of(case: Case) -> str:
    """« chez le consultant »: the organisation of whoever is named so."""
    for mention in case.marks.roles:
        at = mention.start - 1
        while at >= 0 and case.marks.words[at].folded in DETERMINERS:
            at -= 1
        houses = {c.organisation for c in mention.contacts}
        if at >= 0 and case.marks.words[at].folded == "chez" and len(houses) == 1:
            return houses.pop()
    return ""


def _of_person(case: Case, asks: tuple[str, ...]) -> Reading | None:
    keys = keys_of(case.people)
    if not set(asks) - {"who", "role"} and (verdict := verdict_on_office(case)):
        holding = tuple(c for c in case.holders if not c.former) if verdict == "no" else ()
        named = keys_of((*case.people, *holding))
        return Reading("contact", contacts=named, asks=("role",), verdict=verdict, several=len(named) > 1)
    if case.events and {"when", "where", "hour", "programme"} & set(case.event_asks) and not asks:
        return None
    since = case.has("when") and any(
        w.folded == "depuis" for w in case.marks.words
    )  # « depuis quand est-il en poste ? »
    if since or (case.asks_fact and (case.stray_nouns or not case.has("employer", "role"))):
        return Reading("absent", absent=("unknown",), contacts=keys)
    if case.has("who") and case.best and case.fit >= LIKELY and _beyond_names(case, case.best.common):
        return case.on_topic()
    if not asks and case.marks.roles and not case.event_asks:
        asks = ("role",)  # « X préside quoi d’autre ? »
    if not asks and (case.marks.loose or case.marks.begins("comment", "pourquoi", "combien", "quand", "est")):
        return Reading("absent", absent=("unknown",), contacts=keys)
    asks = tuple(a for a in asks if a != "who") or ("role",)
    return Reading("contact", contacts=keys, asks=asks if case.marks.cues else ("card",), several=case.several)


def _beyond_names(case: Case, common: frozenset[str]) -> bool:
    """Do a question and a topic share more than a person's name and the undertaking?"""
    names = {case.marks.words[p].stem for m in case.marks.people for p in range(m.start, m.end)}
    ordinary = names | case.knowledge.lexicon.around | case.knowledge.lexicon.light
    return any(not stem.startswith("?") and stem not in ordinary for stem in common)


def who(case: Case) -> Reading | None:
    """« qui anime le réseau ? », « qui travaille au cabinet ? »."""
    m = case.marks
    if not case.has("who", "role"):
        return None
    if duty := case.knowledge.on_duty(m.words):
        return Reading("contact", contacts=duty, asks=("duty",), several=True)
    return _staff(case)


def related(case: Case) -> Reading | None:
    """« qui épaule le délégué général sur l’animation ? » is not about him: whose function the rest says, or nobody."""
    m = case.marks
    mentions: list[NameMatch | RoleMention] = [*m.people, *m.roles]
    mention = next(iter(mentions), None)
    if mention is None or not case.has("who") or {"phone", "email", "coordinates"} & set(m.cues):
        return None
    at = mention.start - 1
    while at > 0 and m.words[at].folded in DETERMINERS:
        at -= 1
    if at < 1 or at not in m.loose:
        return None
    if m.words[at - 1].folded not in ("qui", "a", "ont", "avait", "va", "doit", "peut"):
        return None
    rest = [w for p, w in enumerate(m.words) if not mention.start <= p < mention.end and p != at]
    found = case.knowledge.whose_function_says(rest)
    if len(found) == 1:
        return Reading("contact", contacts=found, asks=("role",))
    about = keys_of(case.people or case.holders)[:1]
    return case.on_topic() if case.fit >= 0.55 else Reading("absent", absent=("unknown",), contacts=about)


def by_function(case: Case) -> Reading | None:
    """« qui anime le réseau à l’UNML ? » asks for whoever’s function says it: « responsable Animation du réseau »."""
    if not case.has("who") or case.people or case.marks.roles or set(case.event_asks) - {"what"}:
        return None
    found = case.knowledge.whose_function_says(case.marks.words)
    if not found and (duty := case.knowledge.on_duty(case.marks.words, _SURE)) and len(duty) == 1:
        return Reading("contact", contacts=duty, asks=("duty",), several=True)
    return Reading("contact", contacts=found, asks=("role",), several=True) if len(found) == 1 else None


def working_there(case: Case) -> Reading | None:
    """« qui y travaille ? », after an organisation."""
    m = case.marks
    houses = {case.knowledge.contact[key].organisation for key in case.spoken_of()}
    body = case.memory.organisation or (houses.pop() if len(houses) == 1 else "")
    there = "y" in {w.folded for w in m.words} or "chez eux" in " ".join(w.folded for w in m.words)
    named = case.people or m.roles or case.events or m.organisations or m.periods
    members = case.knowledge.members(body) if body and there and case.has("who") and not named else ()
    if not members or not case.only_verbs:
        return None
    return Reading("members", contacts=keys_of(members), organisation=body, asks=("who",))


def at_organisation(case: Case) -> Reading | None:
    """« qui travaille chez Mensia ? »."""
    return _staff(case) if case.has("who") and "chez" in {w.folded for w in case.marks.words} else None


def _staff(case: Case) -> Reading | None:
    for cue in case.marks.organisations:
        members = case.knowledge.members(cue.name)
        if members and case.only_verbs:
            return Reading("members", contacts=keys_of(members), organisation=cue.name, asks=("who",))
    return None
