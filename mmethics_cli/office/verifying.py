"""Is an office still what its events say: the chain, the tables, the files?"""

from __future__ import annotations

from msgspec import Struct

from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.packages import (
    BRINGS_PACKAGE,
    file_fault,
    package_fault,
    received_packages,
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
        brought = [event.what for kind in BRINGS_PACKAGE for event in register.of_kind(kind)]
        kept = list(register.kept_files())
        count, last = register.last or (0, "")
    received = list(received_packages(brought))
    packages = (package_fault(office.path, file, digest) for _, file, digest in received)
    files = (file_fault(office.path, *each) for each in kept)
    known = {file for _, file, _ in received} | {place for _, place, _ in kept}
    strange = (
        f"没有登记的文件：{name}。是收件中断留下的，再收一次，或移走它"
        for name in unregistered_files(office.path, known)
    )
    wrong = filter(None, (*packages, *files))
    return OfficeProof((*faults, *wrong, *strange), count, last)
