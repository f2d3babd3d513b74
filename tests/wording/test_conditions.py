"""Conditions of the shipped pack in words."""

from __future__ import annotations

import pytest

from mmethics_cli.core.conditions.parser import parse
from mmethics_cli.wording.conditions import condition_text
from tests.studies import standard


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({}, "每次送审"),
        ({"sharing.cross_border": "yes"}, "是否出境（含境外远程访问）：是"),
        ({"ai.role": ["autonomous", "development"]}, "算法角色：研发或训练、自主决策"),
        ({"participants.age_min": {"less_than": "18"}}, "最小年龄（周岁）小于18"),
        (
            {"project.end_date": {"after": {"fact": "project.start_date"}}},
            "拟结束日期晚于拟开始日期",
        ),
        ({"participants.vulnerable": {"only": ["minors"]}}, "弱势群体只有：未成年人"),
        ({"data.assets": {"empty": "yes"}}, "数据资产清单：没有"),
        ({"team.members": {"count": {"at_least": "2"}}}, "研究团队成员的项数不小于2"),
        ({"project.title": {"contains": ["回顾", "队列"]}}, "项目名称写到回顾、队列"),
        ({"investigator.cv": {"answered": "no"}}, "主要研究者履历未填写"),
        (
            {"data.assets": {"some": {"origin": "partner", "contains_face": "yes"}}},
            "数据资产清单中有一项（来源：合作方提供；且是否含可识别面部：是）",
        ),
        ({"decided.exemption": "may_apply"}, "免除审查：可申请免除"),
        (
            {
                "event.kind": "initial",
                "any": [{"risk.level": "high"}, {"newly": {"risk.level": "minimal"}}],
            },
            "审查事项：初始审查；且〔风险等级：明显大于最小风险，或新出现：风险等级：不大于最小风险〕",
        ),
        ({"not": {"risk.level": "minimal"}}, "不是〔风险等级：不大于最小风险〕"),
    ],
)
def test_a_condition_is_put_into_words(condition: dict[str, object], words: str) -> None:
    assert condition_text(standard(), parse(condition, standard().vocabulary)) == words
