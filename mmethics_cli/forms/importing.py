"""Values read from a file that others filled: each a proposal with its place and words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.language import Compare, OneOf
from mmethics_cli.core.conditions.values import Unknown, Value
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.formats.form.answers import answers_of
from mmethics_cli.formats.form.reading import WordForm
from mmethics_cli.formats.passages import FilePassage
from mmethics_cli.forms.mapping import FormMapping, located
from mmethics_cli.forms.proposing import MARKERS
from mmethics_cli.forms.words import FormWords, loose, plain, without_brackets

_LABELLED: Final = re.compile(r"(?:^|　|\s{2,})([^:：\s　]{2,20})\s*[:：]\s*(\S.*?)(?=　|\s{2,}|$)")
_INSTRUCTION: Final = re.compile(r"^[（(]|□|☐|请(?:填写|说明|注明|选择)|_{2,}|X{2,}|\{\{|\$\{")
_LONGEST_VALUE: Final = 80
_LONGEST_LABEL: Final = 20


class ReadValue(Struct, frozen=True):
    """A value that a file says of a fact: the words, where they stand, what they are read as.

    `trouble` says why the words can't be an answer; several values for one fact are all `doubtful`.
    """

    path: str
    text: str
    place: str
    value: Value | None
    trouble: str = ""
    doubtful: bool = False


def against_blank(
    mapping: FormMapping, blank: WordForm, filled: WordForm, standard: Standard
) -> list[ReadValue]:
    """What a filled form says, by the reviewed mapping of its blank."""
    entries = {id(one): entry for one, entry in located(mapping, blank.blanks).found}
    values: list[ReadValue] = []
    for answer in answers_of(blank, filled):
        entry = entries.get(id(blank.blanks[answer.blank]))
        if entry is None or not entry.facts or not MARKERS.isdisjoint(entry.facts):
            continue
        if blank.blanks[answer.blank].kind == "boxes":
            for words in answer.text.split("\n"):
                rules = [rule for rule in entry.tick if rule.option == plain(words)]
                values += [_ticked(rule.when, words, answer.place, standard) for rule in rules]
            continue
        parts = _parts(answer.text, entry.join, len(entry.facts))
        for path, text in zip(entry.facts, parts, strict=False):
            if path in standard.questions:
                values.append(_value(standard.questions[path], text, answer.place, standard))
    return _with_doubts(values)


def without_blank(
    said: Sequence[FilePassage], words: FormWords, standard: Standard
) -> list[ReadValue]:
    """Short labelled values of a file whose blank nobody knows."""
    values: list[ReadValue] = []
    for label, text, place in _labelled(said):
        bare = without_brackets(plain(label))
        facts = words.labels.get(loose(bare)) or words.labels.get(loose(plain(label)))
        if facts is None or len(facts) != 1 or bare in words.ask:
            continue
        question = standard.questions.get(facts[0])
        if question is not None and not question.long and question.type in ("text", "int", "date"):
            values.append(_value(question, text, place, standard))
    return _with_doubts([value for value in values if value.value is not None])


def _labelled(said: Sequence[FilePassage]) -> Iterator[tuple[str, str, str]]:
    """Labels with the words behind them in the line, or in the cell to the right."""
    for at, one in enumerate(said):
        after = said[at + 1] if at + 1 < len(said) else None
        next_cell = (one.table, one.row, one.cell + 1)
        if (
            after is not None
            and one.table
            and (after.table, after.row, after.cell) == next_cell
            and len(one.text) <= _LONGEST_LABEL
        ):
            yield from ((one.text, after.text.strip(), after.place),) * _is_value(after.text)
        for match in _LABELLED.finditer(one.text):
            if _is_value(match.group(2)):
                yield match.group(1), match.group(2).strip(), one.place


def _is_value(text: str) -> bool:
    text = text.strip()
    return 0 < len(text) <= _LONGEST_VALUE and not _INSTRUCTION.search(text)


def _parts(text: str, join: str, count: int) -> list[str]:
    if count < 2:
        return [text]
    marks = "|".join(map(re.escape, (join.strip(), " 至 ", "至", "/", "／")))
    return [part.strip() for part in re.split(marks, text, maxsplit=count - 1)]


def _ticked(when: object, words: str, place: str, standard: Standard) -> ReadValue:
    """The value on whose condition a box is ticked, where it is one value."""
    path, key = "", ""
    if isinstance(when, Compare) and isinstance(when.test, OneOf):
        path = when.path
        literals = list(when.test.values)
        key = str(literals[0]) if len(literals) == 1 else ""
    question = standard.questions.get(path)
    if question is None or not key:
        return ReadValue(path, words, place, None, "勾的这一项对应不到一个回答")
    raw = {"True": "yes", "False": "no"}.get(key, key)
    return replace(_value(question, raw, place, standard), text=words)


def _value(question: Question, text: str, place: str, standard: Standard) -> ReadValue:
    try:
        value = read_value(question, text.strip(), standard.placeholders)
    except Refused as refusal:
        return ReadValue(question.path, text, place, None, refusal.message)
    if isinstance(value, Unknown):
        return ReadValue(question.path, text, place, None, "不是回答")
    return ReadValue(question.path, text, place, value)


def _with_doubts(values: Sequence[ReadValue]) -> list[ReadValue]:
    """Once each; where a file says several things of one fact, none of them is taken."""
    unique = list({(one.path, one.text): one for one in values}.values())
    several = {
        one.path
        for one in unique
        if len({other.text for other in unique if other.path == one.path}) > 1
    }
    return [replace(one, doubtful=one.path in several) for one in unique]
