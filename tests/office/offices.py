"""An office for a test: the program called in this process, and its register on either database."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from mmethics_cli.cli import app
from mmethics_cli.office.past_events import COLUMNS
from mmethics_cli.store.files import sha256
from mmethics_cli.store.submission.archive import zip_submission
from tests.conftest import POSTGRES

INSTITUTION = "示例机构"


def call(*arguments: str | Path, today: str = "2026-11-30") -> tuple[int, str, str]:
    """Exit code, what was asked for, and what was said beside it."""
    result = CliRunner().invoke(app, ["--today", today, *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def new_office(folder: Path, database: str = "sqlite") -> Path:
    """An empty office; on PostgreSQL whatever was there before is gone."""
    answers = folder / "answers.yaml"
    url = ""
    if database == "postgres":
        url = empty_postgres()
    answers.write_text(
        f'committee: 示例伦理委员会\ninstitution: {INSTITUTION}\ndatabase: "{url}"\n',
        encoding="utf-8",
    )
    code, _, errors = call("office", "init", folder / "office", "--answers", answers)
    assert code == 0, errors
    return folder / "office"


def empty_postgres() -> str:
    """The address of an empty database; each worker of the tests has its own."""
    import psycopg

    name = f"mmethics_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{POSTGRES.rpartition('/')[0]}/{name}"


def write_events(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Rows as the CSV that `take` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            data = json.dumps(row["data"], ensure_ascii=False)
            writer.writerow([*(row[name] for name in COLUMNS[:-1]), data])
    return path


def keep_package(office: Path, case: str, sealed: Path) -> dict[str, str]:
    """A sealed submission among the packages of an office, as the event of a case speaks of it."""
    file = f"{case}-{sealed.name}.zip"
    zip_submission(sealed, office / "cases" / file)
    return {"package": file, "digest": sha256((sealed / "manifest.json").read_bytes())}
