"""What is dear to make is made once a run, by whichever worker wants it first."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from mmethics_cli.workflow.packs import LoadedPack, loaded_pack

_PATIENCE: Final = 600  # seconds that a worker waits for another's folder


class PacksOnce:
    """`loaded_pack` that reads and builds each pack once a process, until a file of it changes."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[object, ...], LoadedPack] = {}

    def __call__(
        self, overlay: Path | None, also: tuple[str, ...], inside: bool, left_out: Path | None
    ) -> LoadedPack:
        key = (overlay, also, inside, left_out, overlay and _digest(overlay))
        if key not in self._loaded:
            self._loaded[key] = loaded_pack(overlay, also, inside, left_out)
        return self._loaded[key]


def _digest(overlay: Path) -> str:
    """What an overlay pack says; the place where its name leads, for the name may not."""
    digest = sha256(os.fsencode(overlay.resolve()))
    for path in sorted(overlay.rglob("*")):
        digest.update(os.fsencode(path))
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


packs_once: Final = PacksOnce()


class Once:
    """Folders made once a run and read by all its workers; a test that changes one copies it."""

    def __init__(self, root: Path) -> None:
        root.mkdir(exist_ok=True)
        self.root = root

    def folder(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder of that name; `make` fills it if no worker did so yet."""
        place, ready = self.root / name, self.root / f"{name}.ready"
        try:
            (self.root / f"{name}.begun").touch(exist_ok=False)
        except FileExistsError:
            self._wait(ready)
        else:
            outcome = "failed"
            try:
                make(place)
                outcome = "made"
            finally:
                ready.write_text(outcome, encoding="utf-8")
        if ready.read_text(encoding="utf-8") == "failed":
            raise AssertionError(f"{name} could not be made; see the test that wanted it first")
        return place

    def _wait(self, ready: Path) -> None:
        until = time.monotonic() + _PATIENCE
        while not ready.exists() or not ready.stat().st_size:
            if time.monotonic() > until:
                raise AssertionError(f"{ready.stem} was not made in {_PATIENCE} seconds")
            time.sleep(0.05)
