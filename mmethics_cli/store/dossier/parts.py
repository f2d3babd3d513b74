"""What one file of a dossier may say, and what it does say: values, places, troubles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final, cast

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.answers.canonical import (
    canonical_answers,
    canonical_decision,
    canonical_self_check,
    canonical_versions,
)
from mmethics_cli.core.answers.self_check import SelfCheck, read_self_check
from mmethics_cli.core.answers.tree import AnswerTree, read_tree
from mmethics_cli.core.answers.troubles import Trouble, UnknownName, unknown_name
from mmethics_cli.core.conditions.values import UNKNOWN
from mmethics_cli.core.conditions.written import date_advice, parse_date
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.core.standard.migrations import (
    Renaming,
    attachment_ids,
    migrated,
    migrated_items,
)
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.errors import Problem, UnreadableFile, WorkspaceError
from mmethics_cli.store.dossier.confirmations import read_confirmations
from mmethics_cli.store.dossier.profile import INSTITUTION, PROFILE_KEYS
from mmethics_cli.store.paths import OutsideFolder, inside
from mmethics_cli.store.submission.submissions import (
    ANSWERS,
    BASELINE,
    CONFIRMED,
    DECISION,
    DECISION_KEYS,
    EDITION,
    EVENT_FILE,
    Submission,
)
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.reader import FaultyYaml, YamlFile, read_file
from mmethics_cli.wording.shell import shell_word

DOSSIER: Final = "dossier.yaml"
SELF_CHECK: Final = "self-check.yaml"
EVENT: Final = "event"
VERSIONS: Final = "documents"  # the key of submission.yaml under which versions stand


def require_dossier(folder: Path) -> None:
    """Raises WorkspaceError, saying what to do, unless `folder` holds a dossier."""
    if not folder.exists():
        raise WorkspaceError(f"没有文件夹“{folder}”。新建卷宗：mmethics new {shell_word(folder)}")
    if not folder.is_dir():
        raise WorkspaceError(f"“{folder}”是文件，不是卷宗文件夹。请写它所在的文件夹。")
    if not (folder / DOSSIER).exists():
        raise WorkspaceError(
            f"文件夹“{folder}”里没有卷宗（{DOSSIER}）。新建：mmethics new {shell_word(folder)}"
        )


def shown_name(folder: Path, path: Path) -> str:
    """What messages call a file: its name from the dossier's folder."""
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    return f"../{path.name}"


def problem_at(file: YamlFile, trouble: Trouble) -> Problem:
    """A trouble of the core with its place in a file."""
    return Problem(trouble.message + "。", *file.locate(trouble.keys), trouble.fix)


class RefusedAnswer(Struct, frozen=True):
    """An answer that its question refuses, or a placeholder: unknown to the engine, reported by
    `check`."""

    path: str
    problem: Problem


class DossierPart(Struct, frozen=True):
    """One file read: its answers, and those that belong in another file."""

    path: Path
    file: YamlFile
    reading: AnswerTree
    misplaced: tuple[Problem, ...]

    @property
    def refused(self) -> tuple[RefusedAnswer, ...]:
        return tuple(
            RefusedAnswer(trouble.path, problem_at(self.file, trouble))
            for trouble in self.reading.refused
        )

    @property
    def placeholders(self) -> tuple[RefusedAnswer, ...]:
        return tuple(
            RefusedAnswer(trouble.path, problem_at(self.file, trouble))
            for trouble in self.reading.placeholders
        )


def read_part(
    standard: Standard,
    path: Path,
    file: YamlFile,
    belongs: Callable[[Question], str],
    beside: frozenset[str] = frozenset(),
) -> DossierPart:
    """Read the answers of one file.

    `belongs` names the file to which a question belongs where this is the wrong one, else it is
    empty. Keys of `beside` at the top are no answers.
    """
    reading = read_tree(standard, file.tree, beside)
    misplaced = []
    for name, keys in reading.keys.items():
        question = standard.questions.get(name)
        if question is not None and (home := belongs(question)):
            message = f"“{name}”不写在这个文件里。"
            misplaced.append(Problem(message, *file.locate(keys), f"请移到 {home}。"))
    return DossierPart(path, file, reading, tuple(misplaced))


def with_unread(new: object, old: DossierPart, question: Question) -> object:
    """A list as it is written, keeping what the engine could not read of its elements."""
    raw: object = old.file.tree
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
    return [{"id": entry["id"], **unread.get(entry["id"], {}), **entry} for entry in new]


def read_self_check_part(standard: Standard, file: YamlFile, keys: Keys = ()) -> SelfCheck:
    """The self-check that stands in a document, below `keys`."""
    tree: Tree = file.tree
    for key in keys:
        tree = tree.get(str(key)) if isinstance(tree, dict) else None
    return read_self_check(standard, tree)


def canonical_file(standard: Standard, name: str, tree: Tree) -> Tree:
    """The tree of one of a dossier's files with its answers as we write them."""
    if name == SELF_CHECK:
        return cast(Tree, canonical_self_check(tree))
    written = cast(Tree, canonical_answers(standard, tree, RULES[name][1]))
    if name == DECISION:
        return cast(Tree, canonical_decision(written))
    return with_canonical_versions(written)


def with_canonical_versions(tree: Tree) -> Tree:
    """The tree of a submission file with the dates of its documents as we write them."""
    if not isinstance(tree, dict) or VERSIONS not in tree:
        return tree
    return {**tree, VERSIONS: cast(Tree, canonical_versions(tree[VERSIONS]))}


class DocumentVersion(Struct, frozen=True):
    """Version and date of one document of a submission."""

    version: str = ""
    date: date | None = None


def read_versions(
    standard: Standard, file: YamlFile
) -> tuple[dict[str, DocumentVersion], list[Trouble]]:
    """The `documents:` of a submission file by id, and the places that can't be used.

    Documents that the pack does not have are among the troubles (UnknownName).
    """
    tree = file.tree.get(VERSIONS) if isinstance(file.tree, dict) else None
    if tree is None:
        return {}, []
    if not isinstance(tree, dict):
        message = f"{VERSIONS} 应是一组“文件编号: {{version, date}}”"
        return {}, [Trouble("", (VERSIONS,), message)]
    versions: dict[str, DocumentVersion] = {}
    troubles: list[Trouble] = []
    titles = {name: kind.title for name, kind in standard.documents.items()}
    for name, entry in tree.items():
        keys: Keys = (VERSIONS, name)
        if kind_id(name) not in titles:
            path = f"{VERSIONS}.{name}"
            troubles.append(unknown_name(standard, "文件", path, keys, tree, titles))
        elif faults := list(_version_faults(keys, entry)):
            troubles += faults
        else:
            fields = entry if isinstance(entry, dict) else {}
            version, day = fields.get("version"), fields.get("date")
            versions[name] = DocumentVersion(str(version or ""), parse_date(str(day or "")))
    return versions, troubles


def _version_faults(keys: Keys, entry: Tree) -> Iterator[Trouble]:
    if isinstance(entry, dict):
        for key, value in entry.items():
            place = (*keys, key)
            if key not in ("version", "date"):
                yield Trouble("", place, f"不认识的字段“{key}”", "只有 version 和 date")
            elif value is not None and not isinstance(value, str):
                yield Trouble("", place, f"“{key}”应是一个值")
            elif key == "date" and value and parse_date(str(value)) is None:
                yield Trouble("", place, f"“{value}”不是日期", date_advice(str(value)))
    elif entry is not None:
        fix = '例如 {version: "1.0", date: 2027-03-01}'
        yield Trouble("", keys, f"“{keys[-1]}”应写成 version 和 date", fix)


_NOT_MEANT: Final = "不是的，在行首加 # 留作备注"


class DossierFiles:
    """Reads file after file; the problems of all are raised together by `finish`."""

    def __init__(
        self, folder: Path, standard: Standard, submissions: Sequence[Submission] = ()
    ) -> None:
        self.folder = folder
        self.standard = standard
        self.submissions = submissions
        self.problems: list[Problem] = []
        self.moved: list[Renaming] = []
        self._attachments: frozenset[str] = frozenset()

    def part(self, name: str, path: Path) -> DossierPart | None:
        """One file of answers; None, with its problems noted, when it can't be read."""
        file = self._file(path)
        if file is None:
            return None
        tree, moved = migrated(file.tree, self.standard.migrations)
        file = self._renamed(file, tree, moved)
        self._attachments |= attachment_ids(tree)
        part = read_part(self.standard, path, file, *RULES[name])
        if name == DOSSIER and not part.reading.keys:  # no dossier of this pack, or of any
            self.problems += [problem_at(file, trouble) for trouble in part.reading.unknown]
        else:
            self._refuse(file, part.reading.unknown)
        self.problems += part.misplaced
        return part

    def versions(self, part: DossierPart | None) -> dict[str, DocumentVersion]:
        """The versions of documents that the file of the submission gives.

        What else stands beside its answers is proved with them.
        """
        if part is None:
            return {}
        versions, troubles = read_versions(self.standard, part.file)
        self._refuse(part.file, [*troubles, *read_confirmations(part.file)[1]])
        return versions

    def self_check(self) -> tuple[SelfCheck, YamlFile | None]:
        """The self-check, empty where there is none; to be read after the attachments."""
        path = self.folder / SELF_CHECK
        file = self._file(path) if path.exists() else None
        if file is None:
            return SelfCheck({}), None
        tree, moved = migrated_items(file.tree, self.standard.migrations, self._attachments)
        file = self._renamed(file, tree, moved)
        self_check = read_self_check_part(self.standard, file)
        self._refuse(file, self_check.unknown)
        return self_check, file

    def finish(self) -> None:
        """Raises UnreadableFile when any file had a problem."""
        if self.problems:
            count = f"（{len(self.problems)} 处）" if len(self.problems) > 1 else ""
            raise UnreadableFile(f"卷宗里有读不了的地方{count}：", self.problems)

    def _refuse(self, file: YamlFile, troubles: Iterable[Trouble]) -> None:
        """Note what makes a file unreadable.

        A name that was ever sealed was known then, however much it is like another one.
        """
        for trouble in troubles:
            if trouble.kept:
                continue
            if isinstance(trouble, UnknownName):
                if trouble.name in self._sealed_names:
                    continue
                trouble = replace(trouble, fix=f"{trouble.fix}{_NOT_MEANT}")
            self.problems.append(problem_at(file, trouble))

    @cached_property
    def _sealed_names(self) -> frozenset[str]:
        """Every name under which something was ever submitted."""
        names: set[str] = set()
        for submission in self.submissions:
            if submission.sealed:
                try:
                    names |= set(_names_in(submission.snapshot().tree))
                except UnreadableFile:
                    continue  # `verify` says what is wrong with it
        return frozenset(names)

    def _renamed(self, file: YamlFile, tree: Tree, moved: tuple[Renaming, ...]) -> YamlFile:
        """The document under the names of today; its text stays as it lies on disk."""
        self.moved += moved
        return YamlFile(tree, file.name, file.text) if moved else file

    def _file(self, path: Path) -> YamlFile | None:
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


def _names_in(tree: Tree, prefix: str = "") -> Iterator[str]:
    """The path of each key of a tree; entries of a list are not told apart."""
    if isinstance(tree, list):
        for entry in tree:
            yield from _names_in(entry, prefix)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            path = f"{prefix}.{key}" if prefix else key
            yield path
            yield from _names_in(value, path)


def _not_in_dossier(question: Question) -> str:
    return "submissions/ 里的 submission.yaml" if question.section == EVENT else ""


def _not_in_profile(question: Question) -> str:
    return "" if question.of_institution else DOSSIER


def _not_in_submission(question: Question) -> str:
    return "" if question.section == EVENT else DOSSIER


def _not_in_decision(question: Question) -> str:
    return "" if question.of_office or question.later else EVENT_FILE


# Which questions belong in which file, and which keys are not answers; in rising precedence.
RULES: Final[dict[str, tuple[Callable[[Question], str], frozenset[str]]]] = {
    DOSSIER: (_not_in_dossier, frozenset()),
    INSTITUTION: (_not_in_profile, PROFILE_KEYS),
    EVENT_FILE: (_not_in_submission, frozenset({VERSIONS, EDITION, CONFIRMED, ANSWERS, BASELINE})),
    DECISION: (_not_in_decision, DECISION_KEYS),
}
