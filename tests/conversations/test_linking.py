"""How an account becomes a person's; and the attacks, each refused and audited."""

from collections.abc import Sequence

from sqlalchemy import select

from handlers.account import wording
from storage.audit import Act, AuditEntry
from storage.database import Database
from storage.linking import Invitation, digest
from storage.people import Account, Role, RoleGrant
from tests.stage import Stage

TELEGRAM, SLACK, STAFF, THIEF = "telegram:100", "slack:U100", "telegram:900", "telegram:666"


async def owner(stage: Stage, who: str) -> int | None:
    platform, account = who.split(":", 1)
    async with stage.database.reading() as session:
        found: int | None = await session.scalar(
            select(Account.person_id).where(Account.platform == platform, Account.external_id == account)
        )
        return found


async def audited(stage: Stage) -> Sequence[str]:
    async with stage.database.reading() as session:
        return (await session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))).all()


async def a_code(stage: Stage, who: str = TELEGRAM) -> str:
    heard = await stage.says(who, "relier")
    return heard.text.split("**")[1]


async def an_invitation(stage: Stage, person_id: int, token: str = "t" * 32) -> str:
    async with stage.database.transaction() as session:
        session.add(Invitation(digest=digest(token), person_id=person_id, made_by=None, until=1_720_000_000.0))
    return token


async def test_a_code_links_a_second_account_once_the_person_said_yes(database: Database) -> None:
    stage = Stage(database)
    camille = await stage.person("Camille", "Exemple", TELEGRAM)
    code = await a_code(stage)
    asked = await stage.says(SLACK, f"relier {code.lower().replace('-', ' ')}".replace(" ", " ", 1), name="camille.ex")
    assert "Camille Exemple" in asked.text
    assert "camille.ex" in asked.text
    assert await owner(stage, SLACK) is None
    welcome = await stage.presses(SLACK, asked.button(wording.YES_ITS_ME))
    assert "Bienvenue Camille" in welcome.text
    assert await owner(stage, SLACK) == camille
    assert "vient d’être relié" in (await stage.heard(TELEGRAM)).text
    assert Act.LINKED in await audited(stage)


async def test_the_code_may_be_typed_after_the_word(database: Database) -> None:
    stage = Stage(database)
    camille = await stage.person("Camille", "Exemple", TELEGRAM)
    code = await a_code(stage)
    assert (await stage.says(SLACK, "relier")).text == wording.TYPE_YOUR_CODE
    asked = await stage.says(SLACK, code)
    await stage.presses(SLACK, asked.button(wording.YES_ITS_ME))
    assert await owner(stage, SLACK) == camille


async def test_its_not_me_links_nothing_and_tells_the_person(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Camille", "Exemple", TELEGRAM)
    asked = await stage.says(SLACK, f"relier {await a_code(stage)}")
    refused = await stage.presses(SLACK, asked.button(wording.NOT_ME))
    assert refused.text == wording.NOTHING_LINKED
    assert await owner(stage, SLACK) is None
    assert "Ce n’est pas moi" in (await stage.heard(TELEGRAM)).text
    again = await stage.presses(SLACK, asked.button(wording.YES_ITS_ME))
    assert again.text == wording.NO_LONGER_OPEN
    assert await owner(stage, SLACK) is None


async def test_the_other_account_undoes_a_link_it_does_not_recognise(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Camille", "Exemple", TELEGRAM)
    await stage.person("Staff", "Exemple", STAFF, roles=(Role.STAFF,))
    asked = await stage.says(SLACK, f"relier {await a_code(stage)}")
    await stage.presses(SLACK, asked.button(wording.YES_ITS_ME))
    told = await stage.heard(TELEGRAM)
    undone = await stage.presses(TELEGRAM, told.button(wording.NOT_ME))
    assert undone.text == wording.LINK_UNDONE
    assert await owner(stage, SLACK) is None
    assert "n’a pas reconnu" in (await stage.heard(STAFF)).text
    assert wording.UNLINKED_BY_OTHER in (await stage.heard(SLACK)).text


async def test_an_email_that_the_platform_reports_proposes_the_link(database: Database) -> None:
    stage = Stage(database)
    camille = await stage.person("Camille", "Exemple", email="camille@exemple.fr")
    asked = await stage.says(SLACK, "bonjour", email="Camille@exemple.fr")
    assert "Camille Exemple" in asked.text
    await stage.presses(SLACK, asked.button(wording.YES_ITS_ME))
    assert await owner(stage, SLACK) == camille
    other = await stage.says("slack:U7", "bonjour", email="inconnue@exemple.fr")
    assert "va être relié" not in other.text


async def test_a_participants_invitation_needs_only_their_yes(database: Database) -> None:
    stage = Stage(database)
    camille = await stage.person("Camille", "Exemple")
    token = await an_invitation(stage, camille)
    asked = await stage.says(TELEGRAM, f"/start {token}")
    assert await owner(stage, TELEGRAM) is None
    await stage.presses(TELEGRAM, asked.button(wording.YES_ITS_ME))
    assert await owner(stage, TELEGRAM) == camille


async def test_a_directors_invitation_waits_for_staff(database: Database) -> None:
    stage = Stage(database)
    director = await stage.person("Dominique", "Exemple", roles=(Role.DIRECTOR,))
    await stage.person("Staff", "Exemple", STAFF, roles=(Role.STAFF,))
    asked = await stage.says(TELEGRAM, f"/start {await an_invitation(stage, director)}", name="Dom")
    waiting = await stage.presses(TELEGRAM, asked.button(wording.YES_ITS_ME))
    assert waiting.text == wording.WAIT_FOR_STAFF
    assert await owner(stage, TELEGRAM) is None
    request = await stage.heard(STAFF)
    assert "Dom" in request.text
    await stage.presses(STAFF, request.button(wording.APPROVE))
    assert await owner(stage, TELEGRAM) == director
    assert "Bienvenue Dominique" in (await stage.heard(TELEGRAM)).text


async def test_a_director_who_has_an_account_approves_the_second_one_there(database: Database) -> None:
    stage = Stage(database)
    director = await stage.person("Dominique", "Exemple", SLACK, roles=(Role.DIRECTOR,))
    asked = await stage.says(THIEF, f"/start {await an_invitation(stage, director)}", name="Voleur")
    waiting = await stage.presses(THIEF, asked.button(wording.YES_ITS_ME))
    assert waiting.text == wording.WAIT_FOR_YOUR_OTHER_ACCOUNT
    request = await stage.heard(SLACK)
    assert "Voleur" in request.text
    await stage.presses(SLACK, request.button(wording.NOT_ME))
    assert await owner(stage, THIEF) is None


async def test_unlinking_is_told_to_the_other_accounts(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Camille", "Exemple", TELEGRAM, SLACK)
    assert (await stage.says(SLACK, "délier")).text == wording.UNLINKED
    assert await owner(stage, SLACK) is None
    assert "délié" in (await stage.heard(TELEGRAM)).text


async def test_someone_unknown_may_ask_and_nothing_else(database: Database) -> None:
    stage = Stage(database)
    for forbidden in ("consultations", "rappels", "suivi", "délier"):
        assert "ne sais pas encore qui vous êtes" in (await stage.says(THIEF, forbidden)).text


async def test_a_replayed_code_is_refused(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Camille", "Exemple", TELEGRAM)
    code = await a_code(stage)
    await stage.says(SLACK, f"relier {code}")
    replay = await stage.says(THIEF, f"relier {code}")
    assert replay.text == wording.WRONG_CODE
    assert Act.LINK_REFUSED in await audited(stage)


async def test_a_code_dies_after_ten_minutes(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Camille", "Exemple", TELEGRAM)
    code = await a_code(stage)
    stage.wait(601)
    assert (await stage.says(SLACK, f"relier {code}")).text == wording.WRONG_CODE


async def test_guessing_is_limited_per_account_not_per_code(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Camille", "Exemple", TELEGRAM)
    code = await a_code(stage)
    for guess in range(5):
        assert (await stage.says(THIEF, f"relier AAAA-AAA{guess + 2}")).text == wording.WRONG_CODE
    assert (await stage.says(THIEF, f"relier {code}")).text == wording.TOO_MANY_TRIES
    assert (await stage.says(SLACK, f"relier {code}")).buttons
    stage.wait(16 * 60)
    assert (await stage.says(THIEF, "relier AAAA-AAAA")).text == wording.WRONG_CODE


async def test_a_victim_who_opens_the_attackers_invitation_sees_whose_it_is(database: Database) -> None:
    stage = Stage(database)
    thief = await stage.person("Voleur", "Exemple", THIEF)
    asked = await stage.says(TELEGRAM, f"/start {await an_invitation(stage, thief)}")
    assert "Voleur Exemple" in asked.text
    assert await owner(stage, TELEGRAM) is None


async def test_an_invitation_serves_one_account(database: Database) -> None:
    stage = Stage(database)
    camille = await stage.person("Camille", "Exemple")
    token = await an_invitation(stage, camille)
    first = await stage.says(TELEGRAM, f"/start {token}")
    second = await stage.says(THIEF, f"/start {token}")
    await stage.presses(TELEGRAM, first.button(wording.YES_ITS_ME))
    late = await stage.presses(THIEF, second.button(wording.YES_ITS_ME))
    assert late.text == wording.INVITATION_GONE
    assert await owner(stage, THIEF) is None


async def test_forged_presses_are_refused_and_audited(database: Database) -> None:
    stage = Stage(database)
    director = await stage.person("Dominique", "Exemple", roles=(Role.DIRECTOR,))
    await stage.person("Staff", "Exemple", STAFF, roles=(Role.STAFF,))
    await stage.person("Camille", "Exemple", SLACK)
    asked = await stage.says(THIEF, f"/start {await an_invitation(stage, director)}")
    yes = asked.button(wording.YES_ITS_ME)
    number = yes.action.split(":")[2]
    for who, action in (
        (SLACK, yes.action),  # another account's proposal
        (THIEF, f"account:approve:{number}"),  # the thief approves himself
        (SLACK, f"account:approve:{number}"),  # a participant approves
        (SLACK, f"account:dispute:{number}"),
        (THIEF, "account:yes:999999"),
        (THIEF, "account:yes:' OR 1=1"),
    ):
        refused = await stage.presses(who, action)
        assert "ouverte" in refused.text or "qui vous êtes" in refused.text
    assert await owner(stage, THIEF) is None
    assert list(await audited(stage)).count(Act.RIGHT_REFUSED) == 6


async def test_staff_who_were_demoted_cannot_approve_with_an_old_button(database: Database) -> None:
    stage = Stage(database)
    director = await stage.person("Dominique", "Exemple", roles=(Role.DIRECTOR,))
    former = await stage.person("Ancien", "Exemple", STAFF, roles=(Role.STAFF,))
    asked = await stage.says(TELEGRAM, f"/start {await an_invitation(stage, director)}")
    await stage.presses(TELEGRAM, asked.button(wording.YES_ITS_ME))
    old = (await stage.heard(STAFF)).button(wording.APPROVE)
    async with stage.database.transaction() as session:
        grant = await session.scalar(select(RoleGrant).where(RoleGrant.person_id == former))
        await session.delete(grant)
    assert (await stage.presses(STAFF, old)).text == wording.NO_LONGER_OPEN
    assert await owner(stage, TELEGRAM) is None
    assert Act.RIGHT_REFUSED in await audited(stage)


async def test_the_same_id_in_another_workspace_is_somebody_else(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Camille", "Exemple", SLACK, roles=(Role.STAFF,), workspace="T1")
    heard = await stage.says(SLACK, "annonce Bonjour", workspace="T2")
    assert "ne sais pas encore qui vous êtes" in heard.text
