"""Every mistake in a template is told with its file and line."""

from __future__ import annotations

import pytest

from tests.render.small import problems, templates

WRONG = {
    "块没有结束": "::: when {study.level: high}\n甲",
    "多一个结尾": "甲\n:::",
    "不认识的块": "::: frame\n甲\n:::",
    "表里套块": "::: form 1 1\n::: when {study.level: high}\n:::\n:::",
    "没有列宽": "::: form\n| a |\n|---|\n:::",
    "不认识的表选项": "::: table 1 {header=1 high}\n| a |\n|---|\n:::",
    "要素没有条号": "::: element law\n甲\n:::",
    "交叉": "{% for a in data.assets %}\n::: box\n{% endfor %}\n:::",
    "不认识的事实": "{{ study.titel }}",
    "列表里没有的项": "{% for a in data.assets %}{{ a.nme }}{% endfor %}",
    "列表不能打印": "{{ data.assets }}",
    "没有的列表": '{% for a in data.assets %}{{ loop.named_in("data.nope.name") }}{% endfor %}',
    "没有的栏": '{% for a in data.assets %}{{ loop.named_in("data.assets.nme") }}{% endfor %}',
    "不是列表": "{% for a in study.title %}{% endfor %}",
    "条件里没有的事实": "{% when {study.lvel: high} %}甲{% endwhen %}",
    "条件里没有的值": "::: when {study.level: enormous}\n:::",
    "条件不是 YAML": "::: when {study.level: [high}\n:::",
    "用 if 判断事实": "{% if study.contact %}甲{% endif %}",
    "函数循环里的事实": "{% for r in documents() %}{{ study.title }}{% endfor %}",
    "函数循环里的 when": (
        "{% for r in documents() %}{% when {study.level: high} %}甲{% endwhen %}{% endfor %}"
    ),
    "不认识的名字": "{{ nonsense }}",
    "不认识的函数": "{{ range(3) }}",
    "方法": "{% for r in documents() %}{{ r.title.upper() }}{% endfor %}",
    "拼接": "{% for r in documents() %}{{ r.title ~ r.id }}{% endfor %}",
    "相加": "{% for r in documents() %}{{ r.title + 'x' }}{% endfor %}",
    "过滤器": "{% for r in documents() %}{{ r.title|e }}{% endfor %}",
    "事实的过滤器": "{{ study.title|upper }}",
    "没有的条文": '{{ basis("law", "99") }}',
    "没有的法源": '{{ basis("lawx", "1") }}',
    "没有的标签": '{{ label("study.nope") }}',
    "没有的决定": '{{ decision("nope").label }}',
    "没有的部件": '{% include "parts/nope.md" %}',
    "语法": "{% for r in %}{% endfor %}",
    "不成强调": "请选**“同意”**二字",
    "多余的括号": "甲 }} 乙",
    "文件头": "---\ntitel: 甲\n---\n乙",
    "没有的版面": "---\nlayout: poster\n---\n乙",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_template_is_refused_with_its_place(text: str) -> None:
    found = problems(text)
    assert found
    assert all(one.file == "t.md" and one.line for one in found)


def test_the_line_is_that_of_the_part_it_stands_in() -> None:
    text = '---\ntitle: 甲\n---\n乙\n{% include "parts/p.md" %}\n{{ study.nope }}'
    found = problems(text, p="丙\n{{ study.gone }}\n")
    assert [(one.file, one.line) for one in found] == [("parts/p.md", 2), ("t.md", 6)]


def test_the_line_of_a_jinja_error_counts_lines_that_were_taken_out() -> None:
    text = "::: when {study.level: high}\n甲\n:::\n{# 注 #}\n\n{{ nonsense }}"
    assert [one.line for one in problems(text)] == [6]


def test_parts_that_include_each_other_are_refused() -> None:
    found = problems('{% include "parts/p.md" %}', p='{% include "parts/p.md" %}\n')
    assert "套得太深" in found[0].message


def test_a_right_template_has_no_problems() -> None:
    text = (
        "---\ntitle: 甲\nlayout: consent\nlandscape: yes\n---\n# 标题\n\n**重点** 见 [ ] 是\n\n"
        "::: box\n::: when {any: [{study.level: high}, {data.kinds: image}]}\n"
        "- {{ study.title }}\n:::\n:::\n\n"
        "{% set d = decision('method') %}\n"
        "{% if d.rules and not d.settled %}{{ d.label }}{% endif %}\n"
    )
    assert problems(text) == []
    assert templates(text).get("t.md").landscape


@pytest.mark.parametrize(
    "row",
    [
        "| 签名 | 日期 |",
        "  |签名：____________|",
        "{% when {study.level: high} %}| 签名 | 日期 |{% endwhen %}",
        "{% for a in data.assets %}| {{ a.name }} | 签名 |{% endfor %}",
    ],
)
def test_a_row_of_a_table_among_signatures_is_refused_where_it_stands(row: str) -> None:
    text = f"::: sign\n签名：____________ 日期：____年__月__日\n{row}\n:::"
    assert [(one.file, one.line) for one in problems(text)] == [("t.md", 3)]
    assert "::: table" in problems(text)[0].fix
    assert not problems(text.replace(row, "甲 | 乙：____________"))
    assert not problems(f"::: table 1 1\n{row}\n:::")
