"""mmethics render: drafts of the current submission."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from mmethics_cli.commands.options import HERE, Session
from mmethics_cli.errors import EthicsError
from mmethics_cli.store.submission.documents import RenderedFile, WriteOutcome, write_documents
from mmethics_cli.workflow.drafting import Language, Names
from mmethics_cli.workflow.history import LISTING, approved_files, approved_of, listing
from mmethics_cli.workflow.opening import Dossier

if TYPE_CHECKING:
    from mmethics_cli.core.decisions.pathway import Pathway
    from mmethics_cli.workflow.package import Document, Package


class Audience(StrEnum):
    """Whose papers are rendered."""

    applicant = "applicant"
    committee = "committee"
    approved = "approved"


Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="ID", help="只生成这份文件，可以写几次", show_default=False),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="写到这个文件夹", show_default=False)
]
For = Annotated[Audience, typer.Option("--for", help="申请人的、伦理委员会的，或批准后的文件")]
DocumentsLanguage = Annotated[
    Language, typer.Option("--documents-lang", help="文件的语言；没有英文的仍是中文")
]
FileNames = Annotated[
    Names | None, typer.Option("--names", help="文件按名称或按编号命名", show_default=False)
]

OnlyList = Annotated[bool, typer.Option("--list", help="只列出需要哪些文件，不生成")]
AsPdf = Annotated[bool, typer.Option("--pdf", help="另用 LibreOffice 转成 PDF")]
Replacing = Annotated[bool, typer.Option("--replace", help="手工改过的文件移到一边，重新生成")]


def render(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="卷宗所在的文件夹", show_default=False)
    ] = HERE,
    only: Only = None,
    list_: OnlyList = False,
    out: Out = None,
    audience: For = Audience.applicant,
    language: DocumentsLanguage = Language.zh,
    names: FileNames = None,
    pdf: AsPdf = False,
    replace: Replacing = False,
) -> None:
    """生成本次送审文件的草稿，写入 submissions/…/documents/。

    没有答的地方印成【待填】，还不能判定的印成【待定】。手工改过的文件不会被覆盖。
    伦理委员会的文件写入 submissions/…/committee/；已封存的送审，按封存时的内容生成。
    批准版本是封存的文件加上页脚的批准日期和有效期，写入 committee/approved/。

    示例：
    mmethics render my-study
    mmethics render my-study --only application_form --pdf
    mmethics render my-study --list
    mmethics render my-study --for committee
    mmethics render my-study --for approved
    """
    from mmethics_cli.commands.options import tell_refused
    from mmethics_cli.workflow.opening import open_dossier

    session = Session.of(context)
    of_office = audience is Audience.committee or bool(only)
    dossier = open_dossier(session, folder, ("worksheets",) if of_office else ())
    tell_refused(session, dossier)
    wanted = _known(dossier, only or [])
    if audience is Audience.approved:
        write_approved(session, dossier, wanted, out, list_=list_, replace=replace, pdf=pdf)
    audience = _audience(dossier, wanted, audience)
    package = _package(session, dossier, wanted, audience)
    if list_:
        return session.out(_listing(dossier, package, audience))
    papers = _papers(package, wanted, audience)
    done, target = _write(
        session, dossier, package, papers, out, language, names, replace, audience
    )
    finish(session, done, target, pdf=pdf)


def _known(dossier: Dossier, only: list[str]) -> list[str]:
    """The documents named by `--only`; ids may be joined by commas."""
    wanted = [one for text in only for one in text.replace("，", ",").replace("、", ",").split(",")]
    for id_ in wanted:
        document = dossier.standard.documents.get(id_)
        if document is None:
            near = get_close_matches(id_, dossier.standard.documents, 1)
            hint = (
                f"是不是“{near[0]}”？" if near else "全部编号见 mmethics standard list documents。"
            )
            raise EthicsError(f"没有文件“{id_}”。{hint}")
        if document.template is None:
            how = f"请自备，作为附件登记（kind: {id_}）。{document.note}"
            raise EthicsError(f"《{document.title}》没有模板，{how}")
    return wanted


def _audience(dossier: Dossier, wanted: list[str], audience: Audience) -> Audience:
    """Whose papers `--only` names; else whose were asked for."""
    found = {dossier.standard.documents[id_].audience for id_ in wanted}
    if len(found) > 1:
        raise EthicsError("--only 里既有申请人的文件，也有伦理委员会的文件。请分两次生成。")
    if found == {"applicant"} and audience is Audience.committee:
        raise EthicsError("--only 写的是申请人的文件，与 --for committee 不符。请去掉其中一个。")
    return Audience(found.pop()) if found else audience


def _package(session: Session, dossier: Dossier, wanted: list[str], audience: Audience) -> Package:
    if audience is Audience.committee:
        from mmethics_cli.office.papers import committee_package

        return committee_package(dossier, session.today, tuple(wanted))
    from mmethics_cli.workflow.assembly import package_of

    return package_of(dossier, session.today, tuple(wanted))


def _papers(package: Package, wanted: list[str], audience: Audience) -> list[Document]:
    found = [
        one
        for one in package.papers
        if (one.document.id in wanted if wanted else one.document.audience == audience)
    ]
    if not found:
        raise EthicsError("标准包里还没有这一方可以生成的文件模板。请看 mmethics render --list。")
    return found


def _listing(dossier: Dossier, package: Package, audience: Audience) -> str:
    """One paper a line: number, id, title, where it comes from, version and date."""
    if audience is Audience.committee:
        lines = [
            f"{one.number}  {one.document.id}  {one.document.title}  生成" for one in package.papers
        ]
        return "\n".join([*lines, *_undecided(package.study.pathway, audience)])
    rendered = {paper.document.id for paper in package.papers}
    lines = []
    for row in package.rows:
        source = "生成" if row.id in rendered else "自备"
        day = row.date.isoformat() if row.date else ""
        lines.append(
            "  ".join(filter(None, (row.number, row.id, row.title, source, row.version, day)))
        )
    decision = dossier.pathway.decisions["documents"]
    needed = decision.value if isinstance(decision.value, tuple) else ()
    listed = {row.id for row in package.rows}
    for id_ in needed:
        document = dossier.standard.documents[id_]
        if id_ not in listed and document.audience == "applicant":
            lines.append(f"--  {id_}  {document.title}  自备  还没有附件")
    return "\n".join([*lines, *_undecided(dossier.pathway, audience)])


def _undecided(pathway: Pathway, audience: Audience) -> Iterator[str]:
    documents = pathway.facts.standard.documents
    for id_ in pathway.decisions["documents"].possible:
        if documents[id_].audience == audience:
            yield f"??  {id_}  {documents[id_].title}  是否需要尚不能判定"


def _write(
    session: Session,
    dossier: Dossier,
    package: Package,
    papers: list[Document],
    out: Path | None,
    language: Language,
    names: Names | None,
    replace: bool,
    audience: Audience,
) -> tuple[WriteOutcome, Path]:
    from mmethics_cli.store.dossier.profile import file_names_of
    from mmethics_cli.store.submission.documents import enter_versions, write_documents
    from mmethics_cli.store.submission.submissions import COMMITTEE, DOCUMENTS
    from mmethics_cli.workflow.drafting import drafts_of, versions_of

    naming = names or Names(file_names_of(dossier.workspace.folder))
    current = dossier.workspace.current
    of_office = audience is Audience.committee
    draft = not (of_office and current is not None and current.sealed)
    drafts = drafts_of(dossier, package, papers, naming, language, draft=draft)
    if not of_office:
        enter_versions(dossier.workspace, versions_of(papers))
    if out is None and current is None:
        raise EthicsError("卷宗里没有送审，不知道写到哪里。请用 --out 指明文件夹。")
    place = COMMITTEE if of_office else DOCUMENTS
    target = out if out is not None or current is None else current.folder / place
    assert target is not None  # one of the two is given
    whole = out is None and len(papers) == len(package.papers)
    drafts.tell(session, dossier.standard)
    return write_documents(target, drafts.files, replace=replace, whole=whole), target


def finish(session: Session, done: WriteOutcome, target: Path, *, pdf: bool) -> NoReturn:
    """Say what became of each file, make them PDF if asked, and leave with the exit code."""
    _tell(session, done, target)
    if pdf:
        _convert(session, target, done)
    raise typer.Exit(1 if done.kept or done.failed else 0)


def _tell(session: Session, done: WriteOutcome, target: Path) -> None:
    session.say(f"写好 {len(done.written)} 份文件，在 {target}")
    for name in done.written:
        session.out(name)
    for name in done.moved:
        session.say(f"手工改过的旧文件移到了 {name}")
    for name in done.removed:
        session.say(f"不再需要，已删去：{name}")
    for name in done.kept:
        session.say(f"手工改过，没有覆盖：{name}（要重新生成请加 --replace，旧文件会移到一边）")
    for name, why in done.failed:
        session.say(f"没有写成：{name}：{why}。请关闭打开它的程序后重试。")


def _convert(session: Session, target: Path, done: WriteOutcome) -> None:
    from mmethics_cli.store.pdf import to_pdf

    office = [target / name for name in done.written if not name.endswith(".txt")]
    made = to_pdf(office, target)
    session.say(f"转成 {len(made)} 份 PDF。")


def write_approved(
    session: Session,
    dossier: Dossier,
    wanted: list[str],
    out: Path | None,
    *,
    list_: bool,
    replace: bool,
    pdf: bool,
) -> NoReturn:
    """Write (or only list) the approved versions, and leave with the exit code of `render`."""
    approved = approved_of(dossier, wanted)
    if list_:
        session.out(listing(approved).rstrip())
        raise typer.Exit(0)
    files, unstamped = approved_files(approved)
    if not wanted:
        files.append(RenderedFile(LISTING, listing(approved).encode("utf-8")))
    target = out if out is not None else approved.folder
    done = write_documents(target, files, replace=replace, whole=out is None and not wanted)
    done.failed += unstamped
    finish(session, done, target, pdf=pdf)
