"""users.* and conversations.*: who is there, and how to write to them."""

import base64
import binascii
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import Channel, User

PAGE = 200


class People:
    """The methods about members and conversations."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def users_info(self, arguments: Json) -> Json:
        """users.info: deactivated members too, with `deleted`."""
        return {"user": self.as_json(self._workspace.user(arguments["user"]))}

    def users_lookup_by_email(self, arguments: Json) -> Json:
        """users.lookupByEmail: active members only."""
        wanted = str(arguments["email"]).casefold()
        for user in self._workspace.users.values():
            if user.email.casefold() == wanted and not user.deleted:
                return {"user": self.as_json(user)}
        raise Refusal("users_not_found")

    def users_list(self, arguments: Json) -> Json:
        """users.list, in pages of `limit`; the cursor is opaque and empty at the end."""
        everybody = list(self._workspace.users.values())
        start = 0
        if cursor := arguments.get("cursor"):
            try:
                start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("user:"))
            except (binascii.Error, ValueError):
                raise Refusal("invalid_cursor") from None
        end = start + (min(int(arguments.get("limit") or PAGE), 1000) or PAGE)
        more = base64.b64encode(f"user:{end}".encode()).decode() if end < len(everybody) else ""
        members = [self.as_json(user) for user in everybody[start:end]]
        return {"members": members, "response_metadata": {"next_cursor": more}}

    def conversations_open(self, arguments: Json) -> Json:
        """conversations.open with one member (or the id of the conversation): the direct messages with them."""
        if arguments.get("channel"):
            channel = self._workspace.channels.get(arguments["channel"])
            if channel is None or channel.kind != "im":
                raise Refusal("channel_not_found")
        else:
            user_id = str(arguments.get("users") or "")
            if not user_id:
                raise Refusal("users_list_not_supplied")
            if "," in user_id:
                self._workspace.violate("conversations.open", "opens a group conversation")
                raise Refusal("invalid_arguments", complaints=["group conversations are not supported here"])
            user = self._workspace.user(user_id)
            if user.deleted:
                raise Refusal("user_disabled")
            channel = self._workspace.im_of(user_id)
        whole = str(arguments.get("return_im", "0")).lower() in ("1", "true")
        return {"channel": self.channel_json(channel) if whole else {"id": channel.id}}

    def conversations_info(self, arguments: Json) -> Json:
        """conversations.info."""
        channel = self._workspace.channels.get(arguments["channel"])
        if channel is None:
            raise Refusal("channel_not_found")
        return {"channel": self.channel_json(channel)}

    def channel_json(self, channel: Channel) -> Json:
        """A conversation as Slack shows it."""
        shown: Json = {"id": channel.id, "created": 1_700_000_000, "is_archived": channel.archived}
        if channel.kind == "im":
            return {**shown, "is_im": True, "user": channel.user, "is_org_shared": False, "priority": 0}
        member = {"is_member": channel.joined, "is_private": False, "name_normalized": channel.name}
        return {**shown, "name": channel.name, "is_channel": True, "is_im": False, **member}

    def as_json(self, user: User) -> Json:
        """A member as Slack shows it."""
        offset = datetime.now(UTC).astimezone(ZoneInfo(user.tz)).utcoffset()
        seconds = 0 if offset is None else int(offset.total_seconds())
        first, _, last = user.name.partition(" ")
        profile = {
            "real_name": user.name,
            "real_name_normalized": user.name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "first_name": first,
            "last_name": last,
            "email": user.email,
            "team": self._workspace.team_id,
        }
        shown: Json = {
            "id": user.id,
            "team_id": self._workspace.team_id,
            "name": user.name.lower().replace(" ", "."),
            "deleted": user.deleted,
            "profile": profile,
            "is_bot": False,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        if not user.deleted:
            zone = {"tz": user.tz, "tz_label": user.tz, "tz_offset": seconds}
            shown |= {"real_name": user.name, **zone, "is_admin": False, "is_owner": False, "is_restricted": False}
        return shown
