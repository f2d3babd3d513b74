"""What an edition of the pack renamed, for dossiers that were begun under an earlier one."""

from collections.abc import Mapping

from msgspec import Struct, field


class Migration(Struct, frozen=True):
    """What one edition of the pack renamed: old names to new ones.

    `fields` and `values` are by list or path, `items` are review items. A document keeps version
    and date, and the attachments and evidence that name it follow. An answer of `retired` no longer
    counts; what it asked has to be answered again under the new path.
    """

    edition: str
    paths: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)
