"""What a question was understood to ask: a value, apart from how it was decided and how it is answered."""

from dataclasses import dataclass

from handlers.questions.dates import Period

# What may be asked of an event, in the order it is answered.
OF_EVENTS = (
    "when",
    "hour",
    "left",
    "where",
    "address",
    "remote",
    "length",
    "how",
    "status",
    "audience",
    "programme",
    "purpose",
    "organiser",
    "what",
)
OF_PEOPLE = ("phone", "email", "coordinates", "role", "employer", "who")
COORDINATES = ("phone", "email", "coordinates")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was understood. `because` names the step that decided, for whoever extends the lexicon.

    `intent` is what kind of answer is wanted; `asks` what is wanted of its targets; `absent` what is asked that is
    rarely known; `said` the asker's own words for what was not found.
    """

    intent: str
    asks: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    organisation: str = ""
    region: str = ""
    topic: str = ""
    term: str = ""
    terms: tuple[str, ...] = ()  # when several words are asked about
    period: Period | None = None
    absent: tuple[str, ...] = ()
    said: str = ""
    number: int = 0
    first: int = 0  # the number of the first entry to show of a list that is too long for one message
    several: bool = False  # several people, each named
    verdict: str = ""  # "yes" or "no" to what was asked to be confirmed
    confidence: float = 1.0
    because: str = ""
