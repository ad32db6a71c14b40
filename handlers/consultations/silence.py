"""« qui n’a pas répondu ? »: staff are told which voices have not answered, region by region.

Names, never what anybody answered, and of personal voices not those who asked to be left alone. National staff read
every region, regional staff their own.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import acting_wording, reporting
from handlers.consultations import escalation_wording as said
from handlers.consultations.escalating import silent_by_region
from handlers.consultations.nudging import silent_voices
from handlers.consultations.screens import button
from handlers.consultations.timing import state_at
from handlers.errors import Refusal
from handlers.messages import Reply, say
from handlers.request import Request, Someone
from storage.consultations import Consultation, Status
from storage.voices import expected_voices

VERB = "silent"


def follower(request: Request) -> Someone:
    """National staff, an administrator, or regional staff. Raises Refusal for anybody else, and where others read."""
    person = request.known()
    if not person.is_staff and not person.staff_regions:
        raise Refusal(reporting.NO_RIGHT, audit="follow without right")
    if request.inbound.chat_kind != "private":
        raise Refusal(reporting.PRIVATE)
    return person


async def tell_silent(request: Request, session: AsyncSession, consultation: Consultation, region_id: int) -> Reply:
    """The voices of that consultation that have not answered, of one region (0: of all that the asker may follow)."""
    person = follower(request)

    def shown(region: int | None) -> bool:
        return region_id in (0, region) and (person.is_staff or region in person.staff_regions)

    expected = {voice.key for voice in await expected_voices(session, consultation) if shown(voice.region_id)}
    if not expected:
        return say(said.NOBODY_EXPECTED)
    silent = expected.intersection(await silent_voices(session, consultation))
    named = await silent_by_region(session, consultation)
    groups = sorted((group for region, group in named.items() if shown(region)), key=lambda group: group.region)
    unnamed = len(silent) - sum(len(group.names) for group in groups)
    is_open = state_at(consultation, request.received_at) == Status.OPEN
    text = said.to_follower(consultation, groups, len(silent), len(expected), unnamed, is_open=is_open)
    rows = [(button(reporting.PARTICIPATION, "follow", consultation.id),)]
    if person.is_staff and silent and is_open:
        rows.append((button(acting_wording.UNREACHED, "phones", consultation.id),))
    return say(text, *rows)
