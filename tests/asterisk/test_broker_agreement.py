"""All servers agree: after a restart of a server, after its loss, and after a broker that was killed."""
import time

from broker_scenario import BrokerScenario, hint
from waiting import stays, until

LOST_AFTER_S = 2
AFTER_BOOT_S = 2
CHANGES = 500
NAMES = 20
QUIET_S = 2


class BrokerAgreement(BrokerScenario):
    plugin_options = f"lost_after = {LOST_AFTER_S}"

    def take_call(self, client):
        client.send(Action="Originate", Channel="PJSIP/100", Application="Wait", Data="600", Async="true")
        until(lambda: client.getvar("DEVICE_STATE(PJSIP/100)") == "INUSE", "the phone is in use")
        self.addCleanup(lambda: self.server.cli("channel request hangup all"))

    def test_a_restarted_server_shows_a_phone_in_use_elsewhere_again(self):
        self.take_call(self.clients[0])
        restarted = self.servers[1]
        until(lambda: hint(restarted, "100") == "InUse", lambda: self.with_log("in use on server 2 before its restart"))
        restarted.cli("core restart now")
        until(self.clients[1].closed, "server 2 goes down")
        restarted.await_booted()
        booted = time.monotonic()
        until(lambda: hint(restarted, "100") == "InUse", lambda: self.with_log(f"in use on server 2 again, is {hint(restarted, '100')}"))
        took = time.monotonic() - booted
        self.assertLessEqual(took, AFTER_BOOT_S)
        stays(lambda: hint(restarted, "100") == "InUse", "it stays in use", 1)
        self.show(f"right again {took:.2f} s after it was fully booted")

    def test_a_server_that_is_killed_leaves_the_lamps_after_lost_after(self):
        self.take_call(self.clients[0])
        others = self.servers[1:]
        until(lambda: [hint(server, "100") for server in others] == ["InUse"] * 2, "in use on servers 2 and 3")
        self.server.kill()
        killed = time.monotonic()
        try:
            stays(lambda: [hint(server, "100") for server in others] == ["InUse"] * 2,
                  "nothing flickers before lost_after", LOST_AFTER_S / 2)
            # Their own PJSIP/100 is idle or was never used; nobody says that it is in use any more.
            until(lambda: "InUse" not in [hint(server, "100") for server in others],
                  lambda: self.with_log(f"not in use any more, is {[hint(server, '100') for server in others]}"))
            self.show(f"left the lamps {time.monotonic() - killed:.1f} s after it died (lost_after = {LOST_AFTER_S})")
        finally:
            self.server.start_afresh()
        until(lambda: all("InUse" not in hint(server, "100") for server in self.servers), "idle everywhere")


class BrokerKilled(BrokerScenario):
    def on_all(self):
        return [[client.getvar(f"PRESENCE_STATE(CustomPresence:killed{name},message)") for name in range(NAMES)]
                for client in self.clients]

    def change_and_kill(self):
        for number in range(CHANGES):
            self.clients[number % 3].send(Action="Setvar", Variable=f"PRESENCE_STATE(CustomPresence:killed{number % NAMES})",
                                          Value=f"away,,change {number}")
            if number == CHANGES // 2:
                self.broker.kill()
        for client in self.clients:
            client.action(Action="Ping")  # all changes are done

    def fences(self, before):
        """How many snapshots each server was asked for since then; both plugins ask for one when they start."""
        return [sum(dict(event).get("UserEvent") == "zmq-ami-broker" for event in client.events(start))
                for client, start in zip(self.clients, before)]

    def test_a_broker_that_is_killed_in_the_middle_of_changes_leaves_all_equal_after_its_restart(self):
        self.change_and_kill()
        self.broker.start()
        self.broker.await_ready()

        def equal():
            values = self.on_all()
            return values[0] == values[1] == values[2] and "" not in values[0]
        until(equal, lambda: self.with_log(f"equal on all servers, is {self.on_all()}"))
        # As long as the next life: what scenarios before this one left on the servers is cleared within that time.
        stays(equal, "they stay equal", QUIET_S)

        self.assertEqual(0, self.broker.close())
        before = [client.count() for client in self.clients]
        self.broker.start()
        until(lambda: min(self.fences(before)) >= 2, lambda: self.with_log(f"all servers are read, is {self.fences(before)}"))
        stays(self.broker.alive, "the broker lives", QUIET_S)  # the time in which it would write
        self.assertEqual(0, self.broker.close())
        writes = [self.broker.counter(plugin, "writes") for plugin in ("device_state", "presence_state")]
        self.assertEqual([0, 0], writes, self.with_log("a second restart writes nothing"))
        self.show(f"{CHANGES} changes, the broker killed after {CHANGES // 2}: equal on all; its second restart wrote nothing")
