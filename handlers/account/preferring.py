"""« preferences »: time zone, platform, quiet hours, language of dates; a pause and « stop » are `pausing`'s."""

from collections.abc import Mapping
from datetime import time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import preference_wording as wording
from handlers.account.data_wording import PLATFORMS, entry
from handlers.account.mydata import privately
from handlers.account.pausing import BACK, CANCEL, PAUSE_FORM, pause, pause_typed, resume, stop
from handlers.account.readings import quiet_typed
from handlers.account.zones import bare, find_zone
from handlers.dates import zone_name
from handlers.instants import known_zone
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage.conversations import Conversation
from storage.network import Region, Structure, home
from storage.people import NOWHERE, Person, accounts_of, zone_of

ZONE_FORM, QUIET_FORM = "prefer:zone", "prefer:quiet"
FORMS = (ZONE_FORM, QUIET_FORM, PAUSE_FORM)
_HOURS = ((time(19), time(9)), (time(22), time(7)))


async def show_preferences(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The command « preferences »: what is set, and a button for each."""
    person = privately(request)
    row = await session.get_one(Person, person.id)
    now = request.received_at
    lines = [
        (wording.ZONE, zone_name(person.zone)),
        (wording.PLACE, wording.place(row)),
        (wording.QUIET, wording.quiet(row.quiet_begins, row.quiet_ends)),
        (wording.DATES, wording.LOCALES[row.locale or "fr"]),
        (wording.REMINDERS, "suspendus" if row.reminders_paused else "actifs"),
        (wording.SENDING, wording.sending(row, now, request.tz)),
    ]
    text = f"{wording.TITLE}\n\n" + "\n".join(entry(title, value) for title, value in lines)
    silent = row.stopped_at is not None or (row.paused_until is not None and now < row.paused_until)
    resume = Button(label=wording.RESUME, action="prefer:resume", style="primary")
    quieter = (
        Button(label=wording.PAUSE, action="prefer:pause"),
        Button(label=wording.STOP, action="prefer:stop", style="danger"),
    )
    return say(
        text,
        (
            Button(label=wording.CHANGE_ZONE, action="prefer:zone"),
            Button(label=wording.CHANGE_PLACE, action="prefer:place"),
        ),
        (
            Button(label=wording.CHANGE_QUIET, action="prefer:quiet"),
            Button(label=wording.CHANGE_DATES, action="prefer:dates"),
        ),
        (Button(label=wording.MY_REMINDERS, action="calendar:reminders"),),
        (resume,) if silent else quieter,
        replace=request.press is not None,
    )


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A press of `prefer:<verb>[:<choice>]`; a choice is checked like one that was typed."""
    privately(request)
    assert request.press is not None
    verb, _, choice = request.press.action.removeprefix("prefer:").partition(":")
    if verb == "stop":
        return await stop(request, session, conversation)
    if verb == "resume":
        return await resume(request, session, conversation) or await show_preferences(request, session, conversation)
    if verb == "cancel":
        conversation.close_form()
        return say(wording.NOTHING_CHANGED, (BACK,), replace=True)
    work = {
        "zone": _zone_pressed,
        "place": _place_pressed,
        "fallback": _fallback_pressed,
        "quiet": _quiet_pressed,
        "dates": _dates_pressed,
        "pause": pause,
    }.get(verb)
    if work is None:
        return await show_preferences(request, session, conversation)
    return await work(request, session, conversation, choice)


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """What is typed while one of our forms is open; a question in the middle is answered, and the form stays."""
    privately(request)
    if bare(request.text) == "annuler":
        conversation.close_form()
        return say(wording.NOTHING_CHANGED, (BACK,))
    if request.text.endswith("?"):
        return None
    if conversation.form == ZONE_FORM:
        return await _zone_typed(request, session, conversation)
    if conversation.form == QUIET_FORM:
        hours = quiet_typed(request.text)
        return await _set_quiet(request, session, conversation, hours) if hours else say(wording.BAD_QUIET, (CANCEL,))
    return await pause_typed(request, session, conversation)


async def _zone_pressed(request: Request, session: AsyncSession, conversation: Conversation, zone: str) -> Reply:
    if zone == "region" or ("/" in zone and known_zone(zone)):
        return await _set_zone(request, session, conversation, None if zone == "region" else zone)
    conversation.open_form(ZONE_FORM, {})
    zones = dict.fromkeys(await session.scalars(select(Region.zone).order_by(Region.overseas, Region.name)))
    buttons = [Button(label=_city(one), action=f"prefer:zone:{one}") for one in zones if known_zone(one)]
    rows = [tuple(buttons[first : first + 3]) for first in range(0, len(buttons), 3)]
    region = Button(label=wording.REGION_ZONE, action="prefer:zone:region")
    return say(wording.ASK_ZONE, *rows, (region, CANCEL))


async def _zone_typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    found = find_zone(request.text, await _places(session))
    if found.zone:
        return await _set_zone(request, session, conversation, found.zone)
    if found.near:
        buttons = tuple(Button(label=_city(zone), action=f"prefer:zone:{zone}") for zone in found.near)
        return say(wording.WHICH_ZONE, buttons, (CANCEL,))
    return None if len(request.text.split()) > 4 else say(wording.NO_ZONE, (CANCEL,))


async def _places(session: AsyncSession) -> Mapping[str, str]:
    """The names of the network's own: its structures, and above them its regions."""
    found: dict[str, str] = {}
    default, _ = await home(session)
    structures = select(Structure.name, Structure.zone, Region.zone).outerjoin(Region, Region.id == Structure.region_id)
    for name, own, region in await session.execute(structures):
        found[name] = own or region or default
    for place in await session.scalars(select(Region)):
        found |= dict.fromkeys((place.name, *place.aliases), place.zone)
    return found


async def _set_zone(request: Request, session: AsyncSession, conversation: Conversation, zone: str | None) -> Reply:
    person = request.known()
    row = await session.get_one(Person, person.id)
    row.zone = zone
    conversation.close_form()
    if zone is None:
        structure = await session.get(Structure, row.structure_id) if row.structure_id else None
        region = await session.get(Region, person.region_id) if person.region_id else None
        default, _ = await home(session)
        zone = zone_of(None, structure.zone if structure else None, region.zone if region else None, default)
    return say(wording.zone_changed(zone, request.received_at), (BACK,), replace=request.press is not None)


async def _place_pressed(request: Request, session: AsyncSession, conversation: Conversation, platform: str) -> Reply:
    person = request.known()
    mine = await _platforms(session, person.id)
    row = await session.get_one(Person, person.id)
    if platform == "any":
        row.preferred_platform = row.fallback_platform = None
        return say(wording.place_changed(row), (BACK,), replace=True)
    if platform not in mine:
        if len(mine) < 2:
            return say(wording.ONE_PLACE, (BACK,), replace=True)
        buttons = [Button(label=PLATFORMS.get(one, one), action=f"prefer:place:{one}") for one in mine]
        return say(
            wording.ASK_PLACE,
            tuple(buttons),
            (Button(label=wording.ANY_PLACE, action="prefer:place:any"), BACK),
            replace=True,
        )
    row.preferred_platform, row.fallback_platform = platform, None
    others = [Button(label=PLATFORMS.get(p, p), action=f"prefer:fallback:{p}") for p in mine if p != platform]
    return say(
        f"{wording.place_changed(row)} {wording.ASK_FALLBACK}",
        tuple(others),
        (
            Button(label=wording.ANYWHERE, action="prefer:fallback:any"),
            Button(label=wording.NO_OTHER, action=f"prefer:fallback:{NOWHERE}"),
        ),
        replace=True,
    )


async def _fallback_pressed(
    request: Request, session: AsyncSession, conversation: Conversation, platform: str
) -> Reply:
    person = request.known()
    row = await session.get_one(Person, person.id)
    if row.preferred_platform and platform in (*await _platforms(session, person.id), NOWHERE, "any"):
        row.fallback_platform = None if platform == "any" else platform
    return say(wording.place_changed(row), (BACK,), replace=True)


async def _platforms(session: AsyncSession, person_id: int) -> list[str]:
    return sorted({account.platform for account in await accounts_of(session, [person_id])})


async def _quiet_pressed(request: Request, session: AsyncSession, conversation: Conversation, choice: str) -> Reply:
    if choice == "network":
        return await _set_quiet(request, session, conversation, (None, None))
    if choice == "never":
        return await _set_quiet(request, session, conversation, wording.NEVER_QUIET)
    if hours := quiet_typed(choice.replace("-", " ")):
        return await _set_quiet(request, session, conversation, hours)
    conversation.open_form(QUIET_FORM, {})
    offered = [
        Button(label=wording.quiet(begins, ends).capitalize(), action=f"prefer:quiet:{begins.hour}h-{ends.hour}h")
        for begins, ends in _HOURS
    ]
    return say(
        wording.ASK_QUIET,
        (Button(label=wording.NETWORK_QUIET, action="prefer:quiet:network"),),
        tuple(offered),
        (Button(label=wording.NO_QUIET, action="prefer:quiet:never"), CANCEL),
    )


async def _set_quiet(
    request: Request,
    session: AsyncSession,
    conversation: Conversation,
    hours: tuple[time, time] | tuple[None, None],
) -> Reply:
    row = await session.get_one(Person, request.known().id)
    row.quiet_begins, row.quiet_ends = hours
    conversation.close_form()
    return say(wording.quiet_changed(*hours), (BACK,), replace=request.press is not None)


async def _dates_pressed(request: Request, session: AsyncSession, conversation: Conversation, locale: str) -> Reply:
    row = await session.get_one(Person, request.known().id)
    if locale not in wording.LOCALES:
        buttons = tuple(
            Button(label=label.capitalize(), action=f"prefer:dates:{one}") for one, label in wording.LOCALES.items()
        )
        return say(wording.ASK_LOCALE, buttons, (BACK,), replace=True)
    row.locale = locale
    return say(wording.locale_changed(locale), (BACK,), replace=True)


def _city(zone: str) -> str:
    """« Cayenne » for a button, from « heure de Cayenne »."""
    return zone_name(zone).removeprefix("heure de ").removeprefix("heure d’")
