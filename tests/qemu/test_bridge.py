"""The bridge: as a partner of QEMU's proxy protocol, and as SeaBIOS and QEMU see it."""

import array
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import drives
from machine import BENCH_CONTROL, BRIDGE, Bridge, Machine

SYNC_SYSMEM, RET, CONFIG_WRITE, CONFIG_READ, BAR_WRITE, BAR_READ, SET_IRQFD, RESET = range(8)


class Proxy:
    """QEMU's side of the socket, spoken by hand."""

    def __init__(self, *options):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(20)
        self.bridge = subprocess.Popen([BRIDGE, "--fd", str(theirs.fileno()), *options],
                                       pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()
        self.bridge.kill()
        self.bridge.communicate()

    def send(self, command, payload=b"", fds=()):
        data = struct.pack("=iiQ", command, 0, len(payload)) + payload
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        self.sock.sendmsg([data], rights)

    def answer(self):
        data = b""
        while len(data) < 24:
            got = self.sock.recv(24 - len(data))
            if not got:
                raise AssertionError("the bridge hung up: " + self.end()[1])
            data += got
        command, _, size, value = struct.unpack("=iiQQ", data)
        assert (command, size) == (RET, 8), (command, size)
        return value

    def config_read(self, address, size):
        self.send(CONFIG_READ, struct.pack("=IIi", address, 0, size))
        return self.answer()

    def config_write(self, address, size, value):
        self.send(CONFIG_WRITE, struct.pack("=IIi", address, value, size))
        self.answer()

    def port_read(self, port, size=1):
        self.send(BAR_READ, struct.pack("=QQIB3x", port, 0, size, 0))
        return self.answer()

    def port_write(self, port, value, size=1):
        self.send(BAR_WRITE, struct.pack("=QQIB3x", port, value, size, 0))
        self.answer()

    def end(self):
        """Exit status and what was said on stderr."""
        _, said = self.bridge.communicate(timeout=20)
        return self.bridge.returncode, said.decode()

    def place(self, *bases):
        """What firmware does: base addresses, then decoding on."""
        for index, base in enumerate(bases):
            self.config_write(0x10 + 4 * index, 4, base)
        self.config_write(0x04, 2, 1)


class ProtocolTest(unittest.TestCase):
    def test_ends_quietly_when_qemu_does(self):
        with Proxy() as proxy:
            proxy.sock.close()
            self.assertEqual(proxy.end()[0], 0)

    def refused(self, send, reason):
        with Proxy() as proxy:
            send(proxy)
            status, said = proxy.end()
            self.assertEqual(status, 1)
            self.assertIn(reason, said)

    def test_refuses_an_unknown_command(self):
        self.refused(lambda p: p.send(99), "unknown command")
        self.refused(lambda p: p.send(-1), "unknown command")

    def test_refuses_a_message_that_is_too_long(self):
        header = struct.pack("=iiQ", CONFIG_READ, 0, 1 << 62)
        self.refused(lambda p: p.sock.sendall(header), "longer")

    def test_refuses_payloads_of_the_wrong_size(self):
        self.refused(lambda p: p.send(CONFIG_READ, b"1234"), "unknown layout")
        self.refused(lambda p: p.send(BAR_READ, b"1234"), "unknown layout")

    def test_refuses_accesses_that_no_processor_makes(self):
        self.refused(lambda p: p.send(CONFIG_READ, struct.pack("=IIi", 0, 0, 3)), "1, 2 or 4")
        self.refused(lambda p: p.send(CONFIG_READ, struct.pack("=IIi", 253, 0, 4)), "beyond 256")
        self.refused(lambda p: p.send(CONFIG_READ, struct.pack("=IIi", 0xFFFFFFFF, 0, 4)), "beyond")
        self.refused(lambda p: p.send(BAR_READ, struct.pack("=QQIB3x", 0, 0, 3, 0)), "1, 2, 4 or 8")
        self.refused(lambda p: p.send(BAR_READ, struct.pack("=QQIB3x", 0, 0, 4, 1)), "a memory")

    def test_notices_a_message_that_breaks_off(self):
        def half(proxy):
            proxy.sock.sendall(b"\x03\0\0")
            proxy.sock.close()
        self.refused(half, "inside a message")

    def test_takes_messages_in_pieces_and_in_bulk(self):
        with Proxy() as proxy:
            one = struct.pack("=iiQIIi", CONFIG_READ, 0, 12, 0, 0, 2)
            for byte in one:
                proxy.sock.sendall(bytes([byte]))
            self.assertEqual(proxy.answer(), 0x1234)
            proxy.sock.sendall(one * 30)
            self.assertEqual([proxy.answer() for _ in range(30)], [0x1234] * 30)

    def test_closes_descriptors_and_does_not_answer_their_messages(self):
        with Proxy() as proxy, tempfile.TemporaryFile() as file:
            proxy.config_read(0, 2)
            before = os.listdir(f"/proc/{proxy.bridge.pid}/fd")
            for _ in range(20):
                proxy.send(SYNC_SYSMEM, bytes(192), [file.fileno()] * 8)
                proxy.send(SET_IRQFD, bytes(16), [file.fileno()] * 2)
            self.assertEqual(proxy.config_read(2, 2), 0x01DE)
            self.assertEqual(os.listdir(f"/proc/{proxy.bridge.pid}/fd"), before)

    def test_usage_errors(self):
        for words in ([], ["--fd"], ["--fd", "3", "extra"], ["--fd", "3", "--channels", "third"],
                      ["--fd", "3", "--slow", "0"]):
            done = subprocess.run([BRIDGE, *words], stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(b"usage:", done.stderr)

    def test_a_bench_command_that_fails_is_said(self):
        with Proxy("--attach", "attach xx drive chip=NONE") as proxy:
            status, said = proxy.end()
            self.assertEqual(status, 1)
            self.assertIn("attach xx drive", said)


class ControlTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.socket = os.path.join(self.folder, "bench")

    def ask(self, *commands, **options):
        done = subprocess.run([sys.executable, BENCH_CONTROL, self.socket, *commands], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=20, **options)
        return done.returncode, done.stdout

    def furnished(self, *options):
        proxy = Proxy("--control", self.socket, *options)
        self.assertEqual(proxy.config_read(0, 2), 0x1234)  # now the control socket listens
        return proxy

    def test_obeys_while_qemu_is_silent(self):
        with self.furnished("--attach", "attach sm disk model=TEST") as proxy:
            status, said = self.ask("status", "unplug sm")
            self.assertEqual(status, 0, said)
            self.assertIn("sm", said)
            proxy.place(0x1F0, 0x3F4, 0x170, 0x374)
            self.assertEqual(proxy.port_read(0x177), 0x7F)

    def test_obeys_while_qemu_never_pauses(self):
        with self.furnished() as proxy:
            asked = threading.Event()
            accesses = 0

            def access():
                nonlocal accesses
                while not asked.is_set():
                    proxy.config_read(0, 2)
                    accesses += 1

            guest = threading.Thread(target=access)
            guest.start()
            try:
                self.assertEqual(self.ask("status")[0], 0)
            finally:
                asked.set()
                guest.join()
            self.assertGreater(accesses, 0)

    def test_waits_until_a_device_shows_something(self):
        with self.furnished("--attach", "attach sm drive firmware=A/B/1 start=300 name=one"):
            status, said = self.ask("wait one phase=ready led=off within=20000", "status")
            self.assertEqual(status, 0, said)
            self.assertIn("ok sm drive one power=on", said)
            status, said = self.ask("wait sm phase=vendor within=50")
            self.assertEqual(status, 1)
            self.assertIn("error not within 50 ms: sm drive one", said)
            for wrong in ("wait sm", "wait sm ready", "wait sm phase=off within=soon"):
                self.assertEqual(self.ask(wrong)[0], 1, wrong)
            self.assertIn("nothing there", self.ask("wait ps power=on within=0")[1])

    def test_hands_with_times_move_in_real_time(self):
        with self.furnished("--attach", "attach sm drive firmware=A/B/1") as proxy:
            proxy.place(0x1F0, 0x3F4, 0x170, 0x374)
            self.assertEqual(self.ask("wait sm phase=ready", "at 100 power sm off",
                                      "at 600 power sm on")[0], 0)
            seen = []
            deadline = time.monotonic() + 20
            while seen[-3:] != [0x7F, 0x80, 0x00] and time.monotonic() < deadline:
                status = proxy.port_read(0x177)
                if seen[-1:] != [status]:
                    seen.append(status)
            self.assertEqual(seen, [0x00, 0x7F, 0x80, 0x00])

    def test_says_what_it_does_not_understand(self):
        with self.furnished():
            status, said = self.ask("dance")
            self.assertEqual(status, 1)
            self.assertTrue(said.startswith("error"), said)

    def test_takes_commands_from_standard_input(self):
        with self.furnished("--attach", "attach sm disk"):
            self.assertEqual(self.ask(input="status\npower sm off\n")[0], 0)

    def test_refuses_an_endless_line(self):
        with self.furnished():
            self.assertIn("too long", self.ask("x" * 5000)[1])
            self.assertEqual(self.ask("status")[0], 0)

    def test_quit_ends_the_bridge(self):
        with self.furnished() as proxy:
            self.assertEqual(self.ask("quit")[0], 0)
            self.assertEqual(proxy.end()[0], 0)

    def test_flash_files_are_written_at_the_end(self):
        for end in (lambda p: p.sock.close(), lambda p: p.bridge.terminate()):
            flash = os.path.join(self.folder, "flash.bin")
            with self.furnished("--attach", drives.drive("sm", flash)) as proxy:
                self.assertFalse(os.path.exists(flash))
                end(proxy)
                self.assertEqual(proxy.end()[0], 0)
            self.assertEqual(drives.content(flash), b"\xff" * 0x20000)
            os.unlink(flash)

    def test_a_flash_file_that_can_not_be_written_is_an_error(self):
        with self.furnished("--attach", drives.drive("sm", self.folder + "/no/flash")) as proxy:
            proxy.sock.close()
            status, said = proxy.end()
            self.assertEqual(status, 1)
            self.assertIn("could not be written", said)


class ConfigurationTest(unittest.TestCase):
    def test_base_addresses_have_the_sizes_of_the_specification(self):
        with Proxy() as proxy:
            sizes = []
            for address in range(0x10, 0x28, 4):
                proxy.config_write(address, 4, 0xFFFFFFFF)
                sizes.append(-(proxy.config_read(address, 4) & ~3) % (1 << 32))
            self.assertEqual(sizes, [8, 4, 8, 4, 0, 0])

    def test_a_channel_that_is_left_out_has_no_base_addresses(self):
        with Proxy("--channels", "secondary") as proxy:
            proxy.place(0x1F0, 0x3F4, 0x170, 0x374)
            self.assertEqual([proxy.config_read(0x10 + 4 * i, 4) for i in range(4)],
                             [0, 0, 0x171, 0x375])

    def test_native_mode_shows_itself_when_decoding_is_on(self):
        with Proxy("--native") as proxy:
            self.assertEqual(proxy.config_read(0x0A, 2), 0x0180)
            proxy.place(0xC000, 0xC008, 0xC010, 0xC018)
            self.assertEqual(proxy.config_read(0x08, 4), 0x01018F01)
            proxy.send(RESET)
            proxy.answer()
            self.assertEqual(proxy.config_read(0x0A, 2), 0x0180)
            self.assertEqual(proxy.config_read(0x10, 4), 1)
            self.assertEqual(proxy.config_read(0x04, 2), 0)

    def test_native_mode_at_once(self):
        with Proxy("--native-at-once") as proxy:
            self.assertEqual(proxy.config_read(0x08, 4), 0x01018F01)
            proxy.place(0xC000, 0xC008, 0xC010, 0xC018)
            self.assertEqual(proxy.port_read(0xC017), 0x7F)

    def test_compatibility_mode_is_an_ide_controller_from_the_start(self):
        with Proxy() as proxy:
            self.assertEqual(proxy.config_read(0x08, 4), 0x01018A01)

    def test_identification_can_not_be_written(self):
        with Proxy() as proxy:
            before = [proxy.config_read(i, 4) for i in (0, 8)]
            proxy.config_write(0, 4, 0xFFFFFFFF)
            proxy.config_write(8, 4, 0xFFFFFFFF)
            self.assertEqual([proxy.config_read(i, 4) for i in (0, 8)], before)


class PortTest(unittest.TestCase):
    def test_ports_of_nobody_read_as_ones(self):
        with Proxy() as proxy:
            proxy.place(0x1F0, 0x3F4, 0x170, 0x374)
            for port in (0x1F8, 0x3F4, 0x3F5, 0x3F7, 0x3F8, 0x178, 0x16F):
                self.assertEqual(proxy.port_read(port), 0xFF, hex(port))
            self.assertEqual(proxy.port_read(0x1F8, 4), 0xFFFFFFFF)

    def test_an_empty_cable_floats(self):
        with Proxy("--attach", "float 1 ff") as proxy:
            proxy.place(0x1F0, 0x3F4, 0x170, 0x374)
            self.assertEqual((proxy.port_read(0x1F7), proxy.port_read(0x3F6)), (0x7F, 0x7F))
            self.assertEqual((proxy.port_read(0x177), proxy.port_read(0x376)), (0xFF, 0xFF))
            self.assertEqual(proxy.port_read(0x1F0, 2), 0x7F7F)

    def test_wide_accesses(self):
        """A disk's first sector, read as words and as double words, is the same data."""
        with tempfile.NamedTemporaryFile() as image:
            sector = bytes(i * 7 & 0xFF for i in range(512))
            image.write(sector * 128)
            image.flush()
            with Proxy("--attach", f"attach ps disk image={image.name}") as proxy:
                proxy.place(0x1F0, 0x3F4, 0x170, 0x374)
                data = {size: self.read_sector(proxy, size) for size in (2, 4)}
            self.assertEqual(data, {2: sector, 4: sector})

    def read_sector(self, proxy, size):
        def settle():
            while proxy.port_read(0x3F6) & 0x80:
                pass
        proxy.port_write(0x1F6, 0xF0)
        settle()
        proxy.port_write(0x1F6, 0xF0)  # a busy disk takes no more of it than the position
        proxy.port_write(0x1F2, 1)
        # Registers beside each other, written in one go: LBA low and mid.
        proxy.port_write(0x1F3, 0, size=2)
        proxy.port_write(0x1F5, 0)
        proxy.port_write(0x1F7, 0x20)
        settle()
        self.assertEqual(proxy.port_read(0x1F7) & 0x89, 0x08)
        return b"".join(proxy.port_read(0x1F0, size).to_bytes(size, "little")
                        for _ in range(512 // size))


class ChipsetTest(unittest.TestCase):
    LEGACY = (0x1F0, 0x3F4, 0x170, 0x374)
    DISKS = ("--attach", "attach pm disk personality=used", "--attach",
             "attach sm disk personality=used")

    def furnished(self, chipset, *options):
        proxy = Proxy("--chipset", chipset, *self.DISKS, *options)
        proxy.place(*self.LEGACY)
        deadline = time.monotonic() + 20  # of disks that spin up
        while 0x80 in self.statuses(proxy) and time.monotonic() < deadline:
            pass
        return proxy

    def statuses(self, proxy):
        return proxy.port_read(0x1F7), proxy.port_read(0x177)

    def test_a_channel_is_nobodys_until_its_bit_is_set(self):
        with self.furnished("via,secondary=off") as proxy:
            self.assertEqual(proxy.config_read(0, 4), 0x05711106)
            self.assertEqual(self.statuses(proxy), (0x50, 0xFF))
            self.assertEqual(proxy.port_read(0x376), 0xFF)
            proxy.port_write(0x174, 0x5A)
            proxy.config_write(0x40, 1, proxy.config_read(0x40, 1) | 1)
            self.assertEqual(self.statuses(proxy), (0x50, 0x50))
            self.assertEqual(proxy.port_read(0x174), 0)  # nobody was there to take it
            proxy.config_write(0x40, 1, 0)
            self.assertEqual(self.statuses(proxy), (0xFF, 0xFF))

    def test_a_channel_whose_pins_float(self):
        with self.furnished("ich,secondary=float", "--attach", "float 1 ff") as proxy:
            self.assertEqual(self.statuses(proxy), (0x50, 0xFF))
            self.assertEqual(proxy.config_read(0x54, 4), 0x00040000)
            proxy.config_write(0x56, 1, 0)
            self.assertEqual(self.statuses(proxy), (0x50, 0x50))

    def test_a_reset_puts_the_bits_back(self):
        with self.furnished("piix,primary=off") as proxy:
            proxy.config_write(0x40, 4, 0x80008000)
            self.assertEqual(self.statuses(proxy), (0x50, 0x50))
            proxy.send(RESET)
            proxy.answer()
            proxy.place(*self.LEGACY)
            self.assertEqual(proxy.config_read(0x40, 4), 0x80000000)

    def test_the_flags_of_ali_lie_behind_locks(self):
        with self.furnished("ali,primary=off") as proxy:
            self.assertEqual(proxy.config_read(0x09, 1), 0xDA)
            proxy.config_write(0x09, 1, 0xFA)
            self.assertEqual(proxy.config_read(0x09, 1), 0xDA)
            for register, value in ((0x50, 2), (0x43, 0), (0x4D, 0)):
                proxy.config_write(register, 1, value)
            proxy.config_write(0x09, 1, 0xFA)
            self.assertEqual(proxy.config_read(0x09, 1), 0xFA)
            self.assertEqual(self.statuses(proxy), (0x50, 0x50))

    def test_the_configuration_is_shown_and_changed_from_outside(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bench")
            with self.furnished("via", "--control", path) as proxy:
                def ask(command):
                    done = subprocess.run([sys.executable, BENCH_CONTROL, path, command],
                                          check=False, stdout=subprocess.PIPE, timeout=20)
                    return done.stdout.decode().rstrip("\n")
                lines = ask("config").split("\n")
                self.assertEqual(len(lines), 17)
                self.assertTrue(lines[0].startswith("06 11 71 05 01 00"), lines[0])
                self.assertTrue(lines[4].startswith("03 00"), lines[4])
                self.assertEqual(ask("config 40"), "ok 03")
                self.assertEqual(ask("config 40=02"), "ok 02")
                self.assertEqual(self.statuses(proxy), (0x50, 0xFF))
                for wrong in ("config 100", "config x", "config 40=100", "config 40=", "config 40 1"):
                    self.assertTrue(ask(wrong).startswith("error"), wrong)

    def test_an_unknown_chipset_is_refused(self):
        for words in ("nobody", "via,primary=float", "cmd640,primary=off"):
            done = subprocess.run([BRIDGE, "--fd", "0", "--chipset", words], check=False,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(b"chipset", done.stderr)


class SeaBiosTest(unittest.TestCase):
    """The bench under a program that knows nothing of it: SeaBIOS's ATA driver."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_lists_a_healthy_drive_by_name_at_the_legacy_ports(self):
        image = drives.firmware(self.folder, "good.bin", product="DVDRW SHW-160P6S")
        with Machine(bridge=Bridge(drives.drive("sm", image))) as pc:
            pc.bios.wait_line("ATA controller [0-9]+ at 170/37[46]/")
            pc.bios.wait_line("DVD/CD .*DVDRW SHW-160P6S")

    def test_lists_no_dead_drive(self):
        image = drives.firmware(self.folder, "dead.bin", damage="half_erased")
        with Machine(bridge=Bridge(drives.drive("sm", image, crash="silent"))) as pc:
            pc.bios.wait_line("ATA controller [0-9]+ at 170/37[46]/")
            pc.bios.wait_line("All threads complete")
            self.assertIsNone(pc.bios.find("DVD/CD"))

    def test_native_mode_gets_addresses_elsewhere(self):
        image = drives.firmware(self.folder, "good.bin")
        with Machine(bridge=Bridge(drives.drive("pm", image), channels="both", native=True)) as pc:
            pc.bios.wait_line("All threads complete")
            device = next(d for bus in pc.qmp.execute("query-pci") for d in bus["devices"]
                          if d["qdev_id"] == "ide")
            bases = [region["address"] for region in device["regions"]]
            self.assertEqual(len(bases), 4)
            for base in bases:
                self.assertGreaterEqual(base, 0x1000)


if __name__ == "__main__":
    unittest.main()
