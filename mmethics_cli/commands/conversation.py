"""The interview with a person at the terminal, as `new` and `fill` hold it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import typer

from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.commands.item_walk import SECTION_NAMES, walk_review_items
from mmethics_cli.commands.opening import open_dossier, tell_refused
from mmethics_cli.commands.options import Session
from mmethics_cli.commands.reuse import with_carried_texts
from mmethics_cli.core.interview import Plan, interview
from mmethics_cli.core.law import Basis
from mmethics_cli.core.relevance import Reason, relevant, section_named
from mmethics_cli.errors import EthicsError
from mmethics_cli.render.citation import cite
from mmethics_cli.store.characters import name_of, refused_in_value

_WIDEST: Final = 100
INTERRUPTED: Final = 130


def converse(session: Session, folder: Path, section: str | None, everything: bool) -> None:
    """Ask what is open in a dossier, saving each answer before the next question.

    Ctrl-C leaves with 130 and what was answered is kept. Raises EthicsError for an unknown section.
    """
    dossier = open_dossier(session, folder)
    tell_refused(session, dossier)
    standard = dossier.standard
    if section in SECTION_NAMES:
        walk_review_items(session, dossier, dossier.facts, folder, everything, alone=True)
        return
    chosen = None if section is None else section_named(standard, section)
    if section is not None and chosen is None:
        titles = "、".join([*standard.sections.values(), SECTION_NAMES[0]])
        raise EthicsError(f"没有“{section}”这一节。可选：{titles}。")

    def cited(basis: tuple[Basis, ...]) -> str:
        return cite(standard, basis, marks=True)

    terminal = Terminal(
        Prompts(session.terminal),
        dict(standard.sections),
        session.out,
        cited,
        _refused,
        min(shutil.get_terminal_size().columns, _WIDEST),
    )
    plan = Plan(chosen, everything)
    ask = with_carried_texts(session, dossier, terminal)
    try:
        facts = interview(dossier.facts, ask, dossier.workspace.set_answer, plan)
    except (KeyboardInterrupt, EOFError):
        session.say(f"\n已停下，已回答的都已保存。继续回答：mmethics fill {folder}")
        raise typer.Exit(INTERRUPTED) from None
    if section is None:
        walk_review_items(session, dossier, facts, folder, everything)
    left = sum(reason is not Reason.OPTIONAL for _, reason in relevant(facts))
    if left:
        session.say(f"\n还有 {left} 道必答题没有答。继续回答：mmethics fill {folder}")
    else:
        session.say(f"\n必答题都答完了。下一步：mmethics check {folder}")


def _refused(text: str) -> str | None:
    character = refused_in_value(text)
    return None if character is None else name_of(character)
