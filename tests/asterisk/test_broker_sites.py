"""Two sites, each with its own broker and a nats-server between them: what happens at one shows at the other."""
import time

from broker import Broker
from broker_scenario import hint
from nats_server import NatsServer, needs_nats
from scenario import Scenario
from servers import free_ports
from test_broker_calls import EXPECTED_HINTS, EXPECTED_STATES, hints, states
from test_broker_presence import encoded
from waiting import stays, until
from wires import Native, Zmq

CALLS = 3
ROUNDS = 10
LOST_AFTER_S = 10  # the least that there is
RIGHT_AGAIN_S = 4  # after the engine came back


class BrokerSites(Scenario):
    """Servers 1 and 2 are one site, by ZeroMQ and through the module; server 3 is the other one, by native AMI. `mixed` is what they are
    together, so that is the kind of fleet; which wire each has is chosen here."""

    kinds = ("mixed",)
    wires = (Zmq(), Zmq(), Native())

    def setUp(self):
        needs_nats(self)
        super().setUp()
        for server, wire in zip(self.servers, self.wires):
            server.use_module(wire.module)
        self.clients = [server.ami() for server in self.servers]
        self.engine = NatsServer(*free_ports(1))
        self.addCleanup(self.engine.close)
        self.brokers = [self.broker("berlin", slice(0, 2)), self.broker("paris", slice(2, 3))]
        self.await_sites()

    def broker(self, site, part):
        cluster = (f"url = nats://127.0.0.1:{self.engine.port}", f"site = {site}", f"lost_after = {LOST_AFTER_S}")
        broker = Broker(self.servers[part], self.wires[part], cluster=cluster)
        self.addCleanup(self.end, broker)
        return broker

    def end(self, broker):
        alive, log = broker.alive(), broker.log()
        ended = broker.close()
        broker.cleanup()
        self.assertTrue(alive, f"the broker died ({ended}):\n{log}")
        self.assertEqual(0, ended, f"the broker did not end cleanly:\n{log}")

    def with_logs(self, text):
        return "\n".join([text, *(f"A broker's log ends:\n{broker.log()}" for broker in self.brokers)])

    def await_sites(self):
        """Whatever is set on any server reaches all others."""
        for origin, client in enumerate(self.clients):
            name = f"sites{origin}-{time.monotonic_ns()}"

            def everywhere():
                client.setvar(f"PRESENCE_STATE(CustomPresence:{name})", "chat")
                return self.presence(name, "value") == ["chat"] * 3
            until(everywhere, lambda: self.with_logs(f"the presence of server {origin + 1} is everywhere: {self.presence(name, 'value')}"),
                  seconds=60, interval=0.2)

    def presence(self, name, field="message"):
        return [client.getvar(f"PRESENCE_STATE(CustomPresence:{name},{field})") for client in self.clients]

    def set_presence(self, server, name, message):
        self.clients[server].send(Action="Setvar", Variable=f"PRESENCE_STATE(CustomPresence:{name})", Value=encoded("xa", "", message))

    def call(self, what, seconds="1"):
        """A whole call on server 1, seen on the others from its first change to its last; server 3 is of the other site."""
        before = [client.count() for client in self.clients]
        self.clients[0].send(Action="Originate", Channel="PJSIP/100", Application="Wait", Data=seconds, Async="true")

        def events():
            return [client.events(start) for client, start in zip(self.clients[1:], before[1:])]

        def over():
            return all(states(seen)[-1:] == ["NOT_INUSE"] and hints(seen)[-1:] == ["Idle"] for seen in events())
        until(over, lambda: self.with_logs(f"{what} has ended on servers 2 and 3: {[(states(seen), hints(seen)) for seen in events()]}"))
        return events()

    def test_call_at_one_site_changes_the_hints_of_the_other_in_order(self):
        # Asterisk does not list a device before its first change, so that a first call brings all servers to the same start.
        self.call("the first call")
        for number in range(1, CALLS + 1):
            for server, seen in zip(self.servers[1:], self.call(f"call {number}")):
                with self.subTest(call=number, server=server.name):
                    self.assertEqual(EXPECTED_STATES, states(seen))
                    self.assertEqual(EXPECTED_HINTS, hints(seen))
        self.show(f"{CALLS} calls, {' '.join(EXPECTED_STATES)} within the site and at the other one each time")

    def test_two_changes_at_once_end_equal_at_both_sites(self):
        for number in range(ROUNDS):
            name, values = f"sites{number}", (f"first {number}", f"second {number}")
            for server, value in zip((0, 2) if number % 2 else (2, 0), values):
                self.set_presence(server, name, value)
            for client in self.clients:
                client.action(Action="Ping")  # both changes are made

            def equal():
                found = self.presence(name)
                return found[0] in values and found.count(found[0]) == 3

            # For a moment all may be equal before the writes of the other site have come.
            def ends_equal():
                try:
                    stays(equal, "equal", 1)
                except AssertionError:
                    return False
                return True
            until(ends_equal, lambda: self.with_logs(f"round {number}: equal everywhere, is {self.presence(name)}"))
        self.show(f"{ROUNDS} pairs of changes at once at both sites, equal everywhere each time")

    def lamp(self, server):
        return self.clients[server].getvar("DEVICE_STATE(Custom:PJSIP/100)")

    def ring(self):
        """A call on server 1 that lasts until it is hung up."""
        self.clients[0].send(Action="Originate", Channel="PJSIP/100", Application="Wait", Data="300", Async="true")
        self.addCleanup(self.hang_up)
        until(lambda: self.lamp(2) == "INUSE", lambda: self.with_logs(f"INUSE at the other site, is {self.lamp(2)}"))

    def hang_up(self):
        self.servers[0].cli("channel request hangup all")
        until(lambda: hint(self.servers[0], "100") == "Idle", "the call has ended")

    def test_a_site_whose_broker_is_killed_leaves_the_lamps_and_comes_back(self):
        self.call("the first call")
        self.ring()
        killed = time.monotonic()
        self.brokers[0].kill()
        until(lambda: self.lamp(2) != "INUSE", lambda: self.with_logs("it leaves the lamps"), seconds=LOST_AFTER_S + 5)
        left = time.monotonic() - killed
        self.assertGreater(left, LOST_AFTER_S - 2, self.with_logs("it is not lost before lost_after"))
        self.brokers[0].start()
        started = time.monotonic()
        until(lambda: self.lamp(2) == "INUSE", lambda: self.with_logs(f"it is back, is {self.lamp(2)}"), seconds=20)
        self.show(f"a killed broker's site left the lamps after {left:.1f} s (lost_after is {LOST_AFTER_S}), "
                  f"and was back {time.monotonic() - started:.1f} s after its start")

    def test_an_engine_that_is_killed_is_not_noticed_within_a_site_and_all_is_right_soon_after_its_return(self):
        self.call("the first call")
        self.set_presence(0, "engine", "before")
        until(lambda: self.presence("engine") == ["before"] * 3, lambda: self.with_logs("it is everywhere"))
        self.engine.kill()
        for number in range(20):
            self.set_presence(0, "engine", f"change {number}")
            asked = time.monotonic()
            until(lambda: self.presence("engine")[1] == f"change {number}", lambda: self.with_logs("within the site"), seconds=2, interval=0.001)
            self.assertLess(time.monotonic() - asked, 1)
        self.ring_at_the_site()
        self.assertEqual("before", self.presence("engine")[2])
        self.engine.start()
        returned = time.monotonic()
        until(lambda: self.presence("engine") == ["change 19"] * 3 and self.lamp(2) == "INUSE",
              lambda: self.with_logs(f"all is right: {self.presence('engine')}, {self.lamp(2)}"), seconds=RIGHT_AGAIN_S)
        self.show(f"right {time.monotonic() - returned:.1f} s after the engine's return")

    def ring_at_the_site(self):
        self.clients[0].send(Action="Originate", Channel="PJSIP/100", Application="Wait", Data="300", Async="true")
        self.addCleanup(self.hang_up)
        until(lambda: self.lamp(1) == "INUSE", lambda: self.with_logs(f"INUSE within the site, is {self.lamp(1)}"))
