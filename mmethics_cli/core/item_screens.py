"""What the walk through the review items shows, screen by screen, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mmethics_cli.core.content import ReviewItem
from mmethics_cli.core.self_check import SelfCheckAnswer
from mmethics_cli.core.steps import Move
from mmethics_cli.core.values import Truth


class Part(Enum):
    """What is asked of an item, one screen each."""

    ANSWER = "answer"
    NOTE = "note"
    EVIDENCE = "evidence"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the walk is: principle `number` of `total`; `left` items that are open in all.

    `elsewhere` are the principle's items that do not apply, or of which that is not known yet.
    """

    principle: str
    number: int
    total: int
    left: int
    elsewhere: tuple[tuple[ReviewItem, Truth], ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Items with all their evidence, to be confirmed at once; `ticked` are to be met."""

    items: tuple[ReviewItem, ...]
    ticked: frozenset[str]
    progress: Progress


@dataclass(frozen=True, slots=True)
class Single:
    """One part of one item; `proposal` is the evidence that proves it, `options` what to cite."""

    item: ReviewItem
    part: Part
    given: SelfCheckAnswer
    proposal: str | None
    options: tuple[str, ...]
    progress: Progress


Screen = Together | Single


@dataclass(frozen=True, slots=True)
class Ticked:
    """The items of a screen that are met; the others stay open."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Given:
    """The reply to one part: a key of ANSWERS, or a text (empty: none)."""

    text: str


Reply = Ticked | Given | Move
