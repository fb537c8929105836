# SPDX-License-Identifier: Apache-2.0
"""One run: bench-peer, and beside it the daemon or the least loop, each with a deadline."""

import json
import os
import selectors
import signal
import subprocess
import tempfile
import time

from .machine import Machine
from .watchers import Watchers

PORTS_LIMIT = 10  # seconds for bench-peer to open its ports
TOOL_LIMIT = 60   # seconds for a tool that measures by itself
STOP_LIMIT = 10   # seconds for the daemon to end after SIGTERM


class Failure(Exception):
    """A run that gave no figures."""


class Loop:
    name = "least-loop"
    watched = None

    def __init__(self, tools):
        self.program = os.path.join(tools, "least-loop")

    def command(self, folder, servers):
        path = os.path.join(folder, "addresses")
        with open(path, "w", encoding="utf-8") as out:
            for server in servers:
                out.write(f"tcp://127.0.0.1:{server['evt_port']} tcp://127.0.0.1:{server['cmd_port']}\n")
        return [self.program, path]


class Broker:
    name = "zmq-ami-broker"

    def __init__(self, program, plugins, isolated=False, watched=None):
        """isolated: its plugin has a process of its own, whose CPU time is not the daemon's. watched: by whom on the
        bus (watchers.TOPICS), besides metrics and the board; None: nothing of it is on."""
        self.program = program
        self.plugins = plugins
        self.isolated = isolated
        self.watched = watched

    def command(self, folder, servers, watchers=None):
        path = os.path.join(folder, "config.ini")
        names = [f"server-{number}" for number in range(1, len(servers) + 1)]
        lines = ["[general]", "device_state = yes", "presence = no", "log_level = warning",
                 "[servers]", "sections = " + ", ".join(names)]
        for name, server in zip(names, servers):
            lines += [f"[{name}]", f"name = {name}", "addr = 127.0.0.1", f"cmd_port = {server['cmd_port']}",
                      f"evt_port = {server['evt_port']}", "ami_trace = no"]
        lines += ["[plugins]"]
        if self.plugins:
            lines += [f"path = {self.plugins}"]
        if watchers:
            lines += ["bus = yes"] if watchers.bus != "none" else []
            lines += watchers.config()
        if self.isolated:
            lines += ["[plugin device_state]", "isolate = yes"]
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        return [self.program, path]


class Bench:
    """Runs bench-peer against a subject and returns what it printed."""

    def __init__(self, tools):
        self.tools = tools
        self.program = os.path.join(tools, "bench-peer")

    def tool(self, name, *arguments):
        """Runs a tool that needs no peer and returns what it printed."""
        machine = Machine()
        command = [os.path.join(self.tools, name), *map(str, arguments)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TOOL_LIMIT, check=True)
        except OSError as error:
            raise Failure(f"{command[0]}: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise Failure(f"{name} did not end within {TOOL_LIMIT} s") from None
        except subprocess.CalledProcessError as error:
            raise Failure(f"{name} ended with code {error.returncode}: {error.stderr.strip()}") from None
        return json.loads(done.stdout) | {"others_cores": machine.others()}

    def run(self, subject, limit, **options):
        arguments = [self.program]
        for key, value in options.items():
            arguments += ["--" + key.replace("_", "-"), str(value)]
        machine = Machine()
        with tempfile.TemporaryDirectory(prefix="amibroker-bench-") as folder:
            peer = start(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            try:
                result = self._measure(peer, subject, folder, limit)
            finally:
                peer.kill()
                peer.wait()
                peer.stdin.close()
                peer.stdout.close()
        return result | {"others_cores": machine.others()}

    @staticmethod
    def _measure(peer, subject, folder, limit):
        ports = json.loads(read_line(peer, time.monotonic() + PORTS_LIMIT, None))
        log_path = os.path.join(folder, "log")
        watchers = Watchers(subject.watched) if subject.watched else None
        more = [watchers] if watchers else []
        with open(log_path, "wb") as log:
            process = start(subject.command(folder, ports["servers"], *more), stdout=log, stderr=log)
        try:
            if watchers and not watchers.begin():
                raise Failure("nobody could watch")
            peer.stdin.write(f"{process.pid}\n".encode())
            peer.stdin.flush()
            result = json.loads(read_line(peer, time.monotonic() + limit, process))
            if not result["ready"]:
                raise Failure(f"{subject.name} did not connect to all servers")
            if watchers:
                result["watchers"] = watchers.end()
                if not result["watchers"]:
                    raise Failure("the watchers ended before the run did")
            stop(process, subject.name)
            return result
        except Failure as failure:
            raise Failure(f"{failure}{tail(log_path)}") from None
        finally:
            if watchers:
                watchers.kill()
            process.kill()
            process.wait()


def start(command, **streams):
    try:
        return subprocess.Popen(command, **streams)
    except OSError as error:
        raise Failure(f"{command[0]}: {error.strerror}") from None


def read_line(peer, end, subject):
    """A line of bench-peer; fails when the time is over or one of the two processes has ended."""
    selector = selectors.DefaultSelector()
    selector.register(peer.stdout, selectors.EVENT_READ)
    while not selector.select(0.2):
        if subject is not None and subject.poll() is not None:
            raise Failure(f"{os.path.basename(subject.args[0])} ended by itself with code {subject.returncode}")
        if time.monotonic() > end:
            raise Failure("no result from bench-peer in time")
    line = peer.stdout.readline()
    if not line:
        raise Failure(f"bench-peer ended with code {peer.wait()}")
    return line


def stop(process, name):
    if process.poll() is not None:
        raise Failure(f"{name} ended by itself with code {process.returncode}")
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        raise Failure(f"{name} did not end within {STOP_LIMIT} s of SIGTERM") from None
    if code not in (0, -signal.SIGTERM):
        raise Failure(f"{name} ended with code {code} after SIGTERM")


def tail(path):
    with open(path, encoding="utf-8", errors="replace") as log:
        lines = log.read().splitlines()[-8:]
    return "".join("\n    " + line for line in lines)
