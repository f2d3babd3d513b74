"""What the archive takes from sealed packages: the files in them, and how long they are kept."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.conditions.values import NO
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.dossier.answers_file import read_answers
from mmethics_cli.store.submission.archive import sealed_files
from mmethics_cli.store.submission.submissions import MANIFEST, SNAPSHOT
from mmethics_cli.wording.citation import cite_for

_TABLE: Final = "committee_archive_years"


class SealedFile(Struct, frozen=True):
    """A document or attachment in a sealed package: its name there, and what the manifest says."""

    name: str
    id: str
    title: str
    version: str
    digest: str


def files_in(package: Path) -> list[SealedFile]:
    """The documents and attachments of a package, in the order of its manifest."""
    manifest = json.loads(sealed_files(package, MANIFEST)[MANIFEST])
    digests: Mapping[str, str] = manifest.get("files") or {}
    return list(_files(manifest, digests))


def _files(manifest: Mapping[str, Any], digests: Mapping[str, str]) -> Iterator[SealedFile]:
    for row in (*(manifest.get("documents") or ()), *(manifest.get("attachments") or ())):
        number = f"documents/{row.get('number')}-"
        names = [row["file"]] if row.get("file") else [n for n in digests if n.startswith(number)]
        for name in names:
            id_, title, version = (str(row.get(key) or "") for key in ("id", "title", "version"))
            yield SealedFile(name, id_, title, version, str(digests.get(name) or ""))


class Retention(Struct, frozen=True):
    """How many years a study's papers are kept, by which rules, and why, in Chinese."""

    years: int = 0
    rules: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


def retention(packages: Iterable[Path], standard: Standard) -> Retention:
    """The longest that any of a study's sealed snapshots asks for; nothing where none says.

    Raises UnreadableFile.
    """
    longest = Retention()
    for package in packages:
        found = _retention(package, standard)
        if found.years > longest.years:
            longest = found
    return longest


def _retention(package: Path, standard: Standard) -> Retention:
    sealed = sealed_files(package, MANIFEST, SNAPSHOT)
    day = parse_date(str(json.loads(sealed[MANIFEST]).get("date") or ""))
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Path(folder) / SNAPSHOT
        snapshot.write_bytes(sealed[SNAPSHOT])
        facts = Facts(standard, read_answers(snapshot, standard).values, day)
    decision = facts.decision(_TABLE)
    if not isinstance(decision.value, int):
        return Retention()
    # What is not settled counts where it is a reason for the value: unknown never relaxes.
    rules = [
        state.rule
        for state in decision.states
        if state.truth is not NO and decision.rests_on(state.rule.outcome)
    ]
    basis = (f"{rule.text}（{cite_for(facts, rule.basis, marks=True)}）" for rule in rules)
    return Retention(decision.value, tuple(rule.id for rule in rules), tuple(basis))
