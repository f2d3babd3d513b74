"""What this program wrote into a folder of documents: a record bound to the bytes of each file.

An entry is on disk before its file is, with the digest of what lay there until then: whatever
stops a run between the two, no file of ours looks as if a person had edited it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.store.files import sha256, write_atomic

RECORD: Final = ".rendered.json"
_OFFICE: Final = (".docx", ".xlsx")
_LITTER: Final = ("~$", ".")  # of Word, of systems and of ours


class RenderedFile(Struct, frozen=True):
    """A document's bytes and the name under which they are to lie.

    `paper` says whose they are whatever the file is called, `source` is the digest of what they
    were made from; both are empty where nobody asks. `edited` is the digest of the file that a
    person edited and whose text this is, if it is one's.
    """

    name: str
    data: bytes
    paper: str = ""
    source: str = ""
    edited: str = ""


class WrittenFile(Struct, frozen=True):
    """What the record says of a file: the digest of its bytes, whose they are and from what.

    `before` is the digest of what lay there (empty for nothing) while it may not be written yet;
    None once it is.
    """

    sha256: str
    paper: str = ""
    source: str = ""
    before: str | None = None


class RenderRecord(Struct):
    """The record of a folder, by the names of its files."""

    folder: Path
    files: dict[str, WrittenFile] = field(default_factory=dict)

    def is_edited(self, name: str) -> bool:
        """Whether something lies there that this program did not write as it is now."""
        path = self.folder / name
        if not path.is_file():
            return path.exists() or path.is_symlink()
        written = self.files.get(name)
        return written is None or sha256(path.read_bytes()) not in (written.sha256, written.before)

    def has_edited(self) -> bool:
        """Whether any Word or Excel file lies there that a person edited, or brought."""
        if not self.folder.is_dir():
            return False
        names = (path.name for path in self.folder.iterdir() if path.suffix in _OFFICE)
        return any(self.is_edited(name) for name in names if not name.startswith(_LITTER))

    def edited_file(self, name: str, paper: str) -> str:
        """The name of the file of a paper that a person edited; empty where nobody did.

        It is looked for under the name that it is to have, then under those that it had.
        """
        return next((each for each in self._names(name, paper) if self.is_edited(each)), "")

    def file_of(self, name: str, paper: str) -> str:
        """The name of any file of a paper; empty where there is none."""
        names = self._names(name, paper)
        return next((each for each in names if (self.folder / each).is_file()), "")

    def _names(self, name: str, paper: str) -> Iterator[str]:
        yield name
        for other, written in self.files.items():
            if written.paper == paper and other != name:
                yield other

    def source_of(self, name: str) -> str:
        """The digest of what a file was made from; empty where that is not known for sure."""
        written = self.files.get(name)
        return written.source if written is not None and written.before is None else ""

    def announce(self, files: list[RenderedFile]) -> None:
        """Enter files that are about to be written. Raises WorkspaceError, OSError."""
        for file in files:
            path = self.folder / file.name
            before = sha256(path.read_bytes()) if path.is_file() else ""
            self.files[file.name] = WrittenFile(
                sha256(file.data), file.paper, file.source, before=before
            )
        self.write()

    def settle(self, name: str) -> None:
        """A file that was announced is written; see `write`."""
        self.files[name] = replace(self.files[name], before=None)

    def write(self) -> None:
        """Keep the record. Raises WorkspaceError."""
        tree = {name: _tree(self.files[name]) for name in sorted(self.files)}
        text = json.dumps(tree, ensure_ascii=False, indent=1)
        write_atomic(self.folder / RECORD, f"{text}\n".encode())


def read_record(folder: Path) -> RenderRecord:
    """The record of a folder. Without one every file counts as edited by hand: nothing is lost."""
    try:
        tree = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return RenderRecord(folder)
    if not isinstance(tree, dict):
        return RenderRecord(folder)
    files = {name: _written(entry) for name, entry in tree.items() if Path(name).name == name}
    return RenderRecord(folder, files)


def _written(entry: Any) -> WrittenFile:
    """An entry; until 0.2 it was the digest alone."""
    if not isinstance(entry, dict):
        return WrittenFile(str(entry))
    sha256, paper, source = (str(entry.get(key) or "") for key in ("sha256", "paper", "source"))
    before = entry.get("before")
    return WrittenFile(sha256, paper, source, str(before) if before is not None else None)


def _tree(written: WrittenFile) -> dict[str, str]:
    tree = {"sha256": written.sha256, "paper": written.paper, "source": written.source}
    tree = {key: value for key, value in tree.items() if value}
    return tree if written.before is None else {**tree, "before": written.before}
