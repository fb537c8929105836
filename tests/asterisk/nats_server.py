"""A nats-server, over which the brokers of several sites talk."""
import pathlib
import shutil
import socket
import subprocess
import tempfile

from waiting import until


def needs_nats(test):
    """Skips the scenario, with a line, if there is no nats-server."""
    if NatsServer.program() is None:
        test.skipTest("nats-server is missing; install it (Debian: nats-server)")


class NatsServer:
    def __init__(self, port):
        self.port = port
        self._folder = tempfile.TemporaryDirectory(prefix="zmq-ami-broker-nats-")
        self._log = pathlib.Path(self._folder.name) / "log"
        self.start()

    @staticmethod
    def program():
        return shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")

    def start(self):
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([self.program(), "-a", "127.0.0.1", "-p", str(self.port)], stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=subprocess.STDOUT)
        until(self._listens, lambda: f"nats-server listens; its log ends:\n{self._log.read_text()[-2000:]}", interval=0.005)

    def _listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def kill(self):
        self._process.kill()
        self._process.wait()

    def close(self):
        self.kill()
        self._folder.cleanup()
