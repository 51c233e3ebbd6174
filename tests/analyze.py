#!/usr/bin/python3
"""Compiles the product's files with gcc's static analyzer; any warning is a failure.

    analyze.py COMPILER FLAGS... -- FILE.c...
"""

import concurrent.futures
import subprocess
import sys

AT_ONCE = 2
TIMEOUT = 600


def analyze(command, path):
    """Analyzes one file; returns what the compiler said, empty = nothing."""
    result = subprocess.run(command + ["-fanalyzer", "-O1", "-c", path, "-o", "/dev/null"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False)
    text = result.stdout.decode("utf-8", "replace")
    if result.returncode != 0 and not text:
        text = f"{path}: the compiler ended with {result.returncode}\n"
    return text


def main():
    """Analyzes all files, prints the warnings and the sum."""
    if "--" not in sys.argv[2:]:
        sys.exit(__doc__)
    split = sys.argv.index("--")
    command, files = sys.argv[1:split], sys.argv[split + 1:]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for text in pool.map(lambda path: analyze(command, path), files):
            if text:
                bad += 1
                print(text.rstrip())
    print(f"analyzer: {len(files)} files, {bad} with warnings")
    return 0 if bad == 0 and files else 1


if __name__ == "__main__":
    sys.exit(main())
