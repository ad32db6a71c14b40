"""What every table holds about people, and how it forgets one: the one place that says so, for each table there is.

A table that is not listed in `RULES` fails a test. `mine` are the rows about a person: what « mes données » shows and
exports. `forget` is what erasing does to them. Where others may have written about the person (`texts`), names,
addresses and ids are taken out of their words, which stay. What a structure did stays, and ballots stay counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from storage.agenda import Event
from storage.announcements import Announcement, AnnouncementRead
from storage.audit import Pseudonym
from storage.ballots import Answer, Ballot, BallotTrace, Participation, Proposal
from storage.channel_polls import ChannelPoll
from storage.consultations import Consultation, Draft, Unnudged
from storage.conversations import Conversation
from storage.directory import Contact
from storage.feeds import CalendarFeed
from storage.forgetting import (
    Forget,
    Where,
    all_uploads,
    both,
    deleted,
    emptied,
    forget_contacts,
    forget_conversations,
    forget_deliveries,
    forget_inbox,
    forget_voice,
    no_longer_meant,
    theirs,
)
from storage.imports import ImportChange, ImportRun
from storage.inbox import InboxItem
from storage.interviews import InterviewSlot
from storage.linking import Invitation, LinkCode, LinkProposal, WrongTry
from storage.outbox import Attempt, Delivery
from storage.own_reminders import OwnReminder
from storage.people import Account, Person, RoleGrant
from storage.personal import PersonalLink, WebSession
from storage.replies import Rsvp
from storage.subjects import Subject
from storage.tickets import Ticket
from storage.uploads import Upload
from storage.web import WebChat, WebMessage


@dataclass(frozen=True, slots=True)
class Rule:
    """What a table holds about people; which rows are a person's own; what erasing does to them."""

    holds: str
    mine: Where | None = None
    forget: Forget | None = None
    texts: bool = True  # words in it may name people …
    only: tuple[str, ...] = ()  # … in these columns; without any, in every text there is


def _none(why: str) -> Rule:
    return Rule(why, texts=False)


def _own(table: Any, holds: str, where: Where) -> Rule:
    return Rule(holds, where, deleted(table, where))


def _my_ballots(s: Subject) -> Any:
    return or_(Ballot.voice_key == s.voice, Ballot.submitted_by == s.id, Ballot.validated_by == s.id)


def _my_proposals(s: Subject) -> Any:
    return or_(Proposal.voice_key == s.voice, Proposal.proposed_by == s.id)


def _my_traces(s: Subject) -> Any:
    return or_(BallotTrace.voice_key == s.voice, BallotTrace.by_person == s.id)


def _my_imported(s: Subject) -> Any:
    return ImportChange.person_id == s.id


def _my_proposals_to_link(s: Subject) -> Any:
    return or_(LinkProposal.person_id == s.id, LinkProposal.account_id.in_(s.account_ids))


RULES: Mapping[str, Rule] = {
    # The network: nobody's.
    "regions": _none("Regions."),
    "structures": _none("Structures; one may bear the name of somebody who is no user."),
    "network_settings": _none("What the pack says of the network, and where a purge has got to."),
    "organisations": Rule("What organisations do; texts may name people."),
    "terms": Rule("Abbreviations and what they mean."),
    "topics": Rule("What documents say; texts may name people."),
    "forgotten": _none("Digests of published entries that were erased."),
    "contacts": Rule(
        "What is published of people who may be asked.",
        lambda s: Contact.id.in_([one.id for one in s.contacts]),
        forget_contacts,
    ),
    "events": Rule("The agenda; an audience may name people.", forget=no_longer_meant(Event)),
    "next_reminders": _none("When to look at an event again."),
    "rsvps": _own(Rsvp, "Who comes to what, with which needs.", lambda s: Rsvp.person_id == s.id),
    "own_reminders": _own(OwnReminder, "Reminders that a person asked for.", lambda s: OwnReminder.person_id == s.id),
    "calendar_feeds": _own(CalendarFeed, "A private calendar, as a digest.", lambda s: CalendarFeed.person_id == s.id),
    "interview_slots": Rule(
        "Times offered for interviews; by whom, and who has taken them.",
        lambda s: or_(InterviewSlot.host_id == s.id, InterviewSlot.person_id == s.id),
        both(
            deleted(InterviewSlot, lambda s: InterviewSlot.host_id == s.id),
            emptied(InterviewSlot, person_id=lambda s: InterviewSlot.person_id == s.id),
        ),
    ),
    # Consultations: the structure's answer stays, and everybody's is counted.
    "consultations": Rule(
        "What is asked; who wrote it; an audience may name people.",
        lambda s: Consultation.created_by == s.id,
        both(
            emptied(Consultation, created_by=lambda s: Consultation.created_by == s.id), no_longer_meant(Consultation)
        ),
    ),
    "channel_polls": Rule(
        "Polls in channels; who put them there.",
        lambda s: ChannelPoll.asked_by == s.id,
        emptied(ChannelPoll, asked_by=lambda s: ChannelPoll.asked_by == s.id),
    ),
    "questions": Rule("Questions."),
    "choices": Rule("Choices."),
    "drafts": Rule(
        "Unfinished answers; who enters them for somebody.",
        lambda s: or_(Draft.person_id == s.id, Draft.entered_by == s.id),
        both(
            deleted(Draft, lambda s: Draft.person_id == s.id),
            emptied(Draft, entered_by=lambda s: Draft.entered_by == s.id),
        ),
    ),
    "ballots": Rule(
        "Submitted answers; who sent, validated or typed them.",
        lambda s: or_(_my_ballots(s), Ballot.entered_by == s.id),
        both(
            emptied(
                Ballot,
                submitted_by=lambda s: Ballot.submitted_by == s.id,
                validated_by=lambda s: Ballot.validated_by == s.id,
                entered_by=lambda s: Ballot.entered_by == s.id,
            ),
            forget_voice,
        ),
    ),
    "answers": Rule(
        "What a ballot says.", lambda s: Answer.ballot_id.in_(select(Ballot.id).where(_my_ballots(s)).scalar_subquery())
    ),
    "sealed_ballots": _none("Anonymous ballots in the box, sealed; nothing leads from one to anybody."),
    "secret_ballots": Rule("Anonymous ballots in the list; texts may name people."),
    "unnudged": _own(Unnudged, "Who wants no reminder of a consultation.", lambda s: Unnudged.person_id == s.id),
    "participations": Rule("Which voices have answered (see ballots).", lambda s: Participation.voice_key == s.voice),
    "ballot_traces": Rule(
        "The life of an answer; who did each step.",
        _my_traces,
        emptied(BallotTrace, by_person=lambda s: BallotTrace.by_person == s.id),
    ),
    "proposals": Rule(
        "Answers that wait for a director; who proposed them.",
        _my_proposals,
        both(
            deleted(Proposal, lambda s: Proposal.voice_key == s.voice),
            emptied(Proposal, proposed_by=lambda s: Proposal.proposed_by == s.id),
        ),
    ),
    # What was written and sent.
    "announcements": Rule(
        "What staff broadcast; who wrote and confirmed it.",
        lambda s: or_(Announcement.author_id == s.id, Announcement.confirmed_by == s.id),
        both(
            emptied(
                Announcement,
                author_id=lambda s: Announcement.author_id == s.id,
                confirmed_by=lambda s: Announcement.confirmed_by == s.id,
            ),
            no_longer_meant(Announcement),
        ),
    ),
    "announcement_files": Rule("Images and files sent with announcements; their names may name people."),
    "announcement_reads": _own(AnnouncementRead, "Who has read what.", lambda s: AnnouncementRead.person_id == s.id),
    "attempts": Rule(
        "Tries to send; through their delivery.",
        lambda s: Attempt.delivery_id.in_(select(Delivery.id).where(theirs(s)).scalar_subquery()),
    ),
    "deliveries": Rule(
        "Messages to a person and how they ended.", theirs, forget_deliveries, only=("about", "payload")
    ),
    "send_limits": _none("The pace of sending, by platform and workspace."),
    "web_messages": Rule(
        "The conversation in the browser.",
        lambda s: WebMessage.chat_id.in_(select(WebChat.id).where(WebChat.person_id == s.id).scalar_subquery()),
    ),
    "web_chats": _own(WebChat, "The page in the browser, with its messages.", lambda s: WebChat.person_id == s.id),
    "inbox": Rule("Updates received.", lambda s: InboxItem.sender.in_(s.senders), forget_inbox),
    "conversations": Rule(
        "The open form and what was spoken of.",
        lambda s: Conversation.holder.in_([s.voice, *(f"account:{number}" for number in s.account_ids)]),
        forget_conversations,
    ),
    "tickets": Rule(
        "Questions that went to staff, and their answers.",
        lambda s: Ticket.person_id == s.id,
        both(
            deleted(Ticket, lambda s: or_(Ticket.person_id == s.id, Ticket.account_id.in_(s.account_ids))),
            emptied(Ticket, answered_by=lambda s: Ticket.answered_by == s.id),
        ),
    ),
    "unanswered": Rule("Questions that were not answered, for the weekly digest; nobody's name stands with them."),
    "leases": _none("Which process does what."),
    "import_layouts": _none("The columns of files, explained once."),
    "import_runs": Rule(
        "Which files were imported when; by whom.",
        lambda s: ImportRun.by == s.id,
        emptied(ImportRun, by=lambda s: ImportRun.by == s.id),
    ),
    "import_changes": _own(ImportChange, "What an import changed, before and after.", _my_imported),
    "uploads": Rule(
        "Files sent, for an hour; any may list the person.", lambda s: Upload.person_id == s.id, all_uploads
    ),
    # Identity, last: the rest is found by it.
    "link_codes": _own(LinkCode, "Codes to link an account, as digests.", lambda s: LinkCode.person_id == s.id),
    "invitations": Rule(
        "Invitations, as digests; who made them.",
        lambda s: or_(Invitation.person_id == s.id, Invitation.made_by == s.id),
        both(
            deleted(Invitation, lambda s: Invitation.person_id == s.id),
            emptied(Invitation, made_by=lambda s: Invitation.made_by == s.id),
        ),
    ),
    "web_sessions": _own(WebSession, "Browsers that act as the person.", lambda s: WebSession.person_id == s.id),
    "personal_links": Rule(
        "Personal links, as digests; who made them.",
        lambda s: or_(PersonalLink.person_id == s.id, PersonalLink.made_by == s.id),
        both(
            deleted(PersonalLink, lambda s: PersonalLink.person_id == s.id),
            emptied(PersonalLink, made_by=lambda s: PersonalLink.made_by == s.id),
        ),
    ),
    "link_proposals": _own(LinkProposal, "Accounts that asked to be linked.", _my_proposals_to_link),
    "wrong_tries": _own(WrongTry, "Wrong codes typed.", lambda s: WrongTry.account_id.in_(s.account_ids)),
    "audit_entries": _none("Who did what, by pseudonym only; nothing in it names anybody."),
    "pseudonyms": _own(Pseudonym, "What joins a pseudonym to a person.", lambda s: Pseudonym.person_id == s.id),
    "role_grants": _own(RoleGrant, "Roles.", lambda s: RoleGrant.person_id == s.id),
    "accounts": _own(Account, "Chat identities.", lambda s: Account.person_id == s.id),
    "people": _own(Person, "Identity, structure, preferences.", lambda s: Person.id == s.id),
}
