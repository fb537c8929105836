"""Accounts, limits and certificates that are wrong on one server: the others go on, and the log says what is wrong."""
import socket
import subprocess
import tempfile
import time

from broker import Broker
from scenario import Scenario
from waiting import stays, until
from wires import Native, Zmq

WATCHED_S = 8  # the span in which a login that is refused may not be tried again and again
FULL_S = 3  # the span in which a full server is tried a few times


class NativeFaults(Scenario):
    """Server 2 is the one with the fault; servers 1 and 3 go on, one native and one by ZeroMQ."""

    def setUp(self):
        super().setUp()
        self.faulty = self.servers[1]
        self.good = [self.servers[0], self.servers[2]]
        self.watcher = self.faulty.ami(events="security")
        self.config = self.faulty.folder / "etc" / "manager.conf"
        self.good_config = self.config.read_text()

    def tearDown(self):
        if self.config.read_text() != self.good_config:
            self.configure(self.good_config)
        super().tearDown()

    def configure(self, text):
        self.config.write_text(text)
        self.faulty.cli("manager reload")

    def start(self, faulty):
        self.broker = Broker(self.servers, [Native(), faulty, Zmq()])
        self.addCleanup(self.broker.cleanup)
        self.addCleanup(lambda: self.broker.ended is not None or self.broker.close())
        self.broker.await_ready(self.good)

    def attempts(self, name):
        """How many security events of this name the broker has caused on the faulty server."""
        events = map(dict, self.watcher.events())
        # Our own clients log in as `broker`. Asterisk 16 names no account if a login fails.
        return sum(event["Event"] == name and event.get("AccountID") != "broker" for event in events)

    def refusals(self):
        return self.attempts("ChallengeResponseFailed")

    def said(self, *texts):
        """What the log says about the faulty server."""
        return self.broker.lines(f"'{self.faulty.name}'", *texts)

    def errors(self):
        return self.said(" error ")

    def is_up(self):
        return bool(self.said(" is up"))

    def end(self):
        self.assertEqual(0, self.broker.close(), f"the broker did not end cleanly:\n{self.broker.log()}")

    def test_wrong_secret_is_one_error_and_is_not_tried_every_second(self):
        self.start(Native(secret="wrong"))
        until(self.refusals, "the login is refused")
        stays(lambda: self.refusals() <= 2, lambda: f"few attempts, are {self.refusals()}", WATCHED_S)
        self.broker.await_ready(self.good)
        self.assertEqual(1, len(self.errors()), self.broker.log())
        self.assertFalse(self.is_up())
        self.show(f"{self.refusals()} attempts in {WATCHED_S} s: {self.errors()[0]}")
        self.end()

    def test_unknown_user_is_one_error(self):
        self.start(Native(username="nobody"))
        until(self.errors, lambda: f"an error, is {self.broker.log()}")
        self.broker.await_ready(self.good)
        self.assertEqual(1, len(self.errors()), self.broker.log())
        self.end()

    def test_full_authlimit_is_tried_again_until_there_is_room(self):
        self.configure(self.good_config.replace("[general]", "[general]\nauthlimit = 1", 1))
        self.addCleanup(lambda: silent.close())
        silent = socket.create_connection(("127.0.0.1", self.faulty.ami_port))
        self.assertTrue(silent.recv(100).startswith(b"Asterisk Call Manager"))
        self.start(Native())
        until(lambda: self.said("is down"), lambda: f"it is said to be down, is {self.broker.log()}")
        stays(lambda: not self.is_up() and not self.errors(), lambda: f"down, no error:\n{self.broker.log()}", FULL_S)
        self.assertEqual(0, self.attempts("SuccessfulAuth"))
        silent.close()
        self.broker.await_ready()
        self.show(self.said("is down")[0])
        self.end()

    def test_account_that_is_in_use_elsewhere_is_tried_again_until_it_is_free(self):
        other = self.faulty.ami(events="off", username="single")
        self.start(Native(username="single"))
        until(self.errors, lambda: f"an error, is {self.broker.log()}")
        self.assertIn("Login Already In Use", self.errors()[0])
        self.assertFalse(self.is_up())
        other.close()
        self.broker.await_ready()
        self.assertEqual(1, len(self.errors()), self.broker.log())
        self.end()

    def other_authority(self):
        folder = tempfile.TemporaryDirectory(prefix="zmq-ami-broker-ca-")
        self.addCleanup(folder.cleanup)
        make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout other.key -out other.pem"
        subprocess.run(make.split(), cwd=folder.name, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return f"{folder.name}/other.pem"

    def test_certificate_of_another_authority_is_refused_before_the_login(self):
        self.start(Native(tls=True, trust=(f"ca_file = {self.other_authority()}",)))
        until(lambda: self.said("certificate"), lambda: f"it is named, is {self.broker.log()}")
        self.broker.await_ready(self.good)
        self.assertFalse(self.is_up())
        self.assertEqual(0, self.refusals() + self.attempts("SuccessfulAuth"), "no login was tried")
        self.show(self.said("certificate")[0])
        self.end()

    def test_a_list_of_ten_thousand_over_tls_comes_before_asterisk_loses_patience(self):
        client = self.faulty.ami(events="off")
        for number in range(10_000):
            client.send(Action="Setvar", Variable=f"PRESENCE_STATE(CustomPresence:long{number})", Value="away")
        client.action(Action="Ping")  # all of them are there
        self.start(Native(tls=True))
        self.broker.await_ready()
        self.assertEqual([], [line for line in self.broker.whole_log().splitlines() if "is down" in line])
        self.end()

    def test_certificate_is_not_looked_at_where_that_is_asked_for_by_name(self):
        self.start(Native(tls=True, trust=("tls_insecure = yes",)))
        self.broker.await_ready()
        self.end()


class LeastPrivilege(Scenario):
    """Accounts that may read and write `call` and nothing else."""

    def setUp(self):
        super().setUp()
        self.clients = [server.ami(events="off") for server in self.servers]
        self.broker = Broker(self.servers, [Native(username="least")] * 3)
        self.addCleanup(self.broker.cleanup)
        self.addCleanup(lambda: self.broker.ended is not None or self.broker.close())
        self.broker.await_ready()

    def hints(self):
        answers = [client.action(Action="ExtensionState", Exten="100", Context="default") for client in self.clients]
        return [answer["StatusText"] for answer in answers]

    def await_in_use(self):
        until(lambda: self.hints() == ["InUse"] * 3, lambda: f"in use on all, is {self.hints()}:\n{self.broker.log()}")

    def take_call(self):
        self.clients[0].send(Action="Originate", Channel="PJSIP/100", Application="Wait", Data="600", Async="true")
        self.addCleanup(lambda: self.server.cli("channel request hangup all"))
        self.await_in_use()

    def test_calls_and_presence_are_replicated_also_after_a_restart(self):
        self.take_call()
        restarted = self.servers[1]
        restarted.cli("core restart now")
        until(self.clients[1].closed, "server 2 goes down")
        restarted.await_booted()
        booted = time.monotonic()
        self.clients[1] = restarted.ami(events="off")
        self.await_in_use()
        self.show(f"right again {time.monotonic() - booted:.2f} s after it was fully booted")
        self.broker.await_ready()
        for number in (1, 3):
            with self.subTest(server=number):
                told = self.broker.lines(f"[server-{number}]", "may not filter")
                self.assertEqual(1, len(told), f"it is said once:\n{self.broker.log()}")
        self.assertEqual(0, self.broker.close())
