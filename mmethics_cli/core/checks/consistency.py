"""Do the answers contradict one another? Rules of the pack, stray answers, the law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from mmethics_cli.core.answers.troubles import UnknownName
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import NO, OPEN, UNKNOWN, YES, Value, name_of
from mmethics_cli.core.conditions.written import turns_order, unseen_in
from mmethics_cli.core.decisions.coverage import in_force_later
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.likeness import astray, named_by
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import place_at
from mmethics_cli.core.standard.migrations import Renaming
from mmethics_cli.core.standard.model import ConsistencyRule, Question, Source, Standard
from mmethics_cli.core.standard.names import END_DATE, KIND, is_of_event, label_at


def contradictions(facts: Facts, handed_in: Facts | None = None) -> Iterator[Finding]:
    """A finding for each consistency rule that certainly holds, with `each` for each element.

    `handed_in` are the facts on the day on which they were sealed, where they were: what was in
    order then is no contradiction now. That something of the study runs out is seen from today.
    """
    for rule in facts.standard.consistency.values():
        running_out = rule.kind == "expired" and not is_of_event(rule.path)
        seen = facts if running_out else handed_in or facts
        for path in dict.fromkeys(_answered_at(path, seen) for path in broken_paths(rule, seen)):
            yield Finding(
                rule.id, rule.severity, rule.kind, path, rule.message, rule.fix, basis=rule.basis
            )


def _answered_at(path: str, facts: Facts) -> str:
    """Where the answer stands: what all entries of a list share stands once."""
    place = place_at(facts, path) if "[" in path else None
    if place is None or not place.is_shared(facts):
        return path
    return place.question.inherits


def broken_paths(rule: ConsistencyRule, facts: Facts) -> Iterator[str]:
    """Where the answers certainly break a rule: its path, or the entries that do."""
    if rule.each is None:
        if evaluate(rule.when, facts) is YES:
            yield rule.path
        return
    elements = facts.get(rule.each)
    for element in elements if isinstance(elements, tuple) else ():
        scope = Scope(rule.each, element)
        if evaluate(rule.when, facts, scope) is YES:
            yield rule.path if "." in rule.path else scope.path_of(rule.path)


def wrong_likenesses(standard: Standard, values: Mapping[str, Value]) -> Iterator[Finding]:
    """Entries of a list that say they are like one which is not there, or like each other."""
    for path, likeness in standard.likening.items():
        question, listed = standard.questions[path], values.get(path)
        entries = listed if isinstance(listed, tuple) else ()
        for entry in entries:
            if not (fault := astray(likeness, entries, entry)):
                continue
            name, field = named_by(likeness, entry), standard.fields[path, likeness.field]
            said = f"“{question.label}”里“{name_of(entry)}”的“{field.label}”"
            message = (
                f"{said}写的是“{name}”，清单里没有这一项（或者不止一项叫这个名称）"
                if fault == "missing"
                else f"{said}绕回了它自己，谁也没有回答"
            )
            others = "、".join(each.id for each in entries if each.id != entry.id) or "没有别的项"
            fix = f"写另一项的名称或编号（{others}）；与哪一项都不同的，删去这一栏，逐栏回答"
            at = f"{path}[{entry.id}].{field.path}"
            yield Finding("likeness_wrong", "error", "invalid", at, message, fix)


def stray_answers(facts: Facts) -> Iterator[Finding]:
    """Answers to questions that do not apply: they count for nothing and confuse readers."""
    for question in facts.standard.questions.values():
        if question.path not in facts.values or facts.applies(question) is not NO:
            continue
        if question.otherwise is not UNKNOWN:  # what stands there counts
            continue
        message = f"“{question.label}”在这里不适用，写下的回答不起作用"
        fix = "请删去这一项，或更正使它适用的回答"
        if kinds := _kinds_for(question, facts):
            message = f"“{question.label}”不属于这种送审，写下的回答不起作用"
            fix = f"它是“{'”“'.join(kinds)}”的内容：发生了这样的事，请另报；没有的，请删去这一项"
        yield Finding("answer_stray", "warning", "inconsistent", question.path, message, fix)


def unseen_characters(facts: Facts, notes: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
    """Texts with a character that nobody sees on paper, or that turns round what follows it.

    `notes` are texts beside the answers: label and text by path.
    """
    for path, text in (*_texts(facts), *((path, note) for path, (_, note) in notes.items())):
        if (unseen := unseen_in(text)) is not None:
            label = notes[path][0] if path in notes else label_at(facts.standard, facts, path)
            turned = turns_order(text)
            effect = (
                "印出来的次序会与写下的不同" if turned else "印出来看不到，查找和比较时却不一样"
            )
            id_ = "text_turned" if turned else "text_unseen"
            message = f"“{label}”里有看不见的{unseen}：{effect}"
            yield Finding(id_, "warning", "invalid", path, message, "请删去这个字符")


def _texts(facts: Facts) -> Iterator[tuple[str, str]]:
    """Every text of the answers, fields of entries too, by path."""
    for path, value in facts.values.items():
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, tuple):
            for entry in value:
                for name, held in entry.fields.items():
                    if isinstance(held, str):
                        yield f"{path}[{entry.id}].{name}", held


def _kinds_for(question: Question, facts: Facts) -> tuple[str, ...]:
    """The kinds of event that the question is for, where the kind alone keeps it away."""
    kinds = facts.standard.questions.get(KIND)
    if kinds is None or question.path == KIND:
        return ()
    return tuple(
        label
        for key, label in kinds.values.items()
        if facts.assuming({KIND: key}).applies(question) is YES
    )


def unverified_law(pathway: Pathway) -> Iterator[Finding]:
    """One note with the number of fired rules whose articles were not read in the text."""
    fired = [
        result for result in pathway.rules if result.truth is YES and result.table.id != "documents"
    ]
    doubtful = [result for result in fired if result.verified != "text"]
    if doubtful:
        yield Finding(
            "law_unverified",
            "note",
            "not_verified",
            "",
            f"所依据的 {len(fired)} 条规则中，{len(doubtful)} 条的条文尚未核对原文（待核）",
            "见 mmethics standard sources；本机构法务核对后可在机构包中标注",
        )


def law_to_come(facts: Facts) -> Iterator[Finding]:
    """One note on the norms that come into force before the study ends and cover it, or may."""
    standard = facts.standard
    end = facts.get(END_DATE) if END_DATE in standard.questions else UNKNOWN
    if not isinstance(end, date):
        return
    coming = [
        (day, source)
        for source in standard.sources.values()
        if (day := in_force_later(source, facts.today)) is not None and day <= end
        if facts.coverage.covers(source.id) is not NO
    ]
    if coming:
        coming.sort(key=lambda entry: (entry[0], entry[1].id))
        named = "；".join(_coming(facts, day, source) for day, source in coming)
        yield Finding(
            "law_to_come",
            "note",
            "law_changed",
            "",
            f"到本研究结束（{end}）以前，有 {len(coming)} 项规定要施行：{named}",
            "请核对它对本研究的要求，施行时更新标准包，需要的报修正案",
        )


def _coming(facts: Facts, day: date, source: Source) -> str:
    open_ = facts.coverage.covers(source.id) is OPEN
    replaced = [
        f"《{other.title}》"
        for other in facts.standard.sources.values()
        if other.superseded_by == source.id
    ]
    instead = f"，代替{'、'.join(replaced)}" if replaced else ""
    return f"《{source.title}》自 {day} 起{instead}{'（是否适用尚不能判定）' if open_ else ''}"


def renamed(moved: Sequence[Renaming]) -> Iterator[Finding]:
    """One note on what a dossier says under old names, and what has to be answered again."""
    if not moved:
        return
    kept = dict.fromkeys(
        f"{renaming.old} → {renaming.new}" for renaming in moved if not renaming.again
    )
    anew = dict.fromkeys(
        f"{renaming.new}（原 {renaming.old}）" for renaming in moved if renaming.again
    )
    message = "卷宗按旧版标准包写成"
    if kept:
        message += f"，已按新名称读入：{'、'.join(kept)}"
    if anew:
        message += f"；要重新回答：{'、'.join(anew)}，旧回答留在文件里，不再读"
    yield Finding(
        "renamed",
        "note",
        "not_verified",
        "",
        message,
        "下一次保存（如 mmethics fill）时文件改用新名称",
    )


def unknown_names(names: Iterable[UnknownName]) -> Iterator[Finding]:
    """A note on each name that the pack does not have: what stands there is kept, and not read.

    A warning where it was renamed or is much like a name of the pack.
    """
    for name in names:
        key = name.name if name.kind == "问题" else str(name.keys[-1])
        message = f"标准包没有{name.kind}“{key}”，写在那里的内容没有读，留在文件里"
        fix = "是另一个标准包的，运行时用 --pack 给出它；不再需要的，可以删去"
        if name.renamed:
            message = f"“{key}”现在叫“{name.meant}”，两处都有回答：前者没有读，留在文件里"
            fix = "请核对两处，留下后者"
        elif name.meant:
            fix = f"请核对是不是“{name.meant}”；{fix}"
        yield Finding(
            "name_unknown",
            "warning" if name.meant else "note",
            "not_verified",
            name.name,
            message,
            fix,
        )
