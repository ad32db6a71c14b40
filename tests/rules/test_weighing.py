"""How many messages of a platform one message is: never fewer than the channel makes of it."""

from typing import Any

import pytest

from bot.slack import rendering as slack
from bot.telegram import rendering as telegram
from handlers.messages import Attachment, ContactCard, Message
from handlers.weighing import lasting, weight

FILE = Attachment(filename="a.pdf", media_type="application/pdf", content=b"a")
CARD = ContactCard(given_name="Anne", family_name="Le Goff", phone="+33102030405")
LONG = "\n\n".join(letter * 3000 for letter in "abc")


@pytest.mark.parametrize(
    ("message", "on_telegram", "on_slack"),
    [
        (Message(text="Bonjour"), 1, 1),
        (Message(text="x" * 4000), 1, 1),
        (Message(text="😀" * 4000), 2, 1),
        (Message(text="&" * 1000), 2, 1),
        (Message(text="😀" * 5000), 3, 1),
        (Message(text=LONG), 3, 1),
        (Message(text="\n\n".join("x" * 2100 for _ in range(4))), 4, 1),
        (Message(text="Voici", attachment=FILE), 1, 2),
        (Message(text="x" * 1100, attachment=FILE), 2, 2),
        (Message(text=LONG, attachment=FILE), 4, 2),
        (Message(text="Voici", contact=CARD), 2, 1),
        (Message(text="", attachment=FILE), 1, 1),
    ],
)
def test_as_many_messages_as_the_channel_makes_of_it(message: Message, on_telegram: int, on_slack: int) -> None:
    payload = message.model_dump(mode="json")
    assert (weight(payload, "telegram"), weight(payload, "slack"), weight(payload, "web")) == (on_telegram, on_slack, 1)
    assert len(telegram.parts_of(message)) <= on_telegram and len(slack.parts_of(message)) <= on_slack


def test_what_is_long_takes_longer() -> None:
    lanes, rates = {("telegram", ""): 300}, {"telegram": 30.0}
    messages: list[dict[str, Any]] = [{"text": "Bonjour"}, {"text": LONG}]
    assert [lasting(lanes, rates, one) for one in messages] == [10, 30]


@pytest.mark.parametrize("seen_as_one", ["👨‍👩‍👧‍👦", "🇫🇷", "👍🏽", "❤️", "e\u0301"])
@pytest.mark.parametrize("before", range(4))
def test_no_message_begins_in_the_middle_of_an_emoji(seen_as_one: str, before: int) -> None:
    message = Message(text="x" * before + seen_as_one * (9900 // len(seen_as_one)))
    texts = [part.html for part in telegram.parts_of(message)]
    assert len(texts) > 2 and "".join(texts) == message.text
    assert all(text.startswith(seen_as_one) and text.endswith(seen_as_one) for text in texts[1:])
