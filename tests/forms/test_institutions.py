"""Proposals on forms of many institutions: how many are right, and how few are wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from mmethics_cli.formats.form.reading import read_form
from mmethics_cli.forms.proposing import FormReading, propose
from mmethics_cli.forms.words import plain
from mmethics_cli.workflow.own_forms.forms import words_of
from mmethics_cli.workflow.packs import LoadedPack, Packs
from tests.forms.institutions import InstitutionForm, institution_forms

NO_FACT = {"N", "S", "O", "X"}


def outcomes(form: InstitutionForm, loaded: LoadedPack) -> Iterator[tuple[str, str]]:
    """What became of each blank that a form has: right, wrong, unplaced, unseen; and its label."""
    read = read_form(form.data, form.title)
    reading: FormReading = propose(
        read.blanks, read.head, read.text, words_of(loaded), loaded.standard
    )
    left = list(zip(read.blanks, reading.proposals, strict=True))
    for asked in form.blanks:
        at = next(
            (n for n, (blank, _) in enumerate(left) if plain(blank.words) == plain(asked.label)),
            None,
        )
        says = () if at is None or left[at][1].marker else left[at][1].facts
        if asked.truth in NO_FACT:
            yield "wrong" if says else "left", asked.label
        elif asked.truth != "A":
            truths = [set(truth.split("+")) for truth in asked.truth.split("|")]
            right = any(set(says) <= truth for truth in truths)
            yield (
                "unseen" if at is None else
                "unplaced" if not says else
                "right" if right else "wrong"
            ), asked.label  # fmt: skip
        if at is not None:
            left.pop(at)
    for blank, proposal in left:
        if proposal.facts and not proposal.marker:
            yield "wrong", blank.words


def test_most_facts_are_placed_hardly_one_wrong_and_none_where_no_study_is_asked_about() -> None:
    """The bars of the contract are lower: these labels were looked at when words were chosen, and
    a blank that no rule places counts as asking for nothing where that is as true.

    One test, for the forms take seconds to build.
    """
    loaded = Packs(None).of(Path(), ("forms",))
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    for form in institution_forms():
        for outcome, label in outcomes(form, loaded):
            figures[form.set][outcome] += 1
            wrong += [f"{form.title}: {label}"] * (outcome == "wrong")
    for kind in ("ethics", "grant"):
        counted = figures[kind]
        answerable = sum(counted[name] for name in ("right", "unplaced", "unseen"))
        assert counted["right"] >= 0.85 * answerable, (kind, counted)
        assert counted["wrong"] <= 0.02 * (counted["right"] + counted["wrong"]), wrong
        assert counted["unseen"] <= 0.02 * answerable, (kind, counted)
    assert set(figures["none"]) == {"left"}, wrong
