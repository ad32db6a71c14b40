"""What becomes of a delivery on Slack: every refusal and every lost answer, against a real server."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channel import Parts
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from handlers.messages import Attachment, Message
from schedules.clock import machine_now
from storage.database import Database
from storage.outbox import Kind
from tests.channels.staging import CHOICES, Stage
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack

ANNE = "U1"
ICS = Attachment(filename="ag.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.add_user(ANNE, "Anne Le Goff")
        slack.add_channel("C1", "annonces")
        yield slack
    assert slack.violations == []


def settings_for(slack: FakeSlack, **more: Any) -> Settings:
    fields: dict[str, Any] = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_api_url": slack.url,
        "slack_messages_per_minute": 6000,
    }
    return Settings(_env_file=None, **(fields | more))


@pytest.fixture
async def stage(slack: FakeSlack, sqlite: Database) -> AsyncIterator[Stage]:
    settings = settings_for(slack)
    async with Stage(sqlite, lambda gateway, _: SlackChannel(settings, gateway)) as stage:
        yield stage


async def announce(stage: Stage, slack: FakeSlack, message: Message | None = None, **more: Any) -> None:
    fields = {"platform": "slack", "workspace": slack.team_id, "chat": slack.im(ANNE)} | more
    await stage.push("a", message or Message(text="bonjour"), **fields)


@pytest.mark.parametrize("code", ["account_inactive", "user_disabled", "channel_not_found"])
async def test_a_person_who_cannot_be_written_to_is_marked(stage: Stage, slack: FakeSlack, code: str) -> None:
    person = await stage.person(("slack", slack.team_id, ANNE, slack.im(ANNE)))
    account = await stage.account("slack", ANNE)
    slack.deactivate(ANNE, code)
    await announce(stage, slack, person_id=person, account_id=account.id)
    row = await stage.ended("a")
    assert (row.state, row.reason, row.doubts, slack.arrived) == ("failed", code, 0, 0)
    assert (await stage.account("slack", ANNE)).unreachable == code
    assert stage.channels[0].health().ok


@pytest.mark.parametrize("code", ["not_in_channel", "is_archived"])
async def test_a_closed_channel_says_nothing_of_the_person(stage: Stage, slack: FakeSlack, code: str) -> None:
    slack.add_channel("C2", "ailleurs", joined=code != "not_in_channel", archived=code == "is_archived")
    person = await stage.person(("slack", slack.team_id, ANNE, slack.im(ANNE)))
    account = await stage.account("slack", ANNE)
    await announce(stage, slack, chat="C2", person_id=person, account_id=account.id)
    assert ((row := await stage.ended("a")).state, row.reason) == ("failed", code)
    assert (await stage.account("slack", ANNE)).unreachable is None


async def test_refused_content_is_not_tried_again(stage: Stage, slack: FakeSlack) -> None:
    slack.fail_next("chat.postMessage", error="invalid_blocks")
    await announce(stage, slack)
    assert ((row := await stage.ended("a")).state, row.reason, slack.arrived) == ("failed", "invalid_blocks", 0)


async def test_our_own_closed_account_is_nobody_elses_fault(stage: Stage, slack: FakeSlack) -> None:
    person = await stage.person(("slack", slack.team_id, ANNE, slack.im(ANNE)))
    account = await stage.account("slack", ANNE)
    slack.fail_next("chat.postMessage", error="account_inactive")
    slack.fail_next("auth.test", error="account_inactive")
    await announce(stage, slack, person_id=person, account_id=account.id)
    row = await stage.tried("a", "waiting")
    assert ((await stage.account("slack", ANNE)).unreachable, row.reason) == (None, "the token is refused")
    health = stage.channels[0].health()
    assert (health.ok, health.detail) == (False, "Slack refuses the token (invalid_auth)")


async def test_a_revoked_token_waits_and_is_said_by_health(stage: Stage, slack: FakeSlack) -> None:
    slack.revoke_tokens()
    await announce(stage, slack)
    row = await stage.tried("a", "waiting")
    assert (row.reason, row.doubts, stage.channels[0].health().ok) == ("the token is refused", 0, False)


@pytest.mark.parametrize("accepted", [True, False])
async def test_an_announcement_whose_answer_is_lost_stays_in_doubt(
    stage: Stage, slack: FakeSlack, accepted: bool
) -> None:
    slack.drop_connection_after("chat.postMessage", accepted=accepted)
    await announce(stage, slack)
    row = await stage.ended("a")
    assert (row.state, row.doubts, slack.arrived) == ("uncertain", 1, int(accepted))
    assert await stage.outcomes() == ["uncertain"]


@pytest.mark.parametrize(
    "fault", [{"status": 500, "error": "internal_error"}, {"error": "fatal_error"}, {"error": "service_unavailable"}]
)
async def test_an_answer_that_says_nothing_sure_is_a_doubt(stage: Stage, slack: FakeSlack, fault: Any) -> None:
    slack.fail_next("chat.postMessage", accepted=True, **fault)
    await announce(stage, slack)
    assert ((await stage.ended("a")).state, slack.arrived) == ("uncertain", 1)


@pytest.mark.parametrize("status", [503, 200])  # 200: the page of a proxy in between
async def test_an_outage_without_json_is_a_doubt(stage: Stage, slack: FakeSlack, status: int) -> None:
    slack.outage(status)
    await announce(stage, slack)
    assert (await stage.ended("a")).state == "uncertain"
    slack.recover()


async def test_a_server_that_is_not_there_is_no_doubt(stage: Stage, slack: FakeSlack, sqlite: Database) -> None:
    async with FakeSlack() as gone:
        silent = SlackChannel(settings_for(gone), stage.gateway, parts=Parts.WEB)
        await silent.start()
    stage.worker.add(silent.messenger)
    await announce(stage, slack)
    row = await stage.tried("a", "waiting")
    assert (row.reason, row.doubts) == ("Slack cannot be reached", 0)
    await silent.close()


async def test_the_limits_of_a_channel_are_respected(sqlite: Database) -> None:
    async with FakeSlack(limits=Limits(per_channel=1.0)) as slack:
        slack.add_user(ANNE, "Anne Le Goff")
        settings = settings_for(slack)
        async with Stage(sqlite, lambda gateway, _: SlackChannel(settings, gateway)) as stage:
            text = "\n\n".join(letter * 9000 for letter in "ab")
            await announce(stage, slack, Message(text=text, buttons=(CHOICES,)))
            row = await stage.ended("a")
            assert [message.shown[0] for message in slack.sent] == ["a", "b"]
            assert [message.buttons for message in slack.sent] == [[], ["Oui", "Non"]]
            assert (row.state, row.doubts, slack.rate_limited) == ("delivered", 0, 1)


@pytest.mark.parametrize("asked", ["0", "-3", "", None, "Wed, 21 Oct 2026 07:28:00 GMT", "nan", "inf", "1e400"])
@pytest.mark.parametrize("status", [429, 200])
async def test_a_silence_said_badly_is_kept_for_a_bounded_while(
    stage: Stage, slack: FakeSlack, asked: str | None, status: int
) -> None:
    headers = {} if asked is None else {"Retry-After": asked}
    slack.fail_next("chat.postMessage", error="ratelimited", status=status, headers=headers)
    before = machine_now()
    await announce(stage, slack)
    row = await stage.tried("a", "waiting")
    assert (row.reason, row.doubts, row.tries, slack.arrived) == ("too many requests", 0, 0, 0)
    assert 0.9 < row.not_before - before < 90_000


async def test_a_channel_that_is_full_stops_no_other(stage: Stage, slack: FakeSlack) -> None:
    slack.limits.close("C1", 30)
    await announce(stage, slack, chat="C1")
    await stage.tried("a", "waiting")
    await stage.push("b", Message(text="aussi"), platform="slack", workspace=slack.team_id, chat=slack.im(ANNE))
    assert (await stage.ended("b")).state == "delivered"
    assert slack.rate_limited == 1


async def test_a_doubt_about_one_part_repeats_that_part_only(stage: Stage, slack: FakeSlack) -> None:
    slack.drop_connection_after("chat.postMessage", 1)
    await announce(stage, slack, Message(text="\n\n".join(letter * 9000 for letter in "abc")), kind=Kind.REMINDER)
    row = await stage.ended("a")
    assert [message.shown[0] for message in slack.sent] == ["a", "b", "b", "c"]
    assert (row.state, row.doubts) == ("delivered", 1)


async def test_a_message_that_can_no_longer_be_changed_is_sent_anew(stage: Stage, slack: FakeSlack) -> None:
    await announce(stage, slack, edits=f"{slack.im(ANNE)}:1.1")
    assert ((await slack.next_message(ANNE)).shown, (await stage.ended("a")).state) == ("bonjour", "delivered")


async def test_a_change_whose_answer_is_lost_is_made_again_without_a_doubt(stage: Stage, slack: FakeSlack) -> None:
    await announce(stage, slack)
    ref = (await stage.ended("a")).message_ref
    slack.drop_connection_after("chat.update")
    await stage.push("b", Message(text="bonsoir"), platform="slack", chat=slack.im(ANNE), edits=ref)
    row = await stage.ended("b")
    assert (row.state, row.doubts, slack.sent[0].shown, slack.arrived) == ("delivered", 0, "bonsoir", 1)


@pytest.mark.parametrize("chat", ["D1", ANNE])
async def test_a_file_arrives_in_the_direct_messages(stage: Stage, slack: FakeSlack, chat: str) -> None:
    await announce(stage, slack, Message(text="Voici", attachment=ICS), chat=chat)
    assert (await stage.ended("a")).state == "delivered"
    text, file = slack.sent
    assert (text.shown, text.to, file.to) == ("Voici", ANNE, ANNE)
    assert [slack.workspace.uploads[upload].content for upload in file.files] == [ICS.content]


async def test_a_file_whose_upload_breaks_off_is_no_doubt_and_the_text_is_not_repeated(
    stage: Stage, slack: FakeSlack
) -> None:
    slack.drop_connection_after("files.getUploadURLExternal")
    await announce(stage, slack, Message(text="Voici", attachment=ICS))
    row = await stage.ended("a")
    assert (row.state, row.doubts, [len(message.files) for message in slack.sent]) == ("delivered", 0, [0, 1])


async def test_a_file_whose_sharing_is_lost_is_in_doubt(stage: Stage, slack: FakeSlack) -> None:
    slack.drop_connection_after("files.completeUploadExternal")
    await announce(stage, slack, Message(text="Voici", attachment=ICS))
    row = await stage.ended("a")
    assert (row.state, row.doubts, row.parts_sent, slack.arrived) == ("uncertain", 1, 1, 2)
