"""The committee's decision on a submission (decision.yaml), and the answers to its comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.core.answers.troubles import is_slip
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, YES, Element, Unknown, Value
from mmethics_cli.core.conditions.written import date_advice, parse_date, parse_months, plain
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.replies import ACCEPTED
from mmethics_cli.core.standard.answers import option_of
from mmethics_cli.core.standard.committee import DecisionMeaning, SubmissionKind
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import (
    KIND,
    PRIOR_DECISION,
    RE_REVIEW,
    RESPONSES,
    SUPPLEMENTS,
    SubmissionOutcome,
)

_SHOWN: Final = 30  # characters of a comment that a finding repeats


class CommitteeDecision(Struct, frozen=True):
    """A recorded decision; `decision` is an option of PRIOR_DECISION, or a word that only another
    pack knows: it is kept, and approves nothing.

    `day` is when it was taken, `number` that of the letter (批件号), `interval_months` the months
    between follow-up reviews where the committee set them, `comments` what has to be changed.
    """

    decision: str
    day: date | None = None
    number: str = ""
    valid_until: date | None = None
    interval_months: int | None = None
    comments: tuple[str, ...] = ()


class DecisionFault(Struct, frozen=True):
    """Why a decision can't be recorded so: the option that is wrong, and what is wrong with it."""

    option: str
    message: str


def decision_words(standard: Standard) -> Mapping[str, str]:
    """Key and Chinese label of each decision that the pack knows."""
    return standard.questions[PRIOR_DECISION].values


def decision_label(standard: Standard, key: str) -> str:
    """What people call a decision; a word that the pack lacks is shown as it is."""
    return decision_words(standard).get(key, key)


def meaning_of(standard: Standard, key: str) -> DecisionMeaning:
    """What a decision means; a word that the pack lacks means nothing."""
    return standard.decisions.get(key) or DecisionMeaning(key)


def kind_of(standard: Standard, kind: str) -> SubmissionKind:
    """What the pack says of a kind of submission; of one that it lacks, nothing."""
    return standard.submissions.get(kind) or SubmissionKind(kind)


def outcome_of(facts: Facts, word: str) -> SubmissionOutcome:
    """What a decision (empty for none) comes to for the submission of these facts.

    `ended`: nothing more is due of the study; `to_change`: its comments want an answer.
    """
    about = facts.get(KIND)
    kind = kind_of(facts.standard, about if isinstance(about, str) else "")
    meaning = meaning_of(facts.standard, kind.read_as.get(word, word))
    if meaning.ends:
        return "ended"
    if meaning.approves:
        over = kind.ends and evaluate(kind.ends_when, facts) is YES
        return "ended" if over else "approved"
    if meaning.comments:
        return "to_change"
    return "declined" if word else "open"


def offered_decisions(standard: Standard, kind: str) -> Mapping[str, str]:
    """Key and Chinese label of each decision that can be taken on that kind of submission."""
    words = decision_words(standard)
    return {key: words[key] for key in kind_of(standard, kind).decisions}


def decision_key(standard: Standard, text: str, kind: str) -> str | None:
    """The decision on that kind of submission that a text names, by key (`suspend` too) or in
    Chinese; an older word is what it meant. None for no such.
    """
    key = option_of(standard.questions[PRIOR_DECISION], plain(text)) or ""
    read = kind_of(standard, kind).read_as.get(key, key)
    return read if read in kind_of(standard, kind).decisions else None


def read_decision(
    standard: Standard, tree: object, kind: str
) -> tuple[CommitteeDecision | None, list[tuple[str, str]]]:
    """A decision on that kind of submission from the tree of decision.yaml, None for no decision.

    With it the keys that can't be read, each with what is wrong. A word that the pack lacks is
    kept, unless it most likely is a misspelt one.
    """
    if not isinstance(tree, dict) or not tree.get("decision"):
        return None, []
    faults: list[tuple[str, str]] = []

    def text(key: str) -> str:
        value = tree.get(key)
        if value is not None and not isinstance(value, str):
            faults.append((key, f"“{key}”应是一个值"))
        return value.strip() if isinstance(value, str) else ""

    def day(key: str) -> date | None:
        said = text(key)
        parsed = parse_date(said)
        if said and parsed is None:
            faults.append((key, f"“{said}”不是日期，{date_advice(said)}"))
        return parsed

    key, months, comments = text("decision"), text("interval_months"), tree.get("comments") or []
    if meant := _misspelt(standard, key):
        faults.append(("decision", f"没有“{key}”这种决定，应写 {meant}"))
    if months and parse_months(months) is None:
        faults.append(("interval_months", f"“{months}”不是整数"))
    if not isinstance(comments, list) or not all(isinstance(comment, str) for comment in comments):
        faults.append(("comments", "comments 应是一列文字，一条意见一项"))
        comments = []
    decision = CommitteeDecision(
        decision=kind_of(standard, kind).read_as.get(key, key),
        day=day("date"),
        number=text("number"),
        valid_until=day("valid_until"),
        interval_months=parse_months(months),
        comments=tuple(comments),
    )
    return decision, faults


def _misspelt(standard: Standard, key: str) -> str:
    """The key that a word of decision.yaml likely stands for; empty for a key, and for no such."""
    words = decision_words(standard)
    if key in words:
        return ""
    near = (word for word in words if is_slip(key, word))
    return option_of(standard.questions[PRIOR_DECISION], key) or next(near, "")


def decision_faults(
    standard: Standard, decision: CommitteeDecision, sealed: date | None, longest: int | None
) -> Iterator[DecisionFault]:
    """Why a decision can't be recorded as it was given.

    `sealed` is when the submission was, `longest` the interval in months that the rules allow.
    """
    label = decision_label(standard, decision.decision)
    meaning = meaning_of(standard, decision.decision)
    if decision.day is not None and sealed is not None and decision.day < sealed:
        yield DecisionFault("--date", f"决定日期 {decision.day} 早于封存送审的日期 {sealed}")
    if decision.valid_until is not None:
        if not meaning.validity:
            yield DecisionFault("--valid-until", f"决定是“{label}”，没有有效期")
        elif decision.day is not None and decision.valid_until <= decision.day:
            yield DecisionFault(
                "--valid-until", f"有效期 {decision.valid_until} 不在决定日期 {decision.day} 之后"
            )
    months = decision.interval_months
    if months is not None and months < 1:
        yield DecisionFault("--interval-months", "跟踪审查间隔至少 1 个月")
    elif months is not None and longest is not None and months > longest:
        yield DecisionFault(
            "--interval-months", f"跟踪审查间隔 {months} 个月，超过规则允许的 {longest} 个月"
        )
    if meaning.comments and not decision.comments:
        yield DecisionFault("--comments", f"决定是“{label}”，要写明须修改的意见")


def response_rows(comments: Sequence[str]) -> tuple[Element, ...]:
    """The responses to the comments (an entry each, `r1`, `r2`, …), still without an answer."""
    return tuple(Element(f"r{n}", {"comment": text}) for n, text in enumerate(comments, 1))


def supplement_rows(asked: Sequence[str]) -> tuple[Element, ...]:
    """The same for what the office asked for (`s1`, `s2`, …)."""
    return tuple(Element(f"s{n}", {"asked": text}) for n, text in enumerate(asked, 1))


def all_accepted(responses: Value) -> Value:
    """Whether every comment was followed; UNKNOWN while there are none or one has no stance."""
    if not isinstance(responses, tuple) or not responses:
        return UNKNOWN
    stances = [row.get("stance") for row in responses]
    if any(isinstance(stance, Unknown) for stance in stances):
        return UNKNOWN
    return all(stance == ACCEPTED for stance in stances)


def unanswered_comments(facts: Facts, comments: Sequence[str]) -> Iterator[Finding]:
    """An error for each comment that no entry of the responses of a re-review repeats."""
    if facts.get(KIND) == RE_REVIEW:
        fix = "照审查意见的原文写进“审查意见”一栏，再写怎样处理和答复"
        for number, text in _not_repeated(facts, RESPONSES, "comment", comments):
            said = f"第{number}条审查意见没有答复，或者改了原文：{text}"
            yield Finding("comment_unanswered", "error", "inconsistent", RESPONSES, said, fix)


def unanswered_supplements(facts: Facts, asked: Sequence[str]) -> Iterator[Finding]:
    """An error for each thing that the office asked for and no entry of the answers repeats."""
    fix = "照补正通知的原文写进“要补正的”一栏，再写怎样办的和答复"
    for number, text in _not_repeated(facts, SUPPLEMENTS, "asked", asked):
        said = f"要补正的第{number}项没有答复，或者改了原文：{text}"
        yield Finding("supplement_unanswered", "error", "inconsistent", SUPPLEMENTS, said, fix)


def _not_repeated(
    facts: Facts, path: str, field: str, texts: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Number and beginning of each text that stands in no entry of a list."""
    rows = facts.get(path)
    said = [row.get(field) for row in rows] if isinstance(rows, tuple) else []
    answered = {" ".join(text.split()) for text in said if isinstance(text, str)}
    for number, text in enumerate(texts, 1):
        if " ".join(text.split()) not in answered:
            yield number, text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
