"""Whether a sealed submission is what was sealed: by its manifest, and by what is known of that."""

from __future__ import annotations

from typing import Final

from mmethics_cli.errors import Problem, WorkspaceError
from mmethics_cli.store.submission.logbook import read_logbook, registration_of
from mmethics_cli.store.submission.manifest import verify_folder
from mmethics_cli.store.submission.submissions import Submission

_SHOWN: Final = 8


def require_intact(submission: Submission, consequence: str, *, deciding: bool = False) -> None:
    """Read every sealed byte, and raise WorkspaceError with all that differs.

    `consequence` says what can't be done now. Who is `deciding` may do so whatever decision.yaml
    says.
    """
    known = registration_of(submission.folder, read_logbook(submission.folder.parent.parent))
    faults = [*known.faults, *map(str, verify_folder(submission.folder).differences)]
    if known.decided and not deciding:
        faults.append(known.decided)
    if faults:
        more = f"（{len(faults)} 处）" if len(faults) > 1 else ""
        raise WorkspaceError(
            f"{submission.name} 与封存时不一致{more}，{consequence}。请先恢复成送审时的样子：",
            [Problem(fault) for fault in faults[:_SHOWN]],
        )
