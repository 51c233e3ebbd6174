#!/usr/bin/python3
"""Runs test programs, two at a time, and counts their tests.

    run.py --unit PROGRAM... --simulation PROGRAM... --simulation-asan PROGRAM...
           --fuzz PROGRAM... --seconds N --qemu FOLDER

Unit and simulation programs are cmocka programs: each test in them counts. A fuzz program counts as
one test and runs for N seconds from its seeds in tests/fuzz/seeds. In a QEMU folder every
test_*.py is a unittest file. What a failed program printed is shown. The last line is
"N passed, N failed"; the exit status is 0 only when nothing failed and something passed.
"""

import argparse
import concurrent.futures
import glob
import os
import queue
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
AT_ONCE = 2
# Whole-machine files that take longest, longest first: the two lanes shall end together.
LONG_FILES = ("test_pxe.py", "test_efi.py", "test_floppy.py", "test_rescue.py",
              "test_bad_input.py", "test_journeys_swap.py", "test_machines.py", "test_stick.py",
              "test_journeys_hands.py", "test_journeys.py", "test_loaders.py", "test_post.py",
              "test_efi_devices.py", "test_linux.py")
TIMEOUT = {"unit": 300, "simulation": 600, "simulation-asan": 600, "qemu": 1800}
# The builds with sanitizers are about ten times slower: they take fewer moments for power cuts
# (tests/support/power_cut.h) and play fewer workbenches (tests/simulation/sim_hands.c).
ASAN_POINTS = "20"
ASAN_SEQUENCES = "400"


class Outcome:
    """What one program did."""

    def __init__(self, name, passed, failed, output, seconds):
        self.name = name
        self.passed = passed
        self.failed = failed
        self.output = output
        self.seconds = seconds


def execute(command, timeout, env=None):
    """Runs a command; returns exit status (None: too slow), output, seconds."""
    start = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            output, _ = process.communicate()
            output += b"\nstopped: not finished after %d s\n" % timeout
            status = None
    return status, output.decode("utf-8", "replace"), time.monotonic() - start


def cmocka(kind, program):
    """A cmocka program."""
    env = dict(os.environ)
    if kind == "simulation-asan":
        env.setdefault("ODDRESCUE_POINTS", ASAN_POINTS)
        env.setdefault("ODDRESCUE_SEQUENCES", ASAN_SEQUENCES)
    status, output, seconds = execute([os.path.abspath(program)], TIMEOUT[kind], env)
    passed = len(re.findall(r"^\[       OK \] ", output, re.M))
    announced = re.search(r"^\[==========\] Running (\d+) test", output, re.M)
    # A program that died, or left a test out, failed in what it did not tell.
    failed = max(int(announced.group(1)) - passed, 0) if announced else 1
    if status != 0:
        failed = max(failed, 1)
    return Outcome(f"{kind} {os.path.basename(program)}", passed, failed, output, seconds)


def fuzz(program, seconds):
    """A libFuzzer program: seeds first, then new inputs for a while."""
    name = os.path.basename(program)
    seeds = os.path.join(ROOT, "tests", "fuzz", "seeds", name.removeprefix("fuzz_"))
    with tempfile.TemporaryDirectory() as scratch:
        command = [os.path.abspath(program), f"-max_total_time={seconds}", "-timeout=10",
                   f"-artifact_prefix={scratch}/", "-print_final_stats=1", scratch]
        if os.path.isdir(seeds):
            command.append(seeds)
        status, output, took = execute(command, seconds + 120)
        for found in glob.glob(os.path.join(scratch, "crash-*")):
            with open(found, "rb") as file:
                output += f"\n{os.path.basename(found)}: {file.read()[:400].hex()}\n"
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", output)
    good = status == 0 and runs is not None and int(runs.group(1)) > 0
    return Outcome(f"fuzz {name}", int(good), int(not good), output, took)


def unittest_file(path, lanes):
    """A Python unittest file. `lanes` are the processors that no other file runs on."""
    lane = lanes.get()
    command = ["/usr/bin/taskset", "-c", ",".join(map(str, lane)),
               "/usr/bin/env", "-C", os.path.dirname(os.path.abspath(path)),
               "/usr/bin/python3", "-m", "unittest", "-v", os.path.basename(path)]
    start = time.monotonic()
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    status, output, _ = execute(command, TIMEOUT["qemu"], env)
    lanes.put(lane)
    ran = re.search(r"^Ran (\d+) tests? in", output, re.M)
    total = int(ran.group(1)) if ran else 0
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors|unexpected successes)=(\d+)",
                                         output))
    skipped = re.search(r"skipped=(\d+)", output)
    # A skipped test proved nothing.
    bad += int(skipped.group(1)) if skipped else 0
    if status != 0 or total == 0:
        bad = max(bad, 1)
    return Outcome(f"qemu {os.path.basename(path)}", max(total - bad, 0), bad, output,
                   time.monotonic() - start)


def lanes_of(count):
    """The processors, shared out among as many lanes: a queue of lists."""
    processors = sorted(os.sched_getaffinity(0))
    lanes = queue.Queue()
    for lane in range(count):
        lanes.put(processors[lane::count] or processors)
    return lanes


def place_of(path):
    """Sorts whole-machine files: the long ones first, then by name."""
    name = os.path.basename(path)
    return (LONG_FILES.index(name) if name in LONG_FILES else len(LONG_FILES), name)


def jobs_of(options):
    """All programs as (function, arguments)."""
    # The long ones first, so that the two lanes end together.
    for kind in ("simulation", "simulation_asan", "unit"):
        for program in getattr(options, kind):
            yield cmocka, (kind.replace("_", "-"), program)
    for program in options.fuzz:
        yield fuzz, (program, options.seconds)
    if options.qemu:
        lanes = lanes_of(AT_ONCE)
        for path in sorted(glob.glob(os.path.join(options.qemu, "test_*.py")), key=place_of):
            yield unittest_file, (path, lanes)


def main():
    """Runs all, prints one line per program, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("--unit", "--simulation", "--simulation-asan", "--fuzz"):
        parser.add_argument(option, nargs="*", default=[], metavar="PROGRAM")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--qemu", metavar="FOLDER")
    # fuzz-smoke names its programs after --seconds N.
    parser.add_argument("more", nargs="*", metavar="PROGRAM")
    options = parser.parse_args()
    if options.more and not options.fuzz:
        options.fuzz = options.more
    elif options.more:
        parser.error("programs without a kind: " + " ".join(options.more))

    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(function, *arguments)
                   for function, arguments in jobs_of(options)]
        for future in concurrent.futures.as_completed(running):
            outcome = future.result()
            passed += outcome.passed
            failed += outcome.failed
            if outcome.failed:
                print(outcome.output.rstrip())
            print(f"{'FAILED' if outcome.failed else 'ok':6} {outcome.name}: "
                  f"{outcome.passed} passed, {outcome.failed} failed, "
                  f"{outcome.seconds:.1f} s", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
