"""The administrative papers say what applies to the study at hand, all of it and nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table
from msgspec.structs import replace

from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.render.study import TransmittalRow
from tests import pages
from tests.papers.shipped import answers, changed, paper, word
from tests.printed import convert
from tests.studies import Tree, facts_of

PAPERS: Final = (
    "protocol_summary",
    "integrity_commitment",
    "conflict_of_interest",
    "team_qualifications",
    "institution_and_funding",
    "publication_statement",
    "recruitment_material",
    "exemption_application",
    "signature_sheet",
)
ECG, GENOMICS, ICH = "prospective-ecg", "genomics-imaging-partner", "retrospective-imaging-ai"
NUMERALS: Final = "一二三四五六七八九十"
LONG_TITLE: Final = (
    "基于多中心前瞻性队列的腕式心电、同步12导联心电图、动态血压、连续血糖与结构化病历多模态数据融合的"
    "心房颤动早期识别、风险分层与长期预后预测模型的建立、外部验证及临床应用价值评价：以18至80岁门诊和社区人群"
    "为对象的观察性研究"
)
INTERESTS: Final = {
    "conflict.exists": "yes",
    "conflict.description": "高示二持有示例器械公司股份，市值5万元。",
    "conflict.management": "高示二不参加判读和统计。",
    "conflict.resolved": "yes",
}


def due(tree: Tree) -> set[str]:
    """The documents that the pathway needs for these answers."""
    value = Pathway(facts_of(tree)).decisions["documents"].value
    assert isinstance(value, tuple)
    return set(value)


def lines(tree: Tree, document: str) -> list[str]:
    return paper(tree, document).plain.split("\n")


def tables(data: bytes) -> list[Table]:
    return docx.Document(io.BytesIO(data)).tables


def ticks(table: Table) -> list[str]:
    """The boxes of a table as ☑ and ☐."""
    return re.findall("[☑☐]", "".join(node.text or "" for node in table._tbl.iter(qn("w:t"))))


def column(table: Table, title: str) -> list[str]:
    heads = [one.text for one in table.rows[0].cells]
    return [row.cells[heads.index(title)].text for row in table.rows[1:]]


def headed(data: bytes, title: str) -> Table:
    """The table that has a column of this title."""
    return next(one for one in tables(data) if title in [cell.text for cell in one.rows[0].cells])


# Every paper of every example.


@pytest.mark.parametrize("example", [ECG, GENOMICS, ICH])
@pytest.mark.parametrize("document", PAPERS)
def test_a_paper_leaves_nothing_open_where_it_is_due(example: str, document: str) -> None:
    tree = answers(example)
    if document not in due(tree):
        assert (document, example) in {
            ("recruitment_material", ICH),
            *(("exemption_application", one) for one in (ECG, GENOMICS, ICH)),
        }
        return
    printed = paper(tree, document)
    assert printed.gaps == ()
    assert tree["project"]["plain_title" if document == "recruitment_material" else "title"] in (
        printed.plain
    )


@pytest.mark.parametrize("example", [ECG, GENOMICS, ICH])
@pytest.mark.parametrize("document", PAPERS)
def test_headings_are_numbered_without_a_break(example: str, document: str) -> None:
    plain = paper(answers(example), document).plain
    found = re.findall(f"^## ([{NUMERALS}])、", plain, re.MULTILINE)
    assert found == list(NUMERALS[: len(found)])


@pytest.mark.parametrize("document", PAPERS)
def test_what_cites_says_so_and_what_goes_to_the_public_cites_nothing(document: str) -> None:
    text = paper(answers(GENOMICS), document).plain
    cited = re.findall(r"《[^》]+》(?:（[^）]*）)?第\d+条", text)
    uncited = {"recruitment_material", "protocol_summary", "signature_sheet"}
    assert bool(cited) == (document not in uncited)
    assert "待核" not in text


# Commitment.


@pytest.mark.parametrize(
    ("words", "examples"),
    [
        ("不招募参与者", {ECG, GENOMICS}),
        ("不调取、不使用研究所需的数据", {ICH}),
        ("尊重拒绝和退出", {ECG, GENOMICS}),
        ("未获批准的，按规定取得知情同意", {ICH}),
        ("人类遗传资源的许可、备案或者安全审查办结之前", {GENOMICS}),
        ("数据出境的手续办结之前", {GENOMICS}),
        ("如实报告算法（模型）的性能", {ECG, GENOMICS, ICH}),
    ],
)
def test_the_commitment_fits_the_study(words: str, examples: set[str]) -> None:
    found = {
        one
        for one in (ECG, GENOMICS, ICH)
        if words in paper(answers(one), "integrity_commitment").plain
    }
    assert found == examples


# Interests.


def test_each_person_declares_no_interest() -> None:
    tree = answers(ICH)
    data = word(tree, "conflict_of_interest")
    team, leaders = (
        one for one in tables(data) if "本人签名" in [cell.text for cell in one.rows[0].cells]
    )
    assert column(team, "姓名") == [one["name"] for one in tree["team"]["members"]]
    assert column(leaders, "负责人") == ["王示六，副主任医师"]
    assert ticks(team) == ["☑", "☐"] * 5
    assert ticks(leaders) == ["☐", "☐"]  # nobody answered for them
    assert set(column(team, "本人签名")) == {""}


def asked_of(members: list[dict[str, Any]], told: dict[str, str]) -> list[dict[str, Any]]:
    """The members with what those said who were asked, by name; the others were not asked."""
    return [
        {key: one for key, one in member.items() if key != "conflict"}
        | ({"conflict": told[member["name"]]} if member["name"] in told else {})
        for member in members
    ]


@pytest.mark.parametrize("exists", ["yes", "no"])
def test_one_answer_for_all_ticks_nobody_s_box(exists: str) -> None:
    given = answers(ECG)
    unasked = {"team.members": asked_of(given["team"]["members"], {}), "conflict.exists": exists}
    made = word(changed(given, {**INTERESTS, **unasked}), "conflict_of_interest")
    assert ticks(headed(made, "本人签名")) == ["☐", "☐"] * 4


def test_the_investigator_has_a_row_though_not_in_the_team() -> None:
    given = answers(ECG)
    others = given["team"]["members"][1:]
    table = headed(
        word(changed(given, {"team.members": others}), "conflict_of_interest"), "本人签名"
    )
    assert column(table, "姓名") == [
        given["investigator"]["name"],
        *(one["name"] for one in others),
    ]
    assert ticks(table) == ["☐", "☐"] + ["☑", "☐"] * 3


def test_with_an_interest_each_person_s_answer_is_ticked_and_it_is_told() -> None:
    given = answers(ECG)
    members = asked_of(given["team"]["members"], {"何示一": "no", "高示二": "yes"})
    tree = changed(given, {**INTERESTS, "team.members": members})
    table = headed(word(tree, "conflict_of_interest"), "本人签名")
    assert ticks(table) == ["☑", "☐", "☐", "☑", "☐", "☐", "☐", "☐"]
    text = paper(tree, "conflict_of_interest").plain
    assert "均声明没有上述利益关系" not in text
    for told in ("conflict.description", "conflict.management"):
        assert INTERESTS[told] in text
        assert INTERESTS[told] not in paper(answers(ECG), "conflict_of_interest").plain


def test_money_of_a_company_is_told_even_without_an_interest_of_a_person() -> None:
    backed = changed(
        answers(ECG), {**INTERESTS, "conflict.exists": "no", "project.commercial_interest": "yes"}
    )
    text = paper(backed, "conflict_of_interest").plain
    assert INTERESTS["conflict.description"] in text
    assert "均声明没有上述利益关系" in text


def test_an_open_interest_is_asked_for() -> None:
    open_ = changed(answers(ECG), {"conflict.exists": "unsure"})
    assert "conflict.exists" in {one.path for one in paper(open_, "conflict_of_interest").gaps}


def test_rows_to_sign_in_are_high_enough() -> None:
    table = headed(word(answers(ECG), "conflict_of_interest"), "本人签名")
    heights = [row._tr.find(f".//{qn('w:trHeight')}") for row in table.rows]
    assert heights[0] is None
    assert all(int(one.get(qn("w:val"))) == 680 for one in heights[1:] if one is not None)
    assert None not in heights[1:]


# Team, institution and money.


def crowd(size: int) -> list[dict[str, Any]]:
    one = answers(ECG)["team"]["members"][1]
    return [{**one, "id": f"m{at}", "name": f"成员{at}"} for at in range(1, size + 1)]


def test_forty_members_stand_in_one_table_whose_header_is_repeated() -> None:
    tree = changed(answers(ECG), {"team.members": crowd(40), "investigator.name": "成员1"})
    for document in ("team_qualifications", "conflict_of_interest"):
        table = headed(word(tree, document), "序号")
        assert column(table, "姓名") == [f"成员{at}" for at in range(1, 41)]
        assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None


@pytest.mark.parametrize(
    ("document", "path", "blank"),
    [
        ("team_qualifications", "investigator.cv", "学历与专业"),
        ("institution_and_funding", "institution.qualification", "机构性质与等级"),
        ("institution_and_funding", "sites.facilities", ""),
    ],
)
def test_what_was_not_answered_is_left_to_write_by_hand(
    document: str, path: str, blank: str
) -> None:
    section, name = path.split(".")
    given = answers(ECG)
    empty = changed(given, {path: None})
    told = given[section][name].strip()
    assert told in paper(given, document).plain
    without = paper(empty, document)
    assert told not in without.plain and without.gaps == ()
    assert blank in without.plain and (not blank or blank not in paper(given, document).plain)
    assert document != "institution_and_funding" or "下列各项手写" in without.plain


def test_partners_are_named_or_said_to_be_none() -> None:
    alone = paper(answers(ECG), "institution_and_funding").plain
    assert "没有合作单位" in alone
    foreign = paper(answers(GENOMICS), "institution_and_funding").plain
    assert "没有合作单位" not in foreign
    for one in answers(GENOMICS)["sharing"]["recipient_list"]:
        assert one["name"] in foreign


def test_money_for_participants_is_told_where_there_are_participants() -> None:
    assert "参与者的补偿" in paper(answers(ECG), "institution_and_funding").plain
    assert "参与者的补偿" not in paper(answers(ICH), "institution_and_funding").plain


# Publication.


def test_what_is_shared_decides_what_publication_promises() -> None:
    closed = "个体数据不随论文、报告或者网站公开"
    assert closed in paper(answers(ICH), "publication_statement").plain
    assert closed not in paper(answers(GENOMICS), "publication_statement").plain
    public = changed(
        answers(ICH), {"sharing.recipients": ["public_release"], "sharing.recipient_list": []}
    )
    text = paper(public, "publication_statement").plain
    assert closed not in text and "公开发布的数据先经处理和重识别检验" in text


def test_at_the_end_the_papers_that_came_out_are_told() -> None:
    done = changed(
        answers(ICH), {"event.kind": "completion", "event.publications": "示例杂志2029年第3期。"}
    )
    assert "示例杂志2029年第3期。" in paper(done, "publication_statement").plain
    assert "已发布的成果" not in paper(answers(ICH), "publication_statement").plain


# The notice to the public.


@pytest.mark.parametrize("example", [ECG, GENOMICS])
def test_the_notice_tells_the_public_what_they_must_know_and_promises_nothing(example: str) -> None:
    tree = answers(example)
    text = paper(tree, "recruitment_material").plain
    for section, name in (
        ("consent", "plain_purpose"),
        ("participants", "duration"),
        ("contact", "phone"),
        ("committee", "phone"),
    ):
        told = tree[section][name].strip().replace("您", "参加的人")
        assert told in text.replace("您", "参加的人")
    assert re.search("批准文号：_+", text) and "批准日期：____年__月__日" in text
    assert not re.search("疗效|治愈|根治|保证|免费治疗|名额有限|先到先得|高额", text)
    # A poster is no consent form, and money is no reason to come.
    consent = (("consent", "plain_procedures"), ("consent", "plain_risks"))
    for section, name in (*consent, ("participants", "compensation")):
        assert tree[section][name].strip() not in text


def test_the_notice_asks_guardians_where_there_are_children() -> None:
    words = "要有监护人同意，也要本人愿意"
    children = changed(answers(ECG), {"participants.age_min": "6", "participants.age_max": "17"})
    assert words in paper(children, "recruitment_material").plain
    assert words not in paper(answers(ECG), "recruitment_material").plain


# Exemption.

PLAIN: Final = {"risk.level": "minimal", "consent.plan": "not_required"}
SAMPLES: Final[dict[str, Any]] = {
    "data.assets": [],
    "samples.use": "existing",
    "samples.within_consent_or_authorisation": "yes",
    "samples.germline_or_embryo": "no",
    "samples.description": "本院样本库的诊疗剩余血浆300份。",
    "hgr.permit_or_filing_needed": "no",
    "consent.legal_opinion": "法务部2027年2月18日出具意见：可以申请。",
}


def assets(**fields: str) -> list[dict[str, Any]]:
    own = answers(ICH)["data"]["assets"][:3]
    return [{**one, "free_text": "no", "burned_in_text": "no", **fields} for one in own]


@cache
def ground(name: str) -> Tree:
    """A study that may apply for exemption on one ground of the four."""
    public = assets(origin="open_public", legal_ground="知识共享署名4.0，可自由下载")
    changes: dict[str, dict[str, Any]] = {
        "E1": {"data.assets": public, "data.linked_with_local": "no"},
        "E2": {
            "data.assets": assets(identifiability="anonymised"),
            "data.linkage_key_kept": "no",
            "data.anonymisation_assessed": "yes",
            "data.cross_modal_reid_tested": "yes",
        },
        "E3": SAMPLES,
        "E4": {**SAMPLES, "samples.use": "cell_lines"},
    }[name]
    return changed(answers(ICH), {**PLAIN, **changes})


GROUNDS: Final = {
    "E1": ("第32条（1）", "知识共享署名4.0，可自由下载"),
    "E2": ("第32条（2）", "匿名化的办法"),
    "E3": ("第32条（3）", "本院样本库的诊疗剩余血浆300份。"),
    "E4": ("第32条（4）", "提供方的授权"),
}


@pytest.mark.parametrize("name", GROUNDS)
def test_an_exemption_rests_on_its_own_ground_with_its_facts(name: str) -> None:
    tree = ground(name)
    assert "exemption_application" in due(tree)
    printed = paper(tree, "exemption_application")
    assert printed.gaps == ()
    for other, (article, fact) in GROUNDS.items():
        assert (article in printed.plain) == (other == name)
        if other == name:
            assert fact in printed.plain
    assert "不满足" not in printed.plain
    assert "书面确认" in printed.plain and "本研究按“" in printed.plain


@pytest.mark.parametrize("name", ["E1", "E2"])
def test_each_asset_is_named_under_its_ground(name: str) -> None:
    text = paper(ground(name), "exemption_application").plain
    assert all(one["name"] in text for one in assets())


def test_samples_show_that_the_rules_disagree_and_what_the_lawyer_says() -> None:
    text = paper(ground("E3"), "exemption_application").plain
    assert "规定不一致" in text and "第9条" in text
    assert SAMPLES["consent.legal_opinion"] in text
    assert "规定不一致" not in paper(ground("E4"), "exemption_application").plain


def test_a_condition_that_fails_is_said_to_fail() -> None:
    spoilt = changed(ground("E2"), {"project.commercial_interest": "yes"})
    rows = [one for one in lines(spoilt, "exemption_application") if one.startswith("| 不涉及商业")]
    assert [one.endswith("不满足 |") for one in rows] == [True]


# Signatures and seals.

ROWS: Final = (
    TransmittalRow("01", "a", "申请表", signers=("主要研究者", "科室负责人"), seals=("科室章",)),
    TransmittalRow("02", "b", "同意书", signers=("参与者",), after_approval=True),
    TransmittalRow("03", "c", "清单之外"),
    TransmittalRow("04", "d", "立项通知", seals=("公章",), signed=True),
)


def test_each_signer_and_seal_has_a_box_and_consent_forms_wait() -> None:
    data = word(answers(ECG), "signature_sheet", ROWS)
    before, after = headed(data, "签字人"), headed(data, "由谁签署")
    assert column(before, "文件名称") == ["申请表", "立项通知"]
    assert ticks(before) == ["☐", "☐", "☐", "☑"]
    assert column(before, "盖章")[1].endswith("公章")
    assert column(after, "文件名称") == ["同意书"]


def test_where_no_consent_form_is_used_none_waits() -> None:
    rows = tuple(one for one in ROWS if not one.after_approval)
    assert "批准之后逐人签署" not in paper(answers(ICH), "signature_sheet", rows).plain


def test_the_sheet_does_not_name_itself() -> None:
    own = replace(ROWS[0], id="signature_sheet", title="签字盖章清单本身")
    assert own.title not in paper(answers(ECG), "signature_sheet", (own,)).plain


# On paper.


def made() -> Iterator[tuple[str, bytes]]:
    """Each paper of each example, then with a crowd and a long title, then each exemption."""
    for example in (ECG, GENOMICS, ICH):
        tree = answers(example)
        for document in sorted(due(tree) & set(PAPERS)):
            yield f"{example}-{document}", word(tree, document, ROWS)
    tree = changed(
        answers(ECG),
        {
            **INTERESTS,
            "team.members": crowd(40),
            "project.title": LONG_TITLE,
            "project.plain_title": LONG_TITLE,
            "investigator.cv": None,
            "institution.qualification": None,
            "sites.facilities": None,
        },
    )
    for document in PAPERS:
        if document != "exemption_application":
            yield f"crowd-{document}", word(tree, document, ROWS)
    for name in GROUNDS:
        yield f"exempt-{name}", word(ground(name), "exemption_application")


@pytest.mark.slow
@pytest.mark.libreoffice
def test_papers_crowds_and_long_titles_are_clean_on_paper(tmp_path: Path) -> None:
    for name, data in made():
        (tmp_path / f"{name}.docx").write_bytes(data)
    printed = convert(sorted(tmp_path.glob("*.docx")), tmp_path)
    assert [fault for one in printed for fault in pages.faults(one)] == []
