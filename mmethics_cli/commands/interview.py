"""The interview with a person at the terminal, as `new`, `fill` and `follow` hold it."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

import typer

from mmethics_cli.ask.prompts import Key, Pressed, Prompts, keys_waiting
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.commands.options import INTERRUPTED, Session, columns, tell_opened
from mmethics_cli.commands.resting_texts import ask_about_texts
from mmethics_cli.commands.self_check import SECTION_NAMES, walk_review_items
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import Reason, relevant, section_named
from mmethics_cli.core.interview.loop import Plan, interview
from mmethics_cli.core.interview.protocol import sorted_out
from mmethics_cli.core.interview.reuse import still_unconfirmed, with_proposals
from mmethics_cli.core.interview.steps import Ask, Left
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.report.pathway import decision_lines
from mmethics_cli.store.dossier.carried_over import keep_unfinished, read_carried, unfinished_list
from mmethics_cli.store.dossier.proposed import read_proposed
from mmethics_cli.store.dossier.workspace import write_renamed
from mmethics_cli.store.yaml.characters import named_refusal
from mmethics_cli.wording.columns import wrap
from mmethics_cli.wording.shell import shell_word
from mmethics_cli.wording.typed import PromptReader
from mmethics_cli.wording.values import prompt_text
from mmethics_cli.workflow.opening import Dossier

_BRIEF: Final = 30  # characters
_CARRIED: Final = "来自上一份卷宗，请核对"
_READ: Final = "来自"
_REPORTED: Final = "上次报告的数，请核对"


def converse(
    session: Session,
    dossier: Dossier,
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
    tell_opened(session, dossier)
    write_renamed(dossier.workspace)
    if section in SECTION_NAMES:
        walk_review_items(session, dossier, dossier.facts, folder, everything, alone=True)
        return
    try:
        with _hangup_interrupts(), keys_waiting():
            dossier = ask_about_texts(session, dossier)
            facts = ask_questions(session, dossier, section, everything, proposals)
    except (KeyboardInterrupt, EOFError, Left):
        session.say(f"\n已停下，已回答的都已保存。继续回答：mmethics fill {shell_word(folder)}")
        raise typer.Exit(INTERRUPTED) from None
    if section is None:
        walk_review_items(session, dossier, facts, folder, everything)
    left = sum(reason is not Reason.OPTIONAL for _, reason in relevant(facts))
    if left:
        session.say(f"\n还有 {left} 道必答题没有答。继续回答：mmethics fill {shell_word(folder)}")
    else:
        session.say(f"\n必答题都答完了。下一步：mmethics check {shell_word(folder)}")


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
            message = f"{failed.message}{_unsaved(dossier, answers)}"
            raise type(failed)(message, failed.problems) from failed

    def tell(facts: Facts, tables: tuple[str, ...]) -> None:
        for line in _settled(facts, tables):
            session.show(line)

    folder = dossier.workspace.folder
    refused = frozenset(answer.path for answer in dossier.refused)
    proposed_texts = sorted_out(read_proposed(folder, standard), standard, brief)
    carried = read_carried(folder, standard)
    waiting = still_unconfirmed(dossier.facts, {**carried, **proposed_texts.values})
    plan = Plan(chosen, everything, refused, unfinished_list(folder, standard), waiting)
    ask = _with_carried_texts(session, dossier, terminal_of(session, dossier), carried)
    if proposed_texts.why:
        ask = with_proposals(ask, proposed_texts.values, _READ, proposed_texts.why)
    if proposals:
        ask = with_proposals(ask, proposals, _REPORTED)
    return interview(dossier.facts, ask, save, plan, tell, partial(keep_unfinished, folder))


def _with_carried_texts(
    session: Session, dossier: Dossier, ask: Ask, texts: Mapping[str, Value]
) -> Ask:
    """Ask with texts of the earlier dossier standing in the prompts that they wait for."""
    waiting = still_unconfirmed(dossier.facts, texts)
    if not waiting:
        return ask
    session.out(f"从上一份卷宗带来的文字有 {len(waiting)} 项还要确认，问到时会显示出来。")
    return with_proposals(ask, texts, _CARRIED)


def protocol_file(session: Session) -> Path | None:
    """The protocol that the person names; None where there is none. KeyboardInterrupt to leave."""
    message = "有写好的研究方案吗？写它的文件名（可以把文件拖进窗口），没有就直接回车。"
    while isinstance(
        answer := Prompts(session.terminal).line(message, "", lambda text: None), Pressed
    ):
        if answer.key is Key.BACK:
            return None
        session.out("读得了 .docx、.pdf、.txt 和 .md。读到的只是建议，逐条确认以后才算回答。")
    name = answer.strip().strip("'\"").replace("\\ ", " ")
    return Path(name) if name else None


def terminal_of(session: Session, dossier: Dossier) -> Terminal:
    """The person at this terminal, to be asked about this dossier."""
    return Terminal(
        Prompts(session.terminal),
        dict(dossier.standard.sections),
        session.out,
        PromptReader(named_refusal, dossier.standard.placeholders),
        columns,
    )


def _settled(facts: Facts, tables: tuple[str, ...]) -> Iterator[str]:
    """What has just been decided, with its reasons."""
    pathway = Pathway(facts)
    yield "\n审查路径已定：" if pathway.settled else "\n已能判定："
    for name in tables:
        yield from decision_lines(pathway, pathway.decisions[name], columns() - 1)
    yield from wrap("继续回答这条路径要用的内容。全部理由：mmethics pathway", columns() - 1)


def brief(text: str) -> str:
    """A text on one line, to be told among several."""
    words = " ".join(text.split())
    return words if len(words) <= _BRIEF else f"{words[:_BRIEF]}…"


def _unsaved(dossier: Dossier, answers: Mapping[str, Value]) -> str:
    """The answers that could not be written, so that they can be copied from the screen."""
    said = [
        f"\n  {dossier.standard.questions[path].label}："
        f"{prompt_text(dossier.standard.questions[path], value)}"
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
