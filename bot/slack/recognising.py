"""Who an unknown member is: Slack itself is asked for the e-mail, and what it says comes in as an update.

An e-mail is only ever taken from Slack, of a member of the workspace they wrote in, and leads to a question, not to a
link.
"""

import asyncio
import logging
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.gateway import Gateway
from bot.slack.connecting import TRANSPORT
from bot.slack.workspaces import Workspaces
from handlers.request import Inbound, Press

log = logging.getLogger(__name__)

RECOGNISE = "account:recognise"
_MOST = 10_000  # members remembered as asked for


class Recogniser:
    """Looks members up in the background, each at most once a day; what fails is tried at their next word."""

    def __init__(self, workspaces: Workspaces, gateway: Gateway) -> None:
        self._workspaces = workspaces
        self._gateway = gateway
        self._asked: set[str] = set()
        self._looking: set[asyncio.Task[None]] = set()

    def notice(self, inbound: Inbound) -> None:
        """Somebody wrote or pressed, in private."""
        key = f"profile:{inbound.workspace}:{inbound.account}:{inbound.received_at.date().isoformat()}"
        if inbound.chat_kind != "private" or key in self._asked:
            return
        if len(self._asked) >= _MOST:
            self._asked.clear()
        self._asked.add(key)
        task = asyncio.create_task(self._look(inbound, key))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def settled(self) -> None:
        """Wait for the look-ups under way."""
        if self._looking:
            await asyncio.wait(self._looking)

    async def _look(self, inbound: Inbound, key: str) -> None:
        try:
            here = self._workspaces.get(inbound.workspace)
            if here is None:  # its token is refused for now
                self._asked.discard(key)
            if here is None or await self._gateway.is_known(inbound):
                return
            user = (await (await here.line.client()).users_info(user=inbound.account)).get("user") or {}
            email = _email(user, inbound.workspace)
            if email and await self._gateway.is_somebodys(email):
                about = {"update_id": key, "text": None, "file": None, "callback": "", "email": email}
                about |= {"display_name": str(user.get("real_name") or user.get("name") or "")}
                found = inbound.model_copy(update={**about, "press": Press(action=RECOGNISE)})
                await self._gateway.store([found])
        except (SlackApiError, *TRANSPORT) as error:
            self._asked.discard(key)
            log.info("a member was not looked up (%s)", type(error).__name__)
        except Exception as error:
            self._asked.discard(key)
            log.warning("a member was not looked up (%s)", type(error).__name__)


def _email(user: dict[str, Any], workspace: str) -> str:
    """The e-mail that Slack vouches for: a confirmed one, of a person of this workspace."""
    if user.get("is_bot") or user.get("deleted") or user.get("is_email_confirmed") is False:
        return ""
    if user.get("team_id", workspace) != workspace:
        return ""
    return str((user.get("profile") or {}).get("email") or "")
