"""Random people, platforms, presses old and new, and restarts, against a model of a few lines.

Two colleagues of one structure and a director elsewhere answer on several platforms; the model knows only which
answers each has given, and what the structure's ballot must be.
"""

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from handlers.consultations.questionnaire import Given, Item, read
from handlers.consultations.standing import facts_of_consultation, standing_of
from handlers.consultations.tally import tally
from storage.ballots import Ballot, BallotTrace, Participation
from storage.consultations import whole_consultation
from storage.database import Database
from tests.conversations.consulting import Network, Talk, a_consultation, a_network
from tests.engines import new_sqlite, sharing

T = TypeVar("T")
NAMES = ("Anne", "Bruno", "Carla")
VOICES = {"Anne": "ML Rennes", "Bruno": "ML Rennes", "Carla": "ML Guyane"}
PLATFORMS = ("slack", "telegram", "web")
people = st.sampled_from(NAMES)
platforms = st.sampled_from(PLATFORMS)


class Answering(RuleBasedStateMachine):
    """The rule of the consultation is « last »: the model keeps one ballot for each structure."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="concerte-machine-")
        self.url = sharing(new_sqlite(Path(self.folder.name)))
        self.drafts: dict[str, dict[str, Given]] = {}
        self.ballots: dict[str, tuple[str, dict[str, Given], int]] = {}  # voice → author, answers, revision
        self.seen: dict[str, int] = {}  # person → revision shown beside the last « Envoyer »

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        self.database = Database(self.url)
        self.network: Network = await a_network(self.database)
        self.number = await a_consultation(self.database)
        self.talks: dict[tuple[str, str], Talk] = {}
        for name in NAMES:
            talk = await self.network.talk(name)
            for platform in PLATFORMS:
                self.talks[name, platform] = talk.on(platform)
        async with self.database.reading() as session:
            consultation = await whole_consultation(session, self.number)
            assert consultation is not None
            self.items = read(consultation)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.run(self.database.close())
        self.loop.close()
        self.folder.cleanup()

    def act(self, name: str, platform: str, action: str) -> str:
        return self.run(self.talks[name, platform].acts(action))

    def has_ballot(self, name: str) -> bool:
        return VOICES[name] in self.ballots

    def may_press(self, name: str) -> bool:
        """A question's button makes a draft only where no answer stands yet."""
        return name in self.drafts or not self.has_ballot(name)

    def note(self, name: str, item: Item, answer: Given) -> None:
        self.drafts.setdefault(name, {})[str(item.id)] = answer

    def look(self, name: str, said: str) -> None:
        """Whoever is shown the review has seen what stands."""
        if "Relisez vos réponses" in said:
            self.seen[name] = self.ballots[VOICES[name]][2] if self.has_ballot(name) else 0

    @rule(name=people, platform=platforms, choice=st.integers(0, 2))
    def pick(self, name: str, platform: str, choice: int) -> None:
        """A press on the first question, from a message old or new."""
        item = self.items[0]
        said = self.act(name, platform, f"consult:pick:{item.id}:{item.options[choice].id}")
        if self.may_press(name):
            self.note(name, item, {"choices": [item.options[choice].id]})
        self.look(name, said)

    @rule(name=people, platform=platforms, verb=st.sampled_from(["yes", "no"]))
    def yes_or_no(self, name: str, platform: str, verb: str) -> None:
        item = self.items[2]
        said = self.act(name, platform, f"consult:{verb}:{item.id}")
        if self.may_press(name):
            self.note(name, item, {"number": 1 if verb == "yes" else 0})
        self.look(name, said)

    @rule(name=people, platform=platforms, which=st.sampled_from([1, 2, 3]))
    def skip(self, name: str, platform: str, which: int) -> None:
        item = self.items[which]
        said = self.act(name, platform, f"consult:skip:{item.id}")
        if self.may_press(name):
            self.note(name, item, {"skipped": True})
        self.look(name, said)

    @rule(name=people, platform=platforms, which=st.sampled_from([0, 1]))
    def tick_two_and_validate(self, name: str, platform: str, which: int) -> None:
        item = self.items[1]
        chosen, other = item.options[which].id, item.options[1 - which].id
        self.act(name, platform, f"consult:untick:{item.id}:{other}")
        self.act(name, platform, f"consult:untick:{item.id}:{item.options[2].id}")
        self.act(name, platform, f"consult:tick:{item.id}:{chosen}")
        self.act(name, platform, f"consult:tick:{item.id}:{chosen}")
        said = self.act(name, platform, f"consult:valid:{item.id}")
        if self.may_press(name):
            self.note(name, item, {"choices": [chosen]})
        self.look(name, said)

    @rule(
        name=people,
        platform=platforms,
        which=st.integers(0, 3),
        verb=st.sampled_from(["back", "mend", "keep", "pause"]),
    )
    def wander(self, name: str, platform: str, which: int, verb: str) -> None:
        """Going back and forth and away changes no answer."""
        said = self.act(name, platform, f"consult:{verb}:{self.items[which].id}")
        if self.may_press(name):
            self.drafts.setdefault(name, {})
        self.look(name, said)

    @rule(name=people, platform=platforms)
    def correct(self, name: str, platform: str) -> None:
        """« Corriger » or « Remplacer » begins with a copy of what stands."""
        said = self.act(name, platform, f"consult:redo:{self.number}")
        if name not in self.drafts:
            standing = self.ballots.get(VOICES[name])
            self.drafts[name] = dict(standing[1]) if standing else {}
        self.look(name, said)

    @rule(name=people, platform=platforms)
    def send(self, name: str, platform: str) -> None:
        """« Envoyer » with what the person was shown last."""
        seen = self.seen.get(name, 0)
        said = self.act(name, platform, f"consult:send:{self.number}:{seen}:0")
        draft, voice = self.drafts.get(name), VOICES[name]
        revision = self.ballots[voice][2] if voice in self.ballots else 0
        if draft is None:
            assert "C’est envoyé" not in said
        elif set(draft) != {str(item.id) for item in self.items}:
            assert "Question" in said
        elif seen != revision:
            assert "Entre-temps" in said
        else:
            assert "C’est envoyé" in said
            self.ballots[voice] = (name, draft, revision + 1)
            del self.drafts[name]
        self.look(name, said)

    @rule(name=people, platforms=st.lists(platforms, min_size=4, max_size=4), choice=st.integers(0, 2))
    def answer_everything(self, name: str, platforms: list[str], choice: int) -> None:
        """The straight way to the review, each step wherever the person is."""
        self.pick(name, platforms[0], choice)
        self.skip(name, platforms[1], 1)
        self.yes_or_no(name, platforms[2], "yes")
        self.skip(name, platforms[3], 3)

    @rule(name=people, platform=platforms, choice=st.integers(0, 2))
    def correct_the_first_answer_and_send(self, name: str, platform: str, choice: int) -> None:
        """What a colleague does who disagrees."""
        self.correct(name, platform)
        self.pick(name, platform, choice)
        self.send(name, platform)

    @rule(colleagues=st.permutations(["Anne", "Bruno"]), platform=platforms, choice=st.integers(0, 2))
    def colleagues_send_one_after_the_other(self, colleagues: list[str], platform: str, choice: int) -> None:
        """Both stand at their review; the second has not seen what the first sends."""
        for name in colleagues:
            self.correct(name, platform)
            self.answer_everything(name, [platform] * 4, choice)
        for name in colleagues:
            self.send(name, platform)

    @precondition(lambda self: self.drafts)
    @rule()
    def restart(self) -> None:
        """Nothing is kept in memory."""
        self.run(self.database.close())
        self.database = self.network.database = Database(self.url)
        for talk in self.talks.values():
            talk.database = self.database

    @invariant()
    def the_ballots_are_those_of_the_model(self) -> None:
        if hasattr(self, "items"):
            self.run(self._compare())

    async def _compare(self) -> None:
        async with self.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Ballot)) == len(self.ballots)
            assert await session.scalar(select(func.count()).select_from(Participation)) == len(self.ballots)
            traces = sum(revision for _, _, revision in self.ballots.values())
            assert await session.scalar(select(func.count()).select_from(BallotTrace)) == traces
            for voice, (author, answers, revision) in self.ballots.items():
                key = f"structure:{self.network.structures[voice]}"
                standing = await standing_of(session, self.number, self.items, key)
                assert standing.ballot is not None
                assert standing.answers == answers
                assert (standing.author, standing.ballot.revision) == (f"{author} Test", revision)
            facts = await facts_of_consultation(session, self.number)
        first = tally(self.items, facts.values())[0]
        chosen = [answers[str(self.items[0].id)]["choices"][0] for _, answers, _ in self.ballots.values()]
        assert {key: n for key, n in first.counts.items() if n} == {key: chosen.count(key) for key in set(chosen)}


TestAnswering = Answering.TestCase
TestAnswering.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
