"""What is dear to make is made once a run, by whichever worker wants it first."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from mmethics_cli.store.dossier.profile import overlay_of
from mmethics_cli.store.pack import load
from mmethics_cli.workflow.packs import LoadedPack, Packs

_PATIENCE: Final = 600  # seconds that a worker waits for another's folder


_OF: Final = Packs.of
_shipped: Final = cache(lambda also: LoadedPack(load(None, also)))


def shipped_once(self: Packs, folder: Path | None = None, also: tuple[str, ...] = ()) -> LoadedPack:
    """`Packs.of` that reads and builds the shipped pack once a process, whoever asks."""
    named = self.overlay or (None if folder is None else overlay_of(folder))
    return _shipped(also) if named is None else _OF(self, folder, also)


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
