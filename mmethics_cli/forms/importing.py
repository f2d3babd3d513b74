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
from mmethics_cli.forms.mapping import FormMapping, MappedBlank, located
from mmethics_cli.forms.proposing import MARKERS
from mmethics_cli.forms.words import GENERIC, FormWords, loose, plain, without_brackets

_LABELLED: Final = re.compile(r"(?:^|　|\s{2,})([^:：\s　]{2,20})\s*[:：]\s*(\S.*?)(?=　|\s{2,}|$)")
_INSTRUCTION: Final = re.compile(
    r"^[（(]|[□☐○☑☒■●√]|(?:^|\s)口(?=\s|\S{2})|请(?:填写|说明|注明|选择)|_{2,}|X{2,}|\{\{|[$#]\{"
    r"|[?？:：]$|(?:单击|点击).{0,4}此处|^\s*年\s*月"
)
_BEFORE_COLON: Final = re.compile(r"([\u4e00-\u9fff]{2,8})[:：]")
_IN_ROW: Final = re.compile(r"第 \d+ 格$|(?<=!)[A-Z]+")  # where in a row something stands
_STAMP: Final = re.compile(r"[（(](?:盖章|公章|签章|签字|签名|手签)[）)]$")
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
    entries = {id(room): entry for room, entry in located(mapping, blank.blanks).found}
    values: list[ReadValue] = []
    lists: dict[tuple[str, str], list[str]] = {}
    for answer in answers_of(blank, filled):
        entry = entries.get(id(blank.blanks[answer.blank]))
        if entry is None or not entry.facts or not MARKERS.isdisjoint(entry.facts):
            continue
        owner = entry.facts[0].rpartition(".")[0]
        if blank.blanks[answer.blank].kind == "rows" and owner in standard.questions:
            row = _IN_ROW.sub("", answer.place)
            lists.setdefault((owner, row), []).append(answer.text)
            continue
        if blank.blanks[answer.blank].kind == "boxes":
            for words in answer.text.split("\n"):
                rules = [rule for rule in entry.tick if rule.option == plain(words)]
                read = (_ticked(entry, rule.when, words, answer.place, standard) for rule in rules)
                values += [value for value in read if value.path in standard.questions]
            continue
        parts = _parts(answer.text, entry.join, len(entry.facts))
        for path, text in zip(entry.facts, parts, strict=False):
            if path in standard.questions:
                values.append(_value(standard.questions[path], text, answer.place, standard))
    listed = [
        ReadValue(owner, " / ".join(texts), row, None, "清单逐条核对，用 mmethics fill 填")
        for (owner, row), texts in lists.items()
    ]
    return [*_with_doubts(values), *listed]


def without_blank(
    said: Sequence[FilePassage], words: FormWords, standard: Standard
) -> list[ReadValue]:
    """Short labelled values of a file whose blank nobody knows."""
    values: list[ReadValue] = []
    for label, text, place in _labelled(said, words):
        bare = without_brackets(plain(label))
        facts = words.labels.get(loose(bare)) or words.labels.get(loose(plain(label)))
        if facts is None and len(bare) > GENERIC and (owners := words.by_name.get(bare)):
            facts = (owners[0].fact,) if owners[0].fact else None
        if facts is None or len(facts) != 1 or bare in words.ask:
            continue
        question = standard.questions.get(facts[0])
        if question is not None and not question.long and question.type in ("text", "int", "date"):
            values.append(_value(question, text, place, standard))
    return _with_doubts([value for value in values if value.value is not None])


def _labelled(said: Sequence[FilePassage], words: FormWords) -> Iterator[tuple[str, str, str]]:
    """Labels with the words behind them in the line, or in the cell to the right.

    What stands behind a value is another label: else it is a row of heads, and none a value.
    """
    cells = {
        (passage.table, passage.row, passage.cell): passage for passage in said if passage.table
    }
    for passage in said:
        after = cells.get((passage.table, passage.row, passage.cell + 1))
        behind = cells.get((passage.table, passage.row, passage.cell + 2))
        if (
            after is not None
            and len(passage.text) <= _LONGEST_LABEL
            and (behind is None or _is_label(behind.text, words))
            and _is_value(after.text, words)
        ):
            yield passage.text, after.text.strip(), after.place
        for match in _LABELLED.finditer(passage.text):
            if _is_value(match.group(2), words):
                yield match.group(1), match.group(2).strip(), passage.place


def _is_label(text: str, words: FormWords) -> bool:
    """Whether it is what a form asks, and no answer."""
    word = without_brackets(plain(text))
    return (
        loose(word) in words.labels
        or word in words.by_name
        or word in words.of_person
        or word in words.ask
        or any(True for _ in words.attribute_owners(word))
    )


def _is_value(text: str, words: FormWords) -> bool:
    text = text.strip()
    return (
        0 < len(text) <= _LONGEST_VALUE
        and not _INSTRUCTION.search(text)
        and not _is_label(text, words)
        and not any(sign in text for sign in words.lists["signature"])
        and not any(
            _is_label(before[-length:], words)
            for before in _BEFORE_COLON.findall(text)
            for length in range(2, len(before) + 1)
        )
    )


def _parts(text: str, join: str, count: int) -> list[str]:
    if count < 2:
        return [text]
    marks = "|".join(map(re.escape, (join.strip(), " 至 ", "至", "/", "／")))
    return [part.strip() for part in re.split(marks, text, maxsplit=count - 1)]


def _ticked(
    entry: MappedBlank, when: object, words: str, place: str, standard: Standard
) -> ReadValue:
    """The value on whose condition a box is ticked, where it is one value of one fact."""
    path, key = entry.facts[0], ""
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
        text = _STAMP.sub("", text.strip())
        value = read_value(question, text, standard.placeholders)
    except Refused as refusal:
        return ReadValue(question.path, text, place, None, refusal.message)
    if isinstance(value, Unknown):
        return ReadValue(question.path, text, place, None, "不是回答")
    return ReadValue(question.path, text, place, value)


def _with_doubts(values: Sequence[ReadValue]) -> list[ReadValue]:
    """Once each; where a file says several things of one fact, none of them is taken."""
    unique = list({(value.path, value.text): value for value in values}.values())
    several = {
        value.path
        for value in unique
        if len({other.text for other in unique if other.path == value.path}) > 1
    }
    return [replace(value, doubtful=value.path in several) for value in unique]
