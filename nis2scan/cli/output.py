"""Where reports go, and in which language: shared by every command that writes some."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from pathlib import Path, PureWindowsPath

from nis2scan.assessment import View
from nis2scan.config import Settings
from nis2scan.language import language as language_of
from nis2scan.model import Message, say

_SYNCHRONISED = ("onedrive", "dropbox", "google drive", "icloud", "nextcloud", "box sync")


def output_folder(base: Path, now: datetime) -> Path:
    """`<base>/2026-11-24_2214`, in local time; a second run in the same minute gets `_2`."""
    name = f"{now.astimezone():%Y-%m-%d_%H%M}"
    folder, number = base / name, 1
    while folder.exists():
        number += 1
        folder = base / f"{name}_{number}"
    return folder


def unfit(folder: PureWindowsPath) -> Message | None:
    """Why a folder is no good place for recordings: they hold names and last logins, and one writer only."""
    if str(folder).startswith("\\\\"):
        return say("{folder} is on a share: others may read it, and two scans may write at once", folder=str(folder))
    if any(part.lower().startswith(_SYNCHRONISED) for part in folder.parts):
        return say("{folder} is synchronised to a cloud: personal data would leave this machine", folder=str(folder))
    return None


def view_of(settings: Settings, language: str | None = None) -> View:
    """The language asked for, else the client's; CSV in the profile of the settings."""
    code = language or settings.report.language
    profile = settings.report.csv if language is None else {"nl": "nl", "en": "rfc4180"}[code]
    return View(language_of(code, [Path(str(files("nis2scan"))) / "locale"]), profile)
