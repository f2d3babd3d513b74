"""The standard pack as a run uses it: loaded, built and its templates made ready once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import PackError, Problem
from mmethics_cli.store.dossier.profile import overlay_of
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.store.pack_cache import TEMPLATES, cache, cached
from mmethics_cli.store.yaml.reader import parse

if TYPE_CHECKING:
    from mmethics_cli.core.interview.prepare import Guide
    from mmethics_cli.render.templates import Templates


class LoadedPack(Struct, frozen=True, dict=True):
    """A pack with the standard built from it and its templates, each made when first asked for."""

    pack: Pack

    @cached_property
    def standard(self) -> Standard:
        """The proved standard; raises PackError with the places of all problems."""
        return self.pack.standard()

    @cached_property
    def templates(self) -> Templates:
        """The templates of documents, each compiled when it is first printed."""
        # Loaded late: a command that prints no document needs none.
        from mmethics_cli.render.templates import Templates

        pack = self.pack
        texts = _TemplateTexts(pack)
        templates = Templates(
            texts, self.standard, condition_tree, pack.own_templates, pack.pictures
        )
        if pack.overlay is None:
            files = pack.template_bytes(templates.sections)
            sources = cached(TEMPLATES, files)
            if sources is not None:
                templates.precompiled = sources
            else:
                cache(TEMPLATES, files, templates.compiled)
        return templates

    @cached_property
    def guide(self) -> Guide:
        """What a pack says about preparing, if it was loaded with the folder `prepare`.

        Raises PackError with the places of all faults.
        """
        # Loaded late: one option of one command asks for it.
        from mmethics_cli.core.interview.prepare import read_guide

        guide, faults = read_guide(self.standard, self.pack.trees)
        if faults:
            problems = [Problem(text, *self.pack.locate(file, keys)) for file, keys, text in faults]
            raise PackError("标准包有错误：", problems)
        return guide


class Packs:
    """The packs by which the dossiers of one run are read, each overlay loaded once.

    `overlay` is the overlay pack that the caller names for all dossiers; without it the
    institution's profile beside a dossier may name one.
    """

    def __init__(self, overlay: Path | None = None) -> None:
        self.overlay = overlay
        self._loaded: dict[tuple[Path | None, tuple[str, ...]], LoadedPack] = {}

    def of(self, folder: Path | None = None, also: tuple[str, ...] = ()) -> LoadedPack:
        """The pack for a dossier's folder; for no dossier where that is None.

        `also` names folders of the pack that are read on demand only, such as `worksheets`.
        Raises UnreadableFile or PackError.
        """
        overlay = self.overlay
        if overlay is None and folder is not None:
            overlay = overlay_of(folder)
        key = (overlay, also)
        if key not in self._loaded:
            self._loaded[key] = LoadedPack(load(overlay, also))
        return self._loaded[key]


class _TemplateTexts(Mapping[str, str]):
    """Template texts by name, each read from the pack when it is wanted."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def __getitem__(self, name: str) -> str:
        if name not in self._pack.templates:
            raise KeyError(name)
        return self._pack.template_text(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._pack.templates)

    def __len__(self) -> int:
        return len(self._pack.templates)


def condition_tree(text: str) -> object:
    """The YAML of a condition in a template, every scalar as text; raises UnreadableFile."""
    return parse(text, "模板").tree
