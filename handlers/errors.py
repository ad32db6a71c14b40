"""What a handler may raise: a sentence that people see, or that it cannot answer yet."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession


class Refusal(Exception):
    """An expected « no ». Carries the French sentence the person reads; `audit` names what was tried, if it matters."""

    def __init__(self, sentence: str, *, audit: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.audit = audit


class NotYet(Exception):
    """What an answer needs is not there yet. `prepare` makes it, with a session that reads and beside everything else;
    the update waits for its end, others do not.
    """

    def __init__(self, prepare: Callable[[AsyncSession], Awaitable[None]]) -> None:
        super().__init__("not yet")
        self.prepare = prepare
