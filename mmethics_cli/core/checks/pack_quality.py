"""What makes a pack good, where it is already right: questions that people understand, items that
can be proved, documents that rest on a norm.

`shortcomings` are of single entries, an institution's own as well as shipped ones; `gaps` are of a
whole standard, which an institution's additions alone need not be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from msgspec import Struct

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.conditions.values import KeyPath
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import DocumentKind, Question, ReviewItem, Standard

LEAST_SYNONYMS: Final = 2
LONGEST_ITEM: Final = 90  # characters of a review item
# Published practice alone asks for a warning at most.
PRACTICE: Final = frozenset({"practice", "guide", "guidance"})

_ITEM_ID: Final = re.compile(r"([A-Z]+)-(\d+)")
_OUT_OF_PLACE: Final = re.compile(r"受试者|第[0-9]+条|《")

Place = tuple[str, KeyPath]


class Shortcoming(NamedTuple):
    """Something that a pack file could say better, and what to do about it."""

    file: str
    keys: KeyPath
    message: str
    fix: str


def shortcomings(standard: Standard, trees: Mapping[str, object]) -> Iterator[Shortcoming]:
    """What single questions, review items, documents and consistency rules lack."""
    entries = PackEntries(trees)
    for path, place in entries.questions.items():
        question = _question(standard, path)
        yield from (Shortcoming(*place, *lack) for lack in _question_lacks(question))
    yield from _same_labels(standard, entries)
    for id_, place in entries.items.items():
        item = standard.items[id_]
        yield from (Shortcoming(*place, *lack) for lack in _item_lacks(item))
    for id_, place in entries.documents.items():
        document = standard.documents[id_]
        yield from (Shortcoming(*place, *lack) for lack in _document_lacks(standard, document))
    yield from _consistency_shortcomings(standard, entries)


def gaps(standard: Standard, trees: Mapping[str, object]) -> Iterator[Shortcoming]:
    """What a whole standard lacks: items that are missing or misplaced, forms without a document.

    Review items are numbered from 1 within each principle (`RSK-01`), those of a responsible body
    (chapter 5) within the body.
    """
    entries = PackEntries(trees)
    yield from _misnumbered(standard, entries)
    for side, body in (("institution", "组织机构"), ("committee", "伦理委员会")):
        if all(item.side != side for item in standard.items.values()):
            yield Shortcoming(
                "standard.yaml",
                (),
                f"没有{body}的审查要点",
                f"第5章的责任主体都要有要点（side: {side}）。",
            )
    written = {form for kind in standard.documents.values() for form in kind.for_form}
    table = standard.tables.get("consent_forms")
    if table is not None:
        for form in table.order:
            if form not in written | table.without_document:
                fix = f"给它一份文件（for_form: [{form}]），或者写进决定表的 without_document。"
                yield Shortcoming("documents.yaml", (), f"没有文件写“{table.values[form]}”", fix)


class PackEntries(Struct, frozen=True, dict=True):
    """Where the entries of a pack's files stand: file and key path, by path or id."""

    trees: Mapping[str, object]

    @cached_property
    def questions(self) -> Mapping[str, Place]:
        """Questions by path, the fields of a list as `list.field`."""
        places: dict[str, Place] = {}
        for file, tree in self.trees.items():
            if not file.startswith("questions/") or not isinstance(tree, dict):
                continue
            for index, entry in enumerate(_list(tree.get("questions"))):
                path, keys = str(entry["path"]), ("questions", index)
                places[path] = (file, keys)
                for at, field in enumerate(_list(entry.get("fields"))):
                    places[f"{path}.{field['name']}"] = (file, (*keys, "fields", at))
        return places

    @cached_property
    def items(self) -> Mapping[str, Place]:
        return self._by_id(lambda file: file.startswith("review_items/"))

    @cached_property
    def documents(self) -> Mapping[str, Place]:
        return self._by_id(lambda file: file == "documents.yaml")

    @cached_property
    def consistency(self) -> Mapping[str, Place]:
        return self._by_id(lambda file: file == "consistency.yaml")

    def entry(self, place: Place) -> Mapping[str, Any]:
        """What stands at a place."""
        file, keys = place
        entry: Any = self.trees[file]
        for key in keys:
            entry = entry[key]
        return entry if isinstance(entry, dict) else {}

    def _by_id(self, wanted: Callable[[str], bool]) -> Mapping[str, Place]:
        return {
            str(entry["id"]): (file, (index,))
            for file, tree in self.trees.items()
            if wanted(file)
            for index, entry in enumerate(_list(tree))
        }


def _list(tree: object) -> list[dict[str, Any]]:
    return [entry for entry in tree if isinstance(entry, dict)] if isinstance(tree, list) else []


def _question(standard: Standard, path: str) -> Question:
    owner, _, name = path.rpartition(".")
    return standard.fields.get((owner, name)) or standard.questions[path]


# Each gives what is wrong and what to do.


def _question_lacks(question: Question) -> Iterator[tuple[str, str]]:
    label = f"问题“{question.label}”"
    if "？" not in question.prompt:
        yield f"{label}的提问不是一句问话", "把 prompt 写成问句，带“？”。"
    if not question.help.endswith("。"):
        yield f"{label}没有说明，或者说明不是整句", "写 help，以“。”结尾。"
    if not question.example:
        yield f"{label}没有例子", "写 example：照着就能填的一个例子。"
    if len(question.synonyms) < LEAST_SYNONYMS:
        number = len(question.synonyms)
        yield (
            f"{label}的别名只有 {number} 个",
            f"synonyms 至少写 {LEAST_SYNONYMS} 个：表单和口头上还怎样叫它。",
        )
    if question.type in ("int", "date") and None in (question.minimum, question.maximum):
        fix = "写 min 和 max：超出的多半是写错了。"
        yield f"{label}没有上下限", fix
    if "." in question.path and not question.basis:
        yield f"{label}没有依据", "写 basis：法源和条号。"


def _same_labels(standard: Standard, entries: PackEntries) -> Iterator[Shortcoming]:
    """Questions of a section that people cannot tell apart."""
    first: dict[tuple[str, str], str] = {}
    for question in standard.questions.values():
        other = first.setdefault((question.section, question.label), question.path)
        if other != question.path:
            yield Shortcoming(
                *entries.questions[question.path],
                f"“{other}”和“{question.path}”在同一节里都叫“{question.label}”",
                "换一个 label，让人分得清。",
            )


def _item_lacks(item: ReviewItem) -> Iterator[tuple[str, str]]:
    label = f"审查要点 {item.id}"
    if item.side == "applicant" and not item.evidence:
        yield (
            f"{label} 没有写怎样证明",
            "evidence 至少写一个 path（卷宗里的回答）或 attachment（文件）。",
        )
    if not item.text.endswith("。"):
        yield f"{label} 不是整句", "text 以“。”结尾。"
    if len(item.text) > LONGEST_ITEM:
        yield f"{label} 有 {len(item.text)} 个字", f"text 不超过 {LONGEST_ITEM} 个字。"
    for word in dict.fromkeys(_OUT_OF_PLACE.findall(item.text)):
        fix = "写“研究参与者”。" if word == "受试者" else "法源和条号写在 basis 里。"
        yield f"{label} 里写了“{word}”", fix


def _document_lacks(standard: Standard, document: DocumentKind) -> Iterator[tuple[str, str]]:
    label = f"文件“{document.title}”"
    brought = document.template is None
    if brought and not document.note.endswith("。"):
        yield f"{label}由申请人自备，却没有说要放进什么", "写 note，以“。”结尾。"
    statuses = {standard.sources[basis.source].status for basis in document.basis}
    by_practice = document.audience == "applicant" and not statuses - PRACTICE
    if brought and document.missing == "error" and by_practice:
        yield (
            f"{label}缺了算错误，依据里却没有一条规定",
            "写上规定它的条文，或者写 missing: warning。",
        )
    if document.for_form and not (document.template and document.elements):
        yield (
            f"{label}是给参与者的，却没有模板或者没有写要告知什么",
            "写 template 和 elements（见 elements.yaml）。",
        )


def _consistency_shortcomings(standard: Standard, entries: PackEntries) -> Iterator[Shortcoming]:
    """Rules that say too little, or that speak before anything was answered."""
    begun = {
        finding.id
        for answers in ({}, {"event": {"kind": "initial"}})
        for finding in contradictions(Facts(standard, read_tree(standard, answers).values))
    }
    for id_, place in entries.consistency.items():
        rule = standard.consistency[id_]
        if not rule.basis:
            yield Shortcoming(*place, f"规则 {id_} 没有依据", "写 basis：法源和条号。")
        for key, text in (("message", rule.message), ("fix", rule.fix)):
            if not text.endswith("。"):
                yield Shortcoming(*place, f"规则 {id_} 的 {key} 不是整句", "以“。”结尾。")
        if rule.message == rule.fix:
            fix = "fix 写怎样改，不重复 message。"
            yield Shortcoming(*place, f"规则 {id_} 没有说怎样改", fix)
        if id_ in begun:
            fix = "在 when 里写明要等哪个回答。"
            yield Shortcoming(*place, f"规则 {id_} 在什么都没有回答时就成立", fix)


def _misnumbered(standard: Standard, entries: PackEntries) -> Iterator[Shortcoming]:
    """Ids of items that tell a wrong principle or body, and numbers left out."""
    numbers: dict[str, dict[int, str]] = {}
    for id_, place in entries.items.items():
        match = _ITEM_ID.fullmatch(id_)
        if match is None:
            fix = "写成 RSK-01 的样子：大写字母、连字符、号码。"
            yield Shortcoming(*place, f"审查要点“{id_}”的编号不合式样", fix)
        else:
            numbers.setdefault(match[1], {})[int(match[2])] = id_
    prefixes: dict[str, str] = {}
    for prefix, ids in numbers.items():
        items = [standard.items[id_] for id_ in ids.values()]
        if len({item.side for item in items}) == 1 and items[0].side != "applicant":
            continue  # the duties of a responsible body, under whatever principle
        (principle, _), *_ = Counter(item.principle for item in items).most_common(1)
        usual = prefixes.setdefault(principle, prefix)
        for item in items:
            if item.principle != principle or prefix != usual:
                where = standard.principles[item.principle]
                other = next((p for name, p in prefixes.items() if name == item.principle), prefix)
                fix = f"“{where}”的要点编号写 {other}-。"
                place = entries.items[item.id]
                yield Shortcoming(*place, f"审查要点 {item.id} 的编号与“{where}”不合", fix)
    renamed = {old for step in standard.migrations for old in step.items}
    for prefix, ids in numbers.items():
        for number in range(1, max(ids)):
            name = f"{prefix}-{number:02d}"
            if number not in ids and name not in renamed:
                following = ids[min(next_ for next_ in ids if next_ > number)]
                fix = "补上这一条；改了编号的在 migrations.yaml 的 items 里写明。"
                yield Shortcoming(*entries.items[following], f"{following} 之前没有 {name}", fix)
