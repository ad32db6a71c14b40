"""The file of a mail merge: one line for each person, with links that are theirs alone."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account.personal import address
from storage.channels import telegram_address
from storage.linking import make_invitations
from storage.personal import DAY, make_links
from storage.roles import Entry

LIFE = 60 * DAY
FILENAME = "liens.csv"
HEADER = ("prenom", "nom", "email", "structure", "lien_telegram", "lien_web", "expire_le")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")


@dataclass(frozen=True, slots=True)
class Merge:
    """The file, and what it holds. `web` and `telegram` say which of the links there are."""

    content: bytes
    people: int
    until: datetime
    web: bool
    telegram: bool


async def merge(
    session: AsyncSession,
    people: Sequence[Entry],
    made_by: int | None,
    machine: float,
    public_url: str,
    zone: ZoneInfo,
    life: float = LIFE,
) -> Merge:
    """New links for those people: invitations to Telegram where there is a bot, personal links where there is a web.

    Links that were made before stay good: letters may be on their way.
    """
    ids = [one.person.id for one in people]
    bot = await telegram_address(session)
    until = machine + life
    invitations = await make_invitations(session, ids, made_by, until) if bot else {}
    links = await make_links(session, ids, made_by, machine, life) if public_url else {}
    ends = datetime.fromtimestamp(until, UTC).astimezone(zone)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for one in people:
        number = one.person.id
        cells = (
            one.person.given_name,
            one.person.family_name,
            one.person.email or "",
            one.structure.name if one.structure else "",
            f"{bot}?start={invitations[number]}" if number in invitations else "",
            address(public_url, links[number]) if number in links else "",
            f"{ends:%d/%m/%Y}",
        )
        writer.writerow([inert(cell) for cell in cells])
    return Merge(out.getvalue().encode("utf-8-sig"), len(people), ends, bool(public_url), bool(bot))


def inert(cell: str) -> str:
    """The text so that no spreadsheet takes it for a formula; control characters are dropped."""
    risky = cell.lstrip(" \u00a0\u202f\ufeff").startswith(_FORMULA) or cell.startswith(_FORMULA)
    clean = "".join(c for c in cell if c.isprintable() or c in "\u00a0\u202f")
    return f"'{clean}" if risky else clean
