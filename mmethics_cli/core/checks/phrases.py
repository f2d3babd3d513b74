"""Do the texts of a dossier say what its answers say? Each sentence against the facts it states.

The wordings are data (phrases.yaml). Against a fact that is not known nothing is found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate, groupby
from typing import Final

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.checks.sayings import ENDS, Hit, about_less, is_open, polarities
from mmethics_cli.core.conditions.explain import facts_behind
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Truth, Value
from mmethics_cli.core.conditions.written import NUMERALS, parse_numeral
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import PhraseRule
from mmethics_cli.core.standard.names import label_at
from mmethics_cli.core.standard.phrases import KNOWN
from mmethics_cli.core.standard.texts import Topic

# How a value is told to people, by the path of its fact; None where it can't be.
Tell = Callable[[str, Value], str | None]

_QUOTED: Final = 44  # characters that a message repeats of a sentence
_AROUND: Final = 16
_MOST_FACTS: Final = 2
_SPLIT: Final = f"[{ENDS}]+"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the dossier: its path, the same without the entry's id, and the entry."""

    path: str
    place: str
    label: str
    words: str
    scope: Scope | None = None

    def lies_in(self, paths: Iterable[str]) -> bool:
        """Whether the text is one of those that these paths, or first words of paths, name."""
        return any(self.place == path or self.place.startswith(f"{path}.") for path in paths)


def misstatements(
    facts: Facts, notes: Mapping[str, tuple[str, str]], tell: Tell
) -> Iterator[Finding]:
    """A finding for each text and each rule that it breaks, at the text's path.

    `notes` are texts beside the answers, by path: what they are called, and the text.
    """
    standard = facts.standard
    texts = [text for text in _texts(facts) if not text.lies_in(standard.grammar.exempt)]
    texts += [Text(path, path, label, words) for path, (label, words) in notes.items()]
    pile = _Sentences(texts)
    for topic, rules in groupby(standard.phrases.values(), key=lambda rule: rule.topic):
        live = [rule for rule in rules if _is_live(rule, facts)]
        yield from _TopicReader(facts, topic, live).findings(pile, tell)


def _is_live(rule: PhraseRule, facts: Facts) -> bool:
    """Whether any text could break the rule at all."""
    if rule.each is None:
        return evaluate(rule.when, facts) is Truth.YES
    entries = facts.get(rule.each)
    return isinstance(entries, tuple) and any(
        evaluate(rule.when, facts, Scope(rule.each, entry)) is Truth.YES for entry in entries
    )


def _texts(facts: Facts) -> Iterator[Text]:
    """The texts that answer questions which apply, fields of entries too."""
    for path, value in facts.values.items():
        question = facts.standard.questions.get(path)
        if question is None or facts.applies(question) is Truth.NO:
            continue
        if isinstance(value, str) and question.type == "text":
            yield Text(path, path, question.label, value)
        elif isinstance(value, tuple):
            fields = [field for field in question.fields if field.type == "text"]
            for entry in value:
                scope = Scope(path, entry)
                for field in fields:
                    words = facts.field(scope, field.path)
                    if isinstance(words, str):
                        at = scope.path_of(field.path)
                        yield Text(at, f"{path}.{field.path}", "", words, scope)


class _Sentences:
    """All sentences of all texts as one string, so that a word is looked for once."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._of = [
            (text, sentence)
            for text in texts
            for sentence in re.split(_SPLIT, text.words)
            if sentence.strip()
        ]
        self._whole = "\n".join(sentence for _, sentence in self._of)
        lengths = (len(sentence) + 1 for _, sentence in self._of)
        self._starts = list(accumulate(lengths, initial=0))

    def near(self, words: Iterable[str]) -> Iterator[tuple[Text, str]]:
        """Each sentence that holds one of the words, in the order of the dossier."""
        found = set()
        for word in words:
            at = self._whole.find(word)
            while at >= 0:
                index = bisect_right(self._starts, at) - 1
                found.add(index)
                at = self._whole.find(word, self._starts[index + 1])
        return (self._of[index] for index in sorted(found))


class _TopicReader:
    """Reads sentences for one topic, by those of its rules that could be broken."""

    def __init__(self, facts: Facts, topic: Topic, rules: Sequence[PhraseRule]) -> None:
        self._facts = facts
        self._topic = topic
        self._rules = rules
        self._known = {
            rule.id: _Known(rule, topic, facts) for rule in rules if rule.says == "named"
        }

    def findings(self, pile: _Sentences, tell: Tell) -> Iterator[Finding]:
        """A finding for each text and rule, with the first sentence that breaks the rule."""
        seen = set()
        for text, sentence in pile.near(self._topic.near) if self._rules else ():
            reading = [
                rule
                for rule in self._rules
                if (rule.id, text.path) not in seen and self._reads(rule, text)
            ]
            for rule, hit in self._broken(reading, text, sentence) if reading else ():
                if (rule.id, text.path) not in seen:
                    seen.add((rule.id, text.path))
                    yield self._finding(rule, text, _quoted(sentence, hit), tell)

    def _reads(self, rule: PhraseRule, text: Text) -> bool:
        if rule.reads and not text.lies_in(rule.reads):
            return False
        if text.lies_in(rule.skips) or text.lies_in(rule.known):
            return False
        if rule.each is None:
            return True
        scope = text.scope
        return (
            scope is not None
            and scope.list_path == rule.each
            and evaluate(rule.when, self._facts, scope) is Truth.YES
        )

    def _broken(
        self, rules: Sequence[PhraseRule], text: Text, sentence: str
    ) -> Iterator[tuple[PhraseRule, Hit]]:
        grammar = self._facts.standard.grammar
        for rule in rules:
            if known := self._known.get(rule.id):
                for hit, name in known.named_in(sentence):
                    if (
                        not is_open(sentence, hit.start, grammar)
                        and not about_less(sentence, hit, self._topic)
                        and not known.knows(name)
                    ):
                        yield rule, hit
        said = [rule for rule in rules if rule.says != "named"]
        if said:
            for denies, hit in polarities(sentence, self._topic, grammar):
                for rule in said:
                    if (rule.says == "denied") is denies:
                        yield rule, hit

    def _finding(self, rule: PhraseRule, text: Text, quote: str, tell: Tell) -> Finding:
        facts = self._facts
        label = text.label or label_at(facts.standard, facts, text.path)
        if known := self._known.get(rule.id):
            because = known.told()
        else:
            behind = facts_behind(rule.when, facts, text.scope if rule.each else None)
            because = [
                f"“{label_at(facts.standard, facts, path)}”答的是“{told}”"
                for path, value in behind.items()
                if (told := tell(path, value)) is not None
            ][:_MOST_FACTS]
        message = f"“{label}”里写着“{quote}”：{rule.message}"
        if because:
            message = f"{message.rstrip('。')}（{'，'.join(because)}）。"
        return Finding(
            rule.id, rule.severity, "inconsistent", text.path, message, rule.fix, basis=rule.basis
        )


class _Known:
    """The names or numbers that the dossier knows of a topic, and those that a sentence names."""

    def __init__(self, rule: PhraseRule, topic: Topic, facts: Facts) -> None:
        self._topic = topic
        self._values: list[tuple[str, Value]] = []
        for path in rule.known:
            self._values += _values_at(facts, path)

    @cached_property
    def _texts(self) -> Sequence[str]:
        """The facts that are words or days, folded."""
        return [
            _folded(value if isinstance(value, str) else _day(value))
            for _, value in self._values
            if isinstance(value, str | date)
        ]

    @cached_property
    def _patterns(self) -> Sequence[re.Pattern[str]]:
        known = "|".join(map(re.escape, self._texts)) or "(?!)"
        return [re.compile(pattern.replace(KNOWN, known)) for pattern in self._topic.patterns]

    def named_in(self, sentence: str) -> Iterator[tuple[Hit, str | int]]:
        """Each name or number of the topic in a sentence, with its place."""
        for pattern in self._patterns:
            for match in pattern.finditer(sentence):
                hit = Hit(match.start(), match.start(), match.end())
                groups = match.groupdict()
                number = parse_numeral(groups["n"]) if "n" in groups else None
                if number is not None:
                    yield hit, number
                elif "name" in groups:
                    yield hit, _folded(groups["name"])

    def knows(self, name: str | int) -> bool:
        """Whether a fact says it; so too while one of the facts is not known."""
        if not self._values or any(value is UNKNOWN for _, value in self._values):
            return True
        if isinstance(name, int):
            return name in self._numbers or not self._numbers
        return any(name in text for text in self._texts) or any(
            isinstance(known, str) and name.endswith(known) for known in self._names
        )

    @cached_property
    def _names(self) -> frozenset[str | int]:
        """What the facts themselves name by the topic's patterns."""
        texts = (value for _, value in self._values if isinstance(value, str))
        return frozenset(name for text in texts for _, name in self.named_in(text))

    @cached_property
    def _numbers(self) -> Sequence[int]:
        unit = "|".join(self._topic.units) or "(?!)"
        found = [value for _, value in self._values if type(value) is int]
        for text in self._texts:
            numbers = re.findall(f"({NUMERALS})\\s*(?:{unit})", text)
            found += [number for one in numbers if (number := parse_numeral(one)) is not None]
        return list(dict.fromkeys(found))

    def told(self) -> list[str]:
        """What is known instead, where it is a number."""
        numbers = "、".join(map(str, self._numbers))
        return [f"卷宗里是 {numbers}"] if numbers else []


def _values_at(facts: Facts, path: str) -> Iterator[tuple[str, Value]]:
    """The values of a fact, or of a list's field in each entry, where they apply."""
    owner, _, name = path.rpartition(".")
    if (owner, name) not in facts.standard.fields:
        found = [(path, facts.get(path))]
    else:
        entries = facts.get(owner)
        scopes = [Scope(owner, entry) for entry in entries] if isinstance(entries, tuple) else []
        found = [(scope.path_of(name), facts.field(scope, name)) for scope in scopes]
        if entries is UNKNOWN:
            found = [(path, UNKNOWN)]
    return ((at, value) for at, value in found if not isinstance(value, NotApplicable))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _folded(name: str) -> str:
    """A name without what people write differently in it: blanks, hyphens, capitals."""
    return re.sub(r"[\s–—-]", "", name).casefold()


def _quoted(sentence: str, hit: Hit) -> str:
    """The sentence, or what stands round the hit of a long one."""
    whole = " ".join(sentence.split())
    if len(whole) <= _QUOTED:
        return whole
    start, end = max(0, hit.start - _AROUND), min(len(sentence), hit.end + _AROUND)
    part = " ".join(sentence[start:end].split())
    return f"{'…' if start else ''}{part}{'…' if end < len(sentence) else ''}"
