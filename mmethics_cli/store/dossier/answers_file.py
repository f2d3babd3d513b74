"""One YAML file of study facts with `event:` and `self_check:` beside them, in whole or part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.answers.canonical import canonical_answers, canonical_self_check
from mmethics_cli.core.answers.edits import merged_answer
from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.answers.troubles import Trouble
from mmethics_cli.core.checks.consistency import wrong_likenesses
from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.standard.migrations import migrated
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.store.dossier.parts import (
    DocumentVersion,
    RefusedAnswer,
    problem_at,
    read_self_check_part,
    read_versions,
    with_canonical_versions,
)
from mmethics_cli.store.submission.submissions import MANIFEST, SNAPSHOT
from mmethics_cli.store.yaml.comments import LostText, lost_texts
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.reader import FaultyYaml, YamlFile, read_file

BESIDE = frozenset({"self_check", "documents", "as_of", "about"})


class AnswersFile(Struct, frozen=True):
    """What such a file says; `keys` leads from a path to its place in the document.

    `refused` and `placeholders` count as unknown; `written` are the values with the placeholders.
    """

    standard: Standard
    file: YamlFile
    values: dict[str, Value]
    keys: dict[str, Keys]
    self_check: SelfCheck
    versions: dict[str, DocumentVersion]
    refused: tuple[RefusedAnswer, ...]
    placeholders: tuple[RefusedAnswer, ...] = ()
    written: Mapping[str, Value] = field(default_factory=dict)

    @property
    def canonical(self) -> Tree:
        """The whole file with its answers as we write them, to make a dossier of."""
        tree = self.file.tree
        written = with_canonical_versions(
            cast(Tree, canonical_answers(self.standard, tree, BESIDE))
        )
        if isinstance(written, dict) and "self_check" in written:
            items = cast(Tree, canonical_self_check(written["self_check"]))
            return {**written, "self_check": items}
        return written

    def where(self, path: str) -> tuple[str, int | None]:
        """File and line of an answer; no line when the file does not give it."""
        keys = self.keys.get(path)
        return (self.file.name, None) if keys is None else self.file.locate(keys)

    def require_all_read(self, held: Mapping[str, Value] | None = None) -> None:
        """Raises UnreadableFile naming every answer refused, and every text YAML leaves out.

        `held` is what a dossier says to which the answers are added.
        """
        problems = [answer.problem for answer in self.refused]
        whole = {
            path: merged_answer((held or {}).get(path), value)
            for path, value in self.values.items()
        }
        problems += [
            Problem(f"{wrong.message}。", *self.where(wrong.path), f"{wrong.fix}。")
            for wrong in wrong_likenesses(self.standard, whole)
            if wrong.path in self.keys
        ]
        problems += [_left_out(lost, self.file.name) for lost in lost_texts(self.file.text)]
        if problems:
            raise UnreadableFile("有些回答读不懂，什么也没有写入：", problems)


def _left_out(lost: LostText, file: str) -> Problem:
    message = f"“{lost.text}”没有读：空格加 # 起到行末是备注"
    fix = "要算进回答的，整条回答用英文双引号括起来；是备注的，在 # 后面空一格。"
    return Problem(message, file, lost.line, fix)


def read_answers(path: Path, standard: Standard) -> AnswersFile:
    """Read `path`; raises UnreadableFile with every place that is not a known question's.

    The snapshot of a sealed submission is read as `answers_of` does.
    """
    if path.name == SNAPSHOT and (path.parent / MANIFEST).exists():
        return answers_of(read_file(path, str(path)), standard)
    try:
        return _whole(read_file(path, str(path)), standard)
    except FaultyYaml as error:
        if error.rest is not None:
            _add_problems(error, standard)
        raise


def _add_problems(error: FaultyYaml, standard: Standard) -> None:
    """Let a faulty file also say which of its keys are no question's."""
    assert error.rest is not None
    try:
        _whole(error.rest, standard)
    except UnreadableFile as more:
        error.problems += more.problems


def answers_of(file: YamlFile, standard: Standard) -> AnswersFile:
    """The answers of a sealed snapshot, as far as the pack of today can read them.

    What it can't read was submitted under another pack, and nobody may correct it.
    """
    return _read(file, standard)[0]


def _whole(file: YamlFile, standard: Standard, *, strict: bool = True) -> AnswersFile:
    """What a file says; raises UnreadableFile for all that is not known, if not `strict` only for
    what can't be a name of another pack.
    """
    answers, troubles = _read(file, standard)
    problems = [problem_at(file, trouble) for trouble in troubles if strict or not trouble.kept]
    if problems:
        problems.sort(key=lambda problem: problem.line or 0)
        raise UnreadableFile(f"文件读不了（{len(problems)} 处）：", problems)
    return answers


def _read(file: YamlFile, standard: Standard) -> tuple[AnswersFile, list[Trouble]]:
    """What a file says, and the places that are not known."""
    tree, moved = migrated(file.tree, standard.migrations)
    if moved:
        file = YamlFile(tree, file.name, file.text)
    reading = read_tree(standard, tree, BESIDE)
    self_check = read_self_check_part(standard, file, ("self_check",))
    versions, troubles = read_versions(standard, file)
    troubles += reading.unknown
    troubles += [_below("self_check", trouble) for trouble in self_check.unknown]
    refused = reading.refused + [_below("self_check", trouble) for trouble in self_check.refused]
    placeholders = reading.placeholders
    placeholders += [_below("self_check", trouble) for trouble in self_check.placeholders]
    answers = AnswersFile(
        standard,
        file,
        reading.values,
        reading.keys,
        self_check,
        versions,
        tuple(RefusedAnswer(trouble.path, problem_at(file, trouble)) for trouble in refused),
        tuple(RefusedAnswer(trouble.path, problem_at(file, trouble)) for trouble in placeholders),
        reading.written,
    )
    return answers, troubles


def _below(key: str, trouble: Trouble) -> Trouble:
    return replace(trouble, keys=(key, *trouble.keys))


ENGLISH: Final = "dossier.en.yaml"


def english_texts(
    folder: Path, standard: Standard, values: Mapping[str, Value]
) -> Mapping[str, Value]:
    """The English texts by path; none where there is no such file.

    Raises UnreadableFile for what is no text, and for entries that the dossier does not have.
    """
    path = folder / ENGLISH
    if not path.exists():
        return {}
    answers = _whole(read_file(path, str(path)), standard, strict=False)
    answers.require_all_read()
    wrong = list(_misplaced(answers, standard, values))
    if wrong:
        raise UnreadableFile(f"{ENGLISH} 里只写文字的英文：", wrong)
    return answers.values


def _misplaced(
    answers: AnswersFile, standard: Standard, values: Mapping[str, Value]
) -> Iterator[Problem]:
    for path, value in answers.values.items():
        question = standard.questions[path]
        if not isinstance(value, tuple):
            if question.type != "text":
                yield Problem(f"“{path}”不是文字", *answers.where(path), "请删去这一行。")
            continue
        mine = values.get(path)
        ids = {element.id for element in mine} if isinstance(mine, tuple) else set()
        for entry in value:
            place = answers.where(f"{path}[{entry.id}]")
            if entry.id not in ids:
                fix = "id 要与 dossier.yaml 里的一样。"
                yield Problem(f"dossier.yaml 的“{path}”里没有 {entry.id} 这一项", *place, fix)
            for name in entry.fields:
                field = question.field_named(name)
                if field is not None and field.type != "text":
                    yield Problem(f"“{path}[{entry.id}].{name}”不是文字", *place, "请删去这一行。")
