"""What holds for every HTML report: nothing loaded, nothing of a host believed, nothing lost, nothing in English."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sample import HERE, HOSTILE, SCRIPT, TURNED, Written

from nis2scan.assessment import Assessment
from nis2scan.language import Language
from nis2scan.model import Outcome, Severity

LANGUAGES = ("nl", "en")


class _Seen(HTMLParser):
    """Elements, attributes and the text that a person reads."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._silent = tag if tag in ("style", "script", "pre", "code") else self._silent

    def handle_endtag(self, tag: str) -> None:
        self._silent = "" if tag == self._silent else self._silent

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.text.append(" ".join(data.split()))


def _seen(page: bytes) -> _Seen:
    seen = _Seen()
    seen.feed(page.decode())
    return seen


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_policy_names_the_hashes_of_the_style_and_the_script_that_stand_in_the_file(
    code: str, written: Written
) -> None:
    page = written("html", code).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    for element in ("style", "script"):
        (inside,) = re.findall(rf"<{element}>(.*?)</{element}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{element}-src &#39;sha256-{digest}&#39;" in policy[1]
    assert policy[1].startswith("default-src &#39;none&#39;;")


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_loaded_from_anywhere_and_no_link_leaves_the_page(code: str, written: Written) -> None:
    seen = _seen(written("html", code))
    targets = [value for _, name, value in seen.attributes if name in ("href", "src", "action", "srcset", "data")]
    assert targets
    assert [value for value in targets if not value.startswith("#")] == []
    assert not seen.tags.keys() & {"img", "link", "iframe", "object", "embed", "form", "base"}
    assert not [name for _, name, _ in seen.attributes if name == "style" or name.startswith("on")]


def test_every_inner_link_has_a_target(written: Written) -> None:
    seen = _seen(written("html"))
    ids = [value for _, name, value in seen.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for _, name, value in seen.attributes if name == "href"} <= set(ids)


def test_what_a_host_says_is_shown_and_never_obeyed(written: Written) -> None:
    page = written("html").decode()
    assert _seen(page.encode()).tags["script"] == 1
    assert SCRIPT not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert TURNED not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)
    assert "x" * 601 not in page


def test_every_open_finding_stands_once_with_its_evidence_and_the_low_ones_with_their_device(
    bakery: Assessment, written: Written
) -> None:
    ids = [value for _, name, value in _seen(written("html")).attributes if name == "id"]
    anchored = sorted(value for value in ids if value.startswith("F-"))
    shown = [item for item in bakery.findings if item.open and item.severity is not Severity.LOW]
    assert anchored == sorted(item.id for item in shown)


def test_every_finding_is_a_line_with_its_device_where_somebody_looked(bakery: Assessment, written: Written) -> None:
    """What stands under a device that nobody could look into is one count: a page of the same word says nothing."""
    page = written("html", "en").decode()
    tables = re.findall(r'<table class="cards findings">.*?</table>', page, re.S)
    counted = [int(count) for count in re.findall(r"(\d+) judgements? about this device (?:was|were) not made", page)]
    assert sum(table.count("<tr") - 1 for table in tables) + sum(counted) == len(bakery.findings)


def test_the_counts_on_page_one_are_the_counts_of_the_findings(bakery: Assessment, written: Written) -> None:
    page = written("html", "en").decode()
    for row in bakery.measures:
        counts = Counter(item.outcome for item in bakery.findings if item.measure is row.measure)
        told = (
            f"{counts[Outcome.PASS]} in order, {counts[Outcome.WARN]} attention, "
            f"{counts[Outcome.FAIL]} insufficient, {counts[Outcome.NOT_ASSESSED]} not looked at"
        )
        assert f'aria-label="{told}"' in page


@pytest.mark.parametrize("code", LANGUAGES)
def test_there_is_no_percentage_and_no_trace_of_the_program_in_the_text(code: str, written: Written) -> None:
    text = "\n".join(_seen(written("html", code)).text)
    assert re.findall(r"\d\s*%|\bNone\b|\bnan\b|%\(|\{\{|\{%|\{[a-z_]+\}|<Outcome|Outcome\.", text) == []


def test_page_one_says_what_is_worst_at_most_five_actions_and_what_is_not_known(written: Written) -> None:
    page = written("html").decode()
    lead = page[page.index('class="lead"') : page.index("</section>", page.index('class="lead"'))]
    assert "Extern bureaublad (RDP) staat open naar internet" in lead
    assert "8 van de 24 apparaten en diensten" in " ".join(lead.split())
    assert lead.count("<li>") == 5
    assert "nog niemand" in lead
    assert "voor 27 november 2026" in lead


def test_made_up_data_says_so_at_the_top_and_real_data_does_not(bakery: Assessment, written: Written) -> None:
    warning = "Dit zijn verzonnen gegevens"
    top = written("html").decode().split("<h1>")[0]
    assert warning in top
    assert warning not in written("html", assessment=replace(bakery, synthetic=False)).decode()


def test_an_office_of_which_nothing_is_known_is_not_praised(bakery: Assessment, written: Written) -> None:
    empty = [
        replace(row, passed=0, warned=0, failed=0, attested=0, assets_looked=0, oldest=None) for row in bakery.measures
    ]
    blank = replace(bakery, findings=[], actions=[], measures=empty)
    page = written("html", assessment=blank).decode()
    assert "Er kon nog niets beoordeeld worden." in page
    assert "vraagt nu niets uw aandacht" not in page


def test_no_english_is_left_in_the_dutch_page(written: Written, tmp_path: Path) -> None:
    text = _seen(written("html")).text
    labels = [value for _, name, value in _seen(written("html")).attributes if name in ("aria-label", "data-label")]
    english = _sources()
    assert len(english) > 150
    assert [line for line in (*text, *labels) if line.rstrip(":.,") in english] == []


def _sources() -> set[str]:
    """Every English sentence with other Dutch words, of the reports and of the sample."""
    from babel.messages.pofile import read_po

    files = [HERE.parents[1] / "nis2scan/locale/nl/LC_MESSAGES/reports.po", HERE / "sample.nl.po"]
    found: set[str] = set()
    for file in files:
        with file.open("rb") as stream:
            for message in read_po(stream, locale="nl"):
                if isinstance(message.id, str) and message.id and message.id != message.string:
                    found.add(message.id.rstrip(":.,"))
    return found


def test_the_dutch_of_the_reports_is_complete() -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("translations", HERE.parents[1] / "scripts" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    translations = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(translations)
    own = ("reports/", "nis2scan/words.py")
    assert [text for text, where in translations.missing().items() if where.startswith(own)] == []


def test_hostile_strings_are_all_in_the_sample(bakery: Assessment) -> None:
    told = [Language("en").text(item.found) for item in bakery.findings]
    assert all(any(text in line for line in told) for text in HOSTILE)
