"""How long each kind of thing is kept, in days. Settings may say otherwise; see docs/settings.md."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retention:
    """The periods of this installation; a purge follows them, and the privacy notice tells them."""

    inbox: int = 30  # updates received, of which only the number and the sender are left
    deliveries: int = 90  # texts and addresses of messages that have been sent; the facts stay
    pages: int = 365  # conversations in the browser
    memory: int = 1  # what a conversation was about; it is not used after half an hour
    drafts: int = 30  # unfinished answers, after their consultation has closed
    questions: int = 365  # questions that went to staff, answered or not, and those that were not understood
    imports: int = 90  # what an import changed, before and after; it can be undone until then
    codes: int = 7  # codes, invitations and proposals to link that have expired, and wrong tries
    audit: int = 1095  # the audit trail, by pseudonym
