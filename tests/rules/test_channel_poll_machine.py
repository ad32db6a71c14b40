"""Random presses in two channels and in private, old, doubled, many at once, with restarts, against a small model.

The poll asks people or structures, by the rule « last » or « first ». The model knows who may put what in whose place;
the gateway, the router and the database are real.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from handlers.request import Inbound, Press
from storage.ballots import Answer, Ballot, BallotTrace, Participation
from storage.consultations import Choice, Rule, Voice
from storage.database import Database
from storage.people import Account
from tests.conversations.consulting import NOW, a_network
from tests.conversations.squares import GROUP, Square, a_poll
from tests.engines import NewDatabase, sharing

T = TypeVar("T")
HOUSES = {"Anne": "ML Rennes", "Bruno": "ML Rennes", "Elsa": "ML Rennes", "Carla": "ML Guyane"}
LABELS = ("Rennes", "Brest")
people = st.sampled_from([*HOUSES])
labels = st.sampled_from(LABELS)
presses = st.tuples(people, labels, st.booleans())


class Pressing(RuleBasedStateMachine):
    """`ballots` by voice: whose it is, and the choice."""

    new_database: NewDatabase

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.lasting = ExitStack()
        self.url = sharing(self.lasting.enter_context(type(self).new_database()))
        self.ballots: dict[str, tuple[str, str]] = {}
        self.steps = 0  # in the life of all ballots

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(voice=st.sampled_from(Voice), which=st.sampled_from([Rule.LAST, Rule.FIRST]))
    def begin(self, voice: Voice, which: Rule) -> None:
        self.voice, self.which = voice, which
        self.run(self._begin())

    async def _begin(self) -> None:
        self.database = Database(self.url)
        network = await a_network(self.database)
        async with self.database.transaction() as session:
            session.add_all(
                Account(platform="slack", external_id=name, chat=name, person_id=network.people[name], created_at=NOW)
                for name in HOUSES
            )
        self.square = Square(self.database, network)
        self.poll = await a_poll(self.square, voice=self.voice, rule=self.which)
        self.actions = {label: self.square.action(label) for label in LABELS}

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.run(self.database.close())
        self.loop.close()
        self.lasting.close()

    def voice_of(self, name: str) -> str:
        return HOUSES[name] if self.voice == Voice.STRUCTURE else name

    def pressed(self, name: str, label: str) -> str:
        """What the model makes of a press, and what it has to be answered with."""
        stands = self.ballots.get(self.voice_of(name))
        if stands == (name, label):
            return "déjà comptée"
        if stands is not None and stands[0] != name:
            return "a déjà répondu"
        self.ballots[self.voice_of(name)] = (name, label)
        self.steps += 1
        return "changée" if stands else "comptée"

    def inbound(self, name: str, label: str, platform: str) -> Inbound:
        # In the group it is the poll's own message: one that nobody knows of would be told that it stands twice.
        chat, message = (GROUP, self.square.message) if platform == "telegram" else ("C1", "m")
        made = self.square.inbound(name, press=Press(action=self.actions[label], message=message))
        return made.model_copy(update={"platform": platform, "chat": chat})

    @rule(
        many=st.lists(presses, min_size=1, max_size=6),
        on_slack=st.sets(people),
        restarts=st.booleans(),
        others=st.booleans(),
    )
    def press(self, many: list[tuple[str, str, bool]], on_slack: set[str], restarts: bool, others: bool) -> None:
        """So many presses wait, some delivered twice, perhaps a restart; one process or another handles them.

        Each person is in one channel at a time: between platforms nobody can know which press was the earlier.
        """
        # A process takes the oldest press of every sender, then the next of each.
        turns: dict[str, int] = {}
        order = []
        for name, label, _ in many:
            turns[name] = turns.get(name, 0) + 1
            order.append((turns[name], name, label))
        expected = [(name, self.pressed(name, label)) for _, name, label in sorted(order, key=lambda one: one[0])]
        self.run(self._press(many, on_slack, restarts, others, expected))

    async def _press(
        self,
        many: list[tuple[str, str, bool]],
        on_slack: set[str],
        restarts: bool,
        others: bool,
        expected: list[tuple[str, str]],
    ) -> None:
        for name, label, twice in many:
            inbound = self.inbound(name, label, "slack" if name in on_slack else "telegram")
            assert await self.square.gateway.store([inbound]) == 1
            if twice:
                assert await self.square.gateway.store([inbound]) == 0
        if restarts:
            await self._restart()
        before = len(self.square.told)
        gateway = self.square.another() if others else self.square.gateway
        gateway.acknowledge_with("slack", self.square._acknowledge)
        await gateway.handle_all()
        await gateway.stop()
        self.square.gateway = self.square.another()
        told = self.square.told[before:]
        assert Counter(name for name, _, _ in told) == Counter(name for name, _ in expected)
        for name in HOUSES:
            said = [text for who, text, _ in told if who == name]
            wanted = [text for who, text in expected if who == name]
            assert all(part in text for part, text in zip(wanted, said, strict=True)), (wanted, said)

    @rule(name=people, label=labels)
    def answer_in_private(self, name: str, label: str) -> None:
        """Face to face a colleague sees what stands and may replace it, where the rule lets them."""
        stands = self.ballots.get(self.voice_of(name))
        self.run(self._answer_in_private(name, label))
        if self.which == Rule.FIRST and self.voice == Voice.STRUCTURE and stands and stands[0] != name:
            return
        self.ballots[self.voice_of(name)] = (name, label)
        self.steps += 1

    async def _answer_in_private(self, name: str, label: str) -> None:
        talk = await self.square.network.talk(name)
        await talk.acts(f"consult:redo:{self.poll.id}")
        if "Corriger" in talk.buttons or "Envoyer mes réponses" in talk.buttons:
            await talk.acts(self.actions[label].replace("vote", "pick"))
        elif label in talk.buttons:
            await talk.presses(label)
        if "Envoyer mes réponses" in talk.buttons:
            await talk.presses("Envoyer mes réponses")

    @rule()
    def restart(self) -> None:
        """Nothing is kept in memory."""
        self.run(self._restart())

    async def _restart(self) -> None:
        await self.database.close()
        self.database = self.square.database = self.square.network.database = Database(self.url)
        self.square.__post_init__()

    @rule()
    def the_board_catches_up(self) -> None:
        """Three seconds later the group reads the count."""
        self.run(self.square.seconds(3))
        self.run(self.square.seconds(3))
        counts = Counter(label for _, label in self.ballots.values())
        assert all(f"{label} : {counts[label]}" in self.square.text for label in LABELS if self.ballots)

    @invariant()
    def the_ballots_are_those_of_the_model(self) -> None:
        if hasattr(self, "poll"):
            self.run(self._compare())

    async def _compare(self) -> None:
        async with self.database.reading() as session:
            rows = await session.execute(
                select(Ballot.voice_key, Ballot.submitted_by, Choice.label)
                .join(Answer, Answer.ballot_id == Ballot.id)
                .join(Choice, Choice.id == Answer.choice_id)
            )
            found = {key: (person, label) for key, person, label in rows}
            register = await session.scalar(select(func.count()).select_from(Participation))
            traces = await session.scalar(select(func.count()).select_from(BallotTrace))
        network = self.square.network
        by_person = self.voice == Voice.PERSON
        keys = {
            voice: f"person:{network.people[voice]}" if by_person else f"structure:{network.structures[voice]}"
            for voice in self.ballots
        }
        assert found == {keys[voice]: (network.people[name], label) for voice, (name, label) in self.ballots.items()}
        assert (register, traces) == (len(self.ballots), self.steps)


SETTINGS = settings(
    max_examples=6,
    stateful_step_count=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_whatever_is_pressed_the_ballots_are_those_of_the_model(new_database: NewDatabase) -> None:
    class There(Pressing):
        pass

    There.new_database = staticmethod(new_database)
    run_state_machine_as_test(There, settings=SETTINGS)
