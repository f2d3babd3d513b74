"""The interview with a person at the terminal, as `new` and `fill` hold it."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

import typer

from mmethics_cli.ask.line_mode import keys_waiting
from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.ask.wording import shown
from mmethics_cli.commands.item_walk import SECTION_NAMES, walk_review_items
from mmethics_cli.commands.opening import Dossier, open_dossier, tell_refused
from mmethics_cli.commands.options import Session
from mmethics_cli.commands.reuse import with_carried_texts
from mmethics_cli.core.columns import wrap
from mmethics_cli.core.decide import Pathway
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.interview import Plan, interview
from mmethics_cli.core.law import Basis
from mmethics_cli.core.relevance import Reason, relevant, section_named
from mmethics_cli.core.reuse import with_proposals
from mmethics_cli.core.steps import Left
from mmethics_cli.core.values import UNKNOWN, Value
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.render.citation import cite
from mmethics_cli.render.pathway_text import decision_lines
from mmethics_cli.store.characters import named_refusal
from mmethics_cli.store.renamed import write_renamed
from mmethics_cli.store.unfinished import keep_unfinished, unfinished_list

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
