"""Proof of a pack's templates: none is wrong, missing or of no use, and what they say is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from mmethics_cli.core.checks.pack_quality import PackEntries
from mmethics_cli.core.standard.model import ConsentElement, DocumentKind, ElementFact, Standard
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.errors import Problem
from mmethics_cli.render.element_facts import ElementPassages
from mmethics_cli.render.guards import unguarded_prints
from mmethics_cli.render.language import CLOSE, NODE_END
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.web.proof import page_problems
from mmethics_cli.store.pack import Pack
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.english import english_faults, template_of, words_of

_HAN: Final = re.compile("[㐀-䶿一-鿿豈-﫿]+")
_SIGNATURE: Final = re.compile(r"签名|签字")
_SIGNED_BY: Final = re.compile(r"(?:签名|签字)[:：]")
# What is said to participants cites no norm: which article asks for which sentence is said to the
# committee, in its table of elements.
_CITATION: Final = re.compile(
    r"《[^》]*(?:法|办法|条例|规定|指南|准则|宣言)》|第\s*[\d一二三四五六七八九十]+\s*条|待核"
    r"|\b(?:Law|Articles?|Measures|Regulations?|GB/T)\b"
)


_CITES: Final = "给参与者的文件里引用了“{}”"
_NO_NORM: Final = "法源写在 elements.yaml 的 basis 里，由要素对照表说给伦理委员会。"


def template_problems(pack: Pack, standard: Standard) -> Iterator[Problem]:
    """What is wrong in templates, documents whose template is not there, templates of no use."""
    texts = {name: pack.template_text(name) for name in pack.templates if name.endswith(".md")}
    templates = Templates(texts, standard, _tree, pack.own_templates, pack.pictures)
    terms, problems = words_of(pack, standard)
    yield from problems
    used = {document.layout for document in standard.documents.values()}
    for number, document in enumerate(standard.documents.values()):
        if document.template is None:
            continue
        if document.template not in texts:
            yield _lacks_template(pack, number, document)
        else:
            used |= templates.files(document.template)
            wrong = templates.problems(document.template)
            yield from wrong
            yield from _element_problems(pack, number, document, templates)
            english = template_of(document)
            yield from _untold_facts(templates, document)
            if not wrong:
                yield from _word_problems(pack, number, document, templates)
            if not wrong and english in texts:
                used |= templates.files(english)
                yield from english_faults(terms, templates, document)
        yield from _layout_problems(pack, document)
        yield from _section_problems(pack, number, document, templates)
    if pack.overlay is None:
        yield from _reader_problems(pack, templates)
    fix = "请核对文件名，或在 documents.yaml 里写 template:。"
    named = texts.keys() if pack.overlay is None else pack.own_templates.keys()
    for name in sorted(named - used):
        yield Problem("没有文件用到这个模板。", pack.own_templates.get(name, name), fix=fix)
    called = {name: pack.own_templates.get(name, name) for name in pack.templates}
    yield from page_problems(pack.template_text, called)


def _tree(text: str) -> object:
    return parse(text, "模板").tree


def _lacks_template(pack: Pack, number: int, document: DocumentKind) -> Problem:
    place = pack.locate("documents.yaml", (number, "template"))
    return Problem(f"没有模板“{document.template}”", *place)


def _section_problems(
    pack: Pack, number: int, document: DocumentKind, templates: Templates
) -> Iterator[Problem]:
    """Headings under which a document should stand in another and that the other does not have."""
    for host, heading in document.within.items():
        name = templates.standard.documents[host].template or ""
        if name not in templates.texts:
            continue
        lines = templates.get(name).source.lines if not templates.problems(name) else ()
        # What is open round a heading stands as a mark before it.
        ends = [line.rpartition(NODE_END)[2].rpartition(CLOSE)[2] for line in lines]
        if lines and not any(end.lstrip("# ") == heading for end in ends if end[:1] == "#"):
            place = pack.locate("documents.yaml", (number, "within", host))
            yield Problem(f"“{document.title}”归入的模板“{name}”里没有标题“{heading}”", *place)


def _layout_problems(pack: Pack, document: DocumentKind) -> Iterator[Problem]:
    """What is wrong in the layout of a document that is also an Excel file."""
    name = document.layout
    if "xlsx" in document.formats and name in pack.templates:
        from mmethics_cli.render.worksheets import problems

        tree = parse(pack.template_text(name), name).tree
        yield from problems(pack.own_templates.get(name, name), tree)


def _element_problems(
    pack: Pack, number: int, document: DocumentKind, templates: Templates
) -> Iterator[Problem]:
    """Consent elements that a document must hold and its templates never write of, or reversed."""
    for template in _templates_of(templates, document):
        written = templates.elements(template)
        for at, element in enumerate(document.elements):
            if element.id not in written:
                place = pack.locate("documents.yaml", (number, "elements", at))
                yield Problem(f"模板“{template}”里没有“::: element {element.id}”", *place)
        for name in sorted(written - templates.standard.elements.keys()):
            place = pack.locate("documents.yaml", (number, "template"))
            yield Problem(f"模板“{template}”标出了不认识的告知要素“{name}”", *place)


def _reader_problems(pack: Pack, templates: Templates) -> Iterator[Problem]:
    """Texts of the applicant's that a reader's papers print and `reads` does not name, or the
    other way round."""
    standard = templates.standard
    for number, document in enumerate(standard.documents.values()):
        if document.for_form and not standard.readers.names(document.id):
            place = pack.locate("documents.yaml", (number, "for_form"))
            yield Problem(f"没有写“{document.title}”由谁读", *place, "写进 readers.yaml。")
    for number, reader in enumerate(standard.readers.all):
        place = pack.locate("readers.yaml", ("readers", number))
        names = [standard.documents[document].template or "" for document in reader.documents]
        if any(templates.problems(name) for name in names):
            continue
        printed = {path for name in names for path in templates.get(name).printed}
        texts = {path for path in printed if _is_text(standard, path)}
        for path in sorted(texts - reader.reads if names else ()):
            yield Problem(f"“{reader.title}”读的文件印了“{path}”，reads 里没有", *place)
        for path in sorted(reader.reads - texts):
            yield Problem(f"“{reader.title}”读的文件没有印“{path}”，reads 里有", *place)


def _is_text(standard: Standard, path: str) -> bool:
    owner, _, name = path.rpartition(".")
    question = standard.fields.get((owner, name)) or standard.questions.get(path)
    return question is not None and question.type == "text"


def _templates_of(templates: Templates, document: DocumentKind) -> Iterator[str]:
    """The templates of a document that are there, the Chinese one first."""
    for name in (document.template or "", template_of(document)):
        if name in templates.texts:
            yield name


def _untold_facts(templates: Templates, document: DocumentKind) -> Iterator[Problem]:
    """Facts that a consent element must tell and that its passage in a template does not."""
    due = {required.id: required.when for required in document.elements}
    for name in _templates_of(templates, document) if due else ():
        if templates.problems(name):
            continue
        passages = ElementPassages(templates.get(name))
        for element, fact in _facts_to_tell(templates.standard, document):
            values = _values_of(templates.standard, fact)
            untold = passages.untold(element.id, due[element.id], fact, values)
            if untold is not None:
                label = label_of(templates.standard, fact.path)
                what = f"文件“{document.title}”的告知要素 {element.id}“{element.text}”"
                message, fix = _UNTOLD[untold.narrower]
                text = f"{what}{message.format(f'“{label}”（{fact.path}）')}"
                yield untold.place.problem(text, fix.format(element.id))


_UNTOLD: Final = {
    False: ("没有印{}", "在“::: element {}”里印出；不用写的，改 elements.yaml 的 facts。"),
    True: (
        "只在别的条件下才印{}",
        "去掉外面的条件，或者把它写进 elements.yaml 里这个事实的 when。",
    ),
}


def _facts_to_tell(
    standard: Standard, document: DocumentKind
) -> Iterator[tuple[ConsentElement, ElementFact]]:
    for required in document.elements:
        element = standard.elements[required.id]
        for fact in element.facts:
            if fact.stands_in(document.id):
                yield element, fact


def _values_of(standard: Standard, fact: ElementFact) -> frozenset[object]:
    """The values of a fact that may be told by a passage for each; empty for any other."""
    declared = standard.questions.get(fact.path) or standard.derived.get(fact.path)
    if declared is None or declared.type not in ("bool", "choice"):
        return frozenset()
    return frozenset({True, False}) if declared.type == "bool" else frozenset(declared.values)


# What a template says, beside being right. Of shipped ones an institution is told nothing.


def _word_problems(
    pack: Pack, number: int, document: DocumentKind, templates: Templates
) -> Iterator[Problem]:
    name, english = document.template or "", template_of(document)
    yield from _gaps_to_come(pack, templates, name)
    place = pack.locate("documents.yaml", (number,))
    if pack.overlay is None or place[0] != "documents.yaml":
        yield from _signature_problems(pack, number, document, templates)
    if pack.overlay is None and document.for_form and english not in templates.texts:
        fix = f"写 templates/{english}：给参与者的文件都有中英文两份。"
        yield Problem(f"文件“{document.title}”没有英文模板", *place, fix)
    for template in (name, english):
        own = pack.overlay is None or template in pack.own_templates
        if not own or template not in templates.texts or templates.problems(template):
            continue
        if document.for_form:
            yield from _lines(templates, template, _CITATION, _CITES, _NO_NORM)
        if template == english:
            yield from _english_problems(pack, document, templates)


def _english_problems(
    pack: Pack, document: DocumentKind, templates: Templates
) -> Iterator[Problem]:
    """Where an English template says less than the Chinese one, or says it in Chinese."""
    name = template_of(document)
    yield from _lines(templates, name, _HAN, "英文模板里有中文“{}”", "译成英文。")
    english, chinese = templates.get(name), templates.get(document.template or "")
    shown = pack.own_templates.get(name, name)
    if english.title != document.title_en:
        fix = f"写成 documents.yaml 里的“{document.title_en}”。"
        yield Problem(f"英文模板的标题是“{english.title}”", shown, 1, fix)
    for path in sorted(chinese.printed - english.printed):
        yield Problem(f"中文印了“{path}”，英文没有印", shown, fix="在英文模板的同一处印出。")


def _lines(
    templates: Templates, name: str, unwanted: re.Pattern[str], message: str, fix: str
) -> Iterator[Problem]:
    """The lines of a template, its parts' too, that hold what they should not."""
    source = templates.get(name).source
    for line, place in zip(source.lines, source.places, strict=True):
        match = unwanted.search(line)
        if match is not None:
            yield place.problem(message.format(match[0]), fix)


def _gaps_to_come(pack: Pack, templates: Templates, name: str) -> Iterator[Problem]:
    """What a template prints and nobody has to answer: `check` is content, the document is not."""
    entries = PackEntries(pack.trees)
    for fact in unguarded_prints(templates.get(name)):
        place = entries.questions.get(fact.path)
        if place is None:
            continue  # computed, not asked
        own = pack.locate(*place)[0] != place[0] or fact.place.file in pack.own_templates.values()
        owner, _, field = fact.path.rpartition(".")
        standard = templates.standard
        question = standard.fields.get((owner, field)) or standard.questions[fact.path]
        free = entries.entry(place).get("required") == "no"
        optional = free or question.of_office or question.inherits
        if question.required_when is None and not optional and (own or pack.overlay is None):
            yield fact.place.problem(
                f"印了“{question.label}”（{fact.path}），而这个问题没有写何时必答",
                "给问题写 required_when；可以不答的，只在答了时才印（{% when {"
                f"{fact.path}: {{answered: yes}}}} %}}），或者写 required: no。",
            )


def _signature_problems(
    pack: Pack, number: int, document: DocumentKind, templates: Templates
) -> Iterator[Problem]:
    """Signers without a place to sign, and a place to sign for nobody."""
    text = templates.get(document.template or "").source.text
    place = pack.locate("documents.yaml", (number, "signers"))
    if document.signers and not _SIGNATURE.search(text):
        names = "、".join(document.signers)
        fix = "在模板里写签名处（::: sign）。"
        yield Problem(f"“{document.title}”由{names}签字，模板里却没有签名处", *place, fix)
    entry: Mapping[str, object] = PackEntries(pack.trees).entry(("documents.yaml", (number,)))
    if document.audience == "applicant" and _SIGNED_BY.search(text) and "signers" not in entry:
        fix = "写 signers；不列入签字清单的写 signers: []。"
        yield Problem(f"“{document.title}”的模板里有签名处，却没有写由谁签字", *place, fix)
