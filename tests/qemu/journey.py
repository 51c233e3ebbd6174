"""A person who came with a drive: reads screens, presses keys, moves plugs.

Every screen that a journey stops at is kept as text in build/journeys/TEST/, for people to look at.
"""

import os
import re
import shutil

import drives
import rescue_by_keys
from cases import NAME, RESULT, Bridge, Case, Machine
from stick import BUILD

KEEP = os.path.join(BUILD, "journeys")


class Journey(Case):
    """A test that goes from power-on to a result. `self.pc` is the PC while it is on."""

    def setUp(self):
        super().setUp()
        self.pc = None
        self.pictures = 0
        self.kept = os.path.join(KEEP, ".".join(self.id().split(".")[-2:]))
        shutil.rmtree(self.kept, ignore_errors=True)
        os.makedirs(self.kept)

    def switch_on(self, *bench, stick=None, bridge=None, **options):
        """A PC with these bench commands behind its bridge; options of Machine."""
        self.pc = Machine(stick=stick, bridge=bridge or Bridge(*bench), **options)
        return self.pc

    # ---- eyes

    def picture(self):
        """The screen at rest, or a second later if it never rests; kept."""
        text = self.pc.screen.settled_picture(seconds=1)
        self.pictures += 1
        with open(os.path.join(self.kept, f"{self.pictures:02}.txt"), "w") as file:
            file.write(text + "\n")
        return text

    def see(self, *texts, seconds=60):
        """Waits until all of these stand on the screen; returns the picture as one line of words, so
        that texts may run over lines and frames."""
        def find():
            words = words_of(self.pc.screen.terminal.text())
            return all(text in words for text in texts)
        self.pc.screen.wait(find, seconds, f"{texts!r} on the screen")
        return words_of(self.picture())

    def see_title(self, title, seconds=60):
        """Waits for the screen of that title."""
        self.pc.screen.wait(lambda: self.pc.screen.terminal.text().startswith(f" {title}"),
                            seconds, f"the screen {title!r}")
        return words_of(self.picture())

    def see_verdict(self, port, verdict):
        """On the main screen: puts the bar on the port and waits until it looks like that."""
        rescue_by_keys.choose_port(self.pc, port, verdict)
        return words_of(self.picture())

    # ---- fingers

    def press(self, *keys):
        self.pc.screen.press(*keys)

    def choose(self, answer):
        """Takes the numbered answer that begins with these words."""
        number = self.pc.screen.wait_match(rf"(?m)^[ ►│]*(\d)  {re.escape(answer)}").group(1)
        self.press(number, "enter")

    # ---- hands

    def hands(self, *commands):
        """Bench commands (tests/drive/README.md), one after the other."""
        return self.pc.bridge.command(*commands)

    def device(self, name):
        return self.pc.bridge.device(name)

    # ---- what must hold in the end

    def assert_never_asked(self, name):
        """The drive took no vendor command, not even the first one."""
        device = self.device(name)
        self.assertEqual([device[word] for word in ("intros", "commands", "programs", "erases")],
                         ["0"] * 4, device)

    def assert_disk_untouched(self, name):
        device = self.device(name)
        self.assertEqual([device[word] for word in ("vendor", "keys", "writes")], ["0"] * 3, device)


class HandsJourney(Journey):
    """A dead drive that needs hands: the files, the drive, and its rescue once it listens."""

    def set_up_files(self):
        self.new = self.firmware("new.bin")
        self.flash = self.dead_firmware("flash.bin")
        self.old = drives.content(self.flash)
        self.stick = self.stick_with({"FIRMWARE/NEW.BIN": self.new})

    def patient(self, position="sm", **options):
        """A drive whose firmware hangs at power-on: the chip listens for 150 ms, then never."""
        return drives.drive(position, self.flash,
                            **{"personality": "hangs", "window": 150, "name": "patient", **options})

    def answer_eyes(self, wanted):
        """The two questions that only eyes can answer, then the screen of that title."""
        rescue_by_keys.answer_until(self.pc, wanted, 60, lambda title: self.picture())
        return self.see_title(wanted)

    def flash_and_see(self, name=NAME, confirm=(), port=3):
        """From the page that says that the drive listens: backed up, flashed, told the truth. `name` is
        what it calls itself then, `confirm` what the confirm screen must say."""
        pc = self.pc
        self.choose("Back up and flash")
        rescue_by_keys.answer_until(pc, "Flash: look once more", 300, lambda title: self.picture())
        self.see(*confirm)
        rescue_by_keys.confirm(pc)
        self.see("The chip is being changed now")
        result = pc.screen.wait_match("(?m)" + RESULT, 600)
        told = self.see(name)
        self.assertEqual(result.group("job", "port", "state", "crc32", "err"),
                         ("flash", str(port), "VERIFIED", drives.crc32(self.new), "00000000"))
        self.assertIn("VERIFIED", told)
        self.press("enter")
        self.see_verdict(port, "healthy")
        self.see(f"{name} BYX3")

    def assert_rescued(self):
        self.assertEqual(drives.content(self.flash), drives.content(self.new))
        self.assertEqual(self.stick.backups(), {"BK000001.BIN": self.old})
        self.assertIn("state=VERIFIED", self.stick.log())
        self.assert_stick_sound(self.stick)


def words_of(picture):
    """The words of a screen without frames and line ends."""
    return " ".join(re.sub(r"[│┌┐└┘─├┤►]", " ", picture).split())
