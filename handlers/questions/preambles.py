"""The politeness around a question: what goes before it and after it is taken off before anything is recognised."""

from dataclasses import replace

from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import Text

_LONGEST_WISH = 10  # words before what is wished


def core_of(text: Text, lexicon: Lexicon) -> Text:
    """The question without the politeness around it; the whole message when that is all there is."""
    first, last = _after_the_wish(text, lexicon), len(text.words)
    spans = lexicon.preambles.find(text.words)
    for span in spans:
        first = span.end if span.start == first else first
    for span in reversed(spans):
        last = span.start if span.end == last and span.start >= first else last
    asked = any(word.asked for word in text.words)
    core = text.words[first:last]
    whole = any(act.end - act.start == len(core) for act in lexicon.whole.find(core))  # « bonjour, répète »
    said = whole or any(word.folded not in lexicon.stop for word in core)
    if not said and not asked and first + len(text.words) - last:
        return text
    if not core:
        return text
    if asked and not any(word.asked for word in core):  # the mark stood behind the « svp »
        core = (*core[:-1], replace(core[-1], asked=True))
    return Text(tuple(core), text.shouted)


def _after_the_wish(text: Text, lexicon: Lexicon) -> int:
    """Where what is wished begins: « notre conseil d’administration souhaiterait connaître le calendrier »."""
    words, around = text.words, lexicon.around_words
    for at in range(1, min(_LONGEST_WISH, len(words) - 2)):
        before = {w.folded for w in words[:at]}
        if words[at].breaks or not before.isdisjoint(around["asking"]):
            return 0
        told_me = words[at - 1].folded in ("me", "m", "nous")  # « mon CA me demande la date de l’AG »
        if words[at].folded in around["wishing"] and told_me and words[at + 1].folded in ("la", "le", "les", "l"):
            return at + 1
        if words[at].folded in around["wishing"] and words[at + 1].folded in around["after_wishing"]:
            return at + 1 + (words[at + 1].folded in around["knowing"])
    return 0
