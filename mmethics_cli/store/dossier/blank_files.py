"""The files of a new dossier before anything is answered: each key with its Chinese label."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mmethics_cli.core.answers.self_check import ANSWER_KEYS
from mmethics_cli.core.conditions.values import NO
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.store.dossier.parts import EVENT, DocumentVersion
from mmethics_cli.store.submission.submissions import EDITION
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.writer import entry_lines, key_text

_WIDTH: Final = 48  # characters; twice as many columns when all are Chinese


def dossier_text(standard: Standard) -> str:
    """A blank dossier.yaml; the institution's own questions stand in institution.yaml."""
    head = (
        f"# 伦理审查卷宗（{standard.title}）。\n"
        "# 冒号后面写回答，没有想好就空着。# 后面是说明，可以删去。\n"
        "# 是否类写“是”“否”或“不清楚”；选择类写选项的中文名或英文代号，多项用 [甲, 乙]；\n"
        "# 日期写 2027-03-01；长文字在冒号后写 |，从下一行起缩进书写。\n"
    )
    questions = [
        question
        for question in standard.questions.values()
        if question.section != EVENT and not question.of_institution
    ]
    return head + _sections(standard, questions)


def institution_text(standard: Standard) -> str:
    """A blank institution.yaml."""
    head = (
        "# 机构与伦理委员会的固定信息。放在卷宗文件夹里，或放在上一级文件夹供多个卷宗共用。\n"
        "# pack：本机构附加标准包的文件夹。file_names：生成文件的命名，title 中文名，id 代号。\n"
        "pack:\n"
        "file_names: title\n"
    )
    own = [question for question in standard.questions.values() if question.of_institution]
    return head + _sections(standard, own)


def submission_text(
    standard: Standard,
    kind: str,
    documents: Mapping[str, DocumentVersion] | None = None,
    *,
    edition: str = "",
) -> str:
    """A submission.yaml for one event, with the versions of documents carried forward.

    `edition` is that of the pack, where the study itself is first written under it.
    """
    facts = Facts(standard, {f"{EVENT}.kind": kind})
    asked = [
        question
        for question in standard.questions.values()
        if question.section == EVENT
        and not question.of_office
        and facts.applies(question) is not NO
    ]
    label = standard.questions[f"{EVENT}.kind"].values.get(kind, kind)
    text = f"# 本次送审：{label}。\n" + _sections(standard, asked)
    text = text.replace("\n  kind:", f"\n  kind: {kind}", 1)
    text += "\n# 各文件的版本号和版本日期；生成时自动登记，可以修改。\n"
    rows: dict[str, Tree] = {
        name: {
            "version": edition.version,
            "date": edition.date.isoformat() if edition.date else None,
        }
        for name, edition in (documents or {}).items()
    }
    text += entry_lines("documents", rows, 0) if rows else "documents:\n"
    if edition:
        why = (
            "研究照标准包的哪一版写的。标准包更新以后，check 据此提示改了什么；"
            "都照着改过了，在这里写新的版次。"
        )
        text += "\n".join(["", *_comment(why, ""), entry_lines(EDITION, edition, 0)])
    return text


def self_check_text(standard: Standard) -> str:
    """A blank self-check.yaml: the review items that the applicant answers."""
    lines = [
        "# 审查内容自查。answer 写：符合、不符合、不适用；后两者在 note 写明理由。",
        "# evidence 写附件的 id 或回答的路径（如 design.background），page 写页码。",
    ]
    principle = ""
    for item in standard.items.values():
        if item.side != "applicant":
            continue
        if item.principle != principle:
            principle = item.principle
            lines += ["", f"# ==== {standard.principles[principle]} ===="]
        lines += ["", *_comment(f"{item.theme}：{item.text}", "")]
        lines += [f"{key_text(item.id)}:", *(f"  {key}:" for key in ANSWER_KEYS)]
    return "\n".join(lines) + "\n"


def _sections(standard: Standard, questions: Iterable[Question]) -> str:
    groups: dict[str, list[Question]] = {}
    for question in questions:
        groups.setdefault(question.path.partition(".")[0], []).append(question)
    lines: list[str] = []
    section = ""
    for group, members in groups.items():
        if members[0].section != section:
            section = members[0].section
            lines += ["", f"# ==== {standard.sections[section]} ===="]
        if [question.path for question in members] == [group]:
            lines += _question(members[0], group, "")
            continue
        lines.append(f"{group}:")
        inner = ""
        for question in members:
            if question.section != section:
                section = question.section
                lines += ["", f"  # ==== {standard.sections[section]} ===="]
            below, _, key = question.path.partition(".")[2].rpartition(".")
            if below != inner and below:
                lines += ["  # 各项相同的回答，不同的写在那一项里", f"  {below}:"]
            inner = below
            lines += _question(question, key, "    " if below else "  ")
    return "\n".join(lines) + "\n"


def _question(question: Question, key: str, indent: str) -> Iterator[str]:
    if question.type == "list":
        fields = "、".join(f"{field.path} {field.label}" for field in question.fields)
        yield from _comment(f"每一项以“- id: 编号”开头，下面可写：{fields}", indent)
    elif question.values:
        yield from _comment(f"可选：{'、'.join(question.values.values())}", indent)
    yield f"{indent}{key}:  # {' '.join(question.label.split())}"


def _comment(text: str, indent: str) -> list[str]:
    text = " ".join(text.split())
    return [f"{indent}# {line}" for line in textwrap.wrap(text, _WIDTH)]
