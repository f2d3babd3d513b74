"""The dossier's log of what was sealed and decided: lines are added, each bound to the one before.

A line holds the digest of the manifest that it is about, so a manifest that was edited together
with a file, or taken away, is seen. Who rewrites the log and every copy of the digest is not seen:
the digest that the office holds proves what it was given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.store.lock import locked
from mmethics_cli.store.submission.submissions import (
    COMMITTEE,
    DECISION,
    FOLDER,
    MANIFEST,
    MANIFEST_DIGEST,
    REPLACED,
)
from mmethics_cli.store.yaml.reader import read_file, reason

LOG: Final = "log.jsonl"
_SHOWN: Final = 16  # of the characters of a digest
_NUMBER: Final = re.compile(r"([0-9]{2,4})-")
_ROUND: Final = re.compile(r"-r([0-9]+)$")

# `found`: sealed before the log knew of it, by an older program or a run that was stopped.
What = Literal["sealed", "found", "decided"]


class LogLine(Struct, frozen=True, omit_defaults=True):
    """One line: on which day, by which version of the program, what became of which submission.

    `decision` is the key of what the committee decided; `previous` the SHA-256 of the line before,
    empty for the first.
    """

    date: str
    what: What
    submission: str
    manifest_sha256: str
    tool: str
    decision: str = ""
    number: str = ""
    previous: str = ""


class Logbook(Struct, frozen=True, dict=True):
    """The lines of a dossier's log; `broken` says in Chinese where they no longer hang together."""

    lines: tuple[LogLine, ...] = ()
    broken: str = ""
    data: bytes = b""

    def about(self, submission: str) -> tuple[tuple[int, LogLine], ...]:
        """The lines about a submission, or another that had its number, with their own numbers.

        Each of its rounds is one of its own.
        """
        place = _number_of(submission), _round_of(submission)
        return tuple(
            (at, line)
            for at, line in enumerate(self.lines, 1)
            if (_number_of(line.submission), _round_of(line.submission)) == place
        )

    @cached_property
    def head(self) -> str:
        """The digest of the last line, to which the next one is bound."""
        lines = self.data.splitlines()
        return sha256(lines[-1]) if lines else ""


def read_logbook(dossier: Path) -> Logbook:
    """The log of a dossier, empty where it has none. Raises WorkspaceError where it can't be read.

    What was changed in it is told, and no reason to refuse reading.
    """
    path = dossier / LOG
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Logbook()
    except OSError as error:
        raise WorkspaceError(f"读不了 {path}：{reason(error)}。") from error
    lines: list[LogLine] = []
    previous = ""
    for number, text in enumerate(data.splitlines(), 1):
        try:
            line = msgspec.json.decode(text, type=LogLine)
        except msgspec.DecodeError:  # what is not of the type is one too
            return Logbook(tuple(lines), f"{LOG} 第 {number} 行读不懂，登记被改过", data)
        if line.previous != previous:
            fault = f"{LOG} 第 {number} 行与前一行接不上，登记被改过"
            return Logbook(tuple(lines), fault, data)
        lines.append(line)
        previous = sha256(text)
    return Logbook(tuple(lines), "", data)


def enter(dossier: Path, *lines: LogLine) -> None:
    """Add lines at the end of the log, bound to those before. Raises WorkspaceError."""
    path = dossier / LOG
    with locked(dossier):
        log = read_logbook(dossier)
        if log.broken:
            raise WorkspaceError(
                f"{log.broken}。请恢复原来的文件；找不回来的，把它移走，从现在起重新登记。"
            )
        data, previous = log.data, log.head
        for line in lines:
            tree = msgspec.to_builtins(replace(line, previous=previous))
            text = json.dumps(tree, ensure_ascii=False).encode()
            data, previous = data + text + b"\n", sha256(text)
        write_atomic(path, data)


class Registration(Struct, frozen=True):
    """What log and decision.yaml know of a submission's manifest.

    `digest` is that of the manifest as it lies, empty where there is none; `lines` are the numbers
    of the log's lines about it; `faults` say in Chinese what differs from what is known of it, and
    `decided` where decision.yaml tells another decision than the log.
    """

    digest: str
    lines: tuple[int, ...] = ()
    faults: tuple[str, ...] = ()
    decided: str = ""

    @property
    def known(self) -> bool:
        """Whether anything beside the manifest itself says what was sealed."""
        return bool(self.lines)


def registration_of(submission: Path, log: Logbook) -> Registration:
    """Hold a submission's manifest against the log and decision.yaml; nothing else is read.

    Raises WorkspaceError where the system refuses.
    """
    path = submission / MANIFEST
    try:
        digest = sha256(path.read_bytes()) if path.exists() else ""
    except OSError as error:
        raise WorkspaceError(f"读不了 {path}：{reason(error)}。") from error
    about = log.about(submission.name)
    return Registration(
        digest,
        tuple(number for number, _ in about),
        tuple(_faults(submission, digest, about, log)),
        _other_decision(submission, about),
    )


def _faults(
    submission: Path, digest: str, about: tuple[tuple[int, LogLine], ...], log: Logbook
) -> Iterator[str]:
    if log.broken:
        yield log.broken
    if not digest:
        trace = trace_of_sealing(submission, log)
        if trace:
            yield f"封存的清单（{MANIFEST}）不见了，而 {trace}"
        return
    other = next(((at, line) for at, line in about if line.manifest_sha256 != digest), None)
    if other is not None:
        yield (
            f"{MANIFEST} 与 {LOG} 第 {other[0]} 行登记的不同："
            f"现在 {digest[:_SHOWN]}…，登记的 {other[1].manifest_sha256[:_SHOWN]}…"
        )
    known = str(_decision(submission).get(MANIFEST_DIGEST) or "")
    if known and known != digest:
        yield (
            f"{MANIFEST} 与 {DECISION} 记的不同：现在 {digest[:_SHOWN]}…，记的 {known[:_SHOWN]}…"
        )


def _other_decision(submission: Path, about: tuple[tuple[int, LogLine], ...]) -> str:
    last = next((line for _, line in reversed(about) if line.what == "decided"), None)
    said = str(_decision(submission).get("decision") or "")
    if last is None or said == last.decision:
        return ""
    return f"{DECISION} 的决定是“{said}”，{LOG} 登记的是“{last.decision}”"


def trace_of_sealing(submission: Path, log: Logbook) -> str:
    """What says that a submission was sealed, its manifest aside; empty where nothing does."""
    if about := log.about(submission.name):
        return f"{LOG} 第 {about[-1][0]} 行登记着 {about[-1][1].submission} 已经封存"
    if _decision(submission).get("decision"):
        return f"{DECISION} 记着委员会的决定"
    committee = submission / COMMITTEE
    laid_aside = any((committee / REPLACED).glob(f"{Path(DECISION).stem}-*"))
    if laid_aside or (committee / "approved").exists():
        return f"{COMMITTEE}/ 里有批准以后的文件"
    return ""


def refuse_sealing_again(dossier: Path, submission: Path) -> None:
    """Raises WorkspaceError where a submission without manifest was sealed under its number."""
    trace = trace_of_sealing(submission, read_logbook(dossier))
    if trace:
        kind = submission.name.partition("-")[2]
        raise WorkspaceError(
            f"{submission.name} 的清单（{MANIFEST}）不见了，而 {trace}；不能用这个序号再送审。"
            f"请从备份或压缩包恢复 {MANIFEST} 和封存的文件；确实要另外送审的，把委员会的决定和文件"
            f"移走，文件夹改用没有用过的序号（如 {_unused(dossier)}-{kind}）。"
        )


def _unused(dossier: Path) -> str:
    names = [line.submission for line in read_logbook(dossier).lines]
    names += [path.name for path in (dossier / FOLDER).iterdir() if path.is_dir()]
    return f"{max(map(_number_of, names), default=0) + 1:02d}"


def _decision(submission: Path) -> Mapping[str, Any]:
    path = submission / DECISION
    tree = read_file(path, path.name).tree if path.is_file() else None
    return tree if isinstance(tree, dict) else {}


def _number_of(name: str) -> int:
    match = _NUMBER.match(name)
    return int(match[1]) if match else 0


def _round_of(name: str) -> int:
    match = _ROUND.search(name)
    return int(match[1]) if match else 1
