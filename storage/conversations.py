"""The conversation of a person, the same on every channel: the open form and what was spoken of."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row, insert_or_ignore


class Conversation(Row):
    """`form` names the open form (`capability:name`) with its state; `memory` is what questions refer back to."""

    __tablename__ = "conversations"
    holder: Mapped[str] = mapped_column(unique=True)
    form: Mapped[str] = mapped_column(default="")
    form_state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    memory_at: Mapped[datetime | None]

    def open_form(self, name: str, state: dict[str, Any]) -> None:
        """The next text belongs to this form."""
        self.form, self.form_state = name, state

    def close_form(self) -> None:
        """The next text is a question again."""
        self.form, self.form_state = "", {}


async def conversation(session: AsyncSession, holder: str) -> Conversation:
    """The conversation of `holder`, locked until the end of the transaction; made when there is none."""
    query = select(Conversation).where(Conversation.holder == holder).with_for_update()
    found: Conversation | None = await session.scalar(query)
    if found is None:
        await insert_or_ignore(
            session, Conversation, [{"holder": holder, "form": "", "form_state": {}, "memory": {}, "memory_at": None}]
        )
        found = await session.scalar(query)
        assert found is not None
    return found
