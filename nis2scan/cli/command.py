"""Run one command module, and turn whatever goes wrong into the user's words and an exit code."""

from __future__ import annotations

import importlib
import sys
import traceback

from cyclopts import App, CycloptsError, Parameter

from nis2scan.errors import Nis2scanError
from nis2scan.words import clean

# A switch is off until it is named, so it has no opposite; only a default that says something is shown.
_OPTIONS = Parameter(negative="", show_default=lambda value: str(value) if value else None)


def call(module: str, arguments: list[str]) -> int:
    """Parse the arguments of the command in `module` (its `app`) and run it. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A code page that lacks a sign must not end a scan.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app: App = importlib.import_module(module).app
        app.default_parameter = _OPTIONS
        app.version_flags = ()
        app["--help"].show = False  # whoever reads it has found it
        command, bound, _ = app.parse_args(arguments, exit_on_error=False, print_error=False)
        return int(command(*bound.args, **bound.kwargs) or 0)
    except CycloptsError as wrong:
        print(f"nis2scan: {clean(str(wrong))}".rstrip(), file=sys.stderr)
        return 2
    except Nis2scanError as wrong:
        # What a host or a file said may be in it, and must do nothing on the screen.
        print(f"nis2scan: {clean(str(wrong))}", file=sys.stderr)
        if wrong.next_step:
            print(f"  {clean(wrong.next_step)}", file=sys.stderr)
        return wrong.exit_code
    except BrokenPipeError:
        raise  # whoever read along has enough: see main
    except KeyboardInterrupt:
        print("nis2scan: stopped", file=sys.stderr)
        return 130
    except Exception:  # noqa: BLE001 whatever is left is our bug, and the only place where a trace is shown
        traceback.print_exc()
        print("nis2scan: this is a bug of nis2scan; please report the lines above", file=sys.stderr)
        return 70
