"""A clean environment for every test, and tools that may be missing here but not in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from mmethics_cli.workflow import packs
from mmethics_cli.workflow.packs import loaded_pack
from tests import depth
from tests.browser import axe
from tests.once import Once, packs_once
from tests.program import EXAMPLES, mmethics, seal

# In CI a skip of a marked test is a failure: nothing goes unchecked. Read before tests clean up.
IN_CI: Final = bool(os.environ.get("MMETHICS_CI"))
# The address of a PostgreSQL that tests may fill and empty.
POSTGRES: Final = os.environ.get("MMETHICS_POSTGRES", "")

# The programs that a marked test needs.
TOOLS: Final = {
    "libreoffice": ("soffice", "pdftotext", "pdftoppm"),
    "openxml": ("ooxml-validator",),
    "chromium": ("chromium", "ooxml-validator"),
}
# The fonts that pages are laid out with: with others lines and pages end elsewhere.
FONTS: Final = ("Noto Serif CJK SC", "Noto Sans CJK SC", "AR PL UKai CN", "Liberation Serif")


def pytest_report_header() -> str:
    return "long tests: all of it" if depth.NIGHTLY else "long tests: a few fixed seeds"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker for a single test: it would start later than it ends."""
    named = [argument for argument in config.args if "::" in argument]
    return 0 if len(named) == 1 == len(config.args) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests come first, so that no worker is left with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A set as parameters is refused: its order differs between workers, which end the run then."""
    for marker in metafunc.definition.iter_markers("parametrize"):
        if any(isinstance(values, (set, frozenset)) for values in marker.args):
            raise pytest.UsageError(f"{metafunc.definition.nodeid}: parameters out of a set")


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


@pytest.fixture(scope="session", autouse=True)
def one_pack() -> Generator[None]:
    """A pack is read and built once a worker, in what several tests share too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packs, "loaded_pack", packs_once)
        yield


@pytest.fixture(autouse=True)
def each_pack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """But where a test is about just that."""
    if request.node.get_closest_marker("reads_packs"):
        monkeypatch.setattr(packs, "loaded_pack", loaded_pack)


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Generator[None]:
    """Only a loss of power tells what was synced; the tests of that put in a disk of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    base = tmp_path_factory.getbasetemp()
    return Once((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once")


@pytest.fixture(scope="session")
def sealed_example(once: Once) -> Callable[[str], Path]:
    """A worked example as a dossier that was submitted; not to be changed."""
    return lambda name: once.folder(f"sealed-{name}", lambda folder: seal(name, folder)) / name


@pytest.fixture(scope="session")
def sealed_documents(sealed_example: Callable[[str], Path]) -> list[Path]:
    """Every Word and Excel file that the worked examples submit."""
    return _office_files([sealed_example(name) for name in EXAMPLES], "documents")


@pytest.fixture(scope="session")
def office_example(once: Once, sealed_example: Callable[[str], Path]) -> Callable[[str], Path]:
    """The same with the ethics office's papers, named by id, made long after it was handed in."""

    def make(name: str, folder: Path) -> None:
        shutil.copytree(sealed_example(name), folder)
        arguments = ("--for", "committee", "--names", "id")
        done = mmethics("--today", "2027-09-01", "render", folder, *arguments, cwd=folder)
        assert done.returncode == 0, done.stderr

    return lambda name: once.folder(f"office-{name}", lambda folder: make(name, folder))


@pytest.fixture(scope="session")
def committee_papers(office_example: Callable[[str], Path]) -> list[Path]:
    """Every Word and Excel file that the ethics office makes for them."""
    return _office_files([office_example(name) for name in EXAMPLES], "committee")


@pytest.fixture(scope="session")
def handed_in(once: Once, sealed_example: Callable[[str], Path]) -> Callable[[str], Path]:
    """The ECG study with one more submission of a kind, sealed; not to be changed."""
    from tests.followed import ECG, TODAY, sent_in

    def make(kind: str, folder: Path) -> None:
        sent_in(sealed_example(ECG), folder, kind)
        done = mmethics("--today", TODAY, "submit", folder, "--names", "id", cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return lambda kind: once.folder(f"followed-{kind}", lambda folder: make(kind, folder))


@pytest.fixture(scope="session")
def office_followed(once: Once, handed_in: Callable[[str], Path]) -> Callable[[str], Path]:
    """The folder of the ethics office's papers of that submission, named by id."""
    from tests.followed import TODAY

    def make(kind: str, folder: Path) -> None:
        study = handed_in(kind)
        chosen = ("--for", "committee", "--names", "id", "--submission", "02", "--out", folder)
        done = mmethics("--today", TODAY, "render", study, *chosen, cwd=study)
        assert done.returncode == 0, done.stderr

    return lambda kind: once.folder(f"office-{kind}", lambda folder: make(kind, folder))


def _office_files(folders: list[Path], place: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in folder.glob(f"submissions/*/{place}/*")
        if path.suffix in {".docx", ".xlsx"}
    )


@cache
def missing_fonts() -> tuple[str, ...]:
    listed = subprocess.run(
        ["fc-list", ":", "family"], capture_output=True, check=True, encoding="utf-8"
    )
    families = {name for line in listed.stdout.splitlines() for name in line.split(",")}
    return tuple(f"the font {name}" for name in FONTS if name not in families)


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = [
        tool
        for marker, tools in TOOLS.items()
        if item.get_closest_marker(marker)
        for tool in tools
        if shutil.which(tool) is None
    ]
    if item.get_closest_marker("libreoffice") and not missing:
        missing += missing_fonts()
    if item.get_closest_marker("chromium") and not missing and not axe().is_file():
        missing.append("axe-core, beside the validator")
    if item.get_closest_marker("postgres") and not POSTGRES:
        pytest.skip("MMETHICS_POSTGRES names no PostgreSQL; `.ci/postgres start DIR` makes one")
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    marked = any(item.get_closest_marker(marker) for marker in (*TOOLS, "postgres"))
    if marked and report.skipped and IN_CI:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it must run: {report.longrepr}"
    return report
