"""The words of the language, read from YAML that anybody can extend: cues, spellings, stop words, first names."""

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from handlers.questions.french import is_french
from handlers.questions.normalising import Word, fold, in_family, read_words, stem
from handlers.questions.phrases import Phrases


@dataclass(frozen=True)
class Lexicon:
    """What the language files say, ready for use."""

    cues: Phrases
    absent: Phrases
    acts: Phrases
    foreign: Phrases
    commands: Phrases
    labels: Mapping[str, str]  # for each absent attribute how it is named in an answer
    absent_of: Mapping[str, str]  # for each what it is asked of: "place", "person", or empty
    copulas: frozenset[str]
    oneself: frozenset[str]
    spellings: Mapping[str, tuple[str, ...]]
    idioms: Phrases  # turns of phrase; each one's name is the plain words for it
    preambles: Phrases  # politeness before and after a question
    presenting: Phrases  # who one is, said before the question
    whole: Phrases  # acts that are acts only when nothing else is said
    stop: frozenset[str]
    common: frozenset[str]
    given_names: frozenset[str]
    family_names: frozenset[str]  # common ones, whoever bears them
    gatherings: frozenset[str]  # stems of nouns for things that take place
    kin: tuple[frozenset[str], ...]  # stems of gatherings that people take one for another
    documents: frozenset[str]  # stems of what a document may be called
    lesser: frozenset[str]
    sending: frozenset[str]  # stems of verbs by which something is sent to somebody
    calendars: frozenset[str]  # stems of words for an agenda as well as for the phases
    leaving: frozenset[str]  # stems: one is there until that day
    men: frozenset[str]  # folded words that say no more of somebody than that it is a man, or a woman
    women: frozenset[str]
    meeting: frozenset[str]  # stems of verbs: several come together
    mislaying: frozenset[str]  # folded words: what one has done with a message that is gone
    returning: frozenset[str]  # stems: one is there from that day on
    missing: frozenset[str]  # stems: what is on while one is not there
    territories: frozenset[str]  # stems of what is governed by others
    areas: frozenset[str]  # stems of what is called by its town
    answering: Phrases  # « qui n’a pas répondu ? »: who has not answered, and who has
    asked_to_answer: frozenset[str]  # stems of those of whom that is asked
    polls: frozenset[str]  # stems of what people answer to
    closing: frozenset[str]  # stems: until when it may be answered
    settling: frozenset[str]  # words with which one asks to be told yes or no: « ok ? », « c’est ça ? »
    genderless: frozenset[str]
    feminine: tuple[str, ...]  # endings
    all_phases: frozenset[str]  # stems
    leaders: frozenset[str]  # folded words for whoever is at the head
    leading: tuple[str, ...]  # stems of the offices that are at the head, the highest first
    general: frozenset[str]  # those that name no event in particular
    offices: frozenset[str]  # stems of functions people hold
    travel: frozenset[str]
    around_words: Mapping[str, frozenset[str]]  # what stands around « ou », « ca », « lieu » and tells what they are
    words: frozenset[str]  # every word of these files, folded
    verbs: frozenset[str]  # folded forms
    light: frozenset[str]  # stems that tell little about what is asked
    around: frozenset[str]  # stems of words for the undertaking as a whole: it is always what is spoken of

    def knows(self, word: Word) -> bool:
        """Is this a word of the language, in the plural or the feminine too, so that it needs no correction?"""
        folded = word.folded
        forms = {folded, folded.removesuffix("s"), folded.removesuffix("x"), folded.removesuffix("e")}
        forms |= {folded[:-2]} if folded.endswith("es") and not folded.endswith("ees") else set()
        return in_family(folded) or not forms.isdisjoint(self.words)

    def is_verb(self, folded: str) -> bool:
        """Is it a form of a verb?"""
        return folded in self.verbs or folded.removesuffix("s") in self.verbs

    def only_verb(self, word: Word) -> bool:
        """Is it a form of a verb, and no noun that we know?"""
        return self.is_verb(word.folded) and word.folded not in self.common and word.stem not in self.gatherings

    @functools.cached_property
    def vocabulary(self) -> frozenset[str]:
        """The stems that cues are made of."""
        return frozenset(
            self.cues.words
            | {stem(word) for word in self.absent.words | self.acts.words}
            | self.gatherings
            | self.offices
            | self.travel
        )

    @functools.cached_property
    def asking_words(self) -> tuple[str, ...]:
        """The short words that questions are made of, in full."""
        return self._short

    _short: tuple[str, ...] = ()
    gathering_words: frozenset[str] = frozenset()  # the nouns for things that take place, in full

    @functools.cached_property
    def spoken(self) -> tuple[str, ...]:
        """The words, in full, that a misspelt word may have been."""
        return self._spoken

    _spoken: tuple[str, ...] = ()


@functools.cache
def french() -> Lexicon:
    """The lexicon of the package, read once; the dictionary beside it is loaded with it, so that no question waits."""
    is_french("français")
    return build(
        *(yaml.safe_load(p.read_text("utf-8")) for p in sorted((Path(__file__).parent / "lexicon").glob("*.yaml")))
    )


def build(*files: Mapping[str, Any]) -> Lexicon:
    """One lexicon from several files; lists of the same name are joined."""
    merged: dict[str, Any] = {}
    for content in files:
        for section, value in content.items():
            if isinstance(value, list):
                merged.setdefault(section, []).extend(value)
            else:
                into = merged.setdefault(section, {})
                for name, more in value.items():
                    if isinstance(more, list):
                        into.setdefault(name, []).extend(more)
                    else:
                        into[name] = more
    absent = {name: entry["phrases"] for name, entry in merged["absent"].items()}
    phrases = [*itertools.chain.from_iterable(merged["cues"].values())]
    spoken = {
        word.folded for phrase in phrases for word in read_words(phrase.replace("|", " ").replace("?", " ")).words
    }
    spoken |= {fold(word) for word in [*merged["gatherings"], *merged["offices"], *merged["respelled"]]}
    spoken |= {word for word in _words(merged["stop"]) if len(word) > 5}
    rare = itertools.chain.from_iterable(absent.values())
    spoken |= {
        word.folded for phrase in rare for word in read_words(phrase.replace("|", " ")).words if len(word.text) > 6
    }
    spoken |= {fold(word) for head, words in merged["families"].items() if fold(head) in spoken for word in words}
    verbs = frozenset(_forms(merged["verbs_er"], ["e", *merged["endings_er"]], merged["verbs"]))
    texts = [
        *phrases,
        *itertools.chain.from_iterable(absent.values()),
        *merged["foreign"],
        *merged["commands"],
        *merged["preambles"],
    ]
    texts += [text for group in ("acts", "whole") for texts_of in merged[group].values() for text in texts_of]
    lists = ("gatherings", "offices", "travel", "around", "light", "respelled", "stop", "common")
    known = {word.folded for text in texts for word in read_words(text.replace("|", " ").replace("?", " ")).words}
    known |= {word for name in lists for word in _words(merged[name])} | verbs
    return Lexicon(
        cues=Phrases(merged["cues"]),
        absent=Phrases(absent, exact=True),
        acts=Phrases(merged["acts"], exact=True),
        idioms=Phrases(_by_meaning(merged["idioms"]), exact=True),
        preambles=Phrases({"preamble": merged["preambles"]}, exact=True),
        presenting=Phrases({"presenting": merged["presenting"]}, exact=True),
        whole=Phrases(merged["whole"], exact=True),
        commands=Phrases({"commands": merged["commands"]}, exact=True),
        foreign=Phrases({"foreign": merged["foreign"]}, exact=True),
        labels={name: entry["label"] for name, entry in merged["absent"].items()},
        absent_of={name: str(entry.get("of", "")) for name, entry in merged["absent"].items()},
        copulas=frozenset(_words(merged["copulas"])),
        oneself=frozenset(_words(merged["oneself"])),
        spellings={fold(k): tuple(str(v).split()) for k, v in merged["spellings"].items()},
        stop=frozenset(_words(merged["stop"])),
        common=frozenset(_words(merged["common"])),
        given_names=frozenset(_words(merged["given_names"])),
        family_names=frozenset(_words(merged["family_names"])),
        gatherings=frozenset(stem(word) for word in _words(merged["gatherings"])),
        kin=tuple(frozenset(stem(fold(word)) for word in group) for group in merged["kin"]),
        documents=frozenset(stem(word) for word in _words(merged["documents"]) if len(word) > 2),
        lesser=frozenset(_words(merged["lesser"])),
        calendars=frozenset(stem(word) for word in _words(merged["calendars"])),
        leaving=frozenset(stem(word) for word in _words(merged["leaving"])),
        men=frozenset(_words(merged["men"])),
        women=frozenset(_words(merged["women"])),
        meeting=frozenset(stem(word) for word in _words(merged["meeting"])),
        mislaying=frozenset(_words(merged["mislaying"])),
        returning=frozenset(stem(word) for word in _words(merged["returning"])),
        missing=frozenset(stem(word) for word in _words(merged["missing"])),
        sending=frozenset(stem(word) for word in _words(merged["sending"])),
        territories=frozenset(stem(word) for word in _words(merged["territories"])),
        areas=frozenset(stem(word) for word in _words(merged["areas"])),
        answering=Phrases({"silent": merged["silent"], "answered": merged["answered"]}),
        asked_to_answer=frozenset(stem(word) for word in _words(merged["answering"])),
        polls=frozenset(stem(word) for word in _words(merged["polls"])),
        closing=frozenset(stem(word) for word in _words(merged["closing"])),
        settling=frozenset(_words(merged["settling"])),
        genderless=frozenset(_words(merged["genderless"])),
        feminine=tuple(_words(merged["feminine"])),
        all_phases=frozenset(stem(word) for word in _words(merged["all_phases"])),
        leaders=frozenset(_words(merged["leaders"])),
        leading=tuple(stem(word) for word in _words(merged["leading"])),
        general=frozenset(stem(word) for word in _words(merged["general"])),
        offices=frozenset(stem(word) for word in _words(merged["offices"])),
        travel=frozenset(stem(word) for word in _words(merged["travel"])),
        around_words={name: frozenset(_kept(lines)) for name, lines in merged["around_words"].items()},
        words=frozenset(known),
        verbs=verbs,
        light=frozenset(stem(word) for word in _words(merged["light"])),
        around=frozenset(stem(word) for word in _words(merged["around"])),
        _spoken=tuple(sorted(word for word in spoken if len(word) >= 4)),
        _short=tuple(sorted(word for word in {*spoken, *_said(merged)} if len(word) > 2)),
        gathering_words=frozenset(_words(merged["gatherings"])),
    )


def _said(merged: Mapping[str, Any]) -> Iterator[str]:
    """The words of politeness, in full."""
    groups = (merged["preambles"], *merged["acts"].values(), *merged["whole"].values())
    for phrase in itertools.chain.from_iterable(groups):
        yield from (word.folded for word in read_words(str(phrase).replace("|", " ").replace("?", " ")).words)


def _by_meaning(turns: Mapping[str, str]) -> dict[str, list[str]]:
    """The turns of phrase that each plain wording stands for."""
    found: dict[str, list[str]] = {}
    for turn, plain in turns.items():
        found.setdefault(plain, []).append(turn)
    return found


def _forms(regular: Iterable[str], endings: Sequence[str], others: Iterable[str]) -> Iterator[str]:
    """Every form of the verbs, the regular ones conjugated by rule; a form too many does no harm."""
    for infinitive in _words(regular):
        root = infinitive.removesuffix("er")
        for ending in endings if infinitive.endswith("er") else ("",):
            yield root + ending
        if root.endswith("g"):
            yield from (root + "eait", root + "eons")
        if root.endswith("y"):
            yield from (root[:-1] + "ie" + ending for ending in ("", "s", "nt", "ra", "ront"))
    yield from _words(others)


def _kept(lines: Iterable[str]) -> Iterator[str]:
    """Words as the text has them: « où » keeps its accent."""
    for line in lines:
        yield from (word.folded for word in read_words(str(line)).words)


def _words(lines: Iterable[str]) -> Iterator[str]:
    """Lists of words may be written several to a line."""
    for line in lines:
        yield from (fold(word) for word in str(line).replace("-", " ").replace("'", " ").split())
