"""What a platform calls the messages of one delivery: the last of them, of an announcement all, to correct all.

« 12 13 file:14 »: in the order in which they stand in the chat, with a mark at those that are a file without words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FILE = "file:"


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a chat of one delivery: messages with words, and files."""

    refs: str
    texts: tuple[str, ...]
    files: tuple[str, ...]

    @classmethod
    def of(cls, refs: str) -> "Standing":
        """From the reference of a delivery."""
        if not refs:
            return _NOTHING
        words = refs.split()
        return cls(
            refs,
            tuple(word for word in words if not word.startswith(FILE)),
            tuple(word.removeprefix(FILE) for word in words if word.startswith(FILE)),
        )

    def kept(self, texts: Sequence[str], *, files: bool) -> str:
        """The reference of what stands now: other messages with words, and the files if they stay."""
        if files and tuple(texts) == self.texts:
            return self.refs
        return " ".join([*(FILE + one for one in self.files if files), *texts])


_NOTHING = Standing("", (), ())
