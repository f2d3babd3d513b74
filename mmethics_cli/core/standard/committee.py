"""What a committee can decide, by the words that it uses, and on which kind of submission."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from mmethics_cli.core.conditions.language import ALWAYS, Condition


class DecisionMeaning(Struct, frozen=True):
    """A decision by its key (an option of `event.prior_decision`), and what it means.

    `approves`: what was submitted may be done as it stands; `accepts`: the study itself may go on,
    if only after changes; `waits`: the same submission may still be approved, changed. `validity`:
    it may say until when it holds and how often to report; `comments`: it must say what is to be
    changed. `ends` is why nothing more is due after it, `suspends` that the study rests.
    """

    id: str
    approves: bool = False
    accepts: bool = False
    waits: bool = False
    validity: bool = False
    comments: bool = False
    suspends: bool = False
    ends: str = ""


class SubmissionKind(Struct, frozen=True):
    """A kind of submission (an option of `event.kind`) and what is decided on it.

    `decisions` are the words offered, `read_as` the word of today by one that stood for it before.
    What answers a decision (`answers`) takes the words of what was decided. `of_the_study`: the
    committee approves the study itself by it; `restarts`: its approval begins the interval of
    follow-up anew; `gives_validity`: and the time for which the study is approved. Where it is
    approved and `ends_when` holds, the study ends (`ends` says why). `after_end`: what happened may
    be reported after that. Where `continues_when` holds, it is about the event of the last one
    before it that answers the questions `same_event` alike.
    """

    id: str
    decisions: tuple[str, ...] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)
    answers: bool = False
    of_the_study: bool = False
    restarts: bool = False
    gives_validity: bool = False
    after_end: bool = False
    ends: str = ""
    ends_when: Condition = ALWAYS
    continues_when: Condition = ALWAYS
    same_event: tuple[str, ...] = ()
