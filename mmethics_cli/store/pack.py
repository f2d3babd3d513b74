"""The standard pack on disk: shipped with the program, with an institution's overlay upon it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, field

from mmethics_cli.core.standard.build import build
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import PackError, Problem
from mmethics_cli.store.overlay import Overlay, Override
from mmethics_cli.store.pack_cache import NAME, cache_entry, trees_of
from mmethics_cli.store.paths import refuse_links
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.reader import YamlFile, decode, parse

Kind = Literal["checklists", "templates"]

# Read only by lint, by `new --example` and `--prepare`, by the committee's worksheets, by English
# papers and where forms and protocols are read: not at every start.
_ON_DEMAND: Final = (
    "cases", "english", "examples", "forms", "office", "prepare", "protocol", "worksheets",
)  # fmt: skip
_NOT_ALWAYS: Final = tuple(f"{name}/" for name in _ON_DEMAND)
# Of these what each command of an office reads.
_KEPT_APART: Final = ("office", "worksheets")


class Pack(Struct, frozen=True, dict=True):
    """The files of a pack as trees, its template texts, and what the overlay changed.

    `own_templates`: what messages call the overlay's templates, by name.
    """

    files: Mapping[str, YamlFile]
    overrides: tuple[Override, ...] = ()
    overlay: Path | None = None
    own_templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def trees(self) -> dict[str, Tree]:
        """Trees by name relative to `checklists/`, as `core.build` takes them."""
        return {name: file.tree for name, file in self.files.items()}

    def locate(self, name: str, keys: Keys) -> tuple[str, int]:
        """File and line of a key path; a place that the overlay changed lies in its file."""
        return self.files[name].locate(keys)

    def standard(self) -> Standard:
        """The proved standard; raises PackError with the places of all problems."""
        return build(self.trees, self.locate)

    @cached_property
    def templates(self) -> Mapping[str, Path]:
        """Template files by name relative to `templates/`; the overlay's stand for shipped ones."""
        files = dict(_walk(shipped("templates")))
        if self.overlay is not None:
            files.update(_templates_of(self.overlay))
        return files

    @property
    def pictures(self) -> Mapping[str, bytes]:
        """The pictures that templates show, by name; each is read when it is wanted."""
        return _Pictures(self.templates)

    def template_text(self, name: str) -> str:
        """The text of one template; raises PackError when the pack has none of that name."""
        if name not in self.templates:
            raise PackError(f"标准包里没有模板“{name}”。")
        return decode(self.templates[name].read_bytes(), name)

    def template_bytes(self, sections: frozenset[str]) -> dict[str, bytes]:
        """What the reading of all templates rests on: their texts, the first words of facts."""
        files = {
            name: file.read_bytes() for name, file in self.templates.items() if name.endswith(".md")
        }
        return files | {"sections": " ".join(sorted(sections)).encode()}

    def digest(self, kind: Kind) -> str:
        """SHA-256 over names and contents of the YAML read, or of the templates."""
        import hashlib

        total = hashlib.sha256()
        for name in sorted(self.files if kind == "checklists" else self.templates):
            if kind == "checklists":
                data = _data_of(self.files[name])
            else:
                data = self.templates[name].read_bytes()
            total.update(f"{name}\0{len(data)}\0".encode() + data)
        return total.hexdigest()


class _Pictures(Mapping[str, bytes]):
    def __init__(self, templates: Mapping[str, Path]) -> None:
        self._files = {name: file for name, file in templates.items() if name.endswith(".png")}

    def __getitem__(self, name: str) -> bytes:
        return self._files[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def load(overlay: Path | None = None, also: tuple[str, ...] = (), *, alone: bool = False) -> Pack:
    """Read the shipped pack, and the overlay folder upon it.

    `also` names folders that are left out otherwise: cases, english, examples, forms, prepare,
    worksheets; `alone`: of the YAML nothing but these is read.
    Raises UnreadableFile or PackError with every problem found, WorkspaceError for links in it.
    """
    files = _shipped_files(also, alone)
    if overlay is None:
        return Pack(files)
    root = _overlay_root(overlay)
    refuse_links(overlay, ("checklists", "templates"))
    called = overlay.resolve().name
    merging = Overlay(files)
    for name, file in _yaml_files(root, also, alone):
        shown = f"{called}/checklists/{name}"
        merging.lay(name, parse(decode(file.read_bytes(), shown), shown))
    templates = {name: f"{called}/templates/{name}" for name in _templates_of(overlay)}
    changed = (*merging.finish(), *_template_overrides(templates))
    return Pack(merging.files, changed, overlay, templates)


def compiled_packs() -> dict[str, bytes]:
    """The cache entries of the shipped YAML, by name: what every run reads, what an office does."""
    whole = _shipped_bytes(_ON_DEMAND)
    return {
        entry: cache_entry(
            data, {name: parse(decode(file, name), name).tree for name, file in data.items()}
        )
        for entry, data in _entries(whole)
    }


def _entries(data: Mapping[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The files that are kept compiled, by the name of what keeps them."""
    always = {name: file for name, file in data.items() if not name.startswith(_NOT_ALWAYS)}
    if always:
        yield NAME, always
    for folder in _KEPT_APART:
        own = {name: file for name, file in data.items() if name.startswith(f"{folder}/")}
        if own:
            yield f"{folder}.json", own


def _shipped_files(also: tuple[str, ...], alone: bool) -> dict[str, YamlFile]:
    data = _shipped_bytes(also, alone)
    texts = {name: decode(file, name) for name, file in data.items()}
    trees: dict[str, Tree] = {}
    for entry, files in _entries(data):
        trees |= trees_of(files, lambda name: parse(texts[name], name).tree, entry)
    return {
        name: YamlFile(trees[name], name, text) if name in trees else parse(text, name)
        for name, text in texts.items()
    }


def _shipped_bytes(also: tuple[str, ...], alone: bool = False) -> dict[str, bytes]:
    files = _yaml_files(shipped("checklists"), also, alone)
    return {name: file.read_bytes() for name, file in files}


def shipped(kind: Kind) -> Path:
    """Where shipped data lies: in the installed package, else beside it in a checkout."""
    # Not by importlib.resources, which takes long to load: wheels are always unpacked.
    packed = Path(__file__).parents[1] / "_data" / kind
    if packed.is_dir():
        return packed
    beside = Path(__file__).resolve().parents[2] / kind
    if beside.is_dir():
        return beside
    raise PackError(f"安装不完整：找不到 {kind}。请重新安装 mmethics。")


def _overlay_root(overlay: Path) -> Path:
    root = overlay / "checklists"
    if not root.is_dir() and not (overlay / "templates").is_dir():
        fix = "附加标准包是一个文件夹，里面有 checklists/ 或 templates/。"
        raise PackError("附加标准包读不了：", [Problem("没有这样的文件夹。", str(root), fix=fix)])
    return root


def _templates_of(overlay: Path) -> dict[str, Path]:
    root = overlay / "templates"
    return dict(_walk(root)) if root.is_dir() else {}


def _template_overrides(shown: Mapping[str, str]) -> Iterator[Override]:
    shipped_names = dict(_walk(shipped("templates"))) if shown else {}
    for name, file in shown.items():
        yield Override(
            "templates", name, "replaced" if name in shipped_names else "added", "", file, 1
        )


def _yaml_files(root: Path, also: tuple[str, ...], alone: bool) -> Iterator[tuple[str, Path]]:
    skipped = tuple(f"{name}/" for name in _ON_DEMAND if name not in also)
    for prefix in [f"{name}/" for name in also] if alone else [""]:
        if (folder := root / prefix).is_dir():
            for name, file in _walk(folder, skipped, prefix):
                if name.endswith(".yaml"):
                    yield name, file


def _walk(
    root: Path, skipped: tuple[str, ...] = (), prefix: str = ""
) -> Iterator[tuple[str, Path]]:
    for entry in sorted(root.iterdir(), key=lambda path: path.name):
        name = prefix + entry.name
        if entry.name.startswith((".", "~", "__")):
            continue
        if entry.is_dir():
            if f"{name}/" not in skipped:
                yield from _walk(entry, skipped, f"{name}/")
        else:
            yield name, entry


def _data_of(file: YamlFile) -> bytes:
    return json.dumps(file.tree, ensure_ascii=False).encode()
