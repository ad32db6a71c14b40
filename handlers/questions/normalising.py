"""Text as typed → words that can be compared, each remembering how it was written.

Folding loses what tells « ça » from « CA » and « La Réunion » from a meeting, so every word keeps its original.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import simplemma
import snowballstemmer
import yaml

LONGEST = 1000  # characters read of one message: nobody asks longer, and the work stays bounded
MOST_WORDS = 120

_PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "′": "'",
        "´": "'",
        "`": "'",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "ß": "ss",
        "\u00ad": "",
        "\u200b": "",
        "\u200c": "",
        "\u200d": "",
        "\u2060": "",
        "\ufeff": "",
    }
)
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PHONE = r"(?:\+|00)\d{1,3}[ .-]?(?:\(0\)[ .-]?)?\d(?:[ .-]?\d{2,3}){3,5}|\b0\d(?:[ .-]?\d{2}){4}\b"
_WORDS = re.compile(
    rf"(?P<mixed>\b2m(?:ain|1)\b)|(?P<email>{_EMAIL})|(?P<phone>{_PHONE})|(?P<initials>(?:[^\W\d_]\.){{2,6}}(?!\w))"
    r"|(?P<date>\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?\b)"
    r"|(?P<hour>\b\d{1,2}\s?h(?:\s?\d{2})?\b|\b\d{1,2}:\d{2}\b)"
    r"|(?P<ordinal>\b\d{1,3}\s?(?:ers?|ère|ere|e|ème|eme|è|nd|nde)\b)|(?P<number>\d+)|(?P<word>[^\W\d_]+)|(?P<mark>[?!.,;:\n()«»\"]+)",
    re.IGNORECASE,
)
_SIGNS = (
    (re.compile(r"\bn[°º]\s?", re.IGNORECASE), "numéro "),
    (re.compile(r"(?<=\s)[+&](?=\s)"), "et"),
    (re.compile(r"\s(?:virgule|deux points|point virgule)(?=\s)", re.IGNORECASE), ","),
    (re.compile(r"\spoint d'interrogation\b", re.IGNORECASE), " ?"),
)
_KEPT = {
    "où": "où",
    "dès": "dès",
    "ça": "cela",
    "çà": "cela",
    "cé": "cest",
    "sûr": "sûr",
    "sûre": "sûr",
    "sûrs": "sûr",
}  # an accent that tells two words apart is kept
_AUXILIARIES = frozenset(("avoir", "être", "faire", "pouvoir", "devoir", "vouloir", "savoir", "falloir"))
_stemmer = snowballstemmer.stemmer("french")


@functools.lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Lower case without accents or typographic variants; ligatures are opened."""
    flat = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(c for c in flat if not unicodedata.combining(c)).translate(_PLAIN).lower()


@functools.lru_cache(maxsize=100_000)
def stem(folded: str) -> str:
    """The stem of a folded French word, the same for both genders; short words stay as they are."""
    families = _families()
    if folded in families:
        return families[folded]
    if folded.endswith("s") and folded[:-1] in families:
        return families[folded[:-1]]
    if len(folded) < 4 or len(folded) > 40:
        return folded
    if len(folded) > 4 and not folded.endswith("s"):
        lemma = simplemma.lemmatize(folded, lang="fr")  # « rejoint » as « rejoindre », which a stemmer cannot know
        if lemma.endswith(("re", "ir")) and lemma not in _AUXILIARIES:
            folded = fold(lemma)
    if len(folded) > 5 and folded.endswith("us"):
        folded = folded[:-1]  # « débattus » as « débattu »
    return str(_stemmer.stemWord(folded))


@functools.cache
def _families() -> dict[str, str]:
    """Words that share a stem although the stemmer does not see it, from `lexicon/families.yaml`."""
    path = Path(__file__).parent / "lexicon" / "families.yaml"
    families: dict[str, list[str]] = yaml.safe_load(path.read_text("utf-8"))["families"]
    return {fold(word): fold(head) for head, words in families.items() for word in (head, *words)}


def in_family(folded: str) -> bool:
    """Is it a word whose family is known?"""
    return folded in _families() or (folded.endswith("s") and folded[:-1] in _families())


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `kind` is word, number, ordinal, date, hour, phone or email; `breaks` when a mark stands before it."""

    text: str
    folded: str
    stem: str
    kind: str = "word"
    breaks: bool = False
    asked: bool = False  # a question mark follows
    joined: bool = False  # an apostrophe or hyphen ties it to the word before
    written: str = ""  # how it was typed, when spelling was put right

    @property
    def capital(self) -> bool:
        """Was it written with a capital?"""
        return self.text[:1].isupper()

    @property
    def upper(self) -> bool:
        """Was it written in capitals, as abbreviations are?"""
        return len(self.text) > 1 and self.text.isupper()

    def respelled(self, folded: str) -> "Word":
        """The same word with its spelling put right."""
        return Word(
            self.text,
            folded,
            stem(folded),
            self.kind,
            self.breaks,
            self.asked,
            self.joined,
            self.written or self.folded,
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A message as words. `shouted` when it is all in capitals, so that they tell nothing."""

    words: tuple[Word, ...]
    shouted: bool

    def __len__(self) -> int:
        return len(self.words)


def read_words(text: str) -> Text:
    """The words of a message, the first thousand characters of it; never fails."""
    words: list[Word] = []
    breaks, end = False, -1
    text = unicodedata.normalize("NFC", text[:LONGEST]).translate(_PLAIN)
    for sign, meant in _SIGNS:
        text = sign.sub(meant, text)
    for match in _WORDS.finditer(text):
        kind = match.lastgroup or "word"
        piece = match.group()
        if kind == "mark":
            breaks = True
            if "?" in piece and words:
                words[-1] = _with_question_mark(words[-1])
            continue
        if len(words) == MOST_WORDS:
            break
        if kind == "mixed":  # « 2main »
            kind = "word"
        elif kind == "initials":
            kind, piece = "word", piece.replace(".", "").upper()
        folded = _KEPT.get(piece.lower()) or fold(piece)
        joined = match.start() - end == 1 and text[end] in "'-" if 0 <= end < len(text) else False
        words.append(Word(piece, folded, stem(folded) if kind == "word" else folded, kind, breaks, joined=joined))
        breaks, end = False, match.end()
    letters = [word for word in words if word.kind == "word"]
    shouted = sum(map(len, (w.text for w in letters))) > 6 and all(w.text.isupper() for w in letters)
    return Text(tuple(words), shouted)


def _with_question_mark(word: Word) -> Word:
    return Word(word.text, word.folded, word.stem, word.kind, word.breaks, True, word.joined, word.written)


def stems(text: str) -> tuple[str, ...]:
    """The stems of a phrase of data, in order."""
    return tuple(word.stem for word in read_words(text).words)
