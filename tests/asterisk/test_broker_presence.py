"""Presence states reach all servers whole, and end equal on all of them."""
import base64
import threading

from broker_scenario import BrokerScenario
from waiting import stays, until

FIELDS = ("value", "subtype", "message")
ROUNDS = 10
APART_S = 0.05


def encoded(state, subtype, message):
    """The value of PRESENCE_STATE with option e, which is the only way to get a comma through."""
    return ",".join([state, *(base64.b64encode(text.encode()).decode() for text in (subtype, message)), "e"])


class BrokerPresence(BrokerScenario):
    def presence(self, client, name):
        return tuple(client.getvar(f"PRESENCE_STATE(CustomPresence:{name},{field})") for field in FIELDS)

    def on_all(self, name):
        return [self.presence(client, name) for client in self.clients]

    def test_message_with_comma_quote_and_umlaut_arrives_equal_on_all(self):
        expected = ("away", "lunch, late", 'back at 3, "maybe" – Grüße \\ %41')
        self.clients[0].setvar("PRESENCE_STATE(CustomPresence:100)", encoded(*expected))
        until(lambda: self.on_all("100") == [expected] * 3, lambda: self.with_log(f"{expected} on all servers, is {self.on_all('100')}"))
        stays(lambda: self.on_all("100") == [expected] * 3, lambda: f"{self.on_all('100')}", 1)

    def test_two_changes_at_once_end_equal_on_all_servers(self):
        for number in range(1, ROUNDS + 1):
            name = f"race{number}"
            first, second = ("dnd", "", f"first {number}"), ("chat", "", f"second {number}")
            origin, other = number % 3, (number + 1) % 3
            timer = threading.Timer(APART_S * (number % 2), self.clients[other].send, kwargs={
                "Action": "Setvar", "Variable": f"PRESENCE_STATE(CustomPresence:{name})", "Value": encoded(*second)})
            timer.start()
            self.clients[origin].send(Action="Setvar", Variable=f"PRESENCE_STATE(CustomPresence:{name})", Value=encoded(*first))
            timer.join()
            for client in self.clients:
                client.action(Action="Ping")  # both changes are made

            def equal():
                values = self.on_all(name)
                return values[0] in (first, second) and values.count(values[0]) == 3
            until(equal, lambda: self.with_log(f"round {number}: equal on all servers, is {self.on_all(name)}"))
            stays(equal, lambda: self.with_log(f"round {number}: {self.on_all(name)}"), 1)
        self.show(f"{ROUNDS} pairs of changes, 0 to {APART_S * 1000:.0f} ms apart, equal on all servers each time")

    def test_the_last_of_many_fast_changes_is_the_one_that_stays(self):
        last = ("xa", "", "change 99")
        for number in range(100):
            self.clients[1].send(Action="Setvar", Variable="PRESENCE_STATE(CustomPresence:fast)",
                                 Value=encoded("xa", "", f"change {number}"))
        until(lambda: self.on_all("fast") == [last] * 3, lambda: self.with_log(f"{last} on all servers, is {self.on_all('fast')}"))
        stays(lambda: self.on_all("fast") == [last] * 3, lambda: f"{self.on_all('fast')}", 1)
