"""Notebooks executed side by side, each in a kernel of its own: for the build, for maintainers, for `cadre-handbook run`.

Kernels talk over sockets in a private folder, which is removed whatever happens; nothing is left behind by an interruption.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config as Traits

SIDE_BY_SIDE = max(2, os.cpu_count() or 1)
LONGEST_SOCKET = 90  # characters of a socket's path: systems take 104 and more, jupyter adds a few


@dataclass
class Run:
    """One execution of a notebook: its outputs are filled in, or `error` says why not.

    ``folder``: where it runs; that of `path` where none is named.
    """

    path: Path
    notebook: NotebookNode
    seconds: float = 0.0
    error: Exception | None = None
    folder: Path | None = None


def execute_side_by_side(
    runs: list[Run],
    timeout: int | None,
    most: int = SIDE_BY_SIDE,
    ended: Callable[[Run], None] = lambda _run: None,
    silent: bool = False,
) -> None:
    """Execute the notebooks in place, each in its own kernel; `timeout` in seconds a cell, `most` of them at a time.

    Nothing is raised for a notebook that fails: its `error` is set. `ended` is called after each. ``silent``: what a
    kernel writes past its notebook, as when it crashes, is thrown away. An interruption ends the kernels and is raised.
    """
    with private_folder() as sockets, asyncio.Runner(loop_factory=_Loop) as runner:
        runner.run(_execute_all(runs, sockets, timeout, most, ended, silent))


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A temporary folder of this user's alone whose path is short enough for sockets in it; removed in the end."""
    short = next((place for place in (tempfile.gettempdir(), "/tmp") if len(place) < LONGEST_SOCKET - 30), None)
    with tempfile.TemporaryDirectory(prefix="kernels-", dir=short) as folder:
        yield Path(folder)


class _Loop(asyncio.SelectorEventLoop):
    """Not Windows' default loop, which cannot wait for the kernels' sockets. Signals are left to `asyncio.Runner`.

    nbclient would take them for each of its kernels in turn: an interruption would then end the last one only.
    """

    def add_signal_handler(self, *_arguments: object) -> None:
        raise RuntimeError


async def _execute_all(
    runs: list[Run],
    sockets: Path,
    timeout: int | None,
    most: int,
    ended: Callable[[Run], None],
    silent: bool,
) -> None:
    places = asyncio.Semaphore(most)
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} if silent else {}

    async def execute(number: int, run: Run) -> None:
        if not any(cell.cell_type == "code" for cell in run.notebook.cells):
            ended(run)  # nothing to run: no kernel is started for it
            return
        async with places:
            started = time.monotonic()
            client = _client(run, sockets / f"{number}.json", timeout)
            try:
                await client.async_execute(**streams)
            except Exception as error:  # a cell, a time limit, a kernel that died or did not start
                run.error = error
            finally:
                if client.km is not None and client.km.has_kernel:  # interrupted while it started
                    await client.km.shutdown_kernel(now=True)
            run.seconds = time.monotonic() - started
            ended(run)

    await asyncio.gather(*(execute(number, run) for number, run in enumerate(runs)))


def _client(run: Run, connection_file: Path, timeout: int | None) -> NotebookClient:
    # Kernels side by side race for TCP ports, and anyone on the machine could listen; a socket in a private
    # folder cures both. Windows has no such sockets: there it is TCP, on the machine's own address.
    transport = "tcp" if sys.platform == "win32" or len(str(connection_file)) > LONGEST_SOCKET else "ipc"
    client = NotebookClient(
        run.notebook,
        timeout=timeout,
        record_timing=False,
        resources={"metadata": {"path": str(run.folder or run.path.parent)}},
        config=Traits(KernelManager={"transport": transport, "connection_file": str(connection_file)}),
    )
    # The Python that runs this, whatever kernel of the same name a user has installed for another.
    client.create_kernel_manager().kernel_spec_manager = KernelSpecManager(kernel_dirs=[])
    return client
