"""The applicant's data and legal papers: what is printed follows from the facts of the study."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.study import Study
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import Rendered, render_text
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.reader import parse
from tests import pages
from tests.printed import convert
from tests.program import EXAMPLES, mmethics
from tests.studies import example_tree, standard

DAY = date(2027, 3, 1)
IMAGING, ECG, GENOMICS = "retrospective-imaging-ai", "prospective-ecg", "genomics-imaging-partner"
ALWAYS = (
    "multimodal_annex",
    "data_source_statement",
    "data_management_plan",
    "deidentification_plan",
    "pia_report",
    "risk_assessment",
    "ai_model_statement",
)
AGREEMENTS = ("data_use_agreement", "data_receipt_agreement")
PAPERS = (*ALWAYS, "hgr_statement", "cross_border_statement", *AGREEMENTS)
NUMERALS = "一二三四五六七八九十"


@cache
def shipped() -> Templates:
    pack = load()
    texts = {name: pack.template_text(name) for name in pack.templates if name.endswith(".md")}
    return Templates(texts, standard(), lambda text: parse(text, "条件").tree)


@cache
def answers(example: str) -> Mapping[str, Value]:
    values: dict[str, Value] = {"event.kind": "initial"}
    for name in ("institution.yaml", "dossier.yaml"):
        values |= read_tree(standard(), example_tree(example, name)).values
    return values


def study(example: str, changes: Mapping[str, Value]) -> Study:
    facts = Facts(standard(), {**answers(example), **changes}, DAY)
    return Study(facts, Pathway(facts), Stamp("paper", "", "1.0", DAY))


def paper(example: str, id_: str, **changes: Value) -> Rendered:
    """A paper of a worked example; `data__assets=…` replaces the answer to data.assets."""
    changed = {path.replace("__", "."): value for path, value in changes.items()}
    return render_text(shipped(), f"{id_}.md", study(example, changed))


def text(example: str, id_: str, **changes: Value) -> str:
    return paper(example, id_, **changes).plain


def needed(example: str) -> set[str]:
    return asked(example, {}) & set(PAPERS)


def asked(example: str, changes: Mapping[str, Value]) -> set[str]:
    """All papers of the package, for the example with some answers changed."""
    value = study(example, changes).pathway.decisions["documents"].value
    assert isinstance(value, tuple)
    return {str(one) for one in value}


def entries(example: str, path: str) -> tuple[Element, ...]:
    found = answers(example)[path]
    assert isinstance(found, tuple)
    return found


def changed(element: Element, **fields: Value) -> Element:
    return Element(element.id, {**element.fields, **fields})


def asset(modality: str, **fields: Value) -> tuple[Element, ...]:
    """The clinical table of an example as an asset of another modality."""
    whole = entries(GENOMICS, "data.assets")[2]
    return (changed(whole, modality=modality, **fields),)


def section(whole: str, start: str, end: str) -> str:
    found = whole.split(start, 1)[1]
    return found.split(end, 1)[0]


def test_each_example_gets_the_papers_that_its_facts_ask_for() -> None:
    assert needed(ECG) == set(ALWAYS)
    assert needed(IMAGING) == {*ALWAYS, "data_receipt_agreement"}
    assert needed(GENOMICS) == {*PAPERS} - {"data_receipt_agreement"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_complete_example_leaves_no_gap(example: str) -> None:
    for id_ in needed(example):
        found = paper(example, id_)
        assert found.gaps == (), id_
        assert "【" not in found.plain, id_


PUBLIC_ONLY: dict[str, Value] = {
    "data.assets": (entries(GENOMICS, "data.assets")[3],),
    "sharing.recipients": Several(),
    "sharing.cross_border": False,
    "sites.foreign_party": False,
    "hgr.individual_genomic_information": False,
    "hgr.samples_collected": False,
    "hgr.provided_abroad": False,
    "samples.use": "none",
}


@pytest.mark.parametrize(
    ("example", "changes"), [*((one, {}) for one in EXAMPLES), (GENOMICS, PUBLIC_ONLY)]
)
def test_papers_point_only_to_papers_of_the_package(
    example: str, changes: Mapping[str, Value]
) -> None:
    package = asked(example, changes)
    titles = {one.title: one.id for one in standard().documents.values()}
    for id_ in package & set(PAPERS):
        whole = render_text(shipped(), f"{id_}.md", study(example, changes)).plain
        named = {titles[one] for one in re.findall("《([^》]+)》", whole) if one in titles}
        assert named <= package, id_


@pytest.mark.parametrize("example", EXAMPLES)
def test_sections_are_numbered_without_a_gap(example: str) -> None:
    for id_ in needed(example) - {*AGREEMENTS}:
        numbers = re.findall(rf"^## ([{NUMERALS}])、", text(example, id_), re.MULTILINE)
        assert list(dict.fromkeys(numbers)) == list(NUMERALS[: len(set(numbers))]), id_


@pytest.mark.parametrize(
    ("fields", "printed", "left_out"),
    [
        ({"modality": "imaging", "anatomy": Several.of("head_neck")}, "头面部重建", "信号文件头"),
        ({"modality": "imaging", "anatomy": Several.of("trunk")}, "影像文件头", "头面部重建"),
        ({"modality": "imaging", "anatomy": Several.of("fundus")}, "体征可认人", "头面部重建"),
        ({"modality": "biosignal", "signal_file": "edf_plus"}, "信号注释", "WFDB"),
        ({"modality": "biosignal", "signal_file": "other"}, "WFDB", "信号注释"),
        ({"modality": "clinical_text", "scanned_attachments": False}, "自由文本", "附件与扫描件"),
        ({"modality": "clinical_text", "scanned_attachments": True}, "附件与扫描件", "影像文件头"),
        ({"modality": "genomics"}, "个体基因数据", "直接标识字段"),
        ({"modality": "voice", "contains_voice": True}, "声纹按可识别对待", "面容与体貌"),
        ({"modality": "photo", "contains_face": True}, "面容与体貌", "声纹按可识别对待"),
        ({"modality": "wearable"}, "设备与账号", "信号文件头"),
        ({"modality": "environment"}, "位置与环境", "设备与账号"),
        ({"modality": "structured_ehr"}, "直接标识字段", "影像文件头"),
    ],
)
def test_a_modality_brings_its_own_checks_and_no_other(
    fields: Mapping[str, Any], printed: str, left_out: str
) -> None:
    for id_ in ("multimodal_annex", "deidentification_plan"):
        whole = text(GENOMICS, id_, data__assets=asset(**fields))
        assert printed in whole
        assert left_out not in whole


def test_linking_names_the_combinations_that_are_there() -> None:
    with_text = section(text(IMAGING, "multimodal_annex"), "## 四、", "## 五、")
    assert "| 自由文本与其他各项 | （2）（5） |" in with_text
    assert "| 图像与病历、检验、随访 | （1）（2）（3）（4）（5）（6） |" in with_text
    assert "寻亲、亲属数据库" not in with_text and "波形与院内记录" not in with_text
    genes = section(text(GENOMICS, "multimodal_annex"), "## 四、", "## 五、")
    assert "| 基因与其他各项 | （2）（5）（6） |" in genes
    assert "自由文本与其他各项" not in genes
    apart = text(IMAGING, "multimodal_annex", data__cross_modal_linkage=False)
    assert "不按个体关联不同模态" in apart and "须查的事" not in apart


def test_each_asset_is_judged_as_genetic_resource_by_its_facts() -> None:
    strict = "整体从严按人类遗传资源信息管理"
    rows = section(text(GENOMICS, "multimodal_annex"), "## 五、", "判断依据").split("\n")
    judged = {name: row for row in rows for name in re.findall(r"^\| \d+ \| ([^（|]+)", row)}
    assert strict in judged["本院术前头部磁共振"]
    assert "属于：基因、基因组数据" in judged["本院肿瘤与血液配对外显子组"]
    public = judged["TCGA胶质瘤术前磁共振"]
    assert "单独不属于：影像数据" in public and strict not in public
    assert strict not in text(IMAGING, "multimodal_annex")


def boxes(example: str, **changes: Value) -> list[list[str]]:
    """The rows of the flow figure, each as the lines of its boxes."""
    whole = text(example, "multimodal_annex", **changes)
    figure = section(whole, "| 数据来源与参加单位 |", "箭头表示数据的去向")
    rows = [row.strip("| ").split("|") for row in figure.split("\n") if row.startswith("|")]
    return [[box.strip() for box in row] for row in rows]


def test_the_figure_says_which_asset_goes_to_whom() -> None:
    last = {row[-1].split(" // ")[0]: row[-1] for row in boxes(GENOMICS)}
    assert "给它的资产：2 //" in last["示例基因科技有限公司"]
    assert "给它的资产：1、2、3 //" in last["境外示例大学"]
    silent = tuple(changed(one, sharing="另一家公司") for one in entries(GENOMICS, "data.assets"))
    assert not [row for row in boxes(GENOMICS, data__assets=silent) if "给它的资产" in row[-1]]


def test_the_figure_shows_the_other_sites_once() -> None:
    own, lent = (row[0] for row in (boxes(IMAGING)[1], boxes(IMAGING)[4]))
    assert "参加单位" not in own and lent.endswith("（参加单位）")
    assert not [row for row in boxes(IMAGING) if row[0].startswith("示例市第二医院（参加单位）")]
    # A partner that is a recipient stands there alone; one that only helps stands by itself.
    assert not [row for row in boxes(GENOMICS) if row[0].startswith("境外示例大学")]
    helper = changed(entries(IMAGING, "sites.list")[0], name="示例县医院", role="独立判读")
    rows = boxes(IMAGING, sites__list=(*entries(IMAGING, "sites.list"), helper))
    assert [row[0] for row in rows if "示例县医院" in row[0]] == [
        "示例县医院（参加单位） // 独立判读"
    ]


def agreements() -> tuple[str, str]:
    """The agreement with the company that sequences, and that with the partner abroad."""
    company, university = (
        text(GENOMICS, "data_use_agreement", sharing__recipient_list=(one,))
        for one in entries(GENOMICS, "sharing.recipient_list")
    )
    assert "数据委托处理协议" in company and "数据提供与使用协议" in university
    return company, university


def test_a_processor_and_a_recipient_get_different_terms() -> None:
    company, university = agreements()
    assert "受甲方委托处理" in company and "不得转委托" in company
    assert "取得个人的单独同意（《个人信息保护法》第23条）" not in company
    assert "取得个人的单独同意（《个人信息保护法》第23条）" in university
    assert "转委托" not in university
    for one in (company, university):
        for term in ("不得试图识别", "书面通知甲方", "销毁（返还）证明", "授权代表签名"):
            assert term in one
        articles = re.findall("^### 第(.+?)条", one, re.MULTILINE)
        assert len(articles) == 15 and len(set(articles)) == 15


def test_only_a_recipient_abroad_gets_the_terms_of_export() -> None:
    company, university = agreements()
    assert "标准合同" in university and "外国司法或者执法机构" in university
    assert "标准合同" not in company and "不得存放在境外服务器" in company


def test_joint_processing_and_a_platform_have_their_own_terms() -> None:
    one = entries(GENOMICS, "sharing.recipient_list")[0]
    joint = text(
        GENOMICS,
        "data_use_agreement",
        sharing__recipient_list=(changed(one, relation="joint"),),
    )
    assert "共同决定处理目的和方式" in joint and "访问委员会审批" not in joint
    platform = text(
        GENOMICS,
        "data_use_agreement",
        sharing__recipient_list=(changed(one, relation="repository"),),
    )
    assert "访问委员会审批" in platform and "共同决定处理目的和方式" not in platform


def test_data_of_a_partner_hospital_come_under_an_agreement_of_its_own() -> None:
    whole = text(IMAGING, "data_receipt_agreement")
    assert "（以下称乙方，即本院）" in whole and "委托处理协议" not in whole
    assert "| 甲方（提供方） | 示例市第二医院 |" in whole
    annex = whole.split("## 附件一", 1)[1]
    assert "示例市第二医院头颅平扫CT（序号4）" in annex and "本院头颅平扫CT（序号" not in annex


@pytest.mark.parametrize("example", [IMAGING, ECG])
def test_a_study_that_exports_nothing_says_nothing_about_how(example: str) -> None:
    for id_ in needed(example):
        whole = text(example, id_)
        for word in ("出境机制", "标准合同", "《数据出境事项说明》", "境外接收方", "网信"):
            assert word not in whole, id_


def test_papers_speak_of_the_consent_that_is_planned() -> None:
    waived, signed = text(IMAGING, "pia_report"), text(ECG, "pia_report")
    assert "另由机构法务出具意见" in waived and "法务意见摘要" in waived
    assert "另由机构法务出具意见" not in signed and "取得同意的过程" in signed
    children = text(ECG, "pia_report", participants__age_min=12)
    assert "不满十四周岁" in children and "不满十四周岁" not in signed


def test_export_mechanisms_follow_the_facts() -> None:
    personal = text(GENOMICS, "cross_border_statement")
    assert "含敏感个人信息，人数少也须办理" in personal and "含重要数据，须申报" not in personal
    important = text(GENOMICS, "cross_border_statement", data__important_data=True)
    assert "含重要数据，须申报" in important
    assert "示例基因科技有限公司 |" not in section(personal, "## 一、", "## 二、")


def test_an_unsettled_fact_prints_its_passage_with_what_it_waits_for() -> None:
    whole = paper(GENOMICS, "ai_model_statement", ai__generative_external_service=UNKNOWN)
    assert "【待填" in whole.plain or "【待定" in whole.plain
    assert {one.path for one in whole.gaps} == {"ai.generative_external_service"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_risk_sources_are_those_of_the_study(example: str) -> None:
    sources = section(text(example, "risk_assessment"), "## 二、", "## 三、")
    facts = Facts(standard(), answers(example))
    for words, path in (
        ("| 外方参与 |", "sites.foreign_party"),
        ("个体级基因信息", "hgr.individual_genomic_information"),
        ("与参与者接触或者交互", "participants.involved_directly"),
    ):
        assert (words in sources) is (facts.get(path) is True), path
    assert "侵入性操作" not in sources


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("id_", ["deidentification_plan", "institution_and_funding"])
def test_nothing_is_left_to_be_ticked(example: str, id_: str) -> None:
    assert "[ ]" not in text(example, id_)


@pytest.mark.parametrize("id_", PAPERS)
def test_a_paper_is_signed_by_those_who_sign_it(id_: str) -> None:
    lines = re.findall(r"(\S+?)签名：", load().template_text(f"{id_}.md"))
    if id_ in AGREEMENTS:
        example = GENOMICS if id_ == AGREEMENTS[0] else IMAGING
        lines = ["双方授权代表"] if "授权代表签名：" in text(example, id_) else []
    assert sorted(lines) == sorted(standard().documents[id_].signers)


def test_what_is_not_shared_abroad_is_said_once_and_alike() -> None:
    inside = {"sites__foreign_party": False, "hgr__provided_abroad": False}
    alone = text(GENOMICS, "hgr_statement", **inside)
    assert "不提供给境外的组织和个人" in alone and "全过程、实质性地参与" not in alone
    abroad = text(GENOMICS, "hgr_statement", sites__foreign_party=False)
    assert "不提供给境外的组织和个人" not in abroad


def test_a_company_that_pays_may_develop_only_what_is_written() -> None:
    bought = text(GENOMICS, "data_use_agreement", project__commercial_interest=True)
    assert "包括第二条没有写明的商业开发" in bought and "包括商业开发" not in bought
    assert "包括商业开发" in text(GENOMICS, "data_use_agreement")


def test_children_bring_the_rules_on_their_data() -> None:
    children = text(GENOMICS, "pia_report", participants__age_min=6)
    assert "未成年人的信息外泄" in children and "合规审计" in children
    assert "未成年人的信息外泄" not in text(GENOMICS, "pia_report")


MORE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("心脏彩超动态图像", "imaging", {"anatomy": ["trunk"], "burned_in_text": "yes"}),
    ("步态录像", "video", {"video_content": ["gait"], "contains_face": "yes"}),
    ("访谈录音", "voice", {"contains_voice": "yes"}),
    ("长程视频脑电", "biosignal", {"signal_file": "edf_plus", "free_text": "yes"}),
    ("手表活动与睡眠数据", "wearable", {}),
    ("病程记录与手术记录" * 4, "clinical_text", {"free_text": "yes", "scanned_attachments": "yes"}),
)


def more_assets(folder: Path) -> Iterator[str]:
    """Adds six assets to the dossier in `folder`; gives the ids of the papers to render."""
    file = folder / "dossier.yaml"
    whole = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assets = whole["data"]["assets"]
    for number, (name, modality, fields) in enumerate(MORE):
        recorder = {"collected_with": ["recorder"]}
        more = {"id": f"more{number}", "name": name, "modality": modality} | recorder
        if number == 0:  # received: an agreement lists it
            more["origin"] = "partner"
        assets.append({**assets[2], **more, **fields})
    whole["risk"]["sensitive_topics"] = ["genetic", "face_or_voice"]
    file.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    for id_ in PAPERS:
        yield from ("--only", id_)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_twelve_assets_print_well(tmp_path: Path) -> None:
    done = mmethics("new", "study", "--example", GENOMICS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "study"
    only = list(more_assets(folder))
    done = mmethics("--today", "2027-03-01", "render", folder, *only, "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = convert(sorted((tmp_path / "out").glob("*.docx")), tmp_path)
    assert len(found) == len(PAPERS) + 1  # an agreement with each of two
    for one in found:
        name = one.source.name
        assert list(pages.beyond_margins(one)) == [], name
        assert list(pages.thin_pages(one)) == [], name
        assert list(pages.torn_signatures(one)) == [], name
        assert list(pages.han_outside_cjk_fonts(one.pdf)) == [], name
