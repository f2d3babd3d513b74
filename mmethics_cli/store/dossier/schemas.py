"""The JSON Schemas in a dossier's folder, by which editors complete and check its files.

They lie there and not in the program: an editor finds them without a network, and they hold what
the dossier's own pack asks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from mmethics_cli.core.answers.schema import Schema, dossier_schema, self_check_schema
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.parts import DOSSIER, SELF_CHECK
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.lock import SCHEMAS, locked
from mmethics_cli.store.yaml.reader import decode, read_bytes, reason

_NAMES: Final = {DOSSIER: "dossier.json", SELF_CHECK: "self-check.json"}
_SIGN: Final = "# yaml-language-server:"


def schema_line(name: str) -> str:
    """The first line of a dossier's file, which tells editors where its schema lies."""
    return f"{_SIGN} $schema={SCHEMAS}/{_NAMES[name]}\n"


def write_schemas(folder: Path, standard: Standard) -> None:
    """Write the schemas into a dossier's folder; raises WorkspaceError."""
    schemas = {DOSSIER: dossier_schema(standard), SELF_CHECK: self_check_schema(standard)}
    try:
        (folder / SCHEMAS).mkdir(exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{folder / SCHEMAS}”：{reason(error)}。") from error
    for name, schema in schemas.items():
        write_atomic(folder / SCHEMAS / _NAMES[name], schema_text(schema).encode("utf-8"))


def schema_text(schema: Schema) -> str:
    """A schema as JSON."""
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":")) + "\n"


def name_schemas(folder: Path) -> tuple[str, ...]:
    """Put the first line into those of a dossier's files that name no schema; returns their names.

    Nothing else in them changes. Raises WorkspaceError, UnreadableFile.
    """
    named = []
    with locked(folder):
        for name in _NAMES:
            path = folder / name
            if not path.exists():
                continue
            data = read_bytes(path, name)
            text = decode(data, name)
            if _SIGN not in text:
                mark = data[: len(data) - len(text.encode("utf-8"))]
                end = "\r\n" if "\r\n" in text else "\n"
                line = schema_line(name).replace("\n", end)
                write_atomic(path, mark + f"{line}{text}".encode())
                named.append(name)
    return tuple(named)
