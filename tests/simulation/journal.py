"""What a simulated process tells, a line at a time in a file: a `kill -9` takes back nothing that is written."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.simulation.running import Arrival, Place, Tell


def writer(path: Path) -> Tell:
    """Appends what it is told; each line is with the system before it returns."""
    file = path.open("ab", buffering=0)

    def tell(what: Arrival | Place) -> None:
        line: dict[str, Any] = {"at": what.at.isoformat()}
        line |= {"acts": what.acts} if isinstance(what, Place) else {"person": what.person, "text": what.text}
        file.write(json.dumps(line).encode() + b"\n")

    return tell


def lines(path: Path) -> Iterator[Arrival | Place]:
    """What was told so far; a line that was not written whole is passed over."""
    for line in path.read_bytes().split(b"\n")[:-1]:
        one = json.loads(line)
        at = datetime.fromisoformat(one["at"])
        yield Place(at, one["acts"]) if "acts" in one else Arrival(at, one["person"], one["text"])
