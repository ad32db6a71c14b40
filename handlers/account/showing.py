"""« qr »: codes for a slide. They open the bot, or the welcome page, and do nothing more."""

import io

import segno
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import link_wording as wording
from handlers.account.hands import hand_of
from handlers.messages import Attachment, Message, Reply, say
from handlers.request import Request
from storage.channels import telegram_address
from storage.conversations import Conversation


async def qr(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A picture for each place where anybody may begin."""
    hand_of(request)
    places = [
        (await telegram_address(session), wording.QR_TELEGRAM, "telegram"),
        (request.public_url, wording.QR_WEB, "web"),
    ]
    messages = tuple(
        Message(
            text=text,
            attachment=Attachment(
                filename=f"concerte-{name}.png", media_type="image/png", content=picture(url), alt=f"{text} {url}"
            ),
        )
        for url, text, name in places
        if url
    )
    return Reply(messages=messages) if messages else say(wording.NO_ADDRESS)


def picture(url: str) -> bytes:
    """A QR code as a PNG, large enough for a slide, that survives a poor projector."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="png", scale=16, border=4)
    return out.getvalue()
