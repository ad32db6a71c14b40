"""What a pack may say of a consultation."""

from typing import Annotated, Literal

from pydantic import Field

from bot.pack.entry import Audience, Entry, Name
from bot.pack.values import Key, Text, When
from storage import consultations


class Choice(Entry):
    """One choice of a question."""

    key: Key
    label: Name
    aliases: tuple[Name, ...] = ()
    asks_text: bool = False


class OnlyIf(Entry):
    """A question is asked only after one of these answers to an earlier one."""

    question: Key
    any_of: tuple[Text, ...] = Field(min_length=1)


class Question(Entry):
    """One question of a consultation."""

    key: Key
    kind: consultations.QuestionKind
    wording: Text
    section: Name | None = None
    help: Text | None = None
    required: bool = False
    min_choices: Annotated[int, Field(ge=1)] | None = None
    max_choices: Annotated[int, Field(ge=1)] | None = None
    choices: tuple[Choice, ...] = ()
    shuffle: bool = False
    slots: tuple[When, ...] = ()
    event: Key | None = None
    low: int | None = None
    high: int | None = None
    low_label: Name | None = None
    high_label: Name | None = None
    unit: Name | None = None
    only_if: OnlyIf | None = None


class Consultation(Entry):
    """consultations.yaml: something asked of the network. Once it is open, the pack no longer changes it."""

    key: Key
    title: Name
    introduction: Text | None = None
    voice: consultations.Voice = consultations.Voice.STRUCTURE
    rule: consultations.Rule = consultations.Rule.LAST
    secrecy: consultations.Secrecy = consultations.Secrecy.NAMED
    status: Literal["draft", "open"] = "draft"
    opens: When | None = None
    closes: When | None = None
    audience: Audience = Audience()
    nudge_days: tuple[Annotated[int, Field(ge=0, le=365)], ...] = ()
    nudge_limit: Annotated[int, Field(ge=0, le=50)] | None = None
    escalate_days: Annotated[int, Field(ge=0, le=365)] | None = None
    recurs: Name | None = None
    live_results: bool = True
    source: Key
    questions: tuple[Question, ...] = Field(min_length=1)
