"""The fake as a process of its own: one JSON line with its addresses and tokens, then it serves until it is ended."""

import argparse
import asyncio
import json
import signal
import sys

from tests.fakes.slack.control import add_members
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--users", type=int, default=0, help="members U00000000… to begin with")
    parser.add_argument("--per-channel", type=float, help="chat.postMessage a second in one channel")
    parser.add_argument("--channel-burst", type=float, default=1)
    parser.add_argument("--per-minute", type=float, help="chat.postMessage a minute in the workspace")
    parser.add_argument("--workspace-burst", type=float, help="default: one second's worth")
    parser.add_argument(
        "--team", action="append", default=[], help="one more workspace with the same limits and members"
    )
    parser.add_argument("--ack-timeout", type=float, default=3.0)
    parser.add_argument("--no-echo", action="store_true", help="do not tell the app of its own messages")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    bounds = options.per_channel, options.channel_burst, options.per_minute, options.workspace_burst
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    fake = FakeSlack(
        port=options.port, ack_timeout=options.ack_timeout, echo=not options.no_echo, limits=Limits(*bounds)
    )
    async with fake as slack:
        for name in options.team:
            slack.another(name, Limits(*bounds))
        for team in slack.teams:
            add_members(team, options.users)
        about = {"url": slack.url, "control": f"{slack.host}/control/", "bot_token": slack.bot_tokens}
        about |= {"app_token": slack.app_token, "signing_secret": slack.signing_secret, "team_id": slack.team_id}
        sys.stdout.write(json.dumps(about) + "\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    main()
