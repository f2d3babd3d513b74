"""Reading the files of a dossier's folder, each with the questions that belong in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from mmethics_cli.core.migrations import Moved, migrated, migrated_items
from mmethics_cli.core.self_check import SelfCheck
from mmethics_cli.core.standard import Question, Standard
from mmethics_cli.errors import Problem, UnreadableFile, WorkspaceError
from mmethics_cli.store.parts import EVENT, Part, problem_at, read_part, read_self_check_part
from mmethics_cli.store.paths import OutsideFolder, inside
from mmethics_cli.store.profile import INSTITUTION, PROFILE_KEYS
from mmethics_cli.store.submissions import DECISION, DECISION_KEYS, EVENT_FILE
from mmethics_cli.store.yaml_events import Tree
from mmethics_cli.store.yaml_reader import Document, FaultyYaml, read_file

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
        self.moved: list[Moved] = []

    def part(self, name: str, path: Path) -> Part | None:
        """One file of answers; None, with its problems noted, when it can't be read."""
        document = self._document(path)
        if document is None:
            return None
        tree, moved = migrated(document.tree, self.standard.migrations)
        document = self._renamed(document, tree, moved)
        part = read_part(self.standard, path, document, *RULES[name])
        self.problems += part.unknown
        return part

    def self_check(self) -> tuple[SelfCheck, Document | None]:
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

    def _renamed(self, document: Document, tree: Tree, moved: tuple[Moved, ...]) -> Document:
        """The document under the names of today; its text stays as it lies on disk."""
        self.moved += moved
        return Document(tree, document.file, document.text) if moved else document

    def finish(self) -> None:
        """Raises UnreadableFile when any file had a problem."""
        if self.problems:
            count = f"（{len(self.problems)} 处）" if len(self.problems) > 1 else ""
            raise UnreadableFile(f"卷宗里有读不了的地方{count}：", self.problems)

    def _document(self, path: Path) -> Document | None:
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
