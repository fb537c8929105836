"""A call on one server shows on the lamps of the others."""
from broker_scenario import BrokerScenario
from waiting import until

CALLS = 3
# State of the device, and what Asterisk reports for the hint that shows it.
EXPECTED_STATES = ["RINGING", "INUSE", "NOT_INUSE"]
EXPECTED_HINTS = ["Ringing", "InUse", "Idle"]


def states(events):
    return [event["State"] for event in map(dict, events) if event["Event"] == "DeviceStateChange" and event["Device"] == "Custom:PJSIP/100"]


def hints(events):
    return [event["StatusText"] for event in map(dict, events) if event["Event"] == "ExtensionStatus" and event["Exten"] == "100"]


class BrokerCalls(BrokerScenario):
    def call(self, what):
        """A whole call on server 1, seen on servers 2 and 3 from its first change to its last."""
        before = [client.count() for client in self.clients]
        self.clients[0].send(Action="Originate", Channel="PJSIP/100", Application="Wait", Data="1", Async="true")

        def over():
            return all(states(client.events(start))[-1:] == ["NOT_INUSE"] and hints(client.events(start))[-1:] == ["Idle"]
                       for client, start in zip(self.clients[1:], before[1:]))

        def seen():
            return self.with_log(f"{what} has ended on servers 2 and 3: " + ", ".join(
                f"{states(client.events(start))} {hints(client.events(start))}" for client, start in zip(self.clients[1:], before[1:])))
        until(over, seen)
        return [client.events(start) for client, start in zip(self.clients, before)]

    def test_call_on_one_server_changes_the_hints_of_the_others_in_order(self):
        # Asterisk does not list a device before its first change, so that a first call brings all servers to the same start.
        self.call("the first call")
        for number in range(1, CALLS + 1):
            _, *others = self.call(f"call {number}")
            for server, events in zip(self.servers[1:], others):
                with self.subTest(call=number, server=server.name):
                    self.assertEqual(EXPECTED_STATES, states(events))
                    self.assertEqual(EXPECTED_HINTS, hints(events))
        self.show(f"{CALLS} calls, {' '.join(EXPECTED_STATES)} on servers 2 and 3 each time")
