"""Everything that is wrong with a dossier: the checks of all rooms, each finding with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from msgspec.structs import replace

from mmethics_cli.core.checks.attachments import attachments_at_odds, unfit_files
from mmethics_cli.core.checks.completeness import first_asked, missing_answers, unanswered_items
from mmethics_cli.core.checks.consistency import (
    contradictions,
    law_to_come,
    renamed,
    stray_answers,
    unknown_names,
    unseen_characters,
    unverified_law,
    wrong_likenesses,
)
from mmethics_cli.core.checks.documents import FileState, missing_documents, own_documents
from mmethics_cli.core.checks.element_facts import (
    UnansweredElementFact,
)
from mmethics_cli.core.checks.findings import Finding, Severity, in_order
from mmethics_cli.core.checks.law_changes import law_changes
from mmethics_cli.core.checks.phrases import misstatements
from mmethics_cli.core.checks.plain_speech import (
    Speech,
    long_sentences,
    quoted,
    reading_length,
    speech_of,
)
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import NO, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import place_at
from mmethics_cli.core.lifecycle.amendments import (
    left_behind,
    unfound_changes,
    unmarked_attachments,
    unnamed_changes,
)
from mmethics_cli.core.lifecycle.decision import unanswered_comments, unanswered_supplements
from mmethics_cli.core.lifecycle.replies import reply_findings
from mmethics_cli.core.lifecycle.resting import resting_findings
from mmethics_cli.core.lifecycle.revision import seen_before
from mmethics_cli.core.standard.model import Basis, Standard
from mmethics_cli.core.standard.names import KIND, RE_REVIEW, label_at, question_at
from mmethics_cli.core.standard.pack_editions import editions_after
from mmethics_cli.core.standard.texts import Readability
from mmethics_cli.errors import Problem
from mmethics_cli.formats.excel.bytes import LONGEST_TEXT, characters
from mmethics_cli.render.item_views import shown_evidence
from mmethics_cli.render.revision_views import changed_papers_of
from mmethics_cli.render.slots import Words
from mmethics_cli.render.text import Rendered
from mmethics_cli.report.findings import PlacedFinding
from mmethics_cli.store.submission.documents import drafts_folder
from mmethics_cli.store.submission.logbook import read_logbook, trace_of_sealing
from mmethics_cli.store.submission.rendered import read_record
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.values import value_text
from mmethics_cli.workflow.attached import attached_contradictions
from mmethics_cli.workflow.lifecycle.answering import comments_to_answer
from mmethics_cli.workflow.lifecycle.confirming import texts_to_confirm
from mmethics_cli.workflow.lifecycle.standing import Standing, as_handed_in, without_drafts
from mmethics_cli.workflow.lifecycle.supplementing import asked_for
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Package
from mmethics_cli.workflow.registering import registration_findings

_MISSING: Final = "answer_missing"
ADVICE: Final = "一句话只说一件事，缩写写出中文，用平时说的字和词。只供参考，不影响送审。"
PLACEHOLDER: Final = "placeholder"
_SELF_CHECK: Final = "self_check."
# Marks of our own, and the signs of headings, lists, tables and emphasis.
_MARKUP: Final = re.compile("[\ufdd2][^\\n]*|[|#*•□]|^- ", re.MULTILINE)


def review(
    dossier: Dossier,
    package: Package,
    files: Mapping[str, FileState] | None = None,
    kept: Collection[str] = (),
) -> tuple[PlacedFinding, ...]:
    """All findings, errors first; answers that two checks miss are named once.

    `files` says what there is of each attachment's file, by the attachment's id, if not what lies
    in the dossier's folder; `kept` are the ids of papers that a person edited and answers for.
    """
    if files is None:
        files = dossier.workspace.file_states()
    standing = Standing(dossier)
    dossier = without_drafts(dossier)
    facts = dossier.facts
    findings = [*_refused(dossier), *_placeholders(dossier), *missing_answers(dossier.pathway)]
    findings += [*missing_documents(dossier.pathway, files), *unfit_files(facts, files)]
    if standing.preparing or standing.approval is None:
        findings += attachments_at_odds(facts)
    findings += unanswered_items(facts, dossier.self_check)
    findings += contradictions(facts, as_handed_in(dossier))
    findings += attached_contradictions(dossier)
    notes = _notes(dossier)
    findings += misstatements(facts, notes, partial(_told, dossier.standard))
    findings += stray_answers(facts)
    findings += [*unseen_characters(facts, notes), *_beyond_a_cell(dossier)]
    findings += _lost_texts(dossier)
    findings += standing.findings()
    findings += _about_changes(dossier, package)
    findings = list(with_elements(dossier, findings, package.unanswered_element_facts()))
    findings += _gaps(dossier, package, {finding.path for finding in findings})
    findings += _own_forms(dossier, package)
    findings += own_documents(facts)
    findings += lacking_elements(package)
    findings += misaddressed(package)
    findings += hard_to_read(package)
    findings += unverified_law(dossier.pathway)
    findings += law_changes(
        dossier.pathway, editions_after(dossier.standard, dossier.workspace.edition)
    )
    findings += law_to_come(facts)
    findings += renamed(dossier.workspace.moved)
    findings += [*unknown_names(dossier.unknown_names), *_pack_notices(dossier)]
    covered = (finding.for_study(facts.coverage) for finding in _once(findings))
    placed = {finding: _place(dossier, finding) for finding in covered}
    placed |= {broken.finding: broken for broken in registration_findings(dossier)}
    placed |= {paper.finding: paper for paper in _papers(dossier, package, kept)}
    return tuple(placed[finding] for finding in in_order(placed))


def _about_changes(dossier: Dossier, package: Package) -> Iterator[Finding]:
    """What is to be said of what differs from what the committee saw, and of what it asked for."""
    facts, seen = dossier.facts, seen_before(dossier.facts)
    yield from unnamed_changes(facts)
    yield from unfound_changes(facts)
    yield from unmarked_attachments(facts, seen)
    yield from left_behind(facts, seen, package.study.printed)
    yield from resting_findings(texts_to_confirm(dossier))
    yield from unanswered_comments(facts, comments_to_answer(dossier))
    yield from unanswered_supplements(facts, asked_for(dossier))
    current = dossier.workspace.current
    if facts.get(KIND) == RE_REVIEW and current is not None and not current.sealed:
        yield from reply_findings(facts, changed_papers_of(package.study))


def _papers(dossier: Dossier, package: Package, kept: Collection[str]) -> Iterable[PlacedFinding]:
    """What is to be said of drafts that people edited; most dossiers have none."""
    current = dossier.workspace.current
    if current is None or current.sealed:
        return ()
    if not read_record(drafts_folder(current.folder)).has_edited():
        return ()
    if trace_of_sealing(current.folder, read_logbook(dossier.workspace.folder)):
        return ()  # no drafts: they were sealed
    # Loaded late: what makes papers takes long to load.
    from mmethics_cli.workflow.laid_papers import paper_findings

    return paper_findings(dossier, package, kept)


def _notes(dossier: Dossier) -> Mapping[str, tuple[str, str]]:
    """What the self-check says beside its answers: label and text by path."""
    return {
        f"{_SELF_CHECK}{name}": (f"{name} 的自查说明", answer.note)
        for name, answer in dossier.self_check.answers.items()
        if answer.note
    }


def _beyond_a_cell(dossier: Dossier) -> Iterator[Finding]:
    """What the self-check says that no cell of its Excel form holds."""
    for name, answer in dossier.self_check.answers.items():
        proof = shown_evidence(answer.evidence, answer.page)
        for label, text in (("自查说明", answer.note), ("证据和页码", proof)):
            if (length := characters(text)) > LONGEST_TEXT:
                path = f"{_SELF_CHECK}{name}"
                message = f"{name} 的{label}有 {length} 字，Excel 的一格最多 {LONGEST_TEXT} 字"
                fix = "请把长文作为附件，这里只写摘要"
                yield Finding("text_beyond_cell", "error", "invalid", path, message, fix, name)


def _told(standard: Standard, path: str, value: Value) -> str | None:
    """A value in words; of a text none, for it is not what another text is held against."""
    fact = standard.derived.get(path) or question_at(standard, path)
    return None if fact.type == "text" else value_text(fact, value)


def _pack_notices(dossier: Dossier) -> Iterator[Finding]:
    """That the pack that decides is not the institution's, or changes what must be so."""
    inside = dossier.loaded.inside
    for notice in dossier.loaded.notices:
        fix = "本院的标准包放在卷宗文件夹以外，在 institution.yaml 里写 pack: ../文件夹"
        fix = fix if inside else "请核对是不是本院定的；理由见《审查类型与审查方式判定依据》"
        severity: Severity = "warning" if inside else "note"
        yield Finding("pack_differs", severity, "not_verified", "", notice, fix)


def _refused(dossier: Dossier) -> Iterator[Finding]:
    for answer in dossier.refused:
        message, fix = answer.problem.message, answer.problem.fix
        yield Finding("answer_refused", "error", "invalid", answer.path, message, fix)
    yield from wrong_likenesses(dossier.standard, dossier.facts.values)


def _placeholders(dossier: Dossier) -> Iterator[Finding]:
    """Words in place of an answer, where one is asked for at all."""
    for answer in dossier.placeholders:
        if _is_asked(dossier, answer.path):
            yield _placeholder(dossier, answer.path, answer.problem)


def _placeholder(dossier: Dossier, path: str, problem: Problem) -> Finding:
    if path.startswith(_SELF_CHECK):
        item = dossier.standard.items[path.removeprefix(_SELF_CHECK)]
        fix, id_, basis = problem.fix, item.id, item.basis
    else:
        question = question_at(dossier.standard, path)
        fix = f"{problem.fix}。这里问的是：{question.prompt or question.label}"
        id_, basis = None, question.basis
    return Finding(PLACEHOLDER, "error", "missing_answer", path, problem.message, fix, id_, basis)


def _is_asked(dossier: Dossier, path: str) -> bool:
    facts = dossier.facts
    if path.startswith(_SELF_CHECK):
        item = dossier.standard.items[path.removeprefix(_SELF_CHECK)]
        return evaluate(item.applies_when, facts) is not NO
    place = place_at(facts, path)
    return place is not None and place.applies(facts)


def _lost_texts(dossier: Dossier) -> Iterator[Finding]:
    """What stands behind # and is likely a part of the answer before it."""
    for path, text in dossier.workspace.lost_texts():
        item = path.removeprefix(_SELF_CHECK) if path.startswith(_SELF_CHECK) else None
        label = f"要点 {item} 的自查" if item else label_at(dossier.standard, dossier.facts, path)
        message = f"“{label}”后面的“{text}”没有读：空格加 # 起到行末是备注"
        fix = "要算进回答的，整条回答用英文双引号括起来；是备注的，在 # 后面空一格"
        yield Finding("text_lost", "warning", "inconsistent", path, message, fix, item)


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """An answer that was refused, or stands there as a placeholder, is not missing besides."""
    named = {
        finding.path
        for finding in findings
        if finding.kind == "invalid" or finding.id == PLACEHOLDER
    }
    return (
        finding
        for finding in findings
        if finding.kind != "missing_answer"
        or finding.id == PLACEHOLDER
        or finding.path not in named
    )


def _gaps(dossier: Dossier, package: Package, named: set[str]) -> Iterator[Finding]:
    """Answers that a document would print as a gap, unless another check names them already."""
    for document in package.documents:
        gaps = package.gaps(document)
        for path in (asked for gap in gaps for asked in first_asked(gap.path, dossier.facts)):
            if path not in named:
                named.add(path)
                yield _gap(dossier, path, document.kind.title)


def _own_forms(dossier: Dossier, package: Package) -> Iterable[Finding]:
    """What the institution's own forms leave open; most packs map none."""
    if not dossier.loaded.forms:
        return ()
    from mmethics_cli.workflow.own_forms.forms import form_findings

    return form_findings(dossier, [document.kind.id for document in package.documents])


def _gap(dossier: Dossier, path: str, title: str) -> Finding:
    finding = _missing(dossier, path)
    return replace(finding, message=f"{finding.message}，《{title}》要用到")


def _missing(dossier: Dossier, path: str) -> Finding:
    label = label_at(dossier.standard, dossier.facts, path)
    try:
        question = question_at(dossier.standard, path)
        fix, basis = question.prompt, question.basis
    except KeyError:
        fix, basis = "", ()
    message = f"没有回答“{label}”"
    return Finding(_MISSING, "error", "missing_answer", path, message, fix, basis=basis)


def _place(dossier: Dossier, finding: Finding) -> PlacedFinding:
    if not finding.path:
        return PlacedFinding(finding)
    file, line = dossier.where(finding.path)
    return PlacedFinding(finding, file, line)


# What participants are to be told, and whether they can understand it.


def with_elements(
    dossier: Dossier, findings: Iterable[Finding], lacking: Iterable[UnansweredElementFact]
) -> Iterator[Finding]:
    """The findings; a missing answer also names the documents that must tell it, and the articles.

    Answers that only the consent elements want come last.
    """
    wanted: dict[str, list[UnansweredElementFact]] = {}
    for fact in lacking:
        wanted.setdefault(fact.path, []).append(fact)
    for finding in findings:
        facts = wanted.pop(finding.path, []) if finding.id == _MISSING else []
        yield _told_to_participants(dossier.facts, finding, facts) if facts else finding
    for path, facts in wanted.items():
        yield _told_to_participants(dossier.facts, _missing(dossier, path), facts)


def _told_to_participants(
    facts: Facts, finding: Finding, lacking: Sequence[UnansweredElementFact]
) -> Finding:
    """A missing answer with each element that tells it: 《文件》的“要素”（第N条）要写明它."""
    elements = {fact.element.id: fact.element for fact in lacking}
    places = []
    for id_, element in elements.items():
        titles = dict.fromkeys(fact.document.title for fact in lacking if fact.element.id == id_)
        documents = "".join(f"《{title}》" for title in titles)
        places.append(f"{documents}的“{element.text}”（{cite_for(facts, element.basis)}）")
    grounds = [basis for element in elements.values() for basis in element.basis]
    by_source: dict[str, dict[Basis, None]] = {}
    for basis in (*grounds, *finding.basis):
        by_source.setdefault(basis.source, {})[basis] = None
    return replace(
        finding,
        message=f"{finding.message}：{'、'.join(places)}要写明",
        basis=tuple(basis for group in by_source.values() for basis in group),
    )


def lacking_elements(package: Package) -> Iterator[Finding]:
    """Elements that a document of ours must tell and does not: the fault of its template."""
    for consent in package.consents():
        for name in consent.lacking if consent.places is not None else ():
            element = package.study.standard.elements[name]
            message = f"《{consent.title}》没有写“{element.text}”"
            fix = f"请在它的模板里写上，用 ::: element {name} 标出。"
            yield Finding(
                "element_missing", "error", "inconsistent", "", message, fix, basis=element.basis
            )


def misaddressed(package: Package) -> Iterator[Finding]:
    """Answers that a paper prints and that speak to somebody else than its reader, each once."""
    standard, facts = package.study.standard, package.study.facts
    readers = standard.readers
    by_path: dict[str, dict[str, tuple[str, ...]]] = {}  # by path: the words, by who reads them
    for document in package.documents:
        reader = readers.by_document.get(document.kind.id)
        if reader is None or not reader.refuses:
            continue
        for path, _ in _answers(standard, package.reading(document)):
            place = place_at(facts, path)
            written = place.recorded(facts) if place else None
            words = readers.misaddressed(written, reader) if isinstance(written, str) else ()
            if words:
                by_path.setdefault(path, {})[reader.title] = words
    for path, by_reader in by_path.items():
        said = "；".join(
            f"{title}也要读，里面却写着{quoted(words, len(words))}"
            for title, words in by_reader.items()
        )
        message = f"“{label_at(standard, facts, path)}”没有对着读它的人说：{said}"
        yield Finding("misaddressed", "error", "inconsistent", path, message, readers.fix)


def hard_to_read(package: Package) -> Iterator[Finding]:
    """Answers that participants will read and may not understand: one note an answer.

    Sentences that only grow long where an answer and our words meet are named by document.
    """
    standard = package.study.standard
    limits, seen = standard.readability, dict[str, str]()
    for document in package.documents:
        if not document.kind.for_form:
            continue
        rendered = package.reading(document)
        reader = standard.readers.of(document.kind.id)
        shorter = reader.sentence if reader is not None else 0
        own = replace(limits, sentence=shorter) if shorter else limits
        if any(gap.kind == "undecided" for gap in rendered.gaps):
            continue  # it prints passages that may go
        for path, text in _answers(standard, rendered):
            new = path not in seen
            seen[path] = seen.get(path, "") + "\n" + text
            if new:
                speech = speech_of(text, own)
                if speech.faults(own):
                    label = label_at(standard, package.study.facts, path)
                    message = f"“{label}”是写给参与者看的，可以更好懂：{_said(speech, own)}"
                    yield Finding("hard_to_read", "note", "readability", path, message, ADVICE)
        joined = [sentence for sentence in _long(rendered, limits) if not _within(sentence, seen)]
        if joined:
            where = quoted(joined, limits.quotes)
            message = f"《{document.kind.title}》印出来有{len(joined)}个长句：{where}"
            yield Finding("hard_to_read", "note", "readability", "", message, ADVICE)


def _answers(standard: Standard, rendered: Rendered) -> Iterator[tuple[str, str]]:
    """Texts that the applicant wrote and the document prints, each once."""
    exempt = standard.readability.exempt
    printed = {
        fill.path: fill.text for fill in rendered.fills if isinstance(fill, Words) and fill.path
    }
    for path, text in printed.items():
        try:
            question = question_at(standard, path)
        except KeyError:
            continue
        if question.type == "text" and not {path, path.split(".")[0]} & exempt:
            yield path, text


def _long(rendered: Rendered, limits: Readability) -> tuple[str, ...]:
    return long_sentences(_MARKUP.sub("\n", rendered.plain), limits)


def _within(sentence: str, answers: Mapping[str, str]) -> bool:
    return any(sentence in text for text in answers.values())


def _said(speech: Speech, limits: Readability) -> str:
    """What stands out, in words; at most so many places of each kind."""
    most = limits.quotes
    parts = []
    if speech.long:
        longest = reading_length(speech.long[0])
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
