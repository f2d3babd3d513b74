"""A dossier made with a hospital's pack, opened without it: nothing locked, nothing lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from openpyxl.cell import Cell

from mmethics_cli.errors import UnreadableFile
from mmethics_cli.store.dossier.answers_file import english_texts, read_answers
from mmethics_cli.store.dossier.carried_over import read_carried
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.pack import load
from tests.followed import ECG
from tests.program import ROOT, STUDIES, mmethics

DAY: Final = ("--today", "2027-03-01")
OWN_PACK: Final = ROOT / "tests" / "own_pack"
# What the hospital's pack adds beside its question and its items: a text, a field of a list, a
# document with a template of its own.
QUESTIONS: Final = """\
section: data
questions:
  - path: data.export_room
    type: text
    label: 导出地点
    change: none
    prompt: 在哪间机房导出？
    ask_when: {data.hospital_export: yes}
    basis: [{source: our_sop, article: "21"}]
  - path: data.assets
    fields:
      - name: archive_shelf
        type: text
        label: 存放架位
        change: none
        prompt: 原件放在哪个架位？
"""
OTHER_QUESTIONS: Final = """\
section: institution
questions:
  - path: committee.form_code
    type: text
    label: 表单编号
    change: none
    source: institution
    prompt: 委员会给的表单编号是什么？
    basis: [{source: our_sop, article: "12"}]
"""
EVENT_QUESTIONS: Final = """\
section: event
questions:
  - path: event.counter
    type: text
    label: 递交窗口
    change: none
    prompt: 在哪个窗口递交？
    basis: [{source: our_sop, article: "12"}]
"""
DOCUMENT: Final = """\
- id: room_pledge
  title: {zh: 机房使用承诺, en: Pledge}
  audience: applicant
  template: room_pledge.md
  formats: [docx]
  render_when: {event.kind: initial, data.hospital_export: yes}
  signers: [主要研究者]
  basis: [{source: our_sop, article: "21"}]
"""
TEMPLATE: Final = """\
---
title: 机房使用承诺
layout: form
---
# 机房使用承诺

{{ data.export_room }}
"""
ATTACHMENT: Final = """\
  - id: ours
    kind: export_request
    title: 审批单
    version: V1
    date: 2027-02-01
    file: 审批单.pdf
"""
EVENT: Final = "submissions/01-initial/submission.yaml"
NAMES: Final = (
    "data.hospital_export",
    "data.export_room",
    "data.assets.archive_shelf",
    "self_check.OUR-01",
    "self_check.OUR-02",
    "documents.room_pledge",
    "committee.form_code",
    "event.counter",
)
# What stands in the dossier's files under those names.
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "dossier.yaml": (
        "  hospital_export: yes  # 由信息中心导出\n",
        '  export_room: "住院楼 3 层"\n',
        "      archive_shelf: 乙-12  # 上锁\n",
    ),
    "self-check.yaml": ("OUR-01:\n  answer: met\n  note: 有导出记录\n", "OUR-02: {answer: 符合}\n"),
    "institution.yaml": ("  form_code: YW-07\n",),
    EVENT: (
        "  counter: 行政楼 3 号\n",
        '  room_pledge: {version: "1.3", date: 2027-02-20}  # 信息中心盖过章\n',
    ),
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The hospital's pack of docs/own-pack.md, and a little more."""
    folder = Path(shutil.copytree(OWN_PACK, tmp_path / "pack"))
    for name, text in (
        ("more", QUESTIONS),
        ("of_the_committee", OTHER_QUESTIONS),
        ("of_the_event", EVENT_QUESTIONS),
    ):
        (folder / f"checklists/questions/{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "templates/room_pledge.md").write_text(TEMPLATE, encoding="utf-8")
    path = folder / "checklists/documents.yaml"
    path.write_text(path.read_text(encoding="utf-8") + DOCUMENT, encoding="utf-8")
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A complete example, answered for the hospital's pack too."""
    folder = Path(shutil.copytree(STUDIES / ECG, tmp_path / "study"))
    for name, anchor, lines in (
        ("dossier.yaml", "data:\n", KEPT["dossier.yaml"][:2]),
        ("dossier.yaml", "    - id: survey\n", KEPT["dossier.yaml"][2:]),
        ("institution.yaml", "committee:\n", KEPT["institution.yaml"]),
        (EVENT, "event:\n", KEPT[EVENT][:1]),
        (EVENT, "documents:\n", KEPT[EVENT][1:]),
    ):
        insert(folder / name, anchor, "".join(lines))
    with (folder / "self-check.yaml").open("a", encoding="utf-8") as file:
        file.writelines(KEPT["self-check.yaml"])
    with (folder / "dossier.yaml").open("a", encoding="utf-8") as file:
        file.write(ATTACHMENT)
    (folder / "attachments" / "审批单.pdf").write_bytes(b"%PDF-1.7 request\n%%EOF\n")
    return folder


def insert(path: Path, anchor: str, lines: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(f"\n{anchor}") == 1, anchor
    path.write_text(text.replace(f"\n{anchor}", f"\n{anchor}{lines}"), encoding="utf-8")


def run(*words: str | Path, cwd: Path, code: int = 0) -> str:
    """Run without the pack; what was printed, results first."""
    done = mmethics(*DAY, *words, cwd=cwd)
    assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def findings(study: Path, *options: str | Path) -> list[dict[str, Any]]:
    done = mmethics(*options, *DAY, "check", study, "--format", "json", cwd=study)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    listed: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return listed


def kept(study: Path) -> None:
    """Every line that only the hospital's pack can read stands as it was written."""
    for name, lines in KEPT.items():
        # What was sealed has no comments; as people wrote it it is set aside.
        first = study / "set-aside" / Path(name).parent.name
        aside = first / "submission-with-comments.yaml"
        aside = aside if name.startswith("submissions/") else study / name
        text = (aside if aside.exists() else study / name).read_text(encoding="utf-8")
        for line in lines:
            assert line in text, (name, line)


def noted(study: Path) -> dict[str, dict[str, Any]]:
    """The notes on names that the pack does not have, by name."""
    return {one["path"]: one for one in findings(study) if one["id"] == "name_unknown"}


def answers(study: Path, pack: Path | None) -> Workspace:
    return open_workspace(study, load(pack).standard())


def test_each_name_is_a_note_with_its_place(study: Path) -> None:
    notes = noted(study)
    assert set(notes) == set(NAMES)
    assert {one["severity"] for one in notes.values()} == {"note"}
    text = (study / "dossier.yaml").read_text(encoding="utf-8")
    line = text[: text.index("hospital_export")].count("\n") + 1
    place = (notes["data.hospital_export"]["file"], notes["data.hospital_export"]["line"])
    assert place == ("dossier.yaml", line)
    assert notes["documents.room_pledge"]["file"] == EVENT
    assert "文件“room_pledge”" in notes["documents.room_pledge"]["message"]
    assert "审查要点“OUR-01”" in notes["self_check.OUR-01"]["message"]
    assert "--pack" in notes["self_check.OUR-01"]["fix"]


def test_a_choice_of_the_pack_counts_as_unknown_and_stays(study: Path) -> None:
    (refused,) = [one for one in findings(study) if one["id"] == "answer_refused"]
    assert refused["path"] == "attachments[ours].kind"
    assert "export_request" in (study / "dossier.yaml").read_text(encoding="utf-8")


def test_english_and_carried_texts_of_the_pack_are_no_obstacle(study: Path, pack: Path) -> None:
    english, carried = study / "dossier.en.yaml", study / "carried-over.yaml"
    text = "data: {export_room: Ward 3}\nproject: {title: A wrist recorder}\n"
    for path in (english, carried):
        path.write_text(text, encoding="utf-8")
    standard, values = load().standard(), answers(study, None).values
    assert set(english_texts(study, standard, values)) == {"project.title"}
    assert set(read_carried(study, standard)) == {"project.title"}
    with_pack = load(pack).standard()
    assert english_texts(study, with_pack, values)["data.export_room"] == "Ward 3"
    for path in (english, carried):
        path.write_text("project: {titel: A wrist recorder}\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="title"):
        english_texts(study, standard, values)
    with pytest.raises(UnreadableFile, match="title"):
        read_carried(study, standard)


def test_with_the_pack_there_is_no_such_note(study: Path, pack: Path) -> None:
    assert not [one for one in findings(study, "--pack", pack) if one["id"] == "name_unknown"]


def test_every_command_goes_on_and_keeps_what_it_can_not_read(
    study: Path, pack: Path, tmp_path: Path
) -> None:
    before = answers(study, pack)
    book = tmp_path / "书.xlsx"
    run("check", study, cwd=study, code=1)  # the kind of an attachment is refused
    for words in (("status",), ("render",), ("render", "--list"), ("render", "--for", "committee")):
        said = run(*words, study, cwd=study)
        if words != ("render", "--list"):
            assert "data.export_room" in said
    assert mmethics(*DAY, "pathway", study, cwd=study).returncode in (0, 1)
    assert mmethics(*DAY, "fill", study, cwd=study).returncode == 2  # nobody to ask
    run("sheet", "export", book, study, cwd=study)
    run("sheet", "import", book, study, "--yes", cwd=study)
    kept(study)
    workspace = answers(study, None)
    assets = workspace.values["data.assets"]
    workspace.set_answers({"project.number": "新编号-1", "data.assets": assets})
    workspace.set_answers({"contact.phone": "010-0000-0300"})
    kept(study)
    after = answers(study, pack)
    changed = {"project.number": "新编号-1", "contact.phone": "010-0000-0300"}
    assert after.values == before.values | changed
    assert after.self_check == before.self_check
    assert after.versions["room_pledge"] == before.versions["room_pledge"]


def test_a_submission_is_sealed_followed_and_decided_without_the_pack(
    study: Path, pack: Path
) -> None:
    path = study / "dossier.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("kind: export_request", "kind: records_access_approval"), encoding="utf-8"
    )
    first = study / "submissions/01-initial"
    steps: tuple[tuple[str | Path, ...], ...] = (
        ("submit", study),
        ("verify", first),
        ("record", study, "--decision", "approve", "--date", "2027-03-20", "--number", "1"),
        ("render", study, "--for", "approved"),
        ("follow", "amendment", study),
        ("status", study, "--history"),
    )
    for words in steps:
        run(*words, cwd=study)
    snapshot = read_answers(first / "snapshot.yaml", load(pack).standard())
    assert snapshot.values["data.export_room"] == "住院楼 3 层"
    assert snapshot.self_check.of("OUR-01").answer == "met"
    assert snapshot.versions["room_pledge"].version == "1.3"
    assert snapshot.values["event.counter"] == "行政楼 3 号"
    with_pack = mmethics("--pack", pack, *DAY, "status", study, cwd=study)
    assert with_pack.returncode == 0, with_pack.stderr
    of_the_first = {"documents.room_pledge", "event.counter"}
    assert set(noted(study)) == set(NAMES) - of_the_first, "the amendment has a file of its own"
    kept(study)


def test_what_was_sealed_with_the_pack_is_read_without_it(study: Path, pack: Path) -> None:
    decided = ("--decision", "approve", "--date", "2027-03-20", "--number", "1")
    for command in (["submit"], ["record", *decided]):
        done = mmethics("--pack", pack, *DAY, *command, study, cwd=study)
        assert done.returncode == 0, done.stdout + done.stderr
    first = study / "submissions/01-initial"
    steps: tuple[tuple[str | Path, ...], ...] = (
        ("status", study, "--history"),
        ("render", study, "--for", "committee"),
        ("render", study, "--for", "approved"),
        ("verify", first),
        ("follow", "amendment", study),
    )
    for words in steps:
        run(*words, cwd=study)
    assert mmethics("pathway", first / "snapshot.yaml", cwd=study).returncode in (0, 1)
    listed = (first / "committee/approved/批准文件清单.txt").read_text(encoding="utf-8")
    assert "机房使用承诺" in listed


def test_a_workbook_made_with_the_pack_is_imported_without_it(
    study: Path, pack: Path, tmp_path: Path
) -> None:
    book = tmp_path / "书.xlsx"
    done = mmethics("--pack", pack, *DAY, "sheet", "export", book, study, cwd=study)
    assert done.returncode == 0, done.stderr
    before = {name: (study / name).read_bytes() for name in KEPT}
    assert "没有改动" in run("sheet", "import", book, study, "--yes", cwd=study)
    assert {name: (study / name).read_bytes() for name in KEPT} == before


def test_cells_of_questions_that_the_pack_lacks_are_named_and_left_out(
    study: Path, pack: Path, tmp_path: Path
) -> None:
    book = tmp_path / "书.xlsx"
    done = mmethics("--pack", pack, *DAY, "sheet", "export", book, study, cwd=study)
    assert done.returncode == 0, done.stderr
    workbook = openpyxl.load_workbook(book)
    new = {
        "住院楼 3 层": "门诊楼 1 层",
        "乙-12": "丙-1",
        "有导出记录": "已核对",
        "010-0000-0202": "1",
    }
    places = {}
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and (text := new.get(str(cell.value))):
                    places[str(cell.value)] = f"{sheet.title}!{cell.coordinate}"
                    cell.value = text
    assert places.keys() == new.keys()
    workbook.save(book)
    said = "".join(run("sheet", "import", book, study, "--yes", cwd=study).split())
    ours = {text: place for text, place in places.items() if not text.startswith("010")}
    assert all(place in said for place in ours.values())
    assert "已写入1处" in said
    kept(study)
    done = mmethics("--pack", pack, *DAY, "sheet", "import", book, study, "--yes", cwd=study)
    assert done.returncode == 0, done.stderr
    assert answers(study, pack).values["data.export_room"] == "门诊楼 1 层"


# A name that is most likely misspelt is no name of another pack.


@pytest.mark.parametrize(
    ("file", "written", "meant"),
    [
        ("dossier.yaml", ("  title: 腕式", "  titel: 腕式"), "title"),
        ("dossier.yaml", ("\nproject:", "\nprojct:"), "project"),
        ("dossier.yaml", ("      modality:", "      modalty:"), "modality"),
        ("self-check.yaml", ("\nBEN-02:", "\nBNE-02:"), "BEN-02"),
        ("self-check.yaml", ("\nBEN-02:", "\nben-2:"), "BEN-02"),
        ("institution.yaml", ("\nfile_names:", "\nfile_name:"), "file_names"),
        (EVENT, ("\ndocuments:", "\ndocuments: {self_chek: {version: '2'}}"), "self_check"),
        (EVENT, ("\ndocuments:", "\ndocument: {self_check: {version: '2'}}"), "documents"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_right_one(
    tmp_path: Path, file: str, written: tuple[str, str], meant: str
) -> None:
    folder = Path(shutil.copytree(STUDIES / ECG, tmp_path / "study"))
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert written[0] in text
    path.write_text(text.replace(*written, 1), encoding="utf-8")
    said = "".join(run("check", folder, cwd=folder, code=2).split())
    assert f"是不是“{meant}”" in said


def test_what_was_sealed_once_is_not_misspelt(study: Path, pack: Path) -> None:
    more = pack / "checklists/questions/more.yaml"
    question = "{path: data.operation, type: text, label: 手术, change: none, prompt: 哪种？}"
    more.write_text(f"{QUESTIONS}  - {question}\n", encoding="utf-8")
    path = study / "dossier.yaml"
    text = path.read_text(encoding="utf-8")
    assert "  operations: " in text
    text = text.replace("\ndata:\n", "\ndata:\n  operation: 射频消融\n")
    path.write_text(text, encoding="utf-8")
    done = mmethics("--pack", pack, *DAY, "submit", study, cwd=study)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [one for one in text.splitlines(True) if not one.startswith("  operations:")]
    path.write_text("".join(lines), encoding="utf-8")
    warning = noted(study)["data.operation"]
    assert warning["severity"] == "warning"
    assert "是不是“operations”" in warning["fix"]
