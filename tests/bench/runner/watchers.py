# SPDX-License-Identifier: Apache-2.0
"""Those who watch the daemon while it is measured, all of them reading: metrics once a second, a board, and maybe a
subscriber of the bus. A process of its own, so that its processor time is neither the peer's nor the daemon's.

Prints "ready" once all have begun to get something, and at its end (when its input is closed) what they got, as JSON."""

import json
import selectors
import socket
import subprocess
import sys
import time

TOPICS = {"none": None, "one": b"event/server-1/DeviceStateChange", "all": b""}
PATIENCE = 10  # seconds for the daemon to listen, and for each watcher to get something
SCRAPE = 1     # seconds


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Watchers:
    """For the runner: they come with each run, and go with it."""

    def __init__(self, bus):
        self.bus = bus
        self.process = None
        self.web_port = free_port()
        self.bus_port = free_port()

    def config(self):
        """What the daemon's configuration has for them; nothing that has to stand in [plugins]."""
        lines = ["[http]", f"listen = 127.0.0.1:{self.web_port}"]
        if self.bus != "none":
            lines += ["[plugin bus]", f"events = tcp://127.0.0.1:{self.bus_port}"]
        return lines

    def begin(self):
        command = [sys.executable, __file__, str(self.web_port), str(self.bus_port), self.bus]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self.process.stdout.readline() == "ready\n"

    def end(self):
        """What each of them got; a watcher that got nothing has measured nothing."""
        text = self.process.communicate()[0]
        return json.loads(text) if text else {}

    def kill(self):
        """Whatever happened. Once `end` has come back there is nothing left to do."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


# --- The process ---------------------------------------------------------------------------------------------------

def connect(port):
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def frame(flags, body):
    return bytes([flags, len(body)]) + body


def subscribe(reader, topic):
    """What a SUB socket without security says, as ZMTP 3.0 has it: greeting, READY, and, once it has those of the other side,
    its subscription."""
    greeting = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
    ready = b"\x05READY" + b"\x0bSocket-Type" + (3).to_bytes(4, "big") + b"SUB"
    reader.sendall(greeting + b"\x04" + bytes([len(ready)]) + ready)
    said = b""
    while b"READY" not in said or not said.endswith(b"XPUB"):
        said += reader.recv(1024)
    reader.sendall(b"\x00" + bytes([1 + len(topic)]) + b"\x01" + topic)


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Watcher:
    def __init__(self, port, begin):
        self.socket = connect(port)
        begin(self.socket)
        self.got = 0

    def read(self, scrap):
        size = self.socket.recv_into(scrap)
        if size == 0:
            raise ConnectionError(f"the daemon closed the connection of a watcher of {self.socket.getpeername()}")
        self.got += size


def watch(web_port, bus_port, bus):
    watchers = {name: Watcher(web_port, lambda one, path=path: one.sendall(get(path))) for name, path in (("metrics", "/metrics"), ("board", "/v1/board"))}
    if TOPICS[bus] is not None:
        watchers["bus"] = Watcher(bus_port, lambda one: subscribe(one, TOPICS[bus]))
    selector = selectors.DefaultSelector()
    for watcher in watchers.values():
        selector.register(watcher.socket, selectors.EVENT_READ, watcher)
    selector.register(sys.stdin, selectors.EVENT_READ)
    scrap = bytearray(1 << 20)
    due = time.monotonic() + SCRAPE
    end = time.monotonic() + PATIENCE
    ready = False
    while True:
        for key, _ in selector.select(max(0, due - time.monotonic())):
            if key.data is None:
                return {name: watcher.got for name, watcher in watchers.items()}
            key.data.read(scrap)
        if time.monotonic() >= due:
            due += SCRAPE
            watchers["metrics"].socket.sendall(get("/metrics"))
        if not ready and time.monotonic() > end:
            raise TimeoutError("a watcher gets nothing")
        if not ready and watchers["metrics"].got > 0 and watchers["board"].got > 0:
            ready = True
            print("ready", flush=True)


if __name__ == "__main__":
    print(json.dumps(watch(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
