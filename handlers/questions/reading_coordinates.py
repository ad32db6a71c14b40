"""Readings of questions about coordinates: a phone number, an address, « qui contacter »."""

from handlers.questions.case import Case, keys_of
from handlers.questions.facts import ContactFact
from handlers.questions.reading import COORDINATES, Reading
from handlers.questions.reading_people import LIKELY, house_of, of_role


def written_to(case: Case) -> bool:
    """« l’adresse de X pour lui envoyer un compte rendu », « un devis à transmettre à X »: where does it go?"""
    words = case.marks.words
    people = [*(m.start for m in case.marks.people), *(m.start for m in case.marks.roles)]
    for at, word in enumerate(words):
        before = words[at - 1].folded if at else ""
        after = words[at + 1].folded if at + 1 < len(words) else ""
        if word.stem not in case.knowledge.lexicon.sending or {before, after} & {"me", "m", "nous", "moi"}:
            continue
        to_them = any(
            start > at and {w.folded for w in words[max(at, start - 3) : start]} & {"a", "au", "aux"}
            for start in people
        )
        to_whom = before == "qui" and at > 1 and words[at - 2].folded == "a"
        if to_them or to_whom or before in ("lui", "leur") or (before in ("l", "le", "la") and case.has("where")):
            return True
    return False


def coordinates(case: Case) -> Reading | None:
    """A phone number, an address, « qui contacter »."""
    m = case.marks
    asks = tuple(a for a in COORDINATES if case.has(a))
    if case.has("address") and not asks and (case.people or case.holders):
        asks = ("email",)
    if not asks and (case.people or case.holders or m.organisations) and written_to(case):
        asks = ("email",)
    bodies = [c.name for c in (*m.structures, *m.organisations)]
    if not asks and bodies and case.has("address", "where") and not (case.events or m.gatherings or case.has("when")):
        known = next((key for key in bodies if key in case.knowledge.organisation), "")
        return Reading("absent", absent=("postal",), organisation=known)
    if not asks or (asks == ("phone",) and not case.people and _numbered(case)):
        return None
    if case.people and _of_a_thing(case):
        return Reading("absent", absent=("unknown",), contacts=keys_of(case.people))
    asks = tuple(a for a in asks if a != "coordinates") or asks
    if case.has("role", "who") and (case.people or case.holders) and _asked_who(case):
        asks = (*asks, "role")
    if case.people:
        people = (*case.people, *case.holders) if case.several else case.people
        return Reading("contact", contacts=keys_of(people), asks=asks, several=case.several)
    if house := house_of(case):
        return Reading("members", contacts=keys_of(case.knowledge.members(house)), organisation=house, asks=asks)
    if there := _in_town(case, asks):
        return there
    if m.roles:
        return of_role(case, asks)
    return _of_others(case, asks, bodies)


def _asked_who(case: Case) -> bool:
    """Is it also asked who somebody is, and not only « à qui écrire »?"""
    plainly = any(cue.end - cue.start > 1 for cue in case.marks.cues.get("who", ()))  # « c’est qui »
    return case.has("role") or plainly or case.marks.begins("qui", "c")


def _in_town(case: Case, asks: tuple[str, ...]) -> Reading | None:
    """« le référent de Rennes », « qui contacter à Lille ? »: those known at the structures that are named after it."""
    m, knowledge = case.marks, case.knowledge
    towns = [cue for cue in m.towns if cue.name in knowledge.towns.structures]
    asked = {p for ask in COORDINATES for c in m.cues.get(ask, ()) for p in range(c.start, c.end)}
    own = {p for town in towns for p in range(town.start, town.end)}
    events = [e for e in m.events if not set(range(e.start, e.end)) & own]  # « Le Havre » is a place of ours as well
    functions = [role for role in m.roles if role.contacts or role.start not in asked]
    if len(towns) != 1 or functions or events or m.organisations or m.structures or m.regions:
        return None
    if any(p not in own for p in case.stray_nouns):
        return None
    codes = knowledge.towns.structures[towns[0].name]
    keys = tuple(dict.fromkeys(key for code in codes for key in knowledge.published_at.get(code, ())))
    body = codes[0] if len(codes) == 1 else ""
    if keys:
        return Reading("members", contacts=keys, organisation=body, asks=asks)
    return Reading("absent", absent=("contact",), organisation=body, asks=asks)


def _of_others(case: Case, asks: tuple[str, ...], bodies: list[str]) -> Reading | None:
    """Coordinates of nobody who is named: of whoever does it, of an organisation, of those spoken of before."""
    m, memory = case.marks, case.memory
    if case.events and not m.organisations and not m.apart(COORDINATES, ("when", "where")):
        return Reading("absent", absent=("contact",), events=case.events[:1], asks=asks)
    if case.events and m.apart(COORDINATES, ("when", "where")):
        return None  # « c’est quand, l’AG ? j’ai perdu le mail »
    strangers = [p for p in case.stray_nouns if not case.topic_holds([p])]  # « l’interlocuteur de Nantes »
    if case.best and case.fit >= LIKELY and asks == ("coordinates",) and not strangers:
        told = tuple(case.best.topic.details.get("contacts", ()))
        of_another = bodies and not any(case.knowledge.contact[k].organisation in bodies for k in told)
        any_reached = any(_reachable(case.knowledge.contact[k]) for k in told if k in case.knowledge.contact)
        if any_reached and not of_another:
            return Reading("members", contacts=told, asks=asks, topic=case.best.topic.key)
    duty = tuple(k for k in case.knowledge.on_duty(m.words) if _reachable(case.knowledge.contact[k]))
    if duty:
        return Reading("contact" if len(duty) == 1 else "members", contacts=duty, asks=asks)
    for key in bodies:
        members = keys_of(_of_gender(case, case.knowledge.members(key)))
        somebody = case.knowledge.lexicon.men | case.knowledge.lexicon.women
        if members and all(m.words[p].folded in somebody for p in case.stray_nouns):
            return Reading("members", contacts=members, organisation=key, asks=asks)
        return Reading("absent", absent=("contact",), organisation=key, asks=asks)
    reachable = tuple(c.key for c in case.knowledge.contacts[:200] if _reachable(c))
    few = 0 < len(reachable) <= 6 and "coordinates" in asks
    if few and m.loose and case.fit >= 0.4 and not strangers:
        return Reading("members", contacts=reachable, asks=asks)
    if m.loose and not (case.has("his") and case.spoken_of()):
        return Reading("stranger", asks=asks)
    if case.spoken_of():
        return Reading("contact", contacts=case.spoken_of(), asks=asks, several=len(case.spoken_of()) > 1)
    if members := keys_of(case.knowledge.members(memory.organisation)) if memory.organisation else ():
        return Reading("members", contacts=members, organisation=memory.organisation, asks=asks)
    if m.terms or m.regions:
        return Reading("absent", absent=("contact",), asks=asks)
    if few:
        return Reading("members", contacts=reachable, asks=asks)
    return Reading("whose", asks=asks)


def _of_gender(case: Case, people: tuple[ContactFact, ...]) -> tuple[ContactFact, ...]:
    """« le monsieur de Mensia », « la dame du cabinet »: those whom that may be; all of them where nobody is."""
    lexicon, said = case.knowledge.lexicon, {w.folded for w in case.marks.words}
    man, woman = not said.isdisjoint(lexicon.men), not said.isdisjoint(lexicon.women)
    if man == woman:
        return people
    wanted = "m" if man else "f"
    return tuple(one for one in people if one.gender in ("", wanted)) or people


def _reachable(contact: ContactFact) -> bool:
    return bool(contact.phone or contact.email)


def _of_a_thing(case: Case) -> bool:
    """« le numéro de sécu de X »: not the telephone's."""
    words = case.marks.words
    for cue in case.marks.cues.get("phone", ()):
        at = cue.end + (cue.end < len(words) and words[cue.end].folded in ("de", "d"))
        if words[cue.end - 1].stem == "numero" and at > cue.end and at in case.marks.loose:
            return True
    return False


def _numbered(case: Case) -> bool:
    """« la question numéro 3 »: no telephone."""
    cue = case.marks.cues["phone"][0]
    after = case.marks.words[cue.end] if cue.end < len(case.marks.words) else None
    return after is not None and after.kind in ("number", "ordinal")
