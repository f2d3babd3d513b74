"""A worked example after its first answer from the committee: decided, and sent in once more."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.standard.answers import read_value
from mmethics_cli.store.dossier.create import add_submission
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.submission.choice import named, newest_one
from mmethics_cli.workflow.lifecycle.confirming import confirm_texts, texts_to_confirm
from mmethics_cli.workflow.opening import open_dossier
from tests.golden import word_lines
from tests.program import mmethics, seal
from tests.studies import standard

FOLDER: Final = Path(__file__).resolve().parent
ECG: Final = "prospective-ecg"
TODAY: Final = "2027-12-10"
PAPERS: Final[Mapping[str, tuple[str, ...]]] = {
    "amendment": ("amendment_application", "revision_table"),
    "progress": ("progress_report",),
    "safety": ("safety_report",),
    "data_incident": ("data_incident_report",),
    "deviation": ("deviation_report",),
    "suspension": ("suspension_report",),
    "completion": ("completion_report",),
    "re_review": ("re_review_application", "response_table"),
}
# Made when an amendment or a re-review is sent in: by path; an entry added to a list is `like` one
# that stands there.
CHANGES: Final[Mapping[str, Any]] = {
    "contact.phone": "010-0000-0299",
    "participants.duration": "测量一次，约40分钟；三个月后接一次电话，约5分钟。",
    "data.longitudinal": "yes",
    "consent.withdrawal": (
        "您可以随时打电话给高示二（010-0000-0299）说不参加了，不用说理由。我们在15日内删除您还没有"
        "分析的资料；已经合到统计结果里的，或者对照表销毁以后，取不出来。"
    ),
    "data.assets[calls]": {
        "like": "survey",
        "name": "三个月电话随访记录",
        "modality": "followup",
        "variables": "三个月内有没有确诊心房颤动、有没有开始抗凝治疗；全部为选择题",
        "source": "研究护士高示二电话询问后录入",
        "period_end": "2028-01-31",
    },
}
# Done between the approval and the first participant; it means nothing to the committee.
REGISTERED: Final = {"project.registration_number": "MR-11-27-000001（示例）"}
DECISIONS: Final = {"re_review": "modify_then_rereview"}
APPROVED: Final = date(2027, 3, 20)


@cache
def events() -> Mapping[str, Mapping[str, Any]]:
    """The event's answers by kind, every scalar as text."""
    tree: Any = _merged(
        yaml.compose((FOLDER / "events.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    )
    return {kind: answers for kind, answers in tree.items() if not kind.startswith("_")}


def _merged(node: Any) -> Any:
    """The tree below a node; `<<` puts in what it names."""
    match node:
        case yaml.MappingNode():
            found: dict[str, Any] = {}
            for key, value in node.value:
                if key.value == "<<":
                    found |= _merged(value)
                else:
                    found[key.value] = _merged(value)
            return found
        case yaml.SequenceNode():
            return [_merged(one) for one in node.value]
    return node.value


def decide(submission: Path, decision: str) -> None:
    """Write what the committee decided of a sealed submission."""
    text = (
        f"decision: {decision}\ndate: {APPROVED}\nnumber: 伦审2027-031\n"
        "valid_until: 2028-03-19\ninterval_months: 12\n"
    )
    (submission / "decision.yaml").write_text(text, encoding="utf-8")


def follow(folder: Path, kind: str, more: Mapping[str, Any] | None = None) -> Path:
    """Open a submission of that kind and answer it; amendments and re-reviews change the study."""
    last = max((folder / "submissions").iterdir())
    if (last / "manifest.json").exists() and not (last / "decision.yaml").exists():
        decide(last, DECISIONS.get(kind, "approve"))
    made = add_submission(folder, standard(), kind, {})
    workspace = open_workspace(folder, standard(), named(made.name))
    answers = {**events()[kind], **(more or {})}
    workspace.write(made.event_file, {("event", name): tree for name, tree in answers.items()})
    if kind in ("amendment", "re_review"):
        change(folder, CHANGES)
        confirm(folder)
    if kind in ("progress", "completion"):
        change(folder, REGISTERED)
    return made.folder


def confirm(folder: Path) -> None:
    """Confirm every text that rests on what changed, as its owner does after reading it."""
    dossier = open_dossier(folder, APPROVED)
    confirm_texts(dossier, [text.path for text in texts_to_confirm(dossier)])


def change(folder: Path, changes: Mapping[str, Any]) -> None:
    """Write answers into a dossier as its owner would; `list[id]` adds an entry."""
    workspace = open_workspace(folder, standard(), newest_one)
    for path, raw in changes.items():
        name, _, id_ = path.removesuffix("]").partition("[")
        question = standard().questions[name]
        if not id_:
            workspace.set_answers({path: read_value(question, raw)})
            continue
        fields = {one.path: one for one in question.fields}
        given = {key: read_value(fields[key], raw[key]) for key in raw if key != "like"}
        entries = workspace.values[name]
        assert isinstance(entries, tuple)
        (model,) = [one.fields for one in entries if one.id == raw["like"]]
        workspace.set_answers({name: (*entries, Element(id_, {**model, **given}))})


def sent_in(sealed: Path, folder: Path, kind: str, more: Mapping[str, Any] | None = None) -> Path:
    """A copy of a sealed dossier in which one more submission stands open."""
    shutil.copytree(sealed, folder)
    follow(folder, kind, more)
    return folder


def papers_of(sealed: Path, folder: Path, kind: str) -> dict[str, str]:
    """The text of each paper of that kind of submission, by the paper's id."""
    sent_in(sealed, folder, kind)
    out = folder / "out"
    papers = [option for paper in PAPERS[kind] for option in ("--only", paper)]
    done = mmethics("--today", TODAY, "render", folder, *papers, "--out", out, cwd=folder)
    assert done.returncode == 0, done.stderr
    ids = {one.title: one.id for one in standard().documents.values()}
    return {
        ids[path.stem.split("-", 1)[1].split("-V")[0]]: "\n".join(word_lines(path.read_bytes()))
        + "\n"
        for path in sorted(out.glob("*.docx"))
    }


def generated() -> dict[Path, str]:
    """The files that should be on record, with their texts."""
    with tempfile.TemporaryDirectory() as scratch:
        sealed = seal(ECG, Path(scratch) / "sealed")
        return {
            FOLDER / f"{name}.txt": text
            for kind in events()
            for name, text in papers_of(sealed, Path(scratch) / kind, kind).items()
        }


def on_record() -> list[Path]:
    return sorted(FOLDER.glob("*.txt"))
