"""What the tests of several channels ask for."""

import logging
from collections.abc import Iterator

import pytest

from bot.logs import LIBRARIES, quiet_libraries


class Lines(logging.Handler):
    """Keeps every line as a file would get it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[list[str]]:
    root = logging.getLogger()
    before = root.level
    libraries = [(logging.getLogger(name), logging.getLogger(name).level) for name in LIBRARIES]
    kept = Lines()
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    quiet_libraries()
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(before)
    for library, level in libraries:
        library.propagate = True
        library.setLevel(level)
        library.handlers.clear()
