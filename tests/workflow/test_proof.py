"""What `standard lint` finds: a small pack is sound, and each thing spoilt in it is named.

`good_pack/` is a whole standard of one page. Each case changes one text in one of its files and
says what lint then prints, place and cure included.
"""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from mmethics_cli.errors import PackError
from mmethics_cli.store import pack
from mmethics_cli.workflow.proof import pack_problems

TODAY: Final = date(2026, 11, 30)

GOOD: Final = Path(__file__).with_name("good_pack")
QUESTIONS: Final = "checklists/questions/01-study.yaml"
ITEMS: Final = "checklists/review_items/items.yaml"
DOCUMENTS: Final = "checklists/documents.yaml"
ELEMENTS: Final = "checklists/elements.yaml"
EDITIONS: Final = "checklists/editions.yaml"
CONSISTENCY: Final = "checklists/consistency.yaml"
CASES: Final = "checklists/cases/rules.yaml"
STUDIES: Final = "checklists/cases/studies.yaml"

Change = tuple[str, str, str, str]  # file, what stands there, what is put there, what lint says


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small pack in the place of the shipped one."""
    folder = Path(shutil.copytree(GOOD, tmp_path / "good"))
    monkeypatch.setattr(pack, "shipped", lambda kind: folder / kind)
    # Nothing is kept of it: what is kept beside Python is the shipped pack's.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return folder


def test_the_small_pack_is_good(good: Path) -> None:
    assert [str(problem) for problem in pack_problems(None, TODAY)] == []


def test_the_shipped_pack_is_good() -> None:
    assert [str(problem) for problem in pack_problems(None, TODAY)] == []


ENTRIES: Final[tuple[Change, ...]] = (
    (
        QUESTIONS, "prompt: 研究叫什么名字？", "prompt: 研究的名字",
        "questions/01-study.yaml:4：问题“名称”的提问不是一句问话 把 prompt 写成问句，带“？”。",
    ),
    (
        QUESTIONS, "help: 与方案上的一致。", "help: 与方案上的一致",
        "questions/01-study.yaml:4：问题“名称”没有说明，或者说明不是整句 写 help，以“。”结尾。",
    ),
    (
        QUESTIONS, "    example: 三楼门诊\n", "",
        "questions/01-study.yaml:45：问题“地名”没有例子 写 example：照着就能填的一个例子。",
    ),
    (
        QUESTIONS, "name: name\n    type: text", "name: name\n    type: date",
        "questions/01-study.yaml:45：问题“地名”没有上下限 写 min 和 max：超出的多半是写错了。",
    ),
    (
        QUESTIONS, "synonyms: [风险等级, 危险]", "synonyms: [风险等级]",
        "questions/01-study.yaml:14：问题“风险”的别名只有 1 个 "
        "synonyms 至少写 2 个：表单和口头上还怎样叫它。",
    ),
    (
        QUESTIONS, '无\n  synonyms: [说明, 其他]\n  basis: [{source: law, article: "1"}]\n',
        "无\n  synonyms: [说明, 其他]\n",
        "questions/01-study.yaml:25：问题“备注”没有依据 写 basis：法源和条号。",
    ),
    (
        QUESTIONS, "label: 备注", "label: 名称",
        "questions/01-study.yaml:25：“study.title”和“study.remark”在同一节里都叫“名称” "
        "换一个 label，让人分得清。",
    ),
    (
        QUESTIONS, "label: 风险\n  change: none\n", "label: 风险\n",
        "questions/01-study.yaml:14：“风险”没有写改动属于哪一类（change: 类别，无关的写 none）",
    ),
    (
        ITEMS, "  evidence: [{attachment: plan}]\n", "",
        "review_items/items.yaml:10：审查要点 BEN-02 没有写怎样证明 "
        "evidence 至少写一个 path（卷宗里的回答）或 attachment（文件）。",
    ),
    (
        ITEMS, "好处大于坏处。", "好处大于坏处",
        "review_items/items.yaml:10：审查要点 BEN-02 不是整句 text 以“。”结尾。",
    ),
    (
        ITEMS, "好处大于坏处。", "好" * 90 + "。",
        "review_items/items.yaml:10：审查要点 BEN-02 有 91 个字 text 不超过 90 个字。",
    ),
    (
        ITEMS, "好处大于坏处。", "对受试者有好处。",
        "review_items/items.yaml:10：审查要点 BEN-02 里写了“受试者” 写“研究参与者”。",
    ),
    (
        ITEMS, "好处大于坏处。", "合于第3条。",
        "review_items/items.yaml:10：审查要点 BEN-02 里写了“第3条” 法源和条号写在 basis 里。",
    ),
    (
        ITEMS, "id: SAF-01\n  principle: safety", "id: SAF-01\n  principle: benefit",
        "review_items/items.yaml:19：审查要点 SAF-01 的编号与“有益”不合 “有益”的要点编号写 BEN-。",
    ),
    (
        ITEMS, "id: SAF-01", "id: SAF_01",
        "review_items/items.yaml:19：审查要点“SAF_01”的编号不合式样 "
        "写成 RSK-01 的样子：大写字母、连字符、号码。",
    ),
    (
        ITEMS, "id: SAF-01", "id: SAF-02",
        "review_items/items.yaml:19：SAF-02 之前没有 SAF-01 "
        "补上这一条；改了编号的在 migrations.yaml 的 items 里写明。",
    ),
    (
        ITEMS, "side: committee", "side: institution",
        "standard.yaml:1：没有伦理委员会的审查要点 第5章的责任主体都要有要点（side: committee）。",
    ),
    (
        DOCUMENTS, '{source: law, article: "1"}, {source: custom', "{source: custom",
        "documents.yaml:16：文件“方案”缺了算错误，依据里却没有一条规定 "
        "写上规定它的条文，或者写 missing: warning。",
    ),
    (
        DOCUMENTS, "note: 写明目的和方法。", "note: 写明目的",
        "documents.yaml:16：文件“方案”由申请人自备，却没有说要放进什么 写 note，以“。”结尾。",
    ),
    (
        DOCUMENTS, "  elements: [law.1]\n", "",
        "documents.yaml:8：文件“同意书”是给参与者的，却没有模板或者没有写要告知什么 "
        "写 template 和 elements（见 elements.yaml）。",
    ),
    (
        DOCUMENTS, "  for_form: [adult]\n", "",
        "documents.yaml:1：没有文件写“成人同意书” "
        "给它一份文件（for_form: [adult]），或者写进决定表的 without_document。",
    ),
    (
        CONSISTENCY, "message: 风险写的是低，备注里却说危险。", "message: 风险写的是低",
        "consistency.yaml:1：规则 C1 的 message 不是整句 以“。”结尾。",
    ),
    (
        CONSISTENCY, "fix: 改风险，或者改备注。", "fix: 风险写的是低，备注里却说危险。",
        "consistency.yaml:1：规则 C1 没有说怎样改 fix 写怎样改，不重复 message。",
    ),
    (
        CONSISTENCY, '  basis: [{source: law, article: "1"}]\n', "",
        "consistency.yaml:1：规则 C1 没有依据 写 basis：法源和条号。",
    ),
)  # fmt: skip

RULES: Final[tuple[Change, ...]] = (
    (
        CASES, "- rule: S1\n  fires: {study: {risk: low}}\n  but: {study.risk: high}\n", "",
        "rules/tables.yaml:8：规则 S1 没有用例",
    ),
    (
        CASES, "but: {study.risk: high}\n- rule: M1", "but: {study.title: 甲}\n- rule: M1",
        "cases/rules.yaml:1：S1 在 but 的事实下仍然成立",
    ),
    (
        CASES, "but: {study.risk: high}\n- rule: M1", "but: {study.risk: unsure}\n- rule: M1",
        "cases/rules.yaml:1：S1 在 but 的事实下还定不下来，应当不成立",
    ),
    (
        CASES, "  strength: advised\n", "",
        "cases/rules.yaml:4：规则 M1 的强度（strength）写的是 advised，它的用例写的是 required",
    ),
    (
        CONSISTENCY, "but: {study.risk: high}", "but: {study.risk: high, study.remark: 无}",
        "consistency.yaml:1：C1 的用例：but 应只改一个事实",
    ),
    (
        STUDIES, "expect: {method: simple,", "expect: {method: meeting,",
        "cases/studies.yaml:1：判定示例“低风险”：method.value 应为 meeting，判为 simple",
    ),
    (
        STUDIES, "consent_forms: [adult]}", "forms: [adult]}",
        "cases/studies.yaml:1：判定示例“低风险”：没有决定表“forms”",
    ),
    (
        STUDIES, "needs: [form, plan]", "needs: [form, report]",
        "cases/studies.yaml:1：判定示例“低风险”：送审文件里没有 report",
    ),
    (
        STUDIES, "brings: [plan]", "brings: []",
        "cases/studies.yaml:1：判定示例“低风险”：须自备的文件应为 （没有），判为 plan",
    ),
    (
        STUDIES, "contradictions: []", "contradictions: [C1]",
        "cases/studies.yaml:1：判定示例“低风险”：前后矛盾的应为 C1，查出 （没有）",
    ),
    (
        STUDIES, "does_not_apply: [BEN-02]", "does_not_apply: [BEN-01]",
        "cases/studies.yaml:1：判定示例“低风险”：审查要点 BEN-01 应当不适用",
    ),
    (
        STUDIES, "from: 低风险", "from: 没有的",
        "cases/studies.yaml:8：判定示例“高风险”：没有判定示例“没有的”（from）",
    ),
    (
        STUDIES, "from: 低风险", "from: 高风险",
        "cases/studies.yaml:8：判定示例“高风险”：from 成了循环：高风险 → 高风险",
    ),
    (
        STUDIES, "name: 高风险", "nmae: 高风险\n  name: 高风险",
        "cases/studies.yaml:8：判定示例“高风险”：不认识的键“nmae”",
    ),
    (
        STUDIES, "name: 高风险\n  from: 低风险", "name: 低风险",
        "cases/studies.yaml:8：判定示例“低风险”重复",
    ),
)  # fmt: skip

TEMPLATES: Final[tuple[Change, ...]] = (
    (
        "templates/form.md", "when {study.remark: {answered: yes}}", "when {study.risk: low}",
        "form.md:9：印了“备注”（study.remark），而这个问题没有写何时必答 "
        "给问题写 required_when；可以不答的，只在答了时才印"
        "（{% when {study.remark: {answered: yes}} %}），"
        "或者写 required: no。",
    ),
    (
        QUESTIONS, "    required: yes\n", "",
        "form.md:13：印了“地名”（study.sites.name），而这个问题没有写何时必答 "
        "给问题写 required_when；可以不答的，只在答了时才印"
        "（{% when {study.sites.name: {answered: yes}} %}），"
        "或者写 required: no。",
    ),
    (
        "templates/form.md", "::: sign\n研究者签名：____________\n:::\n", "",
        "documents.yaml:6：“申请表”由研究者签字，模板里却没有签名处 在模板里写签名处（::: sign）。",
    ),
    (
        DOCUMENTS, "  signers: [研究者]\n", "",
        "documents.yaml:1：“申请表”的模板里有签名处，却没有写由谁签字 "
        "写 signers；不列入签字清单的写 signers: []。",
    ),
    (
        "templates/consent.md", "这项研究叫", "按照《某办法》，这项研究叫",
        "consent.md:8：给参与者的文件里引用了“《某办法》” "
        "法源写在 elements.yaml 的 basis 里，由要素对照表说给伦理委员会。",
    ),
    (
        "templates/consent.en.md", "is called", "is 叫 called",
        "consent.en.md:8：英文模板里有中文“叫” 译成英文。",
    ),
    (
        "templates/consent.en.md", "title: Consent", "title: Agreement",
        "consent.en.md:1：英文模板的标题是“Agreement” 写成 documents.yaml 里的“Consent”。",
    ),
    (
        "templates/consent.en.md", " “{{ study.title }}”", "",
        "consent.en.md：中文印了“study.title”，英文没有印 在英文模板的同一处印出。",
    ),
    (
        "checklists/english/words.yaml", "- {path: study.title, label: Title}\n", "",
        "consent.en.md：english/ 里没有“study.title”的英文",
    ),
    (
        "templates/form.md", '{% include "parts/head.md" %}', "名称",
        "parts/head.md：没有文件用到这个模板。 请核对文件名，或在 documents.yaml 里写 template:。",
    ),
)  # fmt: skip

TITLED: Final = "文件“同意书”的告知要素 law.1“研究的名称”"
TOLD: Final[tuple[Change, ...]] = (
    (
        "templates/consent.md", "“{{ study.title }}”", "甲",
        f"consent.md:7：{TITLED}没有印“名称”（study.title） "
        "在“::: element law.1”里印出；不用写的，改 elements.yaml 的 facts。",
    ),
    (
        "templates/consent.md", "::: element law.1\n这项研究叫“{{ study.title }}”。\n",
        "这项研究叫“{{ study.title }}”。\n\n::: element law.1\n",
        f"consent.md:9：{TITLED}没有印“名称”（study.title） "
        "在“::: element law.1”里印出；不用写的，改 elements.yaml 的 facts。",
    ),
    (
        "templates/consent.md", "“{{ study.title }}”",
        "{% when {study.risk: low} %}{{ study.title }}{% endwhen %}",
        f"consent.md:8：{TITLED}只在别的条件下才印“名称”（study.title） "
        "去掉外面的条件，或者把它写进 elements.yaml 里这个事实的 when。",
    ),
    (
        "templates/consent.md", "::: when {study.risk: high}", "::: when {study.risk: low}",
        f"consent.md:7：{TITLED}没有印“风险”（study.risk） "
        "在“::: element law.1”里印出；不用写的，改 elements.yaml 的 facts。",
    ),
    (
        "templates/consent.en.md", "- {{ site.name }}", "- {{ loop.index }}",
        f"consent.en.md:7：{TITLED}没有印“地点的地名”（study.sites.name） "
        "在“::: element law.1”里印出；不用写的，改 elements.yaml 的 facts。",
    ),
    (
        "templates/consent.en.md", "element law.1", "note",
        "documents.yaml:14：模板“consent.en.md”里没有“::: element law.1”",
    ),
)  # fmt: skip

CHANGES: Final[tuple[Change, ...]] = (
    *(
        (
            EDITIONS, f"{key}: [{name}", f"{key}: [nothing",
            f"editions.yaml:{line}：没有{word}“nothing”",
        )
        for key, name, line, word in (
            ("rules", "S1", 8, "规则"),
            ("items", "BEN-01", 9, "审查要点"),
            ("elements", "law.1", 10, "告知要素"),
            ("sources", "law", 11, "法源"),
            ("documents", "consent", 12, "文件"),
            ("questions", "study.risk", 13, "问题"),
        )
    ),
    (
        EDITIONS, "      rules: [S1]", "      due_dates: [report]",
        "editions.yaml:8：没有到期日“report”",
    ),
    (
        EDITIONS, "rules: [S1]", "rules: [document.form]",
        "editions.yaml:8：没有规则“document.form”",
    ),
    (
        EDITIONS, "简易审查。", "简易审查",
        "editions.yaml:6：zh 不是整句，以“。”结尾",
    ),
    (
        EDITIONS, "核对风险等级。", "核对风险等级",
        "editions.yaml:14：fix 不是整句，以“。”结尾",
    ),
    (
        EDITIONS, '[{source: law, article: "1"}]', "[]",
        "editions.yaml:6：没有写凭哪一条（basis）",
    ),
    (
        EDITIONS, "date: 2026-02-01", "date: 2025-02-01",
        "editions.yaml:1：最新的一版是“包 1”，standard.yaml 的 edition 却不以它结尾",
    ),
    (
        EDITIONS, "id: 包 1", "id: 包 2",
        "editions.yaml:3：“包 2”重复",
    ),
    (
        "checklists/standard.yaml", "包 2", "包 3",
        "editions.yaml:3：最新的一版是“包 2”，standard.yaml 的 edition 却不以它结尾",
    ),
)  # fmt: skip

SPOILT: Final = (*ENTRIES, *RULES, *TEMPLATES, *TOLD, *CHANGES)


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    SPOILT,
    ids=[said.partition("：")[2][:40] for *_, said in SPOILT],
)
def test_what_is_spoilt_is_named(good: Path, file: str, before: str, after: str, said: str) -> None:
    path = good / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert said in [str(problem) for problem in pack_problems(None, TODAY)]


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("study.sponsor", "elements.yaml:4：不认识的事实“study.sponsor”"),
        ("study.sites", "elements.yaml:4：“study.sites”是列表，应写它的一栏（study.sites.栏名）"),
        ("{path: study.title, in: [leaflet]}", "elements.yaml:4：不认识的文件“leaflet”"),
        ("{path: study.title, when: {a.b: yes}}", "elements.yaml:4：不认识的事实“a.b”"),
        ("{path: study.title, where: here}", "elements.yaml:4：不认识的键“where”"),
    ],
)
def test_a_fact_of_an_element_is_a_known_one(good: Path, fact: str, said: str) -> None:
    path = good / ELEMENTS
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[study.title,", f"[{fact},"), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        pack_problems(None, TODAY)
    assert [str(problem) for problem in refused.value.problems] == [said]


def test_an_answer_that_a_fact_guards_itself_is_told(good: Path) -> None:
    """Where it is printed only when answered, `check` asks for the answer."""
    path = good / "templates/consent.md"
    text = path.read_text(encoding="utf-8")
    guarded = "{% when {study.title: {answered: yes}} %}{{ study.title }}{% endwhen %}"
    path.write_text(text.replace("{{ study.title }}", guarded), encoding="utf-8")
    assert pack_problems(None, TODAY) == []


def test_a_condition_of_the_element_or_of_the_fact_is_no_other_condition(good: Path) -> None:
    path = good / "templates/consent.md"
    text = path.read_text(encoding="utf-8")
    narrow = "{% when {study.risk: low} %}{{ study.title }}{% endwhen %}"
    path.write_text(text.replace("{{ study.title }}", narrow), encoding="utf-8")
    elements = good / ELEMENTS
    whole = elements.read_text(encoding="utf-8")
    only = whole.replace("[study.title,", "[{path: study.title, when: {study.risk: low}},")
    elements.write_text(only, encoding="utf-8")
    assert pack_problems(None, TODAY) == []
    elements.write_text(whole, encoding="utf-8")
    documents = good / DOCUMENTS
    due = "elements: [{element: law.1, when: {study.risk: low}}]"
    text = documents.read_text(encoding="utf-8")
    documents.write_text(text.replace("elements: [law.1]", due), encoding="utf-8")
    assert pack_problems(None, TODAY) == []


def test_a_paper_for_participants_has_an_english_one(good: Path) -> None:
    (good / "templates/consent.en.md").unlink()
    said = (
        "documents.yaml:8：文件“同意书”没有英文模板 "
        "写 templates/consent.en.md：给参与者的文件都有中英文两份。"
    )
    assert said in [str(problem) for problem in pack_problems(None, TODAY)]


def test_a_contradiction_before_any_answer_is_named(good: Path) -> None:
    path = good / CONSISTENCY
    text = path.read_text(encoding="utf-8")
    rule = "when: {study.risk: low, study.remark: {contains: [危险]}}"
    path.write_text(text.replace(rule, "when: {study.remark: {answered: no}}"), encoding="utf-8")
    said = "consistency.yaml:1：规则 C1 在什么都没有回答时就成立 在 when 里写明要等哪个回答。"
    assert said in [str(problem) for problem in pack_problems(None, TODAY)]


def test_of_an_institutions_pack_only_its_own_is_named(good: Path, tmp_path: Path) -> None:
    """The small pack is spoilt, and the institution's pack upon it brings a question in short."""
    for file, before, after, _ in (*ENTRIES[:1], *ENTRIES[-3:-2]):
        path = good / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
    own = tmp_path / "ours" / QUESTIONS.replace("01-study", "ours")
    own.parent.mkdir(parents=True)
    own.write_text(
        "section: study\nquestions:\n- path: study.ours\n  type: text\n  label: 本院\n"
        "  change: none\n  prompt: 本院要问什么？\n  help: 写清楚。\n  example: 无\n"
        '  synonyms: [本机构]\n  basis: [{source: law, article: "1"}]\n',
        encoding="utf-8",
    )
    assert [str(problem) for problem in pack_problems(tmp_path / "ours", TODAY)] == [
        "ours/checklists/questions/ours.yaml:3：问题“本院”的别名只有 1 个 "
        "synonyms 至少写 2 个：表单和口头上还怎样叫它。"
    ]
