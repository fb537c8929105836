"""CURVE on the module's endpoints: who comes in, who does not, and how that changes by a reload."""
import pathlib
import subprocess
import tempfile

from broker import Broker, binary
from scenario import Scenario
from servers import free_ports
from waiting import Timeout, until
from wires import Curve
from zmq_client import Keys, Requester, Subscriber, ZmqError

SWITCHES = 10


class ModuleCurve(Scenario):
    def setUp(self):
        super().setUp()
        self._folder = tempfile.TemporaryDirectory(prefix="zmq-ami-broker-")
        self.addCleanup(self._folder.cleanup)
        self.keys = pathlib.Path(self._folder.name)
        self.good_configs = [(server, self.config(server).read_text()) for server in self.servers]
        self.logs_before = {server.name: len(server.log()) for server in self.servers}

    def tearDown(self):
        for server, text in self.good_configs:
            self.config(server).write_text(text)
            self.reload(server)
        super().tearDown()

    # --- keys and files ---

    def config(self, server):
        return server.folder / "etc" / "zmq_manager.conf"

    def plain_config(self, server):
        return next(text for one, text in self.good_configs if one is server)

    def make_keys(self, name):
        """Returns the public and the secret key, as our command writes them."""
        subprocess.run([binary(), "--make-keys", self.keys / name], check=True, stdout=subprocess.DEVNULL)
        return tuple((self.keys / f"{name}.{kind}").read_text().strip() for kind in ("public", "secret"))

    def write(self, server, secret, clients):
        """Makes the server a CURVE server for these public keys, from its next reload on."""
        etc = server.folder / "etc"
        (etc / "zmq.secret").write_text(secret + "\n")
        (etc / "zmq.secret").chmod(0o600)
        (etc / "zmq.clients").write_text("# who may connect\n" + "".join(f"{key}  # a client\n" for key in clients))
        self.config(server).write_text(self.plain_config(server) + "curve_secret_file = zmq.secret\ncurve_clients_file = zmq.clients\n")

    def reload(self, server):
        server.cli("module reload res_zmq_manager.so")

    def logged(self, server=None):
        server = server or self.server
        return server.log()[self.logs_before[server.name]:]

    # --- clients ---

    def subscriber(self, keys=None):
        return self.server._keep(Subscriber(f"tcp://127.0.0.1:{self.server.evt_port}", keys))

    def requester(self, keys=None, timeout_ms=20000):
        return self.server._keep(Requester(f"tcp://127.0.0.1:{self.server.cmd_port}", timeout_ms, keys))

    def assert_works(self, keys=None):
        """Whoever has these keys acts and reads; returns both clients. Each attempt has new ones: a reload ends the old endpoints a moment
        later, and a client that still met one of the other mode never tries again."""
        def new_clients_work():
            requester, subscriber = self.requester(keys, timeout_ms=3000), self.subscriber(keys)

            def event_comes():
                requester.ask(Action="UserEvent", UserEvent="CurveProbe")
                return subscriber.count()
            try:
                until(event_comes, "events come", seconds=3)
            except (ZmqError, Timeout):
                return None
            return requester, subscriber
        return until(new_clients_work, "new clients act and read", seconds=30)

    @staticmethod
    def answer(requester):
        """None if none comes in time, or if nothing could be sent."""
        try:
            return requester.receive()
        except ZmqError:
            return None

    def assert_sees_nothing(self, subscriber, requester, good_requester, good_subscriber):
        """While the good clients have traffic, the others read no event, and what they ask is neither answered nor done."""
        seen, good_seen = subscriber.count(), good_subscriber.count()
        try:
            requester.send(b'{"Action":"Setvar","Variable":"DEVICE_STATE(Custom:evil)","Value":"INUSE"}')
        except ZmqError:
            pass  # libzmq has given the connection up already
        for number in range(100):
            good_requester.ask(Action="UserEvent", UserEvent=f"Secret{number}")
        until(lambda: b"Secret99" in b"".join(good_subscriber.frames(good_seen)), "the good subscriber has all events")
        self.assertEqual(seen, subscriber.count())
        self.assertIsNone(self.answer(requester))
        self.assertNotEqual("INUSE", self.server.ami().getvar("DEVICE_STATE(Custom:evil)"))

    # --- scenarios ---

    def test_only_listed_keys_come_in_and_a_reload_changes_the_list_and_the_mode(self):
        public, secret = self.make_keys("server")
        listed = Keys(public, *self.make_keys("listed"))
        other = Keys(public, *self.make_keys("other"))
        plain_subscriber = self.server.subscriber()
        self.assertEqual("Pong", self.requester().ask(Action="Ping")[0]["Ping"])
        self.assertEqual("off", self.server.status()["CURVE"])

        self.write(self.server, secret, [listed.public])
        self.reload(self.server)
        self.assertEqual("on, 1 clients", self.server.status()["CURVE"])
        good = self.assert_works(listed)
        with self.subTest("a plain peer, also one that was there before"):
            self.assert_sees_nothing(plain_subscriber, self.requester(timeout_ms=300), *good)
            self.assert_sees_nothing(self.subscriber(), self.requester(timeout_ms=300), *good)
        with self.subTest("a key that is not listed"):
            denied = int(self.server.status()["Keys denied"])
            subscriber, requester = self.subscriber(other), self.requester(other, timeout_ms=300)
            until(lambda: int(self.server.status()["Keys denied"]) >= denied + 2, "two handshakes are denied")
            self.assert_sees_nothing(subscriber, requester, *good)
        with self.subTest("a wrong key of the server"):
            wrong = Keys(other.public, listed.public, listed.secret)
            self.assert_sees_nothing(self.subscriber(wrong), self.requester(wrong, timeout_ms=300), *good)

        self.write(self.server, secret, [listed.public, other.public])
        self.reload(self.server)
        self.assertEqual("on, 2 clients", self.server.status()["CURVE"])
        self.assert_works(other)
        before = good[1].count()
        good[0].ask(Action="UserEvent", UserEvent="StillThere")
        until(lambda: good[1].count() > before, "a connection stays when the list grows")

        self.config(self.server).write_text(self.plain_config(self.server))
        self.reload(self.server)
        self.assertEqual("off", self.server.status()["CURVE"])
        self.assert_works()
        self.assertNotIn("ERROR", self.logged())

    def test_switching_many_times_under_load_ends_right(self):
        public, secret = self.make_keys("server")
        listed = Keys(public, *self.make_keys("listed"))
        ami = self.server.ami(events="off")
        for _ in range(SWITCHES):
            self.write(self.server, secret, [listed.public])
            self.reload(self.server)
            for number in range(100):
                ami.send(Action="UserEvent", UserEvent=f"Load{number}")
            self.assert_works(listed)
            self.config(self.server).write_text(self.plain_config(self.server))
            self.reload(self.server)
            self.assert_works()
            self.server.close_clients()
            ami = self.server.ami(events="off")
        self.assertNotIn("ERROR", self.logged())

    def test_a_load_with_keys_and_an_unload(self):
        public, secret = self.make_keys("server")
        listed = Keys(public, *self.make_keys("listed"))
        self.server.cli("module unload res_zmq_manager.so")
        self.write(self.server, secret, [listed.public])
        for _ in range(5):
            self.server.cli("module load res_zmq_manager.so")
            self.assert_works(listed)
            self.server.close_clients()
            self.server.cli("module unload res_zmq_manager.so")
            self.assertNotIn("CURVE", self.server.status())
        self.server.cli("module load res_zmq_manager.so")

    def test_a_switch_through_its_own_wire_is_answered_and_done(self):
        public, secret = self.make_keys("server")
        listed = Keys(public, *self.make_keys("listed"))
        self.write(self.server, secret, [listed.public])
        reply = self.requester().ask(Action="Reload", Module="res_zmq_manager.so", ActionID="own")
        self.assertEqual(("Success", "own"), (reply[0]["Response"], reply[0]["ActionID"]))
        self.assert_works(listed)

    def test_with_keys_the_notice_of_no_login_does_not_come(self):
        _, secret = self.make_keys("server")
        self.write(self.server, secret, [self.make_keys("listed")[0]])
        address = f"tcp://*:{free_ports(1)[0]}"
        text = self.config(self.server).read_text()
        self.config(self.server).write_text(text.replace(f"tcp://127.0.0.1:{self.server.cmd_port}", address))
        self.reload(self.server)
        self.assertEqual(address, self.server.status()["Action address"])
        self.assertNotIn("there is no login", self.logged())

    def test_a_wrong_file_declines_a_load_and_leaves_a_reload_as_it_was(self):
        public, secret = self.make_keys("server")
        listed = Keys(public, *self.make_keys("listed"))
        etc = self.server.folder / "etc"
        both = "curve_secret_file = zmq.secret\ncurve_clients_file = zmq.clients\n"

        def cases():
            yield "one key without the other", lambda: self.config(self.server).write_text(plain + both.splitlines()[0] + "\n"), "go together"
            yield "no secret file", lambda: (etc / "zmq.secret").unlink(), "zmq.secret cannot be opened: No such file"
            yield "no secret in it", lambda: (etc / "zmq.secret").write_text("abc\n"), "does not hold one line with a secret key"
            yield "no list", lambda: (etc / "zmq.clients").unlink(), "zmq.clients: cannot be opened: No such file"
            yield "an empty list", lambda: (etc / "zmq.clients").write_text("# nobody\n"), "holds no key"
            yield "no key in the list", lambda: (etc / "zmq.clients").write_text("\nabc\n"), "line 2: this is no public key"

        plain = self.plain_config(self.server)
        self.write(self.server, secret, [listed.public])
        self.reload(self.server)
        for name, spoil, text in cases():
            with self.subTest(name):
                self.write(self.server, secret, [listed.public])
                spoil()
                self.logs_before[self.server.name] = len(self.server.log())
                self.reload(self.server)
                until(lambda: "Not reloaded" in self.logged(), self.logged)
                errors = [line for line in self.logged().splitlines() if "ERROR" in line and "Not reloaded" not in line]
                self.assertEqual(1, len(errors), errors)
                self.assertIn(text, errors[0])
                self.assertEqual("on, 1 clients", self.server.status()["CURVE"])
        self.assert_works(listed)
        self.server.close_clients()
        self.server.cli("module unload res_zmq_manager.so")
        for name, spoil, text in cases():
            with self.subTest("load: " + name):
                self.write(self.server, secret, [listed.public])
                spoil()
                self.logs_before[self.server.name] = len(self.server.log())
                self.server.cli("module load res_zmq_manager.so")
                self.assertNotIn("CURVE", self.server.status())
                until(lambda: text in self.logged(), self.logged)
        self.write(self.server, secret, [listed.public])
        self.server.cli("module load res_zmq_manager.so")
        self.assert_works(listed)

    def test_a_secret_that_others_may_read_is_a_warning(self):
        _, secret = self.make_keys("server")
        self.write(self.server, secret, [self.make_keys("listed")[0]])
        (self.server.folder / "etc" / "zmq.secret").chmod(0o644)
        self.reload(self.server)
        until(lambda: "Other users can read or change the secret key" in self.logged(), self.logged)
        self.assertNotIn(secret, self.server.log())

    def test_the_broker_with_keys_replicates_once_each_server_lists_it(self):
        broker_public, _ = self.make_keys("broker")
        stranger, _ = self.make_keys("stranger")
        wires, secrets = [], []
        for server in self.servers:
            public, secret = self.make_keys(server.name)
            listed = stranger if server is self.servers[2] else broker_public
            self.write(server, secret, [listed])
            self.reload(server)
            wires.append(Curve(public, self.keys / "broker.secret"))
            secrets.append(secret)
        broker = Broker(self.servers, wires)
        self.addCleanup(broker.cleanup)
        self.addCleanup(broker.close)
        broker.await_ready(self.servers[:2])
        until(lambda: broker.lines("[server-3] is down", "refused the broker's key", broker_public), broker.log)
        self.write(self.servers[2], secrets[2], [broker_public])
        self.reload(self.servers[2])
        broker.await_ready()
        self.assertEqual(1, len(broker.lines("[server-3] is down", "refused the broker's key")), "once, however often it tried")
        self.assertEqual(0, broker.close())
