"""Texts that rest on facts, and what a confirmation of one is worth."""

from __future__ import annotations

from typing import Any

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.resting import resting_texts, unconfirmed
from tests.studies import merged, standard

STUDY: dict[str, Any] = {
    "event": {"kind": "amendment"},
    "contact": {"name": "高示二", "phone": "1"},
    "sharing": {"recipients": ["domestic_partner"], "cross_border": "no", "recipient_list": []},
    "participants": {"involved_directly": "yes"},
    "data": {
        "linkage_key_kept": "yes",
        "assets": [{"id": "ct", "identifiability": "deidentified", "deidentification": "换成编号"}],
    },
    "consent": {
        "plan": "written",
        "withdrawal": "请打电话1。",
        "plain_privacy": "资料不给别的单位，也不出国。",
    },
}
PHONE = {"contact": {"phone": "2"}}
ABROAD = {"id": "r", "name": "境外示例大学", "abroad": "yes"}


def facts(change: dict[str, Any] | None = None) -> Facts:
    reading = read_tree(standard(), merged(STUDY, change or {}))
    assert not reading.unknown and not reading.refused
    return Facts(standard(), reading.values)


def found(change: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {text.path: text.changed for text in resting_texts(facts(), facts(change))}


def test_nothing_rests_where_nothing_changed_or_was_approved() -> None:
    assert found({}) == {}
    assert resting_texts(None, facts(PHONE)) == ()


def test_a_text_is_named_with_the_facts_that_changed() -> None:
    assert found(PHONE) == {"consent.withdrawal": ("“联系人电话”",)}
    both = {"contact": {"name": "梁示四", "phone": "2"}}
    assert found(both) == {"consent.withdrawal": ("“项目联系人”", "“联系人电话”")}


def test_a_text_that_changed_too_is_not_asked_about() -> None:
    assert found(merged(PHONE, {"consent": {"withdrawal": "请打电话2。"}})) == {}


def test_a_fact_on_which_it_does_not_rest_is_none_of_its_business() -> None:
    assert found({"project": {"budget": "9万元"}}) == {}


def test_a_field_of_every_entry_counts() -> None:
    assert found({"sharing": {"recipient_list": [ABROAD]}}) == {
        "consent.plain_privacy": ("“数据接收方的接收方名称”",)
    }


def test_a_text_of_an_entry_rests_on_its_own_fields() -> None:
    asset = {**STUDY["data"]["assets"][0], "identifiability": "anonymised"}
    other = {**asset, "id": "mr"}
    named = found({"data": {"assets": [asset, other]}})
    assert named["data.assets[ct].deidentification"] == ("“可识别程度”",)
    assert "data.assets[mr].deidentification" not in named


def test_a_confirmation_holds_for_this_text_and_these_facts_alone() -> None:
    (text,) = resting_texts(facts(), facts(PHONE))
    confirmed = {text.path: text.digest}
    assert unconfirmed((text,), confirmed) == ()
    assert unconfirmed((text,), {}) == (text,)
    again = resting_texts(facts(), facts({"contact": {"phone": "3"}}))
    assert unconfirmed(again, confirmed) == again


def test_the_order_of_what_was_chosen_changes_nothing() -> None:
    digests = {
        resting_texts(facts(), facts({"sharing": {"recipients": chosen}}))[0].digest
        for chosen in (["company", "public_release"], ["public_release", "company"])
    }
    assert len(digests) == 1
