"""A form filled from a dossier: what goes into each blank, and what could not (coverage)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal, get_args

from msgspec import Struct

from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import YES, Element, NotApplicable, Unknown, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.formats.form.blank import FormBlank
from mmethics_cli.formats.form.filling import fill, fill_rows, tick
from mmethics_cli.forms.mapping import FormMapping, MappedBlank, located
from mmethics_cli.forms.proposing import BY_HAND, MARKERS, OFFICE, SIGNATURE
from mmethics_cli.forms.words import SUBMISSION_FACTS, plain, without_brackets
from mmethics_cli.wording.values import value_text

State = Literal["filled", "unanswered", "by_hand", "unplaced"]
_HAND: Final = frozenset((BY_HAND, SIGNATURE, OFFICE))
_ROOM: Final = "________"
_IN_APPENDIX: Final = "见附页"


class FilledBlank(Struct, frozen=True):
    """What became of one blank: its label and place, its state, the facts it asks, why not."""

    words: str
    place: str
    state: State
    facts: tuple[str, ...] = ()
    why: str = ""


class FormCoverage(Struct, frozen=True):
    """What became of a form: every blank once, and the answered facts that it prints nowhere.

    `overlong` are the answers that stand in an appendix (见附页) since the blank is too small;
    `left_over` how many entries of a list have no row, by the path of its first column.
    """

    blanks: tuple[FilledBlank, ...]
    nowhere: tuple[str, ...]
    overlong: tuple[str, ...] = ()
    left_over: tuple[tuple[str, int], ...] = ()

    def count(self, state: State) -> int:
        return sum(blank.state == state for blank in self.blanks)


class _Writing(Struct):
    """What is to be written into one blank."""

    blank: FormBlank
    entry: MappedBlank
    text: str = ""
    days: tuple[date, ...] = ()
    options: tuple[int, ...] = ()


def fill_form(
    mapping: FormMapping, blanks: Sequence[FormBlank], facts: Facts, day: date
) -> FormCoverage:
    """Fill the blanks of an opened form in place; `day` is the day on which it is filled.

    A box is ticked only where its condition certainly holds; nothing unknown is written.
    """
    place = located(mapping, blanks)
    reader = _FactReader(facts, day)
    known = {id(blank): entry for blank, entry in place.found}
    results: list[FilledBlank] = []
    writings: list[_Writing] = []
    tables: dict[int, list[tuple[FormBlank, MappedBlank]]] = {}
    overlong: list[str] = []
    for blank in blanks:
        entry = known.get(id(blank))
        if entry is None or not entry.facts or not MARKERS.isdisjoint(entry.facts):
            results.append(_left(blank, entry))
        elif blank.spot.rows and _of_list(entry.facts, facts):
            tables.setdefault(id(blank.spot.rows[0].element), []).append((blank, entry))
            results.append(_result(blank, entry, bool(reader.entries(entry.facts[0]))))
        else:
            writing = _writing(blank, entry, reader)
            if entry.longest and len(writing.text) > entry.longest:
                overlong.append(entry.facts[0])
                writing.text = _IN_APPENDIX
            writings.append(writing)
            results.append(
                _result(blank, entry, bool(writing.text or writing.days or writing.options))
            )
    for writing in reversed(writings):
        for number in writing.options:
            tick(writing.blank.options[number])
        if writing.text and not writing.options and writing.blank.kind != "boxes":
            fill(writing.blank, writing.text, writing.days if writing.blank.is_date else ())
    left_over = [
        (columns[0][1].facts[0], lacking)
        for columns in tables.values()
        if (lacking := _fill_table(columns, reader))
    ]
    return FormCoverage(
        tuple(results), tuple(_nowhere(facts, mapping)), tuple(overlong), tuple(left_over)
    )


def facts_on(mapping: FormMapping, facts: Facts, day: date) -> Iterator[tuple[str, str]]:
    """The facts that a form prints, by path, and the words in which it does."""
    reader = _FactReader(facts, day)
    for path in dict.fromkeys(path for entry in mapping.blanks for path in entry.facts):
        if path not in MARKERS and (text := reader.text(path)):
            yield path, text


def tag_texts(
    mapping: FormMapping, blanks: Sequence[FormBlank], facts: Facts, day: date
) -> tuple[dict[str, str], FormCoverage]:
    """The words for each tag of a form, by its name; room to write where nothing is known."""
    reader = _FactReader(facts, day)
    known = {id(blank): entry for blank, entry in located(mapping, blanks).found}
    texts: dict[str, str] = {}
    results: list[FilledBlank] = []
    for blank in blanks:
        entry = known.get(id(blank))
        if entry is None or not entry.facts or not MARKERS.isdisjoint(entry.facts):
            text, result = "", _left(blank, entry)
        else:
            text = _writing(blank, entry, reader).text
            result = _result(blank, entry, bool(text))
        texts[blank.words] = text or _ROOM
        results.append(result)
    return texts, FormCoverage(tuple(results), tuple(_nowhere(facts, mapping)))


def _left(blank: FormBlank, entry: MappedBlank | None) -> FilledBlank:
    if entry is not None and not _HAND.isdisjoint(entry.facts):
        why = {SIGNATURE: "签字", OFFICE: "由办公室填写"}.get(entry.facts[0], "请手写")
        return FilledBlank(blank.words, blank.place, "by_hand", (), why)
    why = "对照表里没有这一格" if entry is None else "办公室还没有定问的是什么"
    return FilledBlank(blank.words, blank.place, "unplaced", (), why)


def _result(blank: FormBlank, entry: MappedBlank, filled: bool) -> FilledBlank:
    state: State = "filled" if filled else "unanswered"
    why = "" if filled else ("没有一个选项确定成立" if blank.options else "卷宗里还没有回答")
    return FilledBlank(blank.words, blank.place, state, entry.facts, why)


def _of_list(paths: Sequence[str], facts: Facts) -> bool:
    return all(tuple(path.rpartition(".")[::2]) in facts.standard.fields for path in paths)


def _writing(blank: FormBlank, entry: MappedBlank, reader: _FactReader) -> _Writing:
    writing = _Writing(blank, entry)
    if blank.kind == "boxes":
        words = [plain(option.words) for option in blank.options]
        bare = [plain(without_brackets(word)) for word in words]
        for rule in entry.tick:
            if evaluate(rule.when, reader.facts) is YES:
                wanted = (rule.option, plain(without_brackets(rule.option)))
                numbers = [n for n, word in enumerate(words) if word == wanted[0]]
                numbers = numbers or [n for n, word in enumerate(bare) if word == wanted[1]]
                writing.options += tuple(numbers[:1])
        return writing
    values = [reader.value(path) for path in entry.facts]
    texts = [reader.text(path) for path in entry.facts]
    if all(isinstance(value, date) for value in values):
        writing.days = tuple(value for value in values if isinstance(value, date))
        writing.text = " 至 ".join(text for text in texts if text)
        if len(writing.days) == 1 and len(entry.facts) == 1:
            writing.text = texts[0] or ""
        return writing
    known = [text for text in texts if text]
    if texts[0]:  # what comes second, as a number behind the title, may be lacking
        join = "–" if set(entry.facts) == _AGES else entry.join
        writing.text = join.join(known)
    return writing


_AGES: Final = {"participants.age_min", "participants.age_max"}


def _fill_table(columns: Sequence[tuple[FormBlank, MappedBlank]], reader: _FactReader) -> int:
    """The rows of one list on the form: an entry of the dossier's list in each; how many entries
    found no row."""
    entries = reader.entries(columns[0][1].facts[0])
    words = [
        [
            columns_entry.join.join(
                text for path in columns_entry.facts if (text := reader.field(entry, path))
            )
            for _, columns_entry in columns
        ]
        for entry in entries
    ]
    cells = [blank.spot.cell for blank, _ in columns if blank.spot.cell is not None]
    return len(words) - fill_rows(columns[0][0].spot.rows, cells, words) if words else 0


class _FactReader:
    """The words of facts as a form prints them; those of the submission too."""

    def __init__(self, facts: Facts, day: date) -> None:
        self.facts = facts
        self.day = day

    def value(self, path: str) -> Value | date | None:
        if path == "submission.date":
            return self.day
        if path in self.facts.standard.questions or path in self.facts.standard.derived:
            return self.facts.get(path)
        return None

    def text(self, path: str) -> str | None:
        """The words for a fact; None where it is not known or does not apply."""
        if path == "sites.count":
            sites = self.entries("sites.list.name")
            return str(len(sites) + 1) if sites else None
        if path.startswith("submission.review"):
            return self._decision(path.removeprefix("submission."))
        if path == "submission.date":
            return _day(self.day)
        if path.startswith("attachments"):
            return self._attachment(path)
        owner, _, name = path.rpartition(".")
        if (owner, name) in self.facts.standard.fields:
            texts = (self.field(entry, path) for entry in self.entries(path))
            return "、".join(text for text in texts if text) or None
        value = self.value(path)
        if value is None or isinstance(value, Unknown | NotApplicable):
            return None
        if isinstance(value, date):
            return _day(value)
        question = self.facts.standard.questions.get(path) or self.facts.standard.derived[path]
        return value_text(question, value)

    def _decision(self, table: str) -> str | None:
        if table not in self.facts.standard.tables:
            return None
        decision = self.facts.decision(table)
        return (
            decision.table.label_of(decision.value) if decision.settled and decision.value else None
        )

    def _attachment(self, path: str) -> str | None:
        """A field of the only attachment, or of the one of the kind that the path names."""
        kind, _, name = path.removeprefix("attachments").partition("].")
        wanted = kind.removeprefix("[")
        name = name or path.removeprefix("attachments.")
        entries = [
            entry
            for entry in self.entries("attachments.title")
            if not wanted or entry.get("kind") == wanted
        ]
        if not wanted and name != "title" and len(entries) != 1:
            return None
        texts = [self.field(entry, f"attachments.{name}") for entry in entries]
        return "、".join(text for text in texts if text) or None

    def entries(self, path: str) -> tuple[Element, ...]:
        """The entries of the list that a path of a field is about."""
        value = self.facts.get(path.rpartition(".")[0])
        return value if isinstance(value, tuple) else ()

    def field(self, entry: Element, path: str) -> str | None:
        """The words of one field of an entry."""
        owner, _, name = path.rpartition(".")
        field: Question = self.facts.standard.fields[owner, name]
        value = self.facts.field(Scope(owner, entry), name)
        if isinstance(value, Unknown | NotApplicable):
            return None
        return _day(value) if isinstance(value, date) else value_text(field, value)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _nowhere(facts: Facts, mapping: FormMapping) -> list[str]:
    """The answered facts, required ones, that no blank of the form asks."""
    printed: set[str] = set()
    for entry in mapping.blanks:
        printed |= set(entry.facts) | {path.rpartition(".")[0] for path in entry.facts}
    return [
        path
        for path, question in facts.standard.questions.items()
        if path not in printed
        and question.required_when is not None
        and not path.startswith("event.")
        and not isinstance(facts.get(path), Unknown | NotApplicable)
    ]


def fact_label(path: str, facts_or_standard: object) -> str:
    """What people call a fact of a mapping."""
    standard = getattr(facts_or_standard, "standard", facts_or_standard)
    if path in SUBMISSION_FACTS:
        return SUBMISSION_FACTS[path]
    if path.startswith("attachments["):
        kind, _, name = path.removeprefix("attachments[").partition("].")
        return f"附件（{kind}）的{SUBMISSION_FACTS.get(f'attachments.{name}', name)}"
    return label_of(standard, path)  # type: ignore[arg-type]


def coverage_tree(
    name: str, coverage: FormCoverage, labels: Mapping[str, str]
) -> dict[str, object]:
    """The coverage for programs."""
    return {
        "format": "mmethics/form-coverage/1",
        "form": name,
        "blanks": len(coverage.blanks),
        **{state: coverage.count(state) for state in get_args(State)},
        "left_over": dict(coverage.left_over),
        "nowhere": [{"path": path, "label": labels[path]} for path in coverage.nowhere],
        "list": [
            {
                "words": blank.words, "place": blank.place, "state": blank.state,
                "is": list(blank.facts), "why": blank.why,
            }
            for blank in coverage.blanks
        ],
    }  # fmt: skip
