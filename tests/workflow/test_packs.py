"""A run loads, builds and prepares each pack once, and keeps nothing for the next run."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mmethics_cli.cli import app
from mmethics_cli.office.pack import office_pack
from mmethics_cli.render.binding import Binder
from mmethics_cli.store.pack import Pack
from mmethics_cli.workflow import packs
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.packs import Packs
from tests.program import ROOT
from tests.workflow.example import TODAY

pytestmark = pytest.mark.reads_packs


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a pack was loaded, a standard built, a template bound to it."""
    done: Counter[str] = Counter()

    def count(owner: Any, name: str, what: str) -> None:
        original = getattr(owner, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            done[what] += 1
            return original(*arguments, **options)

        monkeypatch.setattr(owner, name, counted)

    count(packs, "load", "load")
    count(Pack, "standard", "build")
    count(Binder, "bind", "bind")
    return done


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """An institution's pack, which changes nothing that a check would say."""
    folder = tmp_path / "own-pack"
    shutil.copytree(ROOT / "templates" / "parts", folder / "templates" / "parts")
    return folder


def test_several_dossiers_share_what_is_made_of_the_pack(
    study: Path, tmp_path: Path, work: Counter[str]
) -> None:
    others = [str(shutil.copytree(study, tmp_path / f"other-{n}")) for n in range(2)]
    runs = []
    for folders in ([str(study)], [str(study), *others], [str(study), *others]):
        work.clear()
        result = CliRunner().invoke(app, ["--today", TODAY.isoformat(), "check", *folders])
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.count("齐全，可以送审") == len(folders)
        runs.append(dict(work))
    alone, together, again = runs
    assert alone["load"] == alone["build"] == 1 and alone["bind"] > 1
    assert together == again == alone


def test_each_overlay_is_a_pack_of_its_own(
    study: Path, tmp_path: Path, overlay: Path, work: Counter[str]
) -> None:
    own = Path(shutil.copytree(study, tmp_path / "own"))
    profile = own / "institution.yaml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("pack:\n", "pack: ../own-pack\n"), encoding="utf-8")
    shared = Packs()
    dossiers = [open_dossier(folder, TODAY, shared) for folder in (study, own, study, own)]
    assert [dossier.pack.overlay for dossier in dossiers] == [None, overlay] * 2
    assert dossiers[0].standard is dossiers[2].standard
    assert dossiers[1].templates is dossiers[3].templates is not dossiers[0].templates
    assert work["load"] == work["build"] == 2


def test_an_overlay_that_is_named_holds_for_all(
    study: Path, overlay: Path, work: Counter[str]
) -> None:
    shared = Packs(overlay)
    assert open_dossier(study, TODAY, shared).pack.overlay == overlay
    assert shared.of().pack.overlay == overlay
    assert work["load"] == 1


def test_folders_on_demand_are_read_when_they_are_named(work: Counter[str]) -> None:
    shared = Packs()
    assert not shared.of().standard.criteria
    assert shared.of(also=("worksheets",)).standard.criteria
    assert shared.of(also=("worksheets",)) is shared.of(also=("worksheets",))
    assert work["load"] == 2


def test_an_office_leaves_the_pack_in_a_dossiers_own_folder_out(
    study: Path, overlay: Path, work: Counter[str]
) -> None:
    shutil.copytree(overlay, study / "ours")
    profile = study / "institution.yaml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("pack:\n", "pack: ours\n"), encoding="utf-8")
    shared = Packs()
    assert shared.of(study).inside
    assert shared.as_office().of(study).left_out == study / "ours"
    assert shared.as_office().of() is shared.of()
    assert office_pack(shared).packs.of(study).left_out == study / "ours"
