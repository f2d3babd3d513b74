"""dossier.en.yaml: the English of the dossier's texts, in the same shape as dossier.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from mmethics_cli.core.standard import Standard
from mmethics_cli.core.values import Value
from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.store.answers_file import Answers, read_answers

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
    answers = read_answers(path, standard)
    answers.require_all_read()
    wrong = list(_misplaced(answers, standard, values))
    if wrong:
        raise UnreadableFile(f"{ENGLISH} 里只写文字的英文：", wrong)
    return answers.values


def _misplaced(
    answers: Answers, standard: Standard, values: Mapping[str, Value]
) -> Iterator[Problem]:
    for path, value in answers.values.items():
        question = standard.questions[path]
        if not isinstance(value, tuple):
            if question.type != "text":
                yield Problem(f"“{path}”不是文字", *answers.where(path), "请删去这一行。")
            continue
        mine = values.get(path)
        known = {one.id for one in mine} if isinstance(mine, tuple) else set()
        for entry in value:
            place = answers.where(f"{path}[{entry.id}]")
            if entry.id not in known:
                fix = "id 要与 dossier.yaml 里的一样。"
                yield Problem(f"dossier.yaml 的“{path}”里没有 {entry.id} 这一项", *place, fix)
            for name in entry.fields:
                field = question.field_named(name)
                if field is not None and field.type != "text":
                    yield Problem(f"“{path}[{entry.id}].{name}”不是文字", *place, "请删去这一行。")
