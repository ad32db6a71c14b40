"""One voice: who may speak for it, and what becomes of an answer when one stands already. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storage.consultations import Rule, Voice


class Effect(StrEnum):
    """What submitting would do."""

    COUNT = "count"  # the first answer of the voice
    REPLACE = "replace"  # takes the place of the one that stands
    PROPOSE = "propose"  # waits for a director of the structure
    REFUSE = "refuse"  # the one that stands stays


class Obstacle(StrEnum):
    """Why a person has no voice in a consultation."""

    NO_STRUCTURE = "no structure"
    ELSEWHERE = "elsewhere"  # their region or kind of structure is not asked
    ROLE = "role"  # their structure is asked, but not in this role


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who would answer: ids, region's code, kind of structure, roles."""

    person_id: int
    structure_id: int | None
    region_code: str
    kind: str
    roles: frozenset[str]

    @property
    def is_director(self) -> bool:
        """Whether they may validate what others of the structure propose."""
        return "director" in self.roles


def voice_key(voice: str, speaker: Speaker) -> str:
    """The key of the voice the speaker would answer with; of structures only with a structure."""
    return f"structure:{speaker.structure_id}" if voice == Voice.STRUCTURE else f"person:{speaker.person_id}"


def obstacle(voice: str, audience: Mapping[str, Any], speaker: Speaker) -> Obstacle | None:
    """What keeps the speaker from answering; None when they may. An empty or absent list means everybody."""
    if voice == Voice.STRUCTURE and speaker.structure_id is None:
        return Obstacle.NO_STRUCTURE
    if audience.get("regions") and speaker.region_code not in audience["regions"]:
        return Obstacle.ELSEWHERE
    if audience.get("kinds") and speaker.kind not in audience["kinds"]:
        return Obstacle.ELSEWHERE
    if audience.get("people") and speaker.person_id not in audience["people"]:
        return Obstacle.ROLE
    if audience.get("roles") and not speaker.roles & set(audience["roles"]):
        return Obstacle.ROLE
    return None


def effect(voice: str, rule: str, speaker: Speaker, standing_author: int | None, has_standing: bool) -> Effect:
    """What the speaker's answer would become.

    `standing_author` is who submitted the answer that counts now (None when unknown), if `has_standing`. One may
    always correct one's own voice, and one's own answer for a structure, except where a director validates.
    """
    if voice == Voice.PERSON:
        return Effect.REPLACE if has_standing else Effect.COUNT
    if rule == Rule.DIRECTOR and not speaker.is_director:
        return Effect.PROPOSE
    if not has_standing:
        return Effect.COUNT
    if rule == Rule.FIRST and standing_author != speaker.person_id:
        return Effect.REFUSE
    return Effect.REPLACE
