"""« suivi »: staff follow who has answered, by region and kind, and read the count where the promise allows it.

National staff see every consultation; regional staff the participation of their own regions.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import (
    acting_wording,
    behalf,
    channel_wording,
    escalation_wording,
    mending,
    reporting,
    rhythm,
    rhythm_wording,
    silence,
    trending,
    wording,
)
from handlers.consultations.acting import DEEDS
from handlers.consultations.board import the_question
from handlers.consultations.dating import attach, ways_to_fix
from handlers.consultations.participation import overview
from handlers.consultations.promise import withheld
from handlers.consultations.questionnaire import Fact, read
from handlers.consultations.screens import button
from handlers.consultations.secret import facts_of_list, listed
from handlers.consultations.silence import follower
from handlers.consultations.standing import facts_of_consultation, voice_names
from handlers.consultations.tally import tally
from handlers.consultations.timing import state_at
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request
from storage.ballots import Ballot, Participation, Proposal
from storage.consultations import (
    Consultation,
    Secrecy,
    Status,
    Voice,
    consultation_by_slug,
    consultations_with,
    whole_consultation,
)
from storage.conversations import Conversation
from storage.network import all_regions, setting
from storage.secret_ballots import SecretBallot
from storage.voices import expected_voices


async def follow_up(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« suivi » alone lists the consultations; with a slug it shows that one."""
    follower(request)
    if request.rest:
        consultation = await consultation_by_slug(session, request.rest.strip().lower())
        if consultation is None:
            return say(reporting.UNKNOWN_SLUG)
        return await _one(request, session, consultation)
    states = (Status.OPEN, Status.CLOSED, Status.DRAFT) if request.known().is_staff else (Status.OPEN, Status.CLOSED)
    found = await consultations_with(session, *states)
    if not found:
        return say(reporting.NOTHING_TO_FOLLOW)
    if len(found) == 1:
        return await _one(request, session, found[0])
    rows = [(button(wording.shortened(one.title), "follow", one.id),) for one in found]
    return say(reporting.WHICH, *rows)


async def asked_in_words(
    request: Request,
    session: AsyncSession,
    *,
    silent: bool,
    named: Callable[[str], int],
    strange: bool,
    region: str,
) -> Reply:
    """« qui n’a pas répondu ? » (`silent`), « qui a répondu ? »: of the open consultation that is meant.

    `named` counts the asker's words that a title has, `strange` says that there are some: where no title has any,
    nothing is told of another consultation. `region` is a code, empty for everywhere. Where several may be meant, it is
    asked which one.
    """
    follower(request)
    where = next((one.id for one in await all_regions(session) if one.code == region), 0) if region else 0
    found = [
        one
        for one in await consultations_with(session, Status.OPEN)
        if state_at(one, request.received_at) == Status.OPEN
    ]
    if not found:
        return say(escalation_wording.NONE_TO_WAIT_FOR)
    most = max(named(one.title) for one in found)
    unknown = strange and not most
    meant = found if unknown else [one for one in found if named(one.title) == most]
    if len(meant) == 1 and not unknown:
        return await (
            silence.tell_silent(request, session, meant[0], where) if silent else _one(request, session, meant[0])
        )
    which = escalation_wording.WHICH_SILENCE if silent else reporting.WHICH
    choices = [
        (button(wording.shortened(one.title), *((silence.VERB, one.id, where) if silent else ("follow", one.id))),)
        for one in meant
    ]
    return say(escalation_wording.NOT_OF_THAT_NAME if unknown else which, *choices)


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """An action of staff."""
    assert request.press is not None
    follower(request)
    verb, *rest = request.press.action.split(":")[1:]
    if verb in (rhythm.SHOW, rhythm.SET):
        return await rhythm.press(request, session, conversation)
    if not rest:
        return await follow_up(request, session, conversation)
    if verb in ("mend-question", "mend-text"):
        return await mending.press(request, session, conversation)
    if verb == silence.VERB and (number := request.number(0)) is not None:
        consultation = await whole_consultation(session, number)
        if consultation is None:
            return Reply(notice=reporting.STALE)
        return await silence.tell_silent(request, session, consultation, request.number(1) or 0)
    if verb == "attach" and (number := request.number(0)) is not None:
        request.staff()
        consultation = await whole_consultation(session, number)
        gone = Reply(notice=reporting.STALE)
        return await attach(request, session, consultation, request.number(1)) if consultation else gone
    if len(rest) != 1 or not (rest[0].isascii() and rest[0].isdigit() and len(rest[0]) < 16):
        return Reply(notice=reporting.STALE)
    consultation = await whole_consultation(session, int(rest[0]))
    if consultation is None:
        return Reply(notice=reporting.STALE)
    if verb == "follow":
        return await _one(request, session, consultation)
    request.staff()
    if verb == "results":
        return await _results(request, session, consultation)
    if verb == "enter":
        return behalf.ask_whom(request, conversation, consultation)
    return await DEEDS[verb](request, session, consultation)


VERBS = frozenset(
    {rhythm.SHOW, rhythm.SET, silence.VERB, "follow", "results", "enter", "attach", *DEEDS}
    | {"mend-question", "mend-text"}
)


async def _one(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """Participation: answered of expected, by region and kind, and what waits for a director."""
    person = follower(request)
    voices = await expected_voices(session, consultation)
    if not person.is_staff:
        voices = [voice for voice in voices if voice.region_id in person.staff_regions]
    keys = {voice.key for voice in voices}
    answered = set(
        await session.scalars(select(Participation.voice_key).where(Participation.consultation_id == consultation.id))
    )
    waiting = {
        key
        for key in await session.scalars(select(Proposal.voice_key).where(Proposal.consultation_id == consultation.id))
        if key in keys and key not in answered
    }
    kinds = {
        str(kind.get("key")): str(kind.get("plural") or kind.get("key"))
        for kind in (await setting(session, "network")).get("structure_kinds", ())
    }
    text = reporting.participation(
        title=consultation.title,
        state=reporting.state(consultation, state_at(consultation, request.received_at), request.zone, request.tz),
        overview=overview(voices, answered),
        waiting=len(waiting),
        structures=consultation.voice == Voice.STRUCTURE,
        kind_name=lambda kind: kinds.get(kind, kind),
    )
    if consultation.mends:
        text += "\n\n" + acting_wording.mends(len(consultation.mends))
    row: list[Button] = []
    state = state_at(consultation, request.received_at)
    acts: list[Button] = []
    if person.is_staff:
        row.append(button(reporting.RESULTS, "results", consultation.id))
        if state == Status.OPEN:
            acts.append(button(acting_wording.NUDGE, "nudge", consultation.id))
            acts.append(button(acting_wording.PROLONG, "until", consultation.id))
            acts.append(button(acting_wording.UNREACHED, "phones", consultation.id))
            if consultation.secrecy != Secrecy.ANONYMOUS:
                acts.append(button(acting_wording.ENTER, "enter", consultation.id))
            if the_question(consultation) is not None and consultation.secrecy != Secrecy.ANONYMOUS:
                acts.append(button(channel_wording.POST, "post", consultation.id))
            acts.append(button(acting_wording.CLOSE, "close", consultation.id))
        if state == Status.DRAFT:
            acts.append(button(wording.TRY, "begin", consultation.id))
            acts.append(button(acting_wording.SET_END, "until", consultation.id))
            acts.append(button(acting_wording.OPEN, "opening", consultation.id))
        else:
            acts.append(button(acting_wording.EXPORT, "export", consultation.id))
        if state == Status.CLOSED:
            acts.append(button(acting_wording.PUBLISH, "publish", consultation.id))
        if state != Status.CLOSED or consultation.series:
            acts.append(button(rhythm_wording.RHYTHM, rhythm.SHOW, consultation.id))
        if consultation.series:
            row.append(button(trending.TREND, "trend", consultation.id))
        acts.append(button(mending.MEND, "typos", consultation.id))
        acts.append(button(acting_wording.COPY, "copy", consultation.id))
    if len(answered & {voice.key for voice in voices}) < len(voices) and state != Status.DRAFT:
        row.append(button(escalation_wording.SILENT, silence.VERB, consultation.id))
    row.append(button(reporting.REFRESH, "follow", consultation.id))
    return say(text, tuple(row), *([tuple(acts)] if acts else []), replace=True)


async def _results(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """The count of every question, if what was promised to the voters allows staff to see it now."""
    back = (button(reporting.PARTICIPATION, "follow", consultation.id),)
    secret = consultation.secrecy == Secrecy.ANONYMOUS
    table = SecretBallot if secret else Ballot
    ballots = await session.scalar(select(func.count()).where(table.consultation_id == consultation.id)) or 0
    why = withheld(consultation, state_at(consultation, request.received_at), ballots)
    if why:
        return say(f"**{plain(consultation.title)}**\n\n{why}", back, replace=True)
    items = read(consultation)
    if secret:
        facts = await facts_of_list(session, consultation, items)
    else:
        facts = await facts_of_consultation(session, consultation.id)
    counted = tally(items, facts.values())
    signed = await _signed_texts(session, consultation, facts) if consultation.secrecy == Secrecy.NAMED else None
    text = reporting.results(consultation.title, counted, ballots, signed)
    dates = await ways_to_fix(session, consultation, list(counted))
    if secret:
        _, whole = await listed(session, consultation)
        text += "\n\n" + (reporting.RECOUNTED if whole else reporting.NOT_AS_MANY)
    return say(text, *dates, back, replace=True)


async def _signed_texts(
    session: AsyncSession, consultation: Consultation, facts: Mapping[int, Sequence[Fact]]
) -> dict[int, list[tuple[str, str]]]:
    """The texts of a named consultation by question, each with the name of its voice, by name."""
    names = await voice_names(session, consultation)
    keys = await session.execute(select(Ballot.id, Ballot.voice_key).where(Ballot.consultation_id == consultation.id))
    signed: dict[int, list[tuple[str, str]]] = {}
    for ballot_id, key in keys:
        for fact in facts.get(ballot_id, ()):
            if fact.text:
                signed.setdefault(fact.question_id, []).append((names.get(key, ""), fact.text))
    return {question: sorted(texts) for question, texts in signed.items()}
