"""`nis2scan add`: take in what came by file, and say of each file what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import fill
from typing import Annotated, Literal

from cyclopts import App, Parameter

from nis2scan.by_file import Row, Taken, files_in
from nis2scan.by_file import add as take_in
from nis2scan.cli.output import view_of
from nis2scan.cli.summary import WIDTH
from nis2scan.config import Settings, operator, operator_file, read
from nis2scan.language import Language
from nis2scan.model import Message, say
from nis2scan.policy import Policy
from nis2scan.rules import load
from nis2scan.store import Store
from nis2scan.words import KINDS, age, clean

app = App(name="nis2scan add", help="Take in the files that the script of collect-script wrote, for the next scan.")

_MARKS = {Taken.ADDED: "v", Taken.DUPLICATE: "=", Taken.OLDER: "="}  # every other: x


@app.default
def add(
    *places: Path,
    below: Annotated[bool, Parameter(alias="-r")] = False,
    config: Path | None = None,
    output: Path | None = None,
    language: Literal["nl", "en"] | None = None,
    checks: tuple[Path, ...] = (),
) -> int:
    """
    Parameters
    ----------
    places
        Folders with *.n2s files, or single files; without any, this folder. They are only read.
    below
        Also look in the folders below the ones given.
    config
        The settings of the client whose files they are. Default: config.toml in this folder, when there is one.
    output
        The folder that the scan writes to. Default: `out` beside the config, or in this folder.
    language
        The language of what is printed: nl or en. Default: what the config says, else nl.
    checks
        A folder with checks of your own: what they asked is taken in too. May be given more than once.
    """
    path = config or Path("config.toml")
    known = config is not None or path.exists()
    settings = read(path) if known else Settings()
    rules = load([*operator(operator_file()).check_folders, *checks])
    base = output or (config.resolve().parent if config else Path.cwd()) / "out"
    spoken, policy, now = view_of(settings, language).language, settings.thresholds(), datetime.now(UTC)
    rows = []
    with Store(base / "store") as store:
        for file in files_in(places or (Path.cwd(),), below):
            row = take_in(store, rules, policy, settings.client if known else "", file, now)
            print(_line(row, spoken, policy, now))
            rows.append(row)
    print(_sum(rows, spoken))
    return 0 if all(row.taken.good for row in rows) else 3


def _line(row: Row, language: Language, policy: Policy, now: datetime) -> str:
    said = language.text(_SAID[row.taken](row, policy))
    if row.taken is Taken.ADDED and row.at is not None:
        days = max(0, (now - row.at).days)
        said += f", {age(language, days)}"
        said += ". " + language.text(_PART) if row.unseen else ""
    text = f"{_MARKS.get(row.taken, 'x')} {clean(row.path.name, 60)}: {said}"
    return fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _sum(rows: Sequence[Row], language: Language) -> str:
    """How many files were taken, known and refused, and what to do next."""
    if not rows:
        return fill(language.text(say("No *.n2s file was found there.")), WIDTH)
    counts = Counter("added" if row.taken is Taken.ADDED else "known" if row.taken.good else "not" for row in rows)
    said = say(
        "{added} added, {known} known already, {refused} not taken.",
        added=counts["added"],
        known=counts["known"],
        refused=counts["not"],
    )
    next_step = language.text(say("Next: nis2scan scan")) if counts["added"] else ""
    return "\n" + fill(f"{language.text(said)} {next_step}".rstrip(), WIDTH)


_PART = say("It did not run with all rights: part of it will be not assessed")


def _added(row: Row) -> Message:
    return say("{host}, {kind}", host=clean(row.host, 60), kind=Message(KINDS.get(row.platform, "device")))


_SAID: dict[Taken, Callable[[Row, Policy], Message]] = {
    Taken.ADDED: lambda row, policy: _added(row),
    Taken.DUPLICATE: lambda row, policy: say("this answer was added already on {moment}", moment=row.other),
    Taken.COPIED: lambda row, policy: say(
        "it bears the mark of an answer of {host} that was added before, and says something else: one of the two was "
        "edited. Run the script on both again",
        host=clean(str(row.other), 60),
    ),
    Taken.OLDER: lambda row, policy: say(
        "older than what {host} said on {moment}, which stays", host=clean(row.host, 60), moment=row.other
    ),
    Taken.FOREIGN: lambda row, policy: say("this was not written by the script of nis2scan"),
    Taken.OTHER_CLIENT: lambda row, policy: say(
        "made for another client, {client}: it belongs in that store", client=row.other
    ),
    Taken.CUT: lambda row, policy: say(
        "cut short: its closing mark is missing. Is it still being copied? Else run the script again"
    ),
    Taken.DAMAGED: lambda row, policy: say("damaged on its way, or edited: its sums do not fit. Run the script again"),
    Taken.TOO_LARGE: lambda row, policy: say("too large: no answer of nis2scan is that large"),
    Taken.SEVERAL: lambda row, policy: say(
        "holds the answers of more than one run, one after the other: save each as a file of its own"
    ),
    Taken.TOO_OLD: lambda row, policy: say(
        "too old: {host} wrote it on {moment} by its own clock, and more than {days} days is not used "
        "(delivered_max_days). Run the script again",
        host=clean(row.host, 60),
        moment=row.at,
        days=policy.delivered_max_days,
    ),
    Taken.FUTURE: lambda row, policy: say(
        "from the future: {host} wrote it on {moment} by its own clock. Set that clock, and run the script again",
        host=clean(row.host, 60),
        moment=row.at,
    ),
    Taken.NO_FILE: lambda row, policy: say("a link or no ordinary file: left alone"),
    Taken.UNREADABLE: lambda row, policy: say("cannot be read: {why}", why=clean(row.detail, 200)),
}
