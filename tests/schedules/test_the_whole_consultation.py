"""The whole consultation of 2024 sends exactly the reminders that an independent reckoning expects."""

import asyncio
import random
from pathlib import Path

from tests.simulation.network import PEOPLE
from tests.simulation.running import Arrival, Place, Simulation
from tests.simulation.script import FIRST, LAST
from tests.simulation.staging import looked_at, set_up


def test_the_consultation_of_2024_reminds_everybody_of_everything_once_through_an_abort_a_day(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'concerte.db'}"
    expected = asyncio.run(set_up(url, PEOPLE))
    told: list[Arrival | Place] = []
    simulation = Simulation(url, told.append)
    simulation.play_with_aborts(random.Random(2024))
    arrivals = [one for one in told if isinstance(one, Arrival)]
    wrong, doubts = asyncio.run(looked_at(url, expected, arrivals))
    assert wrong == []
    assert doubts > 0  # the aborts did fall between sending and recording
    assert len(expected.reminders) > 6000
    assert expected.guests > 1000
    assert simulation.aborts > (LAST - FIRST).days
