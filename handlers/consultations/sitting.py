"""A sitting: one person at their place in one consultation, for the time of one request.

The draft is the person's and not the chat's, so the place is the same in Slack, Telegram and the browser.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import behalf_wording, question_wording, screens, steps, wording
from handlers.consultations.admitting import Admitted
from handlers.consultations.questionnaire import Answers, Given, Item, fault, in_order, wants_text
from handlers.consultations.standing import standing_of
from handlers.messages import Message, Reply
from handlers.request import Request
from storage.base import insert_or_ignore
from storage.consultations import Draft, QuestionKind, draft_of
from storage.conversations import Conversation
from storage.sealing import SECRET

FORM = "consultations:answer"


@dataclass(frozen=True, slots=True)
class Sitting:
    """Everything a step needs."""

    request: Request
    session: AsyncSession
    conversation: Conversation
    seat: Admitted
    draft: Draft

    @property
    def items(self) -> Sequence[Item]:
        """The questions."""
        return self.seat.items

    @property
    def answers(self) -> Answers:
        """What was answered so far."""
        return self.draft.answers

    @property
    def place(self) -> Item | None:
        """The question one is at; None at the review."""
        return steps.place(self.items, self.answers, self.draft.at_question)

    def ticks(self, item: Item) -> list[int]:
        """What is ticked and not validated, else what was answered."""
        key = str(item.id)
        if key in self.draft.ticks:
            return list(self.draft.ticks[key])
        return list(self.answers.get(key, {}).get("choices", ()))

    def slots(self, item: Item) -> dict[str, int]:
        """How each slot suits: what was pressed and not validated, else what was answered."""
        key = str(item.id)
        return dict(self.draft.ticks[key] if key in self.draft.ticks else self.answers.get(key, {}).get("slots", {}))

    def set_slots(self, item: Item, slots: Mapping[str, int]) -> None:
        """Keep what was pressed."""
        self.draft.ticks = {**self.draft.ticks, str(item.id): dict(slots)}

    def move(self, item: Item | None) -> None:
        """Stand at a question, or at the review."""
        self.draft.at_question = item.id if item else None
        self.draft.updated_at = self.request.received_at

    def set_ticks(self, item: Item, ticks: Sequence[int] | None) -> None:
        """Keep what is ticked; None forgets it."""
        others = {key: value for key, value in self.draft.ticks.items() if key != str(item.id)}
        self.draft.ticks = others if ticks is None else {**others, str(item.id): list(ticks)}

    async def show(self, lead: str = "", notice: str = "") -> Reply:
        """The place: its question, or the review. A press has it take the place of the pressed message."""
        item = self.place
        self.move(item)
        state: dict[str, object] = {"consultation": self.seat.consultation.id}
        if self.seat.secret:
            state[SECRET] = True  # what is typed next is an anonymous answer
        if self.seat.trial:
            lead = "\n\n".join(part for part in (wording.TRIAL, lead) if part)
        if self.request.typed_by is not None:
            state["for"] = self.seat.person.id
            lead = "\n\n".join(part for part in (behalf_wording.on_behalf(self.seat.person.name), lead) if part)
        if item is not None:
            if item.kind == QuestionKind.SLOTS:
                message = screens.question(self.items, self.answers, item, (), lead, self.slots(item))
            else:
                message = screens.question(self.items, self.answers, item, self.ticks(item), lead)
        else:
            message, state["seen"] = await self._review(lead)
        self.conversation.open_form(FORM, state)
        return Reply(messages=(message,), notice=notice, replace=self.request.press is not None)

    async def _review(self, lead: str) -> tuple[Message, list[int]]:
        seat = self.seat
        standing = await standing_of(self.session, seat.consultation.id, self.items, seat.voice_key, secret=seat.secret)
        seen = standing.revisions
        return screens.review(self.items, self.answers, seat.consultation.id, seen, lead), list(seen)

    async def record(self, item: Item, answer: Given) -> Reply:
        """Keep an answer and go on. « autre » keeps its place until it says what; a fault is explained there.

        The answer to a question that is not the one shown now comes from an old button: it counts, and says so.
        """
        at = self.place
        found = fault(item, answer)
        if found and not wants_text(item, answer):
            self.move(item)
            return await self.show(lead=question_wording.trouble(found, item.min_choices, item.most))
        self.draft.answers = {**self.answers, str(item.id): in_order(item, answer)}
        self.set_ticks(item, None)
        self.move(item if found else steps.next_step(self.items, self.answers))
        lead = ""
        if at is not None and at.id != item.id and self.draft.at_question == at.id:
            lead = question_wording.noted_elsewhere(steps.progress(self.items, self.answers, item)[0])
        return await self.show(lead=lead, notice="" if found else wording.NOTED)


async def begin_draft(
    session: AsyncSession,
    seat: Admitted,
    now: datetime,
    answers: Answers | None = None,
    entered_by: int | None = None,
) -> Draft:
    """The person's draft; a new one begins with `answers`. Made once, whatever presses race."""
    given = {key: dict(answer) for key, answer in (answers or {}).items()}
    first = steps.next_step(seat.items, given)
    mark: dict[str, dict[str, bool]] = {SECRET: {"skipped": True}} if seat.secret else {}  # seals it, answers nothing
    row = {
        "consultation_id": seat.consultation.id,
        "person_id": seat.person.id,
        "answers": {**given, **mark},
        "ticks": dict(mark),
        "at_question": first.id if first else None,
        "entered_by": entered_by,
        "trial": seat.trial,
        "updated_at": now,
    }
    await insert_or_ignore(session, Draft, [row])
    draft = await draft_of(session, seat.consultation.id, seat.person.id)
    assert draft is not None
    return draft


def leave(conversation: Conversation, consultation_id: int | None = None) -> None:
    """Close the form if it is ours (and of that consultation): the next text is a question again."""
    same = consultation_id is None or conversation.form_state.get("consultation") == consultation_id
    if conversation.form == FORM and same:
        conversation.close_form()
