"""One installation in several Slack workspaces: one app, a token for each, against a server that keeps them apart."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from bot.channel import CannotStart, Parts
from bot.routing import build_router
from bot.settings import Settings
from bot.slack.channel import SlackChannel, who_we_are
from handlers.account import wording
from handlers.messages import Attachment, Message
from schedules.delivery import Worker
from storage.channels import Served, served_workspaces
from storage.database import Database
from storage.outbox import Kind, counts_by_state, enqueue
from storage.people import Account, Person, Role, RoleGrant
from storage.uploads import Upload
from tests.channels.staging import NOW, Stage
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.team import Team
from tests.patience import PATIENCE

ANNE = "U1"  # of both workspaces, where it is not the same person
ICS = Attachment(filename="seminaire.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        bretagne = slack.another("Bretagne")
        slack.add_user(ANNE, "Anne Le Goff")
        bretagne.add_user(ANNE, "Anne Kerjean")
        yield slack


@pytest.fixture
def bretagne(slack: FakeSlack) -> Team:
    return slack.teams[1]


def settings_for(slack: FakeSlack, tokens: str = "", **more: Any) -> Settings:
    fields: dict[str, Any] = {
        "slack_bot_token": SecretStr(tokens or slack.bot_tokens),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_api_url": slack.url,
        "slack_messages_per_minute": 6000,
    }
    return Settings(_env_file=None, **(fields | more))


@contextlib.asynccontextmanager
async def staged(database: Database, settings: Settings, **more: Any) -> AsyncIterator[tuple[Stage, SlackChannel]]:
    made: list[SlackChannel] = []

    def make(gateway: Any, _: Worker) -> SlackChannel:
        made.append(SlackChannel(settings, gateway, **more))
        return made[0]

    router = build_router() if more.pop("whole", False) else None
    async with Stage(database, make, router=router) as stage:
        yield stage, made[0]


async def test_a_conversation_goes_on_in_each_workspace_and_the_same_id_is_another_person(
    slack: FakeSlack, bretagne: Team, sqlite: Database
) -> None:
    async with staged(sqlite, settings_for(slack)) as (stage, _):
        for team in (slack, bretagne):
            await team.says(ANNE, "/demande").acknowledged()
            question = await team.next_message(ANNE)
            await team.presses(ANNE, question, "Oui").acknowledged()
            assert "Choisi\u00a0: oui" in (await team.next_edit(question)).shown
            await team.command(ANNE, "/concerte", "aide").acknowledged()
            heard = [(await team.next_message(ANNE)).shown for _ in range(2)]
            assert sorted(heard) == ["Noté", "Vous dites\u00a0: /aide"]  # a notice is said beside what is sent
            assert (team.refused, team.violations) == ([], [])
        async with sqlite.reading() as session:
            accounts = (await session.execute(select(Account.workspace, Account.external_id))).all()
        assert sorted(tuple(one) for one in accounts) == [(bretagne.team_id, ANNE), (slack.team_id, ANNE)]
        assert {request.inbound.workspace for request in stage.heard} == {slack.team_id, bretagne.team_id}


async def test_what_is_sent_edited_and_attached_goes_through_the_client_of_its_workspace(
    slack: FakeSlack, bretagne: Team, sqlite: Database
) -> None:
    bretagne.add_user("U7", "Yann", email="yann@exemple.fr")
    async with staged(sqlite, settings_for(slack)) as (stage, _):
        there: dict[str, Any] = {"platform": "slack", "workspace": bretagne.team_id}
        await stage.push("a", Message(text="la séance", attachment=ICS), **there, chat=ANNE)
        await stage.push("b", Message(text="par adresse"), **there, chat="email:yann@exemple.fr")
        sent = await stage.ended("a")
        await stage.push("c", Message(text="corrigée"), **there, chat=ANNE, edits=(await stage.ended("b")).message_ref)
        ended = [sent, await stage.ended("b"), await stage.ended("c")]
        assert [(row.state, row.reason) for row in ended] == [("delivered", "")] * 3
        (edited,) = [one for one in bretagne.sent if one.edits]
        assert (edited.to, edited.shown) == ("U7", "corrigée")
        assert [one.content for one in bretagne.workspace.uploads.values()] == [ICS.content]
        assert (slack.arrived, bretagne.refused) == (0, [])


async def test_a_file_that_somebody_sends_is_fetched_with_the_token_of_their_workspace(
    slack: FakeSlack, bretagne: Team, sqlite: Database
) -> None:
    async with staged(sqlite, settings_for(slack)) as (stage, _):
        await stage.person(("slack", bretagne.team_id, ANNE, bretagne.im(ANNE)))
        async with sqlite.transaction() as session:
            person = (await session.scalars(select(Person))).one()
            session.add(RoleGrant(person_id=person.id, role=Role.STAFF))
        await bretagne.sends_file(ANNE, "membres.csv", b"prenom;nom\n", "voici").acknowledged()
        async with sqlite.reading() as session:
            assert list(await session.scalars(select(Upload.content))) == [b"prenom;nom\n"]


async def test_an_invitation_goes_to_the_workspace_that_knows_the_email(
    slack: FakeSlack, bretagne: Team, sqlite: Database
) -> None:
    bretagne.add_user("U7", "Yann", email="yann@exemple.fr")
    async with staged(sqlite, settings_for(slack)) as (stage, _):
        first: dict[str, Any] = {"platform": "slack", "workspace": slack.team_id, "kind": Kind.NOTICE}
        await stage.push("a", Message(text="bienvenue"), **first, chat="email:yann@exemple.fr")
        await stage.push("b", Message(text="bienvenue"), **first, chat="email:personne@exemple.fr")
        row, nobody = await stage.ended("a"), await stage.ended("b")
        assert (row.state, row.workspace, row.chat) == ("delivered", bretagne.team_id, "U7")
        assert (nobody.state, nobody.reason) == ("failed", "users_not_found")
        assert (slack.arrived, bretagne.arrived) == (0, 1)


async def test_an_email_is_asked_of_the_workspace_where_somebody_wrote(
    slack: FakeSlack, bretagne: Team, sqlite: Database
) -> None:
    async with sqlite.transaction() as session:
        session.add(Person(given_name="Camille", family_name="Exemple", email="camille@exemple.fr", created_at=NOW))
    slack.add_user("U1001", "Une autre", email="autre@exemple.fr")
    bretagne.add_user("U1001", "Camille E.", email="camille@exemple.fr")
    async with staged(sqlite, settings_for(slack), whole=True):
        for team in (slack, bretagne):
            await team.says("U1001", "aide").acknowledged()
            await team.next_message("U1001")
        asked = await bretagne.next_message("U1001")
        assert "Camille Exemple" in asked.shown
        await bretagne.presses("U1001", asked, wording.YES_ITS_ME).acknowledged()
        await bretagne.next_edit(asked)
        async with sqlite.reading() as session:
            linked = await session.scalars(select(Account.workspace).where(Account.person_id.is_not(None)))
            assert list(linked) == [bretagne.team_id]


@pytest.mark.parametrize("broken", [1, 2])
async def test_a_token_that_is_refused_stops_no_other_and_is_taken_once_it_is_good(
    slack: FakeSlack, sqlite: Database, caplog: pytest.LogCaptureFixture, broken: int
) -> None:
    bad, good = slack.teams[broken - 1], slack.teams[2 - broken]
    bad.revoke_tokens()
    async with staged(sqlite, settings_for(slack), ask_again=0.2) as (stage, channel):
        sentence = f"Token {broken} of SLACK_BOT_TOKEN is refused by Slack (token_revoked); copy the bot token"
        assert sentence in caplog.text
        health = channel.health()
        assert health.ok and sentence in health.detail
        await stage.push("a", Message(text="ici"), platform="slack", workspace=good.team_id, chat=ANNE)
        await stage.push("b", Message(text="là"), platform="slack", workspace=bad.team_id, chat=ANNE)
        assert (await stage.ended("a")).state == "delivered"
        await bad.says(ANNE, "bonjour").acknowledged()  # it is in the inbox, its answer waits
        assert (await stage.delivery("b")).state == "waiting"
        bad.accept_tokens()
        assert (await stage.ended("b")).state == "delivered"
        assert {(await bad.next_message(ANNE)).shown for _ in range(2)} == {"là", "Vous dites\u00a0: bonjour"}
        await slack.wait_until(lambda: "refused" not in channel.health().detail or None, awaited="good health")
        async with sqlite.reading() as session:
            served = await served_workspaces(session, "slack")
        assert served == Served(slack.team_id, frozenset(team.team_id for team in slack.teams), complete=True)
    assert not any(team.bot_token in caplog.text for team in slack.teams)


async def test_tokens_that_cannot_be_used_are_named_by_their_place_and_never_shown(
    slack: FakeSlack, bretagne: Team, sqlite: Database
) -> None:
    twice = f"{slack.bot_token}, {bretagne.bot_token} ,{slack.bot_token}"
    same = r"^Tokens 1 and 3 of SLACK_BOT_TOKEN are of the same workspace \(Concerte\); keep one for each workspace\.$"
    none = r"^Token 1 of SLACK_BOT_TOKEN is refused by Slack \(invalid_auth\); copy the bot token"
    for tokens, sentence in ((twice, same), ("xoxb-wrong,xoxb-bad", none)):
        with pytest.raises(CannotStart, match=sentence):
            async with staged(sqlite, settings_for(slack, tokens)):
                pass
    with pytest.raises(ValidationError, match="several separated by commas"):
        settings_for(slack, " , ")


async def test_check_names_every_workspace_and_every_token_that_is_refused(slack: FakeSlack, bretagne: Team) -> None:
    assert await who_we_are(settings_for(slack)) == "concerte in Concerte, concerte in Bretagne"
    bretagne.revoke_tokens()
    with pytest.raises(CannotStart, match=r"^Token 2 of SLACK_BOT_TOKEN is refused by Slack \(token_revoked\)"):
        await who_we_are(settings_for(slack))


async def test_what_happens_where_no_token_is_from_is_acknowledged_left_and_told_once(
    slack: FakeSlack, bretagne: Team, sqlite: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with staged(sqlite, settings_for(slack, slack.bot_token)) as (stage, _):
        await bretagne.says(ANNE, "bonjour").acknowledged()
        await bretagne.says(ANNE, "encore").acknowledged()
        assert await stage.updates() == 0
        await slack.says(ANNE, "bonjour").acknowledged()
        assert (await slack.next_message(ANNE)).shown == "Vous dites\u00a0: bonjour"
    told = [record.getMessage() for record in caplog.records if record.name == "bot.slack.channel"]
    assert told == [f"the app is installed in workspace {bretagne.team_id}, of which SLACK_BOT_TOKEN has no token"]


async def test_a_workspace_that_is_over_its_limit_makes_no_other_wait(
    slack: FakeSlack, bretagne: Team, sqlite: Database
) -> None:
    for number in range(10, 30):
        slack.add_user(f"U{number}", f"Membre {number}")
        bretagne.add_user(f"U{number}", f"Membre {number}")
    slack.rate_limit("chat.postMessage", 60)
    async with staged(sqlite, settings_for(slack), parts=Parts.WEB) as (stage, _):
        for team in (slack, bretagne):
            for number in range(10, 30):
                where: dict[str, Any] = {"platform": "slack", "workspace": team.team_id, "chat": f"U{number}"}
                await stage.push(f"{team.team_id}:{number}", Message(text="à tous"), **where)
        await slack.wait_until(lambda: bretagne.arrived == 20, awaited="all of the other workspace")
        assert (slack.arrived, bretagne.rate_limited) == (0, 0)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_two_workers_together_pass_the_limit_of_neither_workspace(database: Database) -> None:
    count, rate = 45, 20.0
    async with FakeSlack(echo=False, limits=Limits(per_minute=rate * 60)) as slack:
        bretagne = slack.another("Bretagne", Limits(per_minute=rate * 60))
        settings = settings_for(slack, slack_messages_per_minute=rate * 60)
        base = {"kind": Kind.ANNOUNCEMENT, "platform": "slack", "payload": {"text": "à tous"}, "due_at": NOW}
        rows = []
        for team in slack.teams:
            for number in range(count):
                team.add_user(f"U{number}", f"Membre {number}")
                about = {"about": f"{team.team_id}:{number}", "workspace": team.team_id, "chat": f"U{number}"}
                rows.append({**base, **about, "created_at": NOW})
        async with database.transaction() as session:
            await enqueue(session, rows)
        async with contextlib.AsyncExitStack() as stack:
            for name in ("w1", "w2"):
                stage = Stage(
                    database,
                    lambda gateway, _: SlackChannel(settings, gateway, parts=Parts.WEB),
                    owner=name,
                )
                await stack.enter_async_context(stage)
            await slack.wait_until(lambda: slack.arrived == bretagne.arrived == count, awaited="all messages")
            async with asyncio.timeout(PATIENCE):
                while await states(database) != {"delivered": 2 * count}:
                    await asyncio.sleep(0.02)
        assert (slack.rate_limited, bretagne.rate_limited) == (0, 0)


async def states(database: Database) -> dict[str, int]:
    async with database.reading() as session:
        return dict(await counts_by_state(session))
