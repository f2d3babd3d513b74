"""What is sealed is what was meant: no watermark, no words of another day, nothing unreadable."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.formats.word.reading import read
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.submission.manifest import read_manifest
from mmethics_cli.store.submission.rendered import RECORD
from mmethics_cli.workflow.approvals import facts_as_sealed
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.document_options import FileNaming
from mmethics_cli.workflow.drafting import draft_documents, write_drafts
from mmethics_cli.workflow.laid_papers import PaperState, laid_papers
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.submitting import (
    CheckedSubmission,
    check_submission,
    final_documents,
    seal_submission,
)
from tests.depth import deep
from tests.workflow.example import TODAY

DOCUMENTS = Path("submissions/01-initial/documents")
FORM = "application_form"
OWN = "手工写的一句话"


def render(folder: Path, *, only: str = "", naming: FileNaming | None = None) -> None:
    dossier = open_dossier(folder, TODAY)
    package = package_of(dossier, TODAY)
    documents = [each for each in package.documents if only in ("", each.kind.id)]
    write_drafts(dossier, draft_documents(dossier, package, documents, naming))


def form(folder: Path) -> Path:
    (path,) = (folder / DOCUMENTS).glob("*伦理审查申请表*.docx")
    return path


def edit(path: Path, words: str = OWN) -> None:
    document = docx.Document(str(path))
    document.paragraphs[1].add_run(words)
    document.save(str(path))


def retitle(folder: Path, words: str) -> None:
    dossier = open_dossier(folder, TODAY)
    title = dossier.facts.get("project.title")
    assert isinstance(title, str)
    dossier.workspace.set_answers({"project.title": f"{words}{title}"})


def checked(folder: Path, keep: tuple[str, ...] = ()) -> CheckedSubmission:
    return check_submission(open_dossier(folder, TODAY), TODAY, keep=keep)


def submit(folder: Path, keep: tuple[str, ...] = ()) -> Path:
    submission = checked(folder, keep)
    return seal_submission(submission, final_documents(submission)).folder


def found(folder: Path) -> list[tuple[str, str]]:
    """What the check says of papers: id and severity."""
    findings = [placed.finding for placed in checked(folder).findings]
    return [(one.id, one.severity) for one in findings if one.id.startswith("draft_")]


@pytest.fixture(scope="module")
def _rendered(_example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(_example, tmp_path_factory.mktemp("rendered") / "study"))
    render(folder)
    return folder


@pytest.fixture
def drafted(_rendered: Path, tmp_path: Path) -> Path:
    """The worked example with all its drafts."""
    return Path(shutil.copytree(_rendered, tmp_path / "drafted"))


def words_of(path: Path) -> str:
    reader = read(path.read_bytes(), path.name)
    return "\n".join(reader.text(block) for block in reader.package.body)


def is_watermarked(path: Path) -> bool:
    with zipfile.ZipFile(path) as file:
        headers = [file.read(name) for name in file.namelist() if "header" in name]
    return any("草稿".encode() in header for header in headers)


def assert_sealed_as_meant(sealed: Path, facts: Facts) -> None:
    papers = sorted((sealed / "documents").glob("*.docx"))
    assert papers and not [path.name for path in papers if is_watermarked(path)]
    title = facts.get("project.title")
    assert isinstance(title, str)
    for path in papers:
        if "申请表" in path.name or "清单" in path.name:
            assert title in words_of(path), path.name


def facts_of(folder: Path) -> Facts:
    dossier = open_dossier(folder, TODAY)
    current = dossier.workspace.current
    assert current is not None
    return facts_as_sealed(current, dossier.standard)


def test_what_was_edited_is_sealed_with_its_words_and_without_the_watermark(drafted: Path) -> None:
    edit(form(drafted))
    assert found(drafted) == [("draft_edited", "note")]
    sealed = submit(drafted)
    assert OWN in words_of(form(drafted))
    assert_sealed_as_meant(sealed, facts_of(drafted))
    manifest = json.loads((sealed / "manifest.json").read_bytes())
    (row,) = manifest["edited"]
    assert (row["file"], row["kept"]) == (f"documents/{form(drafted).name}", False)
    assert not (drafted / "set-aside").exists()


def test_a_list_that_a_person_edited_tells_no_figures_and_that_is_told(drafted: Path) -> None:
    (listed,) = form(drafted).parent.glob("*送审文件清单*.docx")
    edit(listed)
    sealed = submit(drafted)
    manifest = read_manifest((sealed / "manifest.json").read_bytes())
    assert manifest.untold == (f"documents/{listed.name}",)
    assert manifest.told is None


def test_what_was_edited_before_the_title_changed_is_refused(drafted: Path) -> None:
    edit(form(drafted))
    retitle(drafted, "新的")
    assert found(drafted) == [("draft_stale", "error")]
    with pytest.raises(WorkspaceError, match="手工改过，卷宗"):
        submit(drafted)
    with pytest.raises(EthicsError, match="--keep：没有手工改过的文件“nothing”"):
        checked(drafted, ("nothing",))
    sealed = submit(drafted, (FORM,))
    assert OWN in words_of(form(drafted)) and not is_watermarked(form(drafted))
    manifest = json.loads((sealed / "manifest.json").read_bytes())
    assert [row["kept"] for row in manifest["edited"]] == [True]


def test_it_is_known_by_its_document_whatever_its_name(study: Path) -> None:
    render(study, only=FORM, naming=FileNaming.by_id)
    (path,) = (study / DOCUMENTS).glob("*.docx")
    edit(path)
    assert found(study) == [("draft_edited", "note")]
    submit(study)
    assert OWN in words_of(form(study))


def _locked() -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(3000)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    "spoil",
    [lambda data: "文字".encode(), lambda data: _locked(), _cut],
    ids=["text", "ole", "cut"],
)
@pytest.mark.parametrize("ending", [".docx", ".xlsx"])
def test_what_cannot_be_opened_is_refused(
    drafted: Path, spoil: Callable[[bytes], bytes], ending: str
) -> None:
    (path,) = (drafted / DOCUMENTS).glob(f"*自查表*{ending}")
    path.write_bytes(spoil(path.read_bytes()))
    assert found(drafted) == [("draft_unreadable", "error")]
    with pytest.raises(EthicsError, match="不能照样封存"):
        checked(drafted, ("self_check",))


def test_drafts_of_another_day_are_printed_again(drafted: Path) -> None:
    retitle(drafted, "新的")
    dossier = open_dossier(drafted, TODAY)
    states = {
        laid.paper.id: laid.state for laid in laid_papers(dossier, package_of(dossier, TODAY))
    }
    assert states[f"{FORM}.docx"] is PaperState.stale
    assert set(states.values()) <= {PaperState.stale, PaperState.fresh}
    assert found(drafted) == []
    assert_sealed_as_meant(submit(drafted), facts_of(drafted))


@pytest.mark.parametrize("record", [None, "old"])
def test_drafts_of_an_older_program_are_ours_where_nobody_touched_them(
    drafted: Path, record: str | None
) -> None:
    place = drafted / DOCUMENTS / RECORD
    tree = json.loads(place.read_bytes())
    if record is None:
        place.unlink()
    else:
        place.write_text(
            json.dumps({name: one["sha256"] for name, one in tree.items()}), encoding="utf-8"
        )
    assert found(drafted) == []
    edit(form(drafted))
    assert found(drafted) == [("draft_stale", "error")]  # nobody knows on what it was edited


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError], ids=["killed", "full"])
def test_a_render_that_was_stopped_leaves_nothing_that_looks_edited(
    drafted: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    retitle(drafted, "甲")
    left = 4

    def stopped(path: Path, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise error(28, "full")
        write_atomic(path, data)

    with monkeypatch.context() as patch:
        for module in ("documents", "rendered"):
            patch.setattr(f"mmethics_cli.store.submission.{module}.write_atomic", stopped)
        with pytest.raises(error):
            render(drafted)
    retitle(drafted, "乙")
    assert found(drafted) == []
    assert_sealed_as_meant(submit(drafted), facts_of(drafted))


def test_after_a_render_that_was_stopped_an_edit_counts_as_one_on_other_facts(
    drafted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    retitle(drafted, "甲")
    with monkeypatch.context() as patch:
        patch.setattr("mmethics_cli.store.submission.documents.write_atomic", _killed)
        with pytest.raises(KeyboardInterrupt):
            render(drafted, only=FORM)
    edit(form(drafted))  # still the paper with the old title
    assert found(drafted) == [("draft_stale", "error")]


def _killed(path: Path, data: bytes) -> None:
    raise KeyboardInterrupt


@settings(max_examples=deep(3, 60))
@given(
    steps=st.lists(
        st.sampled_from(["render", "edit", "retitle", "spoil", "rename"]), min_size=2, max_size=6
    )
)
def test_whatever_was_done_what_is_sealed_is_what_was_meant(
    _example: Path, steps: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        study = Path(shutil.copytree(_example, Path(place) / "study"))
        for at, step in enumerate(steps):
            papers = sorted((study / DOCUMENTS).glob("*.docx"))
            if step == "render":
                render(study, only=FORM)
            elif step == "retitle":
                retitle(study, f"{at}-")
            elif papers and step == "edit":
                with_words = io.BytesIO(papers[0].read_bytes())
                if zipfile.is_zipfile(with_words):
                    edit(papers[0], f"{OWN}{at}")
            elif papers and step == "spoil":
                papers[0].write_bytes(b"spoiled")
            elif papers and step == "rename":
                render(study, only=FORM, naming=FileNaming.by_id)
        if checked(study).complete:
            assert_sealed_as_meant(submit(study), facts_of(study))
        else:
            with pytest.raises(WorkspaceError):
                submit(study)


def test_facts_that_a_person_edited_away_are_named_with_both_words(drafted: Path) -> None:
    path, title = form(drafted), facts_of_draft(drafted).get("project.title")
    assert isinstance(title, str)
    document = docx.Document(str(path))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    line = next(line for cell in cells for line in cell.paragraphs if line.text == title)
    for run in line.runs:
        run.text = ""
    line.runs[0].text = "另一项研究"
    document.save(str(path))
    findings = [placed for placed in checked(drafted).findings if "draft_" in placed.finding.id]
    edited, differs = sorted(findings, key=lambda placed: placed.finding.id == "draft_differs")
    assert edited.finding.id == "draft_edited" and edited.file == differs.file
    finding = differs.finding
    assert (finding.id, finding.severity, finding.path) == (
        "draft_differs", "warning", "project.title",
    )  # fmt: skip
    assert f"卷宗是“{title[:60]}”" in finding.message and "“另一项研究”" in finding.message


def facts_of_draft(folder: Path) -> Facts:
    return open_dossier(folder, TODAY).facts
