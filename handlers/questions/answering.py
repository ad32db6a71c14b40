"""A reading and what is known → the answer: what was asked, only that, and « je ne sais pas » otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dates import left as time_left
from handlers.messages import Button, plain
from handlers.questions import wording as w
from handlers.questions.clauses import clauses
from handlers.questions.facts import ContactFact, EventFact, Source
from handlers.questions.knowledge import Knowledge, handle
from handlers.questions.memory import Memory
from handlers.questions.deciding import read
from handlers.questions.reading import Reading
from storage.agenda import Precision, Status

_LONGEST_LIST = 8
_SHORT = timedelta(26)  # a period so short that what is only known to the month may well be outside of it
SP, NB = w.SP, w.NB


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back. `understood` is false when nothing fitted or the thing asked is not known here."""

    body: str
    buttons: tuple[tuple[Button, ...], ...]
    memory: Memory
    reading: Reading
    understood: bool = True
    contact: ContactFact | None = None
    sources: tuple[Source, ...] = ()

    @property
    def text(self) -> str:
        """The answer with where it comes from."""
        lines = dict.fromkeys(line for line in map(w.source_line, self.sources) if line)
        return "\n\n".join((self.body, *lines))


def answer(text: str, memory: Memory, knowledge: Knowledge, now: datetime, zone: ZoneInfo) -> Answer:
    """Answer one message. `now` is an aware instant; dates are those of `zone`, where the asker lives."""
    today = now.astimezone(zone).date()
    parts: list[Answer] = []
    for clause in clauses(text, knowledge, today):
        reading = read(clause, memory, knowledge, today)
        part = tell(reading, memory, knowledge, now, zone)
        memory = part.memory
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    useful = [p for p in parts if p.understood] or parts[:1]
    missing = [p for p in parts if not p.understood and p.reading.intent != "unknown"]
    told = useful if useful == parts[:1] else [*useful, *missing]
    return Answer(
        "\n\n".join(dict.fromkeys(p.body for p in told)),
        tuple(dict.fromkeys(row for p in told for row in p.buttons)),
        memory,
        parts[-1].reading,
        all(p.understood for p in told),
        sources=tuple(dict.fromkeys(source for p in told for source in p.sources)),
    )


def tell(reading: Reading, memory: Memory, knowledge: Knowledge, now: datetime, zone: ZoneInfo) -> Answer:
    """The answer to what was read."""
    return _Telling(reading, memory, knowledge, now, zone).answer()


class _Telling:
    def __init__(self, reading: Reading, memory: Memory, knowledge: Knowledge, now: datetime, zone: ZoneInfo) -> None:
        self.reading = reading
        self.memory = memory
        self.knowledge = knowledge
        self.now = now
        self.zone = zone
        self.today = now.astimezone(zone).date()
        self.events = [knowledge.event[k] for k in reading.events if k in knowledge.event]
        self.contacts = [knowledge.contact[k] for k in reading.contacts if k in knowledge.contact]

    def answer(self) -> Answer:
        method = getattr(self, f"_{self.reading.intent}")
        made: Answer = method()
        return made

    def _say(
        self, text: str, *rows: tuple[Button, ...], understood: bool = True, source: Source | None = None, **memory: Any
    ) -> Answer:
        remembered = self.memory.about(**memory, intent=self.reading.intent) if memory else self.memory
        sources = (source,) if source is not None else ()
        return Answer(text, rows, remembered, self.reading, understood, sources=sources)

    def _unsure(self, text: str, *rows: tuple[Button, ...], **memory: Any) -> Answer:
        return self._say(text, *rows, understood=False, **memory)

    # ---- conversation ----------------------------------------------------------------------------------------

    def _empty(self) -> Answer:
        return self._unsure(w.EMPTY)

    def _act(self) -> Answer:
        texts = {
            "greeting": w.GREETING, "thanks": w.THANKS, "goodbye": w.GOODBYE, "help": w.HELP, "identity": w.IDENTITY,
            "insult": w.INSULT, "sorry": w.SORRY, "test": w.TEST, "laugh": w.LAUGH, "yes": w.YES, "no": w.NO,
        }  # fmt: skip
        return self._say(texts[self.reading.said])

    def _unknown(self) -> Answer:
        return self._unsure(w.UNKNOWN)

    def _foreign(self) -> Answer:
        return self._unsure(w.FOREIGN)

    def _whose(self) -> Answer:
        return self._unsure(w.WHOSE, asks=self.reading.asks)

    def _which(self) -> Answer:
        return self._unsure(w.WHICH_EVENT, asks=self.reading.asks)

    # ---- people ----------------------------------------------------------------------------------------------

    def _owner_name(self, key: str) -> str:
        organisation = self.knowledge.organisation.get(key)
        return (organisation.abbreviation or organisation.name) if organisation else ""

    def _owner(self) -> Answer:
        if not self.contacts:
            return self._unsure("Ces coordonnées ne figurent pas dans l’annuaire que je connais.")
        lines = [f"C’est {w.person(c)}, {w.function_text(c, self._owner_name(c.organisation))}." for c in self.contacts]
        return self._say(
            "\n".join(lines), source=self.contacts[0].source, contacts=self._keys(), asks=("who",), events=()
        )

    def _keys(self) -> tuple[str, ...]:
        return tuple(c.key for c in self.contacts)

    def _contact(self) -> Answer:
        asks = self.reading.asks
        if len(self.contacts) > 1 and (set(asks) & {"phone", "email", "coordinates", "card"}) and not self._several():
            return self._choose()
        lines = [self._about(contact, asks) for contact in self.contacts]
        known = any(line for line, ok in lines if ok)
        text = "\n".join(line for line, _ in lines)
        wanted = tuple(a for a in asks if a in ("phone", "email", "coordinates"))
        made = self._say(
            text,
            *self._contact_buttons(asks),
            understood=known,
            source=self.contacts[0].source if known else None,
            contacts=self._keys(),
            organisation="",
            events=(),
            topic="",
            offers=(),
            asks=wanted or asks,
            wanted=wanted or self.memory.wanted,
        )
        return replace(made, contact=self.contacts[0]) if len(self.contacts) == 1 and wanted and known else made

    def _several(self) -> bool:
        """Were several people named, each by a name of their own?"""
        return self.reading.several

    def _choose(self) -> Answer:
        rows = tuple(
            (Button(label=c.name[:60], action=f"question:contact:{handle(c.key)}:{'-'.join(self.reading.asks[:2])}"),)
            for c in self.contacts[:_LONGEST_LIST]
        )
        names = ", ".join(f"{w.person(c)} ({plain(c.function)})" for c in self.contacts[:_LONGEST_LIST])
        return self._unsure(
            f"Plusieurs personnes correspondent{SP}: {names}. De qui s’agit-il{NB}?",
            *rows,
            offers=self._keys()[:_LONGEST_LIST],
            asks=self.reading.asks,
            contacts=(),
            events=(),
        )

    def _contact_buttons(self, asks: tuple[str, ...]) -> tuple[tuple[Button, ...], ...]:
        if len(self.contacts) != 1 or set(asks) & {"phone", "email", "coordinates", "card"}:
            return ()
        contact = self.contacts[0]
        if not (contact.phone or contact.email):
            return ()
        return ((Button(label="Ses coordonnées", action=f"question:contact:{handle(contact.key)}:coordinates"),),)

    def _about(self, contact: ContactFact, asks: tuple[str, ...]) -> tuple[str, bool]:
        """What was asked of one person, and whether any of it is known."""
        owner = self._owner_name(contact.organisation)
        name = w.person(contact)
        pieces, missing = [], []
        for ask in asks:
            if ask == "phone":
                if contact.phone:
                    pieces.append(contact.phone)
                else:
                    missing.append("le téléphone")
            elif ask == "email":
                if contact.email:
                    pieces.append(contact.email)
                else:
                    missing.append("l’adresse e-mail")
            elif ask in ("coordinates", "card"):
                pieces += [x for x in (contact.phone, contact.email) if x]
                if not pieces:
                    missing.append("les coordonnées")
        described = bool(set(asks) & {"role", "who", "card", "duty", "employer"})
        sentence = self._function_sentence(contact, owner) if described else ""
        if pieces:
            coordinates = " · ".join(plain(p) for p in pieces)
            head = f"{name}, {self._titles(contact)}" if described else name
            text = f"{head}{SP}: {coordinates}"
            if missing:
                text += f"\nJe n’ai pas {' ni '.join(missing)} de {name}."
            return text, True
        if missing and not (described and "card" in asks):
            return (
                f"Je n’ai pas {' ni '.join(missing)} de {name}{SP}: ce n’est pas dans les documents que je connais.",
                False,
            )
        return sentence, True

    def _titles(self, contact: ContactFact) -> str:
        offices = [
            f"{plain(function)}{f' ({plain(self._owner_name(owner))})' if owner else ''}"
            for function, owner in contact.offices
        ]
        return offices[0] if len(offices) == 1 else f"{', '.join(offices[:-1])} et {offices[-1]}"

    def _function_sentence(self, contact: ContactFact, owner: str) -> str:
        verb, ending = "est", ""
        if contact.former:
            verb, ending = "était", f" en {contact.as_of[:4]}"
        elif contact.as_of and contact.as_of[:4].isdigit() and int(contact.as_of[:4]) < self.today.year:
            verb, ending = "était", f" en {contact.as_of[:4]}, d’après le document de cette année-là"
        duties = ""
        if "duty" in self.reading.asks and contact.responsibilities:
            duties = f"{SP}: {plain(contact.responsibilities[0])}"
        return f"{w.person(contact)} {verb} {self._titles(contact)}{ending}{duties}."

    def _members(self) -> Answer:
        asks = self.reading.asks
        reachable = set(asks) & {"phone", "email", "coordinates"}
        lines = []
        for contact in self.contacts[:_LONGEST_LIST]:
            pieces = []
            if "phone" in asks or "coordinates" in asks:
                pieces.append(contact.phone)
            if "email" in asks or "coordinates" in asks:
                pieces.append(contact.email)
            told = " · ".join(plain(p) for p in pieces if p)
            lines.append(f"- {w.person(contact)}, {plain(contact.function)}" + (f"{SP}: {told}" if told else ""))
        if reachable and not any((c.phone or c.email) for c in self.contacts):
            return self._unsure(
                f"Je n’ai pas de coordonnées pour {w.bold(self._owner_name(self.reading.organisation))}."
            )
        owner = self._owner_name(self.reading.organisation)
        head = f"{w.bold(owner)}{SP}:" if owner else f"Vos interlocuteurs{SP}:"
        return self._say(
            "\n".join((head, "", *lines)),
            source=self.contacts[0].source,
            contacts=self._keys(),
            organisation=self.reading.organisation,
            asks=asks,
            events=(),
        )

    def _near(self) -> Answer:
        said = w.quoted(self.reading.said)
        rows = tuple(
            (
                Button(
                    label=f"{c.name[:60]}", action=f"question:contact:{handle(c.key)}:{'-'.join(self.reading.asks[:2])}"
                ),
            )
            for c in self.contacts
        )
        names = " ou ".join(w.person(c) for c in self.contacts)
        return self._unsure(
            f"Je ne connais personne de ce nom ({said}). Vouliez-vous dire {names}{NB}?",
            *rows,
            offers=self._keys(),
            asks=self.reading.asks,
        )

    def _stranger(self) -> Answer:
        return self._unsure(
            "Je ne connais pas cette personne ou cet organisme dans l’annuaire du réseau. Vérifiez le nom, ou donnez-moi une fonction."
        )

    def _vacant(self) -> Answer:
        return self._unsure(
            f"Je ne sais pas qui est {w.quoted(self.reading.said)}{SP}: ce n’est pas dans les documents que je connais."
        )

    def _absent(self) -> Answer:
        labels = [self.knowledge.lexicon.labels.get(name, "") for name in self.reading.absent]
        labels = [label for label in labels if label]
        target = w.bold(self.events[0].name) if self.events else ""
        if self.contacts:
            target = w.person(self.contacts[0])
        elif self.reading.organisation:
            target = w.bold(self._owner_name(self.reading.organisation))
        if "contact" in self.reading.absent:
            labels = ["de coordonnées"]
            return self._unsure(
                f"Je n’ai pas de coordonnées{f' pour {target}' if target else ''} dans ce que je connais."
            )
        what = " ni ".join(dict.fromkeys(labels)) or w.GENERIC_ABSENT
        about = f" ({target})" if target else ""
        return self._unsure(
            f"Je n’ai pas {what}{about}{SP}: ce n’est pas indiqué dans les documents que je connais.",
            **(
                {"events": self.reading.events}
                if self.reading.events
                else {"contacts": self._keys()}
                if self.contacts
                else {}
            ),
        )

    # ---- meanings and documents ------------------------------------------------------------------------------

    def _meaning(self) -> Answer:
        term = self.knowledge.term.get(self.reading.term)
        organisation = self.knowledge.organisation.get(self.reading.organisation)
        lines = []
        source = None
        if term is not None:
            lines.append(f"{w.bold(term.term)}{SP}: {plain(term.meaning)}.")
            source = term.source
        if organisation is not None:
            if term is None:
                full = f"{w.bold(organisation.abbreviation or organisation.name)}"
                if organisation.abbreviation and organisation.abbreviation != organisation.name:
                    full += f"{SP}: {plain(organisation.name)}"
                lines.append(f"{full}.")
            if organisation.description and not lines[-1].endswith(organisation.description):
                lines.append(plain(organisation.description))
            source = source or organisation.source
        if not lines:
            return self._unknown()
        return self._say(
            "\n".join(lines),
            source=source,
            term=self.reading.term,
            organisation=self.reading.organisation,
            events=(),
            contacts=(),
        )

    def _topic(self) -> Answer:
        topic = self.knowledge.topic[self.reading.topic]
        contacts = tuple(topic.details.get("contacts", ()))
        return self._say(
            topic.body.replace("\n\n", "\n\n"),
            source=topic.source,
            topic=topic.key,
            events=self.reading.events or tuple(topic.details.get("events", ()))[:1],
            contacts=contacts,
            asks=(),
            organisation="",
        )

    def _source(self) -> Answer:
        facts: Sequence[EventFact | ContactFact] = [*self.events, *self.contacts]
        topic = self.knowledge.topic.get(self.reading.topic)
        source = facts[0].source if facts else topic.source if topic else Source()
        line = w.source_line(source)
        return self._say(line or "Je ne sais pas d’où vient cette information.", understood=bool(line))

    # ---- events ----------------------------------------------------------------------------------------------

    def _event(self) -> Answer:
        asks = self.reading.asks
        if not self.events:
            return self._unknown()
        texts, known = [], []
        for event in self.events[:3]:
            text, ok = self._event_text(event, asks)
            texts.append(text)
            known.append(ok)
        return self._say(
            "\n\n".join(texts),
            *self._event_buttons(asks),
            understood=any(known),
            source=self.events[0].source if any(known) else None,
            events=tuple(e.key for e in self.events),
            contacts=(),
            topic="",
            organisation="",
            asks=asks,
            offers=(),
            region=self.events[0].region,
        )

    def _event_buttons(self, asks: tuple[str, ...]) -> tuple[tuple[Button, ...], ...]:
        return ()

    def _event_text(self, event: EventFact, asks: tuple[str, ...]) -> tuple[str, bool]:
        """What was asked of one event, and whether any of it is known."""
        if not asks:
            asks = ("when", "where") if event.place or event.remote else ("when",)
        told = [self._told(event, ask) for ask in asks]
        named = any(ask in ("when", "left", "length") for ask in asks)
        lines = [text for text, _ in told if text]
        lines = list(dict.fromkeys(lines))
        if not named and lines and not lines[0].startswith("**"):
            lines[0] = f"{w.bold(event.name)}{SP}: {lines[0]}"
        if lines and asks == ("when",) and self._not_fixed(event):
            lines.append(self._not_fixed(event))
        return "\n".join(lines), any(ok for _, ok in told)

    def _not_fixed(self, event: EventFact) -> str:
        if "date" in event.details.get("undetermined", ()):
            return plain(str(event.details.get("undetermined_text", "")))
        return ""

    def _told(self, event: EventFact, ask: str) -> tuple[str, bool]:
        over = w.is_over(event, self.today)
        if ask == "when":
            return w.when_line(event, self.today, self.zone), True
        if ask == "left":
            text = time_left(event, self.now, self.zone)
            return f"{w.when_line(event, self.today, self.zone)}{f' C’est {text}.' if text else ''}", True
        if ask in ("where", "address"):
            return self._where(event, over, exact=ask == "address")
        if ask == "remote":
            return self._remote(event)
        if ask == "how":
            return self._how(event)
        if ask == "hour":
            if event.precision == Precision.MINUTE:
                return w.when_line(event, self.today, self.zone), True
            return "l’heure n’est pas précisée dans les documents que je connais.", False
        if ask == "length":
            told = event.details.get("duration")
            if told:
                return f"{w.bold(event.name)}{SP}: {plain(str(told))}.", True
            return w.when_line(event, self.today, self.zone), True
        if ask == "status":
            return self._status(event, over)
        if ask == "audience":
            told = event.details.get("audience_text")
            return (
                (f"{plain(str(told))}.", True)
                if told
                else ("je ne sais pas à qui il s’adresse, ce n’est pas précisé.", False)
            )
        if ask == "organiser":
            told = event.details.get("organiser")
            return (f"{plain(str(told))}.", True) if told else ("l’organisateur n’est pas précisé.", False)
        if ask in ("programme", "purpose", "what"):
            pieces = [plain(event.description)] if event.description else []
            if ask == "programme" and event.details.get("programme"):
                pieces.append("\n".join(f"- {plain(str(item))}" for item in event.details["programme"]))
            if not pieces:
                return "le programme n’est pas précisé dans les documents que je connais.", False
            return "\n".join(pieces), True
        return "", False

    def _where(self, event: EventFact, over: bool, *, exact: bool) -> tuple[str, bool]:
        if event.remote:
            text = "à distance"
            if event.place:
                text = f"{w.place_text(event)} et à distance"
            extra = self._not_fixed(event)
            return f"{text}.{f' {extra}' if extra else ''}", True
        if event.place:
            address = " L’adresse exacte n’est pas précisée." if exact else ""
            return f"{w.place_text(event)}.{address}", True
        told = event.details.get("undetermined_text")
        if told:
            return plain(str(told)), True
        parent = self.knowledge.event.get(event.parent)
        return "le lieu n’est pas précisé dans les documents que je connais.", True

    def _how(self, event: EventFact) -> tuple[str, bool]:
        pieces = [plain(event.description)] if event.description else []
        if event.remote:
            pieces.insert(0, "à distance.")
        if extra := str(event.details.get("undetermined_text", "")):
            pieces.append(plain(extra))
        return (
            (" ".join(pieces), True) if pieces else ("ce n’est pas précisé dans les documents que je connais.", False)
        )

    def _remote(self, event: EventFact) -> tuple[str, bool]:
        if event.remote:
            extra = self._not_fixed(event)
            return f"à distance.{f' {extra}' if extra else ''}", True
        if event.description and ("présentiel" in event.description or "distance" in event.description):
            return plain(event.description), True
        if event.place:
            return f"{w.place_text(event)}. Une participation à distance n’est pas indiquée.", True
        return "ce n’est pas précisé dans les documents que je connais.", False

    def _status(self, event: EventFact, over: bool) -> tuple[str, bool]:
        date_text = w.when_line(event, self.today, self.zone)
        if event.status == Status.CANCELLED:
            return date_text, True
        if event.status == Status.MOVED:
            return date_text, True
        if over:
            return date_text, True
        return f"{date_text} Je n’ai connaissance d’aucun report ni d’aucune annulation.", True

    def _unheard(self) -> Answer:
        if self.events and self.reading.period is not None:
            return self._unsure(
                f"Je ne connais pas cette date pour {w.bold(_plain_name(self.events[0]))}{SP}: ce n’est pas dans l’agenda que j’ai."
            )
        said = w.quoted(self.reading.said) if self.reading.said else "cet événement"
        return self._unsure(f"Je ne connais pas {said}{SP}: ce n’est pas dans l’agenda que j’ai.")

    # ---- phases ----------------------------------------------------------------------------------------------

    def _phase(self) -> Answer:
        asks = self.reading.asks
        if not self.events:
            if self.reading.number:
                return self._unsure(
                    f"Il n’y a pas de phase {self.reading.number}{SP}: la démarche en compte {len(self.knowledge.phases)}."
                )
            return self._say("Aucune phase n’est en cours ni prévue à ce moment-là.")
        if "all" in asks:
            lines = [f"- {plain(p.name)} ({w.month_span(p)})" for p in self.events]
            head = (
                f"La démarche compte {len(self.events)} phases{SP}:"
                if len(self.events) == len(self.knowledge.phases)
                else f"Les phases{SP}:"
            )
            return self._say(
                "\n".join((head, "", *lines)), source=self.events[0].source, events=(), asks=("all",), contacts=()
            )
        event = self.events[0]
        lines = []
        for event in self.events[:2]:
            lead = {"now": "Nous en sommes à la ", "next": "Prochaine étape, "}.get(asks[0] if asks else "", "")
            period = f"en {w.month_span(event)}"
            verb = "c’était " if w.is_over(event, self.today) else ""
            name = w.bold(event.name)
            if lead.startswith("Nous"):
                text = f"Étape en cours{SP}: {name} ({w.month_span(event)})."
            elif lead:
                text = f"Prochaine étape{SP}: {name}, {period}."
            else:
                text = f"{name}{SP}: {verb}{period}."
            lines.append(text)
            if set(asks) & {"what", "programme", "purpose", "now", "how"} or not asks:
                lines.append(plain(event.description))
            if set(asks) & {"programme", "how"} and event.details.get("programme"):
                lines += [f"- {plain(str(item))}" for item in event.details["programme"]]
            if "audience" in asks and event.details.get("audience_text"):
                lines.append(plain(str(event.details["audience_text"])))
            if "next" in asks and (first := self._first_of(event)):
                lines.append(f"Elle commence par{SP}: {w.when_line(first, self.today, self.zone)}")
        return self._say(
            "\n".join(lines),
            source=self.events[0].source,
            events=tuple(e.key for e in self.events[:2]),
            contacts=(),
            topic="",
            asks=tuple(a for a in asks if a not in ("now", "next", "all")),
        )

    def _first_of(self, phase: EventFact) -> EventFact | None:
        dated = [
            e
            for e in self.knowledge.children.get(phase.key, ())
            if e.precision != Precision.MONTH and e.starts_on >= self.today
        ]
        return dated[0] if dated else None

    # ---- agenda ----------------------------------------------------------------------------------------------

    def _listed(self) -> list[EventFact]:
        """What the agenda has for the period and region: the general entry rather than its regional parts."""
        reading = self.reading
        found = []
        for event in self.knowledge.events:
            if event.position is not None or (event.status == Status.CANCELLED and False):
                continue
            if reading.region:
                if reading.region not in event.regions:
                    continue
            elif self.knowledge.is_part(event):
                continue
            if reading.period is not None:
                if not reading.period.touches(event.starts_on, event.ends_on):
                    continue
                if reading.period.anchor == event.key and reading.period.open:
                    continue
                if reading.period.open == "before" and reading.period.anchor and event.ends_on > reading.period.last:
                    if event.precision != Precision.MONTH:
                        continue
            elif event.ends_on < self.today:
                continue
            found.append(event)
        return found

    def _vague(self, event: EventFact) -> bool:
        """Only known as « d’ici fin 2024 », or under way without a date: nothing to go to."""
        undated = "date" in event.details.get("undetermined", ()) and event.starts_on < self.today
        return "when_text" in event.details or undated

    def _agenda(self) -> Answer:
        reading = self.reading
        if "none" in reading.asks:
            return self._say("Il n’y a rien d’autre à l’agenda que je connais.")
        found = self._listed()
        period = reading.period
        vague = [e for e in found if self._vague(e)]
        found = [e for e in found if not self._vague(e)]
        if period is not None and period.last - period.first < _SHORT:
            vague += [e for e in found if e.precision == Precision.MONTH]
            found = [e for e in found if e.precision != Precision.MONTH]
        region = self.knowledge.region.get(reading.region)
        where = f" ({plain(region.name)})" if region else ""
        label = (period.label or "sur cette période") if period else "à venir"
        remembered: dict[str, Any] = {
            "events": tuple(e.key for e in found[:1]) if len(found) == 1 else (),
            "contacts": (),
            "region": reading.region,
            "period": (period.first.isoformat(), period.last.isoformat()) if period else (),
            "asks": (),
            "topic": "",
        }
        if not found:
            phases = (
                [p for p in self.knowledge.phases if period and period.touches(p.starts_on, p.ends_on)]
                if period and period.kind in ("month", "range", "year")
                else []
            )
            text = f"Aucun événement n’est prévu {label}{where} dans l’agenda que je connais."
            if period and period.last < self.today:
                text = f"L’agenda que je connais n’a aucun événement {label}{where}."
            if vague:
                text = text.replace("Aucun événement n’est prévu", "Aucun événement daté n’est prévu")
                names = f"{NB}; ".join(
                    f"{plain(e.name)} ({plain(str(e.details.get('when_text') or w.month_span(e)))})" for e in vague
                )
                text += f"\nSans date fixée{SP}: {names}."
            elif phases:
                names = f"{NB}; ".join(f"{plain(p.name)} ({w.month_span(p)})" for p in phases)
                text += f"\nC’est le temps de{SP}: {names}."
            return self._say(text, **remembered)
        shown = found[:_LONGEST_LIST]
        if len(found) == 1:
            return self._say(self._entry(found[0]), source=found[0].source, **remembered)
        lines = [f"- {self._entry(event)}" for event in shown]
        if len(found) > len(shown):
            lines.append(f"… et {len(found) - len(shown)} autres.")
        head = f"{label[:1].upper()}{label[1:]}{where}{SP}:"
        return self._say("\n".join((head, "", *lines)), source=found[0].source, **remembered)

    def _entry(self, event: EventFact) -> str:
        text = w.when_line(event, self.today, self.zone)
        if event.place:
            text = f"{text[:-1]}, {w.place_text(event)}."
        return text

    def _step(self) -> Answer:
        """The next or last thing on the agenda."""
        dated = [e for e in self.knowledge.events if e.position is None and e.kind != "milestone"]
        ahead = [e for e in dated if e.ends_on >= self.today and e.precision != Precision.MONTH]
        ahead = ahead or [e for e in dated if e.ends_on >= self.today]
        past = [e for e in dated if e.ends_on < self.today]
        step = self.reading.said
        chosen = {"next": ahead[:1], "first": ahead[:1], "last": ahead[-1:], "previous": past[-1:]}[step]
        if not chosen:
            return self._say("Il n’y a rien à l’agenda que je connais.")
        event = chosen[0]
        asks = tuple(a for a in self.reading.asks if a not in ("what", "when"))
        text = self._entry(event) if not asks else self._event_text(event, ("when", *asks))[0]
        return self._say(text, source=event.source, events=(event.key,), contacts=(), asks=(), topic="", region="")


def _plain_name(event: EventFact) -> str:
    """The name without its year, when another year was asked."""
    return event.name.replace(str(event.starts_on.year), "").strip()
