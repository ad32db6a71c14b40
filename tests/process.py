"""Concerte as a process of its own, to be killed and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parent.parent)
CONCERTE = [sys.executable, "-m", "bot"]


class Process:
    """One run of the command line. Its output is kept; nothing of the environment reaches it but PATH and locale."""

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str],
        folder: Path,
        speaks: bool = False,
        program: Sequence[str] = CONCERTE,
    ) -> None:
        self._speaks = speaks
        self._program = program
        self._arguments = arguments
        self._env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder), **env}
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.output = b""

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> "Process":
        """Begin; returns at once."""
        self._process = await asyncio.create_subprocess_exec(
            *self._program,
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

    async def line(self, words: str, timeout: float = 30.0) -> str:
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

    async def end(self, timeout: float = 30.0) -> tuple[int, str]:
        """Wait for its own end; returns code and output."""
        assert self._process is not None
        async with asyncio.timeout(timeout):
            rest, _ = await self._process.communicate()
        self.output += rest or b""
        assert self._process.returncode is not None
        return self._process.returncode, self.output.decode()

    async def kill(self) -> None:
        """`kill -9`: no handler of ours runs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self.end()

    async def terminate(self) -> tuple[int, str]:
        """SIGTERM, and wait for the clean end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self.end()
