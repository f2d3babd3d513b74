"""Dossiers for use cases, which are called as a page calls them: no terminal, no output."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmethics_cli.workflow.creating import make_of_example
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.submitting import check_submission, final_documents, seal_submission
from tests.workflow.example import EXAMPLE, TODAY


@pytest.fixture(autouse=True)
def silent(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """A use case that prints anything fails its test."""
    yield
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.fixture(scope="session")
def _example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "study"
    make_of_example(folder, EXAMPLE)
    return folder


@pytest.fixture(scope="session")
def _sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sealed") / "study"
    make_of_example(folder, EXAMPLE)
    submission = check_submission(open_dossier(folder, TODAY), TODAY)
    seal_submission(submission, final_documents(submission))
    return folder


@pytest.fixture
def study(_example: Path, tmp_path: Path) -> Path:
    """A worked example as a dossier, complete and not sealed."""
    return Path(shutil.copytree(_example, tmp_path / "study"))


@pytest.fixture
def sealed(_sealed: Path, tmp_path: Path) -> Path:
    """The same, sealed."""
    return Path(shutil.copytree(_sealed, tmp_path / "sealed"))
