"""On which submission a command acts: the one that is open, that waits, or that was named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mmethics_cli.core.conditions.written import plain
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.store.submission.submissions import Submission, by_sealing, newest_rounds

# Picks the submission of a dossier that a command acts on; None where there is none.
Choose = Callable[[Sequence[Submission]], Submission | None]


class SeveralSubmissions(EthicsError):
    """A command could act on several submissions: people are asked, or `--submission` tells."""

    def __init__(self, what: str, candidates: Sequence[Submission]) -> None:
        problems = [
            Problem(f"--submission {short_name(candidate)}（{candidate.name}）")
            for candidate in candidates
        ]
        super().__init__(f"{what}，请写明是哪一次：", problems)
        self.candidates = tuple(candidates)


def short_name(submission: Submission) -> str:
    """How people name a submission: its number."""
    return f"{submission.number:02d}"


def open_one(submissions: Sequence[Submission]) -> Submission | None:
    """The one that is being prepared, else the last one that was sealed.

    Raises SeveralSubmissions where several are being prepared.
    """
    candidates = [candidate for candidate in submissions if not candidate.sealed]
    if len(candidates) > 1:
        raise SeveralSubmissions(f"有 {len(candidates)} 次送审在准备", candidates)
    return candidates[0] if candidates else last_sealed(submissions)


def newest_one(submissions: Sequence[Submission]) -> Submission | None:
    """The one that was opened last among those in preparation, else the last one sealed."""
    candidates = [candidate for candidate in submissions if not candidate.sealed]
    return candidates[-1] if candidates else last_sealed(submissions)


def last_sealed(submissions: Sequence[Submission]) -> Submission | None:
    """The one that was sealed last."""
    return next(reversed(by_sealing(submissions)), None)


def waiting(submissions: Sequence[Submission]) -> tuple[Submission, ...]:
    """Those that lie before the committee: sealed, not decided, and no later round was opened."""
    return tuple(
        newest for newest in newest_rounds(submissions) if newest.sealed and not newest.decided
    )


def decided(submissions: Sequence[Submission]) -> tuple[Submission, ...]:
    """Those with a recorded decision."""
    return tuple(newest for newest in newest_rounds(submissions) if newest.decided)


def one_to_decide(submissions: Sequence[Submission]) -> Submission | None:
    """The one that waits for the committee, else as `open_one`.

    Raises SeveralSubmissions where several wait, or none and several are being prepared.
    """
    candidates = waiting(submissions)
    if len(candidates) > 1:
        raise SeveralSubmissions(f"有 {len(candidates)} 次送审等着决定", candidates)
    return candidates[0] if candidates else open_one(submissions)


def one_at_the_office(submissions: Sequence[Submission]) -> Submission | None:
    """What lies before the office: the one that waits, else the round on which it asked for more.

    Where it has neither, what is being prepared. Raises SeveralSubmissions as `one_to_decide`.
    """
    chosen = one_to_decide(submissions)
    if chosen is None or chosen.sealed:
        return chosen
    rounds = [
        candidate
        for candidate in submissions
        if candidate.number == chosen.number and candidate.sealed
    ]
    return by_sealing(rounds)[-1] if rounds else chosen


def one_to_correct(submissions: Sequence[Submission]) -> Submission | None:
    """The one whose decision is recorded anew; raises SeveralSubmissions where several have one."""
    candidates = decided(submissions)
    if len(candidates) > 1:
        raise SeveralSubmissions(f"有 {len(candidates)} 次送审记过决定", candidates)
    return candidates[0] if candidates else one_to_decide(submissions)


def named(text: str) -> Choose:
    """The submission that a word names: its number (the open round, else the newest), or its name.

    Raises EthicsError for any other word, with what there is.
    """

    def choose(submissions: Sequence[Submission]) -> Submission | None:
        word = plain(text).strip().rstrip("/").rpartition("/")[2]
        for submission in submissions:
            if submission.name == word:
                return submission
        digits = word.partition("-")[0]
        number = int(digits) if digits.isascii() and digits.isdigit() else None
        for submission in newest_rounds(submissions):
            if submission.number == number and word in (digits, submission.name):
                return submission
        there = "、".join(submission.name for submission in submissions) or "还没有送审"
        raise EthicsError(f"--submission：没有“{text}”这次送审。现有：{there}。")

    return choose
