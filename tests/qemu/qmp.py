"""QEMU's machine protocol over a connected socket: commands, answers, events."""

import json
import threading


class QmpError(Exception):
    """QEMU refused a command, or is gone."""


class Qmp:
    """One QMP session. Answers are matched by id, events are kept in the order they came."""

    def __init__(self, sock, seconds=30):
        self._file = sock.makefile("rwb", buffering=0)
        self._sock = sock
        self._changed = threading.Condition()
        self._answers = {}
        self._next_id = 0
        self._closed = False
        self._greeted = False
        self.events = []
        threading.Thread(target=self._read, daemon=True).start()
        self._wait(lambda: self._greeted, seconds, "greeting")
        self.execute("qmp_capabilities", seconds=seconds)

    def _read(self):
        try:
            for line in self._file:
                message = json.loads(line)
                with self._changed:
                    if "QMP" in message:
                        self._greeted = True
                    elif "event" in message:
                        self.events.append(message)
                    else:
                        self._answers[message.get("id")] = message
                    self._changed.notify_all()
        except (OSError, ValueError):
            pass
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wait(self, condition, seconds, what):
        with self._changed:
            if not self._changed.wait_for(lambda: condition() or self._closed, seconds):
                raise QmpError(f"no {what} from QEMU within {seconds} s")
            if not condition():
                raise QmpError(f"QEMU ended before its {what}")

    def execute(self, command, seconds=30, **arguments):
        """Sends one command and returns what it returns. Argument names: '_' stands for '-'."""
        with self._changed:
            self._next_id += 1
            number = self._next_id
        message = {"execute": command, "id": number}
        if arguments:
            message["arguments"] = {key.replace("_", "-"): v for key, v in arguments.items()}
        try:
            self._file.write(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise QmpError(f"{command}: {error}") from error
        self._wait(lambda: number in self._answers, seconds, f"answer to {command}")
        answer = self._answers.pop(number)
        if "error" in answer:
            raise QmpError(f"{command}: {answer['error'].get('desc')}")
        return answer["return"]

    def events_named(self, name, **data):
        """All events of that name so far whose data hold what is given."""
        with self._changed:
            return [event for event in self.events if event["event"] == name
                    and all(event.get("data", {}).get(key) == v for key, v in data.items())]

    def wait_event(self, name, seconds=30, count=1, **data):
        """Waits until `count` events of that name have come (also ones that came earlier)."""
        def found():
            return self.events_named(name, **data)
        self._wait(lambda: len(found()) >= count, seconds, f"event {name}")
        return found()[count - 1]

    def close(self):
        for thing in (self._file, self._sock):
            try:
                thing.close()
            except OSError:
                pass
