"""A person at the serial terminal: rescues a dead drive by reading screens and pressing keys."""

import re

from cases import RESULT

QUESTIONS = r"Is it alone on its cable\?|Is it an optical drive\?"


def answer_until(pc, wanted, seconds=60, show=lambda title: None):
    """Answers the questions that only eyes can (second line: "Yes, I looked") until `wanted`. The
    log names them too, and is on the screen that comes next: a question stands in the title."""
    for _ in range(4):
        seen = pc.screen.wait_match(rf"\A *({QUESTIONS})|{wanted}", seconds)
        question = seen.group(1)
        show(question or seen.group(0))
        if not question:
            return
        pc.screen.press("2", "enter")
        pc.screen.wait(lambda: question not in pc.screen.picture().split("\n")[0], 60,
                       f"{question!r} to be answered")
    raise AssertionError(f"too many questions before {wanted!r}:\n{pc.screen.picture()}")


def choose_file(pc, folder, file, show=lambda title: None):
    """From the main screen: F7, the folder, the file (both first in their lists), Enter."""
    pc.screen.press("f7")
    pc.screen.wait_text("Choose the firmware file", folder)
    show("file picker")
    pc.screen.press("enter")
    pc.screen.wait_text("Choose the firmware file", file)
    show("folder")
    pc.screen.press("enter")
    pc.screen.wait_text("The file", "CRC-32", f"{folder}\\{file}")
    show("file")
    pc.screen.press("enter")
    pc.screen.wait_text("Drives", f"File: {folder}\\{file}")


def choose_port(pc, port, verdict="answers, no identity"):
    """On the main screen: puts the bar on the port's line and waits for the verdict. A long list
    scrolls."""
    pc.screen.wait_match(r"\d \S.*(nothing there|looking)", 120)
    pc.screen.press(str(port))
    pc.screen.wait_text(f"Port {port}: what it looks like")
    pc.screen.wait_match(rf"{port} \S.*{verdict}", 120)


def to_confirm(pc, show=lambda title: None, wanted="Flash: look once more",
               seconds=300):
    """From the main screen, port and file chosen: to the confirm screen, the backup being saved.
    `wanted` is another screen that comes before it."""
    pc.screen.press("enter")
    answer_until(pc, "Ask the chip to listen", 60, show)
    pc.screen.press("enter")
    pc.screen.wait_match("It listens: status 7[023]", 60)
    show("it listens")
    pc.screen.press("enter")
    answer_until(pc, wanted, seconds, show)


def confirm(pc):
    """Types what the confirm screen asks for."""
    word = pc.screen.wait_match(r"Type  (\S.*?)  and press Enter").group(1)
    pc.screen.press(word)
    pc.screen.wait_match(rf"and press Enter to flash: *{re.escape(word)}")
    pc.screen.press("enter")


def rescue(pc, file, name, port=3, folder="FIRMWARE", show=lambda title: None):
    """The whole way; returns the match of the RESULT line. The result screen is left standing."""
    choose_port(pc, port)
    show("main screen")
    choose_file(pc, folder, file, show)
    show("file chosen")
    to_confirm(pc, show)
    confirm(pc)
    pc.screen.wait_text("The chip is being changed now", seconds=60)
    show("progress")
    result = pc.screen.wait_match("(?m)" + RESULT, 300)
    pc.screen.wait_text(name)
    show("result")
    return result
