"""`nis2scan report`: judge a kept scan again, with today's rules and answers, and write its reports."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.assessing import assessment
from nis2scan.assets import asset_of
from nis2scan.cli.output import output_folder, view_of
from nis2scan.cli.run import client_of
from nis2scan.cli.summary import show
from nis2scan.config import Settings, operator, operator_file, read
from nis2scan.errors import NothingScanned, StoreError
from nis2scan.publish import publish
from nis2scan.reading import Subject
from nis2scan.recording import from_bytes
from nis2scan.rules import load
from nis2scan.store import Store

app = App(name="nis2scan report", help="Judge a kept scan again and write its reports.")


@app.default
def report(
    *,
    config: Path | None = None,
    output: Path | None = None,
    run: int | None = None,
    language: Literal["nl", "en"] | None = None,
    checks: tuple[Path, ...] = (),
) -> int:
    """
    Parameters
    ----------
    config
        The settings of the client. Default: config.toml in this folder, when there is one.
    output
        The folder that the scan wrote to. Default: `out` beside the config, or in this folder.
    run
        The number of the scan. Default: the last one.
    language
        The language of the reports: nl or en.
    checks
        A folder with checks of your own. May be given more than once.
    """
    path = config or Path("config.toml")
    settings = read(path) if config or path.exists() else Settings(this_machine=True)
    base = output or (config.resolve().parent if config else Path.cwd()) / "out"
    if not (base / "store" / "store.sqlite").exists():
        raise StoreError(f"there is no store in {base}", "Scan first, or name the folder of the scan with --output.")
    rules, view, now = (
        load([*operator(operator_file()).check_folders, *checks]),
        view_of(settings, language),
        datetime.now(UTC),
    )
    with Store(base / "store") as store:
        number = run if run is not None else next((row[0] for row in store.runs()), 0)
        found = [Subject(asset, from_bytes(data)) for asset, data in store.recordings(number)]
        if not found:
            raise NothingScanned(f"nothing that hosts answered in scan {number} is kept", "nis2scan scan")
        assets = [asset_of(rules, "", item) for item in found]
        made = assessment(rules, client_of(settings, store.client_id()), found, assets, now)
    show(made, view.language, publish(made, view, output_folder(base, now)))
    return 0
