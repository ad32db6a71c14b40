"""Which workspace a delivery leaves by: each has a client, a limit and faults of its own."""

from collections.abc import Sequence

from bot.files import StoredFiles
from bot.slack.messenger import NO_MEMBER, SlackMessenger
from bot.slack.workspaces import Workspace, Workspaces
from handlers.messages import Reply
from handlers.request import Inbound
from schedules.messenger import Outgoing
from schedules.retry import DeliveryError, Silence
from storage.channels import BY_EMAIL, NOT_SERVED


class ByWorkspace:
    """The messenger of Slack: hands each delivery to that of its workspace, of those that have told theirs."""

    platform = "slack"

    def __init__(self, workspaces: Workspaces, messages_per_minute: float, files: StoredFiles) -> None:
        self.rate: float | None = messages_per_minute / 60
        self.workspaces: Sequence[str] = ()
        self._all = workspaces
        self._per_minute = messages_per_minute
        self._files = files
        self._messengers: dict[str, SlackMessenger] = {}

    def begin(self) -> None:
        """Send to the workspaces that are known by now."""
        for one in self._all.all():
            if one.team not in self._messengers:
                self._messengers[one.team] = SlackMessenger(one.line, self._per_minute, self._files)
        self.workspaces = tuple(self._messengers)

    @property
    def last_posted(self) -> float:
        """When something was said in a direct message of any workspace, by the loop's clock."""
        return max((one.last_posted for one in self._messengers.values()), default=0.0)

    @property
    def fault(self) -> str:
        """What keeps everything from arriving; empty while anything may."""
        faults = [one.fault for one in self._messengers.values()]
        return faults[0] if faults and all(faults) else ""

    @property
    def faults(self) -> list[str]:
        """What keeps everything of one workspace from arriving, each with its name."""
        return [f"{one.name}: {fault}" for one in self._all.all() if (fault := self._fault(one))]

    async def send(self, outgoing: Outgoing) -> str:
        """Send through the client of the delivery's workspace. Raises DeliveryError."""
        messenger = self._of(outgoing.workspace)
        if messenger is None:
            raise DeliveryError(NOT_SERVED, permanent=True, unreachable=True)
        try:
            return await messenger.send(outgoing)
        except DeliveryError as error:
            if error.reason == NO_MEMBER and outgoing.chat.startswith(BY_EMAIL):
                raise await self._elsewhere(outgoing, error) from None
            raise

    async def acknowledge(self, inbound: Inbound, reply: Reply) -> None:
        """Show a press its notice, if it has one. Best effort."""
        if messenger := self._of(inbound.workspace):
            await messenger.acknowledge(inbound, reply)

    async def _elsewhere(self, outgoing: Outgoing, unknown: DeliveryError) -> DeliveryError:
        """Where the member with that e-mail is, if in another workspace: it goes there in a slot of that one."""
        email = outgoing.chat.removeprefix(BY_EMAIL)
        for one in self._all.all():
            messenger = self._messengers.get(one.team)
            if messenger is None or messenger is self._of(outgoing.workspace):
                continue
            try:
                return DeliveryError("of another workspace", moved_to=await messenger.member(email), workspace=one.team)
            except DeliveryError as error:
                if error.reason != NO_MEMBER:
                    error.silence = Silence.NOTHING  # it is not this delivery's workspace that must be silent
                    return error
        return unknown

    def _of(self, team: str) -> SlackMessenger | None:
        return self._messengers.get(team or self._all.first)

    def _fault(self, one: Workspace) -> str:
        messenger = self._messengers.get(one.team)
        return messenger.fault if messenger else ""
