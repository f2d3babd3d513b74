"""The text stage: what a template prints of a study, and the gaps that it leaves."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mmethics_cli.core.conditions.values import Element, NotApplicable, Several
from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.blocks import Tick
from mmethics_cli.render.printing import Gap
from mmethics_cli.render.slots import Words
from mmethics_cli.render.text import read_facts, render_text
from tests.render.small import printed, problems, rendered, study, templates


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("study.title", "多模态预测研究"),
        ("study.level", "低"),
        ("study.topics", "精神、遗传"),
        ("study.age", "30"),
        ("study.start", "2027年3月1日"),
        ("study.contact", "是"),
        ("data.kinds", "影像、语音"),
        ("data.anonymous", "否"),
    ],
)
def test_values_read_as_people_write_them(path: str, words: str) -> None:
    assert printed("甲{{ " + path + " }}乙") == f"甲{words}乙\n"


def test_what_is_missing_is_marked_and_recorded() -> None:
    found = rendered("{{ study.title }}；{{ study.end }}", study(title=None))
    assert found.plain == "【待填：名称】；【待填：结束】\n"
    assert found.gaps == (Gap("missing", "study.title"), Gap("missing", "study.end"))


def test_nothing_is_recorded_of_a_passage_that_is_not_printed() -> None:
    found = rendered("{% when {study.level: high} %}{{ study.end }}{% endwhen %}完")
    assert (found.plain, found.gaps) == ("完\n", ())


def test_what_does_not_apply_says_so_with_its_reason() -> None:
    assert printed("{{ study.title }}", study(title=NotApplicable("尚未定名"))) == (
        "不适用（尚未定名）\n"
    )
    assert printed("{{ study.refusal }}", study(contact=False)) == "不适用\n"


def test_no_chosen_option_reads_as_none() -> None:
    assert printed("{{ study.topics }}", study(topics=Several())) == "没有\n"


def test_a_block_whose_condition_is_unknown_is_printed_with_a_mark() -> None:
    found = rendered("前\n::: when {study.level: high}\n高风险\n:::\n后", study(level=None))
    assert found.plain.split() == ["前", "【待定：风险】", "高风险", "后"]
    assert found.gaps == (Gap("undecided", "study.level"),)


def test_the_mark_of_a_row_stands_in_its_first_cell() -> None:
    text = "::: form 1 1\n| a | b |\n|---|---|\n{% when {study.level: high} %}\n| 甲 | 乙 |\n"
    found = printed(text + "{% endwhen %}\n:::", study(level=None))
    assert "\n|【待定：风险】甲 | 乙 |\n" in found


def test_a_computed_fact_waits_for_the_answers_below_it() -> None:
    found = rendered("{{ data.anonymous }}", study(assets=None))
    assert found.gaps == (Gap("undecided", "data.assets"),)


def test_loops_over_the_dossiers_lists() -> None:
    text = (
        "{% for asset in data.assets %}\n"
        "{{ loop.index }}. {{ asset.name }}（{{ asset.kind }}）"
        "{% when {asset.kind: image, study.contact: yes} %}有图像{% endwhen %}\n"
        "{% endfor %}\n"
    )
    assert printed(text).rstrip() == "1. 胸部 CT（影像）有图像\n2. 门诊录音（语音）"


def test_a_missing_field_is_named_by_its_entry() -> None:
    text = "{% for asset in data.assets %}{{ asset.face }}{% endfor %}"
    bare = (Element("a1", {"kind": "image"}),)
    assert rendered(text, study(assets=bare)).gaps == (Gap("missing", "data.assets[a1].face"),)


def test_a_list_that_was_never_filled_in_is_a_gap() -> None:
    found = rendered("{% for asset in data.assets %}甲{% endfor %}", study(assets=None))
    assert (found.plain.strip(), found.gaps) == ("", (Gap("missing", "data.assets"),))


def test_a_part_sees_the_loop_round_it() -> None:
    text = '{% for asset in data.assets %}\n{% include "parts/row.md" %}\n{% endfor %}\n'
    assert printed(text, row="- {{ asset.name }}\n").split("\n")[:2] == ["- 胸部 CT", "- 门诊录音"]


def test_tick_boxes_carry_every_option() -> None:
    found = rendered("{{ boxes(study.level) }}；{{ boxes(study.contact) }}")
    assert [(one.tag, one.checked) for one in found.fills if isinstance(one, Tick)] == [
        ("study.level.low", True),
        ("study.level.high", False),
        ("study.contact.yes", True),
        ("study.contact.no", False),
    ]
    assert rendered("{{ boxes(study.level) }}", study(level=None)).gaps == (
        Gap("missing", "study.level"),
    )


def test_blanks_between_chinese_and_a_value_are_dropped() -> None:
    assert printed("请联系 {{ study.title }} 办理, see {{ study.title }} now") == (
        "请联系多模态预测研究办理, see 多模态预测研究 now\n"
    )


def test_elements_are_those_printed_with_words() -> None:
    text = (
        "::: element law.1\n写了\n:::\n"
        "::: element law.2\n::: when {study.level: high}\n没写\n:::\n:::\n"
    )
    assert rendered(text).elements == {"law.1"}


def test_decisions_lists_and_citations() -> None:
    text = (
        '{% set method = decision("method") %}\n'
        "{{ method.label }}：{{ method.value_label }}\n"
        "{% for rule in method.rules %}{{ rule.id }} {{ rule.zh }} {{ rule.facts }} "
        "{{ rule.strength_label }} {{ rule.basis_text }}；{% endfor %}\n"
        "{% for row in documents() %}{{ row.number }} {{ row.title }} {{ row.date }}{% endfor %}\n"
        '{{ basis("law", "1") }} {{ label("study.age") }} {{ doc.version }}\n'
    )
    assert printed(text).split("\n")[:4] == [
        "方式：会议",
        "S1 低风险 风险：低 必须 《某法》第1条；"
        "M2 敏感 问题：精神、遗传 从严建议 《某指南》第2条（待核）；",
        "01 申请表 2027年3月1日",
        "《某法》第1条 年龄 1.0",
    ]


def test_gaps_are_the_same_without_jinjas_part() -> None:
    text = (
        "{% for row in documents() %}{{ row.title }}{% endfor %}\n{{ study.end }}\n"
        "::: element law.1\n{{ study.title }}\n:::\n"
    )
    made, of = templates(text), study()
    whole, quick = render_text(made, "t.md", of), read_facts(made, "t.md", of)
    assert (whole.gaps, whole.elements) == (quick.gaps, quick.elements)
    assert whole.gaps == (Gap("missing", "study.end"),)


def test_a_name_that_a_row_lacks_is_an_error_with_the_templates_name() -> None:
    with pytest.raises(TemplateError, match=r"t\.md"):
        rendered("{% for row in documents() %}{{ row.nonsense }}{% endfor %}")


def test_the_text_stage_needs_neither_word_nor_markdown() -> None:
    code = (
        "import sys, mmethics_cli.render.text\n"
        "print(sorted({'docx', 'markdown_it', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_part_takes_the_words_of_the_paper_that_it_stands_in() -> None:
    text = (
        '{% include "parts/p.md" who="您" whose="您的{{ study.title }}的" %}\n'
        '{% include "parts/p.md" who="你" whose="你的" %}\n'
    )
    inner = '{{ who }}看{{ whose }}资料\n{% include "parts/q.md" %}\n'
    made = printed(text, p=inner, q="{{ who }}签字")
    assert made.split() == [
        "您看您的多模态预测研究的资料",
        "您签字",
        "你看你的资料",
        "你签字",
    ]


def test_a_word_that_a_part_was_not_given_is_a_problem() -> None:
    found = problems('{% include "parts/p.md" who="您" %}\n', p="{{ who }}和{{ whom }}")
    assert [(one.file, one.line) for one in found] == [("parts/p.md", 1)]


def test_words_never_reach_the_value_of_a_fact() -> None:
    text = '{% include "parts/p.md" who="您" %}\n'
    made = rendered(
        text, study(title='{{ who }} {% include "parts/p.md" %}'), p="{{ study.title }}"
    )
    assert made.plain.strip() == '{{ who }} {% include "parts/p.md" %}'


def test_elements_have_the_heading_that_their_block_stands_under() -> None:
    text = (
        "# 同意书\n## {{ study.title }}\n::: element law.1\n### 甲\n写了\n"
        "### 乙\n::: element law.2\n也写了\n:::\n又写了\n:::\n"
        "## 丙\n::: element law.1\n再写\n:::\n::: element law.3\n### 只有标题\n:::\n"
    )
    assert rendered(text).tagged == {"law.1": ("多模态预测研究", "丙"), "law.2": ("乙",)}


def test_a_block_that_begins_with_a_heading_of_its_own_stands_under_it() -> None:
    text = "## 甲\n::: element law.1\n## {{ study.title }}\n写了\n:::\n"
    assert rendered(text).tagged == {"law.1": ("多模态预测研究",)}


@pytest.mark.parametrize(
    ("title", "line"),
    [("看完了。", "看完了。"), ("看完了", "看完了。"), ("好吗？", "好吗？"), ("甲、", "甲、。")],
)
def test_a_sentence_that_a_value_ends_gets_no_second_stop(title: str, line: str) -> None:
    assert printed("{{ study.title }}。", study(title=title)).strip() == line


def test_a_value_knows_the_fact_it_comes_from() -> None:
    made = rendered("{% for a in data.assets %}{{ a.name }}{% endfor %}{{ study.title }}")
    assert [one.path for one in made.fills if isinstance(one, Words)] == [
        "data.assets[a1].name",
        "data.assets[a2].name",
        "study.title",
    ]
