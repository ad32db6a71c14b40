"""The bare loop of an SDK, to compare with: `python -m tests.bench.bare telegram|slack URL TOKEN COUNT RATE`.

As many messages as asked for, at that rate a second (0: as fast as a hundred open requests go), and nothing else: no
database, no retry, no record. Prints what it used as one JSON line.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.request import HTTPXRequest

from bot.slack.rendering import parts_of as slack_parts
from bot.telegram.rendering import parts_of as telegram_parts
from tests.bench.sample import MESSAGE, slack_member

MOST_OPEN = 100

Send = Callable[[int], Awaitable[object]]


async def paced(send: Send, count: int, rate: float) -> None:
    """Send number 0 to count - 1, each at its instant."""
    loop = asyncio.get_running_loop()
    room = asyncio.Semaphore(MOST_OPEN)
    begun = loop.time()

    async def one(number: int) -> None:
        try:
            await send(number)
        finally:
            room.release()

    async with asyncio.TaskGroup() as group:
        for number in range(count):
            if rate and (wait := begun + number / rate - loop.time()) > 0:
                await asyncio.sleep(wait)
            await room.acquire()
            group.create_task(one(number))


async def telegram(url: str, token: str, count: int, rate: float) -> None:
    """python-telegram-bot's `send_message`."""
    (part,) = telegram_parts(MESSAGE)
    request = HTTPXRequest(connection_pool_size=MOST_OPEN + 10)
    async with Bot(token, base_url=f"{url}/bot", request=request) as bot:

        async def send(number: int) -> None:
            await bot.send_message(
                number + 1,
                part.html,
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=part.keyboard,
            )

        await measured(send, count, rate)


async def slack(url: str, token: str, count: int, rate: float) -> None:
    """slack_sdk's `chat_postMessage`."""
    import aiohttp

    (part,) = slack_parts(MESSAGE)
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token, base_url=url, session=session, retry_handlers=[])

        async def send(number: int) -> None:
            await client.chat_postMessage(
                channel=slack_member(number),
                text=part.text,
                blocks=part.blocks,
                unfurl_links=False,
                unfurl_media=False,
            )

        await measured(send, count, rate)


async def measured(send: Send, count: int, rate: float) -> None:
    """Send, and print what it took. The first message, which opens a connection, is not counted."""
    await send(count)  # somebody else: a chat takes one message a second
    wall, cpu = time.monotonic(), time.process_time()
    await paced(send, count, rate)
    figures = {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu, "count": count}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    platform, url, token, count, rate = sys.argv[1:]
    asyncio.run({"telegram": telegram, "slack": slack}[platform](url, token, int(count), float(rate)))
