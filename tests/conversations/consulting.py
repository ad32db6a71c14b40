"""A small network and a way to talk with the consultations, so that tests read like transcripts."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import answering, behalf, composing, following, mending, rhythm
from handlers.errors import Refusal
from handlers.messages import ACTION_BYTES, Button, Reply, say
from handlers.request import Inbound, Press, Request, Someone
from storage.consultations import Choice, Consultation, Question, QuestionKind
from storage.conversations import conversation
from storage.database import Database
from storage.network import Region, Structure
from storage.outbox import Delivery
from storage.people import Account, Person, Role, RoleGrant

NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)
FORMS = {
    mending.FORM: mending.typed,
    rhythm.FORM: rhythm.typed,
    "consultations:for": behalf.typed,
    "consultations:answer": answering.typed,
    "consultations:compose": composing.typed,
}
COMMANDS = {
    "consultations": answering.list_consultations,
    "suivi": following.follow_up,
    "sondage": composing.compose,
}


@dataclass
class Talk:
    """One person in one chat. `says` types, `presses` presses a button of the last message by its label."""

    database: Database
    person: Someone | None
    account_id: int = 1
    platform: str = "telegram"
    now: datetime = NOW
    chat_kind: str = "private"
    reply: Reply = field(default_factory=Reply)
    buttons: dict[str, str] = field(default_factory=dict)

    def on(self, platform: str) -> "Talk":
        """The same person elsewhere, with a chat of its own."""
        return replace(self, platform=platform, reply=Reply(), buttons={})

    async def says(self, text: str) -> str:
        """Type a text; returns what is answered."""
        return await self._go(Inbound(**self._inbound(), text=text))

    async def presses(self, label: str) -> str:
        """Press the button with that label (or the one that begins so) among those shown last."""
        found = [action for name, action in self.buttons.items() if name == label or name.startswith(label)]
        assert found, f"no button « {label} » among {list(self.buttons)}"
        return await self.acts(found[0])

    async def acts(self, action: str) -> str:
        """Press a button by its action, as an old message or a forger would."""
        return await self._go(Inbound(**self._inbound(), press=Press(action=action, message="m")))

    def _inbound(self) -> dict[str, Any]:
        return {
            "platform": self.platform,
            "update_id": "u",
            "account": "a",
            "chat": "c",
            "chat_kind": self.chat_kind,
            "received_at": self.now,
        }

    async def _go(self, inbound: Inbound) -> str:
        request = Request(inbound=inbound, account_id=self.account_id, person=self.person)
        async with self.database.transaction() as session:
            try:
                self.reply = await _route(request, session)
            except Refusal as refusal:
                await session.rollback()
                self.reply = say(refusal.sentence)
        for message in self.reply.messages:
            shown = [button for row in message.buttons for button in row]
            assert all(len(button.action.encode()) <= ACTION_BYTES for button in shown)
            self.buttons = {button.label: button.action for button in shown} if shown else self.buttons
        return self.text

    @property
    def text(self) -> str:
        """Everything said in the last reply, notice included, unescaped."""
        said = "\n".join([message.text for message in self.reply.messages] + [self.reply.notice])
        return said.replace("\\", "").replace("\u00a0", " ").replace("\u202f", " ")


async def _route(request: Request, session: AsyncSession) -> Reply:
    """What the router does, without the capabilities that are not ours."""
    talk = await conversation(session, request.holder)
    if request.press is not None:
        return await answering.press(request, session, talk)
    word, _, rest = request.text.partition(" ")
    if word in COMMANDS:
        return await COMMANDS[word](request.model_copy(update={"command": word, "rest": rest}), session, talk)
    if talk.form in FORMS:
        reply = await FORMS[talk.form](request, session, talk)
        if reply is not None:
            return reply
        row = (Button(label="Reprendre", action="consult:resume"),) if talk.form else ()
        return say("(réponse à une autre question)", *([row] if row else []))
    return say("(réponse à une autre question)")


@dataclass
class Network:
    """A region, two structures of it, one elsewhere, and their people."""

    database: Database
    people: dict[str, int] = field(default_factory=dict)
    structures: dict[str, int] = field(default_factory=dict)

    async def talk(self, name: str, platform: str = "telegram", now: datetime = NOW) -> Talk:
        """That person, as the gateway would know them."""
        async with self.database.reading() as session:
            person = await session.get_one(Person, self.people[name])
            structure = await session.get(Structure, person.structure_id) if person.structure_id else None
            region = await session.get(Region, structure.region_id) if structure and structure.region_id else None
            grants = (await session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id))).all()
        someone = Someone(
            id=person.id,
            name=person.name,
            given_name=person.given_name,
            structure_id=person.structure_id,
            structure=structure.name if structure else "",
            kind=structure.kind if structure else "",
            region_id=region.id if region else None,
            region=region.name if region else "",
            zone=person.zone or (region.zone if region else "Europe/Paris"),
            roles=frozenset(Role(grant.role) for grant in grants),
            staff_regions=frozenset(g.region_id for g in grants if g.region_id and g.role == Role.REGIONAL_STAFF),
        )
        return Talk(self.database, someone, platform=platform, now=now)

    async def notices(self) -> list[tuple[str, str]]:
        """What is pushed: the person's given name and the text, in the order written."""
        names = {number: name for name, number in self.people.items()}
        async with self.database.reading() as session:
            rows = await session.scalars(select(Delivery).order_by(Delivery.id))
            return [(names[row.person_id or 0], str(row.payload["text"]).replace("\\", "")) for row in rows]

    async def count(self, table: Any, *where: Any) -> int:
        """How many rows there are."""
        async with self.database.reading() as session:
            return int(await session.scalar(select(func.count()).select_from(table).where(*where)) or 0)


async def a_network(database: Database) -> Network:
    """Rennes: Anne and Bruno (director), Elsa (elected). Cayenne: Carla (director). Denis has no structure; Fanny
    is staff; Gilles is regional staff of Brittany."""
    network = Network(database)
    async with database.transaction() as session:
        bretagne = Region(code="53", name="Bretagne", zone="Europe/Paris", holidays="FR")
        guyane = Region(code="03", name="Guyane", zone="America/Cayenne", holidays="FR-GF")
        session.add_all([bretagne, guyane])
        await session.flush()
        rennes = Structure(code="R", name="ML Rennes", kind="mission-locale", region_id=bretagne.id)
        brest = Structure(code="B", name="ML Brest", kind="mission-locale", region_id=bretagne.id)
        cayenne = Structure(code="C", name="ML Guyane", kind="mission-locale", region_id=guyane.id)
        arml = Structure(code="A", name="ARML Bretagne", kind="arml", region_id=bretagne.id)
        session.add_all([rennes, brest, cayenne, arml])
        await session.flush()
        network.structures = {row.name: row.id for row in (rennes, brest, cayenne, arml)}
        for name, structure, role in (
            ("Anne", rennes, Role.PARTICIPANT),
            ("Bruno", rennes, Role.DIRECTOR),
            ("Elsa", rennes, Role.ELECTED),
            ("Carla", cayenne, Role.DIRECTOR),
            ("Denis", None, Role.DIRECTOR),
            ("Fanny", None, Role.STAFF),
            ("Gilles", arml, Role.REGIONAL_STAFF),
        ):
            person = Person(
                given_name=name, family_name="Test", structure_id=structure.id if structure else None, created_at=NOW
            )
            session.add(person)
            await session.flush()
            network.people[name] = person.id
            region = bretagne.id if role == Role.REGIONAL_STAFF else None
            session.add(RoleGrant(person_id=person.id, role=role, region_id=region))
            session.add(Account(platform="telegram", external_id=name, chat=name, person_id=person.id, created_at=NOW))
    return network


async def a_consultation(database: Database, **changes: Any) -> int:
    """Four questions: one choice (required), several (two at most), yes or no, a long text. Open for a week."""
    values: dict[str, Any] = {
        "slug": "avis",
        "title": "Votre avis",
        "voice": "structure",
        "rule": "last",
        "secrecy": "named",
        "status": "open",
        "opens_at": NOW - timedelta(days=1),
        "closes_at": NOW + timedelta(days=7),
        "updated_at": NOW,
    } | changes
    async with database.transaction() as session:
        consultation = Consultation(**values)
        consultation.questions = [
            _question(1, "clair", QuestionKind.ONE, "Est-ce clair ?", ["Oui", "Plutôt oui", "Non"], required=True),
            _question(2, "moyens", QuestionKind.SEVERAL, "Quels moyens ?", ["Argent", "Temps", "Autre"], most=2),
            _question(3, "suite", QuestionKind.YES_NO, "Faut-il continuer ?"),
            _question(4, "texte", QuestionKind.LONG_TEXT, "Que voulez-vous ajouter ?"),
        ]
        session.add(consultation)
        await session.flush()
        return consultation.id


def _question(
    position: int,
    key: str,
    kind: QuestionKind,
    wording: str,
    labels: list[str] | None = None,
    *,
    required: bool = False,
    most: int | None = None,
) -> Question:
    choices = [
        Choice(key=label.lower(), position=i, label=label, asks_text=label == "Autre")
        for i, label in enumerate(labels or [], start=1)
    ]
    return Question(
        key=key, position=position, kind=kind, wording=wording, required=required, max_choices=most, choices=choices
    )
