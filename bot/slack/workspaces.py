"""The workspaces that the app is installed in: one bot token and one connection for each.

A token tells by `auth.test` of which workspace it is. One that Slack refuses stops no other: it is asked about again
until Slack takes it, and what waits for its workspace waits.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.channel import CannotStart
from bot.settings import Settings
from bot.slack.connecting import TRANSPORT, Line
from bot.slack.refusals import TOKEN_REFUSED
from bot.slack.socket import code_of, unreachable
from schedules.departing import MOST_OPEN

log = logging.getLogger(__name__)

ASK_AGAIN = 60.0  # seconds between two questions about a token that is refused


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace: its team id and name, our own member id and name there. `position` is its token's, from 1."""

    team: str
    name: str
    us: str
    bot: str
    position: int
    line: Line


class Workspaces:
    """Those whose tokens Slack takes, by team id; `refused` says in sentences what is wrong with the other tokens."""

    def __init__(self, settings: Settings, ask_again: float = ASK_AGAIN) -> None:
        self._address = settings.slack_api_url
        self._lines = [Line(token, self._address, MOST_OPEN + 10) for token in settings.slack_bot_tokens]
        self._refused: dict[int, str] = {}
        self._known: dict[str, Workspace] = {}
        self._pause = ask_again
        self._asking: asyncio.Task[None] | None = None

    async def introduce(self) -> None:
        """Ask about each token that has not told its workspace. Raises CannotStart when none has, or two are of one."""
        told = {one.position for one in self._known.values()}
        asked = [position for position in range(1, len(self._lines) + 1) if position not in told]
        for position, answer in zip(asked, await asyncio.gather(*map(self._ask, asked)), strict=True):
            if isinstance(answer, str):
                self._refused[position] = answer
            else:
                self._keep(position, answer)
        if not self._known:
            raise CannotStart(self.refused[0])

    def keep_asking(self, changed: Callable[[], Awaitable[None]]) -> None:
        """From now on ask about what is refused every so often; `changed` is told of a token that is taken at last."""
        if self._refused:
            self._asking = asyncio.create_task(self._keep_asking(changed), name="slack tokens")

    async def close(self) -> None:
        """Give back the connections."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        for line in self._lines:
            await line.close()

    @property
    def refused(self) -> list[str]:
        """What is wrong with tokens, in their order; never a token."""
        return [self._refused[position] for position in sorted(self._refused)]

    @property
    def is_complete(self) -> bool:
        """Whether every token has told its workspace."""
        return len(self._known) == len(self._lines)

    @property
    def first(self) -> str:
        """The workspace of the first token; empty while that is not known."""
        return next((one.team for one in self._known.values() if one.position == 1), "")

    def all(self) -> list[Workspace]:
        """Those that are known, in the order of their tokens."""
        return sorted(self._known.values(), key=lambda one: one.position)

    def get(self, team: str) -> Workspace | None:
        """The workspace, if one of our tokens is of it; the first one's for what has none."""
        return self._known.get(team or self.first)

    def _keep(self, position: int, me: dict[str, Any]) -> None:
        team, name = str(me["team_id"]), str(me["team"])
        if other := self._known.get(team):
            raise CannotStart(
                f"Tokens {other.position} and {position} of SLACK_BOT_TOKEN are of the same workspace "
                f"({name}); keep one for each workspace."
            )
        line = self._lines[position - 1]
        self._known[team] = Workspace(team, name, str(me["user_id"]), str(me["user"]), position, line)
        self._refused.pop(position, None)

    async def _ask(self, position: int) -> dict[str, Any] | str:
        """What Slack says of a token, or one clear sentence."""
        alone = len(self._lines) == 1
        name = "SLACK_BOT_TOKEN" if alone else f"Token {position} of SLACK_BOT_TOKEN"
        try:
            answer: Any = await (await self._lines[position - 1].client()).auth_test()
        except SlackApiError as refused:
            code = code_of(refused)
            if code in TOKEN_REFUSED or code in ("account_inactive", "not_allowed_token_type"):
                return (
                    f"{name} is refused by Slack ({code}); copy the bot token (xoxb-…) again from OAuth & Permissions."
                )
            about = "" if alone else f" about token {position} of SLACK_BOT_TOKEN"
            return f"Slack at {self._address} answers {code}{about}; check SLACK_API_URL."
        except TRANSPORT as error:
            return unreachable(self._address, error)
        return dict(answer.data)

    async def _keep_asking(self, changed: Callable[[], Awaitable[None]]) -> None:
        told = len(self._known)
        while self._refused or told < len(self._known):
            await asyncio.sleep(self._pause)
            with contextlib.suppress(CannotStart):
                await self.introduce()
            if (known := len(self._known)) > told:
                try:
                    await changed()
                    told = known
                except Exception as error:  # mostly a database that is away; whatever it is, the asking goes on
                    log.warning("a token that Slack takes again is not used yet (%s)", type(error).__name__)
