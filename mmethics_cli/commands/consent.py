"""The papers for participants: do they tell all they must, and how plainly?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mmethics_cli.commands.package import Package
from mmethics_cli.core.consent import Readability
from mmethics_cli.core.findings import Finding
from mmethics_cli.core.names import label_at, question_at
from mmethics_cli.core.plain_speech import (
    Speech,
    heard,
    length,
    long_sentences,
    quoted,
)
from mmethics_cli.core.standard import Standard
from mmethics_cli.render.slots import Words
from mmethics_cli.render.text import Rendered

ADVICE: Final = "一句话只说一件事，缩写写出中文，用平时说的字和词。只供参考，不影响送审。"
# Marks of our own, and the signs of headings, lists, tables and emphasis.
_MARKUP = re.compile("[\ufdd2][^\\n]*|[|#*•□]|^- ", re.MULTILINE)


def lacking_elements(package: Package) -> Iterator[Finding]:
    """Elements that a paper of ours must tell and does not: the fault of its template."""
    for paper in package.consents():
        for name in paper.lacking if paper.places is not None else ():
            element = package.study.standard.elements[name]
            message = f"《{paper.title}》没有写“{element.text}”"
            fix = f"请在它的模板里写上，用 ::: element {name} 标出。"
            yield Finding(
                "element_missing", "error", "inconsistent", "", message, fix, basis=element.basis
            )


def hard_to_read(package: Package) -> Iterator[Finding]:
    """Answers that participants will read and may not understand: one note an answer.

    Sentences that only grow long where an answer and our words meet are named by paper.
    """
    standard = package.study.standard
    limits, seen = standard.readability, dict[str, str]()
    for paper in package.papers:
        if not paper.document.for_form:
            continue
        rendered = package.reading(paper)
        if any(gap.kind == "undecided" for gap in rendered.gaps):
            continue  # it prints passages that may go
        for path, text in _answers(standard, rendered):
            if path not in seen:
                seen[path] = text
                speech = heard(text, limits)
                if speech.faults(limits):
                    label = label_at(standard, package.study.facts, path)
                    message = f"“{label}”是写给参与者看的，可以更好懂：{_said(speech, limits)}"
                    yield Finding("hard_to_read", "note", "readability", path, message, ADVICE)
        joined = [one for one in _long(rendered, limits) if not _within(one, seen)]
        if joined:
            where = quoted(joined, limits.quotes)
            message = f"《{paper.document.title}》印出来有{len(joined)}个长句：{where}"
            yield Finding("hard_to_read", "note", "readability", "", message, ADVICE)


def _answers(standard: Standard, rendered: Rendered) -> Iterator[tuple[str, str]]:
    """Texts that the applicant wrote and the paper prints, each once."""
    exempt = standard.readability.exempt
    found = {one.path: one.text for one in rendered.fills if isinstance(one, Words) and one.path}
    for path, text in found.items():
        try:
            question = question_at(standard, path)
        except KeyError:
            continue
        if question.type == "text" and not {path, path.split(".")[0]} & exempt:
            yield path, text


def _long(rendered: Rendered, limits: Readability) -> tuple[str, ...]:
    return long_sentences(_MARKUP.sub("\n", rendered.plain), limits)


def _within(sentence: str, answers: dict[str, str]) -> bool:
    return any(sentence in one for one in answers.values())


def _said(speech: Speech, limits: Readability) -> str:
    """What stands out, in words; at most so many places of each kind."""
    most = limits.quotes
    parts = []
    if speech.long:
        longest = length(speech.long[0])
        parts.append(f"长句{len(speech.long)}句（最长{longest}字）：{quoted(speech.long, most)}")
    if speech.average > limits.average:
        parts.append(f"平均每句{speech.average:.0f}字")
    if speech.rare:
        parts.append(f"不常用的字：{quoted(speech.rare, most)}")
    if speech.latin:
        parts.append(f"没有解释的缩写：{quoted(speech.latin, most)}")
    if speech.stiff:
        parts.append(f"像公文的说法：{quoted(speech.stiff, most)}")
    return "；".join(parts)
