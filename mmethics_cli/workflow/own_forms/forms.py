"""Use cases of an institution's own forms: read, map, check, fill."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import KIND
from mmethics_cli.errors import DocumentError, EthicsError, PackError, Problem, WorkspaceError
from mmethics_cli.formats.form.reading import WordForm, read_form
from mmethics_cli.formats.form.tags import tags_of
from mmethics_cli.formats.word.watermark import mark_draft
from mmethics_cli.forms.filling import FormCoverage, fill_form, tag_texts
from mmethics_cli.forms.mapping import SUFFIX, Located, is_tagged, located, proposed_tree
from mmethics_cli.forms.proposing import BlankProposal, FormReading, propose, used_for
from mmethics_cli.forms.words import FormWords, read_words
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.yaml.writer import mapping_lines
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.own_forms.pack_forms import FORMS, PackForm, pack_form
from mmethics_cli.workflow.packs import LoadedPack

_LARGEST: Final = 30_000_000  # bytes; no form is larger
_WORKBOOK: Final = ".xlsx"
_OLD_WORD: Final = b"\xd0\xcf\x11\xe0"
_VERSION: Final = r"[A-Z]{1,6}[-/][\w./-]*\d|[Vv]\d+(?:\.\d+)*|\d+\.\d+版"


class ReadForm(Struct, frozen=True):
    """A form of an institution as it was read, with a proposal for each blank."""

    name: str
    form: WordForm
    reading: FormReading
    words: FormWords
    standard: Standard


def read(path: Path, loaded: LoadedPack, *, tagged: bool = False) -> ReadForm:
    """Read a form and propose a fact for each blank; `loaded` holds the folder `forms`.

    Of a tagged one the tags are its blanks. Raises DocumentError for what is no form that can be
    read.
    """
    form, words = opened_form(path, tagged=tagged), words_of(loaded)
    if tagged:
        # Loaded late: few forms have tags.
        from mmethics_cli.forms.tagged import propose_tags

        proposals = propose_tags(form.blanks, words, loaded.standard)
        reading = FormReading(proposals, used_for(form.head, words), is_about_study=True)
    else:
        reading = propose(form.blanks, form.head, form.text, words, loaded.standard)
    return ReadForm(f"{path.stem}{suffix_of(path)}", form, reading, words, loaded.standard)


def words_of(loaded: LoadedPack) -> FormWords:
    """The words of forms of a pack that was loaded with the folder `forms`. Raises PackError."""
    words, faults = read_words(loaded.pack.trees, loaded.standard)
    if faults:
        problems = [Problem(text, *loaded.pack.locate(file, keys)) for file, keys, text in faults]
        raise PackError("标准包有错误：", problems)
    return words


def opened_form(path: Path, *, tagged: bool = False) -> WordForm:
    """The blanks of a form file, or its tags. Raises DocumentError, WorkspaceError."""
    form = read_form(form_bytes(path), path.name)
    if not tagged:
        return form
    try:
        tags = tags_of(form.package)
    except DocumentError as error:
        raise DocumentError(f"{path.name}：{error.message}") from error
    if not tags:
        raise DocumentError(f"{path.name}：里面没有 {{{{ 名称 }}}} 这样的标签。")
    return WordForm(form.package, tags, form.head)


def suffix_of(path: Path) -> str:
    """What a form is filled as: a workbook stays one, all others are Word files."""
    return _WORKBOOK if path.suffix.lower() == _WORKBOOK else ".docx"


def form_bytes(path: Path) -> bytes:
    """The .docx or .xlsx of a form. Raises WorkspaceError where there is none, DocumentError for
    others."""
    if not path.is_file():
        raise WorkspaceError(f"没有文件“{path}”。请写表格文件（.docx、.xlsx）的路径。")
    if path.stat().st_size > _LARGEST:
        raise DocumentError(f"{path.name}：大于 30 MB，不像是表格，没有读。")
    data = path.read_bytes()
    if path.suffix.lower() in (".doc", ".wps"):
        return _converted(path)
    if data.startswith(_OLD_WORD) or path.suffix.lower() not in (".docx", _WORKBOOK):
        raise DocumentError(
            f"{path.name}：读得了的是不加密码的 .docx 和 .xlsx。"
            "请用 Word、Excel 或 WPS 另存为 .docx 或 .xlsx 再读。"
        )
    return data


def _converted(path: Path) -> bytes:
    """An old .doc by LibreOffice, where there is one. Raises DocumentError with what to do."""
    # Loaded late: most forms are .docx.
    from mmethics_cli.store.pdf import to_docx

    try:
        return to_docx(path)
    except EthicsError as error:
        raise DocumentError(
            f"{path.name}：是旧的 .doc。请用 Word 或 WPS 打开，另存为 .docx 再读。"
        ) from error


def write_mapping(
    read_: ReadForm,
    decided: Sequence[BlankProposal],
    target: Path,
    by: str,
    day: date,
    *,
    replace: bool,
) -> None:
    """Write the mapping of a form as the office decided. Raises WorkspaceError for one there."""
    if target.exists() and not replace:
        raise WorkspaceError(f"已有“{target}”。要写新的，加 --replace。")
    head = {
        "file": read_.name,
        "title": _title(read_.form.head),
        "version": _version(read_.form.head),
        "used_for": read_.reading.used_for,
        "stands_for": "application_form" if read_.reading.used_for == "initial" else "",
        "checked_by": by,
        "checked_on": day.isoformat(),
    }
    if head["stands_for"] not in read_.standard.documents or read_.name.endswith(_WORKBOOK):
        head["stands_for"] = ""
    tree = proposed_tree(head, read_.form.blanks, decided, read_.words, read_.standard)
    note = f"# {target.name} — 由 mmethics form read 写出，办公室核对一次，之后只是数据\n"
    write_atomic(target, (note + mapping_lines(tree, 0)).encode())  # type: ignore[arg-type]


def _title(head: Sequence[str]) -> str:
    return next((line for line in head if len(line) > 3), "")[:60]


def _version(head: Sequence[str]) -> str:
    match = re.search(_VERSION, "\n".join(head))
    return match.group() if match else ""


class FormCheck(Struct, frozen=True):
    """A mapping beside its form as it is now."""

    located: Located
    total: int


def check(form: PackForm, path: Path | None = None) -> FormCheck:
    """What of a mapping is found on the form, or on a newer file of it."""
    blanks = opened_form(path or form.path, tagged=is_tagged(form.mapping)).blanks
    return FormCheck(located(form.mapping, blanks), len(blanks))


class FilledCopy(Struct, frozen=True):
    """A filled copy: its bytes, its name, the ending of it, and what became of each blank."""

    name: str
    suffix: str
    data: bytes
    coverage: FormCoverage


def fill(facts: Facts, form: PackForm, day: date, *, draft: bool) -> FilledCopy:
    """A copy of the form with the dossier's facts in it; the form itself stays as it is.

    A draft says so in its first line.
    """
    opened = opened_form(form.path, tagged=is_tagged(form.mapping))
    if is_tagged(form.mapping):
        # Loaded late: few forms have tags.
        from mmethics_cli.render.tagged import fill_tags

        texts, coverage = tag_texts(form.mapping, opened.blanks, facts, day)
        fill_tags(opened.package, texts)
    else:
        coverage = fill_form(form.mapping, opened.blanks, facts, day)
    opened.package.touch(opened.package.main)
    if draft:
        mark_draft(opened.package.body)
    return FilledCopy(form.path.stem, suffix_of(form.path), opened.package.saved(), coverage)


def chosen_forms(dossier: Dossier, name: str | None) -> list[PackForm]:
    """The forms to fill: the one that was named, else those for this kind of submission.

    Raises EthicsError where there is none.
    """
    forms = dossier.loaded.forms
    if not forms:
        raise EthicsError(
            "本机构的标准包里还没有对照好的表格。"
            "先读表格：mmethics form read 表格.docx --out 核对.xlsx"
        )
    kind = str(dossier.facts.get(KIND))
    chosen = [
        form
        for form in forms
        if (form.name == name if name else form.mapping.used_for in ("", kind))
    ]
    if not chosen:
        names = "、".join(form.name for form in forms)
        raise EthicsError(
            f"没有合用的表格{f'“{name}”' if name else ''}。有：{names}。用 --form 指定。"
        )
    return chosen


def named_form(name: str, loaded: LoadedPack) -> PackForm:
    """A mapped form by its name, or by the path of its mapping. Raises EthicsError."""
    path = Path(name)
    if path.name.endswith(SUFFIX) and path.is_file():
        return pack_form(path, loaded.standard)
    beside = Path(f"{name}{SUFFIX}")
    forms = loaded.forms
    if beside.is_file():
        return pack_form(beside, loaded.standard)
    for form in forms:
        if form.name == name:
            return form
    names = "、".join(form.name for form in forms)
    held = f"有：{names}" if names else "一份也没有"
    raise EthicsError(f"没有对照表“{name}”。本机构标准包的 forms/ 里{held}。")


def write_review(read_: ReadForm, target: Path, day: date, *, replace: bool) -> None:
    """The proposals as a workbook to review. Raises WorkspaceError for a file that is there."""
    from mmethics_cli.forms.review_sheet import review_book

    refuse_existing(target, ".xlsx", replace=replace)
    examples = {path: question.example for path, question in read_.standard.questions.items()}
    form, reading = read_.form, read_.reading
    data = review_book(read_.name, form.blanks, reading.proposals, examples, read_.standard, day)
    write_atomic(target, data)


def write_reviewed(
    read_: ReadForm,
    file: Path,
    sheet: Path,
    loaded: LoadedPack,
    by: str,
    day: date,
    *,
    replace: bool,
) -> Path:
    """The mapping that a reviewed workbook decides, beside the form in the institution's pack."""
    from mmethics_cli.forms.review_sheet import reviewed

    decided = reviewed(sheet.read_bytes(), read_.name, read_.reading.proposals, read_.standard)
    overlay = loaded.pack.overlay
    folder = file.parent if overlay is None else overlay / FORMS
    target = folder / f"{file.stem}{SUFFIX}"
    folder.mkdir(exist_ok=True)
    copy = folder / read_.name
    if not copy.exists():
        write_atomic(copy, form_bytes(file))
    write_mapping(read_, decided, target, by, day, replace=replace)
    return target


def write_proof(read_: ReadForm, file: Path, target: Path, *, replace: bool) -> None:
    """The form with the name of each proposed fact in its blank, in a file of its kind."""
    from mmethics_cli.formats.form.filling import fill as write
    from mmethics_cli.forms.review_sheet import said

    refuse_existing(target, suffix_of(file), replace=replace)
    form = opened_form(file)
    form.package.touch(form.package.main)
    pairs = list(zip(form.blanks, read_.reading.proposals, strict=True))
    for blank, proposal in reversed(pairs):
        if blank.kind != "boxes":
            write(blank, f"〔{said(proposal, read_.standard)}〕")
    write_atomic(target, form.package.saved())


def write_filled(filled: FilledCopy, folder: Path, *, replace: bool) -> Path:
    """Write a filled copy, and its coverage beside it. Raises WorkspaceError for one there."""
    target = folder / f"{filled.name}（草稿）{filled.suffix}"
    refuse_existing(target, filled.suffix, replace=replace)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(target, filled.data)
    return target


def refuse_existing(target: Path, suffix: str, *, replace: bool) -> None:
    """Raises WorkspaceError for a name of another kind, or a file that is there."""
    if target.suffix.lower() != suffix:
        raise WorkspaceError(f"文件名要以 {suffix} 结尾：“{target}”。")
    if target.exists() and not replace:
        raise WorkspaceError(f"已有“{target}”。要覆盖，加 --replace。")


def standing_for(dossier: Dossier, document: str) -> PackForm | None:
    """The institution's own form that takes a document's place in this submission."""
    kind = str(dossier.facts.get(KIND))
    for form in dossier.loaded.forms:
        if form.mapping.stands_for == document and form.mapping.used_for in ("", kind):
            return form
    return None


def form_findings(dossier: Dossier, documents: Iterable[str]) -> Iterator[Finding]:
    """What the forms that take the places of documents leave open."""
    for id_ in documents:
        form = standing_for(dossier, id_)
        if form is None:
            continue
        coverage = fill(dossier.facts, form, dossier.facts.today or date.min, draft=True).coverage
        for id_of, states, message in (
            ("form_gaps", ("unanswered",), "格卷宗里没有回答"),
            ("form_unplaced", ("unplaced",), "格没有定下来问的是什么，或表格改过、找不到了"),
        ):
            words = [blank.words for blank in coverage.blanks if blank.state in states]
            if words:
                listed = "、".join(dict.fromkeys(words[:8]))
                yield Finding(
                    id_of, "note", "missing_answer", "",
                    f"本院的表格“{form.name}”有 {len(words)} {message}：{listed}",
                    f"补上回答，或打印后手写；逐格看：mmethics form fill --form {form.name}",
                    practice=True,
                )  # fmt: skip
