"""What one file of a dossier may say, and what it does say: values, places, troubles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from mmethics_cli.core.answer_tree import Reading, Trouble, read_tree
from mmethics_cli.core.self_check import SelfCheck, read_self_check
from mmethics_cli.core.standard import Question, Standard
from mmethics_cli.core.values import UNKNOWN
from mmethics_cli.core.words import parse_date
from mmethics_cli.errors import Problem
from mmethics_cli.store.yaml_events import Keys, Tree
from mmethics_cli.store.yaml_reader import Document

EVENT: Final = "event"


@dataclass(frozen=True, slots=True)
class RefusedAnswer:
    """An answer that its question refuses: unknown to the engine, reported by `check`."""

    path: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """Version and date of one document of a submission."""

    version: str = ""
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One file read: its answers, and the places that make it unreadable (`unknown`)."""

    path: Path
    document: Document
    reading: Reading
    unknown: tuple[Problem, ...]

    @property
    def refused(self) -> tuple[RefusedAnswer, ...]:
        return tuple(
            RefusedAnswer(one.path, problem_at(self.document, one)) for one in self.reading.refused
        )


def read_part(
    standard: Standard,
    path: Path,
    document: Document,
    belongs: Callable[[Question], str],
    besides: frozenset[str] = frozenset(),
    before: Part | None = None,
    changed: Collection[str] = (),
) -> Part:
    """Read the answers of one file.

    `belongs` names the file to which a question belongs where this is the wrong one, else it is
    empty. Keys of `besides` at the top are other people's business. Where the file was read
    `before` and only the top-level keys of `changed` are new, the rest of that reading stays.
    """
    tree = document.tree
    if isinstance(tree, dict):
        tree = {key: value for key, value in tree.items() if key not in besides}
        if before is not None:
            tree = {key: value for key, value in tree.items() if key in changed}
    reading = read_tree(standard, tree)
    if before is not None:
        _keep_unchanged(reading, before.reading, changed)
    unknown = [problem_at(document, one) for one in reading.unknown]
    for name, keys in reading.keys.items():
        question = standard.questions.get(name)
        if question is not None and (home := belongs(question)):
            message = f"“{name}”不写在这个文件里。"
            unknown.append(Problem(message, *document.locate(keys), f"请移到 {home}。"))
    return Part(path, document, reading, tuple(unknown))


def _keep_unchanged(reading: Reading, before: Reading, changed: Collection[str]) -> None:
    """Put into `reading` what an earlier reading says of other top-level keys."""
    for path, keys in before.keys.items():
        if keys[0] not in changed:
            reading.keys[path] = keys
            if path in before.values:
                reading.values[path] = before.values[path]
    reading.refused += [one for one in before.refused if one.keys[0] not in changed]


def read_self_check_part(standard: Standard, document: Document, keys: Keys = ()) -> SelfCheck:
    """The self-check that stands in a document, below `keys`."""
    tree: Tree = document.tree
    for key in keys:
        tree = tree.get(str(key)) if isinstance(tree, dict) else None
    return read_self_check(standard, tree)


def read_versions(
    standard: Standard, document: Document
) -> tuple[dict[str, DocumentVersion], list[Problem]]:
    """The `documents:` of a submission file, and the places that can't be used."""
    tree = document.tree.get("documents") if isinstance(document.tree, dict) else None
    if tree is None:
        return {}, []
    if not isinstance(tree, dict):
        place = document.locate(("documents",))
        return {}, [Problem("documents 应是一组“文件编号: {version, date}”。", *place)]
    versions: dict[str, DocumentVersion] = {}
    problems: list[Problem] = []
    for name, entry in tree.items():
        keys: Keys = ("documents", name)
        fields = entry if isinstance(entry, dict) else {}
        wrong = list(_version_faults(standard, name, entry))
        problems += [Problem(m, *document.locate((*keys, *more)), fix) for more, m, fix in wrong]
        if not wrong:
            version, day = fields.get("version"), fields.get("date")
            versions[name] = DocumentVersion(str(version or ""), parse_date(str(day or "")))
    return versions, problems


def _version_faults(standard: Standard, name: str, entry: Tree) -> Iterator[tuple[Keys, str, str]]:
    if name not in standard.documents:
        near = get_close_matches(name, standard.documents, 1)
        fix = f"是不是“{near[0]}”？" if near else "文件编号见 mmethics render --list。"
        yield (), f"没有文件“{name}”。", fix
    elif entry is not None and not isinstance(entry, dict):
        yield (), f"“{name}”应写成 version 和 date。", '例如 {version: "1.0", date: 2027-03-01}'
    elif isinstance(entry, dict):
        for key, value in entry.items():
            if key not in ("version", "date"):
                yield (key,), f"不认识的字段“{key}”。", "只有 version 和 date。"
            elif value is not None and not isinstance(value, str):
                yield (key,), f"“{key}”应是一个值。", ""
            elif key == "date" and value and parse_date(str(value)) is None:
                yield (key,), f"“{value}”不是日期。", "例如 2027-03-01"


def problem_at(document: Document, trouble: Trouble) -> Problem:
    """A trouble of the core with its place in a file."""
    return Problem(trouble.message + "。", *document.locate(trouble.keys), trouble.fix)


def with_unread(new: object, old: Part, question: Question) -> object:
    """A list as it is written, keeping what the engine could not read of its elements."""
    raw: object = old.document.tree
    for key in old.reading.keys.get(question.path, ("",)):
        raw = raw.get(key) if isinstance(raw, dict) else None
    elements = old.reading.values.get(question.path)
    if not isinstance(new, list) or not isinstance(raw, list) or not isinstance(elements, tuple):
        return new
    unread = {
        element.id: {
            name: text
            for name, text in fields.items()
            if name != "id" and element.get(name) is UNKNOWN
        }
        for element, fields in zip(elements, raw, strict=True)
    }
    return [{"id": one["id"], **unread.get(one["id"], {}), **one} for one in new]
