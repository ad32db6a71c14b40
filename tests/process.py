"""Concerte as a process of its own, to be killed and started again."""

import asyncio
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from tests.patience import PATIENCE
from tests.warm import PACKET

_ROOT = str(Path(__file__).resolve().parent.parent)
CONCERTE = [sys.executable, "-m", "bot"]
FORK: Sequence[str] = ()
_begun: set["Process"] = set()


class Running(Protocol):
    """What is asked of a process, whoever has started it."""

    stdin: asyncio.StreamWriter | None
    stdout: asyncio.StreamReader | None

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    async def communicate(self) -> tuple[bytes, bytes | None]: ...
    def send_signal(self, signal: int) -> None: ...


class Forked:
    """A fork of the warm process (see `tests.warm`)."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin: asyncio.StreamWriter | None = None
        self.stdout: asyncio.StreamReader | None = None
        self._line = line

    @classmethod
    async def begin(cls, arguments: Sequence[str], env: Mapping[str, str], folder: Path, *, speaks: bool) -> "Forked":
        """Ask for a fork that runs the command line."""
        request = json.dumps([arguments, dict(env), str(folder)]).encode()
        assert len(request) <= PACKET
        path = await asyncio.to_thread(_warm)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.connect(path)
        given, typed = os.pipe() if speaks else (os.open(os.devnull, os.O_RDONLY), None)
        output, taken = os.pipe()
        socket.send_fds(line, [request], [given, taken])
        os.close(given)
        os.close(taken)
        line.setblocking(False)
        loop = asyncio.get_running_loop()
        self = cls(int(await loop.sock_recv(line, 64)), line)
        self.stdout = reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(output, "rb", 0))
        if typed is not None:
            transport, protocol = await loop.connect_write_pipe(
                lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), os.fdopen(typed, "wb", 0)
            )
            self.stdin = asyncio.StreamWriter(transport, protocol, None, loop)
        return self

    async def communicate(self) -> tuple[bytes, bytes | None]:
        """Wait for its end; the rest of what it said."""
        if self.stdin is not None:
            self.stdin.close()
        assert self.stdout is not None
        rest = await self.stdout.read()
        if self.returncode is None:
            self.returncode = int(await asyncio.get_running_loop().sock_recv(self._line, 64))
            self._line.close()
        return rest, None

    def send_signal(self, signal: int) -> None:
        """Nothing is sent to one whose end is known: another may have its number."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, signal)


@cache
def _warm() -> str:
    """The address of the warm process, started when it is wanted first; it ends with us."""
    folder = tempfile.TemporaryDirectory(prefix="concerte-warm-")
    path = str(Path(folder.name) / "socket")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warm", path],
        cwd=_ROOT,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": folder.name},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"

    def end() -> None:
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    return path


def kill_those_left() -> None:
    """A test that failed in the middle leaves processes behind: they would take the time of all others."""
    while _begun:
        _begun.pop().abandon()


class Process:
    """One run of the command line. Its output is kept; nothing of the environment reaches it but PATH and locale.

    Without a `program` it is a fork of a process that has already imported all (see `tests.warm`); `CONCERTE` is what
    people start.
    """

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str],
        folder: Path,
        speaks: bool = False,
        program: Sequence[str] = FORK,
    ) -> None:
        self._speaks = speaks
        self._program = program
        self._arguments = arguments
        self._env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder), **env}
        self._folder = folder
        self._process: Running | None = None
        self.output = b""

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> "Process":
        """Begin; returns at once."""
        _begun.add(self)
        if not self._program and sys.platform == "linux":
            self._process = await Forked.begin(self._arguments, self._env, self._folder, speaks=self._speaks)
            return self
        self._process = await asyncio.create_subprocess_exec(
            *(self._program or CONCERTE),
            *self._arguments,
            cwd=self._folder,
            env={**self._env, "PYTHONPATH": _ROOT},
            stdin=asyncio.subprocess.PIPE if self._speaks else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return self

    async def write(self, text: str) -> None:
        """Type something to it."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        await self._process.stdin.drain()

    async def line(self, words: str, timeout: float = PATIENCE) -> str:
        """Wait for a line of output that has those words."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(timeout):
            while line := await self._process.stdout.readline():
                self.output += line
                if words in line.decode():
                    return line.decode()
        raise AssertionError(f"it ended without « {words} »: {self.output.decode()}")

    async def quiet(self, seconds: float) -> None:
        """Let it work for so long, reading what it says."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                while line := await self._process.stdout.readline():
                    self.output += line
        except TimeoutError:
            return

    async def end(self, timeout: float = PATIENCE) -> tuple[int, str]:
        """Wait for its own end; returns code and output."""
        assert self._process is not None
        async with asyncio.timeout(timeout):
            rest, _ = await self._process.communicate()
        self.output += rest or b""
        _begun.discard(self)
        assert self._process.returncode is not None
        return self._process.returncode, self.output.decode()

    async def kill(self) -> None:
        """`kill -9`: no handler of ours runs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self.end()

    def abandon(self) -> None:
        """`kill -9`, outside any loop, and forget it."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def interrupt(self) -> tuple[int, str]:
        """Ctrl-C, and wait for the clean end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return await self.end()

    async def terminate(self) -> tuple[int, str]:
        """SIGTERM, and wait for the clean end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self.end()
