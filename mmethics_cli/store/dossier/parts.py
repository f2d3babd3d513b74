"""What one file of a dossier may say, and what it does say: values, places, troubles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from mmethics_cli.core.answers.self_check import SelfCheck, read_self_check
from mmethics_cli.core.answers.tree import AnswerTree, Trouble, read_tree
from mmethics_cli.core.conditions.values import UNKNOWN, parse_date
from mmethics_cli.core.standard.migrations import Renaming, migrated, migrated_items
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.errors import Problem, UnreadableFile, WorkspaceError
from mmethics_cli.store.dossier.profile import INSTITUTION, PROFILE_KEYS
from mmethics_cli.store.files import OutsideFolder, inside
from mmethics_cli.store.submission.submissions import DECISION, DECISION_KEYS, EVENT_FILE
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.reader import FaultyYaml, YamlFile, read_file

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
class DossierPart:
    """One file read: its answers, and the places that make it unreadable (`unknown`)."""

    path: Path
    document: YamlFile
    reading: AnswerTree
    unknown: tuple[Problem, ...]

    @property
    def refused(self) -> tuple[RefusedAnswer, ...]:
        return tuple(
            RefusedAnswer(one.path, problem_at(self.document, one)) for one in self.reading.refused
        )


def read_part(
    standard: Standard,
    path: Path,
    document: YamlFile,
    belongs: Callable[[Question], str],
    besides: frozenset[str] = frozenset(),
    before: DossierPart | None = None,
    changed: Collection[str] = (),
) -> DossierPart:
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
    return DossierPart(path, document, reading, tuple(unknown))


def _keep_unchanged(reading: AnswerTree, before: AnswerTree, changed: Collection[str]) -> None:
    """Put into `reading` what an earlier reading says of other top-level keys."""
    for path, keys in before.keys.items():
        if keys[0] not in changed:
            reading.keys[path] = keys
            if path in before.values:
                reading.values[path] = before.values[path]
    reading.refused += [one for one in before.refused if one.keys[0] not in changed]


def read_self_check_part(standard: Standard, document: YamlFile, keys: Keys = ()) -> SelfCheck:
    """The self-check that stands in a document, below `keys`."""
    tree: Tree = document.tree
    for key in keys:
        tree = tree.get(str(key)) if isinstance(tree, dict) else None
    return read_self_check(standard, tree)


def read_versions(
    standard: Standard, document: YamlFile
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


def problem_at(document: YamlFile, trouble: Trouble) -> Problem:
    """A trouble of the core with its place in a file."""
    return Problem(trouble.message + "。", *document.locate(trouble.keys), trouble.fix)


def with_unread(new: object, old: DossierPart, question: Question) -> object:
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


DOSSIER: Final = "dossier.yaml"
SELF_CHECK: Final = "self-check.yaml"


def require_dossier(folder: Path) -> None:
    """Raises WorkspaceError, saying what to do, unless `folder` holds a dossier."""
    if not folder.exists():
        raise WorkspaceError(f"没有文件夹“{folder}”。新建卷宗：mmethics new {folder}")
    if not folder.is_dir():
        raise WorkspaceError(f"“{folder}”是文件，不是卷宗文件夹。请写它所在的文件夹。")
    if not (folder / DOSSIER).exists():
        raise WorkspaceError(
            f"文件夹“{folder}”里没有卷宗（{DOSSIER}）。新建：mmethics new {folder}"
        )


def shown_name(folder: Path, path: Path) -> str:
    """What messages call a file: its name from the dossier's folder."""
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    return f"../{path.name}"


class DossierFiles:
    """Reads file after file; the problems of all are raised together by `finish`."""

    def __init__(self, folder: Path, standard: Standard) -> None:
        self.folder = folder
        self.standard = standard
        self.problems: list[Problem] = []
        self.moved: list[Renaming] = []

    def part(self, name: str, path: Path) -> DossierPart | None:
        """One file of answers; None, with its problems noted, when it can't be read."""
        document = self._document(path)
        if document is None:
            return None
        tree, moved = migrated(document.tree, self.standard.migrations)
        document = self._renamed(document, tree, moved)
        part = read_part(self.standard, path, document, *RULES[name])
        self.problems += part.unknown
        return part

    def self_check(self) -> tuple[SelfCheck, YamlFile | None]:
        """The self-check, empty where there is none."""
        path = self.folder / SELF_CHECK
        document = self._document(path) if path.exists() else None
        if document is None:
            return SelfCheck({}), None
        tree, moved = migrated_items(document.tree, self.standard.migrations)
        document = self._renamed(document, tree, moved)
        found = read_self_check_part(self.standard, document)
        self.problems += [problem_at(document, one) for one in found.unknown]
        return found, document

    def _renamed(self, document: YamlFile, tree: Tree, moved: tuple[Renaming, ...]) -> YamlFile:
        """The document under the names of today; its text stays as it lies on disk."""
        self.moved += moved
        return YamlFile(tree, document.file, document.text) if moved else document

    def finish(self) -> None:
        """Raises UnreadableFile when any file had a problem."""
        if self.problems:
            count = f"（{len(self.problems)} 处）" if len(self.problems) > 1 else ""
            raise UnreadableFile(f"卷宗里有读不了的地方{count}：", self.problems)

    def _document(self, path: Path) -> YamlFile | None:
        name = shown_name(self.folder, path)
        try:
            if path.is_relative_to(self.folder):
                inside(self.folder, name)
            return read_file(path, name)
        except OutsideFolder as outside:
            self.problems.append(Problem(f"{outside}。", name))
        except FaultyYaml as error:
            # What the rest of the file says may be wrong in other ways: all is told at once.
            self.problems += error.problems
            return error.rest
        except UnreadableFile as error:
            self.problems += error.problems
        return None


def _not_in_dossier(question: Question) -> str:
    return "submissions/ 里的 submission.yaml" if question.section == EVENT else ""


def _not_in_profile(question: Question) -> str:
    return "" if question.of_institution else DOSSIER


def _not_in_submission(question: Question) -> str:
    return "" if question.section == EVENT else DOSSIER


def _not_in_decision(question: Question) -> str:
    return "" if question.of_office else EVENT_FILE


# Which questions belong in which file, and which keys are not answers; in rising precedence.
RULES: Final[dict[str, tuple[Callable[[Question], str], frozenset[str]]]] = {
    DOSSIER: (_not_in_dossier, frozenset()),
    INSTITUTION: (_not_in_profile, PROFILE_KEYS),
    EVENT_FILE: (_not_in_submission, frozenset({"documents"})),
    DECISION: (_not_in_decision, DECISION_KEYS),
}
