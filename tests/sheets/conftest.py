"""Dossiers to export: a worked example, and a blank one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook

from mmethics_cli.workflow.creating import make_blank, make_of_example
from tests.sheets.filling import exported, load

EXAMPLE = "prospective-ecg"


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A worked example; not to be changed."""
    folder = tmp_path_factory.mktemp("example") / "study"
    make_of_example(folder, EXAMPLE)
    return folder


@pytest.fixture(scope="session")
def workbook(original: Path) -> bytes:
    """The workbook of the worked example."""
    return exported(original)


@pytest.fixture
def study(original: Path, tmp_path: Path) -> Path:
    """A copy of the worked example."""
    return Path(shutil.copytree(original, tmp_path / "study"))


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """A dossier without answers."""
    folder = tmp_path / "blank"
    make_blank(folder)
    return folder


@pytest.fixture(scope="session")
def book(workbook: bytes) -> Workbook:
    """The same, opened; not to be changed."""
    return load(workbook)
