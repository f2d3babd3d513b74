"""Confirming texts that were approved before the facts changed on which they rest."""

from __future__ import annotations

from collections.abc import Sequence

from mmethics_cli.core.lifecycle.editions import IN_PAIRS
from mmethics_cli.core.lifecycle.resting import RestingText, resting_texts, unconfirmed
from mmethics_cli.core.lifecycle.revision import seen_before
from mmethics_cli.core.standard.names import KIND
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.workflow.opening import Dossier


def texts_to_confirm(dossier: Dossier) -> tuple[RestingText, ...]:
    """The texts of an amendment or re-review in preparation that are neither changed nor confirmed.

    A change counts from what was approved, in a re-review from what the committee last saw.
    """
    return unconfirmed(_resting(dossier), dossier.workspace.confirmed)


def _resting(dossier: Dossier) -> tuple[RestingText, ...]:
    current = dossier.workspace.current
    if current is None or current.sealed or dossier.facts.get(KIND) not in IN_PAIRS:
        return ()
    return resting_texts(seen_before(dossier.facts), dossier.facts)


def confirm_texts(dossier: Dossier, paths: Sequence[str]) -> tuple[RestingText, ...]:
    """Record that these texts are still true; raises EthicsError, writing nothing, for others.

    Also ChangedOnDisk, WorkspaceError.
    """
    known = {text.path: text for text in _resting(dossier)}
    problems = [
        Problem(f"“{path}”没有要确认的：它没有变，所依的事实也没有变，或者它自己已经改过。")
        for path in paths
        if path not in known
    ]
    if problems:
        open_ = "、".join(text.path for text in texts_to_confirm(dossier)) or "没有"
        raise EthicsError(f"什么也没有确认。等着确认的：{open_}。", problems)
    texts = tuple(known[path] for path in dict.fromkeys(paths))
    dossier.workspace.confirm({text.path: text.digest for text in texts})
    return texts
