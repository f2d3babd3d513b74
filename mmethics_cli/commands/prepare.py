"""What to have at hand before answering (`new --prepare`)."""

from __future__ import annotations

from pathlib import Path

from mmethics_cli.commands.opening import Opened, open_answers, open_dossier, open_pack
from mmethics_cli.commands.options import Session
from mmethics_cli.core.build_prepare import PREPARE, read_guide
from mmethics_cli.core.prepare import Guide, by_kind, lacking
from mmethics_cli.errors import EthicsError, PackError, Problem
from mmethics_cli.render.prepare_text import guide_text, lacking_text
from mmethics_cli.store.pack import Pack, load


def tell_what_to_prepare(session: Session, folder: Path | None, answers: Path | None) -> None:
    """Print the list by kind of study, or what a dossier or a file of answers still lacks."""
    if folder is not None and answers is not None:
        raise EthicsError("--prepare 后面写一个卷宗 DIR，或写 --answers FILE，不能两样都写。")
    if folder is None and answers is None:
        pack = load(open_pack(session).overlay, also=(PREPARE,))
        standard = pack.standard()
        guide = guide_of(pack)
        session.show(guide_text(guide, standard, by_kind(guide, standard)))
        return
    opened: Opened
    if folder is not None:
        opened = open_dossier(session, folder)
    else:
        assert answers is not None
        opened = open_answers(session, answers)
    guide = guide_of(load(opened.pack.overlay, also=(PREPARE,)))
    needs = lacking(guide, opened.facts)
    session.show(lacking_text(guide, opened.name, needs, opened.facts))


def guide_of(pack: Pack) -> Guide:
    """What the pack says about preparing; raises PackError with the places of all faults."""
    guide, faults = read_guide(pack.standard(), pack.trees)
    if faults:
        problems = [Problem(text, *pack.locate(file, keys)) for file, keys, text in faults]
        raise PackError("标准包有错误：", problems)
    return guide
