"""mmethics new: scaffold a dossier and start the interview."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct

from mmethics_cli.commands.options import Session, open_at, tell_unanswered
from mmethics_cli.errors import EthicsError
from mmethics_cli.wording.shell import shell_word

if TYPE_CHECKING:
    from mmethics_cli.core.interview.protocol import Proposed
    from mmethics_cli.core.standard.model import Standard
    from mmethics_cli.workflow.packs import Packs
    from mmethics_cli.workflow.reuse import ReusedDossier


class DossierOrigin(Struct, frozen=True):
    """What a new dossier is made of."""

    answers: Path | None
    example: str | None
    old: Path | None
    blank: bool
    text: Path | None = None

    def require_agreement(self) -> None:
        """Raises EthicsError for options that exclude one another."""
        if sum((self.answers is not None, self.example is not None, self.blank)) > 1:
            raise EthicsError("--answers、--example、--blank 只能用一个。")
        if self.old is not None and self.example is not None:
            raise EthicsError("--from 和 --example 只能用一个。")
        if self.text is not None and self.example is not None:
            raise EthicsError("--from-text 和 --example 只能用一个。")


EarlierDossier = Annotated[
    Path | None,
    typer.Option("--from", metavar="OLD_DIR", help="沿用旧卷宗的团队、机构和常用文字"),
]
ProtocolFile = Annotated[
    Path | None,
    typer.Option("--from-text", metavar="FILE", help="从写好的研究方案里读，逐条确认"),
]
ExampleName = Annotated[
    str | None, typer.Option("--example", metavar="NAME", help="照一个示例新建")
]


def new(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="新卷宗的文件夹", show_default=False)
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="从 YAML 文件取回答，不提问")
    ] = None,
    example: ExampleName = None,
    old: EarlierDossier = None,
    text: ProtocolFile = None,
    blank: Annotated[bool, typer.Option("--blank", help="只建空白卷宗，不提问")] = False,
    list_examples: Annotated[
        bool, typer.Option("--list-examples", help="列出示例，编号在前")
    ] = False,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="只列出动手前要准备什么，按研究的种类分组")
    ] = False,
) -> None:
    """新建卷宗，并从决定审查路径的问题开始访谈。

    文件夹里已有卷宗时不新建；其他文件保留不动。--answers 有什么写什么，缺的由 check 指出。

    --from 从旧卷宗沿用团队、机构、联系人和仍有效的证书；数据安全、退出等常用文字要逐条
    确认才算回答。可与 --answers 同用（以 --answers 为准），加 --blank 则不提问。旧卷宗不变。

    --from-text 读研究方案（.docx、.pdf、.txt、.md）：按标题把段落、按“项目名称：”一类的词
    把短值提到各题，都注明在方案的哪一段，确认以后才算回答；写了几个不同的就都列出来，不替人选。

    --prepare 什么也不新建；DIR 是已有的卷宗，或写 --answers FILE 时，只列这项研究还缺的。

    示例：
    mmethics new --prepare
    mmethics new my-study
    mmethics new my-study --from 去年的研究
    mmethics new my-study --from-text 研究方案.docx
    mmethics new my-study --answers 回答.yaml
    mmethics new --list-examples
    """
    session = Session.of(context)
    origin = DossierOrigin(answers, example, old, blank, text)
    if list_examples:
        _list_examples(session)
    elif prepare:
        _prepare(session, folder, origin)
    elif folder is None:
        raise EthicsError("缺少参数 DIR：新卷宗的文件夹。例如 mmethics new my-study")
    else:
        _make(session, folder, origin)


def _list_examples(session: Session) -> None:
    from mmethics_cli.store.examples import about, examples

    folders = examples(session.pack)
    session.out("\n".join(f"{name}  {about(folder).title}" for name, folder in folders.items()))


def _prepare(session: Session, folder: Path | None, origin: DossierOrigin) -> None:
    """Print what to have at hand, by kind of study or for one study; nothing is made."""
    if origin.example is not None or origin.old is not None or origin.blank or origin.text:
        raise EthicsError("--prepare 只能与 DIR 或 --answers FILE 同用，它什么也不新建。")
    if folder is not None and origin.answers is not None:
        raise EthicsError("--prepare 后面写一个卷宗 DIR，或写 --answers FILE，不能两样都写。")
    from mmethics_cli.core.interview.prepare import PREPARE, by_kind, lacking
    from mmethics_cli.report.prepare import guide_text, lacking_text
    from mmethics_cli.workflow.opening import OpenedStudy, open_answers, open_dossier

    packs, also = session.packs(), (PREPARE,)
    opened: OpenedStudy | None = None
    if folder is not None:
        opened = open_dossier(folder, session.today, packs, also)
    elif origin.answers is not None:
        opened = open_answers(origin.answers, session.today, packs, also)
    if opened is None:
        loaded = packs.of(also=also)
        guide, standard = loaded.guide, loaded.standard
        session.show(guide_text(guide, standard, by_kind(guide, standard, session.today)))
    else:
        guide = opened.loaded.guide
        needs = lacking(guide, opened.facts)
        session.show(lacking_text(guide, opened.name, needs))


def _make(session: Session, folder: Path, origin: DossierOrigin) -> None:
    """Make the dossier, and ask what it still needs where it was not given and someone is there."""
    from mmethics_cli.store.dossier.create import refuse_existing
    from mmethics_cli.store.dossier.proposed import write_proposed

    origin.require_agreement()
    packs = session.packs()
    given = origin.answers is not None or origin.example is not None or origin.blank
    asking = session.terminal and not given
    refuse_existing(folder)
    proposals = _read_protocol(session, packs, origin, asking)
    if origin.old is not None:
        from mmethics_cli.workflow.reuse import make_of_earlier

        reused = make_of_earlier(folder, origin.old, session.today, origin.answers, packs)
        _tell_reused(session, origin.old, reused)
    else:
        _make_afresh(session, packs, folder, origin)
    if proposals:
        write_proposed(folder, proposals)
        count = len({proposal.path for proposal in proposals})
        session.say(f"从研究方案读到 {count} 题的内容，确认以后才算回答。")
    if asking:
        from mmethics_cli.commands.interview import converse

        converse(session, open_at(session, folder, packs), folder, None, False)
    else:
        following = "fill" if origin.old is not None or proposals else "check"
        session.say(f"已新建卷宗：{folder}。下一步：mmethics {following} {shell_word(folder)}")


def _read_protocol(
    session: Session, packs: Packs, origin: DossierOrigin, asking: bool
) -> tuple[Proposed, ...]:
    """What the protocol says: the one that is named, or the one that the person names when asked.

    Raises EthicsError, before anything is made, where the one that is named can't be read.
    """
    if origin.text is None and not asking:
        return ()
    from mmethics_cli.workflow.from_text import read_protocol

    if origin.text is not None:
        return read_protocol(origin.text, packs)
    from mmethics_cli.commands.interview import protocol_file

    while (file := protocol_file(session)) is not None:
        try:
            return read_protocol(file, packs)
        except EthicsError as failed:
            session.say(str(failed))
    return ()


def _make_afresh(session: Session, packs: Packs, folder: Path, origin: DossierOrigin) -> None:
    from mmethics_cli.workflow.creating import make_blank, make_of_answers, make_of_example

    if origin.answers is not None:
        tell_unanswered(session, make_of_answers(folder, origin.answers, packs))
    elif origin.example is not None:
        make_of_example(folder, origin.example, session.pack)
    else:
        if not origin.blank:
            session.need_terminal("请用 --answers FILE、--example NAME 或 --blank。")
        make_blank(folder, packs)


def _tell_reused(session: Session, old: Path, reused: ReusedDossier) -> None:
    """Say what was taken over, what is still to be confirmed and what stayed behind."""
    from mmethics_cli.core.conditions.values import name_of
    from mmethics_cli.core.standard.names import label_at
    from mmethics_cli.wording.columns import indented

    facts, carried = reused.facts, reused.carried

    def names(paths: Iterable[str]) -> str:
        return "、".join(dict.fromkeys(label_at(facts.standard, facts, path) for path in paths))

    def say(head: str, text: str) -> None:
        if text:
            for line in indented(f"{head}：{text}", 2):
                session.say(line)

    session.say(f"从“{old}”沿用：")
    say(f"已填入 {len(carried.answers)} 项", names(carried.answers))
    say(f"已复制附件 {len(reused.copied)} 份", "、".join(map(name_of, reused.copied)))
    count = len(carried.unconfirmed)
    texts = _labels(facts.standard, carried.unconfirmed)
    say(f"确认后才算回答 {count} 项（mmethics fill 会逐条显示）", texts)
    say("已经过期，没有沿用", names(carried.expired))
    say("不再有效，没有复制的附件", "、".join(map(name_of, carried.stale)))
    for attachment, why in reused.left:
        say("没有复制的附件", f"{name_of(attachment)}，{why}")
    tell_unanswered(session, reused.placeholders)
    for problem in reused.unread:
        session.say(f"  读不懂，没有沿用：{problem}")


def _labels(standard: Standard, paths: Iterable[str]) -> str:
    """What answers are called, those of a list's elements together."""
    from mmethics_cli.core.standard.names import question_at

    labels = []
    for path in paths:
        owner = standard.questions[path.partition("[")[0]]
        question = question_at(standard, path)
        labels.append(question.label if question is owner else f"{owner.label}的{question.label}")
    return "、".join(dict.fromkeys(labels))
