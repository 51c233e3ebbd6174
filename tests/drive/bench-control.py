#!/usr/bin/env python3
"""Hands for the bench while QEMU runs: sends commands to drive-bridge's control socket.

    bench-control.py SOCKET COMMAND...     e.g.  bench-control.py /tmp/oddrescue-x/bench "power sm off"
    bench-control.py SOCKET                commands from standard input, one per line

Ends with 1 when the bench answers "error". The commands are listed in tests/drive/README.md. One more
is carried out here: "wait sm phase=vendor within=5000" asks for the status until the device at sm (or
of that name) shows these words, at most so many ms (20000).
"""

import socket
import sys
import time

LOOK_SECONDS = 0.01
WITHIN_MS = 20000


def ask(sock, command):
    if command.split()[:1] == ["wait"]:
        return wait(sock, command.split()[1:])
    sock.sendall(command.encode() + b"\n")
    answer = b""
    while not answer.endswith(b"\n\n"):
        got = sock.recv(65536)
        if not got:
            raise SystemExit("the bridge has ended")
        answer += got
    return answer.decode(errors="replace").rstrip("\n")


def status_line(sock, device):
    """The status of the device at a position or of a name; "" when there is none."""
    for line in ask(sock, "status").split("\n"):
        words = line.split()
        if len(words) > 2 and device in (words[0], words[2]):
            return line
    return ""


def wait(sock, words):
    if len(words) < 2 or not all("=" in word for word in words[1:]):
        return "error wait POS KEY=VALUE... [within=MS]"
    wanted = {word for word in words[1:] if not word.startswith("within=")}
    within = next((word[7:] for word in words if word.startswith("within=")), str(WITHIN_MS))
    if not within.isdigit():
        return "error within=MS"
    deadline = time.monotonic() + int(within) / 1000
    while True:
        line = status_line(sock, words[0])
        if wanted <= set(line.split()):
            return "ok " + line
        if time.monotonic() > deadline:
            return f"error not within {within} ms: {line or 'nothing there'}"
        time.sleep(LOOK_SECONDS)


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
