"""Puts the shipped YAML into the wheel in compiled form too: `store/compiled.py` says why."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledPack(BuildHookInterface):  # type: ignore[misc, type-arg, unused-ignore]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # the files may change; the first run compiles them
        sys.path.insert(0, self.root)
        from mmethics_cli.store.compiled import NAME
        from mmethics_cli.store.pack import compiled_pack

        self.made = tempfile.TemporaryDirectory()
        file = Path(self.made.name) / NAME
        file.write_bytes(compiled_pack())
        build_data["force_include"][str(file)] = f"mmethics_cli/_data/{NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self.made.cleanup()
