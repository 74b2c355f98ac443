"""`python -m tests.network.counting LOG PORT…`: listens, and writes down each connection and each byte it hears."""

from __future__ import annotations

import selectors
import socket
import sys
from pathlib import Path


def main(log: Path, ports: list[int]) -> None:
    ready = selectors.DefaultSelector()
    for port in ports:
        listening = socket.create_server(("", port))
        ready.register(listening, selectors.EVENT_READ, None)
    with log.open("w", buffering=1) as out:
        while True:
            for key, _ in ready.select():
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                if key.data is None:
                    connection, _ = sock.accept()
                    ready.register(connection, selectors.EVENT_READ, sock.getsockname()[1])
                    print(sock.getsockname()[1], file=out)
                    continue
                try:
                    data = sock.recv(4096)
                except OSError:
                    data = b""
                if data:
                    print(key.data, repr(data), file=out)
                else:
                    ready.unregister(sock)
                    sock.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]])
