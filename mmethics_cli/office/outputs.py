"""Where an office may put a file that was asked for: never over its own, nor over other things."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mmethics_cli.errors import EthicsError
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.store.dossier.outputs import refuse_place

# What in its folder an office works with; other files there are people's own.
_OWN_SUFFIXES: Final = frozenset({".yaml", ".db"})


def refuse_office_output(
    office: OfficeFolder, option: str, file: Path, like: str, *, replace: bool = False
) -> None:
    """Raises EthicsError where an output can't be written, before anything is done.

    An existing file is written over with `replace` only, and one of the office's own never.
    `option` is what messages call the place, `like` a name that it might have.
    """
    refuse_place(option, file, like)
    folder, place = office.path.resolve(), file.resolve()
    if place.suffix in _OWN_SUFFIXES or (place.is_relative_to(folder) and place.parent != folder):
        raise EthicsError(f"{option}：“{file}”是办公室自己的位置，不能写在那里。请换一个位置。")
    if file.exists() and not replace:
        raise EthicsError(f"{option}：已经有“{file}”，没有覆盖。请换一个名字。")
