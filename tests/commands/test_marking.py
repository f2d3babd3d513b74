"""A paper that can't be handled costs its own mark or stamp, named; the others are made."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mmethics_cli.formats.redline.redline import _Redline
from mmethics_cli.formats.word import stamp
from mmethics_cli.formats.word.markup import Element
from mmethics_cli.formats.word.reading import read
from tests.commands.amending import NUMBER, amend, approved, run
from tests.followed import ECG

TITLE = "知情同意书（成人）"


@pytest.fixture
def amended(sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    """An approved study, and an amendment of it that may be handed in."""
    study = approved(sealed_example(ECG), tmp_path)
    amend(study, NUMBER)
    return study


@pytest.fixture
def unmarkable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something in the sealed consent stops the program in its tracks."""
    write = _Redline.write

    def stumbling(self: _Redline) -> bytes:
        if self.old.text(self.old.package.body).startswith("知情同意书"):
            raise ValueError("Invalid namespace prefix ''")
        return write(self)

    monkeypatch.setattr(_Redline, "write", stumbling)


def listed(study: Path) -> str:
    (path,) = study.glob("submissions/02-*/documents/*送审文件清单*.docx")
    reader = read(path.read_bytes(), path.name)
    return reader.text(reader.package.body)


def marked(study: Path) -> list[str]:
    paths = study.glob("submissions/02-*/documents/*-修订标记.docx")
    return sorted(path.name[3:].partition("-V")[0] for path in paths)


@pytest.mark.usefixtures("unmarkable")
def test_a_paper_that_cannot_be_marked_is_named_and_the_rest_is_handed_in(amended: Path) -> None:
    said = run(amended, "render", expect=1)
    assert f"没有写成：《{TITLE}》：没有修订标记版：修改前后的文件里有本程序处理不了的内容" in said
    assert "--keep consent_adult" in said and "伦理审查申请表" in "".join(marked(amended))
    assert TITLE not in marked(amended)
    assert f"{TITLE}（修订标记版）" not in listed(amended)
    assert "没有修订标记版：修改前后的文件里有" in listed(amended)
    listing = run(amended, "render", "--list")
    assert f"{TITLE}（修订标记版）" not in listing
    said = run(amended, "submit")
    assert f"《{TITLE}》没有修订标记版：修改前后的文件里有" in said
    manifest = json.loads((amended / "submissions/02-amendment/manifest.json").read_bytes())
    rows = {row["id"]: row for row in manifest["documents"]}
    assert "marked" not in rows["consent_adult"] and rows["consent_adult"]["unmarked"]
    assert rows["application_form"]["marked"] and "unmarked" not in rows["application_form"]
    assert TITLE not in marked(amended)


@pytest.mark.usefixtures("unmarkable")
def test_a_mark_that_a_person_made_is_handed_in_in_its_place(amended: Path) -> None:
    run(amended, "render", expect=1)
    (clean,) = amended.glob(f"submissions/02-*/documents/*{TITLE}*.docx")
    own = clean.with_name(f"{clean.stem}-修订标记.docx")
    shutil.copyfile(clean, own)
    run(amended, "render")
    assert f"{TITLE}（修订标记版）" in listed(amended)
    said = run(amended, "submit", "--keep", "consent_adult")
    assert own.name in said and TITLE in marked(amended)


def test_a_paper_that_cannot_be_stamped_is_named_and_the_rest_is_written(
    sealed_example: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = approved(sealed_example(ECG), tmp_path)
    add = stamp._add_line

    def stumbling(footer: Element, line: str) -> None:
        stumbling.count += 1  # type: ignore[attr-defined]
        if stumbling.count == 3:  # type: ignore[attr-defined]
            raise KeyError("rId7")
        add(footer, line)

    stumbling.count = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(stamp, "_add_line", stumbling)
    said = run(study, "render", "--for", "approved", expect=1)
    folder = study / "submissions/01-initial/committee/approved"
    made = {path.name.partition("-")[2] for path in folder.glob("*.docx")}
    sealed = study / "submissions/01-initial/documents"
    # They are numbered by the listing there.
    (lost,) = {path.name.partition("-")[2] for path in sealed.glob("*.docx")} - made
    assert re.search(rf"没有写成：\d\d-{re.escape(lost)}：Word 文件里有本程序处理不了的内容", said)
    text = (folder / "批准文件清单.txt").read_text(encoding="utf-8")
    assert f"{lost}：没有印上，用封存的原件。" in text
