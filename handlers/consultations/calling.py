"""Whom to call: those whose voice has not answered and whom no message reaches, with phone numbers."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.nudging import silent_members, silent_voices
from handlers.tables import Table
from storage.consultations import Consultation
from storage.people import Person, accounts_of, best_account
from storage.voices import expected_voices

_HEADER = ("Région", "Structure ou personne", "Nom", "Fonction", "Téléphone", "Courriel")


async def table_to_call(session: AsyncSession, consultation: Consultation) -> Table:
    """One row for each person of a silent voice of which nobody can be reached; one for a voice without people."""
    silent = set(await silent_voices(session, consultation))
    told = await silent_members(session, consultation)
    accounts = await accounts_of(session, [member.id for member in told])
    reached = {
        member.voice_key
        for member in told
        if best_account([one for one in accounts if one.person_id == member.id], member.preferred_platform) is not None
    }
    query = select(Person).where(Person.id.in_([member.id for member in told if member.voice_key not in reached]))
    people = {person.id: person for person in await session.scalars(query)}
    rows: list[tuple[str, ...]] = []
    for voice in await expected_voices(session, consultation):
        if voice.key not in silent or voice.key in reached:
            continue
        theirs = [people[member.id] for member in told if member.voice_key == voice.key and member.id in people]
        rows.extend(
            (voice.region, voice.name, one.name, one.function or "", one.phone or "", one.email or "") for one in theirs
        )
        if not theirs:
            rows.append((voice.region, voice.name, "", "", "", ""))
    return Table(f"À appeler : {consultation.title}", _HEADER, tuple(sorted(rows)))
