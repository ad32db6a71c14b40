"""What is asked about a thing beside an event: « faut-il un visa pour venir ? », « où envoyer ma procuration ? ».

Such a question has the words of one for whom, when or where the event is (« venir à », « quand », « où »), and is none:
the thing that nobody here knows is what it asks about.
"""

from handlers.questions.case import Case
from handlers.questions.normalising import stem

_TOLD = 0.6  # a topic that fits so well may know the thing
_TOWARDS = frozenset(("a", "au", "aux", "vers", "chez", "depuis"))
_LIKE = frozenset(("que", "qu", "comme"))  # « en tant que conseiller », « comme invitée »: who comes, and no thing
_WHERE_OR_WHEN = frozenset(("où", "quand", "heure"))
_THE = frozenset(("le", "la", "les", "l", "un", "une", "des"))
_ASKING = frozenset(("il", "on", "je", "nous", "vous"))
_ONESELF = frozenset(("se", "s", "me", "m", "nous"))  # « se prononcer »: a verb
_INFINITIVES = ("er", "ir", "re", "oir")
_BETWEEN = 4  # words between « où » and the verb: « où est-ce que je dois envoyer… »


def on_a_thing(case: Case) -> bool:
    """Does the question about events ask for a thing that neither they nor the documents speak of?"""
    if case.has("who") and case.marks.begins("qui"):
        return False
    permission, doing = _permission(case), _doing(case)
    asked = min(permission, doing)
    general = case.knowledge.lexicon.general | {stem("journee")}
    held = [p for p in case.marks.gatherings if case.marks.words[p].stem not in general]
    if case.marks.foreign and "audience" in case.event_asks:
        return True  # « les chiens peuvent-ils venir ? »
    things = [p for p in (*case.marks.loose, *held) if _is_thing(case, p, permission, doing)]
    done = (p for p in case.marks.loose if p and case.marks.words[p - 1].folded == "avoir")
    things += [p for p in done if permission < p]  # « faut-il avoir voté pour participer ? »
    if any(_there_is(case) < role.start for role in case.marks.roles if not role.contacts):
        return True  # « y aura-t-il un photographe ? »
    words, of = case.marks.words, {"de", "du", "d", "des", "pour"}
    papers = (p for p, w in enumerate(words[:-1]) if w.stem in case.knowledge.lexicon.documents)
    documents = [p for p in papers if words[p + 1].folded in of]  # not « quand le dossier passe-t-il en CA ? »
    return any(asked < p for p in things) or any(_is_there(case, p) for p in (*things, *documents))


def _permission(case: Case) -> int:
    """Where « faut-il », « peut-on », « dois-je » stands, said of the event; past the end when nowhere."""
    m, allowing = case.marks, case.knowledge.lexicon.around_words["allowing"]
    asked = {m.clause(c.start) for ask in case.event_asks for c in m.cues[ask]} or {m.clause(e.start) for e in m.events}
    for at, word in enumerate(m.words[:-1]):
        after = m.words[at + 1]
        of_event = m.clause(at) in asked or (after.joined and after.folded in _ASKING)  # « pour l’AG, faut-il… ? »
        # « faut que je prévienne ma banque » asks nothing
        if word.folded in allowing and (of_event or m.begins("pour")) and after.folded not in _LIKE:
            return at
    return len(m.words)


def _there_is(case: Case) -> int:
    """Where « y a-t-il », « il y aura » stands; past the end when nowhere."""
    words = case.marks.words
    cues = case.marks.cues.get("agenda", ())
    return next((c.start for c in cues if any(w.folded == "y" for w in words[c.start : c.end])), len(words))


def _doing(case: Case) -> int:
    """Where « où » or « quand » asks where or when to do something: « quand rendre les pouvoirs pour l’AG ? »."""
    m, lexicon = case.marks, case.knowledge.lexicon
    ends = sorted(c.start + 1 for ask in ("when", "where", "hour", "how") for c in m.cues.get(ask, ()))
    for end in ends:
        for at in range(end, min(end + _BETWEEN, len(m.words))):
            word = m.words[at]
            if word.breaks:
                break
            verb = lexicon.is_verb(word.folded) or word.stem in lexicon.sending
            if verb and word.folded.endswith(_INFINITIVES):
                return at
    return len(m.words)


def _is_there(case: Case, at: int) -> bool:
    """« où est la garderie de l’AG ? », « à quelle heure ouvre la consigne aux Rencontres ? »: where or when is it?"""
    m = case.marks
    before = m.words[at - 1].folded if at else ""
    cues = [c for ask in ("when", "where", "hour") for c in m.cues.get(ask, ()) if c.end < at]
    asked = any(w.folded in _WHERE_OR_WHEN for c in cues for w in m.words[c.start : c.end])
    return asked and before in _THE and any(at + 1 < e.start and m.clause(e.start) == m.clause(at) for e in m.events)


def _is_thing(case: Case, at: int, permission: int, doing: int) -> bool:
    """Is it a noun of which nothing is said, and no place one goes to?"""
    m, lexicon = case.marks, case.knowledge.lexicon
    word, first = m.words[at], at
    while first and m.words[first].joined:  # « un sauf-conduit »
        first -= 1
    before = m.words[first - 1].folded if first else ""
    clauses = {m.clause(e.start) for e in m.events} | ({m.clause(permission)} if permission < len(m.words) else set())
    if word.kind != "word" or word.breaks or m.clause(at) not in clauses:
        return False
    if word.stem in lexicon.light | case.said_of_them or before in _ONESELF:
        return False
    if before in _LIKE and (first < 2 or m.words[first - 2].folded not in ("quoi", "besoin")):
        return False
    if case.fit >= _TOLD and case.topic_holds([at]):
        return False
    sent = doing < len(m.words) and m.words[doing].stem in lexicon.sending  # « où envoyer ma procuration ? »
    if word.stem in lexicon.travel and not sent:
        return False
    if before in _TOWARDS and (word.capital or before == "chez"):
        return False
    if before == "en" and case.knowledge.event_texts.rarity(word.stem):  # « venir en métropole »
        return False
    several = before == "les" and word.folded[-1] in "sx"  # « les pouvoirs »: no verb
    object_of = before in ("le", "la", "l") and first == doing + 2  # « remettre le visa »
    verb = lexicon.only_verb(word) or (lexicon.is_verb(word.folded) and word.folded.endswith(_INFINITIVES))
    return several or object_of or before in lexicon.around_words["before_a_noun"] or not verb
