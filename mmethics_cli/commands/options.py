"""What the commands share: the options that several have, and the session that they run in."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from mmethics_cli.errors import EthicsError, NoTerminal, Problem
from mmethics_cli.wording.visible import visible, visible_json
from mmethics_cli.workflow.document_options import PaperSet

if TYPE_CHECKING:
    from mmethics_cli.core.standard.model import Standard
    from mmethics_cli.store.submission.choice import Choose, SeveralSubmissions
    from mmethics_cli.workflow.drafting import Drafts
    from mmethics_cli.workflow.opening import Dossier, OpenedStudy
    from mmethics_cli.workflow.packs import Packs

# Exit code of a person who left: Ctrl-C, or a terminal that closed.
INTERRUPTED: Final = 130
_WIDEST: Final = 100


class OutputFormat(StrEnum):
    """For people or for programs."""

    text = "text"
    json = "json"


HERE: Final = Path()

Folder = Annotated[
    Path, typer.Argument(metavar="[DIR]", help="卷宗所在的文件夹", show_default=False)
]
SubmissionName = Annotated[
    str | None,
    typer.Option(
        "--submission",
        metavar="NN",
        help="哪一次送审：序号，如 02；只有一次可做时不用写",
        show_default=False,
    ),
]
Format = Annotated[OutputFormat, typer.Option("--format", help="输出格式")]
Papers = Annotated[
    PaperSet | None,
    typer.Option(
        "--package", help="文件合并成几份，或各自成文；不写按机构资料", show_default=False
    ),
]


class Session(NamedTuple):
    """One run of the program: the global options, and whether someone sits at a terminal."""

    today: date
    pack: Path | None = None
    debug: bool = False
    terminal: bool = False

    def packs(self, *, of_office: bool = False) -> Packs:
        """The packs that a command reads, each loaded once; `--pack` names the overlay of all.

        `of_office`: without it, none that lies in a dossier's own folder.

        A command lets go of them when it ends: what is left, Python looks through as it stops.
        """
        from mmethics_cli.workflow.packs import Packs

        return Packs(self.pack, of_office=of_office)

    @classmethod
    def of(cls, context: typer.Context) -> Session:
        """The session that the root command left in the context."""
        session = context.find_object(cls)
        if session is None:
            raise LookupError("a command was invoked without the root command")
        return session

    def out(self, text: str) -> None:
        """The result that was asked for, alone on stdout."""
        tell(text)

    def give(self, json: str) -> None:
        """The result for programs, on stdout: JSON, every value exact."""
        typer.echo(visible_json(json))

    def show(self, text: str) -> None:
        """The result for people, on stdout; in colour at a terminal (NO_COLOR is heeded)."""
        if self.terminal:
            from mmethics_cli.commands.screen import show

            show(visible(text))
        else:
            tell(text)

    def say(self, text: str) -> None:
        """Everything else, on stderr."""
        tell(text, err=True)

    def need_terminal(self, instead: str) -> None:
        """Refuse to prompt where nobody can answer; `instead` names the flags to use.

        Raises:
            NoTerminal: stdin or stdout is not a terminal.
        """
        if not self.terminal:
            raise NoTerminal(f"这里不是终端，不能提问。{instead}")


def open_at(
    session: Session,
    folder: Path,
    packs: Packs,
    submission: str | None = None,
    *,
    otherwise: Choose | None = None,
    also: tuple[str, ...] = (),
    papers: PaperSet | None = None,
) -> Dossier:
    """Open a dossier at the submission that was named, else at the one that `otherwise` picks.

    At a terminal people are asked where it could be several; elsewhere SeveralSubmissions is
    raised, which names them. Raises as `open_dossier`.
    """
    # Loaded late: help opens nothing.
    from mmethics_cli.store.submission.choice import SeveralSubmissions, named, open_one
    from mmethics_cli.workflow.opening import open_dossier

    choose = otherwise or open_one
    try:
        choose = named(submission) if submission is not None else choose
        return open_dossier(folder, session.today, packs, also, papers, choose)
    except SeveralSubmissions as several:
        name = asked_submission(session, several)
    return open_dossier(folder, session.today, packs, also, papers, named(name))


def asked_submission(session: Session, several: SeveralSubmissions) -> str:
    """The name of the submission that a person picks; raises `several` where nobody can be asked.

    Ctrl-C leaves with 130.
    """
    if not session.terminal:
        raise several
    from mmethics_cli.ask.prompts import Pressed, Prompts

    options = tuple((candidate.name, candidate.name) for candidate in several.candidates)
    try:
        while isinstance(answer := Prompts(True).choice("哪一次送审？", options, None), Pressed):
            session.say(several.message)
    except (KeyboardInterrupt, EOFError):
        raise typer.Exit(INTERRUPTED) from None
    return answer


def tell(text: str, *, err: bool = False) -> None:
    """The door to the terminal: nothing in a text steers it, or stays unseen on it."""
    typer.echo(visible(text), err=err)


def at_terminal() -> bool:
    """Whether questions can be shown and answered: both stdin and stdout are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def columns() -> int:
    """The width to write for: the terminal's, but no wider than lines can be read."""
    return min(shutil.get_terminal_size().columns, _WIDEST)


def resolve_today(given: str | None, environ: Mapping[str, str] = os.environ) -> date:
    """The date that counts as today: the option, else SOURCE_DATE_EPOCH, else the clock.

    Raises:
        EthicsError: either is not a date.
    """
    if given is not None:
        # Loaded late: help knows no values.
        from mmethics_cli.core.conditions.written import date_advice, parse_date

        day = parse_date(given)
        if day is None:
            raise EthicsError(f"--today 的值“{given}”不是日期。{date_advice(given)}。")
        return day
    epoch = environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return date.today()
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC).date()
    except (ValueError, OverflowError, OSError):
        raise EthicsError(
            f"环境变量 SOURCE_DATE_EPOCH 的值“{epoch}”不是秒数。请改正或取消它。"
        ) from None


def tell_unanswered(session: Session, problems: Iterable[Problem]) -> None:
    """Name answers that are there and count as unknown, each with its place and what to do."""
    for problem in problems:
        session.say(f"当作未回答：{problem}")


def tell_opened(session: Session, opened: OpenedStudy) -> None:
    """Name the pack, where it is not the institution's or changes what must be so, and answers that
    count as unknown."""
    for notice in opened.loaded.notices:
        session.say(f"注意：{notice}")
    tell_refused(session, opened)


def tell_refused(session: Session, opened: OpenedStudy) -> None:
    """Name the answers that count as unknown: their question can't take them, or there is none."""
    unanswered = (*opened.refused, *opened.placeholders)
    tell_unanswered(session, (answer.problem for answer in unanswered))
    if opened.unknown_names:
        names = "、".join(dict.fromkeys(unknown.name for unknown in opened.unknown_names))
        session.say(f"标准包没有这些名称，写在那里的内容没有读，留在文件里：{names}")


def tell_not_english(session: Session, drafts: Drafts, standard: Standard) -> None:
    """Say what is not English in documents though it was asked for, and where to write it."""
    if drafts.chinese:
        session.say(f"只有中文的 {len(drafts.chinese)} 份，仍是中文：{'、'.join(drafts.chinese)}")
    if drafts.untranslated:
        from mmethics_cli.core.standard.names import label_of
        from mmethics_cli.store.dossier.answers_file import ENGLISH

        # Entries of a list go by the list: it is one place to write in.
        places = dict.fromkeys(path.partition("[")[0] for path in drafts.untranslated)
        labels = "、".join(label_of(standard, path) for path in places)
        session.say(f"英文文件里有 {len(drafts.untranslated)} 项仍是中文：{labels}")
        session.say(f"请在卷宗的 {ENGLISH} 里照 dossier.yaml 的样子写英文，再生成一次。")


def tell_texts_to_confirm(session: Session, dossier: Dossier) -> None:
    """Name the texts that were approved before the facts changed on which they rest."""
    from mmethics_cli.wording.columns import wrap
    from mmethics_cli.wording.shell import shell_word
    from mmethics_cli.workflow.lifecycle.confirming import texts_to_confirm

    texts = texts_to_confirm(dossier)
    if texts:
        listed = "、".join(f"{text.label}（{text.path}）" for text in texts)
        said = (
            f"有 {len(texts)} 段文字是在所依的事实改动以前批准的，请改好，或确认仍然属实：{listed}"
        )
        for line in wrap(
            f"{said}。确认：mmethics fill {shell_word(dossier.name)} --confirm 路径", columns() - 1
        ):
            session.say(line)
