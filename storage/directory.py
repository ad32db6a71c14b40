"""What may be told to anyone: contacts, organisations, terms, and what documents say."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Row


class _Published(Base):
    """Where a published fact comes from, and whether staff have taken it over from the pack."""

    __abstract__ = True
    source: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    seed_digest: Mapped[str | None]
    edited_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class Contact(_Published, Row):
    """A person whom others may ask: function, organisation, coordinates as published.

    `responsibilities` are what one asks them about, in words of the pack (« pilotage de la démarche »);
    `details` carries dated functions (`{"until": "2022"}`) and similar.
    """

    __tablename__ = "contacts"
    key: Mapped[str] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    gender: Mapped[str | None]  # "f" or "m", only for agreement in French
    function: Mapped[str] = mapped_column(default="")
    organisation: Mapped[str] = mapped_column(default="")  # key of an Organisation
    phone: Mapped[str | None]
    email: Mapped[str | None]
    responsibilities: Mapped[list[str]] = mapped_column(default=list)
    aliases: Mapped[list[str]] = mapped_column(default=list)
    public: Mapped[bool] = mapped_column(default=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Organisation(_Published, Row):
    """An organisation that is spoken of: full name, abbreviation, other names, what it does."""

    __tablename__ = "organisations"
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    abbreviation: Mapped[str | None]
    aliases: Mapped[list[str]] = mapped_column(default=list)
    description: Mapped[str] = mapped_column(default="")


class Term(_Published, Row):
    """An abbreviation or word of the network and what it means."""

    __tablename__ = "terms"
    key: Mapped[str] = mapped_column(unique=True)
    term: Mapped[str]
    meaning: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(default=list)


class Topic(_Published, Row):
    """Something the documents are about: its title, the text that answers, how people ask for it."""

    __tablename__ = "topics"
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    body: Mapped[str]
    phrases: Mapped[list[str]] = mapped_column(default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
