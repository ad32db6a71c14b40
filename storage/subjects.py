"""Whom erasing is about: a person with everything that is theirs, and what gives them away in texts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.directory import Contact
from storage.people import Account, Person
from storage.redacting import Traces, traces


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom it is about: the person, their accounts, the public contacts that are the same human, their traces."""

    person: Person
    accounts: tuple[Account, ...]
    contacts: tuple[Contact, ...]
    traces: Traces

    @property
    def id(self) -> int:
        """The person's id."""
        return self.person.id

    @property
    def account_ids(self) -> list[int]:
        """The ids of their accounts."""
        return [account.id for account in self.accounts]

    @property
    def voice(self) -> str:
        """The key of their own voice."""
        return f"person:{self.id}"

    @property
    def senders(self) -> list[str]:
        """How the inbox names them."""
        return [f"{one.platform}:{one.workspace}:{one.external_id}" for one in self.accounts]

    def at_home(self, platform: Any, workspace: Any, chat: Any) -> ColumnElement[bool]:
        """Whether those columns are the address of one of their private chats."""
        return or_(
            *(
                and_(platform == one.platform, workspace == one.workspace, chat == one.chat)
                for one in self.accounts
                if one.chat
            )
        )


async def subject_of(session: AsyncSession, person_id: int) -> Subject | None:
    """The person with all that is theirs, locked until the transaction ends; None for nobody."""
    person = await session.get(Person, person_id, with_for_update=True)
    if person is None:
        return None
    accounts = (await session.scalars(select(Account).where(Account.person_id == person_id))).all()
    alone = not await _has_homonym(session, person)
    contacts = await _contacts(session, person, alone=alone)
    names = {(person.given_name, person.family_name)} | {(one.given_name, one.family_name) for one in contacts}
    found = traces(
        names if alone else (),
        {email for email in (person.email, *(one.email for one in contacts)) if email},
        {phone for phone in (person.phone, *(one.phone for one in contacts)) if phone},
        {f"person:{person.id}", *(f"account:{one.id}" for one in accounts), *(one.external_id for one in accounts)}
        | {one.key for one in contacts}
        | ({person.key} if person.key else set()),
    )
    return Subject(person, tuple(accounts), tuple(contacts), found)


async def _has_homonym(session: AsyncSession, person: Person) -> bool:
    """Whether the name alone would name somebody else too: then it is left in what others wrote."""
    other = select(Person.id).where(
        Person.id != person.id,
        func.lower(Person.given_name) == func.lower(person.given_name),
        func.lower(Person.family_name) == func.lower(person.family_name),
    )
    return await session.scalar(other.limit(1)) is not None


async def _contacts(session: AsyncSession, person: Person, *, alone: bool) -> list[Contact]:
    """The published entries that are this person: by key, e-mail or phone; by name when no other person has it."""
    same: list[ColumnElement[bool]] = [Contact.key == f"membre-{person.id}"]
    if person.key:
        same.append(Contact.key == person.key)
    if person.email:
        same.append(func.lower(Contact.email) == person.email.lower())
    if person.phone:
        same.append(traces((), (), [person.phone], ()).within(Contact.phone))
    if alone and person.given_name and person.family_name:
        same.append(and_(Contact.given_name == person.given_name, Contact.family_name == person.family_name))
    return list(await session.scalars(select(Contact).where(or_(*same)).with_for_update()))
