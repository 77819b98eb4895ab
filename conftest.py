"""Kernels that `pytest --nbval` starts: sockets in a private folder in place of TCP ports.

Notebooks are checked two at a time, and kernels started side by side race for ports.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def _kernels_over_ipc(request: pytest.FixtureRequest) -> Any:
    if not request.config.getoption("nbval", default=False) or sys.platform == "win32":
        yield
        return
    from jupyter_client.manager import KernelManager
    from nbval import kernel

    with tempfile.TemporaryDirectory(prefix="kernels-") as folder, pytest.MonkeyPatch.context() as patch:

        def manager(**options: Any) -> KernelManager:
            private = tempfile.mkdtemp(dir=folder)
            return KernelManager(transport="ipc", connection_file=str(Path(private, "kernel.json")), **options)

        patch.setattr(kernel, "KernelManager", manager)
        yield
