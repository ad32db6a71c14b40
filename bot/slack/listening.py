"""From a payload of Slack to an `Inbound`; what we do not handle is None, and acknowledged all the same.

Nothing here knows how the payload came, by a socket or over HTTP.
"""

import re
from collections.abc import Mapping, Set
from datetime import datetime
from html import unescape
from typing import Any

from slack_bolt.request.internals import extract_team_id

from handlers.request import Inbound, InboundFile, Press

PLATFORM = "slack"
_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_HEARD = (None, "file_share", "thread_broadcast")  # subtypes of messages that somebody wrote


def inbound_of(payload: Mapping[str, Any], us: str, commands: Set[str], now: datetime) -> Inbound | None:
    """What somebody wrote, commanded or pressed; `us` is the bot's own member id."""
    match payload.get("type"):
        case "event_callback":
            return _said(payload, payload["event"], us, now)
        case "block_actions":
            return _pressed(payload, now)
        case "view_submission":
            return _submitted(payload, now)
        case None if "command" in payload:
            return _commanded(payload, commands, now)
    return None


def team_of(payload: Mapping[str, Any]) -> str:
    """The workspace in which the app met what happened: the one whose token answers it."""
    return extract_team_id(dict(payload)) or str(payload.get("team_id") or "")


def name_of(payload: Mapping[str, Any]) -> str:
    """What names a payload in the logs."""
    return str(payload.get("event_id") or payload.get("trigger_id") or payload.get("type") or "?")


def _said(payload: Mapping[str, Any], event: Mapping[str, Any], us: str, now: datetime) -> Inbound | None:
    kind = event.get("type")
    private = kind == "message" and event.get("channel_type") == "im"
    if not private and kind != "app_mention":
        return None
    author = event.get("user")
    if not author or author == us or event.get("bot_id") or event.get("subtype") not in _HEARD:
        return None  # what we or another bot said, a change or a deletion
    text = plain_text(str(event.get("text") or ""), us)
    file = _announced(event) if private else None
    unread = "" if text or file or not private else _unread(event)
    if not (text or file or unread):
        return None
    return Inbound(
        platform=PLATFORM,
        update_id=str(payload["event_id"]),
        account=str(author),
        workspace=team_of(payload),
        chat=str(event["channel"]),
        chat_kind="private" if private else "channel",
        text=text,
        file=file,
        unread=unread,
        received_at=now,
    )


def file_of(payload: Mapping[str, Any]) -> tuple[str, int]:
    """The address of the first file of a message, and its size; an empty address when there is none."""
    files = (payload.get("event") or {}).get("files") or [{}]
    return str(files[0].get("url_private_download") or ""), int(files[0].get("size") or 0)


def _announced(event: Mapping[str, Any]) -> InboundFile | None:
    files = event.get("files") or []
    if not files or not files[0].get("url_private_download") or _kind(files[0]) in ("voice", "video"):
        return None  # none, or one that Slack does not hand out, or a clip
    return InboundFile(name=str(files[0].get("name") or "fichier"), media_type=str(files[0].get("mimetype") or ""))


def _unread(event: Mapping[str, Any]) -> str:
    """What stands there without words and nobody here reads."""
    files = event.get("files") or []
    return _kind(files[0]) if files else ""


def _kind(file: Mapping[str, Any]) -> str:
    kinds = {"audio": "voice", "video": "video", "image": "picture"}
    return kinds.get(str(file.get("mimetype") or "").partition("/")[0], "file")


def _commanded(payload: Mapping[str, Any], commands: Set[str], now: datetime) -> Inbound:
    """`/concerte agenda juin` is `/agenda juin`; what is no word of ours is a question; nothing is a call for help.

    The answer goes to the person alone: we may not be in the channel the command was typed in.
    """
    typed = plain_text(str(payload.get("text") or "")) or "aide"
    word = typed.split(maxsplit=1)[0].lower().lstrip("/")
    if word in commands:
        typed = f"/{word}{typed[len(typed.split(maxsplit=1)[0]) :]}"
    person = str(payload["user_id"])
    return Inbound(
        platform=PLATFORM,
        update_id=str(payload["trigger_id"]),
        account=person,
        workspace=team_of(payload),
        chat=person,
        text=typed,
        received_at=now,
        display_name=str(payload.get("user_name") or ""),
    )


def _pressed(payload: Mapping[str, Any], now: datetime) -> Inbound | None:
    """A press of a message's button. Its action is in the button's value; a link's button has none."""
    container, actions = payload.get("container") or {}, payload.get("actions") or []
    if container.get("type") != "message" or not actions or not actions[0].get("value"):
        return None
    channel = str(container["channel_id"])
    # Nobody can change a message that was shown to one person for a moment.
    message = "" if container.get("is_ephemeral") else f"{channel}:{container['message_ts']}"
    return Inbound(
        platform=PLATFORM,
        update_id=str(payload["trigger_id"]),
        account=str(payload["user"]["id"]),
        workspace=team_of(payload),
        chat=channel,
        chat_kind="private" if channel.startswith("D") else "channel",
        press=Press(action=str(actions[0]["value"]), message=message),
        callback=str(payload.get("response_url") or ""),
        received_at=now,
        display_name=str(payload["user"].get("name") or payload["user"].get("username") or ""),
    )


def _submitted(payload: Mapping[str, Any], now: datetime) -> Inbound:
    """A modal sent in. We open none, so its fields and its private_metadata are not even read."""
    person, view = payload["user"], payload["view"]
    return Inbound(
        platform=PLATFORM,
        update_id=str(payload.get("trigger_id") or f"{view['id']}:{view.get('hash')}"),
        account=str(person["id"]),
        workspace=team_of(payload),
        chat=str(person["id"]),
        form={},
        form_name=str(view.get("callback_id") or "")[:255],
        received_at=now,
        display_name=str(person.get("name") or ""),
    )


def plain_text(text: str, us: str = "") -> str:
    """What was typed: Slack's own markup for links, people and channels undone, our name taken out."""
    if us:
        text = re.sub(rf"<@{re.escape(us)}(?:\|[^>]*)?>[\s,:]*", "", text)
    return unescape(_MARKUP.sub(_shown, text)).strip()


def _shown(match: re.Match[str]) -> str:
    target, label = match[1], match[2]
    if label:
        return f"#{label}" if target.startswith("#") else label
    return target.removeprefix("mailto:").removeprefix("tel:")
