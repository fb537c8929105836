"""Three real Asterisk servers of one version, and the phone that they call."""
import concurrent.futures
import os
import pathlib
import signal
import socket
import subprocess

from ami_client import Ami
from waiting import until
from zmq_client import Requester, Subscriber

HERE = pathlib.Path(__file__).resolve().parent
RIG = HERE / "rig"
RIG_FOLDER = pathlib.Path(os.environ.get("AMIBROKER_RIG", "/var/tmp/zmq-ami-broker-rig"))
VERSIONS = {"bullseye": "16", "sid": "22"}


def rig(*arguments, check=True):
    done = subprocess.run([RIG, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"rig {' '.join(map(str, arguments))}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def needs_mwi(test, suite):
    """Skips the scenario, with a line, if the modules cannot be made that Debian leaves out."""
    try:
        rig("mwi", suite)
    except RuntimeError as problem:
        test.skipTest(str(problem).splitlines()[-1])


def free_ports(count, kind=socket.SOCK_STREAM):
    """Ports that nothing uses now; held together while they are chosen, so that they differ."""
    sockets = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Phone:
    """sipp as a phone that rings for a moment and then answers every call."""

    def __init__(self, port):
        self.port = port
        self._process = subprocess.Popen(
            ["sipp", "-sf", HERE / "sipp" / "ring_then_answer.xml", "-i", "127.0.0.1", "-p", str(port),
             "-d", "400", "-nostdin"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._listens, f"sipp listens on UDP port {port}")

    def _listens(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"sipp ended with {self._process.returncode}")
        wanted = f"0100007F:{self.port:04X}"
        return any(wanted in line for line in pathlib.Path("/proc/net/udp").read_text().splitlines())

    def close(self):
        self._process.kill()
        self._process.wait()


class Server:
    def __init__(self, suite, name):
        self.suite = suite
        self.name = name
        self.version = VERSIONS[suite]
        self._clients = []

    def start(self, phone_port):
        self.ami_port, self.tls_port, self.cmd_port, self.evt_port = free_ports(4)
        (self.sip_port,) = free_ports(1, socket.SOCK_DGRAM)
        self._phone_port = phone_port
        self.start_afresh()

    def start_afresh(self):
        """Starts it, with nothing that it stored before, on the ports that it has."""
        rig("up", self.suite, self.name, self.ami_port, self.tls_port, self.cmd_port, self.evt_port, self.sip_port,
            self._phone_port)
        self.pid = int(rig("pid", self.suite, self.name))

    def restart_afresh(self):
        self.stop()
        self.start_afresh()

    def kill(self):
        """As a power cut does."""
        os.kill(self.pid, signal.SIGKILL)
        until(lambda: not self.alive(), f"{self.name} is dead")

    @property
    def folder(self):
        return RIG_FOLDER / self.suite / "srv" / self.name

    def alive(self):
        try:
            state = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        return state not in "ZX"

    def cli(self, command):
        return rig("cli", self.suite, self.name, command, check=False)

    def await_booted(self):
        until(lambda: self.cli("core waitfullybooted").strip().startswith("Asterisk has fully booted"),
              f"{self.name} is fully booted", seconds=60)

    def log(self):
        return (self.folder / "log" / "full").read_text(errors="replace")

    def status(self):
        """`zmq manager show status` as a dictionary."""
        lines = self.cli("zmq manager show status").splitlines()
        return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def has_module(self):
        return "Action address" in self.status()

    def use_module(self, wanted):
        """Has our module loaded, or not, as the scenario needs it; it is loaded after each start."""
        if self.has_module() != wanted:
            self.cli(f"module {'load' if wanted else 'unload'} res_zmq_manager.so")
            until(lambda: self.has_module() == wanted, f"{self.name}: the module is {'there' if wanted else 'gone'}")

    def use_mwi(self):
        """Has the modules loaded that keep the numbers of messages that others tell, in the place of voicemail."""
        modules = ("res_mwi_external", "res_mwi_external_ami")

        def loaded():
            return all(" Running " in self.cli(f"module show like {module}.so") for module in modules)
        if not loaded():
            self.cli("module unload app_voicemail.so")
            for module in modules:
                self.cli(f"module load {module}.so")
            until(loaded, lambda: f"{self.name}: {modules} are loaded; its log ends:\n{self.log()[-2000:]}")

    def ami(self, **options):
        return self._keep(Ami(self.ami_port, **options))

    def requester(self, **options):
        return self._keep(Requester(f"tcp://127.0.0.1:{self.cmd_port}", **options))

    def subscriber(self):
        """A subscriber that is surely connected: it has seen an event that was made for that."""
        subscriber = self._keep(Subscriber(f"tcp://127.0.0.1:{self.evt_port}"))
        ami = Ami(self.ami_port, events="off")
        try:
            def connected():
                ami.send(Action="UserEvent", UserEvent="SubscriberProbe")
                return subscriber.count()
            until(connected, f"{self.name}: a subscriber gets events")
        finally:
            ami.close()
        return subscriber

    def _keep(self, client):
        self._clients.append(client)
        return client

    def close_clients(self):
        while self._clients:
            self._clients.pop().close()

    def stop(self):
        self.close_clients()
        rig("down", self.suite, self.name, check=False)


class Fleet:
    """Three servers of one suite and one phone."""

    def __init__(self, suite):
        self.suite = suite
        self.version = VERSIONS[suite]
        (port,) = free_ports(1, socket.SOCK_DGRAM)
        self.phone = Phone(port)
        self.servers = [Server(suite, f"{suite}-{i}") for i in (1, 2, 3)]

    def start(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start(self.phone.port), self.servers))

    def restart_afresh(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(Server.restart_afresh, self.servers))

    def restart_dead(self):
        """After a scenario that killed a server, so that it does not take the others down with it. Returns who was dead."""
        dead = [server for server in self.servers if not server.alive()]
        for server in dead:
            server.start(self.phone.port)
        return [server.name for server in dead]

    def close(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(Server.stop, self.servers))
        self.phone.close()
        rig("release", self.suite, check=False)
