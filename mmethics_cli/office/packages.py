"""The sealed packages that an office received: kept as they came, proved by their manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import CASES
from mmethics_cli.office.quality.histories import Record
from mmethics_cli.store.submission.archive import verify_zip

_BRINGS_PACKAGE = ("submission_received", "supplement_received")


def received_packages(happenings: Iterable[Happening]) -> Iterator[tuple[str, str, str]]:
    """Each package of this office's own events: its case, its file in the folder, its digest.

    Events of past years name packages that are not here.
    """
    for each in happenings:
        digest = each.data.get("digest")
        if each.kind in _BRINGS_PACKAGE and digest:
            yield each.case, f"{CASES}/{each.data['package']}", str(digest)


def package_fault(office: Path, file: str, digest: str) -> str:
    """What is wrong with a package, in Chinese; empty when it is as it was received."""
    path = office / file
    if not path.is_file():
        return f"缺少收下的送审：{file}"
    try:
        seal = verify_zip(path)
    except WorkspaceError as error:
        return f"收下的送审读不了：{file}（{error.message}）"
    if seal.differences:
        return f"收下的送审被改动：{file}（{seal.differences[0]}）"
    if seal.digest != digest:
        return f"收下的送审换成了另一份：{file}，清单校验值与登记的不同"
    return ""


def package_records(office: Path, happenings: Iterable[Happening]) -> list[Record]:
    """The packages as indicators count them."""
    return [
        {"id": f"{case} {file}", "verifies": not package_fault(office, file, digest)}
        for case, file, digest in received_packages(happenings)
    ]
