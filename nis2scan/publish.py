"""Write every report of an assessment into a folder. Reports come through the plugin loader, like checks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from nis2scan.assessment import Assessment, Report, View
from nis2scan.errors import PluginError, StoreError
from nis2scan.plugins import announced, things


def reports() -> list[Report]:
    """Every announced report, by name. Raises PluginError when two would write the same file."""
    found = sorted(things(announced("nis2scan.reports"), Report), key=lambda report: report.name)
    names = [report.filename for report in found]
    if double := next((name for name in names if names.count(name) > 1), None):
        raise PluginError(f"two reports write {double}")
    return found


def publish(assessment: Assessment, view: View, folder: Path, formats: Sequence[Report] | None = None) -> list[Path]:
    """Write the reports and return their paths. A report appears whole or not at all; nobody else can read it.

    Raises StoreError when the folder or a file cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for report in reports() if formats is None else formats:
            path = folder / report.filename
            half = path.with_name(f".{path.name}.new")
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                report.write(assessment, view, out)
            half.replace(path)
            written.append(path)
    except OSError as trouble:
        raise StoreError(f"the reports cannot be written: {trouble}", "Give another folder with --output.") from None
    return written
