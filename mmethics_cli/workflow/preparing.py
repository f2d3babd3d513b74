"""What to have at hand before answering, as the pack says it."""

from __future__ import annotations

from mmethics_cli.core.interview.prepare import Guide, read_guide
from mmethics_cli.errors import PackError, Problem
from mmethics_cli.workflow.packs import LoadedPack


def guide_of(loaded: LoadedPack) -> Guide:
    """What a pack says about preparing that was loaded with the folder `prepare`.

    Raises PackError with the places of all faults.
    """
    pack = loaded.pack
    guide, faults = read_guide(loaded.standard, pack.trees)
    if faults:
        problems = [Problem(text, *pack.locate(file, keys)) for file, keys, text in faults]
        raise PackError("标准包有错误：", problems)
    return guide
