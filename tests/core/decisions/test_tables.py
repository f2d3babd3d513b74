"""Decision tables: strictest wins, unknown never relaxes, open questions are those that matter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.parser import parse
from mmethics_cli.core.conditions.values import Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.tables import Decision
from mmethics_cli.core.standard.names import label_of
from tests.core.small_pack import small_standard, trees

STANDARD = small_standard()
QUIET = {"topics": [], "contact": "no"}


def decide(table: str, study: dict[str, Any], **more: Any) -> Decision:
    tree = {"study": study, **more}
    return Facts(STANDARD, read_tree(STANDARD, tree).values).decision(table)


def test_nothing_known_shows_the_strictest_that_may_be_shown() -> None:
    method = decide("method", {})
    assert (method.value, method.settled) == ("meeting", False)
    # Urgent needs a rule that fires; until then it is only a candidate.
    assert method.candidates == ("simple", "meeting", "urgent")
    assert method.open == ("study.contact", "study.level", "study.refusal", "study.topics")


def test_an_undecided_stricter_rule_keeps_the_decision_open() -> None:
    method = decide("method", {"level": "low", "contact": "no"})
    assert (method.value, method.settled) == ("meeting", False)
    assert method.open == ("study.topics",)


def test_a_fired_rule_makes_laxer_undecided_rules_idle() -> None:
    method = decide("method", {"topics": ["mind"], "contact": "no"})
    assert (method.value, method.settled, method.open) == ("meeting", True, ())


def test_what_is_laxer_than_a_fired_rule_is_no_candidate_any_more() -> None:
    method = decide("method", {"topics": ["mind"]})
    assert (method.candidates, method.value) == (("meeting", "urgent"), "meeting")
    assert method.open == ("study.contact", "study.refusal")


def test_the_never_provisional_value_is_shown_once_its_rule_fires() -> None:
    method = decide("method", {"contact": "yes", "refusal": "yes"})
    assert (method.value, method.settled) == ("urgent", True)


@pytest.mark.parametrize(("fires", "settled"), [(None, False), ("yes", True), ("no", True)])
def test_a_table_without_a_default_may_decide_nothing(fires: str | None, settled: bool) -> None:
    files = trees()
    table = next(t for t in files["rules/tables.yaml"] if t["table"] == "method")
    table.pop("otherwise")
    table["rules"] = [{**table["rules"][0], "when": {"study.contact": "yes"}}]
    standard = small_standard(**{"rules/tables.yaml": files["rules/tables.yaml"]})
    study = {"study": {} if fires is None else {"contact": fires}}
    decision = Facts(standard, read_tree(standard, study).values).decision("method")
    outcome = table["rules"][0]["outcome"]
    assert decision.settled is settled
    assert decision.candidates == {None: (None, outcome), "yes": (outcome,), "no": ()}[fires]


def test_all_rules_silent_gives_the_default() -> None:
    assert decide("method", {"level": "unsure", **QUIET}).value == "meeting"
    assert decide("method", {"level": "low", **QUIET}).value == "simple"


def test_an_open_fact_that_changes_nothing_settles_the_table() -> None:
    # Whatever the level is, both the rule and the default say meeting or simple: it matters.
    assert decide("method", QUIET).open == ("study.level",)
    # The interval does not depend on which level it is, only on the topics.
    months = decide("months", {"topics": ["mind"]})
    assert (months.value, months.settled) == (12, True)


def test_minimum_takes_the_shorter_and_waits_for_the_facts() -> None:
    assert decide("months", {"level": "low", "topics": ["gene"]}).value == 6
    months = decide("months", {"level": "low"})
    assert (months.value, months.settled, months.open) == (6, False, ("study.topics",))


def test_union_keeps_undecided_outcomes_apart() -> None:
    forms = decide("forms", {"age": "30"}, data={"assets": [{"id": "a"}]})
    assert forms.value == ("adult",)
    assert forms.possible == ("image",)
    assert forms.open == ("data.assets[a].kind",)


def test_thresholds_tell_numbers_apart() -> None:
    forms = decide("forms", {}, data={"assets": []})
    assert (forms.value, forms.possible, forms.open) == ((), ("adult", "minor"), ("study.age",))


def test_a_table_under_an_assumption_holds_only_where_it_is_asked() -> None:
    assert decide("if_asked", {"contact": "no"}).value == ("adult_written",)
    assert decide("if_asked", {"contact": "yes"}).value == ()


def test_a_paper_is_needed_when_its_form_is() -> None:
    documents = decide("documents", {"contact": "yes", "level": "high"})
    assert documents.value == ("form", "consent", "plan")
    assert decide("documents", {"contact": "no"}).possible == ("plan",)


def test_a_decision_rests_on_the_rules_that_have_its_value() -> None:
    method = decide("method", {"level": "low", "topics": ["mind"], "contact": "no"})
    assert method.rests_on("meeting") and not method.rests_on("simple")
    documents = decide("documents", {"contact": "yes", "level": "low"})
    assert documents.rests_on("form") and documents.rests_on("consent")
    assert not documents.rests_on("plan")


def changed(study: dict[str, Any], table: int, **changes: Any) -> Decision:
    """What a table of the small pack, by its place in the file, decides when keys are changed."""
    tables = trees()["rules/tables.yaml"]
    tables[table] = {**tables[table], **changes}
    pack = small_standard(**{"rules/tables.yaml": tables})
    values = read_tree(pack, {"data": {"assets": [{"id": "a"}]}, "study": study}).values
    return Facts(pack, values).decision(tables[table]["table"])


FORMS, MONTHS, METHOD = 1, 2, 0
HIGH_ONLY = {"holds_when": {"study.level": "high"}}


def test_a_union_that_may_not_hold_has_no_outcome_for_certain() -> None:
    forms = changed({"age": "30"}, FORMS, **HIGH_ONLY)
    assert (forms.holds, forms.value, forms.possible) == (Truth.UNKNOWN, (), ("adult", "image"))
    assert (forms.settled, forms.open) == (False, ("data.assets[a].kind", "study.level"))
    held = changed({"age": "30", "level": "high"}, FORMS, **HIGH_ONLY)
    assert (held.holds, held.value, held.possible) == (Truth.YES, ("adult",), ("image",))
    idle = changed({"age": "30", "level": "low"}, FORMS, **HIGH_ONLY)
    assert (idle.holds, idle.value, idle.candidates) == (Truth.NO, None, ())
    assert (idle.settled, idle.states) == (True, ())


def test_a_union_without_outcomes_is_open_while_it_may_not_hold() -> None:
    rules = [rule for rule in trees()["rules/tables.yaml"][FORMS]["rules"] if rule["id"] == "F2"]
    forms = changed({"age": "30"}, FORMS, **HIGH_ONLY, rules=rules)
    assert (forms.value, forms.possible) == ((), ())
    assert (forms.settled, forms.open) == (False, ("study.level",))


def test_a_table_that_may_not_hold_may_give_what_it_gives_elsewhere() -> None:
    study = {"topics": ["gene"], "contact": "no"}
    months = changed(study, MONTHS, **HIGH_ONLY, elsewhere="24")
    assert (months.holds, months.candidates) == (Truth.UNKNOWN, (24, 6))
    assert (months.value, months.settled, months.open) == (6, False, ("study.level",))
    # No matter whether it holds, it is the same: nothing is to be asked.
    alike = changed(study, MONTHS, **HIGH_ONLY, elsewhere="6")
    assert (alike.value, alike.candidates, alike.settled) == (6, (6,), True)
    idle = changed({"level": "low"}, MONTHS, **HIGH_ONLY, elsewhere="24")
    assert (idle.value, idle.candidates, idle.settled) == (24, (24,), True)
    nowhere = changed(study, MONTHS, **HIGH_ONLY)
    assert nowhere.candidates == (None, 6), "nothing may be decided at all"


def test_what_is_shown_while_a_decision_is_open_is_what_the_table_says() -> None:
    assert changed({}, METHOD, undecided="undecided").value == "undecided"
    assert changed({"level": "low", **QUIET}, METHOD, undecided="undecided").value == "simple"
    nothing_early = changed({}, METHOD, never_provisional=["simple", "meeting", "urgent"])
    assert (nothing_early.value, nothing_early.settled) == (None, False)


def test_nothing_is_decided_where_no_rule_fires_and_there_is_no_default() -> None:
    rules = trees()["rules/tables.yaml"][MONTHS]["rules"][1:]
    months = changed({"level": "low", "topics": []}, MONTHS, rules=rules)
    assert (months.value, months.settled, months.candidates) == (None, True, ())


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ({"study.age": {"less_than": "5"}}, True),
        ({"study.age": {"more_than": "5"}}, True),
        ({"study.age": "5"}, True),
        ({"study.age": {"less_than": "5", "more_than": "9"}}, False),
        ({"study.start": {"before": "2027-03-01"}}, True),
        ({"study.start": {"after": "2027-03-01"}}, True),
        ({"study.start": {"at_least": "2027-03-01", "at_most": "2027-03-01"}}, True),
        ({"study.start": {"before": "2027-03-01", "after": "2027-03-09"}}, False),
    ],
)
def test_a_number_or_a_day_is_open_when_some_value_of_it_changes_the_decision(
    when: dict[str, Any], open_: bool
) -> None:
    rule = {**trees()["rules/tables.yaml"][METHOD]["rules"][0], "when": when}
    method = changed({}, METHOD, rules=[rule])
    assert method.open == ((next(iter(when)),) if open_ else ())
    assert (method.value, method.settled) == ("meeting", not open_)


def test_an_open_fact_is_dropped_when_it_changes_nothing_whatever_the_others_are() -> None:
    either = {"any": [{"study.contact": "yes"}, {"study.contact": "no"}]}
    rule = {**trees()["rules/tables.yaml"][METHOD]["rules"][0], "when": {"study.level": "low"}}
    method = changed({}, METHOD, rules=[{**rule, "when": {**rule["when"], **either}}])
    assert method.open == ("study.level",)


def test_reasons_under_an_assumption_rest_on_what_is_assumed() -> None:
    tree = {"study": {"contact": "no"}}
    pathway = Pathway(Facts(STANDARD, read_tree(STANDARD, tree).values))
    (reason,) = pathway.results(pathway.decisions["if_asked"])
    assert (reason.truth, reason.facts) == (Truth.YES, {"study.contact": True})
    (real,) = pathway.results(pathway.decisions["consent_forms"])
    assert (real.truth, real.facts) == (Truth.NO, {"study.contact": False})


def test_outcomes_that_differ_are_a_conflict_and_the_stricter_is_kept() -> None:
    facts = Facts(
        STANDARD,
        read_tree(
            STANDARD, {"study": {"level": "low", "topics": ["mind"], "contact": "no"}}
        ).values,
    )
    conflict = next(one for one in Pathway(facts).conflicts if one.table.id == "method")
    assert conflict.kept.id == "M2"
    assert [getattr(one, "id", None) for one in conflict.over] == ["S1"]


def test_a_noted_rule_decides_nothing() -> None:
    tables = trees()["rules/tables.yaml"]
    rules = [
        {**one, "noted": "yes", "override": "本院另有规定"} if one["id"] == "M2" else one
        for one in tables[0]["rules"]
    ]
    pack = small_standard(**{"rules/tables.yaml": [{**tables[0], "rules": rules}, *tables[1:]]})
    study = {"level": "low", "topics": ["mind"], "contact": "no"}
    values = read_tree(pack, {"study": study}).values
    assert Facts(pack, values).decision("method").value == "simple"
    assert decide("method", study).value == "meeting"


def test_settled_at_the_top_leaves_out_tables_that_do_not_count() -> None:
    facts = Facts(STANDARD, read_tree(STANDARD, {"study": {"level": "low", **QUIET}}).values)
    pathway = Pathway(facts)
    assert not pathway.decisions["forms"].settled
    assert pathway.settled
    assert pathway.open_questions == ()


@pytest.mark.parametrize(
    ("options", "open_"), [(16, ("study.x1",)), (17, ("study.x0", "study.x1"))]
)
def test_more_open_facts_than_can_be_tried_all_stay_open(
    options: int, open_: tuple[str, ...]
) -> None:
    values = {f"v{number}": "甲" for number in range(options)}
    pack = trees()
    questions = pack["questions/01-study.yaml"]
    more = [
        {"path": f"study.x{n}", "type": "choice", "label": "某", "values": values} for n in range(2)
    ]
    rule = {
        "id": "S9",
        "zh": "某",
        "when": {"study.x0": list(values), "study.x1": "v1"},
        "outcome": "urgent",
        "strength": "required",
        "basis": [{"source": "law", "article": "1"}],
    }
    table = {**pack["rules/tables.yaml"][0], "rules": [rule]}
    standard = small_standard(
        **{
            "questions/01-study.yaml": {**questions, "questions": questions["questions"] + more},
            "rules/tables.yaml": [table, *pack["rules/tables.yaml"][1:]],
        }
    )
    assert Facts(standard, {}).decision("method").open == open_


@pytest.mark.parametrize(("one_at_least", "open_"), [("no", ("study.topics",)), ("yes", ())])
def test_a_choice_of_several_may_be_empty_unless_one_is_demanded(
    one_at_least: str, open_: tuple[str, ...]
) -> None:
    pack = trees()
    for question in pack["questions/01-study.yaml"]["questions"]:
        if question["path"] == "study.topics":
            question["at_least_one"] = one_at_least
    method = pack["rules/tables.yaml"][METHOD]
    method["rules"] = [{**method["rules"][0], "when": {"study.topics": {"empty": "yes"}}}]
    assert Facts(small_standard(**pack), {}).decision("method").open == open_


BOOL = st.sampled_from(["yes", "no", None])
STUDY = st.fixed_dictionaries(
    {
        "level": st.sampled_from(["low", "high", None]),
        "topics": st.sampled_from([[], ["mind"], ["gene"], ["mind", "gene"], None]),
        "age": st.sampled_from(["7", "17", "18", "60", None]),
        "contact": BOOL,
        "refusal": BOOL,
    }
)


def known(study: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in study.items() if value is not None}


@given(STUDY, STUDY)
@settings(max_examples=200)
def test_filling_in_answers_only_narrows_the_candidates(
    fuller: dict[str, Any], kept: dict[str, Any]
) -> None:
    """Take some answers away: every candidate of the fuller dossier was one before."""
    poorer = {key: value for key, value in known(fuller).items() if kept[key] is not None}
    for table in ("method", "months"):
        before, after = decide(table, poorer), decide(table, known(fuller))
        assert set(after.candidates) <= set(before.candidates)
        if before.settled:
            assert after.value == before.value
    before, after = decide("forms", poorer), decide("forms", known(fuller))
    assert isinstance(before.value, tuple)
    assert isinstance(after.value, tuple)
    assert set(before.value) <= set(after.value) <= set(before.value) | set(before.possible)


@given(STUDY)
@settings(max_examples=200)
def test_a_settled_table_has_no_open_facts_and_an_open_one_has_some(study: dict[str, Any]) -> None:
    for table in STANDARD.tables:
        decision = decide(table, known(study), data={"assets": []})
        assert decision.settled == (not decision.open)


@pytest.mark.parametrize(
    ("values", "truth"),
    [
        (["simple", "meeting", "urgent"], Truth.YES),
        (["simple", "meeting"], Truth.UNKNOWN),
        ("urgent", Truth.UNKNOWN),
    ],
)
def test_an_open_decision_is_one_of_its_candidates(values: object, truth: Truth) -> None:
    condition = parse({"decided.method": values}, STANDARD.vocabulary)
    assert evaluate(condition, Facts(STANDARD, {})) is truth


def test_a_path_that_nobody_knows_has_no_name() -> None:
    assert label_of(STANDARD, "decided.method") == "方式"
    assert label_of(STANDARD, "context.today") == "今天的日期"
    with pytest.raises(KeyError):
        label_of(STANDARD, "protocol")
