"""回件: what the office hands back as one archive, and the applicant records without retyping."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.errors import Problem, WorkspaceError
from mmethics_cli.store.files import sha256
from mmethics_cli.store.submission.archive import BROKEN, fenced_files, plain_archive
from mmethics_cli.store.submission.submissions import DECISION
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.reader import YamlFile, decode, parse
from mmethics_cli.store.yaml.writer import mapping_lines

FORMAT: Final = "mmethics/reply/1"
_RECORD: Final = "reply.json"
_MOST: Final = 200_000_000  # bytes


class Reply(Struct, frozen=True):
    """What an office answers to a sealed submission: `digest` is that of its manifest.

    `case` and `submission` are what the office and the applicant call it, `register` the last
    entry of the office's register (number and hash) when it was written; `files` are by name.
    """

    case: str
    submission: str
    digest: str
    register: str
    files: Mapping[str, bytes]

    @property
    def decision(self) -> YamlFile:
        """What is to be recorded. Raises UnreadableFile."""
        name = f"回件的 {DECISION}"
        return parse(decode(self.files[DECISION], name), name)


def decision_file(tree: Mapping[str, Tree]) -> bytes:
    """What is to be recorded, as the file that holds it."""
    return mapping_lines(tree, 0).encode()


def reply_archive(reply: Reply) -> bytes:
    """A reply as one archive, with the digest of each file in it."""
    record = {
        "format": FORMAT,
        "case": reply.case,
        "submission": reply.submission,
        "manifest_sha256": reply.digest,
        "register": reply.register,
        "files": {name: sha256(data) for name, data in sorted(reply.files.items())},
    }
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    return plain_archive({**reply.files, _RECORD: text.encode()})


def holds_reply(path: Path) -> bool:
    """Whether a file looks like a reply."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _RECORD in archive.namelist()
    except (*BROKEN, OSError):
        return False


def read_reply(path: Path) -> Reply:
    """A reply that came. Raises WorkspaceError for what is none, or not as it was written."""
    if not path.is_file():
        raise WorkspaceError(f"没有回件“{path}”。")
    files = fenced_files(path, _MOST)
    record = _record(files.pop(_RECORD, b""))
    digests = record["files"]
    differing = sorted(
        {name for name, data in files.items() if digests.get(name) != sha256(data)}
        | (digests.keys() - files.keys())
    )
    if differing or DECISION not in files:
        raise WorkspaceError(
            f"“{path}”不是办公室写出时的样子，没有记录。请办公室重发：",
            [Problem(name) for name in differing or [DECISION]],
        )
    return Reply(
        record["case"], record["submission"], record["manifest_sha256"], record["register"], files
    )


def _record(data: bytes) -> dict[str, Any]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        record = None
    texts = ("case", "submission", "manifest_sha256", "register")
    if (
        not isinstance(record, dict)
        or record.get("format") != FORMAT
        or not all(isinstance(record.get(key), str) for key in texts)
        or not isinstance(record.get("files"), dict)
    ):
        raise WorkspaceError("这不是办公室写出的回件（mmethics office decide 写出的 回件-….zip）。")
    return record
