"""A sentence comes out in the language of the report; what a host said stays as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from nis2scan.language import language
from nis2scan.model import say

LOCALES = [Path(__file__).parent.parent / "nis2scan" / "locale"]
NL, EN = language("nl", LOCALES), language("en", LOCALES)


def test_a_message_is_translated_and_its_values_are_filled_in() -> None:
    message = say("this machine runs {platform}", platform="linux")

    assert NL.text(message) == "deze machine draait linux"
    assert EN.text(message) == str(message) == "this machine runs linux"


def test_a_word_of_the_host_is_never_translated() -> None:
    assert NL.text("yes") == "yes"
    assert NL.source("yes") == "ja"


@pytest.mark.parametrize("hostile", ["{platform.__class__}", "{0}", "{", "%s"])
def test_a_hostile_value_is_only_a_value(hostile: str) -> None:
    assert NL.text(say("this machine runs {platform}", platform=hostile)) == f"deze machine draait {hostile}"


def test_numbers_and_dates_are_written_the_way_of_the_language() -> None:
    assert (NL.number(1234.5), EN.number(1234.5)) == ("1.234,5", "1,234.5")
    assert NL.day(date(2026, 11, 23)) == "23 november 2026"
    assert NL.moment(datetime(2026, 11, 23, 12, 0, tzinfo=UTC)).startswith("23 november 2026, ")


def test_lists_and_messages_inside_messages_are_shown_too() -> None:
    message = say("this machine runs {platform}", platform=[say("yes"), "x"])

    assert NL.text(message) == "deze machine draait ja, x"
