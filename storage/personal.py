"""Personal links: a private web address for each person, and the sessions of the browsers that used one.

Of both only SHA-256 is kept. All instants are seconds of the machine's clock: moving the calendar neither prolongs a
link nor ends it. A link that is revoked or has expired ends the sessions it opened.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Float, ForeignKey, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row
from storage.linking import digest, give_tokens, new_token
from storage.people import WEB, Account

DAY = 24 * 3600.0
LINK_LIFE = 90 * DAY  # asked for by the person
SESSION_LIFE = 7 * DAY  # of a browser; never longer than its link
NO_LINK = "no personal link"  # why a page that nobody can open is not written to


class PersonalLink(Row):
    """One private address. `made_by` is who made it for the person; nobody for the command line or an erased person."""

    __tablename__ = "personal_links"
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    made: Mapped[float] = mapped_column(Float(53))
    until: Mapped[float] = mapped_column(Float(53))
    revoked: Mapped[float | None] = mapped_column(Float(53))
    last_used: Mapped[float | None] = mapped_column(Float(53))


class WebSession(Row):
    """A browser that acts as a person until an instant, by the link it was opened with."""

    __tablename__ = "web_sessions"
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("personal_links.id", ondelete="CASCADE"), index=True)
    until: Mapped[float] = mapped_column(Float(53))


async def make_link(
    session: AsyncSession, person_id: int, made_by: int | None, machine: float, life: float = LINK_LIFE
) -> str:
    """A new link's token, which is kept nowhere."""
    return (await make_links(session, [person_id], made_by, machine, life))[person_id]


async def make_links(
    session: AsyncSession, person_ids: Collection[int], made_by: int | None, machine: float, life: float
) -> dict[int, str]:
    """A new link's token for each of the people."""
    shared = {"made_by": made_by, "made": machine, "until": machine + life, "revoked": None, "last_used": None}
    return await give_tokens(session, PersonalLink, person_ids, shared)


async def find_link(session: AsyncSession, token: str, machine: float) -> PersonalLink | None:
    """The link if it is good now. Looking changes nothing: mail scanners look too."""
    found: PersonalLink | None = await session.scalar(
        select(PersonalLink).where(PersonalLink.digest == digest(token), *_good(machine))
    )
    return found


async def open_session(session: AsyncSession, link: PersonalLink, machine: float) -> str:
    """Let a browser act as the link's person; returns the secret for its cookie."""
    secret = new_token()
    until = min(link.until, machine + SESSION_LIFE)
    session.add(WebSession(digest=digest(secret), person_id=link.person_id, link_id=link.id, until=until))
    link.last_used = machine
    return secret


async def find_session(session: AsyncSession, secret: str, machine: float) -> WebSession | None:
    """The session of that cookie if it is good now, and its link too."""
    found: WebSession | None = await session.scalar(
        select(WebSession)
        .join(PersonalLink, PersonalLink.id == WebSession.link_id)
        .where(WebSession.digest == digest(secret), WebSession.until > machine, *_good(machine))
    )
    return found


async def close_session(session: AsyncSession, secret: str) -> None:
    """The browser no longer acts as anybody."""
    await session.execute(delete(WebSession).where(WebSession.digest == digest(secret)))


async def live_links_not_opened(session: AsyncSession, machine: float) -> Sequence[PersonalLink]:
    """The links given out by others that nobody has opened yet, those that end first first."""
    return (
        await session.scalars(
            select(PersonalLink)
            .where(
                PersonalLink.last_used.is_(None),
                PersonalLink.made_by.is_distinct_from(PersonalLink.person_id),
                *_good(machine),
            )
            .order_by(PersonalLink.until, PersonalLink.id)
        )
    ).all()


async def revoke_links(session: AsyncSession, person_id: int, machine: float) -> int:
    """End every link of a person, and with them the sessions; returns how many were good until now.

    Their page is not written to any more: nobody could read it.
    """
    count = _count(
        await session.execute(
            update(PersonalLink)
            .where(PersonalLink.person_id == person_id, *_good(machine))
            .values(revoked=machine)
            .execution_options(synchronize_session=False)
        )
    )
    await session.execute(delete(WebSession).where(WebSession.person_id == person_id))
    await session.execute(
        update(Account)
        .where(Account.person_id == person_id, Account.platform == WEB)
        .values(unreachable=NO_LINK)
        .execution_options(synchronize_session="fetch")
    )
    return count


async def purge_links(session: AsyncSession, machine: float, keep: float = 0.0) -> int:
    """Remove links and sessions that ended more than `keep` seconds ago; returns how many rows."""
    gone = _count(await session.execute(delete(WebSession).where(WebSession.until < machine - keep)))
    ended = or_(PersonalLink.until < machine - keep, PersonalLink.revoked < machine - keep)
    return gone + _count(await session.execute(delete(PersonalLink).where(ended)))


def _good(machine: float) -> tuple[Any, Any]:
    return PersonalLink.revoked.is_(None), PersonalLink.until > machine


def _count(result: Any) -> int:
    return int(result.rowcount)
