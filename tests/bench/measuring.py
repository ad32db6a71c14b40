"""What processes cost, read from /proc and their CPU clocks: CPU seconds and memory.

« CPU of the worker » is that of its whole process, all threads, without the database's own. PostgreSQL is a process
apart and is not in it. SQLite is in it, as a C library; the benches that compare with the bare SDK start the worker
with a meter on each call into that library (see `metered`), and subtract what the calls took: parsing SQL, pages, the
log, the system's work for a commit, and making the rows that come back. So

    cpu = whole process - inside SQLite's calls        cpu_ratio = cpu / CPU of the bare loop, at most 1.5
    whole_cpu_ratio = whole process / CPU of the bare loop, with SQLite

are both printed, and the first thread's ratio beside them: the sending and, on SQLite, what a worker's steps take in
the library, but not what is handed over to the database's thread. At a slow pace most of what a process costs is waking
up with cold caches: hence worker and bare loop run at the same time there.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds of a process, all of it, and its first thread."""

    whole: float
    main: float

    def since(self, before: "Cpu") -> "Cpu":
        """What was used in between."""
        return Cpu(self.whole - before.whole, self.main - before.main)


def cpu_of(pid: int) -> Cpu:
    """What a process has used so far, ended threads included."""
    whole = time.clock_gettime(~pid << 3 | 2)  # Linux: the CPU clock of that process, see clock_getcpuclockid(3)
    main = int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9
    return Cpu(whole, main)


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
