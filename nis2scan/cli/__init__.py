"""The command line: finds the command, runs it, turns errors into exit codes. One file per command.

Exit codes: 0 done, whatever was found · 1 only with --fail-on · 2 usage or config · 3 done but incomplete (hosts or
credentials failed) · 4 nothing could be scanned · 70 our bug · 130 stopped.
"""

from __future__ import annotations

import os
import sys

# name: (module, what it does). Looked up before anything heavy is imported, so that help is instant.
COMMANDS = {
    "init": ("nis2scan.cli.init", "Propose the networks of this machine, ask who consents, write config.toml."),
    "doctor": ("nis2scan.cli.doctor", "Try every login once and say what is missing, before the first scan."),
    "scan": ("nis2scan.cli.scan", "Look at this machine or at the hosts in config.toml, and write the reports."),
    "collect-script": ("nis2scan.cli.collect_script", "Print the script for a machine that nobody can log in to."),
    "add": ("nis2scan.cli.add", "Take in the files that such a script wrote, for the next scan."),
    "demo": ("nis2scan.cli.demo", "Write all reports of a made-up company. No host is needed."),
    "report": ("nis2scan.cli.report", "Judge a kept scan again and write its reports."),
    "answers": ("nis2scan.cli.answers", "Print answers.toml: the questions that no scan can answer."),
    "checks": ("nis2scan.cli.checks", "List every check: what it judges, where, and what it cannot see."),
    "trust": ("nis2scan.cli.trust", "Accept the host key of a host in config.toml, or see its certificate."),
    "permissions": ("nis2scan.cli.permissions", "Print what to install on a machine so that no root shell is needed."),
    "commands": ("nis2scan.cli.commands", "Print everything that is ever run on a host, per system."),
}

_HELP = """\
nis2scan {version}: how an office network stands on the eight base measures of the NCSC.
Agentless, read-only, offline. An aid, not legal advice.

Usage: nis2scan COMMAND [OPTIONS]

{commands}

  nis2scan COMMAND --help   the options of a command
  nis2scan --version        the version

Exit codes: 0 done · 1 --fail-on was reached · 2 usage or config · 3 done, but hosts failed
            4 nothing could be scanned · 70 a bug of nis2scan · 130 stopped
"""


def main() -> None:
    """The console script."""
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read along (head, less) has enough. The rest must not be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line. Returns the exit code; prints what the user needs to know of an error to stderr."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return 0
    if arguments[0] in ("-V", "--version"):
        from nis2scan import __version__

        print(__version__)
        return 0
    if arguments[0] not in COMMANDS:
        return _unknown(arguments[0])
    from nis2scan.cli.command import call

    return call(COMMANDS[arguments[0]][0], arguments[1:])


def _help() -> str:
    from nis2scan import __version__

    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {name.ljust(width)}   {what}" for name, (_, what) in COMMANDS.items())
    return _HELP.format(version=__version__, commands=lines).rstrip()


def _unknown(word: str) -> int:
    import difflib

    close = difflib.get_close_matches(word, COMMANDS, 1)
    hint = f" Did you mean {close[0]}?" if close else ""
    print(f"nis2scan: there is no command {word!r}.{hint} See nis2scan --help.", file=sys.stderr)
    return 2
