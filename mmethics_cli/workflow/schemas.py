"""Telling editors how a dossier's files are written."""

from __future__ import annotations

from pathlib import Path

from mmethics_cli.store.dossier.parts import require_dossier
from mmethics_cli.store.dossier.schemas import name_schemas, write_schemas
from mmethics_cli.store.lock import locked
from mmethics_cli.workflow.packs import Packs


def renew_schemas(folder: Path, packs: Packs) -> tuple[str, ...]:
    """Write the schemas of the pack of today into a dossier, and let its files name them.

    Returns the names of the files that did not before. Raises WorkspaceError, UnreadableFile or
    PackError.
    """
    require_dossier(folder)
    standard = packs.of(folder).standard
    with locked(folder):
        write_schemas(folder, standard)
    return name_schemas(folder)
