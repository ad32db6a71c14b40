"""What every entry of a pack shares: no unknown key, no change once read."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.pack.values import Key, Text
from storage import people

Name = Annotated[str, Field(min_length=1, max_length=300)]


class Entry(BaseModel):
    """Anything of a pack."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, arbitrary_types_allowed=True)


class Audience(Entry):
    """Who is meant; an empty list means everybody."""

    roles: tuple[people.Role, ...] = ()
    regions: tuple[Text, ...] = ()
    kinds: tuple[Key, ...] = ()
