"""What no single entry can know: that keys are unique, references lead somewhere, and dates hold together."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from bot.pack import schema
from bot.pack.checking_consultations import check_consultation
from bot.pack.entry import Audience
from bot.pack.faults import Fault, Lines, Loc, did_you_mean, line_of
from bot.pack.repeating import occurrences
from bot.pack.schema import Pack
from handlers.calendar.recurring import BadRule
from storage.agenda import Precision
from storage.people import Role

Says = Callable[[Loc, str, str], Fault]


def check(pack: Pack, lines: Mapping[str, Lines]) -> list[Fault]:
    """Every fault between the entries of a pack; `lines` are those of each file."""
    checking = _Checking(pack, lines)
    return [
        fault
        for part in (
            checking.unique_keys(),
            checking.regions(),
            checking.references(),
            checking.structures(),
            checking.organisations(),
            checking.contacts(),
            checking.events(),
            checking.sources(),
            checking.topics(),
            checking.consultations(),
            checking.rehearsal(),
        )
        for fault in part
    ]


class _Checking:
    def __init__(self, pack: Pack, lines: Mapping[str, Lines]) -> None:
        self.pack, self.lines = pack, lines
        self.region_codes = [region.code for region in pack.regions]
        self.structure_kinds = [kind.key for kind in pack.network.structure_kinds]
        self.events_by_key = {event.key: event for event in pack.events}
        self.spelled_out = {abbreviation.abbreviation for abbreviation in pack.references.abbreviations}

    def says(self, file: str) -> Says:
        """How a fault of that file is made."""
        name = f"{file}.yaml"
        return lambda loc, wrong, right: Fault(name, line_of(self.lines.get(name, {}), loc), wrong, right)

    def unique_keys(self) -> Iterator[Fault]:
        pack = self.pack
        network, references = pack.network, pack.references
        for file, section, word, keys in (
            ("network", "structure_kinds", "key", self.structure_kinds),
            ("network", "event_kinds", "key", [kind.key for kind in network.event_kinds]),
            ("network", "roles", "key", [str(role.key) for role in network.roles]),
            ("regions", None, "code", self.region_codes),
            ("references", "territories", "code", [territory.code for territory in references.territories]),
            ("references", "locations", "structure", [location.structure for location in references.locations]),
            ("references", "abbreviations", "key", [abbreviation.key for abbreviation in references.abbreviations]),
            ("structures", None, "code", [structure.code for structure in pack.structures]),
            ("documents", None, "key", [entry.key for entry in pack.documents]),
            ("organisations", None, "key", [entry.key for entry in pack.organisations]),
            ("contacts", None, "key", [entry.key for entry in pack.contacts]),
            ("events", None, "key", [entry.key for entry in pack.events]),
            ("terms", None, "key", [entry.key for entry in pack.terms]),
            ("topics", None, "key", [entry.key for entry in pack.topics]),
            ("consultations", None, "key", [entry.key for entry in pack.consultations]),
        ):
            yield from self._unique(file, section, keys, word)
        abbreviations = {abbreviation.key for abbreviation in references.abbreviations}
        for index, term in enumerate(pack.terms):
            if term.key in abbreviations:
                right = "gardez l’un des deux"
                yield self.says("terms")((index, "key"), f"« {term.key} » est déjà dans references.yaml", right)

    def _unique(self, file: str, section: str | None, keys: Sequence[str], word: str = "key") -> Iterator[Fault]:
        first: dict[str, int] = {}
        prefix: Loc = () if section is None else (section,)
        for index, key in enumerate(keys):
            if key in first:
                line = line_of(self.lines.get(f"{file}.yaml", {}), (*prefix, first[key], word))
                right = f"changez l’une des deux ; la première est à la ligne {line}"
                yield self.says(file)((*prefix, index, word), f"« {key} » est déjà pris", right)
            first.setdefault(key, index)

    def regions(self) -> Iterator[Fault]:
        known = {territory.code for territory in self.pack.references.territories}
        for index, region in enumerate(self.pack.regions):
            if region.code not in known:
                wrong = f"le territoire « {region.code} » n’a ni nom ni fuseau"
                yield self.says("regions")((index, "code"), wrong, "décrivez-le dans references.yaml, « territories »")

    def references(self) -> Iterator[Fault]:
        says = self.says("references")
        codes = {structure.code for structure in self.pack.structures}
        for index, location in enumerate(self.pack.references.locations):
            at: Loc = ("locations", index)
            yield from _known(says, (*at, "structure"), "la structure", location.structure, codes)
            yield from _known(says, (*at, "region"), "la région", location.region, self.region_codes)

    def structures(self) -> Iterator[Fault]:
        yield from self._structures("structures", (), self.pack.structures)

    def _structures(self, file: str, prefix: Loc, entries: Sequence[schema.Structure]) -> Iterator[Fault]:
        says = self.says(file)
        for index, structure in enumerate(entries):
            at = (*prefix, index)
            yield from _known(says, (*at, "kind"), "le type de structure", structure.kind, self.structure_kinds)
            yield from _known(says, (*at, "region"), "la région", structure.region, self.region_codes)

    def organisations(self) -> Iterator[Fault]:
        for index, organisation in enumerate(self.pack.organisations):
            if organisation.name is None and organisation.abbreviation not in self.spelled_out:
                wrong = f"« {organisation.key} » n’a pas de nom"
                right = "ajoutez « name », ou un sigle développé dans references.yaml"
                yield self.says("organisations")((index,), wrong, right)

    def contacts(self) -> Iterator[Fault]:
        says = self.says("contacts")
        keys = {organisation.key for organisation in self.pack.organisations}
        for index, contact in enumerate(self.pack.contacts):
            yield from _known(says, (index, "organisation"), "l’organisation", contact.organisation, keys)
            for number, mandate in enumerate(contact.mandates):
                at: Loc = (index, "mandates", number, "organisation")
                yield from _known(says, at, "l’organisation", mandate.organisation, keys)

    def events(self) -> Iterator[Fault]:
        says = self.says("events")
        kinds = [kind.key for kind in self.pack.network.event_kinds]
        for index, event in enumerate(self.pack.events):
            yield from _known(says, (index, "kind"), "le type d’événement", event.kind, kinds)
            yield from _known(says, (index, "region"), "la région", event.region, self.region_codes)
            yield from self._audience(says, (index, "audience"), event.audience)
            yield from self._dates(says, index, event)
            yield from self._parent(says, index, event)
            yield from self._repeats(says, index, event)

    def _audience(self, says: Says, at: Loc, audience: Audience) -> Iterator[Fault]:
        for index, code in enumerate(audience.regions):
            yield from _known(says, (*at, "regions", index), "la région", code, self.region_codes)
        for index, kind in enumerate(audience.kinds):
            yield from _known(says, (*at, "kinds", index), "le type de structure", kind, self.structure_kinds)

    def _dates(self, says: Says, index: int, event: schema.Event) -> Iterator[Fault]:
        zone = event.zone or self.pack.network.zone
        for word, moment in (("starts", event.starts), ("ends", event.ends)):
            if moment and moment.precision is Precision.MINUTE and moment.instant(zone) is None:
                wrong = f"cette heure n’existe pas à {zone} : les horloges y avancent"
                yield says((index, word), wrong, "écrivez une heure avant ou après le changement d’heure")
        if event.ends is None:
            return
        if event.ends.precision is not event.starts.precision:
            wrong = "le début et la fin ne sont pas connus avec la même précision"
            yield says((index, "ends"), wrong, "écrivez les deux au mois, au jour ou à la minute")
        elif (event.ends.last, event.ends.wall or 0) < (event.starts.first, event.starts.wall or 0):
            yield says((index, "ends"), "la fin est avant le début", "échangez « starts » et « ends », ou corrigez")

    def _repeats(self, says: Says, index: int, event: schema.Event) -> Iterator[Fault]:
        if event.repeats is None:
            for word in ("until", "without"):
                if getattr(event, word):
                    yield says((index, word), f"« {word} » ne vaut que pour ce qui se répète", "ajoutez « repeats »")
            return
        try:
            dates = occurrences(event, self.pack.network.holidays)
        except BadRule as error:
            yield says((index, "repeats"), error.wrong, error.right)
            return
        zone = event.zone or self.pack.network.zone
        for one in dates:
            if one.starts.precision is Precision.MINUTE and one.starts.instant(zone) is None:
                wrong = f"cette heure n’existe pas le {one.starts.first:%d/%m/%Y} : les horloges y avancent"
                yield says((index, "repeats"), wrong, "ajoutez ce jour à « without »")
            if one.key in self.events_by_key:
                yield says((index, "key"), f"« {one.key} » est déjà pris par une date de cette série", "changez la clé")
        if any(other.parent == event.key for other in self.pack.events):
            yield says(
                (index, "repeats"), "un événement qui se répète n’en contient pas d’autres", "retirez « parent »"
            )

    def _parent(self, says: Says, index: int, event: schema.Event) -> Iterator[Fault]:
        if event.parent is None:
            return
        at: Loc = (index, "parent")
        yield from _known(says, at, "l’événement", event.parent, self.events_by_key)
        parent = self.events_by_key.get(event.parent)
        if parent is None:
            return
        seen, above = {event.key}, parent
        while above.key not in seen and above.parent in self.events_by_key:
            seen.add(above.key)
            above = self.events_by_key[above.parent]
        if above.key == event.key:
            yield says(at, f"« {event.key} » se contient lui-même", "retirez un « parent » de la boucle")
            return
        first, last = parent.starts.first, (parent.ends or parent.starts).last
        if event.starts.first < first or (event.ends or event.starts).last > last:
            wrong = f"les dates sortent de celles de « {parent.key} », du {first:%d/%m/%Y} au {last:%d/%m/%Y}"
            yield says((index, "starts"), wrong, "corrigez une date ou retirez « parent »")

    def sources(self) -> Iterator[Fault]:
        pack, keys = self.pack, {document.key for document in self.pack.documents}
        for file, sources in (
            ("organisations", [entry.source for entry in pack.organisations]),
            ("contacts", [entry.source for entry in pack.contacts]),
            ("events", [entry.source for entry in pack.events]),
            ("terms", [entry.source for entry in pack.terms]),
            ("topics", [entry.source for entry in pack.topics]),
            ("consultations", [entry.source for entry in pack.consultations]),
        ):
            for index, source in enumerate(sources):
                yield from _known(self.says(file), (index, "source"), "le document", source, keys)

    def topics(self) -> Iterator[Fault]:
        says = self.says("topics")
        contacts = {contact.key for contact in self.pack.contacts}
        for index, topic in enumerate(self.pack.topics):
            for number, key in enumerate(topic.events):
                yield from _known(says, (index, "events", number), "l’événement", key, self.events_by_key)
            for number, key in enumerate(topic.contacts):
                yield from _known(says, (index, "contacts", number), "le contact", key, contacts)

    def consultations(self) -> Iterator[Fault]:
        says = self.says("consultations")
        for index, consultation in enumerate(self.pack.consultations):
            yield from self._audience(says, (index, "audience"), consultation.audience)
            yield from check_consultation(says, index, consultation, self.pack.network.zone)
            for number, question in enumerate(consultation.questions):
                at: Loc = (index, "questions", number, "event")
                yield from _known(says, at, "l’événement", question.event, list(self.events_by_key))

    def rehearsal(self) -> Iterator[Fault]:
        says, rehearsal = self.says("rehearsal"), self.pack.rehearsal
        codes = [structure.code for structure in rehearsal.structures]
        real = {structure.code for structure in self.pack.structures}
        contacts = {(contact.given_name, contact.family_name) for contact in self.pack.contacts}
        yield from self._unique("rehearsal", "structures", codes, "code")
        yield from self._unique("rehearsal", "people", [person.key for person in rehearsal.people])
        yield from self._structures("rehearsal", ("structures",), rehearsal.structures)
        for index, code in enumerate(codes):
            if code in real:
                wrong = f"« {code} » est une vraie structure"
                yield says(("structures", index, "code"), wrong, "inventez-en une autre pour la répétition")
        for index, person in enumerate(rehearsal.people):
            at: Loc = ("people", index)
            yield from _known(says, (*at, "structure"), "la structure fictive", person.structure, codes)
            yield from _known(says, (*at, "region"), "la région", person.region, self.region_codes)
            if (person.given_name, person.family_name) in contacts:
                wrong = f"« {person.given_name} {person.family_name} » est un vrai contact"
                yield says(at, wrong, "inventez une autre personne pour la répétition")
            if Role.REGIONAL_STAFF in person.roles and person.region is None:
                yield says((*at, "roles"), "une équipe régionale tient son rôle d’une région", "ajoutez « region »")


def _known(says: Says, at: Loc, what: str, word: str | None, known: Collection[str]) -> Iterator[Fault]:
    if word is not None and word not in known:
        yield says(at, f"{what} « {word} » n’est pas dans ce pack", did_you_mean(word, sorted(known)))
