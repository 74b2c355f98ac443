"""Find checks, readers and reports: in packages that announce themselves and in folders of the operator. One loader.

Whatever does not load stops the run and is named: a scan that silently lost a check is worse than none.
Only announced packages and folders that were named are ever loaded, never the current directory.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
import stat
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from importlib.metadata import entry_points
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from nis2scan.errors import PluginError

T = TypeVar("T")


def announced(group: str) -> list[ModuleType]:
    """The packages that installed distributions, this one included, list under an entry-point group.

    Raises PluginError when there is none (nis2scan itself is not installed then) or one does not import.
    """
    found = [_imported(entry.value) for entry in sorted(entry_points(group=group))]
    if not found:
        raise PluginError(f"no package announces {group}", "Install nis2scan; a bare checkout announces nothing.")
    return found


def package_of(folder: Path) -> ModuleType:
    """A package whose modules are the files in a folder, so that an operator's own checks need no installing.

    Raises PluginError when it is no folder, or when others than its owner may write there.
    """
    if not folder.is_dir():
        raise PluginError(f"{folder} is not a folder")
    if os.name == "posix" and folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PluginError(f"{folder} can be written by others", f"chmod go-w {folder}")
    name = "nis2scan_folder_" + hashlib.sha256(bytes(folder.resolve())).hexdigest()[:8]
    if name not in sys.modules:
        spec = ModuleSpec(name, loader=None, is_package=True)
        spec.submodule_search_locations = [str(folder.resolve())]
        sys.modules[name] = module_from_spec(spec)
    return sys.modules[name]


def things(packages: Iterable[ModuleType], kind: type[T]) -> Iterator[T]:
    """Every object of a kind that is defined in any module of the packages, each once, in a stable order."""
    seen: set[int] = set()
    for package in packages:
        for module in _modules(package):
            for name in sorted(vars(module)):
                value = vars(module)[name]
                if isinstance(value, kind) and id(value) not in seen:
                    seen.add(id(value))
                    yield value


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for path in sorted(package.__path__):
        yield from _below(package.__name__, path)


def _below(name: str, path: str) -> Iterator[ModuleType]:
    """The modules in a folder and in its sub-folders, whether or not these have an `__init__.py`."""
    for found in sorted(pkgutil.iter_modules([path]), key=lambda item: item.name):
        yield _imported(f"{name}.{found.name}")
    for folder in sorted(Path(path).iterdir()):
        if folder.is_dir() and folder.name.isidentifier() and folder.name != "__pycache__":
            yield from _below(f"{name}.{folder.name}", str(folder))


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except PluginError:
        raise
    except Exception as trouble:  # whatever a stranger's module raises, the run stops and names it
        raise PluginError(f"{name} could not be loaded: {trouble}") from trouble
