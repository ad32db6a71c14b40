"""« contact »: the public contacts, as a transcript."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.contacts.finding import find_contact, press
from handlers.errors import Refusal
from handlers.messages import Reply
from handlers.request import Inbound, Press, Request
from storage.conversations import Conversation
from storage.database import Database
from storage.directory import Contact, Organisation
from tests.building import LONG_AGO

NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)


async def fill(database: Database) -> None:
    def contact(given: str, family: str, **more: Any) -> Contact:
        return Contact(key=family, given_name=given, family_name=family, updated_at=LONG_AGO, **more)

    async with database.transaction() as session:
        session.add(Organisation(key="mensia", name="MENSIA Conseil", aliases=["Mensia"], updated_at=LONG_AGO))
        session.add_all(
            [
                contact(
                    "Christian", "Viet", function="directeur associé", organisation="mensia", phone="06 37 42 86 85",
                    email="christian.viet@mensiaconseil.fr", source="Note de présentation",
                ),
                contact("Camille", "Zind", function="consultante senior", organisation="mensia", phone="0142441456"),
                contact("Élodie", "L’Hôte_Morin", function="présidente", responsibilities=["ateliers territoriaux"]),
                contact("Jean", "Ancien", function="président", details={"until": "2022-10-13"}),
                contact("Paul", "Secret", phone="01 00 00 00 00", public=False),
            ]
        )  # fmt: skip


async def say(database: Database, words: str = "", *, action: str = "") -> Reply:
    inbound = Inbound(
        platform="test", update_id="1", account="1", chat="1", received_at=NOW, text=words or None,
        press=Press(action=action) if action else None,
    )  # fmt: skip
    request = Request(inbound=inbound, account_id=1, command="" if action else "contact", rest=words)
    async with database.transaction() as session:
        return await (press if action else find_contact)(request, session, Conversation(holder="account:1"))


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.messages[-1].buttons for button in row]


async def test_everybody_one_may_turn_to_is_listed(sqlite: Database) -> None:
    await fill(sqlite)
    reply = await say(sqlite)
    assert "**Camille Zind** — consultante senior, MENSIA Conseil" in reply.messages[0].text
    assert labels(reply) == ["Christian Viet", "Camille Zind", "Élodie L’Hôte_Morin"]  # no former, no private one


@pytest.mark.parametrize(
    "words", ["viet", "Christian VIET", "christian", "christan viet", "le téléphone de M. Viet", "directeur associé"]
)
async def test_one_match_is_answered_with_the_card(sqlite: Database, words: str) -> None:
    await fill(sqlite)
    message = (await say(sqlite, words)).messages[0]
    assert message.text == (
        "**Christian Viet**\ndirecteur associé, MENSIA Conseil\n"
        "Téléphone\u00a0: [06 37 42 86 85](tel:0637428685)\n"
        "Courriel\u00a0: [christian.viet@mensiaconseil.fr](mailto:christian.viet@mensiaconseil.fr)\n\n"
        "*Source\u00a0: Note de présentation*"
    )
    assert message.contact is not None and message.contact.organisation == "MENSIA Conseil"


async def test_a_near_miss_is_not_an_answer_but_a_proposal(sqlite: Database) -> None:
    await fill(sqlite)
    reply = await say(sqlite, "Sophie Viet")
    assert "Je ne trouve aucun contact pour «\u00a0Sophie Viet\u00a0»" in reply.messages[0].text
    assert "06" not in reply.messages[0].text and labels(reply) == ["Christian Viet"]


async def test_nobody_is_invented_and_markup_is_not_obeyed(sqlite: Database) -> None:
    await fill(sqlite)
    reply = await say(sqlite, "**Martin**")
    assert r"\*\*Martin\*\*" in reply.messages[0].text and labels(reply) == ["Tous les contacts"]


async def test_an_organisation_has_several(sqlite: Database) -> None:
    await fill(sqlite)
    assert labels(await say(sqlite, "mensia")) == ["Christian Viet", "Camille Zind"]


async def test_a_responsibility_finds_its_holder_without_inventing_coordinates(sqlite: Database) -> None:
    await fill(sqlite)
    message = (await say(sqlite, "ateliers")).messages[0]
    assert message.text.startswith("**Élodie L’Hôte\\_Morin**") and "ne sont pas publiées" in message.text
    assert message.contact is None


async def test_a_former_function_is_said_to_be_over(sqlite: Database) -> None:
    await fill(sqlite)
    assert "fonction exercée en 2022" in (await say(sqlite, "jean ancien")).messages[0].text


async def test_a_private_contact_is_shown_neither_by_name_nor_by_button(sqlite: Database) -> None:
    await fill(sqlite)
    assert "aucun contact" in (await say(sqlite, "paul secret")).messages[0].text
    with pytest.raises(Refusal, match="plus publié"):
        await say(sqlite, action="contact:show:5")
    assert (await say(sqlite, action="contact:show:2")).messages[0].text.startswith("**Camille Zind**")


async def test_many_contacts_come_page_by_page(sqlite: Database) -> None:
    async with sqlite.transaction() as session:
        session.add_all(
            Contact(key=str(n), given_name="A", family_name=f"B{n:02}", updated_at=LONG_AGO) for n in range(14)
        )
    assert labels(await say(sqlite))[-1] == "Après →"
    last = await say(sqlite, action="contact:page:2")
    assert labels(last) == ["A B12", "A B13", "← Avant"] and last.replace
    assert labels(await say(sqlite, action="contact:page:99")) == labels(last)


async def test_without_contacts_it_says_so(sqlite: Database) -> None:
    assert "Aucun contact" in (await say(sqlite)).messages[0].text
