"""The office's own papers, about no one submission, from templates of the pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.formats.word.page import Page
from mmethics_cli.formats.word.writer import write
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.pack import OfficePack
from mmethics_cli.render.register_papers import Row, register_paper

_KEYS = ("committee", "institution", "place", "contact", "secretary")


def day_words(text: str) -> str:
    """A day of the register as papers write it; empty for none."""
    day = text.partition("T")[0]
    if not day:
        return ""
    known = date.fromisoformat(day)
    return f"{known.year}年{known.month}月{known.day}日"


def own_paper(
    office: OfficeFolder,
    pack: OfficePack,
    name: str,
    acts: Mapping[str, str],
    rows: Mapping[str, Sequence[Row]],
) -> bytes:
    """A paper of the office as Word; `acts` and `rows` are what its template asks for."""
    own = {key: office.setting(key) for key in _KEYS}
    template = f"office/{name}.md"
    title, blocks = register_paper(
        template, pack.pack.template_text(template), {**own, **acts}, rows
    )
    stamp = Stamp(name, title)
    running = (office.setting("committee"), "")
    return write(blocks, stamp, Page(), {}, 1.25, draft=False, size="form", running=running)
