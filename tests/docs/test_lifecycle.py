"""A study from its first review to its end: the page that tells it is what this test runs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct
from pypdf import PdfReader

from mmethics_cli.formats.word.revisions import accepted, rejected
from mmethics_cli.store.submission.manifest import verify_folder
from mmethics_cli.store.yaml.editor import Editor
from mmethics_cli.store.yaml.reader import parse
from tests.depth import some
from tests.formats.redline.revised import said
from tests.printed import convert
from tests.program import ROOT, mmethics
from tests.validator import errors_of

PAGE: Final = ROOT / "docs" / "lifecycle.md"
STUDY: Final = "研究"
OTHER: Final = "另一项"
MARK: Final = "-修订标记.docx"


class Step(Struct, frozen=True):
    """One command of the page and what came of it."""

    words: list[str]
    done: subprocess.CompletedProcess[str]

    @property
    def said(self) -> str:
        return self.done.stdout + self.done.stderr


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """The blocks of a part of the page: files to write (yaml) and commands to run (sh)."""
    yield from re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def lived(text: str, folder: Path) -> list[Step]:
    """A part of the page done from top to bottom in an empty folder."""
    steps = []
    for kind, body in blocks(text):
        if kind == "yaml":
            name = re.match(r"# (\S+)\n", body)
            assert name, "the first line of a file says its name"
            write(folder / name[1], body)
            continue
        assert kind == "sh"
        for line in body.splitlines():
            program, *words = shlex.split(line)
            if program == "cp":
                shutil.copyfile(*(folder / one for one in words))
                continue
            assert program == "mmethics"
            step = Step(words, mmethics(*words, cwd=folder))
            assert step.done.returncode == 0, f"{line}\n{step.said}"
            steps.append(step)
    return steps


def write(path: Path, body: str) -> None:
    """Write a file; what the page says of the event goes into the submission's file."""
    if not path.exists():
        path.write_text(body, encoding="utf-8")
        return
    editor = Editor(path, path.name)
    for key, tree in parse(body, path.name).tree["event"].items():  # type: ignore[index, union-attr, call-overload]
        editor.set(["event", key], tree)
    editor.save()


def parts() -> tuple[str, str]:
    """The life of one study from top to bottom, and what happens side by side in another."""
    straight, beside = PAGE.read_text(encoding="utf-8").split("\n## 七、")
    return straight, beside


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Step]]:
    folder = tmp_path_factory.mktemp("life")
    steps = lived(parts()[0], folder)
    return folder / STUDY, steps


def step(steps: list[Step], *words: str) -> str:
    """What the only command that holds these words said."""
    (found,) = [one for one in steps if set(words) <= set(one.words)]
    return found.said.replace("\n    ", "")


def rows(study: Path, submission: str) -> dict[str, Any]:
    manifest = json.loads((study / "submissions" / submission / "manifest.json").read_bytes())
    return {row["id"]: row for row in manifest["documents"]}


def clean_and_marked(study: Path) -> Iterator[tuple[Path, Path]]:
    for marked in sorted(study.glob(f"submissions/*/documents/*{MARK}")):
        yield marked.with_name(marked.name.removesuffix(MARK) + ".docx"), marked


def test_every_submission_is_sealed_and_untouched(life: tuple[Path, list[Step]]) -> None:
    study, steps = life
    names = [one.name for one in sorted((study / "submissions").iterdir())]
    assert [name[3:] for name in names] == [
        "initial", "re-review", "amendment", "progress", "deviation", "completion",
    ]  # fmt: skip
    for name in names:
        done = mmethics("verify", study / "submissions" / name, cwd=study)
        assert done.returncode == 0, done.stdout
        assert any(f"{STUDY}/submissions/{name}" in one.words for one in steps)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_the_amendment_has_few_pages(life: tuple[Path, list[Step]], tmp_path: Path) -> None:
    study, _ = life
    sources = sorted((study / "submissions/03-amendment/documents").glob("*.docx"))
    assert any(MARK in path.name for path in sources)
    pages = {one.source.name: len(PdfReader(one.pdf).pages) for one in convert(sources, tmp_path)}
    assert sum(pages.values()) <= 90, pages  # clean and marked, the bar of the short set


@pytest.mark.slow
def test_the_office_can_make_its_papers_of_every_submission_in_the_other_set_too(
    life: tuple[Path, list[Step]], tmp_path: Path
) -> None:
    study, _ = life
    names = {}
    for number in range(1, 7):
        out = tmp_path / str(number)
        chosen = ("--submission", f"0{number}", "--package", "full", "--names", "id", "--out", out)
        done = mmethics("render", study, "--for", "committee", *chosen, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        names[number] = [path.stem[3:] for path in sorted(out.glob("*worksheet*.docx"))]
    assert names == {
        1: ["worksheet_simplified"], 2: ["worksheet_re_review"], 3: ["worksheet_amendment"],
        4: ["worksheet_progress"], 5: ["worksheet_deviation"], 6: ["worksheet_completion"],
    }  # fmt: skip


def test_the_re_review_answers_each_comment_and_is_no_longer_simple(
    life: tuple[Path, list[Step]],
) -> None:
    study, steps = life
    opened = step(steps, "follow", "re-review")
    assert "审查方式：会议审查" in opened
    text = (study / "submissions/02-re-review/submission.yaml").read_text(encoding="utf-8")
    assert text.count("comment:") == 5
    assert "建议75岁以上的参与者由家属陪同。" in text
    assert "all_comments_accepted: no" in text
    documents = rows(study, "02-re-review")
    assert documents["application_form"]["version"] == "1.1"
    assert documents["consent_adult"] | {"number": ""} == {
        "number": "", "id": "consent_adult", "title": "知情同意书（成人）",
        "version": "1.1", "date": "2027-04-02", "marked": True,
    }  # fmt: skip
    # What did not change is not handed in again.
    assert "multimodal_annex" not in documents


def test_the_amendment_is_for_a_meeting_and_asks_for_consent_anew(
    life: tuple[Path, list[Step]],
) -> None:
    study, steps = life
    opened = step(steps, "follow", "amendment")
    assert "审查方式：会议审查" in opened
    assert "修改内容：研究程序、知情同意内容、新增模态、新增接收方、新增出境" in opened
    pathway = [one.said for one in steps if "pathway" in one.words][-1]
    assert "再次知情同意" in pathway
    documents = rows(study, "03-amendment")
    assert documents["application_form"]["version"] == "1.2"
    assert documents["multimodal_annex"]["version"] == "1.1"
    assert documents["cross_border_statement"]["version"] == "1.0"
    assert "marked" not in documents["cross_border_statement"]
    listed = step(steps, "render", "--list")
    assert "研究方案（修订标记版）" in listed
    assert "知情同意书（成人）（修订标记版）" in listed
    checked = step(steps, "check", "2027-09-01")
    assert "警告 1 项" in checked and "出境机制文件" in checked
    assert "研究团队与资质" not in listed and "利益冲突声明" not in listed


def test_marked_files_lead_from_what_was_sealed_to_what_is_handed_in(
    life: tuple[Path, list[Step]],
) -> None:
    study, _ = life
    held: dict[str, Path] = {}
    count = 0
    for submission in sorted((study / "submissions").iterdir()):
        pairs = [one for one in clean_and_marked(study) if submission in one[0].parents]
        for clean, marked in pairs:
            title = clean.name.split("-")[1]
            data = marked.read_bytes()
            assert said(accepted(data)) == said(clean.read_bytes())
            assert said(rejected(data)) == said(held[title].read_bytes())
            count += 1
        for path in (submission / "documents").glob("*.docx"):
            if not path.name.endswith(MARK):
                held[path.name.split("-")[1]] = path
    assert count >= 5


def test_the_counts_and_dates_of_earlier_submissions_are_carried_on(
    life: tuple[Path, list[Step]],
) -> None:
    study, steps = life
    text = (study / "submissions/04-progress/submission.yaml").read_text(encoding="utf-8")
    assert "approval_number: 伦审2027-088" in text
    assert "approval_valid_until: 2028-04-09" in text
    text = (study / "submissions/06-completion/submission.yaml").read_text(encoding="utf-8")
    assert "first_enrolled_date: 2027-04-20" in text
    assert "研究已结题" in steps[-1].said
    done = mmethics("--today", "2029-02-01", "follow", "amendment", study, cwd=study)
    assert done.returncode == 2
    assert "研究已结题" in done.stderr


def test_a_supplement_and_submissions_side_by_side(tmp_path: Path) -> None:
    steps = lived(parts()[1], tmp_path)
    study = tmp_path / OTHER
    assert sorted(one.name for one in (study / "submissions").iterdir()) == [
        "01-initial", "01-initial-r2", "02-amendment", "03-safety",
    ]  # fmt: skip
    for name in ("01-initial", "01-initial-r2", "03-safety"):
        assert verify_folder(study / "submissions" / name).differences == ()
    documents = rows(study, "01-initial-r2")
    assert documents["supplement_statement"]["version"] == "1.0"
    assert documents["transmittal_list"]["version"] == "1.1"
    assert documents["application_form"]["version"] == "1.0"  # nothing in it changed
    (paper,) = (study / "submissions/01-initial-r2/documents").glob("*补正说明*.docx")
    assert "请说明测量当天的联系人。" in "".join(said(paper.read_bytes()))
    decided = [path.parent.name for path in study.glob("submissions/*/decision.yaml")]
    assert sorted(decided) == ["01-initial", "01-initial-r2", "03-safety"]
    shown = steps[-1].said.replace("\n", "")
    assert "送审 02-amendment（准备中）" in shown and "03-safety 的决定：继续研究" in shown


@pytest.mark.slow
@pytest.mark.openxml
def test_marked_files_are_valid(life: tuple[Path, list[Step]]) -> None:
    study, _ = life
    marked = [marked for _, marked in clean_and_marked(study)]
    assert errors_of(some(marked, 12)) == []
