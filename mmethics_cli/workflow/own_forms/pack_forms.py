"""The mapped forms of an institution's pack: `forms/*.form.yaml`, each beside its form."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.forms.mapping import SUFFIX, FormMapping, read_mapping
from mmethics_cli.store.yaml.reader import read_file

FORMS: Final = "forms"  # the folder of an institution's pack


class PackForm(Struct, frozen=True):
    """A form that the pack maps: the file of its mapping, the mapping, the form itself."""

    name: str
    mapping: FormMapping
    path: Path


def pack_forms(overlay: Path | None, standard: Standard) -> list[PackForm]:
    """The mapped forms of an institution's pack. Raises UnreadableFile with every fault."""
    folder = None if overlay is None else overlay / FORMS
    if folder is None or not folder.is_dir():
        return []
    return [
        pack_form(path, standard)
        for path in sorted(folder.iterdir())
        if path.name.endswith(SUFFIX) and not path.name.startswith((".", "~"))
    ]


def pack_form(path: Path, standard: Standard) -> PackForm:
    """One mapping with its form. Raises UnreadableFile with every fault and its line."""
    file = read_file(path)
    mapping, faults = read_mapping(path.name, file.tree, standard)
    if mapping.file and "/" in mapping.file.replace("\\", "/"):
        faults.append((path.name, ("form", "file"), "只写文件名：表格放在对照表旁边"))
    if faults:
        problems = [Problem(f"{text}。", path.name, file.line(keys)) for _, keys, text in faults]
        raise UnreadableFile("表格的对照表读不懂：", problems)
    return PackForm(path.name.removesuffix(SUFFIX), mapping, path.parent / mapping.file)
