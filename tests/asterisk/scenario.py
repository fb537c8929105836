"""What the scenarios share."""
import unittest

from wires import FLEETS, Zmq


class Scenario(unittest.TestCase):
    """Runs once for each version of Asterisk; `fleet` is set by the runner."""

    fleet = None
    kinds = (None,)  # of fleets, as wires.FLEETS names them: the scenario runs once on each; None: it needs no choice
    kind = None      # the one that it runs on now, set by the runner

    def setUp(self):
        self.servers = self.fleet.servers
        self.server = self.servers[0]
        for server, wire in zip(self.servers, FLEETS[self.kind] if self.kind else [Zmq()] * len(self.servers)):
            server.use_module(wire.module)

    def tearDown(self):
        for server in self.servers:
            server.close_clients()
        dead = self.fleet.restart_dead()
        self.assertEqual([], dead, "these servers died")

    def show(self, text):
        """A figure, for whoever reads the run."""
        print(f"    {text}", flush=True)
