"""A dossier's folder: which path lives in which file, what all files say together, and writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from mmethics_cli.core.answers.edits import Edit, Removed
from mmethics_cli.core.answers.self_check import ANSWER_KEYS, SelfCheck
from mmethics_cli.core.answers.troubles import Trouble, UnknownName
from mmethics_cli.core.checks.documents import FileState
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.conditions.written import UNSURE_WORDS, plain
from mmethics_cli.core.standard.answers import write_value
from mmethics_cli.core.standard.migrations import (
    Renaming,
    migrated,
    migrated_items,
    renamed_documents,
)
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import question_at
from mmethics_cli.errors import ChangedOnDisk, WorkspaceError
from mmethics_cli.store.dossier.attachments import file_states
from mmethics_cli.store.dossier.confirmations import confirmation_rows, read_confirmations
from mmethics_cli.store.dossier.parts import (
    DOSSIER,
    EVENT,
    RULES,
    SELF_CHECK,
    DocumentVersion,
    DossierFiles,
    DossierPart,
    RefusedAnswer,
    canonical_file,
    problem_at,
    read_part,
    read_self_check_part,
    read_versions,
    require_dossier,
    shown_name,
    with_unread,
)
from mmethics_cli.store.dossier.profile import INSTITUTION, profile_path
from mmethics_cli.store.lock import SCHEMAS, locked
from mmethics_cli.store.paths import refuse_links
from mmethics_cli.store.submission.choice import Choose, open_one
from mmethics_cli.store.submission.lineage import Lineage
from mmethics_cli.store.submission.submissions import (
    CONFIRMED,
    DECISION,
    EDITION,
    EVENT_FILE,
    FOLDER,
    SET_ASIDE,
    Submission,
    by_sealing,
    list_submissions,
)
from mmethics_cli.store.yaml.comments import lost_texts
from mmethics_cli.store.yaml.events import Keys, Tree, has_aliases
from mmethics_cli.store.yaml.reader import YamlFile, decode, read_bytes
from mmethics_cli.wording.language import UNSURE_WORD

if TYPE_CHECKING:
    from mmethics_cli.store.yaml.editor import Editor


# Folders that this program writes into, and reads what it wrote.
_WRITTEN: Final = (FOLDER, SCHEMAS, SET_ASIDE)


class Workspace(Struct, dict=True):
    """One dossier, read whole; `parts` are its files by name, in rising precedence.

    `current` is the submission that is worked on; its files are among the parts.
    """

    folder: Path
    standard: Standard
    submissions: tuple[Submission, ...]
    current: Submission | None
    parts: dict[str, DossierPart]
    self_check: SelfCheck
    versions: dict[str, DocumentVersion]
    self_check_file: YamlFile | None = None
    moved: tuple[Renaming, ...] = ()
    _editors: dict[Path, Editor] = field(default_factory=dict)
    _states: Mapping[str, bool] = field(default_factory=dict)
    _locks: set[Path] = field(default_factory=set)

    @property
    def lineage(self) -> Lineage:
        """Which of the submissions rests on, answers or follows which."""
        return Lineage(self.submissions, self.standard)

    @property
    def baseline(self) -> Submission | None:
        """The submission by which the study stands approved today."""
        return self.lineage.baseline

    @property
    def edition(self) -> str:
        """The edition of the pack under which the study was prepared; empty where nothing says.

        The submission that is not sealed yet says so, else the last one that is.
        """
        current = self.current
        part = self.parts.get(EVENT_FILE)
        if current is not None and not current.sealed and part is not None:
            tree = part.file.tree
            recorded = tree.get(EDITION) if isinstance(tree, dict) else None
            if isinstance(recorded, str) and recorded.strip():
                return recorded.strip()
        sealed = by_sealing(self.submissions)
        with suppress(WorkspaceError):  # `verify` says what is wrong with a manifest
            return sealed[-1].edition() if sealed else ""
        return ""

    @property
    def values(self) -> dict[str, Value]:
        """All answers by path; the institution's profile holds over the dossier."""
        merged: dict[str, Value] = {}
        for part in self.parts.values():
            merged |= part.reading.values
        return merged

    @property
    def confirmed(self) -> dict[str, str]:
        """The digests under which texts were confirmed in this submission, by their paths."""
        part = self.parts.get(EVENT_FILE)
        return read_confirmations(part.file)[0] if part is not None else {}

    def confirm(self, digests: Mapping[str, str]) -> None:
        """Keep confirmations, in place of earlier ones of the same texts; raises as `write`."""
        current = self.current
        if current is None or current.sealed:
            raise WorkspaceError("没有准备中的送审，不能确认。")
        rows = confirmation_rows({**self.confirmed, **digests})
        self.write(current.event_file, {(CONFIRMED,): rows})

    @property
    def refused(self) -> tuple[RefusedAnswer, ...]:
        """Answers that their questions refuse; they count as unknown."""
        refused = [answer for part in self.parts.values() for answer in part.refused]
        if self.self_check_file is not None:
            for trouble in self.self_check.refused:
                problem = problem_at(self.self_check_file, trouble)
                refused.append(RefusedAnswer(trouble.path, problem))
        return tuple(refused)

    @property
    def placeholders(self) -> tuple[RefusedAnswer, ...]:
        """Words that only keep the place of an answer; they count as unknown."""
        placeholders = [answer for part in self.parts.values() for answer in part.placeholders]
        if self.self_check_file is not None:
            for trouble in self.self_check.placeholders:
                problem = problem_at(self.self_check_file, trouble)
                placeholders.append(RefusedAnswer(trouble.path, problem))
        return tuple(placeholders)

    def lost_texts(self) -> Iterator[tuple[str, str]]:
        """Comments that are likely a part of an answer, each with the path of that answer.

        That of a review item is `self_check.ITEM`.
        """
        for part in self.parts.values():
            yield from _lost(part.file, part.reading.keys.items())
        if self.self_check_file is not None:
            places = (
                (f"self_check.{item}", (item, key))
                for item in self.self_check.answers
                for key in ANSWER_KEYS
            )
            yield from _lost(self.self_check_file, places)

    @property
    def unknown_names(self) -> tuple[tuple[YamlFile, UnknownName], ...]:
        """What stands under names that the pack does not have: kept, and of no effect."""
        read: list[tuple[YamlFile, Iterable[Trouble]]] = []
        for name, part in self.parts.items():
            read.append((part.file, part.reading.unknown))
            if name == EVENT_FILE:
                read.append((part.file, read_versions(self.standard, part.file)[1]))
        if self.self_check_file is not None:
            read.append((self.self_check_file, self.self_check.unknown))
        return tuple(
            (file, trouble)
            for file, troubles in read
            for trouble in troubles
            if isinstance(trouble, UnknownName) and not trouble.blank
        )

    @cached_property
    def _unknown_places(self) -> Mapping[str, tuple[YamlFile, UnknownName]]:
        """The same by name; of one that stands in several files the first."""
        return {unknown.name: (file, unknown) for file, unknown in reversed(self.unknown_names)}

    def where(self, path: str) -> tuple[str, int | None]:
        """File and line of an answer, or of the list that it stands in; no line if it is new."""
        if (place := self._unknown_places.get(path)) is not None:
            holder, unknown = place
            return holder.locate(unknown.keys)
        if path.startswith("self_check."):
            file, item = self.self_check_file, path.partition(".")[2]
            tree = file.tree if file else None
            if file and isinstance(tree, dict) and item in tree:
                return file.locate((item,))
            return SELF_CHECK, None
        for near in _around(path):
            for part in reversed(self.parts.values()):
                if (keys := part.reading.keys.get(near)) is not None:
                    return part.file.locate(keys)
        return shown_name(self.folder, self.home(path)), None

    def file_states(self) -> dict[str, FileState]:
        """What was found of each attachment's file, by the attachment's id."""
        entries = self.values.get("attachments")
        if not isinstance(entries, tuple):
            return {}
        return file_states(
            self.folder,
            entries,
            [submission for submission in self.submissions if submission.sealed],
            self.standard.file_kinds.values(),
        )

    def set_answers(self, answers: Mapping[str, Value]) -> None:
        """Write answers (lists as a whole) where they live, those of one file all at once.

        Raises KeyError for a path that is no question, ChangedOnDisk, WorkspaceError.
        """
        changes: dict[Path, dict[Keys, object]] = {}
        for path, value in answers.items():
            question = self.standard.questions[path]
            home = self.open_home(path)
            tree = write_value(question, value)
            old = self.parts.get(home.name)
            if old is not None and question.type == "list":
                tree = with_unread(tree, old, question)
            keys = tuple(path.split("."))
            changes.setdefault(home, {})[keys] = None if tree == "" else tree
        for home, trees in changes.items():
            self.write(home, trees)

    def write(self, path: Path, changes: Mapping[Keys, object]) -> None:
        """Set plain trees at key paths of one of the dossier's files, and take them over.

        Raises ChangedOnDisk, WorkspaceError; the file is then as it was.
        """
        with self.writing(path):
            editor = self.editor_of(path)
            for keys, tree in changes.items():
                editor.set(keys, tree)
            self.write_canonically(editor)
            editor.save()
            self._editors[path] = editor
        self.take_over(path, editor.file)

    @contextmanager
    def writing(self, *paths: Path, whole: bool = False) -> Iterator[None]:
        """Keep others from the dossier, and from `paths` outside it, for what the block writes.

        Within it the workspace may write, and be asked again. Raises ChangedOnDisk where a
        submission was opened, sealed or removed since the dossier was read or, with `whole`, any
        file that it was read from is another now, one that was not there included.
        """
        places = {self.folder.resolve()}
        places |= {path.parent.resolve() for path in paths if not path.is_relative_to(self.folder)}
        with ExitStack() as locks:
            for place in sorted(places - self._locks):
                locks.enter_context(locked(place))
                self._locks.add(place)
                locks.callback(self._locks.discard, place)
            if _sealed_states(list_submissions(self.folder)) != self._states:
                raise ChangedOnDisk(
                    f"{self.folder / FOLDER} 在读入之后变了：另一个程序新开、封存或移走了送审。"
                    "这次没有写入，请重新运行。"
                )
            for path in self._texts_read() if whole else ():
                self._require_as_read(path, _text_at(path))
            yield

    def _require_as_read(self, path: Path, now: str | None) -> None:
        read = self._texts_read()
        if path in read and read[path] != now:
            raise ChangedOnDisk(f"{path} 在读入之后被别的程序改过，这次没有写入。请重新运行。")

    def _texts_read(self) -> dict[Path, str | None]:
        """The text of each of the dossier's files as it was read; None where there was none."""
        texts: dict[Path, str | None] = dict.fromkeys(_files_of(self.folder, self.current).values())
        texts |= {part.path: part.file.text for part in self.parts.values()}
        file = self.self_check_file
        return texts | {self.folder / SELF_CHECK: file.text if file is not None else None}

    def editor_of(self, path: Path) -> Editor:
        """The file opened for changes; raises ChangedOnDisk if it is not the one that was read."""
        kept = self._editors.pop(path, None)
        if kept is not None:
            return kept
        # Loaded late: most commands do not write.
        from mmethics_cli.store.yaml.editor import Editor

        editor = Editor(path, shown_name(self.folder, path))
        self._require_as_read(path, editor.file.text if path.exists() else None)
        self._rename_for_writing(editor)
        return editor

    def _rename_for_writing(self, editor: Editor) -> None:
        """Let the next save also write what was renamed; retired answers stay in the file."""
        steps = self.standard.migrations
        if editor.path.name != SELF_CHECK:
            editor.tree, _ = migrated(editor.tree, steps, rewriting=True)
            return
        entries = self.values.get("attachments")
        ids = [entry.id for entry in entries] if isinstance(entries, tuple) else []
        editor.tree, _ = migrated_items(editor.tree, steps, ids)

    def write_canonically(self, editor: Editor) -> None:
        """Let the next save write each answer as we write it, whatever way people wrote it.

        A file with references (*) stays as it is: one place of it may stand for several.
        """
        if not has_aliases(editor.file.text):
            editor.tree = canonical_file(self.standard, editor.path.name, editor.tree)

    def take_over(self, path: Path, file: YamlFile) -> None:
        """Let the answers be what a file says now."""
        self.__dict__.clear()
        if path.name == SELF_CHECK:
            self.self_check_file = file
            self.self_check = read_self_check_part(self.standard, file)
            return
        tree, moved = migrated(file.tree, self.standard.migrations)
        file = YamlFile(tree, file.name, file.text) if moved else file
        part = read_part(self.standard, path, file, *RULES[path.name])
        parts = {**self.parts, path.name: part}
        self.parts = {name: parts[name] for name in RULES if name in parts}
        if path.name == EVENT_FILE:
            self.versions, _ = read_versions(self.standard, file)

    def open_home(self, path: str) -> Path:
        """The same as `home`, where the answer may be written; raises WorkspaceError where not."""
        home = self.home(path)
        if self.current is not None and self.current.sealed and home == self.current.event_file:
            raise WorkspaceError(f"{self.current.name} 已经封存，不能再改。")
        return home

    def home(self, path: str) -> Path:
        """The file in which the answer to a path is written."""
        question = self.standard.questions.get(path.partition("[")[0])
        at, later = self.current, question is not None and question.later
        of_office = question is not None and question.of_office
        if at is not None and (of_office or (later and at.sealed)):
            return at.folder / DECISION
        if path.startswith(f"{EVENT}."):
            if self.current is None:
                raise WorkspaceError(f"{self.folder / FOLDER} 里还没有送审。")
            return self.current.event_file
        profile = self.parts.get(INSTITUTION)
        if question is not None and question.of_institution and profile is not None:
            return profile.path
        return self.folder / DOSSIER


def open_workspace(folder: Path, standard: Standard, choose: Choose = open_one) -> Workspace:
    """Read a dossier's folder; `choose` picks the submission that is worked on.

    Raises WorkspaceError where there is no dossier, UnreadableFile with all places of all files,
    SeveralSubmissions where it is not clear which submission is meant.
    """
    require_dossier(folder)
    refuse_links(folder, _WRITTEN)
    submissions = list_submissions(folder, renamed_documents(standard.migrations))
    current = choose(submissions)
    states = _sealed_states(submissions)
    files = DossierFiles(folder, standard, submissions)
    parts = {
        name: part
        for name, path in _files_of(folder, current).items()
        if path.exists() and (part := files.part(name, path))
    }
    versions = files.versions(parts.get(EVENT_FILE))
    self_check, file = files.self_check()
    files.finish()
    moved = tuple(files.moved)
    return Workspace(
        folder,
        standard,
        submissions,
        current,
        parts,
        self_check,
        versions,
        file,
        moved,
        _states=states,
    )


def _files_of(folder: Path, current: Submission | None) -> dict[str, Path]:
    """The files that a dossier is read from besides its self-check, by name; in rising precedence.

    Any but dossier.yaml may be missing.
    """
    profile = profile_path(folder) or folder / INSTITUTION
    files = {DOSSIER: folder / DOSSIER, INSTITUTION: profile}
    if current is not None:
        files[EVENT_FILE] = current.event_file
        files[DECISION] = current.folder / DECISION
    return files


def _sealed_states(submissions: Iterable[Submission]) -> dict[str, bool]:
    return {submission.name: submission.sealed for submission in submissions}


def _text_at(path: Path) -> str | None:
    return decode(read_bytes(path, path.name), path.name) if path.exists() else None


def _lost(file: YamlFile, places: Iterable[tuple[str, Keys]]) -> Iterator[tuple[str, str]]:
    """The likely lost texts of a file, each with the path that stands in its line."""
    lost = tuple(lost_texts(file.text))
    at = {file.line(keys): path for path, keys in places} if lost else {}
    return ((at[line], text) for line, text in lost if line in at)


def _around(path: str) -> Iterator[str]:
    """The path, then what it stands in: a[1].b, a[1], a."""
    yield path
    if "[" in path:
        yield path.partition("]")[0] + "]"
        yield path.partition("[")[0]


def write_renamed(workspace: Workspace) -> None:
    """Rewrite the files that hold old names; raises WorkspaceError, ChangedOnDisk.

    What is sealed stays as it is.
    """
    if not workspace.moved:
        return
    current = workspace.current
    for part in workspace.parts.values():
        if current is not None and current.sealed and part.path == current.event_file:
            continue
        workspace.write(part.path, {})
    if workspace.self_check_file is not None:
        workspace.write(workspace.folder / SELF_CHECK, {})


def write_edits(workspace: Workspace, edits: Sequence[Edit]) -> None:
    """Write all edits, each into the file where it lives, and take the files over.

    Raises ChangedOnDisk or WorkspaceError; nothing is written unless every file can take its
    edits. Where the system fails between two files, the same edits again complete the work.
    """
    by_file: dict[Path, list[Edit]] = {}
    for edit in edits:
        home = workspace.open_home(edit.path) if edit.path else workspace.folder / SELF_CHECK
        by_file.setdefault(home, []).append(edit)
    with workspace.writing(*by_file):
        editors = {path: workspace.editor_of(path) for path in by_file}
        planned: dict[Path, YamlFile | None] = {}
        for path, editor in editors.items():
            for edit in _in_order(by_file[path]):
                _apply(editor, edit)
            workspace.write_canonically(editor)
            planned[path] = editor.planned()
        for path, file in planned.items():
            if file is not None:
                editors[path].write(file)
    for path, editor in editors.items():
        workspace.take_over(path, editor.file)


def _in_order(edits: Sequence[Edit]) -> list[Edit]:
    """Entries go last: until then each is found where it was read."""
    return sorted(edits, key=lambda edit: edit.tree is Removed.REMOVED and not edit.field)


def _apply(editor: Editor, edit: Edit) -> None:
    from mmethics_cli.store.yaml.editor import ElementId

    keys: list[str] = edit.path.split(".") if edit.path else []
    if edit.element and edit.path:
        editor.number(keys)
    if edit.element:
        keys.append(ElementId(edit.element) if edit.path else edit.element)
    if edit.field:
        keys.append(edit.field)
    if edit.tree is Removed.REMOVED:
        editor.delete(tuple(keys))
    else:
        editor.set(keys, edit.tree)


def unread_answers(workspace: Workspace) -> dict[str, str]:
    """By path: 不清楚 where that is the answer, else the text that was refused or is a placeholder.

    `self_check.ITEM` is the refused answer to a review item, `self_check.ITEM.note` its note.
    """
    texts: dict[str, str] = {}
    values = workspace.values
    for part in workspace.parts.values():
        for path, keys in part.reading.keys.items():
            raw = _at(part.file.tree, keys)
            if isinstance(raw, str) and raw.strip() and _value(values, path) is UNKNOWN:
                texts[path] = _shown(workspace, path, raw)
    if workspace.self_check_file is not None:
        for trouble in workspace.self_check.refused:
            raw = _at(workspace.self_check_file.tree, trouble.keys)
            if isinstance(raw, str):
                texts[trouble.path] = raw
        for trouble in workspace.self_check.placeholders:
            raw = _at(workspace.self_check_file.tree, trouble.keys)
            if isinstance(raw, str):
                texts[f"{trouble.path}.note"] = raw
    return texts


def _shown(workspace: Workspace, path: str, raw: str) -> str:
    kind = question_at(workspace.standard, path).type
    unsure = plain(raw).casefold() in UNSURE_WORDS and kind in ("bool", "choice", "choices")
    return UNSURE_WORD if unsure else raw


def _value(values: dict[str, Value], path: str) -> Value:
    """The value at a path; of a field of a list's entry too."""
    owner, bracket, rest = path.partition("[")
    if not bracket:
        return values.get(path, UNKNOWN)
    id_, _, name = rest.partition("].")
    elements = values.get(owner)
    listed = elements if isinstance(elements, tuple) else ()
    return next((entry.get(name) for entry in listed if entry.id == id_ and name), UNKNOWN)


def _at(tree: Tree, keys: Keys) -> Tree:
    for key in keys:
        if isinstance(tree, dict):
            tree = tree.get(str(key))
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return None
    return tree
