"""Who may answer what now: the same check for every press and every text, whatever a button promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import wording
from handlers.consultations.questionnaire import Item, read
from handlers.consultations.timing import forget_trials, state_at
from handlers.consultations.voice import Speaker, obstacle, voice_key
from handlers.request import Request, Someone
from storage.consultations import Consultation, Secrecy, Status, Voice
from storage.network import Region, Structure


@dataclass(frozen=True, slots=True)
class Admitted:
    """A person who may answer a consultation now, and the voice they answer with."""

    consultation: Consultation
    items: Sequence[Item]
    speaker: Speaker
    person: Someone
    voice_key: str
    trial: bool = False  # staff try it out before it opens: nothing is counted or kept

    @property
    def secret(self) -> bool:
        """Whether nobody may ever join the answer with the voice."""
        return self.consultation.secrecy == Secrecy.ANONYMOUS and not self.trial

    @property
    def structure(self) -> str:
        """The structure one answers for; empty when one answers for oneself."""
        if self.consultation.voice != Voice.STRUCTURE:
            return ""
        return self.person.structure or (wording.YOUR_STRUCTURE if self.trial else "")


async def speaker_of(session: AsyncSession, person: Someone) -> Speaker:
    """The person as the rules of voice see them."""
    code = ""
    if person.region_id is not None:
        code = await session.scalar(select(Region.code).where(Region.id == person.region_id)) or ""
    return Speaker(person.id, person.structure_id, code, person.kind, frozenset(str(role) for role in person.roles))


async def speaker_for(session: AsyncSession, consultation: Consultation, person: Someone) -> Speaker:
    """The same where a structure answers: it is asked as part of its own region, not of the person's."""
    speaker = await speaker_of(session, person)
    if consultation.voice != Voice.STRUCTURE or person.structure_id is None:
        return speaker
    code = await session.scalar(
        select(Region.code).join(Structure, Structure.region_id == Region.id).where(Structure.id == person.structure_id)
    )
    return Speaker(speaker.person_id, speaker.structure_id, code or "", speaker.kind, speaker.roles)


async def admit(request: Request, session: AsyncSession, consultation: Consultation) -> Admitted | str:
    """The person at their place, or the sentence that says why not. Raises Refusal for somebody unknown."""
    person = request.known()
    speaker = await speaker_for(session, consultation, person)
    state = state_at(consultation, request.received_at)
    if state == Status.DRAFT and person.is_staff:
        items = read(consultation, person.id)
        return Admitted(consultation, items, speaker, person, f"trial:{person.id}", trial=True)
    kept_out = obstacle(consultation.voice, consultation.audience, speaker)
    if kept_out is not None:
        return wording.obstacle(kept_out, consultation.title)
    if state == Status.DRAFT:
        return wording.not_open(consultation.title)
    if state == Status.CLOSED:
        return closed_sentence(request, consultation)
    if consultation.status == Status.DRAFT:  # its instant has come and no tick has said so yet
        consultation.status = Status.OPEN
        consultation.frozen_at = consultation.updated_at = request.received_at
        await forget_trials(session, consultation.id)
    return Admitted(
        consultation, read(consultation, person.id), speaker, person, voice_key(consultation.voice, speaker)
    )


def closed_sentence(request: Request, consultation: Consultation) -> str:
    """It is over, and since when."""
    at = consultation.closes_at
    known = at is not None and at <= request.received_at
    return wording.closed(consultation.title, wording.moment(at, request.tz) if at is not None and known else "")


def network_zone(request: Request) -> ZoneInfo:
    """The zone in which deadlines are stated for everybody."""
    return ZoneInfo(request.zone)
