"""The attack table: every row is refused politely, changes nothing, and is in the audit trail."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, func, select

from bot.gateway import APOLOGY
from bot.routing import build_router
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from handlers.account import staff_wording, wording
from handlers.request import Inbound, Press
from storage.agenda import Event, Precision
from storage.audit import Act, AuditEntry
from storage.base import Base
from storage.channels import remember_bot
from storage.database import Database
from storage.directory import Contact
from storage.inbox import InboxItem, InboxState
from storage.linking import make_invitations
from storage.network import bump_knowledge
from storage.people import Role, RoleGrant
from storage.personal import SESSION_LIFE, revoke_links
from storage.privacy import erase
from storage.uploads import Upload, upload_row
from tests.conversations.consulting import a_consultation
from tests.fakes.slack.server import FakeSlack
from tests.stage import Heard, Stage
from tests.web.opened import MACHINE, Browser, Pages, served

ADMIN, STAFF, DIRECTOR, CAMILLE, THIEF = "telegram:1", "slack:U2", "telegram:3", "telegram:4", "telegram:666"
HERE = "T1"  # the workspace of this installation; T2 is another
REFUSED = (Act.RIGHT_REFUSED, Act.LINK_REFUSED)
# What an attack must not touch. Conversations, the inbox, replies and wrong tries are its own traces.
UNTOUCHED = (
    "accounts",
    "role_grants",
    "people",
    "structures",
    "consultations",
    "questions",
    "choices",
    "ballots",
    "participations",
    "drafts",
    "announcements",
    "events",
    "contacts",
    "invitations",
    "personal_links",
    "import_runs",
)


@dataclass
class Scene:
    """The people, what they have, and the pages of the installation."""

    stage: Stage
    pages: Pages
    admin: int
    staff: int
    director: int
    camille: int
    consultation: int
    event: int
    contact: int
    upload: int

    async def invitation(self, person_id: int) -> str:
        """A good invitation of somebody."""
        async with self.stage.database.transaction() as session:
            return (await make_invitations(session, [person_id], self.staff, MACHINE + 1000.0))[person_id]

    async def demote(self, person_id: int) -> None:
        """Somebody belongs to the team no longer."""
        async with self.stage.database.transaction() as session:
            await session.execute(delete(RoleGrant).where(RoleGrant.person_id == person_id))
            session.add(RoleGrant(person_id=person_id, role=Role.PARTICIPANT))

    async def as_staff(self, text: str) -> Heard:
        """The member of staff, in the workspace of this installation."""
        return await self.stage.says(STAFF, text, workspace=HERE)

    async def browser(self, person_id: int) -> Browser:
        """A browser that somebody has opened their page in."""
        opened = self.pages.browser()
        await opened.enter(await self.pages.link(person_id))
        return opened

    async def state(self) -> dict[str, list[Any]]:
        """All that an attack must not touch."""
        found: dict[str, list[Any]] = {}
        async with self.stage.database.reading() as session:
            for name in UNTOUCHED:
                table = Base.metadata.tables[name]
                columns = [c for c in table.columns if c.name not in ("last_used", "unreachable")]
                query = select(*columns).order_by(table.c.id)
                if name == "accounts":  # a stranger's own account is remembered, and belongs to nobody
                    query = query.where(table.c.person_id.is_not(None))
                found[name] = [tuple(row) for row in (await session.execute(query)).all()]
        return found

    async def refusals(self) -> int:
        """How many refusals the audit trail holds."""
        async with self.stage.database.reading() as session:
            query = select(func.count()).select_from(AuditEntry).where(AuditEntry.act.in_(REFUSED))
            return await session.scalar(query) or 0


@asynccontextmanager
async def scene_of(database: Database) -> AsyncIterator[Scene]:
    stage = Stage(database)
    admin = await stage.person("Alix", "Admin", ADMIN, roles=(Role.ADMIN,))
    staff = await stage.person("Sacha", "Essai", STAFF, roles=(Role.STAFF,), workspace=HERE)
    house = {"structure": "ML Rouen", "region": "28"}
    director = await stage.person("Dominique", "Modèle", DIRECTOR, roles=(Role.DIRECTOR,), **house)
    camille = await stage.person("Camille", "Modèle", CAMILLE, email="camille@exemple.fr")
    consultation = await a_consultation(database)
    async with database.transaction() as session:
        await remember_bot(session, "telegram", username="concerte_bot")
        day = stage.clock.at.date()
        event = Event(
            key="secret",
            name="Secret",
            precision=Precision.DAY,
            starts_on=day,
            ends_on=day,
            zone="Europe/Paris",
            public=False,
            audience={"roles": [Role.STAFF]},
            updated_at=stage.clock.at,
        )
        contact = Contact(
            key="secret",
            given_name="S",
            family_name="Secrète",
            public=False,
            updated_at=stage.clock.at,
            organisation="",
        )
        file = upload_row("slack", "u-file", "membres.csv", "text/csv", b"nom;prenom\nA;B\n", stage.clock.at)
        upload = Upload(**{**file, "person_id": staff})
        session.add_all([event, contact, upload])
        await session.flush()
        await bump_knowledge(session)
        numbers = event.id, contact.id, upload.id
    async with served(stage) as pages:
        yield Scene(stage, pages, admin, staff, director, camille, consultation, *numbers)


Going = Callable[[], Awaitable[Heard | None]]
Attack = Callable[[Scene], Awaitable[Going]]
"""Sets the scene, and returns the attack itself."""

TABLE: dict[str, Attack] = {}


def row(name: str) -> Callable[[Attack], Attack]:
    """A row of the table."""

    def add(attack: Attack) -> Attack:
        TABLE[name] = attack
        return attack

    return add


def press(name: str, who: str, action: Callable[[Scene], str], workspace: str = "") -> None:
    """A row that is one forged press."""

    async def attack(s: Scene) -> Going:
        return lambda: s.stage.presses(who, action(s), workspace=workspace)

    TABLE[name] = attack


# Codes and invitations


@row("a code that has served is typed again by somebody else")
async def _(s: Scene) -> Going:
    code = (await s.stage.says(CAMILLE, "relier")).text.split("**")[1]
    await s.stage.says("slack:U9", f"relier {code}", workspace=HERE)
    return lambda: s.stage.says(THIEF, f"relier {code}")


@row("a code is typed by the account it was shown to")
async def _(s: Scene) -> Going:
    code = (await s.stage.says(CAMILLE, "relier")).text.split("**")[1]
    return lambda: s.stage.says(CAMILLE, f"relier {code}")


@row("a victim opens an attacker's invitation and says that it is not theirs")
async def _(s: Scene) -> Going:
    asked = await s.stage.says("telegram:70", f"/start {await s.invitation(s.camille)}")
    assert "Camille Modèle" in asked.text
    return lambda: s.stage.presses("telegram:70", asked.button(wording.NOT_ME))


@row("an invitation of nobody")
async def _(s: Scene) -> Going:
    return lambda: s.stage.says(THIEF, "/start " + "x" * 32)


@row("somebody presses yes to a link proposed to another account")
async def _(s: Scene) -> Going:
    asked = await s.stage.says("telegram:70", f"/start {await s.invitation(s.camille)}")
    return lambda: s.stage.presses(THIEF, asked.button(wording.YES_ITS_ME))


@row("a thief approves the link to a director that was proposed to the thief")
async def _(s: Scene) -> Going:
    asked = await s.stage.says(THIEF, f"/start {await s.invitation(s.director)}")
    yes = asked.button(wording.YES_ITS_ME)
    await s.stage.presses(THIEF, yes)
    return lambda: s.stage.presses(THIEF, f"account:approve:{yes.action.split(':')[2]}")


@row("staff approve a link to an administrator")
async def _(s: Scene) -> Going:
    asked = await s.stage.says(THIEF, f"/start {await s.invitation(s.admin)}")
    yes = asked.button(wording.YES_ITS_ME)
    await s.stage.presses(THIEF, yes)
    return lambda: s.stage.presses(STAFF, f"account:approve:{yes.action.split(':')[2]}", workspace=HERE)


# Forged callback data, for every prefix there is: by a stranger, and by a participant where strangers are stopped early

PREFIXES: dict[str, Callable[[Scene], str]] = {
    "account": lambda s: f"account:role-give:{s.camille}:admin:0:yes",
    "announce": lambda s: "announce:send:1:1",
    "calendar": lambda s: f"calendar:show:{s.event}",
    "consult": lambda s: f"consult:closed:{s.consultation}",
    "contact": lambda s: f"contact:show:{s.contact}",
    "data": lambda s: "data:journal:9",
    "directory": lambda s: f"directory:import:{s.upload}",
    "sends": lambda s: "sends:4",
    "ticket": lambda s: "ticket:reply:1",
}
OPEN = {"question", "prefer"}  # answers are for everybody; preferences are one's own

for _prefix, _action in PREFIXES.items():
    press(f"forged {_prefix}: by a stranger", THIEF, _action)
    press(f"forged {_prefix}: by a participant", CAMILLE, _action)
press("forged prefer: by a stranger", THIEF, lambda s: "prefer:stop")
press("forged account: a look-up that no channel made", THIEF, lambda s: "account:recognise")
press("forged account: a participant invites", CAMILLE, lambda s: f"account:invite:{s.director}")
press("forged account: a participant exports links", CAMILLE, lambda s: "account:merge:all")
press("forged account: a participant revokes", CAMILLE, lambda s: f"account:revoke:{s.director}")
press("forged account: a director hands a structure over", DIRECTOR, lambda s: f"account:handover:{s.director}:1:1")
press("staff make themselves administrator", STAFF, lambda s: f"account:role-give:{s.staff}:admin:0:yes", HERE)
press("staff make an administrator", STAFF, lambda s: f"account:role-give:{s.camille}:admin:0:yes", HERE)
press("staff invite in an administrator's name", STAFF, lambda s: f"account:invite:{s.admin}", HERE)
press("staff revoke an administrator's links", STAFF, lambda s: f"account:revoke:{s.admin}", HERE)
press("a role of that name does not exist", ADMIN, lambda s: f"account:role-give:{s.camille}:king:0:yes")
press("nobody has that number", ADMIN, lambda s: "account:role-give:999999:admin:0:yes")


@row("the last administrator is removed")
async def _(s: Scene) -> Going:
    async with s.stage.database.reading() as session:
        grant = await session.scalar(select(RoleGrant.id).where(RoleGrant.role == Role.ADMIN))
    return lambda: s.stage.presses(ADMIN, f"account:role-take:{s.admin}:{grant}")


# Demoted staff press the buttons they were shown before


def demoted(name: str, shown: Callable[[Scene], Awaitable[Heard]], label: str) -> None:
    """A row: staff see a button, are demoted, and press it."""

    async def attack(s: Scene) -> Going:
        old = (await shown(s)).button(label)
        await s.demote(s.staff)
        return lambda: s.stage.presses(STAFF, old, workspace=HERE)

    TABLE[f"demoted staff press an old button: {name}"] = attack


demoted("announcement", lambda s: s.as_staff("annonce Bonjour à tous"), "")
demoted("participation", lambda s: s.as_staff("suivi"), "Relancer")
demoted("export", lambda s: s.as_staff("suivi"), "Exporter")
demoted("close", lambda s: s.as_staff("suivi"), "Clore")
demoted("roles", lambda s: s.as_staff("rôles Camille Modèle"), "direction")
demoted("mail merge", lambda s: s.as_staff("inviter"), "directions")


@row("demoted staff press an old button: import")
async def _(s: Scene) -> Going:
    await s.demote(s.staff)
    return lambda: s.stage.presses(STAFF, f"directory:import:{s.upload}", workspace=HERE)


@row("demoted staff press an old button: approval of a link")
async def _(s: Scene) -> Going:
    asked = await s.stage.says(THIEF, f"/start {await s.invitation(s.director)}")
    await s.stage.presses(THIEF, asked.button(wording.YES_ITS_ME))
    number = asked.button(wording.YES_ITS_ME).action.split(":")[2]
    await s.demote(s.staff)
    return lambda: s.stage.presses(STAFF, f"account:approve:{number}", workspace=HERE)


@row("a director who handed over presses an old button")
async def _(s: Scene) -> Going:
    asked = await s.as_staff("remplacer Dominique Modèle par Camille Modèle")
    go = asked.button(staff_wording.HAND_OVER)
    await s.stage.presses(STAFF, go, workspace=HERE)
    return lambda: s.stage.presses(DIRECTOR, go)


# Another workspace

press("the same member id in another workspace presses", STAFF, lambda s: f"consult:follow:{s.consultation}", "T2")


@row("the same member id in another workspace commands")
async def _(s: Scene) -> Going:
    return lambda: s.stage.says(STAFF, "rôles", workspace="T2")


# The browser: each answer is looked at, and nothing is said


def refused(browser: Browser, path: str, *, status: int = 403, posted: dict[str, Any] | None = None) -> Going:
    """Ask for a page, or post to it; the answer is a polite no."""

    async def go() -> Heard | None:
        if posted is None:
            got, text = await browser.get(path)
            assert got == status, got
            assert "Traceback" not in text
        else:
            response = await browser.post(path, **posted)
            assert response.status == status, response.status
        return None

    return go


@row("an expired web session")
async def _(s: Scene) -> Going:
    browser = await s.browser(s.camille)
    secret = browser.cookie
    s.stage.wait(SESSION_LIFE + 1)
    browser.wears(secret)  # a browser that keeps cookies for ever
    return refused(browser, "/moi")


@row("an expired web session speaks")
async def _(s: Scene) -> Going:
    browser = await s.browser(s.camille)
    secret = browser.cookie
    s.stage.wait(SESSION_LIFE + 1)
    browser.wears(secret)
    return refused(browser, "/api/moi/say", posted={"json": {"update": "update-01", "text": "délier"}})


@row("a forged session cookie")
async def _(s: Scene) -> Going:
    browser = s.pages.browser()
    browser.wears("A" * 32)
    return refused(browser, "/moi")


@row("the session of an erased person")
async def _(s: Scene) -> Going:
    browser = await s.browser(s.camille)
    async with s.stage.database.transaction() as session:
        await erase(session, s.camille, s.stage.clock.at)
    return refused(browser, "/api/moi/messages")


@row("the personal link of somebody whose links were revoked")
async def _(s: Scene) -> Going:
    token = await s.pages.link(s.camille)
    async with s.stage.database.transaction() as session:
        await revoke_links(session, s.camille, MACHINE)
    return refused(s.pages.browser(), f"/p/{token}", status=404, posted={"choix": "continuer"})


@row("the session of somebody whose links were revoked")
async def _(s: Scene) -> Going:
    browser = await s.browser(s.camille)
    async with s.stage.database.transaction() as session:
        await revoke_links(session, s.camille, MACHINE)
    return refused(browser, "/moi")


@row("a personal link that never was")
async def _(s: Scene) -> Going:
    return refused(s.pages.browser(), "/p/" + "x" * 32, status=404)


SITES = {"another site": "https://evil.example", "no origin": None, "an opaque origin": "null"}
CALLS: dict[str, dict[str, Any]] = {
    "/moi/quitter": {},
    "/moi/pas-moi": {},
    "/api/moi/say": {"json": {"update": "update-01", "text": "bonjour"}},
    "/api/moi/press": {"json": {"update": "update-01", "action": "account:links-off", "message": 1}},
}


def foreign(site: str, origin: str | None, path: str, call: dict[str, Any]) -> None:
    """A row: another site makes the person's browser post."""

    async def attack(s: Scene) -> Going:
        browser = await s.browser(s.camille)
        return refused(browser, path, posted={"origin": origin, **call})

    TABLE[f"{site} posts to {path}"] = attack


for _site, _origin in SITES.items():
    for _path, _call in CALLS.items():
        foreign(_site, _origin, _path, _call)


@row("another site opens a link in the browser of a victim")
async def _(s: Scene) -> Going:
    token = await s.pages.link(s.camille)
    posted = {"origin": "https://evil.example", "choix": "continuer"}
    return refused(s.pages.browser(), f"/p/{token}", posted=posted)


# The table


@pytest.mark.parametrize("name", TABLE)
async def test_every_attack_is_refused_changes_nothing_and_is_recorded(sqlite: Database, name: str) -> None:
    async with scene_of(sqlite) as scene:
        attack = await TABLE[name](scene)
        before, recorded = await scene.state(), await scene.refusals()
        heard = await attack()
        after = await scene.state()
        assert [table for table in UNTOUCHED if before[table] != after[table]] == []
        assert await scene.refusals() > recorded
        if heard is not None:
            assert heard.text and APOLOGY not in heard.text


def test_every_prefix_of_presses_is_in_the_table() -> None:
    assert set(build_router().presses) == set(PREFIXES) | OPEN


async def test_a_modal_with_forged_metadata_is_refused_and_recorded(sqlite: Database) -> None:
    async with scene_of(sqlite) as scene, FakeSlack() as slack:
        settings = Settings(
            _env_file=None,
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            slack_api_url=slack.url,
        )
        channel = SlackChannel(settings, scene.stage.gateway)
        before, recorded = await scene.state(), await scene.refusals()
        view = {
            "id": "V1",
            "type": "modal",
            "callback_id": "account",
            "private_metadata": f"account:role-give:{scene.camille}:admin:0:yes",
            "state": {"values": {}},
        }
        who = {"id": "U666", "name": "voleur", "team_id": HERE}
        payload = {"type": "view_submission", "trigger_id": "t1", "team": {"id": HERE}, "user": who, "view": view}
        assert await channel.hear(payload)
        await scene.stage.gateway.handle_all()
        assert "plus valable" in (await scene.stage.heard("slack:U666")).text
        assert await scene.state() == before
        assert await scene.refusals() == recorded + 1
        await channel.stop()
        await channel.close()


def actions() -> list[str]:
    """Every verb of a button that the product's own sources write."""
    folder = Path(__file__).resolve().parents[2] / "handlers"
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")))
    prefixes = "|".join(build_router().presses)
    found = {f"{prefix}:{verb}" for prefix, verb in re.findall(rf'"({prefixes}):([a-z-]+)', source)}
    found |= {f"consult:{verb}" for verb in re.findall(r'button\([^,()]+(?:\([^()]*\))?, "([a-z-]+)"', source)}
    assert len(found) > 80
    return sorted(found)


MADE_UP = ("", ":-1", ":²", ":99999999999999999999", ":1:1:1:1", ":' OR 1=1 --")


@pytest.mark.parametrize("who", [THIEF, ADMIN])  # whom everything is refused to, and whom nothing is
async def test_no_made_up_argument_is_ever_a_fault(sqlite: Database, who: str) -> None:
    async with scene_of(sqlite) as scene:
        before = await scene.state()
        platform, account = who.split(":")
        updates = [
            Inbound(
                platform=platform,
                update_id=f"{number} {action}{end}",
                account=account,
                chat=account,
                press=Press(action=action + end, message="m1"),
                received_at=scene.stage.clock.at,
            )
            for number, action in enumerate(actions())
            for end in MADE_UP
        ]
        await scene.stage.gateway.store(updates)
        assert await scene.stage.gateway.handle_all() == len(updates)
        async with sqlite.reading() as session:
            faults = await session.scalars(select(InboxItem.update_id).where(InboxItem.state == InboxState.FAILED))
            assert faults.all() == []
        if who == THIEF:
            assert await scene.state() == before
