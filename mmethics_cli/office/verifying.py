"""Is an office still what its events say: the chain, the tables, the packages?"""

from __future__ import annotations

from msgspec import Struct

from mmethics_cli.office.archive.proving import ArchivedFiles
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.packages import (
    BRINGS_PACKAGE,
    package_fault,
    received_packages,
    unregistered_files,
)


class OfficeProof(Struct, frozen=True):
    """What is wrong with an office; how many events it has, and the hash of the last one.

    `disposed` says of each volume that was destroyed by which event and list.
    """

    faults: tuple[str, ...]
    events: int
    hash: str
    disposed: tuple[str, ...] = ()


def verify_office(office: OfficeFolder) -> OfficeProof:
    """Prove an office. Raises WorkspaceError where the register can't be read."""
    with office.register().reading() as register:
        faults = list(register.faults())
        brought = [event.what for kind in BRINGS_PACKAGE for event in register.of_kind(kind)]
        kept = ArchivedFiles.of(register)
        count, last = register.last or (0, "")
    standing = [each for each in brought if each.study not in kept.disposed]
    packages = (
        package_fault(office.path, file, digest) for _, file, digest in received_packages(standing)
    )
    strange = (
        f"没有登记的文件：{name}。是收件中断留下的，再收一次，或移走它"
        for name in unregistered_files(office.path, standing)
    )
    wrong = (*faults, *filter(None, packages), *strange, *kept.faults(office.path))
    return OfficeProof(wrong, count, last, tuple(kept.disposed.values()))
