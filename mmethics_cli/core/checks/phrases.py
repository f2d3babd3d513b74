"""Do the texts of a dossier say what its answers say? Each sentence against the facts it states.

The wordings are data (phrases.yaml). Against a fact that is not known nothing is found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from itertools import accumulate, groupby
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.checks.sayings import (
    ENDS,
    Hit,
    Name,
    hits,
    institutions,
    is_open,
    likely,
    polarities,
)
from mmethics_cli.core.conditions.explain import facts_behind
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import NO, UNKNOWN, YES, NotApplicable, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import PhraseRule
from mmethics_cli.core.standard.names import label_at
from mmethics_cli.core.standard.texts import KNOWN, NUMBER, Topic

# How a value is told to people, by the path of its fact; None where it can't be.
Tell = Callable[[str, Value], str | None]

_QUOTED: Final = 44  # characters that a message repeats of a sentence
_AROUND: Final = 16
_MOST_FACTS: Final = 2
_SPLIT: Final = f"[{ENDS}]+"


class Passage(Struct, frozen=True):
    """A text of the dossier: its path, the same without the entry's id, and the entry."""

    path: str
    place: str
    label: str
    words: str
    scope: Scope | None = None

    def lies_in(self, paths: Iterable[str]) -> bool:
        """Whether the text is one of those that these paths, or first words of paths, name."""
        return not _stems(self.place).isdisjoint(paths)


@cache
def _stems(place: str) -> frozenset[str]:
    """`data.assets.name` and what it begins with: `data.assets`, `data`."""
    words = place.split(".")
    return frozenset(".".join(words[:count]) for count in range(1, len(words) + 1))


def misstatements(
    facts: Facts,
    notes: Mapping[str, tuple[str, str]],
    tell: Tell,
    rules: Iterable[PhraseRule] | None = None,
) -> Iterator[Finding]:
    """A finding for each text and each rule that it breaks, at the text's path.

    `notes` are texts beside the answers, by path: what they are called, and the text; `rules`
    those that are looked at, if not all of the pack.
    """
    standard = facts.standard
    texts = [text for text in _texts(facts) if not text.lies_in(standard.grammar.exempt)]
    texts += [Passage(path, path, label, words) for path, (label, words) in notes.items()]
    rules = standard.phrases.values() if rules is None else rules
    live = [rule for rule in rules if _is_live(rule, facts)]
    readers = [
        _TopicReader(facts, topic, list(of_topic))
        for topic, of_topic in groupby(live, key=lambda rule: rule.topic)
    ]
    near = _sentences_near(texts, [reader.near for reader in readers])
    findings = (
        finding
        for reader, sentences in zip(readers, near, strict=True)
        for finding in reader.findings(sentences, tell)
    )
    yield from dict.fromkeys(findings)  # of a shared text each entry tells the same


def _is_live(rule: PhraseRule, facts: Facts) -> bool:
    """Whether any text could break the rule at all."""
    if rule.each is None:
        return evaluate(rule.when, facts) is YES
    entries = facts.get(rule.each)
    return isinstance(entries, tuple) and any(
        evaluate(rule.when, facts, Scope(rule.each, entry)) is YES for entry in entries
    )


def _texts(facts: Facts) -> Iterator[Passage]:
    """The texts that answer questions which apply, fields of entries too."""
    for path, value in facts.values.items():
        question = facts.standard.questions.get(path)
        if question is None or facts.applies(question) is NO or question.shares:
            continue  # what entries share is read as theirs
        if isinstance(value, str) and question.type == "text":
            yield Passage(path, path, question.label, value)
        elif isinstance(value, tuple):
            fields = [field for field in question.fields if field.type == "text"]
            for entry in value:
                scope = Scope(path, entry)
                for field in fields:
                    words = facts.field(scope, field.path)
                    if isinstance(words, str):
                        shared = field.shared and entry.get(field.path) is UNKNOWN
                        at = field.inherits if shared else scope.path_of(field.path)
                        yield Passage(at, f"{path}.{field.path}", "", words, scope)


def _sentences_near(
    texts: Iterable[Passage], topics: Iterable[Iterable[str]]
) -> Sequence[Sequence[tuple[Passage, str]]]:
    """For each topic's words, the sentences that hold one of them, as the dossier has them."""
    sentences = [
        (text, sentence)
        for text in texts
        for sentence in re.split(_SPLIT, text.words)
        if sentence.strip()
    ]
    # One string, so that a word is looked for once: where its first two characters stand.
    whole = "\n".join(sentence for _, sentence in sentences)
    lengths = (len(sentence) + 1 for _, sentence in sentences)
    starts = list(accumulate(lengths, initial=0))
    numbers_of_topics: list[set[int]] = []  # of each topic, the numbers of its sentences
    by_beginning: dict[str, list[tuple[str, set[int]]]] = {}
    for words in topics:
        numbers: set[int] = set()
        numbers_of_topics.append(numbers)
        for word in words:
            by_beginning.setdefault(word[:2], []).append((word, numbers))
    for at in _places(whole, by_beginning):
        for word, numbers in by_beginning.get(whole[at : at + 2], ()):
            if whole.startswith(word, at):
                numbers.add(bisect_right(starts, at) - 1)
    for single in (beginning for beginning in by_beginning if len(beginning) == 1):
        for match in re.finditer(re.escape(single), whole):
            for _, numbers in by_beginning[single]:
                numbers.add(bisect_right(starts, match.start()) - 1)
    return [[sentences[number] for number in sorted(numbers)] for numbers in numbers_of_topics]


def _places(whole: str, beginnings: Iterable[str]) -> Iterator[int]:
    """Where one of the beginnings of two characters may stand: both of them occur in some."""
    pairs = [beginning for beginning in beginnings if len(beginning) == 2]
    if pairs:
        first, second = (re.escape("".join({pair[at] for pair in pairs})) for at in (0, 1))
        yield from (match.start() for match in re.finditer(f"[{first}](?=[{second}])", whole))


class _TopicReader:
    """Reads sentences for one topic, by those of its rules that could be broken."""

    def __init__(self, facts: Facts, topic: Topic, rules: Sequence[PhraseRule]) -> None:
        self._facts = facts
        self._topic = topic
        self._rules = rules
        self._known = {
            rule.id: _Known(rule, topic, facts) for rule in rules if rule.says == "named"
        }

    @property
    def near(self) -> Iterator[str]:
        """The words of which a sentence must hold one."""
        for word in self._topic.near:
            if word != KNOWN:
                yield word
                continue
            for known in self._known.values():
                yield from (text for text in known.texts if text)

    def findings(self, sentences: Iterable[tuple[Passage, str]], tell: Tell) -> Iterator[Finding]:
        """A finding for each text and rule, with the first sentence that breaks the rule."""
        seen = set()
        for text, of_text in groupby(sentences, key=lambda entry: entry[0]):
            rules = [rule for rule in self._rules if self._reads(rule, text)]
            for _, sentence in of_text if rules else ():
                for rule, hit in self._broken(rules, sentence):
                    if (rule.id, text.path) not in seen:
                        seen.add((rule.id, text.path))
                        yield self._finding(rule, text, _quoted(sentence, hit), tell)

    def _reads(self, rule: PhraseRule, text: Passage) -> bool:
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
            and evaluate(rule.when, self._facts, scope) is YES
        )

    def _broken(
        self, rules: Sequence[PhraseRule], sentence: str
    ) -> Iterator[tuple[PhraseRule, Hit]]:
        grammar = self._facts.standard.grammar
        for rule in rules:
            if known := self._known.get(rule.id):
                for hit in known.named_in(sentence):
                    if not known.knows(hit.name) and not is_open(
                        sentence, hit, self._topic, grammar
                    ):
                        yield rule, hit
        wanted: dict[bool, list[PhraseRule]] = {}
        for rule in rules:
            if rule.says != "named":
                wanted.setdefault(rule.says == "denied", []).append(rule)
        if wanted:
            for denied, hit in polarities(sentence, self._topic, grammar, wanted):
                yield from ((rule, hit) for rule in wanted[denied])

    def _finding(self, rule: PhraseRule, text: Passage, quote: str, tell: Tell) -> Finding:
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
            rule.id,
            rule.severity,
            "inconsistent",
            text.path,
            message,
            rule.fix,
            basis=rule.basis,
            practice=not rule.basis,
        )


class _Known:
    """The names or numbers that the dossier knows of a topic, and those that a sentence names."""

    def __init__(self, rule: PhraseRule, topic: Topic, facts: Facts) -> None:
        self._topic = topic
        self._grammar = facts.standard.grammar
        self._values: list[Value] = []
        for path in rule.known:
            self._values += _values_at(facts, path)

    @cached_property
    def texts(self) -> Sequence[str]:
        """The facts that are words or days."""
        return [
            value if isinstance(value, str) else _day(value)
            for value in self._values
            if isinstance(value, str | date)
        ]

    @cached_property
    def _folded_texts(self) -> Sequence[str]:
        return [_folded(text) for text in self.texts]

    @cached_property
    def _patterns(self) -> Sequence[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self._topic.patterns]

    def named_in(self, sentence: str) -> Iterator[Hit]:
        """Each name or number of the topic in a sentence."""
        topic, grammar = self._topic, self._grammar
        for wording in likely(topic.named, sentence):
            for hit in hits(sentence, wording, grammar, self.texts):
                if not isinstance(hit.name, int) or hit.name <= topic.most:
                    yield hit
        yield from institutions(sentence, topic, grammar)
        for pattern in self._patterns:
            for match in pattern.finditer(sentence):
                start, end = match.span()
                yield Hit(start, end, start, end, match["name"])

    def knows(self, name: Name | None) -> bool:
        """Whether a fact says it; so too while one of the facts is not known."""
        if not self._values or any(value is UNKNOWN for value in self._values):
            return True
        if isinstance(name, int):
            return name in self._numbers or not self._numbers
        told = _folded(name or "")
        return any(told in text for text in self._folded_texts) or told.endswith(self._names)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """What the facts themselves name in the ways of the topic."""
        named = (hit.name for text in self.texts for hit in self.named_in(text))
        return tuple(_folded(name) for name in named if isinstance(name, str))

    @cached_property
    def _numbers(self) -> Sequence[int]:
        numbers = [value for value in self._values if type(value) is int]
        for text in self.texts:
            for unit in self._topic.units:
                for hit in hits(text, f"{NUMBER}+{unit}", self._grammar):
                    if isinstance(hit.name, int) and hit.name <= self._topic.most:
                        numbers.append(hit.name)
        return list(dict.fromkeys(numbers))

    def told(self) -> list[str]:
        """What is known instead, where it is a number."""
        numbers = "、".join(map(str, self._numbers))
        return [f"卷宗里是 {numbers}"] if numbers else []


def _values_at(facts: Facts, path: str) -> Iterator[Value]:
    """The values of a fact, or of a list's field in each entry, where they apply."""
    owner, _, name = path.rpartition(".")
    if (owner, name) not in facts.standard.fields:
        values = [facts.get(path)]
    else:
        entries = facts.get(owner)
        scopes = [Scope(owner, entry) for entry in entries] if isinstance(entries, tuple) else []
        values = [facts.field(scope, name) for scope in scopes]
        if entries is UNKNOWN:
            values = [UNKNOWN]
    return (value for value in values if not isinstance(value, NotApplicable))


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
