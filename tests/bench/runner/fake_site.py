# SPDX-License-Identifier: Apache-2.0
"""A site with as many devices as one likes, which speaks the protocol between sites over a nats-server (stream_text.hpp)."""

import socket
import threading
import time

FLEET, PLUGIN = "amib", "device_state"
PART = 64 * 1024   # bytes of a part of a snapshot, as the plugin sends them
SHARED_PARTS = 8  # of the sums of shared names; it has none
MASK = (1 << 64) - 1


def entry_hash(name, value):
    """As entry_hash.hpp has it, stamp 0."""
    number = 0xcbf29ce484222325
    for byte in name + b"\t" + value + b"\t" + bytes(8):
        number = ((number ^ byte) * 0x100000001b3) & MASK
    number ^= number >> 31
    number = (number * 0x9e3779b97f4a7c15) & MASK
    return number ^ (number >> 29)


class FakeSite:
    """Speaks until `close`, on a thread of its own."""

    def __init__(self, port, count, site="fake"):
        self.site, self.count, self.asked, self.served = site.encode(), count, 0, threading.Event()
        names = [b"Custom:PJSIP/remote%07d" % number for number in range(count)]
        self.hash = sum(entry_hash(name, b"INUSE") for name in names) & MASK
        lines = [b"=" + name + b"\tINUSE\n" for name in names]
        self.parts = []  # (key that it begins with, its lines)
        step = PART // len(lines[0]) + 1
        for first in range(0, count, step):
            self.parts.append((first, b"".join(lines[first:first + step])))
        self.step = step
        self.life = time.time_ns() // 1000
        self.variant = None
        self.ends = False
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")
        self.lock = threading.Lock()
        self.file.readline()  # INFO
        say = f"{FLEET}.1.say.*.{PLUGIN}.hb"
        ask = f"{FLEET}.1.ask.{site}.{PLUGIN}.snap"
        self.send(f'CONNECT {{"verbose":false,"pedantic":false}}\r\nSUB {say} 1\r\nSUB {ask} 2\r\n'.encode())
        threading.Thread(target=self.listen, daemon=True).start()

    def send(self, data):
        with self.lock:
            self.socket.sendall(data)

    def publish(self, subject, payload):
        self.send(b"PUB %s %d\r\n%s\r\n" % (subject, len(payload), payload))

    def listen(self):
        while not self.ends and (line := self.file.readline()):
            if line.startswith(b"PING"):
                self.send(b"PONG\r\n")
            if not line.startswith(b"MSG"):
                continue
            words = line.split()
            payload = self.file.read(int(words[-1]) + 2)[:-2]
            if words[2] == b"1" and b".say." + self.site + b"." not in words[1]:
                self.heard(payload)
            elif words[2] == b"2":
                self.answer(words[3], payload)

    def heard(self, payload):
        """The variant is taken from whoever is there, and each of its heartbeats answered by one of ours."""
        self.variant = payload.split(b"\n")[0].split()[-1]
        shared = b" 0" * SHARED_PARTS
        head = b"h %d %d 1 1 1 1 1 0 1 %d %s\n" % (self.life, self.life, time.time_ns() // 1_000_000, self.variant)
        self.publish(b"%s.1.say.%s.%s.hb" % (FLEET.encode(), self.site, PLUGIN.encode()),
                     head + b"z - 0 %d %x%s\n" % (self.count, self.hash, shared))

    def answer(self, reply, payload):
        cursor = payload.split()[1]
        if cursor[:1] == b"k":
            self.asked += 1
            index = int(cursor[1:]) // self.step
            lines = self.parts[index][1]
            after = b"k%d" % self.parts[index + 1][0] if index + 1 < len(self.parts) else b"r"
        else:
            lines, after = b"", b"-"
        self.publish(reply, b"%d 0 1 %s\n" % (self.life, after) + lines)
        if after == b"-":
            self.served.set()

    def close(self):
        self.ends = True
        self.socket.close()
