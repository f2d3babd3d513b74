"""The condition language: three truths, and what the parser refuses."""

from __future__ import annotations

from typing import Any

import pytest

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.explain import facts_behind, unknown_facts
from mmethics_cli.core.conditions.language import Compare, Count, Limit, alike, evaluate
from mmethics_cli.core.conditions.parser import ConditionProblem, parse
from mmethics_cli.core.conditions.values import Truth
from mmethics_cli.core.decisions.facts import Facts
from tests.core.small_pack import small_standard

STANDARD = small_standard()
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def facts_of(tree: dict[str, Any], **more: Any) -> Facts:
    return Facts(STANDARD, read_tree(STANDARD, tree).values, **more)


def truth(condition: dict[str, Any], tree: dict[str, Any]) -> Truth:
    return evaluate(parse(condition, STANDARD.vocabulary), facts_of(tree))


@pytest.mark.parametrize(
    ("condition", "tree", "expected"),
    [
        ({}, {}, YES),
        ({"study.level": "low"}, {"study": {"level": "low"}}, YES),
        ({"study.level": "low"}, {"study": {"level": "high"}}, NO),
        ({"study.level": "low"}, {}, UNKNOWN),
        ({"study.level": "low"}, {"study": {"level": "unsure"}}, UNKNOWN),
        ({"study.level": ["low", "high"]}, {"study": {"level": "high"}}, YES),
        ({"study.topics": "mind"}, {"study": {"topics": ["mind", "gene"]}}, YES),
        ({"study.topics": "mind"}, {"study": {"topics": []}}, NO),
        ({"study.topics": {"only": ["mind"]}}, {"study": {"topics": ["mind", "gene"]}}, NO),
        ({"study.topics": {"only": ["mind"]}}, {"study": {"topics": []}}, YES),
        ({"study.topics": {"empty": "yes"}}, {"study": {"topics": "none"}}, YES),
        ({"study.topics": {"empty": "no"}}, {"study": {"topics": ["gene"]}}, YES),
        ({"study.topics": {"count": {"at_least": "2"}}}, {"study": {"topics": ["gene"]}}, NO),
        ({"study.topics": {"count": {"at_least": "1"}}}, {"study": {"topics": ["gene"]}}, YES),
        ({"study.topics": {"count": {"at_most": "1"}}}, {"study": {"topics": ["gene"]}}, YES),
        ({"study.topics": {"count": {"at_most": "0"}}}, {"study": {"topics": "none"}}, YES),
        ({"study.age": {"at_least": "18"}}, {"study": {"age": "18"}}, YES),
        ({"study.age": {"more_than": "18"}}, {"study": {"age": "18"}}, NO),
        ({"study.age": {"at_most": "18"}}, {"study": {"age": "19"}}, NO),
        ({"study.age": {"less_than": "18"}}, {"study": {"age": "17"}}, YES),
        ({"study.age": {"at_least": "8", "at_most": "13"}}, {"study": {"age": "14"}}, NO),
        ({"study.age": "18"}, {"study": {"age": "18"}}, YES),
        (
            {"study.end": {"before": {"fact": "study.start"}}},
            {"study": {"start": "2027-02-01", "end": "2027-01-31"}},
            YES,
        ),
        (
            {"study.end": {"after": {"fact": "study.start"}}},
            {"study": {"start": "2027-02-01"}},
            UNKNOWN,
        ),
        ({"study.start": {"at_least": "2027-01-01"}}, {"study": {"start": "2027-01-01"}}, YES),
        ({"study.title": {"contains": ["招募", "随访"]}}, {"study": {"title": "前瞻随访"}}, YES),
        ({"study.title": {"contains": "招募"}}, {"study": {"title": "回顾"}}, NO),
        ({"study.title": {"empty": "no"}}, {"study": {"title": "甲"}}, YES),
        ({"study.title": {"empty": "yes"}}, {"study": {"title": "甲"}}, NO),
        ({"study.title": {"empty": "yes"}}, {}, UNKNOWN),
        ({"study.title": {"answered": "yes"}}, {"study": {"title": "甲"}}, YES),
        ({"study.title": {"answered": "no"}}, {"study": {"title": "甲"}}, NO),
        ({"study.title": {"answered": "no"}}, {}, YES),
        ({"study.title": {"answered": "yes"}}, {}, NO),
        (
            {"study.title": {"answered": "yes"}},
            {"study": {"title": {"not_applicable": "理由"}}},
            YES,
        ),
        ({"study.title": {"contains": "甲"}}, {"study": {"title": {"not_applicable": "理由"}}}, NO),
        ({"all": [{"study.level": "low"}, {"study.age": "1"}]}, {"study": {"level": "high"}}, NO),
        ({"any": [{"study.level": "low"}, {"study.age": "1"}]}, {"study": {"level": "low"}}, YES),
        ({"any": [{"study.level": "low"}, {"study.age": "1"}]}, {"study": {"age": "2"}}, UNKNOWN),
        ({"not": {"study.level": "low"}}, {"study": {"level": "high"}}, YES),
        ({"not": {"study.level": "low"}}, {}, UNKNOWN),
    ],
)
def test_truth(condition: dict[str, Any], tree: dict[str, Any], expected: Truth) -> None:
    assert truth(condition, tree) is expected


DECLINED = {"answered": "not_applicable"}


@pytest.mark.parametrize(
    ("condition", "study", "expected"),
    [
        ({"study.title": DECLINED}, {"title": {"not_applicable": "理由"}}, YES),
        ({"study.title": DECLINED}, {"title": "甲"}, NO),
        ({"study.title": DECLINED}, {}, NO),
        # Nobody gave a reason: the question was never asked.
        ({"study.refusal": DECLINED}, {"contact": "no"}, NO),
        ({"study.refusal": {"answered": "yes"}}, {"contact": "no"}, NO),
        ({"study.refusal": {"answered": "no"}}, {"contact": "no"}, YES),
    ],
)
def test_only_a_reason_makes_a_question_declined(
    condition: dict[str, Any], study: dict[str, Any], expected: Truth
) -> None:
    assert truth(condition, {"study": study}) is expected


def test_a_test_that_does_not_fit_its_fact_is_never_taken_for_a_truth() -> None:
    facts = facts_of({"study": {"age": "30", "topics": ["gene"]}})
    with pytest.raises(TypeError, match="study.age"):
        evaluate(Compare("study.age", Count("at_least", 1)), facts)
    with pytest.raises(TypeError, match="at_least"):
        evaluate(Compare("study.topics", Limit("at_least", 1)), facts)


IMAGE = {"id": "a", "kind": "image", "state": "coded", "face": "no"}
VOICE = {"id": "b", "kind": "voice", "state": "open"}


@pytest.mark.parametrize(
    ("condition", "assets", "expected"),
    [
        ({"data.assets": {"some": {"kind": "voice"}}}, [IMAGE, VOICE], YES),
        ({"data.assets": {"some": {"kind": "voice"}}}, [IMAGE], NO),
        ({"data.assets": {"some": {"kind": "voice"}}}, [IMAGE, {"id": "c"}], UNKNOWN),
        ({"data.assets": {"some": {"kind": "voice"}}}, [], NO),
        ({"data.assets": {"some": {"kind": "voice"}}}, None, UNKNOWN),
        ({"data.assets": {"every": {"kind": "image"}}}, [], YES),
        ({"data.assets": {"every": {"kind": "image"}}}, [IMAGE, VOICE], NO),
        ({"data.assets": {"every": {"kind": "image"}}}, [IMAGE, {"id": "c"}], UNKNOWN),
        ({"data.assets": {"some": {"kind": "image", "study.level": "low"}}}, [IMAGE], UNKNOWN),
        # A field is the element's wherever it stands in the condition.
        (
            {"data.assets": {"some": {"any": [{"kind": "voice"}, {"state": "open"}]}}},
            [IMAGE, VOICE],
            YES,
        ),
        ({"data.assets": {"some": {"not": {"kind": "voice"}}}}, [IMAGE], YES),
        ({"data.assets": {"every": {"not": {"kind": "voice"}}}}, [IMAGE, VOICE], NO),
        # A field whose own ask_when is no: every comparison on it is no.
        ({"data.assets": {"some": {"face": "no"}}}, [VOICE], NO),
        ({"data.assets": {"some": {"face": "no"}}}, [{"id": "c"}], UNKNOWN),
        ({"data.assets": {"count": {"at_least": "2"}}}, [IMAGE, VOICE], YES),
        ({"data.assets": {"count": {"more_than": "2"}}}, [IMAGE, VOICE], NO),
        ({"data.assets": {"count": {"at_least": "1"}}}, None, UNKNOWN),
        ({"data.assets": {"empty": "yes"}}, [], YES),
        ({"data.assets": {"empty": "no"}}, [], NO),
        ({"data.assets": {"empty": "yes"}}, [IMAGE], NO),
        ({"data.kinds": "voice"}, [IMAGE, VOICE], YES),
        ({"data.kinds": "voice"}, [IMAGE, {"id": "c"}], UNKNOWN),
        ({"data.kinds": {"count": {"at_least": "2"}}}, [IMAGE, {"id": "c"}], UNKNOWN),
        ({"data.kinds": {"count": {"at_least": "3"}}}, [IMAGE, {"id": "c"}], NO),
        ({"data.kinds": {"count": {"at_most": "2"}}}, [IMAGE, {"id": "c"}], YES),
        ({"data.kinds": {"count": {"at_least": "1"}}}, [IMAGE, {"id": "c"}], YES),
        ({"data.kinds": {"empty": "yes"}}, [{"id": "c"}], UNKNOWN),
        ({"data.kinds": {"empty": "yes"}}, [IMAGE, {"id": "c"}], NO),
        ({"data.kinds": {"only": ["image"]}}, [IMAGE, VOICE], NO),
        ({"data.kinds": {"only": ["image"]}}, [IMAGE, {"id": "c"}], UNKNOWN),
        ({"data.kinds": {"empty": "no"}}, None, UNKNOWN),
        ({"data.worst": "open"}, [IMAGE, VOICE, {"id": "c"}], YES),
        ({"data.worst": "coded"}, [IMAGE, {"id": "c"}], UNKNOWN),
        ({"data.worst": "coded"}, [IMAGE], YES),
        ({"data.worst": "coded"}, [], NO),
        ({"data.anonymous": "no"}, [IMAGE], YES),
        ({"data.anonymous": "yes"}, [], NO),
    ],
)
def test_truth_over_lists(condition: dict[str, Any], assets: Any, expected: Truth) -> None:
    tree = {} if assets is None else {"data": {"assets": assets}}
    assert truth(condition, tree) is expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("张明", YES),
        ("张　明", YES),
        ("李华", NO),
        ({"not_applicable": "没有"}, NO),
        (None, UNKNOWN),
    ],
)
def test_a_text_may_have_to_name_what_another_fact_says(title: Any, expected: Truth) -> None:
    condition = {"data.assets": {"some": {"name": {"names": "study.title"}}}}
    tree = {"study": {"title": title}, "data": {"assets": [{"id": "a", "name": "张 明（主任）"}]}}
    assert truth(condition, tree) is expected
    if expected is UNKNOWN:
        lacking = unknown_facts(parse(condition, STANDARD.vocabulary), facts_of(tree))
        assert lacking == {"study.title"}


def test_a_fact_that_does_not_apply_makes_every_comparison_no() -> None:
    tree = {"study": {"contact": "no", "refusal": "yes"}}
    assert truth({"study.refusal": "yes"}, tree) is NO
    assert truth({"study.refusal": "no"}, tree) is NO


def test_the_documents_that_a_submission_needs_are_a_fact() -> None:
    assert truth({"decided.documents": "consent"}, {"study": {"contact": "yes"}}) is YES
    assert truth({"decided.documents": "consent"}, {"study": {"contact": "no"}}) is NO
    assert truth({"decided.documents": "consent"}, {}) is UNKNOWN


def test_a_fact_is_unknown_while_it_is_not_known_whether_it_applies() -> None:
    assert truth({"study.refusal": "yes"}, {"study": {"refusal": "yes"}}) is UNKNOWN


def test_what_only_the_office_can_tell_is_no_until_it_says_so() -> None:
    assert truth({"study.asked_meeting": "yes"}, {}) is NO
    assert truth({"study.asked_meeting": "yes"}, {"study": {"asked_meeting": "yes"}}) is YES


def test_newly_compares_with_the_approved_baseline() -> None:
    condition = parse({"newly": {"study.level": "high"}}, STANDARD.vocabulary)
    now = {"study": {"level": "high"}}
    assert evaluate(condition, facts_of(now)) is NO
    assert evaluate(condition, facts_of(now, baseline=facts_of({"study": {"level": "low"}}))) is YES
    assert evaluate(condition, facts_of(now, baseline=facts_of(now))) is NO
    assert evaluate(condition, facts_of(now, baseline=facts_of({}))) is UNKNOWN


def test_newly_holds_of_an_element_too() -> None:
    newly = {"newly": {"kind": "image", "study.level": "high"}}
    condition = parse({"data.assets": {"some": newly}}, STANDARD.vocabulary)
    tree = {"study": {"level": "high"}, "data": {"assets": [IMAGE]}}
    before = facts_of({**tree, "study": {"level": "low"}})
    assert evaluate(condition, facts_of(tree, baseline=before)) is YES
    assert evaluate(condition, facts_of(tree, baseline=facts_of(tree))) is NO
    voice = {**tree, "data": {"assets": [VOICE]}}
    assert evaluate(condition, facts_of(voice, baseline=before)) is NO


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"study.levl": "low"}, "不认识的事实“study.levl”"),
        ({"study.level": "middle"}, "没有“middle”这个值"),
        ({"study.contact": "perhaps"}, "应是 yes 或 no"),
        ({"study.age": {"at_least": "many"}}, "没有“many”这个值"),
        ({"study.age": {"some": {}}}, "不能用 some 比较"),
        ({"study.level": {"at_least": "1"}}, "不能用 at_least 比较"),
        ({"study.age": {}}, "没有写比较"),
        ({"data.assets": "image"}, "是列表"),
        ({"data.assets": {"some": {"colour": "red"}}}, "不认识的事实“colour”"),
        ({"study.topics": {"count": "2"}}, "应写成 count"),
        ({"study.end": {"before": {"fact": "study.age"}}}, "类型不同"),
        ({"study.title": {"contains": [["招募"]]}}, "contains 应是词的列表"),
        ({"study.title": {"contains": {"fact": "study.age"}}}, "contains 应是词的列表"),
        ({"study.title": {"names": "study.age"}}, "类型不同"),
        ({"decided.documents": "letter"}, "没有“letter”这个值"),
        ({"any": []}, "条件的列表"),
        ({"not": {"study.refusal": "yes"}}, "可能不适用"),
        ({"not": {"any": [{"study.refusal": "yes"}]}}, "可能不适用"),
        ({"not": {"data.assets": {"some": {"face": "yes"}}}}, "可能不适用"),
        ("study.level", "路径: 值"),
    ],
)
def test_the_parser_refuses(condition: Any, said: str) -> None:
    with pytest.raises(ConditionProblem, match=said):
        parse(condition, STANDARD.vocabulary)


def test_unknown_facts_are_the_questions_still_to_answer() -> None:
    condition = parse(
        {"study.level": "low", "study.refusal": "no", "data.assets": {"some": {"face": "yes"}}},
        STANDARD.vocabulary,
    )
    tree = {"study": {"level": "low"}, "data": {"assets": [{"id": "x", "kind": "image"}]}}
    assert unknown_facts(condition, facts_of(tree)) == {
        "study.contact",
        "study.refusal",
        "data.assets[x].face",
    }


@pytest.mark.parametrize(
    ("bound", "open_"),
    [
        ({"fact": "study.start"}, {"study.start"}),
        ({"fact": "study.start", "plus": {"days": "study.age"}}, {"study.start", "study.age"}),
    ],
)
def test_the_facts_that_make_a_bound_are_still_to_answer(bound: object, open_: set[str]) -> None:
    condition = parse({"study.end": {"after": bound}}, STANDARD.vocabulary)
    assert unknown_facts(condition, facts_of({"study": {"end": "2027-03-01"}})) == open_


def test_nothing_is_lacking_when_another_part_settles_the_condition() -> None:
    condition = parse({"study.level": "low", "study.age": "3"}, STANDARD.vocabulary)
    assert unknown_facts(condition, facts_of({"study": {"level": "high"}})) == frozenset()


def test_facts_behind_are_those_that_made_the_outcome() -> None:
    condition = parse(
        {"any": [{"study.level": "high"}, {"study.age": {"less_than": "18"}}]}, STANDARD.vocabulary
    )
    facts = facts_of({"study": {"level": "low", "age": "12"}})
    assert facts_behind(condition, facts) == {"study.age": 12}


def test_facts_behind_a_computed_fact_are_the_answers_it_rests_on() -> None:
    condition = parse({"data.anonymous": "no"}, STANDARD.vocabulary)
    facts = facts_of({"data": {"assets": [IMAGE, {"id": "c", "state": "anonymous"}]}})
    assert facts_behind(condition, facts) == {"data.assets[a].state": "coded"}


CODED = {"id": "a", "name": "张三"}
PLAIN = {"id": "b", "name": "李四"}


@pytest.mark.parametrize(
    ("test", "title", "entries", "expected"),
    [
        ({"names": "data.assets.name"}, "由张三保管", [CODED, PLAIN], YES),
        ({"names": "data.assets.name"}, "由王五保管", [CODED, PLAIN], NO),
        ({"names": "data.assets.name"}, "由王五保管", [CODED, {"id": "b"}], UNKNOWN),
        ({"named_in": "data.assets.name"}, "三", [CODED], YES),
        ({"named_in": "data.assets.name"}, "四", [CODED], NO),
        ({"longer_than": "data.assets.name"}, "20年", [{"id": "a", "name": "2年"}], YES),
        ({"longer_than": "data.assets.name"}, "二十四个月", [{"id": "a", "name": "2年"}], NO),
        ({"longer_than": "data.assets.name"}, "20年", [{"id": "a", "name": "到期删除"}], NO),
        ({"longer_than": "data.assets.name"}, "永久保存", [{"id": "a", "name": "10年"}], YES),
        ({"other_periods_than": "data.assets.name"}, "1年", [{"id": "a", "name": "2年"}], YES),
        ({"other_periods_than": "data.assets.name"}, "1年", [{"id": "a", "name": "1年、2年"}], NO),
        ({"other_periods_than": "data.assets.name"}, "1年", None, UNKNOWN),
    ],
)
def test_a_text_is_held_against_other_texts(
    test: dict[str, str], title: str, entries: list[dict[str, str]] | None, expected: Truth
) -> None:
    tree: dict[str, Any] = {"study": {"title": title}}
    if entries is not None:
        tree["data"] = {"assets": entries}
    assert truth({"study.title": test}, tree) is expected


def test_a_text_is_held_against_texts_alone() -> None:
    for other in ("study.age", "data.assets.kind", "data.assets", "study.nothing"):
        with pytest.raises(ConditionProblem):
            parse({"study.title": {"names": other}}, STANDARD.vocabulary)


def test_an_entry_waits_for_the_texts_that_it_is_held_against() -> None:
    condition = parse({"study.title": {"named_in": "data.assets.name"}}, STANDARD.vocabulary)
    assert unknown_facts(condition, facts_of({"study": {"title": "甲"}})) == {"data.assets"}


def test_a_fact_is_held_against_what_was_approved() -> None:
    condition = parse({"study.age": {"more_than": {"approved": "study.age"}}}, STANDARD.vocabulary)
    now = {"study": {"age": "20"}}
    assert evaluate(condition, facts_of(now)) is NO
    approved = facts_of({"study": {"age": "18"}})
    assert evaluate(condition, facts_of(now, baseline=approved)) is YES
    assert evaluate(condition, facts_of(now, baseline=facts_of({}))) is UNKNOWN


LOW = {"study.level": "low"}
ADULT = {"study.age": {"at_least": "18"}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"all": [LOW, ADULT]}, {"any": [LOW, ADULT]}),
        ({"all": [LOW, ADULT]}, {"all": [ADULT, LOW]}),
        ({"all": [LOW, ADULT]}, {"all": [LOW]}),
        ({"not": LOW}, {"newly": LOW}),
        ({"not": LOW}, LOW),
        (ADULT, {"study.age": {"more_than": "18"}}),
        (ADULT, {"study.age": {"at_least": "19"}}),
        ({"study.level": "low"}, {"study.level": ["low", "high"]}),
        (
            {"data.assets": {"some": {"kind": "voice"}}},
            {"data.assets": {"every": {"kind": "voice"}}},
        ),
    ],
)
def test_conditions_are_alike_only_when_they_say_the_same_in_the_same_way(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = (parse(raw, STANDARD.vocabulary) for raw in (one, other))
    assert not alike(first, second)
    assert not alike(second, first)
    assert alike(first, parse(one, STANDARD.vocabulary))
    assert alike(second, parse(other, STANDARD.vocabulary))


def test_two_kinds_of_test_that_hold_the_same_are_not_alike() -> None:
    assert not alike(Compare("a.b", Limit("at_least", 2)), Compare("a.b", Count("at_least", 2)))
    assert not alike("low", 2)
