"""`--doctor` finds what is wrong with a server, and names what to do: one planted mistake after the other."""
import contextlib
import dataclasses
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

from broker import binary
from scenario import Scenario
from servers import free_ports
from waiting import until
from wires import AUTHORITY, Native, Zmq

LONGEST_S = 15
ALL_ANSWERED_S = 5  # what is not answered is waited for so long
MODULES = ("func_devstate", "func_presencestate", "res_manager_devicestate", "res_manager_presencestate")
TEST_DEVICE = "zmq-ami-broker:doctor"


@dataclasses.dataclass(frozen=True)
class At(Native):
    """Native AMI at a port that somebody wrote."""

    port: int = 0

    def lines(self, server):
        return [line for line in super().lines(server) if not line.startswith("port = ")] + [f"port = {self.port}"]


@dataclasses.dataclass(frozen=True)
class Finding:
    check: str
    result: str
    text: str
    remedy: str = ""


def read(output):
    """The findings that the doctor printed, by their checks."""
    findings = {}
    for line in output.splitlines():
        if match := re.match(r"(ok|wrong|unknown) +(\S+(?: \S+)*)  +(.*)", line):
            findings[match[2]] = Finding(match[2], match[1], match[3])
            last = match[2]
        elif match := re.match(r" +-> (.*)", line):
            findings[last] = dataclasses.replace(findings[last], remedy=match[1])
        else:
            raise AssertionError(f"no line of the doctor: {line!r}")
    return findings


class Doctor(Scenario):
    """Server 1 is the patient; the others are what it is compared with."""

    def setUp(self):
        super().setUp()
        self.patient = self.servers[0]

    def configuration(self, wire, folder):
        wires = [wire, Native(), Zmq()]
        lines = ["[general]", "presence = yes", "[servers]", "sections = server-1, server-2, server-3"]
        for number, (server, way) in enumerate(zip(self.servers, wires, strict=True), 1):
            lines += [f"[server-{number}]", "addr = 127.0.0.1", *way.lines(server)]
        path = pathlib.Path(folder) / "broker.ini"
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n")
        return path

    def look(self, wire=Native()):
        """The findings, and how the doctor ended."""
        with tempfile.TemporaryDirectory(prefix="zmq-ami-broker-doctor-") as folder:
            started = time.monotonic()
            done = subprocess.run([binary(), "--doctor", "server-1", self.configuration(wire, folder)], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=60)
            self.took = time.monotonic() - started
        self.output = done.stdout
        self.assertLess(self.took, LONGEST_S)
        self.assertNotIn("s3cret", done.stdout + done.stderr)
        findings = read(done.stdout)
        self.assertTrue(findings, f"it says nothing: {done.stderr}")
        wrong = [finding for finding in findings.values() if finding.result == "wrong"]
        self.assertEqual(1 if wrong else 0, done.returncode, done.stdout + done.stderr)
        return findings

    def assert_healthy(self, findings):
        self.assertEqual([], [finding for finding in findings.values() if finding.result != "ok"], self.output)

    def assert_wrong(self, findings, check, text, *remedies):
        self.assertEqual("wrong", findings[check].result if check in findings else None, self.output)
        self.assertIn(text, findings[check].text)
        for remedy in remedies:
            self.assertIn(remedy, findings[check].remedy)
        self.show(f"{check}: {findings[check].text} ({self.took:.1f} s)")

    def assert_only(self, findings, check, text, *remedies):
        self.assertEqual([check], [finding.check for finding in findings.values() if finding.result == "wrong"], self.output)
        self.assert_wrong(findings, check, text, *remedies)

    @contextlib.contextmanager
    def changed(self, file, change, *commands):
        """The patient with another text in a file of its configuration."""
        path = self.patient.folder / "etc" / file
        good = path.read_text()

        def write(text):
            path.write_text(text)
            for command in commands:
                self.patient.cli(command)
        self.assertNotEqual(good, change(good))
        write(change(good))
        try:
            yield
        finally:
            write(good)

    def account(self, change):
        """Another text in the account of the broker."""
        def change_account(text):
            before, account = text.split("[native]")
            account, *after = account.split("\n[", 1)
            return f"{before}[native]{change(account)}" + "".join(f"\n[{rest}" for rest in after)
        return self.changed("manager.conf", change_account, "manager reload")

    # --- What is right -----------------------------------------------------------------------------------------------

    def test_a_server_that_is_right_is_so_on_each_wire(self):
        for wire in (Native(), Native(tls=True), Zmq()):
            with self.subTest(wire=wire):
                self.assert_healthy(self.look(wire))
                self.assertIn("was taken back", self.output)
                self.assertLess(self.took, ALL_ANSWERED_S, "an action was not answered")
                self.assertNotIn(TEST_DEVICE, self.patient.cli("database show CustomDevstate"))
                self.show(f"{type(wire).__name__}: {self.took:.1f} s")

    def test_the_least_rights_are_enough(self):
        findings = self.look(Native(username="least"))
        self.assertEqual([], [one for one in findings.values() if one.result == "wrong"], self.output)
        self.assertIn("lacks `system`", findings["rights: write"].text)
        self.assertIn("No FullyBooted came", findings["rights: read"].text)

    # --- The way to it -----------------------------------------------------------------------------------------------

    def test_wrong_port(self):
        (port,) = free_ports(1)
        self.assert_only(self.look(At(port=port)), "port", "Connection refused", "[server-1]: port = ")

    def test_tls_against_plain(self):
        self.assert_only(self.look(At(tls=True, port=self.patient.ami_port)), "encryption", "does not speak TLS", "tls = no")
        self.assert_only(self.look(At(port=self.patient.tls_port)), "encryption", "it speaks TLS", "Write tls = yes into [server-1]")

    def test_wrong_secret(self):
        findings = self.look(Native(secret="wrong"))
        self.assert_only(findings, "login", "Authentication failed", "[native]: the secret must be that of [server-1]")
        self.assertIn("failed to authenticate as 'native'", self.patient.log())  # where the remedy says

    def test_unknown_user(self):
        self.assert_only(self.look(Native(username="nobody")), "login", "Authentication failed", "In manager.conf there, [nobody]")
        self.assertIn("nonexistent user 'nobody'", self.patient.log())

    def test_permit_list(self):
        with self.account(lambda text: text + "\ndeny = 0.0.0.0/0.0.0.0\npermit = 192.0.2.1/255.255.255.255"):
            findings = self.look()
        self.assert_only(findings, "login", "This machine comes from 127.0.0.1", "permit = 127.0.0.1/255.255.255.255", "manager reload")
        self.assertIn("failed to pass IP ACL as 'native'", self.patient.log())
        self.assert_healthy(self.look())

    def test_authlimit(self):
        with self.changed("manager.conf", lambda text: text.replace("[general]", "[general]\nauthlimit = 1", 1), "manager reload"):
            with socket.create_connection(("127.0.0.1", self.patient.ami_port)) as silent:
                self.assertTrue(silent.recv(100).startswith(b"Asterisk Call Manager"))
                findings = self.look()
        self.assert_only(findings, "login", "before it said a word", "authlimit = 100")

    def test_account_in_use(self):
        other = self.patient.ami(events="off", username="single")
        self.assert_only(self.look(Native(username="single")), "login", "Login Already In Use", "allowmultiplelogin = yes")
        other.close()

    def test_frozen_server(self):
        os.kill(self.patient.pid, signal.SIGSTOP)
        try:
            self.assert_only(self.look(), "answers", "Asterisk stands still", "systemctl restart asterisk")
            self.assert_only(self.look(Native(tls=True)), "answers", "Asterisk stands still", "systemctl restart asterisk")
            self.assert_only(self.look(Zmq()), "answers", "Asterisk stands still", "systemctl restart asterisk")
        finally:
            os.kill(self.patient.pid, signal.SIGCONT)
        self.assert_healthy(self.look())

    # --- Inside ------------------------------------------------------------------------------------------------------

    def test_no_write_right(self):
        with self.account(lambda text: text.replace("write = call,system,user", "write = system,user")):
            findings = self.look()
        self.assert_wrong(findings, "rights: write", "may not write `call`", "[native]: write = call,system,user", "manager reload")
        self.assertEqual("ok", findings["module func_devstate"].result, self.output)

    def test_no_read_right(self):
        with self.account(lambda text: text.replace("read = call,system,user", "read = system,user")):
            findings = self.look()
        self.assert_wrong(findings, "rights: read", "may not read `call`", "[native]: read = call,system,user")
        self.assertEqual("ok", findings["module res_manager_devicestate"].result, self.output)

    def test_module_missing(self):
        for module in MODULES:
            for wire in (Native(), Native(username="least"), Zmq()):
                with self.subTest(module=module, wire=wire):
                    self.patient.cli(f"module unload {module}.so")
                    try:
                        findings = self.look(wire)
                    finally:
                        self.patient.cli(f"module load {module}.so")
                    self.assert_wrong(findings, f"module {module}", "is not loaded", f"asterisk -rx 'module load {module}.so'",
                                      f"load = {module}.so")
                    others = [findings[f"module {other}"].result for other in MODULES if other != module]
                    self.assertEqual(["ok"] * 3, others, self.output)
        self.assert_healthy(self.look())

    # --- Beside the others -------------------------------------------------------------------------------------------

    def restart(self):
        ami = self.patient.ami(events="off")
        self.patient.cli("core restart now")
        until(ami.closed, "the patient goes down")
        self.patient.await_booted()

    def test_equal_systemname(self):
        other = self.servers[1]
        try:
            with self.changed("asterisk.conf", lambda text: text.replace(f"systemname = {self.patient.name}", f"systemname = {other.name}")):
                self.restart()
                self.assert_only(self.look(), "system name", f"[server-2] calls itself '{other.name}', too", "systemname = server-1")
                self.assert_only(self.look(Zmq()), "system name", f"[server-2] calls itself '{other.name}', too", "systemname = server-1")
        finally:
            self.restart()
        self.assert_healthy(self.look())

    def test_hint_missing(self):
        lines = "exten => 200,hint,PJSIP/200&Custom:PJSIP/200,CustomPresence:200\n"
        for without in ("", "exten => 200,hint,PJSIP/200\n"):
            for wire in (Native(), Zmq()):
                with self.subTest(without=without, wire=wire), \
                        self.changed("extensions.conf", lambda text: text.replace(lines, without), "dialplan reload"):
                    remedy = "`exten => 200,hint,PJSIP/200&Custom:PJSIP/200` in [default]" if without else \
                        "`exten => 200,hint,Custom:PJSIP/200` in [default]"
                    self.assert_only(self.look(wire), "hints", "no hint names Custom:PJSIP/200", remedy, "dialplan reload")
        pattern = "exten => _2XX,hint,PJSIP/${EXTEN}&Custom:PJSIP/${EXTEN},CustomPresence:${EXTEN}\n"
        with self.changed("extensions.conf", lambda text: text.replace(lines, pattern), "dialplan reload"):
            self.assert_healthy(self.look())
        self.assert_healthy(self.look())
