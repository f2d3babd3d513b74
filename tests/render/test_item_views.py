"""Review items as papers show them: the answer, and the evidence by the name people know."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import SelfCheck, SelfCheckAnswer
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.render.item_views import item_view
from tests.render.small import ANSWERS, STANDARD, study


@pytest.mark.parametrize(
    ("evidence", "page", "printed"),
    [
        ("att-1", "3", "研究方案（第3页）"),
        ("study.title", "", "名称"),
        ("", "2", "（第2页）"),
        ("", "", ""),
        ("没有登记的东西", "", "没有登记的东西"),
    ],
)
def test_evidence_is_named(evidence: str, page: str, printed: str) -> None:
    entries = (Element("att-1", {"kind": "plan", "title": "研究方案"}),)
    facts = Facts(STANDARD, {**ANSWERS, "attachments": entries})
    given = SelfCheckAnswer("B-1", "met", evidence=evidence, page=page)
    of = replace(study(), facts=facts, pathway=Pathway(facts), self_check=SelfCheck({"B-1": given}))
    view = item_view(of, STANDARD.items["B-1"])
    assert (view.answer_label, view.evidence) == ("符合", printed)
