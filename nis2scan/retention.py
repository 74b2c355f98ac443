"""What hosts answered holds names of accounts and times of logins: it is removed when it is older than a client agreed.

Findings stay in the store: with them a finding is recognised next time, and they hold what the reports held.
"""

from __future__ import annotations

import shutil
from datetime import datetime

from nis2scan.errors import StoreError
from nis2scan.store import Store


def forget(store: Store, before: datetime) -> int:
    """Remove the recordings of scans that began before then, and answers by file that were taken before then.

    The newest scan that has recordings keeps them, whatever its age: `nis2scan report` judges it again. Returns how
    many scans and answers by file went. Raises StoreError when one cannot be removed.
    """
    folders = [(store.folder_of(run), started) for run, started, _ in store.runs()]
    kept = [(folder, datetime.fromisoformat(started)) for folder, started in folders if folder.is_dir()]
    old = [folder for folder, started in kept[1:] if started < before]
    files = [item.path for item in store.delivered() if item.taken_at < before]
    try:
        for folder in old:
            shutil.rmtree(folder)
        for file in files:
            file.unlink(missing_ok=True)
    except OSError as trouble:
        raise StoreError(f"what is too old to keep cannot be removed: {trouble}", "Look at the rights there.") from None
    return len(old) + len(files)
