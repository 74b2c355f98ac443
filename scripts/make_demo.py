"""Make the hosts of `nis2scan demo` out of recorded ones: `make_demo.py RECORDING=NAME …`, under invented names.

In its answers a host's own name is replaced everywhere, the networks of the lab become one network of documentation,
and temporary folders of the machine on which it was recorded are hidden; nothing else of an answer is touched.

The demo of today: lab-fileserver=srv-01 lab-kluis=srv-02 lab-webshop=web-01 lab-dicht=pc lab-printer=printer-01
lab-router-2=router windows-w11-goed=laptop-02 macos-26-goed=macbook-01, each as tests/recordings/…json.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

from nis2scan.model import Answer
from nis2scan.recording import from_bytes, to_bytes

NETWORKS = re.compile(rb"192\.168\.(77|78|79)\.")
FOLDER = re.compile(rb"/var/tmp/[\w.-]+")
DEMO = Path(__file__).resolve().parent.parent / "nis2scan" / "demo"


def _moved(answer: Answer, own: bytes, new: bytes) -> Answer:
    def text(data: bytes) -> bytes:
        return NETWORKS.sub(b"192.0.2.", FOLDER.sub(b"/srv/disk", data.replace(own, new)))

    out = text(answer.out)
    if answer.question.text == "neighbour" and out:
        address = "192.0.2.1" if new == b"router" else json.loads(out)["address"]
        out = json.dumps({**json.loads(out), "address": address, "network": "kantoor", "gateway": "192.0.2.1"}).encode()
    return replace(answer, out=out, err=text(answer.err))


def main(pairs: list[str]) -> int:
    for old in DEMO.glob("*.json"):
        old.unlink()
    for pair in pairs:
        path, _, name = pair.rpartition("=")
        taken = from_bytes(Path(path).read_bytes())
        own, new = taken.host.encode(), name.encode()
        answers = {key: _moved(answer, own, new) for key, answer in taken.answers.items()}
        (DEMO / f"{name}.json").write_bytes(to_bytes(replace(taken, host=name, answers=answers)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
