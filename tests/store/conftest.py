"""The shipped standard, and a small dossier made with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.dossier.create import create_dossier
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.reader import parse

ANSWERS = """\
project: {title: 肺结节影像研究, kind: ai_development, number: "0137"}
institution: {name: 甲医院}
data:
  assets:
    - {name: 胸部CT, modality: imaging, subjects: "320"}
    - {id: ecg, name: 心电图, modality: biosignal}
attachments:
  - {id: p, kind: protocol, title: 研究方案, version: "1.0", date: 2027-01-05, file: 方案.pdf}
event: {kind: initial}
self_check:
  BEN-01: {answer: met, evidence: design.background}
"""


@pytest.fixture(scope="session")
def standard() -> Standard:
    return load().standard()


@pytest.fixture
def folder(tmp_path: Path, standard: Standard) -> Path:
    """A dossier's folder with one attachment."""
    place = tmp_path / "我的研究"
    create_dossier(place, standard, parse(ANSWERS, "answers.yaml").tree)
    (place / "attachments" / "方案.pdf").write_bytes(b"%PDF-1.7 protocol")
    return place


@pytest.fixture
def workspace(folder: Path, standard: Standard) -> Workspace:
    return open_workspace(folder, standard)
