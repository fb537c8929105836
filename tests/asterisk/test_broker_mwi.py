"""The example plugin mwi: the numbers of messages in mailboxes are the same on all servers."""
import itertools

from broker_scenario import BrokerScenario
from servers import needs_mwi
from waiting import stays, until
from wires import FLEETS

ROUNDS = 10
_boxes = itertools.count(1)  # the servers keep what a scenario on another fleet wrote


class BrokerMwi(BrokerScenario):
    plugin_options = "resync_interval = 5"
    examples = ("mwi",)

    def setUp(self):
        needs_mwi(self, self.fleet.suite)
        for server in self.fleet.servers:
            server.use_mwi()
        super().setUp()
        self.box = f"{next(_boxes)}@default"
        self.await_distributor()

    def await_distributor(self):
        """A mailbox that is changed on each server has reached the others."""
        for number, _ in enumerate(self.clients, 1):
            mailbox = f"ready{number}-{self.box}"

            def everywhere():
                self.update(number - 1, mailbox, 1, number)
                return self.on_all(mailbox) == [(1, number)] * 3
            until(everywhere, lambda: self.with_log(f"{mailbox} of server {number} is on all servers"), seconds=60, interval=0.2)

    def update(self, server, mailbox, new, old):
        reply = self.clients[server].action(Action="MWIUpdate", Mailbox=mailbox, NewMessages=new, OldMessages=old)
        self.assertEqual("Success", reply["Response"], reply)

    def counts(self, client, mailbox):
        """What Asterisk tells its phones, by another way than the plugin's."""
        reply = client.action(Action="MailboxCount", Mailbox=mailbox)
        return int(reply["NewMessages"]), int(reply["OldMessages"])

    def on_all(self, mailbox):
        return [self.counts(client, mailbox) for client in self.clients]

    def expect(self, *counts):
        until(lambda: self.on_all(self.box) == [counts] * 3, lambda: self.with_log(f"{counts} on all servers, is {self.on_all(self.box)}"))
        stays(lambda: self.on_all(self.box) == [counts] * 3, lambda: self.with_log(f"{counts}, is {self.on_all(self.box)}"), 1)

    def test_a_message_shows_on_all_servers_until_it_is_heard_or_deleted(self):
        self.update(0, self.box, 3, 1)
        self.expect(3, 1)
        self.update(2, self.box, 0, 4)
        self.expect(0, 4)
        self.clients[1].action(Action="MWIDelete", Mailbox=self.box)
        self.expect(0, 0)

    def test_asterisk_publishes_an_update_that_changes_nothing(self):
        """What the plugin says of Asterisk (`echoes_repeats`), and what the mailbox is called in the event."""
        start = self.clients[0].count()
        for _ in range(2):
            self.update(0, self.box, 1, 1)

        def events():
            waiting = [dict(event) for event in self.clients[0].events(start) if ("Event", "MessageWaiting") in event]
            return [(event["New"], event["Old"]) for event in waiting if event["Mailbox"] == self.box]
        until(lambda: events() == [("1", "1")] * 2, lambda: self.with_log(f"two events, are {events()}"))
        stays(lambda: events() == [("1", "1")] * 2, lambda: self.with_log(f"two events, are {events()}"), 1)

    def test_a_server_that_lost_everything_is_told_again(self):
        self.update(0, self.box, 2, 5)
        self.expect(2, 5)
        self.servers[2].close_clients()
        self.servers[2].restart_afresh()
        self.servers[2].use_module(FLEETS[self.kind][2].module)
        self.servers[2].use_mwi()
        self.clients[2] = self.servers[2].ami()
        until(lambda: self.on_all(self.box) == [(2, 5)] * 3, lambda: self.with_log(f"2/5 everywhere, is {self.on_all(self.box)}"), seconds=60)

    def test_two_changes_at_once_end_equal_on_all_servers(self):
        for number in range(1, ROUNDS + 1):
            for server, new in ((number % 3, number), ((number + 1) % 3, 100 + number)):
                self.clients[server].send(Action="MWIUpdate", Mailbox=self.box, NewMessages=new, OldMessages=0)
            for client in self.clients:
                client.action(Action="Ping")  # both changes are made

            def equal():
                values = self.on_all(self.box)
                return values[0] in ((number, 0), (100 + number, 0)) and values.count(values[0]) == 3
            until(equal, lambda: self.with_log(f"round {number}: equal on all servers, is {self.on_all(self.box)}"))
            stays(equal, lambda: self.with_log(f"round {number}: {self.on_all(self.box)}"), 0.5)
        self.show(f"{ROUNDS} pairs of changes at once, equal on all servers each time")

    def test_the_last_of_many_fast_changes_is_the_one_that_stays(self):
        for number in range(100):
            self.clients[1].send(Action="MWIUpdate", Mailbox=self.box, NewMessages=number, OldMessages=0)
        self.expect(99, 0)
