"""What stands for a voice: the ballot that counts, the proposal that waits, and who they come from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.questionnaire import Answers, Fact, Item, from_facts
from storage.ballots import Answer, Ballot, BallotTrace, Participation, Proposal, TraceStep
from storage.consultations import Consultation, Voice
from storage.network import Structure
from storage.people import Person
from storage.voices import person_voice, structure_voice

UNKNOWN = "Une personne qui n’est plus au réseau"


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer of a voice as it stands. `revisions` tells one state of it from every other."""

    ballot: Ballot | None
    answers: Answers
    author: str
    proposal: Proposal | None
    proposer: str
    took_part: bool = False  # anonymously: that is all there is to know

    @property
    def taken(self) -> bool:
        """Whether the voice has answered, or something waits for its director."""
        return self.ballot is not None or self.proposal is not None or self.took_part

    @property
    def revisions(self) -> tuple[int, int]:
        """Of the ballot and of the proposal, 0 where there is none."""
        return (
            self.ballot.revision if self.ballot else 0,
            self.proposal.revision if self.proposal else 0,
        )


async def standing_of(
    session: AsyncSession, consultation_id: int, items: Sequence[Item], voice_key: str, *, secret: bool = False
) -> Standing:
    """What stands for the voice now; under `lock_voice` it stays so until the end of the transaction.

    With `secret` that is only whether it has taken part.
    """
    if secret:
        mine = Participation.consultation_id == consultation_id, Participation.voice_key == voice_key
        took_part = await session.scalar(select(Participation.id).where(*mine)) is not None
        return Standing(None, {}, "", None, "", took_part)
    return (await standings_of(session, consultation_id, items, [voice_key]))[voice_key]


async def standings_of(
    session: AsyncSession, consultation_id: int, items: Sequence[Item], voice_keys: Collection[str]
) -> dict[str, Standing]:
    """What stands for several voices, none of them anonymous, by key."""
    ballots = {
        one.voice_key: one
        for one in await session.scalars(
            select(Ballot).where(Ballot.consultation_id == consultation_id, Ballot.voice_key.in_(voice_keys))
        )
    }
    proposals = {
        one.voice_key: one
        for one in await session.scalars(
            select(Proposal).where(Proposal.consultation_id == consultation_id, Proposal.voice_key.in_(voice_keys))
        )
    }
    authors = {one.submitted_by for one in ballots.values()} | {one.proposed_by for one in proposals.values()}
    names = await names_of(session, {person for person in authors if person is not None})
    facts = await facts_of(session, [one.id for one in ballots.values()]) if ballots else {}
    found: dict[str, Standing] = {}
    for key in voice_keys:
        ballot, proposal = ballots.get(key), proposals.get(key)
        found[key] = Standing(
            ballot=ballot,
            answers=from_facts(items, facts.get(ballot.id, ())) if ballot else {},
            author=names.get(ballot.submitted_by or 0, UNKNOWN) if ballot else "",
            proposal=proposal,
            proposer=names.get(proposal.proposed_by or 0, UNKNOWN) if proposal else "",
        )
    return found


async def facts_of(session: AsyncSession, ballot_ids: Collection[int]) -> dict[int, list[Fact]]:
    """The facts of those ballots, in the order they were given."""
    found: dict[int, list[Fact]] = {ballot_id: [] for ballot_id in ballot_ids}
    for row in await session.scalars(select(Answer).where(Answer.ballot_id.in_(ballot_ids)).order_by(Answer.id)):
        found[row.ballot_id].append(Fact(row.question_id, row.choice_id, row.text, row.number, row.rank))
    return found


async def facts_of_consultation(session: AsyncSession, consultation_id: int) -> dict[int, list[Fact]]:
    """The facts of every ballot of a consultation, by ballot; a ballot of skips only has none."""
    found: dict[int, list[Fact]] = {
        ballot_id: []
        for ballot_id in await session.scalars(select(Ballot.id).where(Ballot.consultation_id == consultation_id))
    }
    query = select(Answer).join(Ballot).where(Ballot.consultation_id == consultation_id).order_by(Answer.id)
    for row in await session.scalars(query):
        found[row.ballot_id].append(Fact(row.question_id, row.choice_id, row.text, row.number, row.rank))
    return found


async def names_of(session: AsyncSession, person_ids: Collection[int]) -> dict[int, str]:
    """Names by id."""
    if not person_ids:
        return {}
    return {person.id: person.name for person in await session.scalars(select(Person).where(Person.id.in_(person_ids)))}


async def next_proposal_revision(session: AsyncSession, consultation_id: int, voice_key: str) -> int:
    """A number no proposal of this voice has had, so that an old button never validates a new proposal."""
    proposed = await session.scalar(
        select(func.max(BallotTrace.revision)).where(
            BallotTrace.consultation_id == consultation_id,
            BallotTrace.voice_key == voice_key,
            BallotTrace.step == TraceStep.PROPOSED,
        )
    )
    return (proposed or 0) + 1


async def voice_names(session: AsyncSession, consultation: Consultation) -> dict[str, str]:
    """The name of every voice that has answered, also of one that is expected no more."""
    answered = select(Participation.voice_key).where(Participation.consultation_id == consultation.id)
    keys = (await session.scalars(answered)).all()
    ids = [int(key.partition(":")[2]) for key in keys]
    if consultation.voice == Voice.STRUCTURE:
        rows = await session.execute(select(Structure.id, Structure.name).where(Structure.id.in_(ids)))
        return {structure_voice(number): name for number, name in rows}
    return {
        person_voice(person.id): person.name
        for person in await session.scalars(select(Person).where(Person.id.in_(ids)))
    }
