"""A press on a poll in a channel is the whole answer: counted at once, and said to the one who pressed alone.

Many presses are counted in one transaction, for a channel is where everybody presses at once. Each still has its own
right, its own rule of voice and its own answer; of two presses for one voice the second sees what the first did.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import channel_wording as said
from handlers.consultations import screens, wording
from handlers.consultations.admitting import Admitted
from handlers.consultations.board import the_question
from handlers.consultations.casting import Cast, cast, cast_new
from handlers.consultations.proving import note_where_they_stand
from handlers.consultations.questionnaire import Answers, Given, Item, fault, wants_text
from handlers.consultations.receipts import outcome_for
from handlers.consultations.standing import Standing, standings_of
from handlers.consultations.submitting import propose, still_open, tell_others
from handlers.consultations.timing import state_at
from handlers.consultations.voice import Effect, Speaker, obstacle, voice_key
from handlers.messages import Reply
from handlers.request import Request, Someone
from storage.channel_polls import posted
from storage.consultations import (
    Consultation,
    Draft,
    QuestionKind,
    Rule,
    Secrecy,
    Status,
    Voice,
    consultation_of_question,
)
from storage.network import Region, Structure
from storage.voices import lock_voices

ACTION = "consult:vote"


@dataclass(frozen=True, slots=True)
class _Press:
    """A press that may count: whose, with which answer."""

    request: Request
    seat: Admitted
    item: Item
    answer: Given


async def vote(requests: Sequence[Request], session: AsyncSession) -> list[Reply]:
    """Count presses of channels; one reply for each, in their order: a notice, no message."""
    replies: list[Reply | None] = [None] * len(requests)
    consultations = await _asked(requests, session)
    speakers = await _speakers(session, [one.person for one in requests if one.person is not None])
    waiting: list[tuple[int, _Press]] = []
    for index, request in enumerate(requests):
        found = _read(request, consultations, speakers)
        if isinstance(found, Reply):
            replies[index] = found
        else:
            waiting.append((index, found))
    for consultation in consultations.values():
        mine = [one for one in waiting if one[1].seat.consultation is consultation]
        if mine:
            for index, reply in (await _of_one(session, consultation, mine)).items():
                replies[index] = reply
    return [reply or _no(wording.STALE) for reply in replies]


async def _asked(requests: Sequence[Request], session: AsyncSession) -> dict[int, Consultation]:
    """The consultations pressed that stand in a channel, by question."""
    found: dict[int, Consultation] = {}
    for question in sorted({number for one in requests if (number := one.number(0)) is not None}):
        consultation = await consultation_of_question(session, question)
        if consultation is not None:
            found[question] = consultation
    places = await posted(session, [one.id for one in found.values()])
    await note_where_they_stand(session, _pressed(requests, found), places)
    known = {one.consultation_id for one in places}
    return {question: one for question, one in found.items() if one.id in known}


def _pressed(
    requests: Sequence[Request], consultations: Mapping[int, Consultation]
) -> Iterator[tuple[Request, Consultation]]:
    for request in requests:
        consultation = consultations.get(request.number(0) or 0)
        if consultation is not None:
            yield request, consultation


async def _speakers(session: AsyncSession, people: Sequence[Someone]) -> dict[int, tuple[Speaker, Speaker]]:
    """Everybody as the rules see them: for themselves, and for their structure, which has a region of its own."""
    codes = {row.id: row.code for row in await session.execute(select(Region.id, Region.code))}
    houses = {one.structure_id for one in people if one.structure_id is not None}
    of_house = {
        number: codes.get(region, "") if region is not None else ""
        for number, region in await session.execute(
            select(Structure.id, Structure.region_id).where(Structure.id.in_(houses))
        )
    }
    found: dict[int, tuple[Speaker, Speaker]] = {}
    for one in people:
        roles = frozenset(str(role) for role in one.roles)
        own = Speaker(one.id, one.structure_id, codes.get(one.region_id or 0, ""), one.kind, roles)
        found[one.id] = own, replace(own, region_code=of_house.get(one.structure_id or 0, own.region_code))
    return found


def _read(
    request: Request, consultations: Mapping[int, Consultation], speakers: Mapping[int, tuple[Speaker, Speaker]]
) -> _Press | Reply:
    """The press as an answer somebody may give, or why it is none."""
    question, value = request.number(0), request.number(1)
    if question is None or value is None or len(request.arguments) != 2:
        return _no(wording.STALE)
    consultation = consultations.get(question)
    item = the_question(consultation) if consultation is not None else None
    if consultation is None or item is None or consultation.secrecy == Secrecy.ANONYMOUS:
        return _no(said.GONE)
    person = request.person
    if person is None:
        return _no(said.UNKNOWN)
    by_structure = consultation.voice == Voice.STRUCTURE
    speaker = speakers[person.id][by_structure]
    if kept_out := obstacle(consultation.voice, consultation.audience, speaker):
        return _no(said.obstacle(kept_out))
    if (state := state_at(consultation, request.received_at)) != Status.OPEN:
        return _no(said.TOO_LATE if state == Status.CLOSED else said.NOT_YET)
    answer: Given = {"choices": [value]} if item.kind == QuestionKind.ONE else {"number": value}
    if wants_text(item, answer):
        return _no(said.OTHER)
    if fault(item, answer):
        return _no(wording.STALE)
    seat = Admitted(consultation, (item,), speaker, person, voice_key(consultation.voice, speaker))
    return _Press(request, seat, item, answer)


async def _of_one(
    session: AsyncSession, consultation: Consultation, presses: Sequence[tuple[int, _Press]]
) -> dict[int, Reply]:
    """The presses of one consultation, under the locks of their voices. What came first counts first."""
    if not await still_open(session, consultation, max(press.request.received_at for _, press in presses)):
        return {index: _no(said.TOO_LATE) for index, _ in presses}
    keys = {press.seat.voice_key for _, press in presses}
    await lock_voices(session, keys)
    standings = await standings_of(session, consultation.id, presses[0][1].seat.items, sorted(keys))
    replies: dict[int, Reply] = {}
    new: dict[str, tuple[int, _Press]] = {}
    again: list[tuple[int, _Press]] = []
    for index, press in presses:
        key = press.seat.voice_key
        if key in new:
            again.append((index, press))
        elif outcome_for(press.seat, standings[key]) == Effect.COUNT:
            new[key] = index, press
        else:
            replies[index] = await _where_one_stands(session, press, standings[key])
    if new:
        await _count(session, consultation, [press for _, press in new.values()], standings)
        for index, press in new.values():
            replies[index] = Reply(notice=said.counted(_spoken(press), press.seat.structure))
    if again:
        replies |= await _of_one(session, consultation, again)
    return replies


async def _count(
    session: AsyncSession, consultation: Consultation, presses: Sequence[_Press], standings: Mapping[str, Standing]
) -> None:
    """First answers of their voices, together."""
    ballots = await cast_new(session, [_cast(press) for press in presses])
    people = [press.seat.person.id for press in presses]
    begun = set(await session.scalars(select(Draft.person_id).where(Draft.consultation_id == consultation.id)))
    if begun & set(people):  # what was begun in private is answered by the press
        await session.execute(
            delete(Draft).where(Draft.consultation_id == consultation.id, Draft.person_id.in_(people))
        )
    if begun - set(people):
        for press, ballot in zip(presses, ballots, strict=True):
            await tell_others(press.request, session, press.seat, standings[press.seat.voice_key], ballot)


async def _where_one_stands(session: AsyncSession, press: _Press, standing: Standing) -> Reply:
    """The voice has an answer already, or needs a director."""
    seat, answers = press.seat, _answers(press)
    effect = outcome_for(seat, standing)
    ballot = standing.ballot
    if effect == Effect.PROPOSE:
        if standing.proposal is None or standing.proposal.content != answers:
            await propose(press.request, session, seat, answers)
        return Reply(notice=said.prepared(seat.structure))
    assert ballot is not None  # nothing else is replaced or refused
    if ballot.submitted_by != seat.person.id and seat.consultation.voice == Voice.STRUCTURE:
        first = seat.consultation.rule == Rule.FIRST
        return _no(said.colleague(standing.author, seat.structure, first=first))
    if standing.answers == answers:
        return Reply(notice=said.same(_spoken(press), seat.structure))
    changed = await cast(session, standing, _cast(press))
    await tell_others(press.request, session, seat, standing, changed)
    return Reply(notice=said.changed(_spoken(press), seat.structure))


def _cast(press: _Press) -> Cast:
    return Cast.of(press.seat, _answers(press), press.seat.person.id, press.request.received_at)


def _answers(press: _Press) -> Answers:
    return {str(press.item.id): press.answer}


def _spoken(press: _Press) -> str:
    return screens.spoken(press.item, press.answer)


def _no(why: str) -> Reply:
    return Reply(notice=why, alert=True)
