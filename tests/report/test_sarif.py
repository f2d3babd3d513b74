"""`check --format sarif`: what SARIF 2.1.0 asks of a file, and what of it viewers show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import unquote

import pytest

from mmethics_cli.core.checks.findings import Kind
from mmethics_cli.report.sarif import KINDS
from mmethics_cli.store.dossier.create import create_dossier
from tests.program import mmethics
from tests.studies import standard

DAY: Final = ("--today", "2027-03-01")
NAMES: Final = ("一项 研究", "blank")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two blank dossiers; the profile of the second lies above it."""
    place = tmp_path_factory.mktemp("sarif")
    for name in NAMES:
        create_dossier(place / name, standard())
    (place / "blank" / "institution.yaml").rename(place / "institution.yaml")
    return place


@pytest.fixture(scope="module")
def log(folder: Path) -> dict[str, Any]:
    done = mmethics(*DAY, "check", "--format", "sarif", *NAMES, cwd=folder)
    assert (done.returncode, done.stderr) == (1, "")
    tree = json.loads(done.stdout)
    assert isinstance(tree, dict)
    return tree


def results(log: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every result with its run."""
    for run in log["runs"]:
        for result in run["results"]:
            yield run, result


def test_the_log_is_of_the_version_and_has_a_run_a_dossier(log: dict[str, Any]) -> None:
    assert log.keys() == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert len(log["runs"]) == len(NAMES)
    assert len({run["automationDetails"]["id"] for run in log["runs"]}) == len(NAMES)
    for run in log["runs"]:
        assert run["tool"]["driver"]["name"] == "mmethics"
        assert run["columnKind"] == "unicodeCodePoints" and run["language"] == "zh-CN"
        assert all(extension["name"] for extension in run["tool"]["extensions"])
        assert all(one["executionSuccessful"] is True for one in run["invocations"])


def test_results_and_rules_belong_together(log: dict[str, Any]) -> None:
    for run, result in results(log):
        rules = run["tool"]["driver"]["rules"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert all(isinstance(one, str) for one in result["partialFingerprints"].values())
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        assert len({rule["id"] for rule in rules}) == len(rules)
        assert {rule["id"] for rule in rules} == {one["ruleId"] for one in run["results"]}


def test_a_rule_says_what_to_do_and_by_what_law(log: dict[str, Any]) -> None:
    rules = {rule["id"]: rule for run in log["runs"] for rule in run["tool"]["driver"]["rules"]}
    title = rules["answer_missing/project.title"]
    assert "项目名称" in title["shortDescription"]["text"]
    assert "办法：" in title["help"]["text"] and "依据：《" in title["help"]["text"]
    assert title["defaultConfiguration"] == {"level": "error"}
    cited = {"source": "erm2023", "article": "18(2)", "verified": "text"}
    assert cited in title["properties"]["basis"]
    for rule in rules.values():
        assert rule["shortDescription"]["text"] and rule["help"]["text"]
    assert (
        standard().items["BEN-01"].text
        in rules["item_unanswered/BEN-01"]["shortDescription"]["text"]
    )


def test_places_are_files_from_where_the_command_ran(folder: Path, log: dict[str, Any]) -> None:
    files = set()
    for _, result in results(log):
        [location] = result["locations"]
        physical = location["physicalLocation"]
        uri = physical["artifactLocation"]["uri"]
        assert uri.isascii() and " " not in uri and not uri.startswith(("/", "file:"))
        assert (folder / unquote(uri)).is_file(), uri
        assert physical.get("region", {"startLine": 1})["startLine"] >= 1
        files.add(unquote(uri))
    assert "一项 研究/dossier.yaml" in files and "一项 研究/self-check.yaml" in files
    assert "institution.yaml" in files


def test_it_says_what_json_says(folder: Path, log: dict[str, Any]) -> None:
    done = mmethics(*DAY, "check", "--format", "json", *NAMES, cwd=folder)
    for line, run in zip(done.stdout.splitlines(), log["runs"], strict=True):
        found = json.loads(line)["findings"]
        assert len(found) == len(run["results"]) > 100
        for finding, result in zip(found, run["results"], strict=True):
            assert result["level"] == finding["severity"]
            assert result["message"]["text"].startswith(finding["message"])
            assert finding["fix"] in result["message"]["text"]
            region = result["locations"][0]["physicalLocation"].get("region", {})
            assert region.get("startLine") == finding["line"]
            properties = result["properties"]
            assert properties == {key: finding[key] for key in properties}


def test_a_dossier_elsewhere_names_its_folder_once(folder: Path, tmp_path: Path) -> None:
    done = mmethics(*DAY, "check", "--format", "sarif", folder / NAMES[0], cwd=tmp_path)
    [run] = json.loads(done.stdout)["runs"]
    [base] = run["originalUriBaseIds"].values()
    assert base == {"uri": f"{(folder / NAMES[0]).as_uri()}/"}
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place["uriBaseId"] in run["originalUriBaseIds"]
        assert (folder / NAMES[0] / place["uri"]).is_file()


def test_every_kind_of_finding_has_words() -> None:
    assert KINDS.keys() == set(get_args(Kind))
