# SPDX-License-Identifier: Apache-2.0
"""Clients of the web listener, most of them bad ones, and the fleet that is to notice nothing of them."""

import pathlib
import select
import socket
import subprocess
import threading
import time

BIN = pathlib.Path(__file__).resolve().parents[3] / "build/release/bin"
BOARD = b"GET /v1/board HTTP/1.1\r\nHost: localhost\r\n\r\n"
METRICS = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def connect(port, text):
    client = socket.create_connection(("127.0.0.1", port), timeout=5)
    client.sendall(text)
    return client


def wait_for(port):
    """Until a broker listens there."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            return connect(port, b"").close()
        except OSError:
            threading.Event().wait(0.05)
    raise SystemExit(f"nothing listens at port {port}")


def is_cut_off(client):
    """Whether the broker has closed its end, even if the client has not read what came before that."""
    poll = select.poll()
    poll.register(client, select.POLLRDHUP)
    return bool(poll.poll(0))


def fleet(port, seconds, servers=10, phones=20, rate=100):
    """A simulator with a broker of its own, whose web listener has this port; ends by itself."""
    return subprocess.Popen([BIN / "asterisk-sim", "--broker", BIN / "zmq-ami-broker", "--web", str(port), "--seconds", str(seconds), "--servers", str(servers),
                             "--phones", str(phones), "--rate", str(rate), "--calls"], stdout=subprocess.PIPE, text=True)


class Deaf:
    """200 clients that ask and never read: 50 of the board, the others 20 times for metrics. One that is cut off comes again."""

    def __init__(self, port):
        self.port = port
        self.clients = []

    def look(self):
        for index, client in enumerate(self.clients):
            if is_cut_off(client):
                client.close()
                self.clients[index] = self.open(index)
        self.clients += [self.open(index) for index in range(len(self.clients), 200)]

    def open(self, index):
        return connect(self.port, BOARD if index < 50 else METRICS * 20)

    def close(self):
        for client in self.clients:
            client.close()


def hostile(port, stop):
    """Until `stop` is set: the deaf ones, and others that come and go all the time."""
    deaf = Deaf(port)
    while not stop.is_set():
        try:
            deaf.look()
            for text in (b"GET /v1/sta", b"POST /v1/reload HTTP/1.1\r\nHost: evil\r\n\r\n", b"G" * 20_000):
                connect(port, text).close()
        except OSError:
            pass  # cut off in the middle of a word, as it should be
        stop.wait(0.02)
    deaf.close()
