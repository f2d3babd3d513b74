"""The self-check asked at the terminal: the review items that the applicant answers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from mmethics_cli.ask.items import ItemTerminal
from mmethics_cli.ask.prompts import Prompts, keys_waiting
from mmethics_cli.commands.options import INTERRUPTED, Session, columns
from mmethics_cli.core.answers.self_check import ANSWERS, SelfCheck, SelfCheckAnswer
from mmethics_cli.core.conditions.explain import facts_behind, unknown_facts
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import NO, YES, Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.items import (
    TOGETHER,
    Save,
    WalkPlan,
    by_answer,
    open_items,
    walk_items,
)
from mmethics_cli.core.interview.steps import Left
from mmethics_cli.core.standard.model import ReviewItem
from mmethics_cli.store.dossier.parts import SELF_CHECK
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.yaml.characters import named_refusal
from mmethics_cli.wording.shell import shell_word
from mmethics_cli.wording.values import labels, reasons
from mmethics_cli.workflow.opening import Dossier

# What `fill --section` takes for the self-check.
SECTION_NAMES: Final = ("自查", "审查内容自查", "self_check", "self-check")
# Lines that a screen has besides the items on it: what the dossier says of one, and the keys.
_WORDS_LINES: Final = 14


def walk_review_items(
    session: Session,
    dossier: Dossier,
    facts: Facts,
    folder: Path,
    everything: bool = False,
    alone: bool = False,
) -> None:
    """Ask the review items that are open (or all), saving each answer before the next prompt.

    `facts` are the dossier's, as they are now; `alone` says that nothing else was asked before.
    Ctrl-C leaves with 130 and what was answered is kept.
    """
    before = dossier.workspace.self_check
    if not everything and not open_items(facts, before):
        if alone:
            session.say(_summary(facts, before, folder))
        return
    width, rows = columns(), shutil.get_terminal_size().lines
    terminal = ItemTerminal(
        Prompts(session.terminal),
        facts,
        session.out,
        named_refusal,
        lambda item, truth: _why(facts, item, truth),
        width,
    )
    plan = WalkPlan(everything, min(max(rows - _WORDS_LINES, 2), TOGETHER))
    try:
        with keys_waiting():
            after = walk_items(facts, before, terminal, _saver(dossier.workspace), plan)
    except (KeyboardInterrupt, EOFError, Left):
        session.say(f"\n已停下，已回答的都已保存。继续自查：{_again(folder)}")
        raise typer.Exit(INTERRUPTED) from None
    session.say("\n" + _summary(facts, after, folder))


def _saver(workspace: Workspace) -> Save:
    """Writes answers into the self-check file, the keys of an item side by side."""
    path = workspace.folder / SELF_CHECK

    def save(changed: Sequence[SelfCheckAnswer]) -> None:
        workspace.write(
            path,
            {
                (answer.item, key): value or None
                for answer in changed
                for key, value in (
                    ("answer", answer.answer),
                    ("note", answer.note),
                    ("evidence", answer.evidence),
                    ("page", answer.page),
                )
            },
        )

    return save


def _again(folder: Path) -> str:
    return f"mmethics fill {shell_word(folder)} --section 自查"


def _summary(facts: Facts, answers: SelfCheck, folder: Path) -> str:
    """How the applicable items were answered, and how to go on where some are open."""
    applying = [
        item.id
        for item in facts.standard.items.values()
        if item.side == "applicant" and evaluate(item.applies_when, facts) is YES
    ]
    counts = "、".join(f"{ANSWERS[key]} {number}" for key, number in by_answer(answers, applying))
    left = len(open_items(facts, answers))
    if left:
        return f"自查：{counts}；还有 {left} 条待查。继续：{_again(folder)}"
    return f"自查都做完了：{counts}。"


def _why(facts: Facts, item: ReviewItem, truth: Truth) -> str:
    """The facts by which an item does not apply, or the questions that decide it."""
    if truth is NO:
        return reasons(facts, facts_behind(item.applies_when, facts))
    return f"要先答：{'、'.join(labels(facts, unknown_facts(item.applies_when, facts)))}"
