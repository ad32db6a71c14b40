"""`python -m tests.fakes.telegram --port N`: the fake as a process; prints its address and token as one JSON line."""

import argparse
import asyncio
import json
import signal
import sys

from tests.fakes.telegram.control import RemoteTelegram
from tests.fakes.telegram.server import TOKEN


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.telegram", description="A fake Telegram Bot API.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--rate", type=float, help="messages a second for the bot")
    parser.add_argument("--chat-rate", type=float, help="messages a second in one chat")
    parser.add_argument("--group-rate", type=float, help="messages a minute in one group")
    parser.add_argument("--any-chat", action="store_true", help="every positive chat id has begun a conversation")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    fake = RemoteTelegram(
        port=arguments.port,
        token=arguments.token,
        any_chat=arguments.any_chat,
        rate=arguments.rate,
        chat_rate=arguments.chat_rate,
        group_rate=arguments.group_rate,
    )
    async with fake:
        sys.stdout.write(json.dumps({"url": fake.url, "token": fake.token}) + "\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    try:
        asyncio.run(_serve(_arguments()))
    except AssertionError as misuse:
        sys.exit(str(misuse))
