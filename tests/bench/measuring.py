"""What processes cost, read from /proc: CPU seconds, of threads apart, and memory.

On SQLite the database is in our own process, in threads. These also hold SQLAlchemy's work for what is handed over as a
whole (`Database.together`), so besides the first thread's ratio to the bare loop that of the whole process is printed:
the truth lies between the two. PostgreSQL is a process apart, and there everything of ours is counted.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds of a process: its first thread, and its others (SQLite works in those)."""

    main: float
    threads: float

    def since(self, before: "Cpu") -> "Cpu":
        """What was used in between."""
        return Cpu(self.main - before.main, self.threads - before.threads)


def cpu_of(pid: int) -> Cpu:
    """What a process has used so far."""
    whole = _seconds(Path(f"/proc/{pid}/stat"))
    main = _seconds(Path(f"/proc/{pid}/task/{pid}/stat"))
    return Cpu(main, max(0.0, whole - main))


def family_cpu(pid: int) -> float:
    """CPU seconds of a process and of its children, those that have ended too (PostgreSQL)."""
    total = _seconds(Path(f"/proc/{pid}/stat"), ended_children=True)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = _fields(stat)
        except OSError:  # it ended while we looked
            continue
        if int(fields[1]) == pid:
            total += _seconds(stat)
    return total


def memory_of(pid: int) -> tuple[float, float]:
    """Resident memory of a process in megabytes: now, and at its peak."""
    found = dict.fromkeys(("VmRSS", "VmHWM"), 0.0)
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in found:
            found[name] = int(value.split()[0]) / 1024
    return found["VmRSS"], found["VmHWM"]


def _fields(stat: Path) -> list[str]:
    # The name of the program stands in brackets and may hold blanks.
    return stat.read_text().rpartition(") ")[2].split()


def _seconds(stat: Path, *, ended_children: bool = False) -> float:
    try:
        fields = _fields(stat)
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11 : 15 if ended_children else 13]) / _TICKS
