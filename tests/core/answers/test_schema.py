"""The JSON Schemas: every sound dossier passes, what `read_value` refuses does not."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, ValidationError

from mmethics_cli.core.answers.schema import dossier_schema, self_check_schema
from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.written import plain
from mmethics_cli.core.standard.answers import Refused, option_of, read_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.store.dossier.blank_files import dossier_text, self_check_text
from mmethics_cli.store.examples import examples
from mmethics_cli.store.yaml.reader import parse
from tests.studies import standard


class EditorLoader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: `yes` and a day are texts, true and 3 are not."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    EditorLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first)
    )

EXAMPLES: Final = sorted(examples())
WHOLE: Final = dossier_schema(standard())


def read(text: str) -> Any:
    return yaml.load(text, EditorLoader)


@cache
def validator(self_check: bool = False) -> Draft7Validator:
    schema = self_check_schema(standard()) if self_check else WHOLE
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def faults(text: str, self_check: bool = False) -> list[str]:
    """Where a file does not fit its schema."""
    return [deepest(error) for error in validator(self_check).iter_errors(read(text))]


def deepest(error: ValidationError) -> str:
    """The place that an editor marks: the innermost that fits none of its forms."""
    below = [
        one for one in error.context or () if len(one.absolute_path) > len(error.absolute_path)
    ]
    return deepest(below[0]) if below else ".".join(map(str, error.absolute_path))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_passes(name: str) -> None:
    folder = examples()[name]
    text = (folder / "dossier.yaml").read_text(encoding="utf-8")
    assert len(read(text)) > 10
    refused = read_tree(standard(), parse(text, name).tree).refused
    assert faults(text) == [".".join(map(str, one.keys)) for one in refused]
    assert faults((folder / "self-check.yaml").read_text(encoding="utf-8"), True) == []


def test_the_blank_files_pass() -> None:
    assert faults(dossier_text(standard())) == []
    assert faults(self_check_text(standard()), True) == []


@pytest.mark.parametrize(
    "text",
    [
        "projct: {title: 甲}",
        "project: {titel: 甲}",
        "project: {kind: 观察研究}",
        "project: {title: [甲]}",
        "project: {start_date: 3/1/2027}",
        "project: {start_date: 2027-13-1}",
        "project: {start_date: 2027-3}",
        "project: {already_started: 大概}",
        "project: {already_started: 3}",
        "project: {title: {not_applicable: 不用}}",
        "participants: {age_min: 三百}",
        "participants: {age_min: -1}",
        "participants: {age_min: 1.5}",
        "participants: {vulnerable: [minor]}",
        "participants: {vulnerable: 儿童们、甲}",
        "data: {assets: {id: ct}}",
        "data: {assets: [{id: ct, modalty: imaging}]}",
        "data: {assets: [{id: ct, modality: imagin}]}",
        "attachments: [{id: a, kind: protocl}]",
        "attachments: [{id: a, version: {not_applicable: ''}}]",
        "attachments: [{id: a, version: {because: 证书}}]",
        "- 甲",
    ],
)
def test_what_is_wrong_is_refused(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "project: {already_started: yes}",
        "project: {already_started: true}",
        "project: {already_started: 是}",
        "project: {already_started: 不清楚}",
        "project: {already_started: √}",
        "project: {kind: 观察性研究}",
        "project: {kind: unsure}",
        "project: {start_date: 2027-03-01}",
        "project: {start_date: 2027/3/1}",
        "project: {start_date: 2027年3月1日}",
        "project: {start_date: 20270301}",
        "project: {start_date: 二〇二七年三月一日}",
        "project: {number: 1.10, title: 3000}",
        "participants: {age_min: 18}",
        "participants: {vulnerable: 无}",
        "participants: {vulnerable: []}",
        "data: {assets: 没有}",
        "attachments: [{id: 1, kind: protocol, version: {not_applicable: 证书没有版本}}]",
        "attachments: [{kind: 研究方案, version: 不适用：证书没有版本, signed: 否}]",
    ],
)
def test_every_way_to_write_an_answer_passes(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("BEN-01: {answer: met, evidence: protocol, page: 2}", True),
        ("BEN-01: {answer: 不符合, note: 还缺一份}", True),
        ("BEN-01: {answer: 也许}", False),
        ("BEN-01: {anser: met}", False),
        ("BEN-999: {answer: met}", False),
        ("BEN-01: met", False),
    ],
)
def test_the_self_check(text: str, right: bool) -> None:
    assert (faults(text, self_check=True) == []) is right


def every_question() -> list[Question]:
    pack = standard()
    asked = [one for one in pack.questions.values() if not one.path.startswith("event.")]
    return [*asked, *(field for one in asked for field in one.fields)]


def schema_of(question: Question) -> dict[str, Any]:
    node: Any = WHOLE
    for key in (question.owner or question.path).split("."):
        node = node["properties"][key]
    if question.owner:
        node = node["anyOf"][0]["items"]["properties"][question.path]
    assert isinstance(node, dict)
    return node


def test_people_are_told_what_is_asked() -> None:
    for question in every_question():
        schema = schema_of(question)
        assert schema["title"] == question.label
        assert schema["description"].startswith(question.prompt)
        assert question.help in schema["description"]


def test_options_are_offered_by_key_with_their_labels() -> None:
    seen = []
    for question in every_question():
        for form in schema_of(question)["anyOf"]:
            if "enumDescriptions" in form:
                assert dict(zip(form["enum"], form["enumDescriptions"], strict=True)) == (
                    question.values
                )
                seen.append(question)
            elif question.values and "enum" in form:
                assert all(option_of(question, plain(word)) for word in form["enum"])
                assert set(question.values.values()) <= {*form["enum"], *question.values}
    assert seen == [one for one in every_question() if one.values]


# What people type, sound and not, and what is near to it.
DIGIT: Final = st.sampled_from("0123456789０１２３")
PIECES: Final = st.sampled_from(
    [
        *(
            "2027",
            "3",
            "03",
            "12",
            "31",
            "1",
            "-",
            "/",
            ".",
            "年",
            "月",
            "日",
            "号",
            " ",
            "，",
            ",",
        ),
        *("20270301", "2027-03-01", "三百", "二〇二七年", "三月", "一日", "例", "岁", "-5", "320"),
        *("是", "否", "y", "YES", "无", "没有", "不清楚", "unsure", "有", "不适用：", "理由", "、"),
    ]
)
TYPED: Final = st.lists(PIECES | DIGIT, min_size=1, max_size=6).map("".join)


@cache
def judged(name: str) -> tuple[Question, Draft7Validator]:
    question = next(one for one in every_question() if one.name == name)
    return question, Draft7Validator({**schema_of(question), "definitions": WHOLE["definitions"]})


# One question of each way to be read.
READ: Final = tuple(
    {
        (one.type, one.precision, one.may_not_apply, bool(one.units), one.minimum): one.name
        for one in every_question()
        if one.type in ("bool", "date", "int", "choice")
    }.values()
)


@given(st.sampled_from(READ), TYPED)
def test_an_editor_takes_what_the_program_takes(name: str, text: str) -> None:
    """Nothing sound is marked as wrong; what is wrong and passes is wrong by its value alone."""
    question, fits = judged(name)
    try:
        read_value(question, text)
    except Refused as refusal:
        by_value = "不能小于" in refusal.message or "不能大于" in refusal.message
        impossible = question.type == "date" and re.search(r"没有|要写到", refusal.fix)
        if not by_value and not impossible:
            assert not fits.is_valid(text), text
    else:
        assert fits.is_valid(text), text


def test_a_schema_is_small_and_the_same_each_time() -> None:
    text = json.dumps(WHOLE, ensure_ascii=False)
    assert text == json.dumps(dossier_schema(standard()), ensure_ascii=False)
    assert len(text.encode()) < 250_000
