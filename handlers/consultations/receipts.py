"""What one is told of an answer that was sent: the receipt, who has answered, what waits. No I/O."""

from handlers.consultations import receipt_wording, screens, wording
from handlers.consultations.admitting import Admitted
from handlers.consultations.questionnaire import Answers
from handlers.consultations.standing import Standing
from handlers.consultations.voice import Effect, effect
from handlers.messages import Button, Message, Reply, say
from handlers.request import Request
from storage.ballots import Ballot


def outcome_for(seat: Admitted, standing: Standing) -> Effect:
    """What this person's answer would become now."""
    if seat.secret:
        return Effect.REFUSE if standing.took_part else Effect.COUNT
    author = standing.ballot.submitted_by if standing.ballot else None
    return effect(seat.consultation.voice, seat.consultation.rule, seat.speaker, author, standing.ballot is not None)


def describe(request: Request, seat: Admitted, standing: Standing) -> str:
    """Who has answered and when, what waits, and what the rule says; empty when nobody has."""
    if standing.took_part:
        return receipt_wording.took_part(seat.structure)
    parts: list[str] = []
    if standing.ballot is not None:
        at = wording.moment(standing.ballot.submitted_at, request.tz)
        parts.append(
            receipt_wording.standing(
                standing.author, seat.person.structure, at, standing.ballot.submitted_by == seat.person.id
            )
        )
    if standing.proposal is not None:
        at = wording.moment(standing.proposal.proposed_at, request.tz)
        parts.append(receipt_wording.proposed(standing.proposer, at, standing.proposal.proposed_by == seat.person.id))
    if parts:
        parts.append(receipt_wording.what_now(outcome_for(seat, standing)))
    return " ".join(part for part in parts if part)


def already_sent(request: Request, seat: Admitted, standing: Standing) -> Reply:
    """To those who press again after sending: what stands, and the ways on."""
    ballot = standing.ballot
    if ballot is not None and ballot.submitted_by == seat.person.id:
        text = receipt_wording.sent_again(ballot.receipt, wording.moment(ballot.submitted_at, request.tz))
        return say(text, after_sending(seat), notice=wording.NOTED, replace=True)
    if standing.took_part:
        return say(describe(request, seat, standing), list_button(seat), notice=wording.NOTED, replace=True)
    text = describe(request, seat, standing)
    if not text:
        return Reply(notice=wording.STALE)
    return say(text, (screens.button(wording.SEE, "mine", seat.consultation.id),), replace=True)


def receipt(request: Request, seat: Admitted, ballot: Ballot, answers: Answers) -> Reply:
    """The receipt and a copy of the answers."""
    thanks = receipt_wording.sent(
        seat.person.given_name, ballot.receipt, wording.moment(ballot.submitted_at, request.tz)
    )
    parts = [thanks, receipt_wording.copy(seat.structure), screens.copy(seat.items, answers)]
    parts.append(wording.rule(seat.consultation.voice, seat.consultation.rule))
    return say("\n\n".join(parts), after_sending(seat), replace=True)


def secret_receipt(seat: Admitted, code: str, answers: Answers) -> Reply:
    """The receipt of an anonymous ballot: only here is it said whose it is."""
    thanks = receipt_wording.sent_secretly(seat.person.given_name, code)
    parts = [thanks, receipt_wording.copy(seat.structure), screens.copy(seat.items, answers)]
    return say("\n\n".join(parts), list_button(seat), replace=True)


def list_button(seat: Admitted) -> tuple[Button, ...]:
    """The way to the published ballots."""
    return (screens.button(receipt_wording.BALLOTS, "box", seat.consultation.id),)


def after_sending(seat: Admitted) -> tuple[Button, ...]:
    """What one may do with an answer that was sent."""
    return (
        screens.button(wording.MINE, "mine", seat.consultation.id),
        screens.button(wording.CORRECT, "redo", seat.consultation.id),
    )


def proposal_screen(request: Request, seat: Admitted, standing: Standing, lead: str = "") -> Message:
    """What a colleague prepared, with the director's button."""
    assert standing.proposal is not None
    at = wording.moment(standing.proposal.proposed_at, request.tz)
    parts = [
        lead,
        receipt_wording.proposed(standing.proposer, at, standing.proposal.proposed_by == seat.person.id),
        screens.copy(seat.items, standing.proposal.content),
    ]
    row = [screens.button(wording.CORRECT, "redo", seat.consultation.id)]
    if seat.speaker.is_director:
        revision = standing.proposal.revision
        row.insert(0, screens.button(wording.APPROVE, "approve", seat.consultation.id, revision, style="primary"))
    return Message(text="\n\n".join(part for part in parts if part), buttons=(tuple(row),))


def with_way(seat: Admitted, text: str) -> Message:
    """A word to a colleague, with the button that shows the answer."""
    return Message(text=text, buttons=((screens.button(wording.SEE, "mine", seat.consultation.id),),))
