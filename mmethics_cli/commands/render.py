"""mmethics render: drafts of the current submission."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

from mmethics_cli.commands.options import (
    HERE,
    Folder,
    Papers,
    Session,
    SubmissionName,
    open_at,
    tell_not_english,
    tell_opened,
)
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.errors import EthicsError
from mmethics_cli.workflow.document_options import Audience, FileNaming, Language, PaperSet

if TYPE_CHECKING:
    from mmethics_cli.core.decisions.pathway import Pathway
    from mmethics_cli.core.standard.model import Standard
    from mmethics_cli.store.submission.documents import WriteOutcome
    from mmethics_cli.store.submission.submissions import Submission
    from mmethics_cli.workflow.opening import Dossier
    from mmethics_cli.workflow.package import Document, Package

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
Naming = Annotated[
    FileNaming | None, typer.Option("--names", help="文件按名称或按编号命名", show_default=False)
]
OnlyList = Annotated[bool, typer.Option("--list", help="只列出需要哪些文件，不生成")]
AsPdf = Annotated[bool, typer.Option("--pdf", help="另用 LibreOffice 转成 PDF")]
Replacing = Annotated[bool, typer.Option("--replace", help="手工改过的文件移到一边，重新生成")]


def render(
    context: typer.Context,
    folder: Folder = HERE,
    only: Only = None,
    list_: OnlyList = False,
    out: Out = None,
    audience: For = Audience.applicant,
    language: DocumentsLanguage = Language.zh,
    naming: Naming = None,
    papers: Papers = None,
    pdf: AsPdf = False,
    replace: Replacing = False,
    submission: SubmissionName = None,
) -> None:
    """生成本次送审文件的草稿，写入 submissions/…/documents/。

    没有答的地方印成【待填】，还不能判定的印成【待定】。手工改过的文件不会被覆盖。
    伦理委员会的文件写入 submissions/…/committee/；已封存的送审，按封存时的内容生成。
    伦理办公室只有上交的压缩包，也能生成：--out 写到哪里。
    批准版本是封存的文件加上页脚的批准日期和有效期，写入 committee/approved/。

    示例：
    mmethics render my-study
    mmethics render my-study --only application_form --pdf
    mmethics render my-study --list --package full
    mmethics render my-study --for committee
    mmethics render 送审.zip --for committee --out 审查文件
    mmethics render my-study --for approved
    """
    session = Session.of(context)
    how = DraftOptions(out, language, naming, list_, pdf, replace)
    if folder.is_file():
        _render_archive(session, folder, only or [], audience, papers, how)
    dossier, ids, audience = _opened(session, folder, only or [], audience, papers, submission)
    if audience is Audience.approved:
        at = dossier.workspace.current if submission is not None else None
        _render_approved(session, dossier, ids, at, out, list_=list_, replace=replace, pdf=pdf)
    _write(session, dossier, _package(session, dossier, ids, audience), ids, audience, how)


class DraftOptions(NamedTuple):
    """How documents are written, as the options say."""

    out: Path | None
    language: Language
    naming: FileNaming | None
    list_: bool
    pdf: bool
    replace: bool


def _render_archive(
    session: Session,
    archive: Path,
    only: list[str],
    audience: Audience,
    papers: PaperSet | None,
    how: DraftOptions,
) -> NoReturn:
    """Write the committee's documents about a sealed archive alone, and leave with the exit code.

    Raises EthicsError for any others, and where it is not said where to.
    """
    from mmethics_cli.office.documents import committee_package
    from mmethics_cli.office.packages import is_package, proved
    from mmethics_cli.office.papers.sealed_dossier import SealedArchive, sealed_dossier
    from mmethics_cli.render.study import Office

    if not is_package(archive):
        raise EthicsError(f"“{archive}”是文件，不是卷宗文件夹，也不是封存的送审。")
    packs = session.packs(of_office=True)
    ids = _named(packs.of(None, ("worksheets",)).standard, only)
    if _audience(packs.of(None, ("worksheets",)).standard, ids, audience) is not Audience.committee:
        raise EthicsError("压缩包是封存的送审，只能生成伦理委员会的文件：--for committee。")
    if how.out is None and not how.list_:
        raise EthicsError("从压缩包生成的文件写到哪个文件夹要写明：--out DIR。")
    proved(archive)
    today, whole = session.today, [SealedArchive(archive)]
    with sealed_dossier(whole, packs, today, ("worksheets",), papers) as dossier:
        package = committee_package(dossier, today, tuple(ids), Office())
        _write(session, dossier, package, ids, Audience.committee, how)
    raise typer.Exit(0)


def _write(
    session: Session,
    dossier: Dossier,
    package: Package,
    ids: list[str],
    audience: Audience,
    how: DraftOptions,
) -> None:
    """Write the documents of a package, or only list them; leaves with the exit code of `render`
    where any were written."""
    if how.list_:
        return session.out(_listing(dossier, package, audience))
    documents = _documents(package, ids, audience)
    _refuse_out(dossier, how.out)
    from mmethics_cli.workflow.drafting import draft_documents, write_drafts

    of_office = audience is Audience.committee
    drafts = draft_documents(
        dossier, package, documents, how.naming, how.language, of_office=of_office
    )
    tell_not_english(session, drafts, dossier.standard)
    outcome, target = write_drafts(
        dossier, drafts, how.out, of_office=of_office, replace=how.replace
    )
    _finish(session, dossier, outcome, target, pdf=how.pdf, replace=how.replace)


def _opened(
    session: Session,
    folder: Path,
    only: list[str],
    audience: Audience,
    papers: PaperSet | None,
    submission: str | None,
) -> tuple[Dossier, list[str], Audience]:
    """The dossier at the submission whose documents are made, their ids if some were named, and
    whose they are.

    The office's are those of the submission that waits for it.
    """
    from mmethics_cli.store.dossier.parts import require_dossier
    from mmethics_cli.store.submission.choice import newest_one, one_at_the_office, open_one

    require_dossier(folder)
    also = ("worksheets",) if audience is Audience.committee or only else ()
    packs = session.packs(of_office=audience is Audience.committee)
    loaded = packs.of(folder, also)
    ids = _named(loaded.standard, only)
    whose = audience
    if audience is not Audience.approved:
        whose = _audience(loaded.standard, ids, audience)
    if loaded.inside and whose is Audience.committee and audience is not whose:
        return _opened(session, folder, only, whose, papers, submission)  # by the office's pack
    which = {Audience.committee: one_at_the_office, Audience.approved: newest_one}
    otherwise = which.get(whose, open_one)
    dossier = open_at(
        session, folder, packs, submission, otherwise=otherwise, also=also, papers=papers
    )
    tell_opened(session, dossier)
    return dossier, ids, whose


def _named(standard: Standard, only: list[str]) -> list[str]:
    """The ids of documents named by `--only`; they may be joined by commas."""
    ids = [id_ for text in only for id_ in text.replace("，", ",").replace("、", ",").split(",")]
    for id_ in ids:
        kind = standard.documents.get(kind_id(id_))
        if kind is None:
            near = get_close_matches(id_, standard.documents, 1)
            hint = (
                f"是不是“{near[0]}”？" if near else "全部编号见 mmethics standard list documents。"
            )
            raise EthicsError(f"没有文件“{id_}”。{hint}")
        if kind.audience == "office":
            raise EthicsError(f"《{kind.title}》不属于哪一次送审，由 mmethics office 的命令写出。")
        if kind.template is None:
            how = f"请自备，作为附件登记（kind: {id_}）。{kind.note}"
            raise EthicsError(f"《{kind.title}》没有模板，{how}")
    return ids


def _audience(standard: Standard, ids: list[str], audience: Audience) -> Audience:
    """Whose documents `--only` names; else whose were asked for."""
    audiences = {standard.documents[kind_id(id_)].audience for id_ in ids}
    if len(audiences) > 1:
        raise EthicsError("--only 里既有申请人的文件，也有伦理委员会的文件。请分两次生成。")
    if audiences == {"applicant"} and audience is Audience.committee:
        raise EthicsError("--only 写的是申请人的文件，与 --for committee 不符。请去掉其中一个。")
    return Audience(audiences.pop()) if audiences else audience


def _package(session: Session, dossier: Dossier, ids: list[str], audience: Audience) -> Package:
    if audience is Audience.committee:
        from mmethics_cli.office.documents import committee_package

        return committee_package(dossier, session.today, tuple(ids))
    from mmethics_cli.workflow.assembly import package_of
    from mmethics_cli.workflow.drafting import with_possible_marks

    package = package_of(dossier, session.today, tuple(map(kind_id, ids)))
    return with_possible_marks(dossier, package, draft=True)


def _documents(package: Package, ids: list[str], audience: Audience) -> list[Document]:
    documents = [
        document
        for document in package.documents
        if (
            {document.kind.id, kind_id(document.kind.id)} & {*ids}
            if ids
            else document.kind.audience == audience
        )
    ]
    if ids and not documents:
        raise EthicsError(f"这次送审没有文件“{'、'.join(ids)}”。请看 mmethics render --list。")
    if not documents:
        raise EthicsError("标准包里还没有这一方可以生成的文件模板。请看 mmethics render --list。")
    return documents


def _listing(dossier: Dossier, package: Package, audience: Audience) -> str:
    """One document a line: number, id, title, where from, how its draft is, version, date."""
    if audience is Audience.committee:
        lines = [
            f"{document.number}  {document.kind.id}  {document.kind.title}  生成"
            for document in package.documents
        ]
        return "\n".join([*lines, *_undecided(package.study.pathway, audience)])
    rendered = {document.kind.id for document in package.documents}
    states = _states(dossier, package)
    lines = []
    for row in package.rows:
        source = f"生成{states.get((row.id, row.marked), '')}" if row.id in rendered else "自备"
        day = row.date.isoformat() if row.date else ""
        cells = (row.number, row.id, row.title, source, row.version, day)
        lines.append("  ".join(filter(None, cells)))
    decision = dossier.pathway.decisions["documents"]
    needed = decision.value if isinstance(decision.value, tuple) else ()
    listed = {kind_id(row.id) for row in package.rows}
    for id_ in needed:
        kind = dossier.standard.documents[id_]
        if id_ not in listed and kind.audience == "applicant":
            lines.append(f"--  {id_}  {kind.title}  自备  还没有附件")
    return "\n".join([*lines, *_undecided(dossier.pathway, audience)])


def _states(dossier: Dossier, package: Package) -> dict[tuple[str, bool], str]:
    """How the drafts of each document, and its marked version, stand to the dossier of today."""
    from mmethics_cli.workflow.laid_papers import PaperState, laid_papers
    from mmethics_cli.workflow.papers import MARKED

    states: dict[tuple[str, bool], dict[str, None]] = {}
    for laid in laid_papers(dossier, package):
        if laid.state is not PaperState.absent:
            key = (laid.paper.document.kind.id, laid.paper.ending == MARKED)
            states.setdefault(key, {})[laid.state] = None
    return {key: f"（{'；'.join(words)}）" for key, words in states.items()}


def _undecided(pathway: Pathway, audience: Audience) -> Iterator[str]:
    kinds = pathway.facts.standard.documents
    for id_ in pathway.decisions["documents"].possible:
        if kinds[id_].audience == audience:
            yield f"??  {id_}  {kinds[id_].title}  是否需要尚不能判定"


def _render_approved(
    session: Session,
    dossier: Dossier,
    ids: list[str],
    at: Submission | None,
    out: Path | None,
    *,
    list_: bool,
    replace: bool,
    pdf: bool,
) -> NoReturn:
    """Write (or only list) the approved versions, and leave with the exit code of `render`."""
    from mmethics_cli.workflow.lifecycle.approved import approved_package, listing, write_approved

    approved = approved_package(dossier, ids, at)
    if list_:
        session.out(listing(approved).rstrip())
        raise typer.Exit(0)
    _refuse_out(dossier, out)
    with dossier.workspace.writing(whole=True):
        outcome, target = write_approved(approved, out, replace=replace)
    _finish(session, dossier, outcome, target, pdf=pdf, replace=replace)


def _refuse_out(dossier: Dossier, out: Path | None) -> None:
    """Raises EthicsError for a folder of `--out` that is the dossier's own."""
    if out is not None:
        from mmethics_cli.store.dossier.outputs import refuse_output_folder

        refuse_output_folder(dossier.workspace, "--out", out)


def _finish(
    session: Session,
    dossier: Dossier,
    outcome: WriteOutcome,
    target: Path,
    *,
    pdf: bool,
    replace: bool,
) -> NoReturn:
    """Say what became of each file, make them PDF if asked, and leave with the exit code."""
    session.say(f"写好 {len(outcome.written)} 份文件，在 {target}")
    _tell_outcome(session, outcome)
    left = [*outcome.kept, *outcome.failed]
    if pdf:
        from mmethics_cli.workflow.drafting import write_pdfs

        files = [target / name for name in outcome.written if not name.endswith(".txt")]
        made = write_pdfs(dossier, files, target, replace=replace)
        session.say(f"转成 {len(made.written)} 份 PDF。")
        _tell_outcome(session, made)
        left += [*made.kept, *made.failed]
    raise typer.Exit(1 if left else 0)


def _tell_outcome(session: Session, outcome: WriteOutcome) -> None:
    for name in outcome.written:
        session.out(name)
    for name in outcome.moved:
        session.say(f"手工改过的旧文件移到了 {name}")
    for name in outcome.removed:
        session.say(f"不再需要，已删去：{name}")
    for name in outcome.kept:
        session.say(f"手工改过，没有覆盖：{name}（要重新生成请加 --replace，旧文件会移到一边）")
    for name, why in outcome.failed:
        session.say(f"没有写成：{name}：{why}。排除原因后重试。")
