"""A clean environment for every test, and tools that may be missing here but not in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from tests.program import EXAMPLES, mmethics, seal

# In CI a skip of a marked test is a failure: nothing goes unchecked. Read before tests clean up.
IN_CI: Final = bool(os.environ.get("MMETHICS_CI"))

# The programs that a marked test needs.
TOOLS: Final = {
    "libreoffice": ("soffice", "pdftotext", "pdftoppm"),
    "openxml": ("ooxml-validator",),
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the caller's reaches a test; output is 80 columns wide and without colour."""
    for name in [key for key in os.environ if key.startswith("MMETHICS_")]:
        monkeypatch.delenv(name)
    for name in ("SOURCE_DATE_EPOCH", "FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")


@pytest.fixture(scope="session")
def sealed_folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The worked examples, submitted."""
    return [seal(name, tmp_path_factory.mktemp("sealed") / name) for name in EXAMPLES]


@pytest.fixture(scope="session")
def sealed_documents(sealed_folders: list[Path]) -> list[Path]:
    """Every Word and Excel file that the worked examples submit."""
    return _office_files(sealed_folders, "documents")


@pytest.fixture(scope="session")
def committee_papers(sealed_folders: list[Path]) -> list[Path]:
    """Every Word and Excel file that the ethics office makes for them."""
    for folder in sealed_folders:
        done = mmethics("render", folder, "--for", "committee", cwd=folder)
        assert done.returncode == 0, done.stderr
    return _office_files(sealed_folders, "committee")


def _office_files(folders: list[Path], place: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in folder.glob(f"submissions/*/{place}/*")
        if path.suffix in {".docx", ".xlsx"}
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = [
        tool
        for marker, tools in TOOLS.items()
        if item.get_closest_marker(marker)
        for tool in tools
        if shutil.which(tool) is None
    ]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    marked = any(item.get_closest_marker(marker) for marker in TOOLS)
    if marked and report.skipped and IN_CI:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it must run: {report.longrepr}"
    return report
