"""Who may read a file on Windows, told by SIDs: names of groups are translated there, SIDs are not."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from pathlib import Path

# Whoever has these has the machine: SYSTEM and the administrators, by word of SDDL and by number. Owner rights too.
TRUSTED = frozenset({"SY", "S-1-5-18", "BA", "S-1-5-32-544", "OW", "S-1-3-4"})
# type; flags; rights; object; inherited object; SID. A condition may follow, with parentheses of its own.
_ACE = re.compile(r"\(([A-Z]+);([^;()]*);[^;()]*;[^;()]*;[^;()]*;([^;()]+)")
_ALLOWS = ("A", "OA", "XA", "ZA")


def others(sddl: str, own: Collection[str]) -> list[str]:
    """The SIDs that a security descriptor lets in, besides SYSTEM, the administrators and those of `own`.

    A descriptor without a list lets everybody in. Entries that only children inherit do not count; entries that refuse
    are not weighed: what is allowed to others is told, even where another entry takes it away again.
    """
    _, marked, entries = sddl.partition("D:")
    if not marked or "NO_ACCESS_CONTROL" in sddl:
        return ["everybody"]
    allowing = [sid for kind, flags, sid in _ACE.findall(entries) if kind in _ALLOWS and "IO" not in _pairs(flags)]
    let_in = [sid for sid in allowing if sid not in TRUSTED and sid not in own]
    return list(dict.fromkeys(let_in))


def _pairs(flags: str) -> list[str]:
    """Flags of an entry are words of two letters, one after the other."""
    return [flags[at : at + 2] for at in range(0, len(flags), 2)]


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _OWNER_AND_LIST = 0x1 | 0x4
    _FILE_OBJECT, _REVISION, _TOKEN_QUERY, _TOKEN_USER = 1, 1, 0x8, 1

    def strangers(path: Path) -> list[str]:
        """The SIDs besides ours that may do something with the file. Raises OSError."""
        return others(_sddl(path), (_own_sid(),))

    def _sddl(path: Path) -> str:
        """The security descriptor of a file as text."""
        advapi, kernel = ctypes.WinDLL("advapi32", use_last_error=True), ctypes.WinDLL("kernel32")
        descriptor, text = ctypes.c_void_p(), wintypes.LPWSTR()
        failed = advapi.GetNamedSecurityInfoW(
            str(path), _FILE_OBJECT, _OWNER_AND_LIST, None, None, None, None, ctypes.byref(descriptor)
        )
        if failed:
            raise ctypes.WinError(failed)
        try:
            if not advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor, _REVISION, _OWNER_AND_LIST, ctypes.byref(text), None
            ):
                raise ctypes.WinError(ctypes.get_last_error())
            return text.value or ""
        finally:
            kernel.LocalFree(text)
            kernel.LocalFree(descriptor)

    def _own_sid() -> str:
        """The SID of whoever runs this."""
        advapi, kernel = ctypes.WinDLL("advapi32", use_last_error=True), ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        token, text, size = wintypes.HANDLE(), wintypes.LPWSTR(), wintypes.DWORD()
        process = wintypes.HANDLE(kernel.GetCurrentProcess())
        if not advapi.OpenProcessToken(process, _TOKEN_QUERY, ctypes.byref(token)):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            advapi.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
            buffer = ctypes.create_string_buffer(size.value)
            if not advapi.GetTokenInformation(token, _TOKEN_USER, buffer, size, ctypes.byref(size)):
                raise ctypes.WinError(ctypes.get_last_error())
            sid = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_void_p))[0]  # TOKEN_USER begins with a pointer to it
            if not advapi.ConvertSidToStringSidW(ctypes.c_void_p(sid), ctypes.byref(text)):
                raise ctypes.WinError(ctypes.get_last_error())
            return text.value or ""
        finally:
            kernel.LocalFree(text)
            kernel.CloseHandle(token)

else:

    def strangers(path: Path) -> list[str]:
        """Access lists are of Windows: elsewhere the mode of a file tells."""
        raise OSError(f"{path}: access lists are of Windows")
