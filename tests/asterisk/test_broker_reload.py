"""Servers come and go by a reload, during calls."""
import time

from broker_scenario import BrokerScenario, hint
from waiting import stays, until
from wires import FLEETS

ADDED_WITHIN_S = 2
GONE_WITHIN_S = 0.5


class BrokerReload(BrokerScenario):
    def setUp(self):
        super().setUp()
        self.wires = FLEETS[self.kind]

    def take_call(self, number, extension):
        """Until the end of the test, on server `number` (from 0)."""
        client = self.clients[number]
        client.send(Action="Originate", Channel=f"PJSIP/{extension}", Application="Wait", Data="600", Async="true")
        until(lambda: client.getvar(f"DEVICE_STATE(PJSIP/{extension})") == "INUSE", "the phone is in use")
        self.addCleanup(lambda: self.servers[number].cli("channel request hangup all"))

    def await_hints(self, expected, what):
        """`expected`: {(server's number from 0, extension): text}."""
        def present():
            return {key: hint(self.servers[key[0]], key[1]) for key in expected}
        until(lambda: present() == expected, lambda: self.with_log(f"{what}: {expected}, is {present()}"), interval=0.005)
        return time.monotonic()

    def test_a_third_server_is_added_during_a_call_and_retired_again(self):
        self.broker.reload(self.servers[:2], self.wires[:2])
        self.take_call(0, "100")
        self.take_call(2, "200")
        self.await_hints({(1, "100"): "InUse"}, "server 2 shows the call of server 1")
        self.assertNotEqual("InUse", hint(self.servers[2], "100"), "server 3 is not of the fleet")
        self.assertNotEqual("InUse", hint(self.servers[0], "200"), "server 3 is not of the fleet")

        asked = self.broker.reload(self.servers, self.wires)
        right = self.await_hints({(0, "200"): "InUse", (1, "200"): "InUse", (2, "100"): "InUse"}, "all servers show both calls")
        self.assertLessEqual(right - asked, ADDED_WITHIN_S)
        self.show(f"a third server was added during two calls: all lamps right {right - asked:.2f} s after the reload")

        asked = self.broker.reload(self.servers[:2], self.wires[:2])
        gone = self.await_hints({(0, "200"): "Idle", (1, "200"): "Idle"}, "its phones have left the lamps")
        self.assertLessEqual(gone - asked, GONE_WITHIN_S)
        stays(lambda: hint(self.servers[1], "100") == "InUse", "the other call stays", 1)
        self.show(f"retired: its phones left the lamps {gone - asked:.2f} s after the reload")

        for server in self.servers[:2]:
            ups = self.broker.lines(f"{server.name}", " is up")
            self.assertEqual(1, len(ups), self.with_log(f"{server.name} was not connected anew: {ups}"))
