"""What is sent from the browser is told to the person's chat accounts: a personal link may have been forwarded."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import notices, screens, wording
from handlers.consultations.admitting import Admitted
from handlers.messages import Button, Message
from handlers.request import Request
from storage.forgetting import BLIND
from storage.outbox import Kind, enqueue
from storage.people import WEB, accounts_of

NOT_ME = Button(label=notices.NOT_ME, action="account:links-off:alarm", style="danger")


async def witness(request: Request, session: AsyncSession, seat: Admitted) -> None:
    """A notice to each chat account of the one who has just answered from a page; nothing elsewhere.

    Of an anonymous answer no trace stays that there was a notice, so that its hour leads to nobody.
    """
    if request.inbound.platform != WEB:
        return
    text = notices.sent_from_your_page(seat.consultation.title)
    see = () if seat.secret else (screens.button(wording.SEE, "mine", seat.consultation.id),)
    payload = Message(text=text, buttons=((*see, NOT_ME),)).model_dump(mode="json", exclude_defaults=True)
    about = f"{BLIND if seat.secret else ''}witness:{seat.consultation.id}:{request.inbound.update_id}"
    rows = [
        {
            "about": f"{about}:account:{account.id}",
            "kind": Kind.NOTICE,
            "platform": account.platform,
            "workspace": account.workspace,
            "chat": account.chat,
            "account_id": account.id,
            "person_id": seat.person.id,
            "payload": payload,
            "due_at": request.received_at,
            "created_at": request.received_at,
        }
        for account in await accounts_of(session, [seat.person.id])
        if account.platform != WEB and account.unreachable is None
    ]
    await enqueue(session, rows)
