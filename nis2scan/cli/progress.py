"""What is shown while a scan goes on: bars on a terminal, a line for each host elsewhere, or JSON for a program."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nis2scan.language import Language
from nis2scan.model import say
from nis2scan.scan import Event, Tell
from nis2scan.words import REASONS, clean


@contextmanager
def progress(language: Language, *, quiet: bool = False, as_json: bool = False) -> Iterator[Tell]:
    """A function that is told each event. Bars end, and the line is whole again, when the block is left."""
    if as_json:
        yield _json
    elif quiet:
        yield lambda event: None
    elif sys.stderr.isatty():
        with _bars(language) as tell:
            yield tell
    else:
        yield lambda event: _line(event, language)


_one_at_a_time = threading.Lock()


def _json(event: Event) -> None:
    row = {"event": event.what, "host": event.host, "done": event.done, "total": event.total, "failed": event.failed}
    with _one_at_a_time:
        print(json.dumps(row), flush=True)


def _line(event: Event, language: Language) -> None:
    name = clean(event.host, 40)
    if event.what == "done":
        text = f"[{event.done}/{event.total}] {name}: {_how(event, language)}"
    elif event.what == "looking":
        text = language.text(say("looking for devices in {network}", network=name))
    elif event.what == "seen":
        text = language.text(say("{device}: looked at from outside", device=name))
    else:
        return
    with _one_at_a_time:
        print(text, file=sys.stderr, flush=True)


def _how(event: Event, language: Language) -> str:
    return language.source(REASONS[event.failed]) if event.failed else language.text(say("done"))


@contextmanager
def _bars(language: Language) -> Iterator[Tell]:
    """One bar for the networks and one for the hosts with a login, with what was done last beside it."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<16}"),
        BarColumn(24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
    )
    bars = Progress(*columns, console=Console(stderr=True, width=None), transient=True)
    seen = bars.add_task(language.text(say("Devices")), total=None, visible=False, last="")
    asked = bars.add_task(language.text(say("Logins")), total=None, visible=False, last="")
    found = 0

    def tell(event: Event) -> None:
        nonlocal found
        last = escape(clean(event.host, 24))
        match event.what:
            case "found":
                found += 1
                bars.update(seen, total=found, visible=True)
            case "looking":
                bars.update(seen, visible=True, last=last)
            case "seen":
                bars.update(seen, advance=1, last=last)
            case "asking":
                bars.update(asked, visible=True, last=last)
            case _:
                bars.update(asked, completed=event.done, total=event.total, visible=True, last=last)
                if event.failed:
                    bars.console.print(f"{clean(event.host, 40)}: {_how(event, language)}", markup=False)

    with bars:
        yield tell
