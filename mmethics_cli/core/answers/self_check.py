"""The applicant's own answers to the review items (self-check.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.answers.troubles import Trouble, unknown_name
from mmethics_cli.core.conditions.written import plain
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.placeholders import group_of, not_an_answer

MET, NOT_MET, NOT_APPLICABLE = "met", "not_met", "not_applicable"
ANSWERS: Final[Mapping[str, str]] = {
    MET: "符合",
    NOT_MET: "不符合",
    NOT_APPLICABLE: "不适用",
}
ANSWER_KEYS: Final = ("answer", "note", "evidence", "page")


class SelfCheckAnswer(Struct, frozen=True):
    """One answer; `answer` is a key of ANSWERS or None, `evidence` a path or an attachment's id."""

    item: str
    answer: str | None = None
    note: str = ""
    evidence: str = ""
    page: str = ""


class SelfCheck(Struct, frozen=True):
    """All answers by item, and the places that could not be read.

    `unknown` are keys that no item has, among them the items that the pack does not have
    (UnknownName); `refused` are answers that no item takes, `placeholders` notes that say nothing
    (待定): they count as none.
    """

    answers: Mapping[str, SelfCheckAnswer]
    unknown: tuple[Trouble, ...] = ()
    refused: tuple[Trouble, ...] = ()
    placeholders: tuple[Trouble, ...] = ()

    def of(self, item: str) -> SelfCheckAnswer:
        """The answer to an item; an empty one where there is none."""
        return self.answers.get(item, SelfCheckAnswer(item))


def read_self_check(standard: Standard, tree: object) -> SelfCheck:
    """Read the tree of a self-check file; an empty file has no answers."""
    if tree is None:
        return SelfCheck({})
    if not isinstance(tree, dict):
        return SelfCheck({}, (Trouble("", (), "自查表应是一组“要点编号: 回答”"),))
    unknown: list[Trouble] = []
    refused: list[Trouble] = []
    placeholders: list[Trouble] = []
    answers: dict[str, SelfCheckAnswer] = {}
    for item, raw in tree.items():
        if item not in standard.items:
            names = dict.fromkeys(standard.items, "")
            name = f"self_check.{item}"
            unknown.append(unknown_name(standard, "审查要点", name, (item,), tree, names))
        elif isinstance(raw, dict):
            unknown.extend(_unknown_keys(item, raw))
            answers[item] = _answer(item, raw, refused)
            note = answers[item].note
            if group_of(standard.placeholders, note):
                answers[item] = replace(answers[item], note="")
                label = f"要点 {item} 的说明"
                message, fix = not_an_answer(standard.placeholders, label, note)
                place = (item, "note")
                placeholders.append(Trouble(f"self_check.{item}", place, message, fix))
        elif raw is not None:
            unknown.append(Trouble("", (item,), f"“{item}”应写成 answer、note、evidence、page"))
    return SelfCheck(answers, tuple(unknown), tuple(refused), tuple(placeholders))


def answer_key(text: str) -> str | None:
    """The answer that a word names, by key or in Chinese; None for no such."""
    word = plain(text).casefold().replace("-", "_")
    return next((key for key, label in ANSWERS.items() if word in (key, label)), None)


def _unknown_keys(item: str, raw: Mapping[str, object]) -> Iterator[Trouble]:
    for key, value in raw.items():
        if key not in ANSWER_KEYS:
            yield Trouble(
                "", (item, key), f"不认识的字段“{key}”", f"可写：{'、'.join(ANSWER_KEYS)}"
            )
        elif value is not None and not isinstance(value, str):
            yield Trouble("", (item, key), f"“{key}”应是一个值")


def _answer(item: str, raw: Mapping[str, object], refused: list[Trouble]) -> SelfCheckAnswer:
    texts = {key: raw[key] for key in ANSWER_KEYS if isinstance(raw.get(key), str)}
    word = plain(str(texts.get("answer", "")))
    answer = answer_key(word)
    if word and answer is None:
        options = "、".join(ANSWERS.values())
        message = f"要点“{item}”的回答“{word}”不认识"
        refused.append(Trouble(f"self_check.{item}", (item, "answer"), message, f"可选：{options}"))
    return SelfCheckAnswer(
        item,
        answer,
        str(texts.get("note", "")).strip(),
        str(texts.get("evidence", "")).strip(),
        str(texts.get("page", "")).strip(),
    )
