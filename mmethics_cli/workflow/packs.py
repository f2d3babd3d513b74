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
    from mmethics_cli.workflow.own_forms.pack_forms import PackForm


class LoadedPack(Struct, frozen=True, dict=True):
    """A pack with the standard built from it and its templates, each made when first asked for.

    `inside`: its overlay lies in the dossier's own folder, so that whoever handed in the dossier
    wrote it; `left_out` is such an overlay that was not used.
    """

    pack: Pack
    inside: bool = False
    left_out: Path | None = None

    @property
    def notices(self) -> tuple[str, ...]:
        """What must be said wherever the pack decides: that it is not the institution's, or that
        it changes what must be so."""
        if self.left_out is not None:
            said = f"卷宗文件夹里的标准包“{self.left_out.name}”没有用，照随程序来的判定"
            return (f"{said}；要用它，写 --pack {self.left_out}",)
        changed = [override.id for override in self.pack.overrides if override.binding]
        named = f"改写了必须遵守的判定：{'、'.join(changed)}" if changed else ""
        overlay = self.pack.overlay
        if overlay is None or not (self.inside or named):
            return ()
        if not self.inside:
            return (f"附加标准包“{overlay.name}”{named}",)
        said = f"标准包“{overlay.name}”放在卷宗自己的文件夹里，不是本院的"
        return (f"{said}；它{named}" if named else said,)

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
    def forms(self) -> tuple[PackForm, ...]:
        """The institution's own forms; raises UnreadableFile with every fault of their mappings."""
        # Loaded late: most packs map none.
        overlay = self.pack.overlay
        if overlay is None or not (overlay / "forms").is_dir():
            return ()
        from mmethics_cli.workflow.own_forms.pack_forms import pack_forms

        return tuple(pack_forms(overlay, self.standard))

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
    institution's profile beside a dossier may name one; `of_office`: not one in the dossier's own
    folder, which the office did not write.
    """

    def __init__(self, overlay: Path | None = None, *, of_office: bool = False) -> None:
        self.overlay = overlay
        self.of_office = of_office
        self._loaded: dict[tuple[Path | None, tuple[str, ...], bool, Path | None], LoadedPack] = {}

    def as_office(self) -> Packs:
        """The same as an office reads them; what was loaded is loaded for both."""
        own = Packs(self.overlay, of_office=True)
        own._loaded = self._loaded
        return own

    def of(self, folder: Path | None = None, also: tuple[str, ...] = ()) -> LoadedPack:
        """The pack for a dossier's folder; for no dossier where that is None.

        `also` names folders of the pack that are read on demand only, such as `worksheets`.
        Raises UnreadableFile or PackError.
        """
        overlay, inside, left_out = self.overlay, False, None
        if overlay is None and folder is not None:
            overlay = overlay_of(folder)
            inside = overlay is not None and overlay.is_relative_to(folder.resolve())
        if inside and self.of_office:
            overlay, inside, left_out = None, False, overlay
        key = (overlay, also, inside, left_out)
        if key not in self._loaded:
            self._loaded[key] = loaded_pack(*key)
        return self._loaded[key]


def loaded_pack(
    overlay: Path | None, also: tuple[str, ...], inside: bool, left_out: Path | None
) -> LoadedPack:
    """A pack read from its files; raises UnreadableFile or PackError."""
    return LoadedPack(load(overlay, also), inside, left_out)


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
