"""The broker under test, joined to the three servers of a fleet by whatever wires."""
import itertools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from waiting import until

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Options of device_state: custom devices are shared, those with a dash in their names, too.
SHARED_CUSTOMS = "custom = yes\nname_template = Custom:phone_{technology}-{name}"
_probes = itertools.count(1)


def binary():
    path = pathlib.Path(os.environ.get("AMIBROKER_BIN") or ROOT / "build" / "release" / "bin" / "zmq-ami-broker")
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; build the broker or set AMIBROKER_BIN")
    return path


def example_file(name):
    """The build makes the example beside the test of it."""
    return binary().parent.parent / "tests" / "unit" / name / "plugins" / f"{name}.so"


class Broker:
    def __init__(self, servers, wires, plugin_options="", device_options="", verbose=True, examples=(), cluster=()):
        """`wires`: of each server; `plugin_options`: lines of all plugins' sections, `device_options`: of one's alone; `examples`: names
        of plugins of examples/plugins that are switched on as well; `cluster`: lines of its section, none: there is none."""
        self._servers = list(servers)
        self._wires = list(wires)
        self._sections = {"device_state": f"{plugin_options}\n{device_options}", "presence_state": plugin_options}
        self._sections |= {example: plugin_options for example in examples}
        self._examples = examples
        self._verbose = verbose
        self._cluster = cluster
        self._folder = tempfile.TemporaryDirectory(prefix="zmq-ami-broker-")
        self._log_path = pathlib.Path(self._folder.name) / "broker.log"
        self._config_path = pathlib.Path(self._folder.name) / "broker.ini"
        self._config_path.touch(mode=0o600)  # it holds secrets
        self._config_path.write_text(self._config())
        self.start()

    def start(self):
        self.ended = None  # how it ended, once it was closed
        self._seen_before = len(self.lines("another broker has the same servers")) if self._log_path.exists() else 0
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen([binary(), self._config_path], stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=subprocess.STDOUT)

    def kill(self):
        """As kill -9 does: without a word to anybody."""
        self._process.kill()
        self._process.wait()

    def stop(self):
        """As SIGSTOP does: it stands still until `resume`."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def reload(self, servers, wires):
        """Reloads with these servers, and returns when it was asked to; a server keeps its section as long as it is there."""
        reloads = len(self.lines("the configuration", "was read again"))
        self._servers, self._wires = list(servers), list(wires)
        self._config_path.write_text(self._config())
        asked = time.monotonic()
        self._process.send_signal(signal.SIGHUP)
        until(lambda: len(self.lines("the configuration", "was read again")) > reloads,
              lambda: f"the configuration is read again; its log ends:\n{self.log()}")
        return asked

    def await_seen(self):
        """Both plugins of the present life see another broker with the same servers."""
        until(lambda: len(self.lines("another broker has the same servers")) - self._seen_before >= 2,
              lambda: f"it sees the other one; its log ends:\n{self.log()}", seconds=30)

    def _config(self):
        lines = ["[general]", "device_state = yes", "presence = yes", f"log_level = {'debug' if self._verbose else 'info'}",
                 "request_timeout = 5000",
                 "[servers]", "sections = " + ", ".join(f"server-{i}" for i in range(1, len(self._servers) + 1))]
        for number, (server, wire) in enumerate(zip(self._servers, self._wires, strict=True), 1):
            lines += [f"[server-{number}]", f"name = {server.name}", "addr = 127.0.0.1", *wire.lines(server)]
        if self._cluster:
            lines += ["[cluster]", *self._cluster]
        for plugin, options in self._sections.items():
            lines += [f"[plugin {plugin}]", *options.splitlines()]
        lines += ["[plugins]", *(f"{example} = yes" for example in self._examples)]
        if folder := self._plugin_folder():
            lines.append(f"path = {folder}")
        return "\n".join(lines) + "\n"

    def _plugin_folder(self):
        """There can be one beside the broker's own, so the examples are copied to what is there; None: there is none."""
        folder = os.environ.get("AMIBROKER_PLUGINS")
        if not self._examples:
            return folder
        together = pathlib.Path(self._folder.name) / "plugins"
        together.mkdir(mode=0o755)
        for file in [*(pathlib.Path(folder).glob("*.so") if folder else ()), *(example_file(example) for example in self._examples)]:
            shutil.copy(file, together)
        return together

    def whole_log(self):
        return self._log_path.read_text(errors="replace")

    def log(self):
        """Its end, for a failure's text."""
        return self.whole_log()[-4000:]

    def counter(self, plugin, name):
        """A counter of the life that ended last; written into the log at a clean end."""
        line = self.lines(f" plugin {plugin}: ", " writes=")[-1]
        return int(re.search(rf" {name}=(\d+)", line).group(1))

    def lines(self, *texts):
        """Lines of the log, of all its lives, that hold all these texts."""
        lines = self._log_path.read_text(errors="replace").splitlines()
        return [line for line in lines if all(text in line for text in texts)]

    def events(self, number):
        """How many events server `number` (from 1) sent in the life that ended last; in the log at a clean end."""
        return int(re.search(r": (\d+) events", self.lines(f"[server-{number}] is ", " events, ")[-1]).group(1))

    def cpu_seconds(self):
        """What all its threads have used so far."""
        tasks = pathlib.Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def alive(self):
        return self._process.poll() is None

    def await_ready(self, servers=None):
        """A presence that is set on each of these servers (all) has reached the others: each connection works both ways."""
        clients = [server.ami(events="off") for server in servers or self._servers]
        probe = next(_probes)
        for number, origin in enumerate(clients, 1):
            presence = f"PRESENCE_STATE(CustomPresence:probe{probe}-{number}"

            def everywhere():
                if not self.alive():
                    raise AssertionError(f"the broker ended with {self._process.returncode}:\n{self.log()}")
                origin.setvar(f"{presence})", "chat")  # again and again: the connection may not have been there the last time
                return all(client.getvar(f"{presence},value)") == "chat" for client in clients)
            until(everywhere, lambda: f"the presence of server {number} is on all servers; the broker's log ends:\n{self.log()}",
                  seconds=60, interval=0.2)

    def close(self):
        """Ends the broker and says how: 0 is a clean end."""
        self._process.terminate()
        try:
            self.ended = self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            self.ended = "killed: it did not end within 15 s of SIGTERM"
        return self.ended

    def cleanup(self):
        self._folder.cleanup()
