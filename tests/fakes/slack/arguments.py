"""Which arguments each method knows: the documented ones that the bot may use. Anything else is a violation."""

from dataclasses import dataclass

from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.workspace import Workspace


@dataclass(frozen=True)
class Signature:
    """The arguments of a method. `app_level` methods want the app token, the others the bot's."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    app_level: bool = False
    missing: str = "invalid_arguments"


_CONTENT = ("text", "blocks", "mrkdwn", "parse", "link_names", "metadata")
_POST = (*_CONTENT, "thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media")

SIGNATURES: dict[str, Signature] = {
    "auth.test": Signature(),
    "apps.connections.open": Signature(app_level=True),
    "chat.postMessage": Signature(("channel",), _POST, missing="channel_not_found"),
    "chat.postEphemeral": Signature(("channel", "user"), (*_CONTENT, "thread_ts"), missing="channel_not_found"),
    "chat.update": Signature(("channel", "ts"), _CONTENT, missing="message_not_found"),
    "chat.delete": Signature(("channel", "ts"), missing="message_not_found"),
    "conversations.open": Signature((), ("users", "channel", "return_im", "prevent_creation")),
    "conversations.info": Signature(("channel",), ("include_locale", "include_num_members")),
    "users.info": Signature(("user",), ("include_locale",), missing="user_not_found"),
    "users.list": Signature((), ("cursor", "limit", "include_locale")),
    "users.lookupByEmail": Signature(("email",), missing="users_not_found"),
    "views.open": Signature(("trigger_id", "view")),
    "views.push": Signature(("trigger_id", "view")),
    "views.update": Signature(("view",), ("view_id", "external_id", "hash")),
    "views.publish": Signature(("user_id", "view"), ("hash",)),
    "files.getUploadURLExternal": Signature(("filename", "length"), ("alt_txt", "snippet_type")),
    "files.delete": Signature(("file",)),
    "files.completeUploadExternal": Signature(("files",), ("channel_id", "initial_comment", "thread_ts")),
}


def check_arguments(workspace: Workspace, method: str, arguments: Json) -> None:
    """A `Refusal` for an argument that is unknown (also noted as a violation) or missing."""
    signature = SIGNATURES[method]
    # Bolt's clients add the workspace to every call.
    if arguments.pop("team_id", workspace.team_id) != workspace.team_id:
        raise Refusal("team_not_found")
    unknown = [name for name in arguments if name not in signature.required + signature.optional]
    if unknown:
        workspace.violate(method, f"unknown arguments: {', '.join(unknown)}")
        complaints = [f"invalid additional property: {name} [json-pointer:/{name}]" for name in unknown]
        raise Refusal("invalid_arguments", complaints=complaints)
    absent = [name for name in signature.required if arguments.get(name) in (None, "")]
    if absent:
        complaints = [f"missing required field: {name}" for name in absent]
        raise Refusal(signature.missing, complaints=complaints)
