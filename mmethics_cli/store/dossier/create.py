"""Making a new dossier's folder, and a new submission in it."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, cast

from mmethics_cli.core.conditions.values import Truth, parse_date
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.errors import PackError, WorkspaceError
from mmethics_cli.store.dossier import attachments
from mmethics_cli.store.dossier.parts import DOSSIER, EVENT, SELF_CHECK, DocumentVersion
from mmethics_cli.store.dossier.profile import INSTITUTION, profile_path
from mmethics_cli.store.files import locked, write_atomic
from mmethics_cli.store.submission.submissions import EVENT_FILE, Submission, next_folder
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.reader import decode, parse, reason
from mmethics_cli.store.yaml.writer import edit, entry_lines, key_text

# Where an example says what it is; no part of the dossier made from it.
ABOUT: Final = "example.yaml"


@contextmanager
def built_beside(folder: Path) -> Iterator[Path]:
    """A folder to build in; what it holds moves to `folder` when the block ends.

    Other files in `folder` stay as they are. When the block raises, or a name is taken, or the
    system refuses (WorkspaceError), nothing is left behind.
    """
    place = folder.absolute()
    made: list[Path] = []
    name = f".{place.name}.{os.getpid()}.mmethics"
    # A folder that exists may be another disk than the one it stands in.
    beside = (place if place.exists() else place.parent) / name
    profile = profile_path(place)
    try:
        _make_parents(beside.parent, made)
        beside.mkdir()
        if profile is not None:
            shutil.copyfile(profile, beside / INSTITUTION)
        yield beside
        if profile is not None and _same(beside / INSTITUTION, profile):
            (beside / INSTITUTION).unlink()
        _move(beside, place, made)
    except OSError as error:
        _take_back(made)
        raise WorkspaceError(f"不能在“{folder}”新建卷宗：{reason(error)}。") from error
    except BaseException:
        _take_back(made)
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _make_parents(parent: Path, made: list[Path]) -> None:
    for missing in reversed([one for one in (parent, *parent.parents) if not one.exists()]):
        missing.mkdir()
        made.append(missing)


def _move(beside: Path, place: Path, made: list[Path]) -> None:
    if not place.exists():
        beside.rename(place)
        return
    taken = sorted(one.name for one in beside.iterdir() if (place / one.name).exists())
    if taken:
        names = "、".join(taken)
        raise WorkspaceError(f"“{place.name}”里已有 {names}，与卷宗的文件重名。请换一个文件夹。")
    # Without dossier.yaml the folder holds no dossier, so it comes last.
    for entry in sorted(beside.iterdir(), key=lambda one: one.name == DOSSIER):
        target = place / entry.name
        entry.rename(target)
        made.append(target)


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def copy_example(example: Path, folder: Path) -> None:
    """Put a shipped example's files into a new dossier's folder."""
    for name, file in _walk(example):
        if name != ABOUT:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())


@dataclass(frozen=True, slots=True)
class About:
    """What an example is about, and the day for which it was written."""

    title: str
    as_of: date


def about(example: Path) -> About:
    """Read what an example says about itself; raises PackError when it does not."""
    tree = parse(decode((example / ABOUT).read_bytes(), ABOUT), ABOUT).tree
    told = tree if isinstance(tree, dict) else {}
    as_of = parse_date(str(told.get("as_of", "")))
    if as_of is None or not told.get("title"):
        raise PackError(f"示例“{example.name}”的 {ABOUT} 要写 title 和 as_of。")
    return About(str(told["title"]), as_of)


def _walk(folder: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry


_WIDTH: Final = 48  # characters; twice as many columns when all are Chinese
_ITEM_KEYS: Final = ("answer", "note", "evidence", "page")


def dossier_text(standard: Standard) -> str:
    """A blank dossier.yaml; the institution's own questions stand in institution.yaml."""
    head = (
        f"# 伦理审查卷宗（{standard.title}）。\n"
        "# 冒号后面写回答，没有想好就空着。# 后面是说明，可以删去。\n"
        "# 是否类写“是”“否”或“不清楚”；选择类写选项的中文名或英文代号，多项用 [甲, 乙]；\n"
        "# 日期写 2027-03-01；长文字在冒号后写 |，从下一行起缩进书写。\n"
    )
    questions = [
        one
        for one in standard.questions.values()
        if one.section != EVENT and not one.of_institution
    ]
    return head + _sections(standard, questions)


def institution_text(standard: Standard) -> str:
    """A blank institution.yaml."""
    head = (
        "# 机构与伦理委员会的固定信息。放在卷宗文件夹里，或放在上一级文件夹供多个卷宗共用。\n"
        "# pack：本机构附加标准包的文件夹。file_names：生成文件的命名，title 中文名，id 代号。\n"
        "pack:\n"
        "file_names: title\n"
    )
    own = [one for one in standard.questions.values() if one.of_institution]
    return head + _sections(standard, own)


def submission_text(
    standard: Standard, kind: str, documents: Mapping[str, DocumentVersion] | None = None
) -> str:
    """A submission.yaml for one event, with the versions of documents carried forward."""
    facts = Facts(standard, {f"{EVENT}.kind": kind})
    asked = [
        one
        for one in standard.questions.values()
        if one.section == EVENT and not one.of_office and facts.applies(one) is not Truth.NO
    ]
    label = standard.questions[f"{EVENT}.kind"].values.get(kind, kind)
    text = f"# 本次送审：{label}。\n" + _sections(standard, asked)
    text = text.replace("\n  kind:", f"\n  kind: {kind}", 1)
    text += "\n# 各文件的版本号和版本日期；生成时自动登记，可以修改。\n"
    rows: dict[str, Tree] = {
        name: {"version": one.version, "date": one.date.isoformat() if one.date else None}
        for name, one in (documents or {}).items()
    }
    return text + (entry_lines("documents", rows, 0) if rows else "documents:\n")


def self_check_text(standard: Standard) -> str:
    """A blank self-check.yaml: the review items that the applicant answers."""
    lines = [
        "# 审查内容自查。answer 写：符合、不符合、不适用；后两者在 note 写明理由。",
        "# evidence 写附件的 id 或回答的路径（如 design.background），page 写页码。",
    ]
    principle = ""
    for item in standard.items.values():
        if item.side != "applicant":
            continue
        if item.principle != principle:
            principle = item.principle
            lines += ["", f"# ==== {standard.principles[principle]} ===="]
        lines += ["", *_comment(f"{item.theme}：{item.text}", "")]
        lines += [f"{key_text(item.id)}:", *(f"  {key}:" for key in _ITEM_KEYS)]
    return "\n".join(lines) + "\n"


def _sections(standard: Standard, questions: Iterable[Question]) -> str:
    groups: dict[str, list[Question]] = {}
    for one in questions:
        groups.setdefault(one.path.partition(".")[0], []).append(one)
    lines: list[str] = []
    section = ""
    for group, members in groups.items():
        if members[0].section != section:
            section = members[0].section
            lines += ["", f"# ==== {standard.sections[section]} ===="]
        if [one.path for one in members] == [group]:
            lines += _question(members[0], group, "")
            continue
        lines.append(f"{group}:")
        for one in members:
            if one.section != section:
                section = one.section
                lines += ["", f"  # ==== {standard.sections[section]} ===="]
            lines += _question(one, one.path.partition(".")[2], "  ")
    return "\n".join(lines) + "\n"


def _question(question: Question, key: str, indent: str) -> Iterator[str]:
    if question.type == "list":
        fields = "、".join(f"{one.path} {one.label}" for one in question.fields)
        yield from _comment(f"每一项以“- id: 编号”开头，下面可写：{fields}", indent)
    elif question.values:
        yield from _comment(f"可选：{'、'.join(question.values.values())}", indent)
    yield f"{indent}{key}:  # {' '.join(question.label.split())}"


def _comment(text: str, indent: str) -> list[str]:
    text = " ".join(text.split())
    return [f"{indent}# {line}" for line in textwrap.wrap(text, _WIDTH)]


def refuse_existing(folder: Path) -> None:
    """Raises WorkspaceError when a dossier can't be made in `folder`."""
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(f"“{folder}”是文件，不能在这里新建卷宗。请换一个名字。")
    if (folder / DOSSIER).exists():
        raise WorkspaceError(f"文件夹“{folder}”里已经有卷宗。继续填写：mmethics fill {folder}")


def create_dossier(folder: Path, standard: Standard, answers: Tree = None) -> None:
    """Scaffold a dossier, filled with `answers` (the tree of an answers file).

    dossier.yaml is written last: a folder without it holds no dossier yet.
    Raises WorkspaceError where one is already there or the system refuses.
    """
    refuse_existing(folder)
    given = answers if isinstance(answers, dict) else {}
    event = given.get(EVENT)
    kind = event.get("kind") if isinstance(event, dict) else None
    kind = kind if isinstance(kind, str) and _is_kind(standard, kind) else "initial"
    try:
        (folder / attachments.FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{folder}”：{reason(error)}。") from error
    study = {k: v for k, v in given.items() if k not in (EVENT, "self_check", "documents")}
    profile, study = _split_institution(standard, study)
    with locked(folder):
        target = _submission_folder(folder, kind)
        of_event: dict[str, Tree] = {k: given[k] for k in (EVENT, "documents") if k in given}
        _write(target / EVENT_FILE, submission_text(standard, kind), of_event)
        own = given.get("self_check")
        _write(folder / SELF_CHECK, self_check_text(standard), own if own else {})
        if profile or profile_path(folder) is None:
            _write(folder / INSTITUTION, institution_text(standard), profile)
        _write(folder / DOSSIER, dossier_text(standard), study)


def add_submission(
    folder: Path,
    standard: Standard,
    kind: str,
    documents: Mapping[str, DocumentVersion],
    event: Tree = None,
) -> Submission:
    """Open the next submission, with the versions of documents carried forward.

    `event` are answers about it, as they stand in its file.
    """
    with locked(folder):
        target = _submission_folder(folder, kind)
        text = submission_text(standard, kind, documents)
        _write(target / EVENT_FILE, text, {EVENT: event} if event else {})
    return Submission(target, int(target.name.partition("-")[0]), kind)


def _submission_folder(folder: Path, kind: str) -> Path:
    target = next_folder(folder, kind)
    try:
        target.mkdir(parents=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{target}”：{reason(error)}。") from error
    return target


def _is_kind(standard: Standard, kind: str) -> bool:
    return kind in standard.questions[f"{EVENT}.kind"].values


def _split_institution(
    standard: Standard, study: dict[str, Tree]
) -> tuple[dict[str, Tree], dict[str, Tree]]:
    """The institution's own answers, and the rest."""
    own: dict[str, Tree] = {}
    rest: dict[str, Tree] = {}
    for group, tree in study.items():
        if not isinstance(tree, dict):
            rest[group] = tree
            continue
        for key, value in tree.items():
            question = standard.questions.get(f"{group}.{key}")
            side = own if question is not None and question.of_institution else rest
            cast(dict[str, Tree], side.setdefault(group, {}))[key] = value
    return own, rest


def _write(path: Path, blank: str, answers: Tree) -> None:
    text = blank
    if answers:
        tree = _merged(parse(blank, path.name).tree, answers)
        text = edit(blank, tree)
        if parse(text, path.name).tree != tree:
            raise WorkspaceError(f"{path.name} 写入后读回不一致，没有写入。")
    write_atomic(path, text.encode("utf-8"))


def _merged(base: Tree, more: Tree) -> Tree:
    if not isinstance(base, dict) or not isinstance(more, dict):
        return _tidied(more)
    merged = dict(base)
    for key, value in more.items():
        merged[key] = _merged(base.get(key), value)
    return merged


def _tidied(tree: Tree) -> Tree:
    """List elements get the id by which their file numbers them; texts end where they end.

    The same text makes the same file, however the file of answers wrote it.
    """
    if isinstance(tree, str):
        return tree.rstrip("\n")
    if isinstance(tree, list):
        return list(_numbered(tree))
    if isinstance(tree, dict):
        return {key: _tidied(value) for key, value in tree.items()}
    return tree


def _numbered(elements: list[Tree]) -> Iterator[Tree]:
    for number, one in enumerate(elements, 1):
        if isinstance(one, dict) and not one.get("id"):
            yield {"id": str(number), **{k: v for k, v in one.items() if k != "id"}}
        else:
            yield one
