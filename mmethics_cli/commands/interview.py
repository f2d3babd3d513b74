"""The interview with a person at the terminal, as `new` and `fill` hold it."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

import typer

from mmethics_cli.ask.items import ItemTerminal
from mmethics_cli.ask.prompts import Prompts, keys_waiting
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.commands.options import Session, tell_refused
from mmethics_cli.core.answers.self_check import ANSWERS, SelfCheck, SelfCheckAnswer
from mmethics_cli.core.conditions.explain import facts_behind, unknown_facts
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import Reason, relevant, section_named
from mmethics_cli.core.interview.items import Save, WalkPlan, by_answer, open_items, walk_items
from mmethics_cli.core.interview.loop import Plan, interview
from mmethics_cli.core.interview.reuse import still_unconfirmed, with_proposals
from mmethics_cli.core.interview.steps import Ask, Left
from mmethics_cli.core.standard.model import Basis, ReviewItem
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.report.pathway import decision_lines
from mmethics_cli.store.dossier.carried_over import keep_unfinished, read_carried, unfinished_list
from mmethics_cli.store.dossier.parts import SELF_CHECK
from mmethics_cli.store.dossier.workspace import Workspace, write_renamed
from mmethics_cli.store.yaml.characters import named_refusal
from mmethics_cli.wording.citation import cite
from mmethics_cli.wording.columns import wrap
from mmethics_cli.wording.values import labels, reasons, shown
from mmethics_cli.workflow.opening import Dossier, open_dossier

# What `fill --section` takes for the self-check.
SECTION_NAMES: Final = ("自查", "审查内容自查", "self_check", "self-check")
# Lines that a screen has besides the items shown together, and columns of text of one of them.
_FRAME_LINES: Final = 6
_ITEM_COLUMNS: Final = 240


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
    columns, rows = shutil.get_terminal_size()
    columns = min(columns, _WIDEST)
    terminal = ItemTerminal(
        Prompts(session.terminal),
        facts,
        session.out,
        lambda basis: _cited(facts, basis),
        named_refusal,
        lambda item, truth: _why(facts, item, truth),
        columns,
    )
    together = (rows - _FRAME_LINES) // max(_ITEM_COLUMNS // columns, 1)
    plan = WalkPlan(everything, min(max(together, 2), 8))
    try:
        with keys_waiting():
            after = walk_items(facts, before, terminal, _saver(dossier.workspace), plan)
    except (KeyboardInterrupt, EOFError):
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
                (one.item, key): value or None
                for one in changed
                for key, value in (
                    ("answer", one.answer),
                    ("note", one.note),
                    ("evidence", one.evidence),
                    ("page", one.page),
                )
            },
        )

    return save


def _again(folder: Path) -> str:
    return f"mmethics fill {folder} --section 自查"


def _summary(facts: Facts, answers: SelfCheck, folder: Path) -> str:
    """How the applicable items were answered, and how to go on where some are open."""
    applying = [
        one.id
        for one in facts.standard.items.values()
        if one.side == "applicant" and evaluate(one.applies_when, facts) is Truth.YES
    ]
    counts = "、".join(f"{ANSWERS[key]} {number}" for key, number in by_answer(answers, applying))
    left = len(open_items(facts, answers))
    if left:
        return f"自查：{counts}；还有 {left} 条待查。继续：{_again(folder)}"
    return f"自查都做完了：{counts}。"


def _why(facts: Facts, item: ReviewItem, truth: Truth) -> str:
    """The facts by which an item does not apply, or the questions that decide it."""
    if truth is Truth.NO:
        return reasons(facts, facts_behind(item.applies_when, facts))
    return f"要先答：{'、'.join(labels(facts, unknown_facts(item.applies_when, facts)))}"


def _cited(facts: Facts, basis: tuple[Basis, ...]) -> str:
    return cite(facts.standard, basis, marks=True)


_CARRIED: Final = "来自上一份卷宗，请核对"


def with_carried_texts(session: Session, dossier: Dossier, ask: Ask) -> Ask:
    """Ask with texts of the earlier dossier standing in the prompts that they wait for.

    Raises UnreadableFile when the file that keeps them can't be read.
    """
    texts = read_carried(dossier.workspace.folder, dossier.standard)
    waiting = still_unconfirmed(dossier.facts, texts)
    if not waiting:
        return ask
    session.out(f"从上一份卷宗带来的文字有 {len(waiting)} 项还要确认，问到时会显示在输入处。")
    return with_proposals(ask, texts, _CARRIED)


_WIDEST: Final = 100
_REPORTED: Final = "上次报告的数，请核对"
INTERRUPTED: Final = 130


def converse(
    session: Session,
    folder: Path,
    section: str | None,
    everything: bool,
    proposals: Mapping[str, Value] | None = None,
) -> None:
    """Ask what is open in a dossier, saving the answers of each step before the next.

    `proposals` are what the last report said, to be confirmed or written over.

    Ctrl-C and a closed terminal leave with 130, and what was answered is kept. Raises EthicsError
    for an unknown section, ChangedOnDisk when another program changed the dossier meanwhile.
    """
    dossier = open_dossier(session, folder)
    tell_refused(session, dossier)
    write_renamed(dossier.workspace)
    if section in SECTION_NAMES:
        walk_review_items(session, dossier, dossier.facts, folder, everything, alone=True)
        return
    try:
        with _hangup_interrupts(), keys_waiting():
            facts = ask_questions(session, dossier, section, everything, proposals)
    except (KeyboardInterrupt, EOFError, Left):
        session.say(f"\n已停下，已回答的都已保存。继续回答：mmethics fill {folder}")
        raise typer.Exit(INTERRUPTED) from None
    if section is None:
        walk_review_items(session, dossier, facts, folder, everything)
    left = sum(reason is not Reason.OPTIONAL for _, reason in relevant(facts))
    if left:
        session.say(f"\n还有 {left} 道必答题没有答。继续回答：mmethics fill {folder}")
    else:
        session.say(f"\n必答题都答完了。下一步：mmethics check {folder}")


def ask_questions(
    session: Session,
    dossier: Dossier,
    section: str | None,
    everything: bool,
    proposals: Mapping[str, Value] | None = None,
) -> Facts:
    """Walk through the questions of a dossier and return the facts with all answers.

    Every answer is on disk by then. KeyboardInterrupt, EOFError or Left where the person went
    away; EthicsError for an unknown section.
    """
    standard = dossier.standard
    chosen = None if section is None else section_named(standard, section)
    if section is not None and chosen is None:
        titles = "、".join([*standard.sections.values(), SECTION_NAMES[0]])
        raise EthicsError(f"没有“{section}”这一节。可选：{titles}。")

    def save(answers: Mapping[str, Value]) -> None:
        try:
            dossier.workspace.set_answers(answers)
        except WorkspaceError as failed:
            told = f"{failed.message}{_unsaved(dossier, answers)}"
            raise type(failed)(told, failed.problems) from failed

    def tell(facts: Facts, tables: tuple[str, ...]) -> None:
        for line in _settled(facts, tables):
            session.show(line)

    folder = dossier.workspace.folder
    refused = frozenset(one.path for one in dossier.refused)
    plan = Plan(chosen, everything, refused, unfinished_list(folder, standard))
    ask = with_carried_texts(session, dossier, terminal_of(session, dossier))
    if proposals:
        ask = with_proposals(ask, proposals, _REPORTED)
    return interview(dossier.facts, ask, save, plan, tell, partial(keep_unfinished, folder))


def terminal_of(session: Session, dossier: Dossier) -> Terminal:
    """The person at this terminal, to be asked about this dossier."""

    def cited(basis: tuple[Basis, ...]) -> str:
        return cite(dossier.standard, basis, marks=True)

    return Terminal(
        Prompts(session.terminal),
        dict(dossier.standard.sections),
        session.out,
        cited,
        named_refusal,
        columns,
    )


def columns() -> int:
    """The width to write for: the terminal's, but no wider than lines can be read."""
    return min(shutil.get_terminal_size().columns, _WIDEST)


def _settled(facts: Facts, tables: tuple[str, ...]) -> Iterator[str]:
    """What has just been decided, with its reasons."""
    pathway = Pathway(facts)
    yield "\n审查路径已定：" if pathway.settled else "\n已能判定："
    for name in tables:
        yield from decision_lines(pathway, pathway.decisions[name], columns() - 1)
    yield from wrap("继续回答这条路径要用的内容。全部理由：mmethics pathway", columns() - 1)


def _unsaved(dossier: Dossier, answers: Mapping[str, Value]) -> str:
    """The answers that could not be written, so that they can be copied from the screen."""
    said = [
        f"\n  {dossier.standard.questions[path].label}："
        f"{shown(dossier.standard.questions[path], value)}"
        for path, value in answers.items()
        if value is not UNKNOWN and not isinstance(value, tuple)
    ]
    return f"\n没有写入的回答：{''.join(said)}" if said else ""


@contextlib.contextmanager
def _hangup_interrupts() -> Iterator[None]:
    """A closed terminal ends the interview as Ctrl-C does, where the system tells of it."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None:
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(hangup, interrupt)
    try:
        yield
    finally:
        signal.signal(hangup, before)
