"""The broadcast that benches send: a message as staff write it, and as many invented people as asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from handlers.messages import Button, Message
from storage.announcements import Announcement, AnnouncementStatus
from storage.database import Database
from storage.network import Region
from storage.outbox import Kind, enqueue
from storage.people import Account, Person

MESSAGE = Message(
    text=(
        "**Séminaire du 5 avril : les inscriptions sont ouvertes**\n\n"
        "Chères directrices, chers directeurs,\n\n"
        "Le séminaire se tiendra *à Paris*, de 9 h 30 à 17 h. Au programme :\n\n"
        "- ce que disent les entretiens de février et mars ;\n"
        "- trois scénarios d’organisation du réseau ;\n"
        "- la préparation des ateliers régionaux.\n\n"
        "Le programme complet : [la page du séminaire](https://example.org/seminaire)."
    ),
    buttons=((Button(label="J’ai lu", action="announce:read:1"),),),
)
_STEP = 5000
TEAMS = ("T0CONCERTE", "T0BRETAGNE")  # of the fake Slack


def workspace_of(platform: str, number: int = 0, workspaces: int = 1) -> str:
    """Where the invented person with that number is, of so many workspaces."""
    return TEAMS[number % workspaces] if platform == "slack" else ""


def slack_member(number: int) -> str:
    """The id of an invented member, as the fake has them."""
    return f"U{number:08d}"


async def add_people(database: Database, platform: str, count: int, workspaces: int = 1) -> None:
    """So many people, numbered from 1, each with an account on that platform, spread over its workspaces.

    They live where it is noon and nobody rests: what is sent to many waits for the morning everywhere else.
    """
    now = datetime.now(UTC)
    async with database.transaction() as session:
        noon = Region(code="bench", name="Exemple", zone=f"Etc/GMT{now.hour - 12:+d}", holidays="/")
        session.add(noon)
        await session.flush()
        region_id = noon.id
    for numbers in _steps(count):
        people = [
            {
                "id": n + 1,
                "given_name": "Camille",
                "family_name": f"Exemple {n}",
                "region_id": region_id,
                "created_at": now,
            }
            for n in numbers
        ]
        accounts = [
            {
                "platform": platform,
                "workspace": workspace_of(platform, n, workspaces),
                "external_id": address_of(platform, n),
                "chat": address_of(platform, n),
                "person_id": n + 1,
                "created_at": now,
            }
            for n in numbers
        ]
        async with database.transaction() as session:
            await session.execute(insert(Person), people)
            await session.execute(insert(Account), accounts)


async def add_broadcast(
    database: Database,
    platform: str,
    count: int,
    due: datetime,
    *,
    people: bool = True,
    name: str = "bench",
    workspaces: int = 1,
    author: int | None = None,
) -> None:
    """One announcement for each of them, due at that instant.

    With an author it is followed as one that staff have confirmed: rights, progress, report.
    """
    number = None
    if author is not None:
        number = await _announcement(database, author, due)
        name = f"announcement:{number}:person"
    payload = MESSAGE.model_dump(mode="json", exclude_defaults=True)
    rows = [
        {
            "about": f"{name}:{n}",
            "kind": Kind.ANNOUNCEMENT,
            "announcement_id": number,
            "person_id": n + 1 if people else None,
            "platform": platform,
            "workspace": workspace_of(platform, n, workspaces),
            "chat": address_of(platform, n),
            "payload": payload,
            "due_at": due,
            "created_at": due,
        }
        for n in range(count)
    ]
    async with database.transaction() as session:
        for numbers in _steps(count):
            await enqueue(session, rows[numbers.start : numbers.stop])


async def _announcement(database: Database, author: int, now: datetime) -> int:
    async with database.transaction() as session:
        one = Announcement(
            text=MESSAGE.text,
            author_id=author,
            confirmed_by=author,
            status=AnnouncementStatus.SENDING,
            ack_wanted=True,
            frozen_at=now,
            created_at=now,
            updated_at=now,
        )
        session.add(one)
        await session.flush()
        return one.id


def address_of(platform: str, number: int) -> str:
    """Where the invented person with that number is written to."""
    return slack_member(number) if platform == "slack" else str(number + 1)


def _steps(count: int) -> Iterator[range]:
    for start in range(0, count, _STEP):
        yield range(start, min(count, start + _STEP))


Figures = dict[str, Any]
"""One line of results."""
