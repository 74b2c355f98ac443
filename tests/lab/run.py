"""Run a program of this machine."""

from __future__ import annotations

import subprocess


def run(*command: str, stdin: str = "", environment: dict[str, str] | None = None, seconds: int = 60) -> str:
    """Run a program; an error with everything it said when it fails."""
    ran = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=seconds, env=environment, check=False
    )
    if ran.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: status {ran.returncode}: {ran.stdout}{ran.stderr}")
    return ran.stdout
