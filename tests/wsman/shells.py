"""The shells of a WinRS server: what is made, started, fed, heard and taken away. Programs are real processes."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree
from xml.sax.saxutils import escape

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
TIMED_OUT = 2150858793
_NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "rsp": SHELL,
}
_SAID = " ".join(f'xmlns:{short}="{name}"' for short, name in _NAMES.items())


class Fault(Exception):
    """What a server answers instead, with its number."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Faults:
    """How it goes wrong. late: so many requests for output are answered with "not yet". cut: output ends after so many
    bytes, as if the program had ended. noise: comes on standard error first. endless: output without end. never: no
    output and no end. silent: an action that is never answered. broken: an action that is answered with HTTP 500 and no
    fault. denied: an action that is answered with "access is denied". bare: answers are not encrypted where they must
    be. changed: a byte of an encrypted answer is another. vast: an answer of so many bytes. entities: XML that grows,
    in this encoding.
    drops: an action after which the connection ends without an answer. leaves: it ends after the first output.
    """

    late: int = 0
    cut: int | None = None
    noise: bytes = b""
    endless: bool = False
    never: bool = False
    silent: str = ""
    broken: str = ""
    denied: str = ""
    bare: bool = False
    changed: bool = False
    vast: int = 0
    entities: bool | str = False
    drops: str = ""
    leaves: bool = False


@dataclass
class _Command:
    process: subprocess.Popen[bytes]
    out: bytearray = field(default_factory=bytearray)
    err: bytearray = field(default_factory=bytearray)
    open: int = 2
    news: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, pipe: IO[bytes], into: bytearray) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), 65536):
                with self.news:
                    into += data
                    self.news.notify_all()
        with self.news:
            self.open -= 1
            self.news.notify_all()

    def end(self) -> None:
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()


@dataclass
class Shells:
    """program: what stands for powershell.exe, with its first arguments. expects: the only command line it takes.

    done: every action in order. held: shells that nobody took away. in_, out: bytes of scripts and answers.
    """

    program: Sequence[str]
    environment: Mapping[str, str]
    expects: str
    faults: Faults
    done: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    held: dict[str, dict[str, _Command]] = field(default_factory=dict)
    stdin: bytearray = field(default_factory=bytearray)
    answered: int = 0

    def answer(self, request: bytes) -> tuple[str, bytes]:
        """The action that was asked, and the answer. Raises Fault."""
        root = ElementTree.fromstring(request)
        action = _text(root, ".//a:Action").rsplit("/", 1)[-1]
        self.done.append(action)
        if action == self.faults.denied:
            raise Fault(5, "Toegang geweigerd.")
        body = getattr(self, f"_{action.lower()}")(root)
        related = _text(root, ".//a:MessageID")
        head = f"<a:RelatesTo>{escape(related)}</a:RelatesTo><a:Action>{escape(action)}Response</a:Action>"
        return action, f"<s:Envelope {_SAID}><s:Header>{head}</s:Header><s:Body>{body}</s:Body></s:Envelope>".encode()

    def end(self) -> None:
        for commands in self.held.values():
            for command in commands.values():
                command.end()

    def _create(self, root: ElementTree.Element) -> str:
        self.options |= {item.get("Name", ""): item.text or "" for item in root.iterfind(".//w:Option", _NAMES)}
        self.options |= {item.get("Name", ""): item.text or "" for item in root.iterfind(".//rsp:Variable", _NAMES)}
        name = str(uuid.uuid4()).upper()
        self.held[name] = {}
        return (
            f'<x:ResourceCreated xmlns:x="{TRANSFER}"><a:ReferenceParameters><w:SelectorSet><w:Selector Name="ShellId">'
            f"{name}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>"
        )

    def _shell(self, root: ElementTree.Element) -> dict[str, _Command]:
        name = _text(root, ".//w:Selector")
        if name not in self.held:
            raise Fault(2150858843, "De shell is niet gevonden.")
        return self.held[name]

    def _command(self, root: ElementTree.Element) -> str:
        shell = self._shell(root)
        self.options |= {item.get("Name", ""): item.text or "" for item in root.iterfind(".//w:Option", _NAMES)}
        line = _text(root, ".//rsp:Command")
        if line != self.expects:
            raise Fault(2147942402, f"Het systeem kan het opgegeven bestand niet vinden: {line}")
        arguments = line.split(" ")[1:]
        process = subprocess.Popen(
            [*self.program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.environment},
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        command = _Command(process, err=bytearray(self.faults.noise))
        threading.Thread(target=command.hear, args=(process.stdout, command.out), daemon=True).start()
        threading.Thread(target=command.hear, args=(process.stderr, command.err), daemon=True).start()
        name = str(uuid.uuid4()).upper()
        shell[name] = command
        return f"<rsp:CommandResponse><rsp:CommandId>{name}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, root: ElementTree.Element) -> str:
        stream = root.find(".//rsp:Stream", _NAMES)
        assert stream is not None
        stdin = self._shell(root)[stream.get("CommandId", "")].process.stdin
        assert stdin is not None
        data = base64.b64decode(stream.text or "")
        self.stdin += data
        with contextlib.suppress(BrokenPipeError):
            stdin.write(data)
            stdin.flush()
            if stream.get("End") == "true":
                stdin.close()
        return "<rsp:SendResponse/>"

    def _receive(self, root: ElementTree.Element) -> str:
        wanted = root.find(".//rsp:DesiredStream", _NAMES)
        assert wanted is not None
        name = wanted.get("CommandId", "")
        command = self._shell(root)[name]
        found = re.fullmatch(r"PT(\d+)S", _text(root, ".//w:OperationTimeout"))
        until = time.monotonic() + (int(found[1]) if found else 20)
        if self.faults.late > self.done.count("Receive") - 1:
            raise Fault(TIMED_OUT, "Niet binnen de tijd.")
        if self.faults.leaves and self.answered:
            raise ConnectionAbortedError
        if self.faults.endless:
            return _streams(name, b"flood " * 10000, b"", done=False)
        with command.news:
            while self.faults.never or not (command.out or command.err or not command.open):
                if not command.news.wait(max(0.0, until - time.monotonic())) and time.monotonic() >= until:
                    raise Fault(TIMED_OUT, "Niet binnen de tijd.")
            return self._heard(name, command)

    def _heard(self, name: str, command: _Command) -> str:
        out, err = bytes(command.out[:49152]), bytes(command.err[:16384])
        del command.out[: len(out)], command.err[: len(err)]
        done = not command.open and not command.out and not command.err
        if self.faults.cut is not None and self.answered + len(out) >= self.faults.cut:
            out, done = out[: self.faults.cut - self.answered], True
        self.answered += len(out)
        return _streams(name, out, err, done=done, code=command.process.wait() if done and not command.open else 0)

    def _signal(self, root: ElementTree.Element) -> str:
        signal_ = root.find(".//rsp:Signal", _NAMES)
        assert signal_ is not None
        self._shell(root)[signal_.get("CommandId", "")].end()
        return "<rsp:SignalResponse/>"

    def _delete(self, root: ElementTree.Element) -> str:
        for command in self._shell(root).values():
            command.end()
        del self.held[_text(root, ".//w:Selector")]
        return ""


def fault(code: int, text: str) -> bytes:
    """A fault as Windows writes it."""
    detail = (
        f'<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}" Machine="PC01">'
        f"<f:Message>{escape(text)}</f:Message></f:WSManFault>"
    )
    return (
        f"<s:Envelope {_SAID}><s:Header/><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode>"
        f'<s:Value>w:Fault</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="nl-NL">{escape(text)}</s:Text>'
        f"</s:Reason><s:Detail>{detail}</s:Detail></s:Fault></s:Body></s:Envelope>"
    ).encode()


def _streams(name: str, out: bytes, err: bytes, *, done: bool, code: int = 0) -> str:
    parts = [
        f'<rsp:Stream Name="{kind}" CommandId="{name}">{base64.b64encode(data).decode()}</rsp:Stream>'
        for kind, data in (("stdout", out), ("stderr", err))
        if data
    ]
    end = f"<rsp:ExitCode>{code}</rsp:ExitCode>" if done else ""
    state = f'<rsp:CommandState CommandId="{name}" State="{SHELL}/CommandState/{"Done" if done else "Running"}">'
    return f"<rsp:ReceiveResponse>{''.join(parts)}{state}{end}</rsp:CommandState></rsp:ReceiveResponse>"


def _text(root: ElementTree.Element, path: str) -> str:
    found = root.find(path, _NAMES)
    return (found.text or "") if found is not None else ""
