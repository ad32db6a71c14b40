"""What an error of the Web API means for a delivery: exactly what is known of it, and no more.

Codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from schedules.retry import DeliveryError, patience

# The person or the conversation is closed to us.
_PERSON_GONE = {"user_disabled", "user_not_found", "user_not_visible", "cannot_dm_bot", "messages_tab_disabled"}
_PLACE_GONE = {"channel_not_found", "is_archived", "not_in_channel", "restricted_action", "is_inactive"}
# The app's own token; nothing reaches anybody until it is set right.
TOKEN_REFUSED = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "missing_scope", "no_permission"}
# What Slack says when it does not know itself whether it worked.
_DOUBT = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
_NOT_EDITABLE = {"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"}


def error_of(code: str, status: int, retry_after: str | None, chat: str) -> DeliveryError:
    """The retry decision for an answer that refuses; `code` is Slack's word, empty when there was none."""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return DeliveryError("too many requests", retry_after=_seconds(retry_after))
    if status >= 500 or code in _DOUBT:
        return DeliveryError("the answer was lost", uncertain=True)
    if code in TOKEN_REFUSED:
        return DeliveryError("the token is refused")
    if code in _PERSON_GONE or code == "account_inactive":
        return DeliveryError(code, permanent=True, unreachable=True)
    if code in _PLACE_GONE:
        # A channel that is closed says nothing about the person who wrote there.
        return DeliveryError(code, permanent=True, unreachable=chat.startswith(("D", "U", "W")))
    return DeliveryError(code or f"HTTP {status}", permanent=True)


def cannot_be_edited(code: str) -> bool:
    """The message to edit is gone or may no longer be changed: a new one must do."""
    return code in _NOT_EDITABLE


def _seconds(retry_after: str | None) -> float:
    try:
        return patience(float(retry_after or 1))
    except ValueError:
        return 1.0
