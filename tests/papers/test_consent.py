"""Papers for participants tell all they must, to the right person, and never two things at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import docx
import pytest
from msgspec.structs import replace

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.plain_speech import long_sentences
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import Element, Several, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import DocumentKind, Question, Standard
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.study import Study
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import Rendered, read_facts
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.reader import parse
from tests.children import DAY, dossier, study
from tests.depth import deep
from tests.program import COMPLETE, STUDIES, mmethics

# Two sentences that no package may say together, in whichever papers they stand.
CONTRARY = [
    (r"不把\S{0,8}资料提供给别的单位，也不送到境外", r"资料会提供给下面的单位"),
    (r"不把\S{0,8}资料提供给别的单位，也不送到境外", r"有一部分资料会送到境外"),
    (r"除了做研究的人，不给别的单位看", r"有一部分会给别的单位用|会让境外的人看"),
    (r"只有研究的人用，不给别的单位", r"会给别的单位"),
    (r"样本和\S{0,8}信息，?都?不(提供)?给境外", r"会提供给境外的单位，或者让境外的人看"),
    (r"不是为了赚钱", r"产品赚的钱，不分给|有企业参加这项研究"),
    (r"没有金钱上的关系", r"可能给有关的人或者单位带来利益"),
    (r"不为研究多做会伤到身体的操作|不会为这个多扎你一针", r"弄破皮肤的操作|取样要进入身体"),
    (r"什么都不用做", r"### \S*要做的事\n"),
    (r"程序的结果不用来给", r"程序的结果会写进|程序会自动作出判断"),
    (r"不检测一个人的基因信息", r"为这项研究检测、使用我的基因信息"),
    (r"资料留给以后的医学研究", r"不用于其他研究"),
    (r"情况，请告诉我", r"不反馈个体结果"),
    (r"名字会(藏起来|换成)", r"有一部分资料上写着名字"),
]
CITATION = re.compile(
    r"《[^》]*(?:法|办法|条例|规定|指南|准则|宣言)》|第\s*[\d一二三四五六七八九十]+\s*条|待核"
)


@cache
def standard() -> Standard:
    return load().standard()


@cache
def templates() -> Templates:
    pack = load()
    texts = {name: pack.template_text(name) for name in pack.templates if name.endswith(".md")}
    return Templates(texts, standard(), _tree, pictures=pack.pictures)


def _tree(text: str) -> object:
    return parse(text, "条件").tree


def family() -> list[DocumentKind]:
    return [one for one in standard().documents.values() if one.for_form]


def printed(values: Mapping[str, Value]) -> tuple[Facts, dict[str, Rendered]]:
    """The papers for participants that a study needs, by id."""
    facts = Facts(standard(), {"event.kind": "initial", **values}, date(2027, 3, 1))
    of = Study(facts, Pathway(facts), Stamp("x", "甲", "1.0", date(2027, 3, 1)))
    forms = facts.decision("consent_forms").value
    assert isinstance(forms, tuple)
    needed = [one for one in family() if set(one.for_form) & set(forms)]
    return facts, {
        one.id: read_facts(templates(), one.template or "", read_by(one, of)) for one in needed
    }


def read_by(document: DocumentKind, study: Study) -> Study:
    return replace(study, stamp=replace(study.stamp, id=document.id))


def lacking(facts: Facts, papers: Mapping[str, Rendered]) -> list[tuple[str, str]]:
    return [
        (id_, element.id)
        for id_, rendered in papers.items()
        for element in standard().documents[id_].elements
        if evaluate(element.when, facts) is Truth.YES and element.id not in rendered.elements
    ]


def contradictions(papers: Mapping[str, Rendered]) -> list[tuple[str, str]]:
    whole = "\n".join(one.plain for one in papers.values())
    return [(a, b) for a, b in CONTRARY if re.search(a, whole) and re.search(b, whole)]


def values_of(tree: Mapping[str, Any]) -> dict[str, Value]:
    return dict(read_tree(standard(), dict(tree)).values)


def example(name: str) -> dict[str, Value]:
    whole: dict[str, Value] = {}
    for file in ("institution.yaml", "dossier.yaml"):
        tree = parse((STUDIES / name / file).read_text(encoding="utf-8"), file).tree
        assert isinstance(tree, dict)
        whole |= values_of(
            {key: one for key, one in tree.items() if key not in ("pack", "file_names")}
        )
    return whole


@pytest.mark.parametrize("name", COMPLETE)
def test_each_paper_of_an_example_tells_all_it_must(name: str) -> None:
    values = example(name) | {"consent.plan": "written"}
    facts, papers = printed(values)
    assert {"consent_separate"} < set(papers)
    assert lacking(facts, papers) == []
    assert contradictions(papers) == []


# Studies made by chance.


def chosen(question: Question, random: Random) -> Value:
    keys = [key for key in question.values if key != question.none_value]
    match question.type:
        case "bool":
            return random.random() < 0.5
        case "choice":
            return random.choice(keys)
        case "choices":
            least = 1 if question.at_least_one else 0
            return Several(frozenset(random.sample(keys, random.randint(least, min(2, len(keys))))))
        case "int":
            return random.randint(1, 90)
        case "date":
            return date(2027, 1, 1)
        case "list":
            fields = [(one.path, one) for one in question.fields]
            return tuple(
                Element(f"e{n}", {path: chosen(one, random) for path, one in fields})
                for n in range(random.randint(0, 3))
            )
    return f"{question.label}写在这里"


def by_chance(seed: int) -> dict[str, Value]:
    random = Random(seed)
    asked = [one for one in standard().questions.values() if not one.of_office]
    values = {one.path: chosen(one, random) for one in asked if not one.path.startswith("event.")}
    low = random.choice([0, 6, 8, 13, 14, 17, 18, 40])
    values["participants.age_min"], values["participants.age_max"] = (
        low,
        low + random.choice([0, 9, 60]),
    )
    values["consent.plan"] = random.choice(["written", "oral_recorded", "broad"])
    return values


@pytest.mark.parametrize("seed", range(deep(40, 120)))
def test_any_study_is_told_all_it_must_and_nothing_contrary(seed: int) -> None:
    facts, papers = printed(by_chance(seed))
    assert papers
    assert lacking(facts, papers) == []
    assert contradictions(papers) == []
    for id_, rendered in papers.items():
        assert not CITATION.search(rendered.plain), id_
        assert "的的" not in rendered.plain and "。。" not in rendered.plain, id_


def test_a_template_that_forgets_an_element_is_found() -> None:
    texts = {**templates().texts, "consent_adult.md": "---\ntitle: 甲\n---\n# 甲\n"}
    made = Templates(texts, standard(), _tree)
    assert made.elements("consent_adult.md") == frozenset()
    whole = templates().elements("consent_adult.md")
    assert {one.id for one in standard().documents["consent_adult"].elements} <= whole


def test_lint_and_check_name_a_paper_that_forgets_an_element(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own" / "templates"
    own.mkdir(parents=True)
    (own / "consent_genomic.md").write_text(
        "---\ntitle: 甲\n---\n# 甲\n\n::: element erm2023.36.8\n{{ contact.phone }}\n:::\n",
        encoding="utf-8",
    )
    done = mmethics("standard", "lint", "--pack", own.parent, cwd=tmp_path)
    assert "没有“::: element hgrreg.12.health”" in done.stdout and done.returncode == 1
    done = mmethics(
        "--today",
        DAY,
        "--pack",
        own.parent,
        "check",
        folder,
        "--format",
        "json",
        "--package",
        "full",
        cwd=folder,
    )
    found = [one for one in json.loads(done.stdout)["findings"] if one["id"] == "element_missing"]
    assert {one["severity"] for one in found} == {"error"}
    assert any("随时无条件退出" in one["message"] for one in found)
    assert not any("联系人" in one["message"] for one in found)


# Children, genomes, a company and a partner abroad, together.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dossier(tmp_path_factory.mktemp("children"))


CHILDREN = {
    "consent_guardian", "assent_under_8", "assent_8_to_13", "assent_14_to_17",
    "consent_separate", "consent_genomic",
}  # fmt: skip


def test_the_package_for_children_holds_their_papers(folder: Path) -> None:
    facts, papers = printed(
        values_of(study()) | example("genomics-imaging-partner") | values_of(study())
    )
    assert set(papers) == CHILDREN
    assert lacking(facts, papers) == []
    assert contradictions(papers) == []
    done = mmethics("--today", DAY, "pathway", folder, "--format", "json", cwd=folder)
    needed = set(json.loads(done.stdout)["decisions"]["documents"]["value"])
    assert CHILDREN | {
        "hgr_statement", "cross_border_statement", "data_use_agreement", "ai_model_statement",
        "consent_elements",
    } <= needed  # fmt: skip
    assert "consent_adult" not in needed


# Who reads it.

# Words that a paper never says to its reader, whatever the applicant wrote.
NEVER = {
    "consent_adult": "你|孩子|监护人|参与者(?!签名|姓名)",
    "consent_guardian": "你|(?<!是)参与者(?!姓名|的关系)",
    "assent_14_to_17": "您|孩子|参与者",
    "assent_8_to_13": "您|参与者",
    "assent_under_8": "您|参与者",
    "assent_adult": "你|孩子|参与者",
    "consent_separate": "你|您",
    "consent_broad": "你|您",
    "consent_genomic": "你|您",
}


@pytest.mark.parametrize("seed", range(deep(6, 40)))
def test_a_person_under_18_is_never_spoken_to_as_an_adult(seed: int) -> None:
    values = by_chance(seed)
    for question in standard().questions.values():
        if question.type == "text" and not question.path.startswith("consent.child_"):
            values[question.path] = "参与者可以告诉研究护士。"
    values |= {"participants.age_min": 5, "participants.age_max": 90}
    facts = Facts(standard(), {"event.kind": "initial", **values}, date(2027, 3, 1))
    of = Study(facts, Pathway(facts), Stamp("x", "甲", "1.0", date(2027, 3, 1)))
    papers = {
        one.id: read_facts(templates(), one.template or "", read_by(one, of)) for one in family()
    }
    assert papers.keys() == NEVER.keys()
    for id_, rendered in papers.items():
        told = rendered.plain.split("给大人看的：")[0]
        assert not re.findall(NEVER[id_], told), id_
    ward = facts.get("participants.ward")
    assert isinstance(ward, Several)
    word = {"child": "孩子", "relative": "家人"}[next(iter(ward.sure))]
    people = {"consent_guardian": f"您的{word}", "assent_14_to_17": "你", "consent_adult": "您"}
    for id_, person in people.items():
        assert f"{person}可以告诉研究护士。" in papers[id_].plain


def test_check_names_a_text_that_speaks_to_somebody_else(folder: Path) -> None:
    path = folder / "dossier.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(
        before.replace("参与者不会直接得到好处", "您不会直接得到好处"), encoding="utf-8"
    )
    try:
        done = mmethics("--today", DAY, "check", folder, "--format", "json", cwd=folder)
    finally:
        path.write_text(before, encoding="utf-8")
    found = [one for one in json.loads(done.stdout)["findings"] if one["id"] == "misaddressed"]
    assert [(one["path"], one["severity"]) for one in found] == [
        ("consent.plain_benefits", "error")
    ]
    assert "监护人也要读，里面却写着“您”" in found[0]["message"] and "参与者" in found[0]["fix"]
    done = mmethics("--today", DAY, "check", folder, "--format", "json", cwd=folder)
    assert "misaddressed" not in done.stdout


@pytest.mark.parametrize("id_", ["assent_8_to_13", "assent_under_8"])
def test_what_a_child_reads_comes_in_short_sentences(id_: str) -> None:
    reader = standard().readers.of(id_)
    assert reader is not None and reader.sentence == 15
    template = standard().documents[id_].template or ""
    told = "".join(
        line for line in templates().get(template).text.splitlines() if line.startswith("| !")
    )
    words = re.sub(r"!\[[^\]]*\]\([^)]*\)|[\ud800-\udfff\ufdd0-\ufdef]\d*|^\| *", "\n", told)
    # Whom to call is a line of names and numbers.
    words = re.sub(r"\n[^\n]*打电话[^\n]*(\n[^\n]*)*$", "", words)
    limits = replace(standard().readability, sentence=reader.sentence)
    assert long_sentences(words, limits) == ()


def test_the_same_fact_stands_in_every_paper_that_names_it(folder: Path) -> None:
    tree = study()
    _, papers = printed(example("genomics-imaging-partner") | values_of(tree))
    for id_, rendered in papers.items():
        phones = set(re.findall(r"010-0000-\d{4}", rendered.plain))
        known = {
            "010-0000-0100",
            "010-0000-0301",
            "010-0000-0302",
            "010-0000-0310",
            "010-0000-0320",
        }
        assert tree["contact"]["phone"] in phones and phones <= known, id_
    separate = papers["consent_separate"].plain
    assert (
        len(re.findall("监护人签名", separate)) == len(re.findall(r"\[ \] 不同意", separate)) == 3
    )
    for recipient in tree["sharing"]["recipient_list"]:
        assert recipient["name"] in separate
        assert recipient["name"] in papers["consent_guardian"].plain


def test_the_table_of_elements_names_form_and_place(folder: Path, tmp_path: Path) -> None:
    done = mmethics(
        "--today",
        DAY,
        "render",
        folder,
        "--only",
        "consent_elements",
        "--out",
        tmp_path,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    (paper,) = tmp_path.glob("*.docx")
    rows = [[cell.text for cell in row.cells] for row in docx.Document(str(paper)).tables[1].rows]
    assert rows[0] == ["要告知的内容", "依据", "文件", "写在哪里"]
    assert ["知情同意书（监护人）", "“为什么做这项研究，要做什么”"] in [row[2:] for row in rows]
    told = {row[2]: row[3] for row in rows[1:] if "第12条" in row[1] and "健康" in row[0]}
    assert told["知情同意书（监护人）"] == "“有什么好处，有什么不舒服和风险”"
    assert "本人同意书（14至17周岁）" in told
    # What is a section of another paper is told there, and has no row of its own.
    assert not {"单独同意书", "知情同意书（遗传信息与生物样本）"} & {row[2] for row in rows}
    assert not [row for row in rows if "没有写" in row[3] or "申请人自备" in row[3]]
    assert all("第" in row[1] or "准则" in row[1] or "条款" in row[1] for row in rows[1:])


def test_check_advises_where_a_text_is_hard_to_read(folder: Path) -> None:
    path = folder / "dossier.yaml"
    before = path.read_text(encoding="utf-8")
    hard = "本研究拟对受试者进行PET-MR检查并予以齁鼾监测" + "且持续记录" * 12
    path.write_text(before.replace("脑胶质瘤有好几种类型", hard), encoding="utf-8")
    try:
        done = mmethics("--today", DAY, "check", folder, "--format", "json", cwd=folder)
    finally:
        path.write_text(before, encoding="utf-8")
    found = [one for one in json.loads(done.stdout)["findings"] if one["kind"] == "readability"]
    assert [one["path"] for one in found] == ["consent.plain_purpose"]
    (one,) = found
    assert one["severity"] == "note" and one["file"] == "dossier.yaml" and one["line"]
    for part in ("长句1句", "PET-MR", "“齁”", "“鼾”", "像公文的说法"):
        assert part in one["message"]
