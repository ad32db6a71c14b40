"""The simulation as a process of its own, to be killed: `python -m tests.simulation URL JOURNAL`."""

import sys
from datetime import timedelta
from pathlib import Path

from tests.simulation.journal import lines, writer
from tests.simulation.running import AGAIN, Place, Simulation


def main(url: str, journal: Path) -> None:
    """Go on where the last process was, a little later, and play to the end."""
    journal.touch()
    places = [one for one in lines(journal) if isinstance(one, Place)]
    place = Place(places[-1].at + timedelta(seconds=AGAIN), places[-1].acts) if places else Place()
    Simulation(url, writer(journal), place).play()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
