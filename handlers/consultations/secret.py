"""Anonymous consultations: whether the promise can be kept, what becomes of a reply, and the list after the close.

What is promised: nobody joins a voter to a ballot, not with the database, its logs or a backup in hand. How is in
`storage.secret_ballots` and docs/decisions.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.questionnaire import Answers, Fact, Item, to_facts
from handlers.messages import Message, Reply
from storage.ballots import Participation
from storage.consultations import Consultation, Question, Rule, Secrecy, Voice
from storage.secret_ballots import can_seal, published_ballots

NO_KEY = (
    "Cette consultation est anonyme, et cette installation n’a pas de clé pour le garantir : demandez à la personne "
    "qui l’administre de définir SECRET_KEY. En attendant, je refuse de l’ouvrir."
)
WITH_DIRECTOR = (
    "Une réponse que la direction valide ne peut pas être anonyme : choisissez une autre règle, ou « confidentielle »."
)
WITH_BRANCHES = (
    "Une consultation anonyme ne peut pas avoir de questions qui dépendent d’une autre : le nombre d’échanges "
    "dirait quel chemin chacun a suivi. Retirez ces conditions, ou choisissez « confidentielle »."
)


async def broken_promise(session: AsyncSession, consultation: Consultation) -> str:
    """Why secrecy could not be kept, for staff; empty when it can, and where none is promised."""
    if consultation.secrecy != Secrecy.ANONYMOUS:
        return ""
    if not can_seal(session):
        return NO_KEY
    if consultation.voice == Voice.STRUCTURE and consultation.rule == Rule.DIRECTOR:
        return WITH_DIRECTOR
    configs = await session.scalars(select(Question.config).where(Question.consultation_id == consultation.id))
    return WITH_BRANCHES if any(config.get("only_if") for config in configs) else ""


def blinded(reply: Reply, consultation: Consultation) -> Reply:
    """The reply as it is written to the outbox: sealed, and gone once sent, where the consultation is anonymous."""
    if consultation.secrecy != Secrecy.ANONYMOUS:
        return reply
    messages = tuple(Message(**{**dict(message), "secret": True}) for message in reply.messages)
    return reply.model_copy(update={"messages": messages})


async def listed(session: AsyncSession, consultation: Consultation) -> tuple[Sequence[tuple[str, Answers]], bool]:
    """The published ballots as (receipt, answers), and whether there are as many as voices on the register."""
    ballots = await published_ballots(session, consultation.id)
    register = select(func.count()).where(Participation.consultation_id == consultation.id)
    return [(one.receipt, one.answers) for one in ballots], await session.scalar(register) == len(ballots)


async def facts_of_list(
    session: AsyncSession, consultation: Consultation, items: Sequence[Item]
) -> Mapping[int, Sequence[Fact]]:
    """What is counted of the published ballots, by ballot."""
    return {one.id: to_facts(items, one.answers) for one in await published_ballots(session, consultation.id)}
