#!/usr/bin/env python3
"""Hands for the bench while QEMU runs: sends commands to drive-bridge's control socket.

    bench-control.py SOCKET COMMAND...     e.g.  bench-control.py /tmp/oddrescue-x/bench "power sm off"
    bench-control.py SOCKET                commands from standard input, one per line

Ends with 1 when the bench answers "error". The commands are listed in tests/drive/README.md.
"""

import socket
import sys


def ask(sock, command):
    sock.sendall(command.encode() + b"\n")
    answer = b""
    while not answer.endswith(b"\n\n"):
        got = sock.recv(65536)
        if not got:
            raise SystemExit("the bridge has ended")
        answer += got
    return answer.decode(errors="replace").rstrip("\n")


def main(words):
    if not words or words[0].startswith("-"):
        raise SystemExit(__doc__)
    failed = False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(words[0])
        for command in words[1:] or (line.strip() for line in sys.stdin):
            answer = ask(sock, command)
            print(answer, flush=True)
            failed = failed or answer.startswith("error")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
