"""A real container, run by Podman, with an image of a given age and a published port."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

from tests.lab.host import Host
from tests.lab.run import run
from tests.lab.seeds import ago, starts_too

PROGRAM = ("bin/sleep", "lib64/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu/libc.so.6")


def container(host: Host, publish: str, days: float) -> None:
    """`publish` as podman takes it. The image holds one program, and says that it was made that many days ago."""
    disk = host.place / "containers"
    disk.mkdir()
    place = host.root / "var/lib/containers"
    place.mkdir(exist_ok=True)
    run("mount", "--bind", str(disk), str(place))  # its own overlays do not go on an overlay
    host.write("etc/containers/containers.conf", '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n')
    host.write("etc/containers/policy.json", '{"default": [{"type": "insecureAcceptAnything"}]}\n')
    (host.root / "srv/image.tar").write_bytes(_image(host.root, f"{ago(days):%Y-%m-%dT%H:%M:%SZ}"))
    host.write(
        "usr/local/sbin/start-web",
        "#!/bin/sh\nmount -t cgroup2 cgroup2 /sys/fs/cgroup\npodman load -q -i /srv/image.tar\n"
        f"podman run -d --name web --cgroups=disabled --log-driver none -p {publish} office/web:1 /bin/sleep 9999\n",
        0o755,
    )
    starts_too(host, "/usr/local/sbin/start-web")


def _image(root: Path, made: str) -> bytes:
    """An archive as `docker save` writes it."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        for name in PROGRAM:
            _add(tar, name, (root / name).read_bytes(), 0o755)
    digest = hashlib.sha256(layer.getvalue()).hexdigest()
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "created": made,
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
            "history": [{"created": made}],
        }
    ).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["office/web:1"], "Layers": ["layer.tar"]}]).encode()
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for part, data in (("layer.tar", layer.getvalue()), (name, config), ("manifest.json", manifest)):
            _add(tar, part, data)
    return whole.getvalue()


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    tar.addfile(entry, io.BytesIO(data))
