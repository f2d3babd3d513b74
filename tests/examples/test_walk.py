"""Whole studies walked through the real loop: how many prompts, the same dossier, nothing lost."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from docs.prompts import MOST, MOST_TO_MEETING, MOST_TO_SIMPLIFIED
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import Reason, relevant
from mmethics_cli.core.interview.loop import Plan, interview
from mmethics_cli.core.interview.protocol import sorted_out
from mmethics_cli.core.interview.reuse import still_unconfirmed
from mmethics_cli.core.interview.steps import Move, Prompt, Reply
from mmethics_cli.core.standard.answers import write_value
from mmethics_cli.errors import ChangedOnDisk, WorkspaceError
from mmethics_cli.store.dossier.answers_file import read_answers
from mmethics_cli.store.dossier.carried_over import keep_unfinished, read_carried, unfinished_list
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.lock import LOCK_NAME
from mmethics_cli.workflow.creating import make_of_example
from mmethics_cli.workflow.from_text import read_protocol
from mmethics_cli.workflow.packs import Packs
from mmethics_cli.workflow.reuse import make_of_earlier
from tests.depth import deep
from tests.program import STUDIES
from tests.studies import standard
from tests.walk import (
    RETROSPECTIVE,
    TODAY,
    Walker,
    example,
    five_assets,
    new_dossier,
    recorded,
    simplified,
    single_centre,
    walk,
)


def test_a_retrospective_study_takes_few_prompts_also_to_a_simplified_review() -> None:
    walker, end = walk(simplified())
    assert end.decision("review_method").value == "simplified"
    assert end.values == recorded(simplified())
    assert walker.counted <= MOST
    assert walker.settled["review_method"] <= MOST_TO_SIMPLIFIED
    assert walker.settled["pathway"] <= MOST_TO_SIMPLIFIED


def test_a_meeting_is_settled_within_few_prompts() -> None:
    walker, end = walk(single_centre())
    assert end.decision("review_method").value == "meeting"
    assert walker.settled["review_method"] <= MOST_TO_MEETING
    assert walker.settled["pathway"] <= MOST_TO_MEETING
    assert walker.counted <= MOST


@pytest.mark.parametrize("name", ["prospective-ecg", "genomics-imaging-partner", RETROSPECTIVE])
def test_every_example_can_be_walked_to_its_end(name: str) -> None:
    walker, end = walk(example(name))
    assert end.values == recorded(example(name))
    assert Pathway(end).settled
    assert walker.counted <= MOST


def screens(walker: Walker) -> int:
    """The prompts of a walk, each entry of every list counted; attachments aside."""
    return sum(not one.startswith("attachment") for one in walker.asked)


def test_five_assets_take_at_most_55_screens_and_a_meeting_is_known_after_4() -> None:
    """Every answer typed; two of the assets are like one of the others."""
    walker, end = walk(five_assets())
    assert end.values == recorded(five_assets())
    assert screens(walker) <= 55
    assert walker.settled["review_method"] <= 4


def test_with_its_protocol_read_in_a_study_takes_at_most_35_screens() -> None:
    protocol = STUDIES / RETROSPECTIVE / "attachments" / "研究方案.docx"
    proposed = sorted_out(read_protocol(protocol, Packs()), standard(), str)
    begun = Facts(standard(), {"event.kind": "initial"}, TODAY)
    walker = Walker(five_assets())
    plan = Plan(waiting=still_unconfirmed(begun, proposed.values))
    end = interview(begun, walker.ask, lambda answers: None, plan)
    assert end.values == recorded(five_assets())
    assert screens(walker) <= 35


def test_a_second_study_of_the_same_people_takes_at_most_25_screens(tmp_path: Path) -> None:
    make_of_example(tmp_path / "old", RETROSPECTIVE)
    make_of_earlier(tmp_path / "new", tmp_path / "old", TODAY)
    begun = Facts(standard(), open_workspace(tmp_path / "new", standard()).values, TODAY)
    carried = read_carried(tmp_path / "new", standard())
    walker = Walker(five_assets(named_as=begun.values))
    plan = Plan(waiting=still_unconfirmed(begun, carried))
    end = interview(begun, walker.ask, lambda answers: None, plan)
    assert Pathway(end).settled
    left = [place.path for place, reason in relevant(end) if reason is not Reason.OPTIONAL]
    assert left == ["attachments"]  # of its own papers it has none yet
    assert screens(walker) <= 25


def test_nothing_is_settled_by_leaving_rows_alone() -> None:
    walker, end = walk({})
    assert end.values == {"event.kind": "initial"}
    assert "review_method" not in walker.settled
    assert walker.asked[-1] == "Overview"


class BackAndForth(Walker):
    """Goes back now and then, and away at two places."""

    back = frozenset({4, 5, 9, 17, 30, 31, 32, 33, 45, 46})
    away = frozenset({20, 52})

    def ask(self, prompt: Prompt) -> Reply:
        if self.prompts in self.away:
            self.prompts += 1
            raise KeyboardInterrupt
        reply = super().ask(prompt)
        return Move.BACK if self.prompts in self.back else reply


def go_on(folder: Path, walker: Walker) -> Facts:
    """What `fill` does: open the dossier anew and walk."""
    workspace = open_workspace(folder, standard())
    begun = Facts(standard(), workspace.values, TODAY)
    plan = Plan(unfinished=unfinished_list(folder, standard()))
    listing = partial(keep_unfinished, folder)
    return interview(begun, walker.ask, workspace.set_answers, plan, walker.tell, listing)


def test_an_example_entered_by_hand_is_the_dossier_that_answers_make(tmp_path: Path) -> None:
    values = example(RETROSPECTIVE)
    by_file = new_dossier(tmp_path / "file", values)
    by_hand = new_dossier(tmp_path / "hand")
    walker = BackAndForth(values)
    for _ in walker.away:
        with pytest.raises(KeyboardInterrupt):
            go_on(by_hand, walker)
    go_on(by_hand, walker)
    for name in ("dossier.yaml", "institution.yaml", "submissions/01-initial/submission.yaml"):
        assert (by_hand / name).read_bytes() == (by_file / name).read_bytes(), name


def test_what_another_program_changed_is_noticed_and_kept(tmp_path: Path) -> None:
    folder = new_dossier(tmp_path / "x")
    path = folder / "dossier.yaml"

    class Meddled(Walker):
        def ask(self, prompt: Prompt) -> Reply:
            if self.prompts == 5:
                path.write_text(path.read_text(encoding="utf-8") + "# 手改\n", encoding="utf-8")
            return super().ask(prompt)

    with pytest.raises(ChangedOnDisk, match="别的程序改过"):
        go_on(folder, Meddled(example(RETROSPECTIVE)))
    assert path.read_text(encoding="utf-8").endswith("# 手改\n")
    assert open_workspace(folder, standard()).values["project.kind"] == "ai_development"


@dataclass
class Acknowledged(Walker):
    """Keeps which answers were written when the next prompt was shown."""

    saved: dict[str, Value] = field(default_factory=dict)
    shown: dict[str, Value] = field(default_factory=dict)

    def ask(self, prompt: Prompt) -> Reply:
        self.shown = dict(self.saved)
        return super().ask(prompt)


@contextmanager
def failing(name: str, call: int, after: bool) -> Iterator[None]:
    """The n-th call of a function of `os` fails, before or after it did its work."""
    real, count = getattr(os, name), 0

    def fails(*given: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        done = real(*given, **named) if after or count != call else None
        if count == call:
            raise OSError(28, "No space left on device")
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, name, fails)
        yield


@pytest.mark.parametrize("call", [1, 2, 5, 12])
@pytest.mark.parametrize(
    ("name", "after"),
    [("fsync", False), ("fsync", True), ("replace", False), ("replace", True), ("open", False)],
)
def test_a_write_that_fails_loses_nothing_acknowledged(
    tmp_path: Path, name: str, after: bool, call: int
) -> None:
    folder = new_dossier(tmp_path / "x")
    walker = Acknowledged(example(RETROSPECTIVE))
    workspace = open_workspace(folder, standard())

    def save(answers: Mapping[str, Value]) -> None:
        workspace.set_answers(answers)
        walker.saved |= answers

    begun = Facts(standard(), workspace.values, TODAY)
    with failing(name, call, after), pytest.raises(WorkspaceError):
        interview(begun, walker.ask, save)
    _hold(folder, {path: _written(path, value) for path, value in walker.shown.items()})
    assert not list(folder.rglob("*.tmp"))
    assert not (folder / LOCK_NAME).exists()


def _written(path: str, value: Value) -> object:
    return write_value(standard().questions[path], value)


def _hold(folder: Path, acknowledged: Mapping[str, object]) -> None:
    """The dossier is whole and says what was acknowledged; a list may have grown since."""
    values = open_workspace(folder, standard()).values
    for path, wanted in acknowledged.items():
        found: Any = _written(path, values.get(path, UNKNOWN))
        if isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
            assert len(found) >= len(wanted), path
            for one, element in zip(found, wanted, strict=False):
                assert one.items() >= element.items(), path
        else:
            assert found == wanted, path


def _child(folder: Path, out: int) -> None:
    """Walk on in a process of its own; at each prompt tell what was saved before."""
    walker = Walker(example(RETROSPECTIVE))
    workspace = open_workspace(folder, standard())
    news: dict[str, object] = {}

    def save(answers: Mapping[str, Value]) -> None:
        workspace.set_answers(answers)
        news.update({path: _written(path, value) for path, value in answers.items()})

    def ask(prompt: Prompt) -> Reply:
        os.write(out, json.dumps(news).encode() + b"\n")
        news.clear()
        return walker.ask(prompt)

    plan = Plan(unfinished=unfinished_list(folder, standard()))
    begun = Facts(standard(), workspace.values, TODAY)
    interview(begun, ask, save, plan, listing=partial(keep_unfinished, folder))


def _killed(folder: Path, after: float) -> tuple[dict[str, object], bool]:
    """Kill a walk so many seconds after its first prompt; what it told, and whether it ended."""
    source, sink = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(source)
        try:
            _child(folder, sink)
        finally:
            os._exit(0)
    os.close(sink)
    told, until = b"", None
    while True:
        wait = None if until is None else max(until - time.monotonic(), 0)
        ready, _, _ = select.select([source], [], [], wait)
        data = os.read(source, 65536) if ready else b""
        told += data
        if ready and not data:
            break
        if until is None:
            until = time.monotonic() + after
        if time.monotonic() >= until:
            os.kill(process, signal.SIGKILL)
            break
    while data := os.read(source, 65536):
        told += data
    os.close(source)
    _, status = os.waitpid(process, 0)
    acknowledged: dict[str, object] = {}
    for line in told.split(b"\n")[:-1]:
        acknowledged |= json.loads(line)
    return acknowledged, os.WIFEXITED(status)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child only walks
def test_kills_at_random_moments_lose_nothing_acknowledged(tmp_path: Path) -> None:
    example(RETROSPECTIVE)
    chance = random.Random(20270301)
    folder, known, ended = new_dossier(tmp_path / "0"), dict[str, object](), 0
    kills, latest = 0, 0.4
    while kills < deep(15, 100):
        acknowledged, finished = _killed(folder, chance.uniform(0, latest))
        if not acknowledged.keys() - known.keys():
            latest = min(latest * 1.1, 1.5)  # a busy machine gets to its answers later
        known |= acknowledged
        _hold(folder, known)
        kills += not finished
        if finished:
            ended += 1
            folder, known = new_dossier(tmp_path / str(ended)), {}
    assert ended or len(known) > deep(8, 50), "the kills were not spread over the walk"
    go_on(folder, Walker(example(RETROSPECTIVE)))
    assert open_workspace(folder, standard()).values == example(RETROSPECTIVE)


def test_the_answers_file_of_an_example_says_what_the_walk_says(tmp_path: Path) -> None:
    folder = new_dossier(tmp_path / "x", example(RETROSPECTIVE))
    read = read_answers(folder / "dossier.yaml", standard()).values
    assert read == {
        path: value
        for path, value in example(RETROSPECTIVE).items()
        if not path.startswith(("institution.", "committee.", "event."))
    }
