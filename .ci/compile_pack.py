"""Puts the shipped YAML and templates into the wheel in compiled form too (store/pack_cache.py)."""

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
        from mmethics_cli.render.templates import Templates
        from mmethics_cli.store.pack import compiled_packs, load
        from mmethics_cli.store.pack_cache import TEMPLATES, cache_entry

        pack = load()
        texts = {name: pack.template_text(name) for name in pack.templates if name.endswith(".md")}
        templates = Templates(texts, pack.standard(), lambda text: None)
        files = pack.template_bytes(templates.sections)
        self.made = tempfile.TemporaryDirectory()
        for name, data in (
            *compiled_packs().items(),
            (TEMPLATES, cache_entry(files, templates.compiled())),
        ):
            file = Path(self.made.name) / name
            file.write_bytes(data)
            build_data["force_include"][str(file)] = f"mmethics_cli/_data/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self.made.cleanup()
