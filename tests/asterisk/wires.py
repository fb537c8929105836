"""How a broker reaches a server, and the kinds of fleets that the broker's scenarios run on."""
import dataclasses
import pathlib

from servers import RIG_FOLDER

AUTHORITY = RIG_FOLDER / "tls" / "ca.pem"


@dataclasses.dataclass(frozen=True)
class Zmq:
    """Through our module."""

    module = True

    def lines(self, server):
        return [f"cmd_port = {server.cmd_port}", f"evt_port = {server.evt_port}"]


@dataclasses.dataclass(frozen=True)
class Curve(Zmq):
    """Through our module, with CURVE."""

    server_key: str = ""
    secret_file: pathlib.Path = pathlib.Path()

    def lines(self, server):
        return [*super().lines(server), f"curve_server_key = {self.server_key}", f"curve_secret_file = {self.secret_file}"]


@dataclasses.dataclass(frozen=True)
class Native:
    """Asterisk's own manager interface, with an account that the rig has written."""

    username: str = "native"
    secret: str = "s3cret"
    tls: bool = False
    trust: tuple = (f"ca_file = {AUTHORITY}",)  # lines of the section, with tls
    module = False

    def lines(self, server):
        lines = ["transport = ami", f"username = {self.username}", f"secret = {self.secret}"]
        if not self.tls:
            return [*lines, f"port = {server.ami_port}"]
        return [*lines, "tls = yes", f"port = {server.tls_port}", *self.trust]


FLEETS = {
    "zmq": (Zmq(), Zmq(), Zmq()),
    "native": (Native(), Native(), Native()),
    "mixed": (Native(), Zmq(), Native(tls=True)),
}
