"""Words of a protocol that wait to be confirmed, each with its place, beside a new dossier."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mmethics_cli.core.interview.protocol import Proposed
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.paths import OutsideFolder, inside
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.reader import read_file
from mmethics_cli.store.yaml.writer import mapping_lines

# What stands in it is no answer.
PROPOSED: Final = "proposed.yaml"
_HEAD: Final = (
    "# 从研究方案里读到、要逐条确认的文字。写在这里的不算回答：mmethics fill 问到时会显示，\n"
    "# 确认或修改后才写进 dossier.yaml。place 是它在哪里。不用的可以删去，整个文件也可以删去。\n"
)
_KEYS: Final = ("path", "value", "place")


def write_proposed(folder: Path, proposals: Iterable[Proposed]) -> None:
    """Keep what was read beside the dossier; no file where nothing was."""
    entries: list[Tree] = [{key: getattr(proposal, key) for key in _KEYS} for proposal in proposals]
    if entries:
        text = _HEAD + mapping_lines({"proposed": entries}, 0)
        write_atomic(folder / PROPOSED, text.encode("utf-8"))


def read_proposed(folder: Path, standard: Standard) -> tuple[Proposed, ...]:
    """What still waits to be confirmed; nothing where there is no such file.

    Entries for questions that the pack no longer has are left out. Raises UnreadableFile for a
    file that is not made so.
    """
    head = "从方案读到的文字读不了，请改正，或把这个文件删去："
    try:
        path = inside(folder, PROPOSED)
    except OutsideFolder as outside:
        raise UnreadableFile(head, [Problem(f"{outside}。", PROPOSED)]) from outside
    if not path.exists():
        return ()
    file = read_file(path, PROPOSED)
    entries = file.tree.get("proposed") if isinstance(file.tree, dict) else None
    proposals = []
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        texts = [entry.get(key) if isinstance(entry, dict) else None for key in _KEYS]
        if not all(isinstance(text, str) for text in texts):
            place = file.locate(("proposed", number))
            raise UnreadableFile(head, [Problem("应写 path、value、place 三样。", *place)])
        if texts[0] in standard.questions:
            proposals.append(Proposed(*map(str, texts)))
    return tuple(proposals)
