"""Write the texts of the papers of later submissions anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.followed import ECG, FOLDER, events, papers_of
from tests.program import seal

with tempfile.TemporaryDirectory() as scratch:
    sealed = seal(ECG, Path(scratch) / "sealed")
    for kind in events():
        for name, text in papers_of(sealed, Path(scratch) / kind, kind).items():
            (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
