"""« mes données »: seen, downloaded, corrected and erased, on every channel."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import LargeBinary, String, cast, func, select

from handlers.account.data_labels import TABLES
from handlers.messages import Attachment
from handlers.request import Inbound, Press
from storage.audit import Act, AuditEntry
from storage.base import Base
from storage.conversations import Conversation
from storage.database import Database
from storage.directory import Contact
from storage.outbox import Delivery, Kind, State, enqueue
from storage.people import Account, Person, Role
from storage.privacy_rules import RULES
from storage.web import open_chat
from tests.patience import PATIENCE
from tests.stage import PLATFORMS, Heard, Stage

HERS = ("telegram:7744112233", "slack:U0MAELYS9")
STAFF = "telegram:9900887766"
EMAIL = "maelys.kerzreho@exemple.fr"


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    """Maëlys (a director, on three channels) and Paul, who is staff."""
    stage = Stage(database)
    await stage.person(
        "Maëlys", "Kerzrého", *HERS, roles=(Role.DIRECTOR,), email=EMAIL, region="Bretagne", structure="ML Vannes"
    )
    await stage.person("Paul", "Staff", STAFF, roles=(Role.STAFF,))
    yield stage


async def who(stage: Stage, platform: str) -> str:
    """Maëlys on that channel; her page in the browser is opened at need."""
    if platform == "web":
        async with stage.database.transaction() as session:
            (number,) = await session.scalars(select(Person.id).where(Person.email == EMAIL))
            return f"web:{(await open_chat(session, number, stage.clock.at)).key}"
    return next(one for one in HERS if one.startswith(platform))


async def maelys(stage: Stage) -> Person | None:
    async with stage.database.reading() as session:
        found: Person | None = await session.scalar(select(Person).where(Person.family_name.startswith("Kerz")))
        return found


async def acts(stage: Stage) -> list[tuple[str, dict[str, object]]]:
    async with stage.database.reading() as session:
        return [(e.act, e.detail) for e in await session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def words(heard: Heard) -> str:
    return heard.text.replace("\\", "").replace("**", "").replace("\u00a0", " ").replace("\u202f", " ")


def file_of(heard: Heard) -> Attachment:
    (file,) = [message.attachment for message in heard.messages if message.attachment]
    return file


async def everything(database: Database) -> str:
    """All that the database holds, as one text in lower case."""
    found: list[str] = []
    async with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, LargeBinary):
                    found += [bytes(v or b"").decode("utf-8", "replace") for v in await session.scalars(select(column))]
                else:
                    found += [str(value) for value in await session.scalars(select(cast(column, String)))]
    return "\n".join(found).lower()


def test_every_table_that_holds_something_has_a_title_in_french() -> None:
    assert {name for name, rule in RULES.items() if rule.mine is not None} - set(TABLES) == set()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_one_sees_what_is_held_in_readable_french(stage: Stage, platform: str) -> None:
    me = await who(stage, platform)
    shown = words(await stage.says(me, "mesdonnees"))
    assert "Maëlys Kerzrého, maelys.kerzreho@exemple.fr" in shown
    assert "Comptes : Telegram" in shown and "Slack" in shown
    assert "Structure : ML Vannes (Bretagne)" in shown
    assert "Rôles : direction" in shown
    assert "0 réponse envoyée, 0 brouillon" in shown
    assert "heure de Paris" in shown


@pytest.mark.parametrize("said", ["mesdonnées", "Mes données", "/mesdonnees", "MES DONNEES !"])
async def test_the_words_are_understood_as_people_type_them(stage: Stage, said: str) -> None:
    assert "Ce que je sais de vous" in words(await stage.says(HERS[0], said))


async def test_the_json_holds_everything_and_its_export_is_recorded(stage: Stage) -> None:
    shown = await stage.says(HERS[0], "mesdonnees")
    file = file_of(await stage.presses(HERS[0], shown.button("JSON")))
    data = json.loads(file.content)["data"]
    assert file.filename == "mes-donnees.json"
    assert data["people"][0]["email"] == EMAIL
    assert {one["external_id"] for one in data["accounts"]} == {"7744112233", "U0MAELYS9"}
    assert data["deliveries"][0]["payload"]["text"].startswith("**Ce que je sais de vous**")
    assert (Act.EXPORTED, {"what": "own data"}) in await acts(stage)
    again = file_of(await stage.presses(HERS[0], shown.button("JSON")))
    sent = [one["payload"].get("attachment") for one in json.loads(again.content)["data"]["deliveries"]]
    assert "mes-donnees.json" in sent  # a file that was sent is named, not repeated
    assert len(again.content) < 2 * len(file.content)


async def test_the_text_reads_without_numbers_or_words_of_the_database(stage: Stage) -> None:
    shown = await stage.says(HERS[0], "mesdonnees")
    text = file_of(await stage.presses(HERS[0], shown.button("texte"))).content.decode("utf-8-sig")
    assert text.startswith("Vos données, vendredi 15 mars 2024 à 10\u00a0h\n")
    assert "IDENTITÉ ET PRÉFÉRENCES" in text
    assert "prénom\u00a0: Maëlys" in text
    assert "structure\u00a0: ML Vannes" in text
    assert "_id" not in text and "None" not in text and "{" not in text


async def test_one_corrects_oneself_and_staff_are_told(stage: Stage) -> None:
    await stage.presses(HERS[0], "data:correct")
    asked = await stage.presses(HERS[0], "data:field:phone")
    assert "Téléphone" in asked.text
    assert "Je ne reconnais pas ce numéro" in words(await stage.says(HERS[0], "12"))
    assert "C’est corrigé" in words(await stage.says(HERS[0], "06 12 34 56 78"))
    person = await maelys(stage)
    assert person is not None and person.phone == "+33612345678"
    assert (Act.CORRECTED, {"field": "phone"}) in await acts(stage)
    assert "Maëlys Kerzrého a corrigé ses données (téléphone)." in words(await stage.heard(STAFF)).replace("*", "")


@pytest.mark.parametrize(
    ("field", "bad", "good", "kept"),
    [
        ("given_name", "x" * 81, "  Maë   Lys ", "Maë Lys"),
        ("family_name", "a\nb", "Kerzrého-Le Goff", "Kerzrého-Le Goff"),
        ("email", "maelys(at)exemple.fr", "Maelys@Exemple.FR", "maelys@exemple.fr"),
        ("function", "y" * 100, "directrice", "directrice"),
    ],
)
async def test_what_is_typed_is_checked(stage: Stage, field: str, bad: str, good: str, kept: str) -> None:
    await stage.presses(HERS[1], f"data:field:{field}")
    await stage.says(HERS[1], bad)
    before = await maelys(stage)
    assert before is not None and getattr(before, field) != kept
    await stage.says(HERS[1], good)
    after = await maelys(stage)
    assert after is not None and getattr(after, field) == kept


async def test_somebody_elses_address_is_not_taken_but_asked_of_staff(stage: Stage) -> None:
    await stage.person("Zoé", "Autre", email="zoe@exemple.fr")
    await stage.presses(HERS[0], "data:field:email")
    said = words(await stage.says(HERS[0], "zoe@exemple.fr"))
    assert "je transmets votre demande" in said and "Zoé" not in said
    person = await maelys(stage)
    assert person is not None and person.email == EMAIL


@pytest.mark.parametrize("field", ["structure", "role"])
async def test_what_only_staff_may_change_is_a_request_to_them(stage: Stage, field: str) -> None:
    await stage.presses(HERS[0], f"data:field:{field}")
    await stage.says(HERS[0], "ML Lorient, depuis *janvier*")
    assert "« ML Lorient, depuis *janvier* »" in words(await stage.heard(STAFF))
    person = await maelys(stage)
    assert person is not None and person.structure_id is not None


async def test_a_question_in_the_middle_is_answered_and_the_correction_goes_on(stage: Stage) -> None:
    await stage.presses(HERS[0], "data:field:function")
    await stage.says(HERS[0], "C’est quand l’AG ?")
    await stage.says(HERS[0], "directrice")
    person = await maelys(stage)
    assert person is not None and person.function == "directrice"


async def test_a_correction_can_be_given_up(stage: Stage) -> None:
    await stage.presses(HERS[0], "data:field:function")
    assert "je ne change rien" in words(await stage.says(HERS[0], "Annuler."))
    await stage.says(HERS[0], "directrice")
    person = await maelys(stage)
    assert person is not None and person.function is None


async def test_a_published_contact_follows_the_correction(stage: Stage) -> None:
    person = await maelys(stage)
    assert person is not None
    async with stage.database.transaction() as session:
        key = f"membre-{person.id}"
        session.add(Contact(key=key, given_name="Maëlys", family_name="Kerzrého", updated_at=stage.clock.at))
    await stage.presses(HERS[0], "data:field:phone")
    await stage.says(HERS[0], "06 12 34 56 78")
    async with stage.database.reading() as session:
        assert (await session.scalars(select(Contact.phone))).one() == "+33612345678"
    assert "Fiche publique : Maëlys Kerzrého, maelys.kerzreho@exemple.fr, +33612345678" in words(
        await stage.says(HERS[0], "mesdonnees")
    )


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_erasing_wants_a_word_and_a_press_and_leaves_nothing(stage: Stage, platform: str) -> None:
    me = await who(stage, platform)
    for other in HERS:
        await stage.says(other, "mesdonnees")
    warned = await stage.presses(me, "data:erase")
    assert "tapez le mot EFFACER" in words(warned).replace("*", "")
    last = await stage.says(me, "« Effacer »")
    assert await maelys(stage) is not None
    said = await stage.presses(me, last.button("définitivement"))
    if platform != "web":  # the page itself is gone; it shows the notice of the press
        assert "je ne sais plus rien de vous" in words(said)
    assert await maelys(stage) is None
    left = await everything(stage.database)
    number = me.partition(":")[2].lower()
    traces = ("maëlys", "maelys", "kerzr", EMAIL, "7744112233", "u0maelys9")
    assert [trace for trace in (*traces, *([number] if platform != "web" else [])) if trace in left] == []
    assert Act.ERASED in [act for act, _ in await acts(stage)]
    told = words(await stage.heard(STAFF)).replace("*", "")
    assert "Une personne de ML Vannes a fait effacer ses données." in told
    assert "Plus personne n’y est connu à la direction." in told


async def test_what_waited_for_the_person_is_cancelled(stage: Stage) -> None:
    person = await maelys(stage)
    assert person is not None
    async with stage.database.transaction() as session:
        session.add(
            Delivery(
                about=f"reminder:1:D-1:person:{person.id}",
                kind="reminder",
                priority=5,
                person_id=person.id,
                platform="telegram",
                chat="7744112233",
                payload={"text": "Rappel"},
                due_at=stage.clock.at.replace(year=2025),
                created_at=stage.clock.at,
            )
        )
    await stage.presses(HERS[0], "data:erase")
    await stage.presses(HERS[0], (await stage.says(HERS[0], "EFFACER")).button("définitivement"))
    async with stage.database.reading() as session:
        row = (await session.scalars(select(Delivery).where(Delivery.kind == "reminder"))).one()
    assert (row.state, row.reason, row.chat, row.payload) == (State.CANCELLED, "erased", "", {})


async def test_what_was_just_leaving_goes_first_and_nothing_arrives_once_it_is_done(stage: Stage) -> None:
    await stage.presses(HERS[0], "data:erase")
    button = (await stage.says(HERS[0], "EFFACER")).button("définitivement")
    person = await maelys(stage)
    assert person is not None
    async with stage.database.transaction() as session:
        row = {
            "about": "announcement:1:person:1",
            "kind": Kind.ANNOUNCEMENT,
            "person_id": person.id,
            "chat": "7744112233",
        }
        late = {"platform": "telegram", "payload": {"text": "À tous"}, "due_at": stage.clock.at}
        await enqueue(session, [{**row, **late, "created_at": stage.clock.at}])
    telegram = stage.channels["telegram"]
    telegram.gate = asyncio.Event()
    await stage.worker.step()  # it is claimed, and on its way
    await stage.gateway.store(
        [
            Inbound(
                platform="telegram",
                update_id="erase",
                account="7744112233",
                chat="7744112233",
                received_at=stage.clock.at,
                press=Press(action=button.action, message="m1"),
            )
        ]
    )
    assert await stage.gateway.handle_one() and await maelys(stage) is not None
    telegram.gate.set()
    await stage.worker.drain()
    async with asyncio.timeout(PATIENCE):
        while await maelys(stage) is not None:
            await stage.gateway.handle_all()
            await asyncio.sleep(0.02)  # between looks
    await stage.worker.drain()
    told = next(text for text in telegram.texts if "plus rien de vous" in text)
    assert telegram.texts.index("À tous") < telegram.texts.index(told)


async def test_who_writes_again_is_somebody_new(stage: Stage) -> None:
    await stage.presses(HERS[0], "data:erase")
    await stage.presses(HERS[0], (await stage.says(HERS[0], "EFFACER")).button("définitivement"))
    assert "Je ne sais pas encore qui vous êtes" in words(await stage.says(HERS[0], "mesdonnees"))
    async with stage.database.reading() as session:
        assert (
            await session.scalars(select(Account.person_id).where(Account.external_id == "7744112233"))
        ).one() is None


async def test_another_word_ends_it(stage: Stage) -> None:
    await stage.presses(HERS[0], "data:erase")
    await stage.says(HERS[0], "non merci")
    await stage.says(HERS[0], "EFFACER")
    assert await maelys(stage) is not None


async def test_the_last_button_works_only_after_the_word_in_time_and_as_it_was_made(stage: Stage) -> None:
    for forged in ("data:erased", "data:erased:", "data:erased:0000000000000000"):
        assert "n’est plus valable" in words(await stage.presses(HERS[0], forged))
    await stage.presses(HERS[0], "data:erase")
    button = (await stage.says(HERS[0], "EFFACER")).button("définitivement")
    assert "n’est plus valable" in words(await stage.presses(STAFF, button))
    assert "n’est plus valable" in words(await stage.presses(HERS[0], "data:erased:forged"))
    stage.wait(601)
    assert "n’est plus valable" in words(await stage.presses(HERS[0], button))
    await stage.presses(HERS[0], "data:keep")
    stage.wait(-300)
    assert "n’est plus valable" in words(await stage.presses(HERS[0], button))
    assert await maelys(stage) is not None


async def test_begun_in_telegram_it_can_be_ended_in_slack(stage: Stage) -> None:
    await stage.presses(HERS[0], "data:erase")
    last = await stage.says(HERS[1], "effacer")
    await stage.presses(HERS[1], last.button("définitivement"))
    assert await maelys(stage) is None
    async with stage.database.reading() as session:
        holders = (await session.scalars(select(Conversation.holder))).all()
        assert [holder for holder in holders if holder.startswith("person:")] == []


async def test_strangers_have_no_data_and_may_read_the_notice(stage: Stage) -> None:
    assert "Je ne sais pas encore qui vous êtes" in words(await stage.says("telegram:1", "mesdonnees"))
    notice = words(await stage.says("telegram:1", "confidentialité"))
    for said in ("Slack (Salesforce, États-Unis)", "Telegram", "CNIL", "intérêt légitime", "90 jours", "3 ans"):
        assert said in notice


async def test_the_notice_names_the_sources_of_published_contacts(stage: Stage) -> None:
    async with stage.database.transaction() as session:
        for key, public in (("a", True), ("b", False)):
            session.add(
                Contact(
                    key=key,
                    given_name="A",
                    family_name="B",
                    source=f"note {key}",
                    public=public,
                    updated_at=stage.clock.at,
                )
            )
    notice = words(await stage.presses(HERS[0], "data:privacy"))
    assert "sources : note a)" in notice


async def test_the_journal_is_for_administrators_and_a_refusal_is_in_it(stage: Stage) -> None:
    await stage.person("Ada", "Min", "telegram:5", roles=(Role.ADMIN,))
    for forged in ("data:journal", "data:journalcsv"):
        assert "réservé à l’administration" in words(await stage.presses(STAFF, forged))
    assert "réservé à l’administration" in words(await stage.says(HERS[0], "journal"))
    shown = words(await stage.says("telegram:5", "journal"))
    assert shown.count("droit refusé") == 3 and "not administrator" in shown
    assert not any(name in shown for name in ("Maëlys", "Paul", "Ada", "7744112233"))


async def test_the_journal_turns_its_pages_and_is_exported(stage: Stage) -> None:
    await stage.person("Ada", "Min", "telegram:5", roles=(Role.ADMIN,))
    for _ in range(15):
        await stage.presses(STAFF, "data:journal")
    first = await stage.says("telegram:5", "journal")
    second = await stage.presses("telegram:5", first.button("Plus anciennes"))
    assert (words(first).count("droit refusé"), words(second).count("droit refusé")) == (12, 3)
    file = file_of(await stage.presses("telegram:5", first.button("CSV")))
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "at;actor;act;subject;detail"
    assert len(lines) == 17 and "audit trail" in lines[-1]


async def test_nothing_of_anyone_is_shown_in_a_group(stage: Stage) -> None:
    inbound = stage._inbound(HERS[0], text="mesdonnees", chat="-100", chat_kind="group")
    assert "en privé" in words(await stage._does(inbound))
    async with stage.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(AuditEntry)) == 0
