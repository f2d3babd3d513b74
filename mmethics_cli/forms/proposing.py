"""Which fact each blank of a form asks: proposals by words and rules, none where it is doubtful.

What keeps them right: an attribute (姓名, 电话) means nothing without its owner; the head noun
comes last; lists of other people are no facts; labels that mean something else elsewhere are asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.formats.form.blank import FormBlank
from mmethics_cli.forms.words import (
    GENERIC,
    PEOPLE,
    FormWords,
    Owner,
    loose,
    plain,
    without_brackets,
)

How = Literal["exact", "owner", "composite", "options", "long", "office", ""]
SIGNATURE, OFFICE, BY_HAND, ASK = "signature", "office", "by_hand", "ask"
MARKERS: Final = frozenset((SIGNATURE, OFFICE, BY_HAND, ASK))

_OF_TITLE: Final = frozenset(("名称", "全称", "中文", "如有", "等"))
_DATE_WORDS: Final = frozenset(("日期", "时间", "年月日", "签字日期", "签名日期", "签署日期", ""))
_SPLIT: Final = re.compile(r"[/、,]?以及|[/、,]|(?<=[^参涉危普以])[和与及](?!其)")
_SHORTEST: Final = 4  # a known word is trusted behind a prefix from this length
_SHORTEST_PHRASE: Final = 6  # a label is looked through for several words from this length
_LONGEST_NOUN: Final = 24  # a longer label is a sentence, which its last noun does not sum up
_MOST_PARTS: Final = 4  # of a label that asks several facts
_NEAR: Final = 4  # an attribute belongs to an owner asked no more blanks before
# Blocks whose 负责人 or 联系人 is their own; those whose attributes are no person's.
_OTHER_BLOCKS: Final = frozenset(("institution", "sites"))
_NOBODY: Final = frozenset(("department", "project", "product", "participants"))
_LISTS: Final = frozenset(("members", "sites"))
# What only a form about a study asks of.
_STUDIED: Final = frozenset(("design", "participants", "consent", "risk", "team", "sites", "event"))
_SINGLE: Final = frozenset(("choice", "date", "int", "bool"))


class BlankProposal(Struct, frozen=True):
    """What a blank asks: paths, or one of MARKERS; nothing where nobody knows.

    `maybe` are facts it may ask where it is `ask`. `how` says by which kind of rule.
    """

    facts: tuple[str, ...] = ()
    how: How = ""
    maybe: tuple[str, ...] = ()

    @property
    def marker(self) -> str:
        return self.facts[0] if self.facts and self.facts[0] in MARKERS else ""


NOTHING: Final = BlankProposal()


class FormReading(Struct, frozen=True):
    """A whole form: what each blank asks, what the form is used for, whether about a study."""

    proposals: tuple[BlankProposal, ...]
    used_for: str
    is_about_study: bool


def propose(
    blanks: Sequence[FormBlank],
    head: Sequence[str],
    text: str,
    words: FormWords,
    standard: Standard,
) -> FormReading:
    """Read a form: its blanks in order, its first lines and all of its text."""
    proposer = _Proposer(blanks, words, standard, used_for(head, words))
    proposals = [proposer.propose(at) for at in range(len(blanks))]
    proposals = list(_single(blanks, proposals, standard))
    about = _is_about_study(blanks, proposals, head, text, words)
    if not about:
        proposals = [proposal if proposal.marker else NOTHING for proposal in proposals]
    return FormReading(tuple(proposals), proposer.used_for, about)


def used_for(head: Sequence[str], words: FormWords) -> str:
    """The kind of submission that a form's title names; initial where it names none."""
    title = "".join(head[:3])
    return next(
        (kind for kind, signs in words.kinds.items() if any(sign in title for sign in signs)),
        "initial",
    )


def _is_about_study(
    blanks: Sequence[FormBlank], proposals: Sequence[BlankProposal], head: Sequence[str], text: str,
    words: FormWords,
) -> bool:  # fmt: skip
    title = "".join(head[:4])
    if words.matches("study_head", title):
        return not words.matches("not_study", title) or "伦理审查" in title
    if words.matches("not_study", title):
        return False
    labels = [
        plain(blank.words)
        for blank, proposal in zip(blanks, proposals, strict=True)
        if "project.title" in proposal.facts
    ]
    # A purchase or a room names the study that pays for it, and asks nothing of what is studied.
    is_grant = words.matches("grant_head", title)
    if not is_grant and not any(
        path.partition(".")[0] in _STUDIED for proposal in proposals for path in proposal.facts
    ):
        return False
    if any(not label.startswith("项目") for label in labels):
        return True
    signs = sum(sign in text for sign in words.lists["study"])
    signs += 2 * is_grant
    return bool(labels) and signs >= 2


def _single(
    blanks: Sequence[FormBlank], proposals: Sequence[BlankProposal], standard: Standard
) -> Iterator[BlankProposal]:
    """Two different labels for one choice, date or number: both are asked."""
    labels: dict[str, set[str]] = defaultdict(set)
    for blank, proposal in zip(blanks, proposals, strict=True):
        for path in proposal.facts:
            question = standard.questions.get(path)
            if question is not None and question.type in _SINGLE:
                labels[path].add(plain(without_brackets(blank.words)))
    doubtful = {path for path, seen in labels.items() if len(seen) > 1}
    for proposal in proposals:
        if doubtful.isdisjoint(proposal.facts) or len(proposal.facts) > 1:
            yield proposal
        else:
            yield BlankProposal((ASK,), maybe=proposal.facts)


def _holds_one(words: Sequence[str], label: str, bare: str) -> bool:
    """Whether one of the words stands in a label, at its end where a $ says so."""
    return any(
        len(bare) <= _LONGEST_NOUN and bare.endswith(word[:-1])
        if word.endswith("$")
        else word in label
        for word in words
    )


class _Proposer:
    """Proposes blank by blank; keeps what the blanks before turned out to be."""

    def __init__(
        self, blanks: Sequence[FormBlank], words: FormWords, standard: Standard, kind: str
    ) -> None:
        self.blanks = blanks
        self.words = words
        self.standard = standard
        self.used_for = kind
        self.done: list[BlankProposal] = []
        self.owners: list[tuple[Owner | None, int]] = []

    def propose(self, at: int) -> BlankProposal:
        blank = self.blanks[at]
        proposal = self._marker(at) or self._fact(blank) or NOTHING
        self.done.append(proposal)
        owner = self.words.owner_in(blank.words)
        if owner is not None and owner.id in PEOPLE and proposal is NOTHING:
            owner = self.words.foreign  # 负责人 of another house
        if proposal.facts and proposal.facts[0].startswith("sites.list."):
            owner = self.words.owner("sites")
        self.owners.append((owner, blank.table))
        return proposal

    def _marker(self, at: int) -> BlankProposal | None:
        """A signature, or a part that the office fills."""
        blank, words = self.blanks[at], self.words
        label = plain(blank.words)
        if any(sign in label for sign in words.lists["signature"]) and "知情同意" not in label:
            return BlankProposal((SIGNATURE,))
        before = self.done[-1] if self.done else NOTHING
        nearest = plain(blank.before[-1]) if blank.before else ""
        if without_brackets(label) in _DATE_WORDS or blank.is_date and not label:
            near = self.blanks[at - 1].table == blank.table if at else False
            signed = any(sign in nearest for sign in words.lists["signature"])
            if signed or (near and before.marker == SIGNATURE):
                return BlankProposal((SIGNATURE,))
        bare = without_brackets(label)
        if bare in words.office or words.matches("office_here", blank.after + blank.words):
            return BlankProposal((OFFICE,))
        if any(words.matches("office_from_here", text.strip()) for text in blank.above):
            return BlankProposal((OFFICE,))
        if any(plain(text) in words.office for text in (blank.group, *blank.above[-2:])):
            return BlankProposal((OFFICE,))
        if words.matches("office_from_here", blank.words.strip()):
            return BlankProposal((OFFICE,))
        if any(sign in bare for sign in words.lists["declaration"]) and len(bare) <= 12:
            return BlankProposal((SIGNATURE,)) if "利益" not in bare else None
        return None

    def _fact(self, blank: FormBlank) -> BlankProposal | None:
        label = plain(blank.words)
        proposal = self._read(label, blank)
        if blank.kind == "boxes":
            proposal = self._by_options(blank, proposal)
        if proposal is None or proposal.marker:
            return proposal
        if not all(self._fits(path) for path in proposal.facts):
            return None
        if blank.kind == "rows" and not self._is_column(proposal.facts, blank):
            return None
        if blank.kind == "boxes" and any(path.startswith("team.") for path in proposal.facts):
            return None
        return proposal

    def _fits(self, path: str) -> bool:
        """Facts about a new submission stand only on its forms."""
        if self.used_for == "initial":
            return not path.startswith("event.") or path == "event.kind"
        return not path.startswith("participants.")

    def _is_column(self, facts: Sequence[str], blank: FormBlank) -> bool:
        """In a list only fields of lists; one row alone may be the investigator's."""
        one_row = len(blank.spot.rows) == 1
        return all(
            path.rpartition(".")[0] in ("team.members", "sites.list", "attachments")
            or one_row
            and (path.startswith(("investigator.", "institution.")) or self._type(path) == "int")
            for path in facts
        )

    def _type(self, path: str) -> str:
        question = self.standard.questions.get(path)
        return "" if question is None else "long" if question.long else question.type

    def _read(self, label: str, blank: FormBlank) -> BlankProposal | None:
        """What the words of a label say, the surest way first."""
        bare = without_brackets(label)
        only = self.words.only_when.get(self.used_for, {})
        for word in (label, bare):
            if word in only:
                return BlankProposal((only[word],), "exact")
            if word in self.words.ask:
                return BlankProposal((ASK,), maybe=self.words.labels.get(word, ()))
            if proposal := self._exact(word, blank):
                return proposal
        if self.words.same(bare) in self.words.ask_alike:
            return BlankProposal((ASK,))
        return (
            self._owned(bare, blank)
            or self._with_brackets(label, bare)
            or self._composite(bare, blank)
            or self._trimmed(bare, blank)
            or self._phrase(label, blank.kind == "boxes")
        )

    def _exact(self, word: str, blank: FormBlank) -> BlankProposal | None:
        facts = self.words.labels.get(loose(word)) or self.words.labels_alike.get(
            self.words.same(word)
        )
        if facts is None:
            return None
        if facts[0] in ("attachments.version", "attachments.date"):
            return BlankProposal(facts, "exact") if self._attachment(blank) else None
        block = "" if blank.group == blank.words else blank.group  # a label may be its own heading
        if self.words.owner_in(block) is self.words.foreign and not self._is_owner(word):
            return None
        return BlankProposal(facts, "exact")

    def _is_owner(self, word: str) -> bool:
        """Whether a label is itself the name of somebody (申办者), whatever block it stands in."""
        return word in self.words.foreign.words or word.endswith(("单位名称", "者名称"))

    def _attachment(self, blank: FormBlank) -> bool:
        """Whether an attachment is named: in the label, before it, above it."""
        named = "".join((blank.words, *blank.before, blank.group))
        return any(sign in named for sign in self.words.lists["attachment"])

    def _list_owner(self, word: str, blank: FormBlank) -> Owner | None:
        """Whose list it is of which a column has an attribute's name."""
        if blank.kind != "rows" or len(blank.spot.rows) < 2:
            return None
        for text in (blank.group, *reversed(blank.above[-2:])):
            owner = self.words.owner_in(text)
            if owner is not None and owner.id in _LISTS:
                return owner if word in owner.attributes else None
        return None

    def _owned(self, word: str, blank: FormBlank) -> BlankProposal | None:
        """An owner by name, an owner's attribute, or an attribute of the owner that stands near."""
        owner = self._list_owner(word, blank)
        if owner is not None:
            return BlankProposal((owner.attributes[word],), "owner")
        if self.words.names_stranger(blank.words) or self._is_of_stranger(word, blank):
            return None
        for start in ("", *self.words.lists["prefixes"]):
            if start and not word.startswith(start):
                continue
            rest = word.removeprefix(start)
            if fact := self._owner_fact(rest, blank):
                return BlankProposal((fact,), "owner")
        if any(True for _ in self.words.attribute_owners(word)):
            owner = self._context_owner(word, blank) or self._owner_by_columns(blank)
            if owner is not None and word in owner.attributes:
                return BlankProposal((owner.attributes[word],), "owner")
        return None

    def _is_of_stranger(self, word: str, blank: FormBlank) -> bool:
        """Whether the blank before asked somebody whom no dossier knows (统计负责人), and this one
        his house (所在单位), or his contact's particulars (联系人电话)."""
        if not self.done or self.done[-1] is not NOTHING:
            return False
        owner, table = self.owners[-1]
        if owner is not self.words.foreign or table != blank.table:
            return False
        asked = self.blanks[len(self.done) - 1].words
        is_beside = bool(blank.before) and plain(blank.before[-1]) == plain(asked)
        of_contact = self.words.owner("contact").attributes
        return (
            is_beside
            and word in self.words.owner("members").attributes
            or word.startswith("联系人")
            and word.removeprefix("联系人") in of_contact
        )

    def _owner_fact(self, word: str, blank: FormBlank) -> str | None:
        """The fact of an owner's own word, or of its word with an attribute behind."""
        for length in range(len(word), 0, -1):
            rest = word[length:].removeprefix("的")
            name = word[:length]
            for owner in self.words.by_name.get(name) or self.words.owners_alike.get(
                self.words.same(name), ()
            ):
                fact = owner.fact if not rest else owner.attributes.get(rest)
                if fact is not None:
                    near = self._foreign_near(blank, only_group=length > GENERIC)
                    return None if near else fact
                if owner.fact is None:
                    return None  # somebody else's
        return None

    def _foreign_near(self, blank: FormBlank, *, only_group: bool) -> bool:
        beside = without_brackets(plain(blank.before[-1])) if blank.before else ""
        if beside in self.words.lists["with_investigator"]:
            return True
        near = (blank.group,) if only_group else (blank.group, *blank.before)
        owners = [owner for text in near if (owner := self.words.owner_in(text)) is not None]
        elsewhere = () if only_group else _OTHER_BLOCKS
        return any(
            owner.fact is None or owner.id in elsewhere
            for owner in owners
            if owner.id not in _NOBODY
        )

    def _context_owner(self, word: str, blank: FormBlank) -> Owner | None:
        """Whose attribute it is: of the nearest label before it in its line or row, of its heading,
        of the blank before it."""
        for text in (*reversed(blank.before), blank.group, *reversed(blank.above[-3:])):
            owner = self.words.owner_in(text)
            if owner is None or (owner.id in _NOBODY and word not in owner.attributes):
                continue
            if owner.id in _LISTS and blank.kind != "rows" and text == blank.group:
                return self._previous_owner(blank) or owner  # 研究团队, and in it the investigator
            if len(plain(text)) <= GENERIC and self._foreign_near(blank, only_group=False):
                return self.words.foreign
            return owner
        return self._previous_owner(blank) or self._applicant(blank)

    def _previous_owner(self, blank: FormBlank) -> Owner | None:
        """The owner whom one of the last blanks of the same table or page asked."""
        near = _NEAR
        for (owner, table), before in zip(
            reversed(self.owners), reversed(self.blanks[: len(self.owners)]), strict=True
        ):
            if table != blank.table or not near:
                return None
            if owner is not None and owner.id != "department":
                return owner
            # What is asked of a person besides does not end what is asked of him.
            near -= without_brackets(plain(before.words)) not in self.words.of_person
        return None

    def _applicant(self, blank: FormBlank) -> Owner | None:
        """The investigator, where a form that named him on its cover asks a person's particulars
        again and names nobody."""
        named = any("investigator.name" in proposal.facts for proposal in self.done)
        if not named or not blank.table or blank.kind == "rows":
            return None
        investigator = self.words.owner("investigator")
        at = len(self.owners)
        near = {
            without_brackets(plain(other.words))
            for other in self.blanks[max(0, at - _NEAR) : at + _NEAR + 1]
            if other.table == blank.table and other is not blank and other.kind != "rows"
        }
        particulars = len(near & investigator.attributes.keys())
        return investigator if near & self.words.of_person or particulars >= 2 else None

    def _owner_by_columns(self, blank: FormBlank) -> Owner | None:
        """A list of several rows in which somebody's part in the work is asked: the team."""
        if blank.kind != "rows" or len(blank.spot.rows) < 2:
            return None
        members = self.words.owner("members")
        columns = {
            plain(without_brackets(plain(column.words)))
            for column in self.blanks
            if column.spot.rows and column.spot.rows[0] is blank.spot.rows[0]
        }
        roles = {word for word, path in members.attributes.items() if path.endswith(".role")}
        names = {word for word, path in members.attributes.items() if path.endswith(".name")}
        return members if columns & roles and columns & names else None

    def _with_brackets(self, label: str, bare: str) -> BlankProposal | None:
        """A title with its number in brackets, 项目名称（编号）; a label said again in brackets."""
        inside = re.search(r"\(([^()]+)\)", label)
        if inside is None:
            return None
        number = self.words.with_title.get(plain(inside.group(1)))
        if number and (bare == "项目" or self.words.labels.get(bare) == ("project.title",)):
            return BlankProposal(("project.title", number), "composite")
        return None

    def _composite(self, word: str, blank: FormBlank) -> BlankProposal | None:
        """Several facts in one label: the owner of the first holds for all.

        All must be known; of texts one may be lacking.
        """
        whole = [part for part in _SPLIT.split(word) if part]
        halves = ([word[: at.start()], word[at.end() :]] for at in _SPLIT.finditer(word))
        for parts in (whole, *halves) if len(whole) > 2 else (whole,):
            if 2 <= len(parts) <= _MOST_PARTS and (proposal := self._parts(parts, blank)):
                return proposal
        return None

    def _parts(self, parts: Sequence[str], blank: FormBlank) -> BlankProposal | None:
        facts: list[str] = []
        owner = self.words.owner_in(parts[0])
        if owner is not None and owner.fact is None and owner.id == "foreign":
            return None  # 组长单位及PI: theirs
        attributes = owner.attributes if owner is not None else {}
        lacking = 0
        for part in parts:
            proposal = self._exact(part, blank) or self._owned(part, blank)
            if facts and part in attributes:
                proposal = BlankProposal((attributes[part],))
            if proposal is None and part in self.words.with_title and "project.title" in facts:
                proposal = BlankProposal((self.words.with_title[part],))
            if proposal is None:
                proposal = self._trimmed(part, blank)
            if proposal is not None and proposal.marker:
                return None
            if proposal is None and not facts:
                return None  # what stands first is what it is about
            lacking += proposal is None
            facts += [path for path in (proposal or NOTHING).facts if path not in facts]
        if lacking and (lacking > 1 or not facts or {"long"} != set(map(self._type, facts))):
            return None
        return BlankProposal(tuple(facts), "composite")

    def _trimmed(self, word: str, blank: FormBlank) -> BlankProposal | None:
        """The label without what may stand around: a suffix always, a prefix before long words."""
        for end in self._ends(word):
            rest = word.removesuffix(end)
            proposal = self._exact(rest, blank) or self._owned(rest, blank)
            if (
                proposal
                and end.endswith(self.words.lists["counts"])
                and "bool" in map(self._type, proposal.facts)
            ):
                return None  # 随机人数 asks no 是否随机
            if proposal and ("project.title" not in proposal.facts or end in _OF_TITLE):
                return proposal
        for start in self._starts(word):
            rest = word.removeprefix(start)
            for end in ("", *self._ends(rest)):
                core = rest.removesuffix(end)
                if len(core) >= _SHORTEST and (proposal := self._exact(core, blank)):
                    return proposal
        if "是否" not in word:
            for start in ("是否", "有无", "是否有", "是否为", "是否涉及"):
                if proposal := self._exact(start + word, blank):
                    return proposal if blank.kind == "boxes" else None
        return None

    def _ends(self, word: str) -> Iterator[str]:
        """What may be cut off behind, several in a row too (情况说明)."""
        for end in self.words.lists["suffixes"]:
            if word.endswith(end) and len(rest := word.removesuffix(end)) > 1:
                yield end
                yield from (more + end for more in self._ends(rest))

    def _starts(self, word: str) -> Iterator[str]:
        """What may be cut off in front, several in a row too (请说明本研究的)."""
        for start in self.words.lists["prefixes"]:
            if word.startswith(start) and len(rest := word.removeprefix(start)) >= _SHORTEST:
                yield start
                yield from (start + more for more in self._starts(rest))

    def _phrase(self, label: str, is_boxes: bool) -> BlankProposal | None:
        """A long label in which several words stand that together leave no doubt."""
        if len(label) < _SHORTEST_PHRASE:
            return None
        bare = without_brackets(label)
        lengths: dict[str, int] = {}
        for path, parts in self.words.contains:
            if self._fits_phrase(path) and all(_holds_one(words, label, bare) for words in parts):
                lengths[path] = max(lengths.get(path, 0), len(parts))
        surest = [path for path, parts in lengths.items() if parts == max(lengths.values())]
        if len(surest) > 1 and all(path.startswith("event.") for path in surest):
            # Boxes ask a choice, room a text.
            surest = [path for path in surest if (self._type(path) == "long") != is_boxes]
        if len(surest) != 1 or self._asks_else(surest[0], label):
            return None
        return BlankProposal((surest[0],), "long")

    def _asks_else(self, path: str, label: str) -> bool:
        """Whether a label asks yes or no of something of which the fact is a text."""
        is_asked = "是否" in label or "有无" in label
        asked = (parts for fact, parts in self.words.contains if fact == path)
        return (
            is_asked
            and not path.startswith("event.")
            and self._type(path) == "long"
            and not any("是否" in word for parts in asked for words in parts for word in words)
        )

    def _fits_phrase(self, path: str) -> bool:
        """Forms about a new submission speak of the study's risks only to ask what changed."""
        new = self.used_for == "initial" or path.startswith("event.")
        return self._fits(path) and (new or self._type(path) != "long")

    def _by_options(self, blank: FormBlank, proposal: BlankProposal | None) -> BlankProposal | None:
        """What the options of boxes say of the fact; a label of many meanings is settled by them,
        and a label that asks for a text is outvoted."""
        if proposal is not None and not proposal.marker:
            if not all(self._type(path) == "long" for path in proposal.facts):
                return proposal
            if len(blank.options) == 1:
                proposal = BlankProposal((ASK,), maybe=proposal.facts)
        options = [plain(without_brackets(plain(option.words))) for option in blank.options]
        counts = {
            path: sum(option in words for option in options)
            for path, words in self.words.options.items()
            if self._fits(path)
        }
        best = max(counts, key=lambda path: counts[path], default="")
        if not best or counts[best] < 2 or counts[best] * 3 < len(options):
            return proposal
        if list(counts.values()).count(counts[best]) > 1:
            return proposal
        return BlankProposal((best,), "options")
