"""Is an office still what its events say: the chain, the tables, the files?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.packages import (
    BRINGS_PACKAGE,
    KeptPaper,
    file_fault,
    kept_papers,
    package_fault,
    unregistered_files,
)


class OfficeProof(Struct, frozen=True):
    """What is wrong with an office; how many events it has, and the hash of the last one."""

    faults: tuple[str, ...]
    events: int
    hash: str


def verify_office(office: OfficeFolder) -> OfficeProof:
    """Prove an office. Raises WorkspaceError where the register can't be read."""
    with office.register().reading() as register:
        faults = list(register.faults())
        brought = [event for kind in BRINGS_PACKAGE for event in register.of_kind(kind)]
        keeping = [*brought, *register.keeping_files()]
        count, last = register.last or (0, "")
    papers = list(kept_papers(keeping))
    faults += faults_of(office.path, papers)
    known = {paper.place for paper in papers}
    faults += [
        f"没有登记的文件：{name}。是收件中断留下的，再收一次，或移走它"
        for name in unregistered_files(office.path, known)
    ]
    return OfficeProof(tuple(faults), count, last)


def faults_of(folder: Path, papers: Iterable[KeptPaper]) -> list[str]:
    """What is wrong with files that an office keeps in its folder, in Chinese."""
    proofs = (
        package_fault(folder, paper) if paper.kind in BRINGS_PACKAGE else file_fault(folder, paper)
        for paper in dict.fromkeys(papers)
    )
    return list(filter(None, proofs))
