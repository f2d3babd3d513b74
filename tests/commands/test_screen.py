"""What strangers name and write reaches the screen written out, whichever command shows it."""

from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mmethics_cli.cli import COMMANDS, app
from mmethics_cli.wording.visible import visible, visible_json

# A clear screen, a title of the window, text turned round, a name of no width, a stray byte.
HOSTILE = "案\x1b[2J\x1b]0;x\x07\x9b1m\u202e\u2066\u200b\u200f\udcff"
NEVER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def test_what_is_written_out() -> None:
    assert visible("a\x1b\u202e\udcff\ud800\U000e0041") == r"a\x1b\u202e\udcff\ud800\U000e0041"
    assert visible("第一行\n\t何示一　（1）👩⚕️") == "第一行\n\t何示一　（1）👩⚕️"
    value = {"name": "a\x9b\u202e\udcff\U000e0041\n"}
    assert json.loads(visible_json(json.dumps(value, ensure_ascii=False))) == value


@pytest.fixture(scope="module")
def folder(
    sealed_example: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A sealed study in a folder of such a name, with such a title and such a file."""
    if sys.platform != "linux":
        pytest.skip("such names are Linux's alone")
    here = tmp_path_factory.mktemp("screen")
    study = here / HOSTILE
    shutil.copytree(sealed_example("prospective-ecg"), study)
    dossier = study / "dossier.yaml"
    text = dossier.read_text(encoding="utf-8").replace(
        "file: 研究方案.docx", r'file: "a\u202eb.docx"'
    )
    text = text.replace("  title: 腕式", "  title: \u202e\u200b腕式", 1)
    dossier.write_text(text, encoding="utf-8")
    (study / "submissions" / "01-initial" / HOSTILE).write_bytes(b"x")
    with zipfile.ZipFile(here / "hostile.zip", "w") as archive:
        archive.writestr(
            "01/manifest.json", (study / "submissions/01-initial/manifest.json").read_bytes()
        )
        archive.writestr("01/\x1b[2J\u202e", b"x")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        yield study
    # pytest can't delete what the seal made read-only where a name is no text.
    shutil.rmtree(study, ignore_errors=True)


CALLS = [
    ("new", "{}"),
    ("new", "{}/new", "--from", "{}/none"),
    ("fill", "{}"),
    ("status", "{}"),
    ("pathway", "{}"),
    ("pathway", "{}", "--what-if", f"project.title={HOSTILE}"),
    ("check", "{}"),
    ("check", "{}", "--format", "json"),
    ("check", "{}", "--format", "sarif"),
    ("render", "{}"),
    ("render", "{}", "--list"),
    ("render", "{}", "--only", HOSTILE),
    ("submit", "{}"),
    ("sheet", "export", "{}/out.xlsx", "{}"),
    ("sheet", "import", "{}/none.xlsx", "{}"),
    ("verify", "{}/submissions/01-initial"),
    ("verify", "hostile.zip"),
    ("record", "{}", "--decision", HOSTILE),
    ("follow", "amendment", "{}"),
    ("follow", HOSTILE, "{}"),
    ("standard", "show", HOSTILE),
    ("--pack", "{}/none", "standard", "lint"),
    ("demo", "{}"),
    ("form", "read", "{}/none.docx"),
    ("form", "fill", "{}", "--form", HOSTILE),
    ("office", "--office", "{}"),
    ("office", "init", "{}"),
    ("check", "{}", "--today", HOSTILE),
    (HOSTILE,),
]  # fmt: skip


def test_no_command_lets_a_name_steer_the_screen(folder: Path) -> None:
    assert {name for call in CALLS for name in call} >= COMMANDS.keys()
    shown = 0
    for call in CALLS:
        arguments = [part.replace("{}", str(folder)) for part in call]
        done = CliRunner().invoke(app, ["--today", "2027-03-02", *arguments])
        told = done.stdout + done.stderr
        assert not NEVER.search(told), (call, NEVER.search(told))
        assert done.exit_code != 70, (call, told)
        shown += any(mark in told for mark in (r"\x1b", r"\u001b", r"\u202e"))
        if "json" in call:
            assert json.loads(done.stdout)["dossier"] == str(folder)
    assert shown > len(CALLS) / 2, "most of them speak of it"


def test_nothing_is_printed_past_the_door() -> None:
    package = Path(__file__).parents[2] / "mmethics_cli"
    past = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(
            r"typer\.(?:echo|secho)\(|console\.print\(|(?<![.\w])(?<!def )print\(",
            path.read_text("utf-8"),
        )
    }
    assert past == {"commands/options.py", "commands/screen.py"}
