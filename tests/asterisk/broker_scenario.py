"""What the scenarios with a broker share."""
from ami_client import Ami
from broker import Broker
from scenario import Scenario
from wires import FLEETS


def hint(server, extension):
    """What a phone that watches this extension sees."""
    client = Ami(server.ami_port, events="off")
    try:
        return client.action(Action="ExtensionState", Exten=extension, Context="default")["StatusText"]
    finally:
        client.close()


class BrokerScenario(Scenario):
    """Runs once on each kind of fleet."""

    kinds = tuple(FLEETS)
    plugin_options = ""
    examples = ()  # plugins that are no part of the broker

    def setUp(self):
        super().setUp()
        self.clients = [server.ami() for server in self.servers]
        self.broker = Broker(self.servers, FLEETS[self.kind], self.plugin_options, examples=self.examples)
        self.addCleanup(self.end_broker)
        self.broker.await_ready()

    def end_broker(self):
        closed, alive, log = self.broker.ended is not None, self.broker.alive(), self.broker.log()
        ended = self.broker.ended if closed else self.broker.close()
        self.broker.cleanup()
        self.assertTrue(alive or closed, f"the broker died ({ended}):\n{log}")
        self.assertEqual(0, ended, f"the broker did not end cleanly:\n{log}")

    def with_log(self, text):
        """A failure's text, with what the broker said last."""
        return f"{text}\nThe broker's log ends:\n{self.broker.log()}"
