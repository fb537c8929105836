# SPDX-License-Identifier: Apache-2.0
"""Simulated servers that make calls, and a real broker with its board and its control socket."""
import os
import pathlib
import random
import re
import socket
import subprocess
import tempfile
import threading
import time

import wire


def free_ports(number):
    """The first of so many free ports in a row, below those that the system gives to clients."""
    for _ in range(200):
        first = random.randrange(10_000, 30_000 - number)
        try:
            for port in range(first, first + number):
                with socket.socket() as one:
                    one.bind(("127.0.0.1", port))
            return first
        except OSError:
            pass
    raise RuntimeError("no free ports")


class Fleet:
    """Of `servers` with so many phones each and so many changes a second. `wired`: the number of a server, from 1, whose wires
    can be cut; `events` then has what it said of its phones: [device, state, time in milliseconds since 1970]."""

    def __init__(self, programs, servers, phones, rate, wired=None):
        self.folder = tempfile.TemporaryDirectory(prefix="board-live-")
        self.events = []
        self.wires = []
        self.lines = []
        self.processes = []
        self.programs = pathlib.Path(programs)
        first = free_ports(2 * servers + 1)
        self.port = first + 2 * servers
        self.socket = self.folder.name + "/control.sock"
        self.options = ["--servers", str(servers), "--phones", str(phones), "--rate", str(rate), "--calls", "--seconds", "0", "--base-port", str(first)]
        try:
            self._start(wired, first)
        except BaseException:
            self.close()
            raise

    def _start(self, wired, first):
        sim = [self.programs / "asterisk-sim", *self.options]
        config = subprocess.run([*sim, "--web", str(self.port), "--print-config"], check=True, capture_output=True, text=True).stdout
        if wired is not None:
            for port, heard in ((first + 2 * wired - 2, None), (first + 2 * wired - 1, self._heard)):
                self.wires.append(wire.Wire(port, heard))
                config = re.sub(rf"_port = {port}$", f"_port = {self.wires[-1].port}", config, flags=re.MULTILINE)
        path = pathlib.Path(self.folder.name, "broker.ini")
        path.write_text(config + f"[control]\nsocket = {self.socket}\n", encoding="utf-8")
        with open(self.folder.name + "/log", "wb") as log:
            self.broker = subprocess.Popen([self.programs / "zmq-ami-broker", path], stdout=log, stderr=log)
        self.sim = subprocess.Popen(sim, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.processes = [self.sim, self.broker]
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.sim.stdout:
            self.lines.append(line)

    def _heard(self, data):
        now = time.time() * 1000
        for event in re.findall(rb"\{[^{}]*DeviceStateChange[^{}]*\}", data):
            device, state = (re.search(rb'"%s": ?"([^"]*)"' % name, event) for name in (b"Device", b"State"))
            if device and state and not device[1].startswith(b"Custom:"):
                self.events.append([device[1].decode(), state[1].decode(), now])

    def wait_for_calls(self, patience=60):
        """Until the servers show all phones, and calls begin."""
        deadline = time.monotonic() + patience
        while not any("calls begin" in line for line in self.lines):
            if self.sim.poll() is not None or self.broker.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("no calls:\n" + "".join(self.lines[-20:]) + pathlib.Path(self.folder.name, "log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.05)

    def ask(self, *words):
        """What zmq-ami-brokerctl says to that, and whether all was well."""
        done = subprocess.run([self.programs / "zmq-ami-brokerctl", "--socket", self.socket, *words], capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout + done.stderr

    def cpu_seconds(self):
        """Processor time of the broker so far: of all its threads, and of its event loop alone."""
        return tuple(_cpu_seconds(path) for path in (f"/proc/{self.broker.pid}/stat", f"/proc/{self.broker.pid}/task/{self.broker.pid}/stat"))

    def memory(self):
        text = pathlib.Path(f"/proc/{self.broker.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024

    def close(self):
        for process in self.processes:
            process.terminate()
            process.wait(20)
        for one in self.wires:
            one.cut()
        self.folder.cleanup()


def _cpu_seconds(path):
    with open(path, encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
