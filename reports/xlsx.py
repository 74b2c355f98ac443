"""`findings.xlsx`: the whole matrix to filter, sort and hand over. Text is only ever written as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

from nis2scan.api import Assessment, Language, MeasureRow, Outcome, Report, Severity, View, say, words

from .rows import COLUMNS, Rows, cut

TABLE_ROWS = 10_000
"""Above this many findings the sheet is written line by line and has a filter instead of a table."""

_COLOURS = {
    "fail": {"font_color": "#9C1C14", "bg_color": "#FBE9E7"},
    "warn": {"font_color": "#7A4300", "bg_color": "#FDF1DF"},
    "pass": {"font_color": "#115C30", "bg_color": "#E6F4EC"},
    "grey": {"font_color": "#4D5765", "bg_color": "#ECEFF3"},
}
_OF_OUTCOME = {Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.PASS: "pass"}
_OF_STATE = {"fail": "fail", "warn": "warn", "ok": "pass"}
_WIDTHS = {"measure": 24, "host": 22, "subject": 18, "title": 40, "found": 48, "expected": 40, "reason": 28}
_WIDTHS |= {"action": 40, "remedy": 40, "taken_at": 17, "catalogue": 14, "check": 30, "id": 17}


class CellRefused(RuntimeError):
    """The workbook library did not take a cell. Silence here would be a lost finding."""


class _Book:
    """A workbook in one language: writes typed cells and lets none get lost."""

    def __init__(self, out: BinaryIO, language: Language, streamed: bool) -> None:
        import xlsxwriter

        never = {f"strings_to_{what}": False for what in ("numbers", "formulas", "urls")}
        self.book = xlsxwriter.Workbook(out, {**never, "constant_memory": streamed, "nan_inf_to_errors": True})
        self.language = language
        made = self.book.add_format
        self.formats = {name: made({**colour, "valign": "top"}) for name, colour in _COLOURS.items()}
        self.formats["head"] = made({"bold": True, "bg_color": "#154273", "font_color": "#FFFFFF", "valign": "top"})
        self.formats["title"] = made({"bold": True, "font_size": 14})
        self.formats["text"] = made({"valign": "top"})
        self.formats["wrap"] = made({"valign": "top", "text_wrap": True})
        self.formats["moment"] = made({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"})
        self.formats["day"] = made({"valign": "top", "num_format": "yyyy-mm-dd"})

    def sheet(self, name: str, widths: Sequence[int], header_row: int) -> Any:
        """A sheet that prints on landscape A4, one page wide, its header repeated and frozen."""
        sheet = self.book.add_worksheet(name[:31])
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.repeat_rows(header_row)
        sheet.freeze_panes(header_row + 1, 0)
        return sheet

    def put(self, sheet: Any, at: int, values: Sequence[object], formats: Sequence[str] = ()) -> None:
        """One line. Numbers as numbers, days and moments as such in local time, all else as text that fits."""
        for column, value in enumerate(values):
            if value == "" or value is None:
                continue
            named = formats[column] if column < len(formats) else ""
            if self._cell(sheet, at, column, value, named) not in (0, None):
                raise CellRefused(f"{sheet.name}, row {at + 1}, column {column + 1}")

    def _cell(self, sheet: Any, at: int, column: int, value: object, named: str) -> Any:
        match value:
            case str():
                return sheet.write_string(at, column, value, self.formats[named or "text"])
            case datetime():
                local = value.astimezone().replace(tzinfo=None)
                return sheet.write_datetime(at, column, local, self.formats["moment"])
            case date():
                return sheet.write_datetime(at, column, value, self.formats["day"])
            case int() | float():
                return sheet.write_number(at, column, value, self.formats[named or "text"])
        raise CellRefused(f"{sheet.name}: {type(value).__name__} is no value for a cell")


def _write(assessment: Assessment, view: View, out: BinaryIO) -> None:
    book = _Book(out, view.language, streamed=len(assessment.findings) > TABLE_ROWS)
    _summary(book, assessment)
    _findings(book, assessment)
    _hosts(book, assessment)
    _not_assessed(book, assessment)
    _legend(book, assessment)
    book.book.close()


def _summary(book: _Book, assessment: Assessment) -> None:
    _ = book.language.source
    heads = [
        *(_("Measure"), _("Judgement"), _("In order"), _("Attention"), _("Insufficient")),
        *(_("Not looked at"), _("Not applicable"), _("On somebody's word"), _("Devices looked at")),
        *(_("Devices"), _("Oldest measurement"), _("Why incomplete")),
    ]
    top = [
        words.clean(assessment.client, 200),
        book.language.text(say("Measured on {moment}", moment=assessment.taken_at)),
        _("An aid, not legal advice."),
    ]
    top += [_("This is made-up data, not a real company.")] if assessment.synthetic else []
    sheet = book.sheet(_("Summary"), [30, 14, 10, 10, 12, 13, 14, 18, 17, 10, 18, 60], len(top) + 1)
    for at, line in enumerate(top):
        book.put(sheet, at, [line], ["text" if at else "title"])
    book.put(sheet, len(top) + 1, heads, ["head"] * len(heads))
    for at, measure in enumerate(assessment.measures, len(top) + 2):
        book.put(sheet, at, _measure(book.language, measure), ["text", _OF_STATE.get(measure.state, "grey")])


def _measure(language: Language, row: MeasureRow) -> list[object]:
    return [
        language.source(words.MEASURES[row.measure]),
        language.source(words.STATES[row.state]),
        *(row.passed, row.warned, row.failed, row.unseen, row.not_applicable, row.attested),
        *(row.assets_looked, row.assets, row.oldest, cut(language.text(row.why_incomplete))),
    ]


def _findings(book: _Book, assessment: Assessment) -> None:
    _, last = book.language.source, len(assessment.findings)
    heads = [_(header) for header in COLUMNS.values()]
    sheet = book.sheet(_("Findings"), [_WIDTHS.get(name, 13) for name in COLUMNS], 0)
    sheet.freeze_panes(1, 3)
    where, column = list(COLUMNS).index("outcome"), len(COLUMNS) - 1
    if 0 < last <= TABLE_ROWS:
        named = [{"header": head, "header_format": book.formats["head"]} for head in heads]
        if sheet.add_table(0, 0, last, column, {"columns": named, "style": "Table Style Light 1"}) not in (0, None):
            raise CellRefused("the table of findings")
    else:
        sheet.autofilter(0, 0, max(last, 1), column)
    book.put(sheet, 0, heads, ["head"] * len(heads))
    colours = {outcome: (*["text"] * where, _OF_OUTCOME.get(outcome, "grey")) for outcome in Outcome}
    for at, (finding, row) in enumerate(zip(assessment.findings, Rows(assessment, book.language), strict=True), 1):
        book.put(sheet, at, row, colours[finding.outcome])


def _hosts(book: _Book, assessment: Assessment) -> None:
    _ = book.language.source
    heads = [
        _("Device"),
        _("Kind"),
        _("Address"),
        _("System"),
        _("Looked at"),
        _("Why not looked at"),
    ]
    heads += [_("Measured on"), _("How looked at")] + [_(words.OUTCOMES[outcome]) for outcome in Outcome]
    sheet = book.sheet(_("Devices"), [26, 20, 16, 36, 12, 40, 17, 34, 12, 12, 14, 20, 14], 0)
    book.put(sheet, 0, heads, ["head"] * len(heads))
    sheet.autofilter(0, 0, max(1, len(assessment.assets)), len(heads) - 1)
    counts = Counter((finding.host, finding.outcome) for finding in assessment.findings)
    for at, asset in enumerate(assessment.assets, 1):
        why = _(words.REASONS[asset.reason]) if asset.reason else ""
        known: list[object] = [cut(asset.name), _(words.KINDS.get(asset.kind, asset.kind))]
        known += [cut(asset.address), cut(asset.system), _("yes") if asset.looked else _("no")]
        how = words.how_looked(book.language, asset.vantage, assessment.by_file.get(asset.name, 0))
        known += [why, asset.taken_at, how]
        book.put(sheet, at, [*known, *(counts[asset.name, outcome] for outcome in Outcome)])


def _not_assessed(book: _Book, assessment: Assessment) -> None:
    _ = book.language.source
    heads = [
        _("Cause"),
        _("Findings"),
        _("Devices"),
        _("Which devices"),
        _("Next step"),
        _("Command"),
    ]
    sheet = book.sheet(_("Not looked at"), [40, 10, 10, 60, 60, 40], 0)
    book.put(sheet, 0, heads, ["head"] * len(heads))
    for at, cause in enumerate(assessment.unseen, 1):
        hosts = cut(", ".join(words.host_word(book.language, host) for host in cause.hosts))
        step = book.language.text(cause.next_step)
        line = [_(words.REASONS[cause.reason]), cause.findings, len(cause.hosts), hosts, step, cause.command]
        book.put(sheet, at, line, ["text", "text", "text", "wrap", "wrap"])


def _legend(book: _Book, assessment: Assessment) -> None:
    _ = book.language.source
    sheet = book.sheet(_("Legend"), [26, 100], 0)
    meanings = {
        Outcome.PASS: _("Looked at, and as it should be."),
        Outcome.WARN: _("Looked at, and it deserves attention."),
        Outcome.FAIL: _("Looked at, and not as it should be."),
        Outcome.NOT_APPLICABLE: _("Looked where it would be, and it is not there."),
        Outcome.NOT_ASSESSED: _("Could not be looked at; the reason stands beside it. This never counts as in order."),
    }
    lines: list[tuple[object, object, str]] = [
        (_(words.OUTCOMES[outcome]), meaning, _OF_OUTCOME.get(outcome, "grey")) for outcome, meaning in meanings.items()
    ]
    lines.append((_("Severity"), " < ".join(_(words.SEVERITIES[each]) for each in Severity), "text"))
    lines += [
        (_("Law and norms"), f"{_(assessment.law.title)} · {book.language.day(assessment.law.dated)}", "text"),
        (_("Made with"), f"nis2scan {assessment.method.version}", "text"),
    ]
    lines += [
        (_("Data set"), f"{data.name} · {book.language.day(data.compiled)}", "text") for data in assessment.datasets
    ]
    book.put(sheet, 0, [_("Word"), _("Meaning")], ["head", "head"])
    for at, (word, meaning, colour) in enumerate(lines, 1):
        book.put(sheet, at, [word, meaning], [colour, "wrap"])


xlsx = Report("xlsx", "findings.xlsx", _write)
