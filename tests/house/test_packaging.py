"""What is shipped: every data file of the tree, no other, and a program that runs without it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.program import ROOT, listed_files

pytestmark = pytest.mark.slow

DATA: Final = "mmethics_cli/_data/"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source archive, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    # With the builder that is here: one of its own for each of the two takes longer than both.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command that must succeed, with nothing of this run's environment."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=keep | {"PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_data_files_are_those_of_the_tree(built: tuple[Path, Path]) -> None:
    sdist, wheel = built
    expected = listed_files("templates", "checklists")
    assert expected
    with tarfile.open(sdist) as archive:
        inner = [name.partition("/")[2] for name in archive.getnames()]
    packed = [name for name in inner if name.startswith(("templates/", "checklists/"))]
    assert sorted(packed) == expected
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for made in (
        "pack.json",
        "office.json",
        "worksheets.json",
        "templates.json",
    ):  # of the YAML and the templates
        names.remove(f"{DATA}{made}")
    assert sorted(name.removeprefix(DATA) for name in names if name.startswith(DATA)) == expected
    roots = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert roots == {"mmethics_cli"}


def test_the_wheel_runs_far_from_the_tree(built: tuple[Path, Path], tmp_path: Path) -> None:
    _, wheel = built
    venv.create(tmp_path / "venv")
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    # This run's pip, for one of its own takes long to set up; what is imported gets compiled then.
    pip = (sys.executable, "-m", "pip", "--python", scripts / "python")
    run(*pip, "install", "--quiet", "--no-compile", wheel, cwd=tmp_path)
    program = scripts / "mmethics"
    assert run(program, "--version", cwd=tmp_path).startswith("mmethics ")
    run(program, "standard", "lint", cwd=tmp_path)
    run(program, "demo", cwd=tmp_path)
    sealed = tmp_path / "mmethics-demo" / "submissions" / "01-initial"
    assert (sealed / "manifest.json").is_file()
    assert list((sealed / "documents").glob("*.docx"))
