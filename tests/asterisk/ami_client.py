"""A native AMI connection (TCP): the measure that everything else is compared with."""
import itertools
import socket
import threading
import time

from waiting import until


def parse_block(block):
    """One AMI block -> list of (name, value) in its order."""
    pairs = []
    for line in block.split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            pairs.append((name, value[1:] if value.startswith(" ") else value))
    return pairs


class Ami:
    """Logged in as one of the rig's users; a thread of its own collects whatever comes. Safe to send from one thread at a time."""

    def __init__(self, port, events="on", username="broker"):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.settimeout(None)
        self._buffer = bytearray()
        self._blocks = []
        self._progress = []  # (time, blocks so far)
        self._ids = itertools.count(1)
        self._replies = {}
        self._closed = False
        self._thread = threading.Thread(target=self._collect, name="ami", daemon=True)
        self._thread.start()
        self.action(Action="Login", Username=username, Secret="s3cret", Events=events)

    def _collect(self):
        while True:
            try:
                data = self._socket.recv(1 << 20)
            except OSError:
                data = b""
            if not data:
                self._closed = True
                return
            self._buffer += data
            whole, separator, rest = bytes(self._buffer).rpartition(b"\r\n\r\n")
            if separator:
                self._buffer = bytearray(rest)
                for block in whole.decode("utf-8", "replace").split("\r\n\r\n"):
                    self._take(block)
                self._progress.append((time.monotonic(), len(self._blocks)))

    def _take(self, block):
        self._blocks.append(block)
        if "Response: " in block and "ActionID: " in block:
            fields = dict(parse_block(block))
            if "Response" in fields:
                self._replies[fields.get("ActionID")] = fields

    def send(self, **action):
        """Sends without waiting. A value that is a list becomes repeated headers."""
        lines = []
        for name, value in action.items():
            lines += [f"{name}: {one}" for one in (value if isinstance(value, list) else [value])]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def action(self, **action):
        """Sends, waits for the reply to it and returns its fields."""
        action_id = f"t{next(self._ids)}"
        self.send(**action, ActionID=action_id)
        fields = until(lambda: self._replies.pop(action_id, None) or self._closed, f"a reply to {action}", interval=0.001)
        if fields is True:
            raise AssertionError(f"Asterisk closed the AMI connection instead of a reply to {action}")
        return fields

    def items(self, action, complete):
        """What a list action lists, as dictionaries; `complete`: the event that ends it."""
        start, action_id = self.count(), f"t{next(self._ids)}"
        self.send(Action=action, ActionID=action_id)

        def whole():
            events = [dict(event) for event in self.events(start) if ("ActionID", action_id) in event]
            return events if events and events[-1]["Event"] == complete else None
        return until(whole, f"the end of {action}", interval=0.005)[:-1]

    def getvar(self, variable):
        return self.action(Action="Getvar", Variable=variable)["Value"]

    def setvar(self, variable, value):
        reply = self.action(Action="Setvar", Variable=variable, Value=value)
        if reply["Response"] != "Success":
            raise AssertionError(f"Setvar {variable}={value}: {reply}")

    def count(self):
        return len(self._blocks)

    def reached(self, count):
        """When so many blocks had come; None if they have not."""
        return next((when for when, so_far in self._progress if so_far >= count), None)

    def closed(self):
        return self._closed

    def events(self, start=0):
        """Events as lists of (name, value), from the given count on."""
        return [parse_block(block) for block in self._blocks[start:] if block.startswith("Event: ")]

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._thread.join(10)
        self._socket.close()
