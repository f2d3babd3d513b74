"""A study protocol read for a new dossier: what it says is proposed, and nothing is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mmethics_cli.core.interview.protocol import (
    PROTOCOL,
    Line,
    Proposed,
    proposals_in,
    read_places,
)
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.formats.passages import passages
from mmethics_cli.wording.refusals import refusal
from mmethics_cli.workflow.packs import Packs

_MOST_BYTES: Final = 50_000_000


def read_protocol(file: Path, packs: Packs) -> tuple[Proposed, ...]:
    """What a protocol (.docx, .pdf, .txt, .md) says for the questions of the pack.

    Raises WorkspaceError or DocumentError, naming the file, where it can't be read or says nothing
    that belongs to any question.
    """
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise WorkspaceError(f"“{file.name}”太大（超过 50 MB），不像是研究方案。")
        data = file.read_bytes()
    except OSError as error:
        raise WorkspaceError(f"读不了“{file}”：{refusal(error)}。") from error
    lines = [
        Line(passage.text, passage.place, passage.heading > 0)
        for passage in passages(data, file.name)
    ]
    loaded = packs.of(also=(PROTOCOL,))
    places = read_places(loaded.pack.trees, loaded.standard)
    proposals = proposals_in(lines, places, loaded.standard)
    if not proposals:
        raise WorkspaceError(
            f"“{file.name}”里没有认得出的标题（研究背景、入选标准、统计分析……），什么也没有读到。"
        )
    return tuple(
        Proposed(proposal.path, proposal.value, f"{file.name} {proposal.place}")
        for proposal in proposals
    )
