"""The workbook, the CSV and the JSON: read back by other programs, with nothing lost and nothing that runs."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from sample import FORMULA, LONG, Written

from nis2scan.assessment import Assessment
from nis2scan.model import Outcome


@pytest.fixture
def rows(written: Written) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(written("json"))["findings"]
    return found


def test_findings_json_follows_its_published_schema(written: Written) -> None:
    published = resources.files("nis2scan.reports") / "schema" / "findings-1.schema.json"
    schema = json.loads(published.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(written("json")))


def test_findings_json_has_every_finding_once_and_is_the_same_in_every_language(
    bakery: Assessment, rows: list[dict[str, Any]], written: Written
) -> None:
    assert sorted(row["id"] for row in rows) == sorted(item.id for item in bakery.findings)
    assert written("json", "en") == written("json", "nl")
    assert {row["outcome"] for row in rows} == {str(outcome) for outcome in Outcome}
    assert all((row["reason"] is None) == (row["outcome"] != "not_assessed") for row in rows)


def test_findings_json_is_valid_whatever_bytes_a_host_sent(bakery: Assessment, written: Written) -> None:
    from dataclasses import replace

    odd = [replace(bakery.findings[0], found="half \udc80 a \u202e name\x00", host="caf\udce9")]
    (row,) = json.loads(written("json", assessment=replace(bakery, findings=odd)))["findings"]
    assert row["found"] == "half � a � name�"


def test_the_dutch_csv_is_what_excel_opens_and_holds_every_finding(
    bakery: Assessment, rows: list[dict[str, Any]], written: Written
) -> None:
    data = written("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == len(bakery.findings) + 1
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert Counter(line["Uitkomst"] for line in lines)["onvoldoende"] == sum(row["outcome"] == "fail" for row in rows)
    assert [line["Bevinding"] for line in lines] == [row["id"] for row in rows]
    assert {datetime.fromisoformat(line["Gemeten op"]) for line in lines} == {item.taken_at for item in bakery.findings}


def test_the_csv_for_programs_has_plain_column_names_and_no_mark(written: Written, rows: list[dict[str, Any]]) -> None:
    data = written("csv", "en", "rfc4180")
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    assert data.startswith(b"measure,host,subject,")
    assert [line["id"] for line in lines] == [row["id"] for row in rows]


@pytest.mark.parametrize("profile", ["nl", "rfc4180"])
def test_no_cell_of_a_csv_starts_a_formula(profile: str, written: Written) -> None:
    data = written("csv", "nl", profile).decode("utf-8-sig")
    cells = [
        cell
        for line in csv.reader(io.StringIO(data, newline=""), delimiter=";" if profile == "nl" else ",")
        for cell in line
    ]
    number = re.compile(r"[-+]?[\d.,]+$")
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n|%") and not number.match(cell)] == []
    assert "'" + FORMULA in cells
    assert max(map(len, cells)) <= 32_767


def test_the_subject_of_a_finding_that_is_a_negative_number_stays_a_number_in_the_csv(
    bakery: Assessment, written: Written
) -> None:
    from dataclasses import replace

    one = replace(bakery, findings=[replace(bakery.findings[0], subject="-5", found="\t=1+1")])
    lines = list(
        csv.DictReader(io.StringIO(written("csv", assessment=one).decode("utf-8-sig"), newline=""), delimiter=";")
    )
    assert (lines[0]["Onderdeel"], lines[0]["Gevonden"]) == ("-5", "'\t=1+1")


def _book(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_the_workbook_has_its_sheets_in_the_language_of_the_report(written: Written) -> None:
    assert _book(written("xlsx")).sheetnames == ["Samenvatting", "Bevindingen", "Apparaten", "Niet bekeken", "Legenda"]
    assert _book(written("xlsx", "en")).sheetnames == ["Summary", "Findings", "Devices", "Not looked at", "Legend"]


def test_the_workbook_has_every_finding_with_typed_cells_and_no_formula_or_link(
    rows: list[dict[str, Any]], written: Written
) -> None:
    book = _book(written("xlsx"))
    sheet = book["Bevindingen"]
    heads = [cell.value for cell in sheet[1]]
    lines = [dict(zip(heads, line, strict=True)) for line in sheet.iter_rows(min_row=2, values_only=True)]
    assert [line["Bevinding"] for line in lines] == [row["id"] for row in rows]
    assert all(isinstance(line["Gemeten op"], datetime) for line in lines)
    every = [cell for page in book for line in page.iter_rows() for cell in line]
    assert not [cell.coordinate for cell in every if cell.data_type == "f" or cell.hyperlink]
    assert FORMULA in [cell.value for cell in every]
    assert list(sheet.tables)
    assert sheet.freeze_panes == "D2"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$1:$1"


def test_a_string_too_long_for_a_cell_is_cut_with_a_mark_and_not_dropped(bakery: Assessment, written: Written) -> None:
    from dataclasses import replace

    one = replace(bakery, findings=[replace(bakery.findings[0], found=LONG)])
    values = [cell.value for cell in _book(written("xlsx", assessment=one))["Bevindingen"][2]]
    (cut,) = [value for value in values if isinstance(value, str) and value.startswith("xxx")]
    assert (len(cut), cut[-2:]) == (32_767, " …")


def test_the_summary_adds_up_to_the_findings(bakery: Assessment, written: Written) -> None:
    lines = list(_book(written("xlsx"))["Samenvatting"].iter_rows(values_only=True))
    start = next(at for at, line in enumerate(lines) if line[0] == "Maatregel") + 1
    told = [sum(line[2:7]) for line in lines[start:]]
    eight = [item for item in bakery.findings if item.measure != "organisation"]
    assert sum(told) == len(eight)


def test_another_program_than_the_one_it_was_tested_with_opens_the_workbook(written: Written, tmp_path: Path) -> None:
    converter = shutil.which("ssconvert")
    if converter is None:
        pytest.skip("gnumeric's ssconvert is not installed")
    (tmp_path / "findings.xlsx").write_bytes(written("xlsx"))
    done = subprocess.run(
        [converter, "-S", "findings.xlsx", "sheet-%n.csv"], cwd=tmp_path, capture_output=True, timeout=120, check=True
    )
    assert b"rror" not in done.stderr
    with (tmp_path / "sheet-1.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    assert lines[0][:3] == ["Maatregel", "Apparaat", "Onderdeel"]
    assert FORMULA in {line[1] for line in lines}
    assert len(lines) == len(json.loads(written("json"))["findings"]) + 1
