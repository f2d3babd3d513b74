"""What the dossier says, as the text of each cell: the same words when written and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct, field

from mmethics_cli.core.answers.self_check import ANSWERS, SelfCheck
from mmethics_cli.core.checks.evidence import evidence_exists
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Value, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ELEMENT_PATH
from mmethics_cli.formats.excel.bytes import LONGEST_TEXT, characters
from mmethics_cli.wording.typed import cell_text

_ITEM: Final = "self_check"
ITEM_KEYS: Final = ("answer", "note", "evidence", "page")
# Excel shows no more lines than this in a cell.
_MOST_BREAKS: Final = 253


def element_key(owner: Question, id_: str, field_name: str) -> str:
    """The key of the cell of a list entry's field."""
    return f"{owner.path}[{id_}].{field_name}"


def item_key(item: str, name: str) -> str:
    """The key of the cell of a review item's answer, note, evidence or page."""
    return f"{_ITEM}.{item}.{name}"


def _too_long(text: str) -> str:
    """Why a text can't stand in a cell; empty when it can."""
    if characters(text) > LONGEST_TEXT:
        return f"（全文 {len(text)} 字，超过 Excel 一格的 {LONGEST_TEXT} 字，请在卷宗文件里修改）"
    if text.count("\n") > _MOST_BREAKS:
        return f"（全文有 {text.count(chr(10)) + 1} 行，Excel 的一格放不下，请在卷宗文件里修改）"
    return ""


class Ledger(Struct, frozen=True, dict=True):
    """The answers of one dossier by the key of their cell.

    `unread` are answers that are there but count as unknown (不清楚, or refused), as they were
    written. `writable` says whether the answer to a question may be changed at all.
    """

    facts: Facts
    self_check: SelfCheck
    unread: Mapping[str, str] = field(default_factory=dict)
    writable: Callable[[Question], bool] = lambda question: not question.of_office

    def text(self, key: str) -> str:
        """The answer at a key as its cell shows it; empty when there is none."""
        whole = self.whole_text(key)
        return _too_long(whole) or whole

    def whole_text(self, key: str) -> str:
        """The same, however long it is; empty for a key that the standard does not know."""
        if key.startswith(f"{_ITEM}."):
            item, _, name = key.removeprefix(f"{_ITEM}.").rpartition(".")
            return self._of_item(item, name)
        questions = self.facts.standard.questions
        match = ELEMENT_PATH.fullmatch(key)
        if match is None:
            question = questions.get(key)
            value = self.facts.values.get(key, UNKNOWN)
            return "" if question is None else self._shown(question, key, value)
        owner = questions.get(match["list"])
        question = None if owner is None else owner.field_named(match["field"])
        entry = None if owner is None else self.element(owner, match["id"])
        if question is None or entry is None:
            return ""
        return self._shown(question, key, entry.fields.get(question.path, UNKNOWN))

    def knows(self, key: str) -> bool:
        """Whether the standard has the question, field or review item of a cell's key."""
        standard = self.facts.standard
        if key.startswith(f"{_ITEM}."):
            return key.removeprefix(f"{_ITEM}.").rpartition(".")[0] in standard.items
        element = ELEMENT_PATH.fullmatch(key)
        if element is None:
            return key in standard.questions
        return (element["list"], element["field"]) in standard.fields

    def elements(self, owner: Question) -> tuple[Element, ...]:
        """The entries of a list question."""
        value = self.facts.values.get(owner.path)
        return value if isinstance(value, tuple) else ()

    def element(self, owner: Question, id_: str) -> Element | None:
        """The entry of a list question with this id; None where it has none."""
        return next((entry for entry in self.elements(owner) if entry.id == id_), None)

    def _shown(self, question: Question, key: str, value: Value) -> str:
        return self.unread.get(key, "") if value is UNKNOWN else cell_text(question, value)

    def _of_item(self, item: str, name: str) -> str:
        given = self.self_check.of(item)
        match name:
            case "answer":
                return ANSWERS.get(given.answer or "", self.unread.get(f"{_ITEM}.{item}", ""))
            case "note":
                return given.note or self.unread.get(item_key(item, "note"), "")
            case "evidence":
                return self.evidence_names.get(given.evidence, given.evidence)
            case "page":
                return given.page
        return ""

    @cached_property
    def evidence_names(self) -> Mapping[str, str]:
        """What people call each thing that can be evidence, by what the file calls it."""
        questions = self.facts.standard.questions
        names = {path: question.label for path, question in questions.items()}
        names |= {entry.id: name_of(entry) for entry in self.elements(questions["attachments"])}
        count = Counter(names.values())
        return {id_: name for id_, name in names.items() if count[name] == 1}

    def evidence_choices(self) -> tuple[str, ...]:
        """The attachments by name: evidence to pick from."""
        entries = self.elements(self.facts.standard.questions["attachments"])
        return tuple(self.evidence_names.get(entry.id, entry.id) for entry in entries)

    def evidence_of(self, text: str) -> str:
        """What the file calls the evidence that people call `text`; the text if nothing does."""
        if evidence_exists(text, self.facts):
            return text
        ids = {name: id_ for id_, name in self.evidence_names.items()}
        return ids.get(text, text)
