"""A poll bot as people write one with python-telegram-bot, to compare with.

`python -m tests.bench.bare_votes URL TOKEN`: a dictionary of votes in memory, a short answer to each press, the message
edited every three seconds at most. No database, no entitlement, nothing is left after a kill. Says « bare bot runs »
once it polls.
"""

import asyncio
import sys
import time
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

APART = 3.0
LABELS = ("Rennes", "Brest", "Autun")
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label)] for label in LABELS])


class Poll:
    """Everything there is."""

    def __init__(self) -> None:
        self.votes: dict[int, str] = {}
        self.edited = 0.0

    async def begin(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """Somebody says /sondage: the poll stands here."""
        assert update.effective_chat is not None
        await update.effective_chat.send_message("Où ?", reply_markup=KEYBOARD)

    async def press(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """A vote."""
        query = update.callback_query
        assert query is not None
        choice = str(query.data)
        self.votes[query.from_user.id] = choice
        await query.answer(f"Votre voix : {choice}.")
        if time.monotonic() - self.edited >= APART:
            self.edited = time.monotonic()
            counts = list(self.votes.values())
            text = "\n".join(f"{label} : {counts.count(label)}" for label in LABELS)
            await query.edit_message_text(text, reply_markup=KEYBOARD)


async def serve(url: str, token: str) -> None:
    """Poll until the process is ended."""
    poll = Poll()
    builder: Any = Application.builder().token(token).base_url(f"{url}/bot").concurrent_updates(40)
    async with builder.build() as application:
        application.add_handler(CommandHandler("sondage", poll.begin))
        application.add_handler(CallbackQueryHandler(poll.press))
        await application.start()
        await application.updater.start_polling()
        sys.stdout.write("bare bot runs\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
