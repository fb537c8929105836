"""What the scenarios share."""
import unittest


class Scenario(unittest.TestCase):
    """Runs once for each version of Asterisk; `fleet` is set by the runner."""

    fleet = None

    def setUp(self):
        self.servers = self.fleet.servers
        self.server = self.servers[0]

    def tearDown(self):
        for server in self.servers:
            server.close_clients()
        dead = self.fleet.restart_dead()
        self.assertEqual([], dead, "these servers died")

    def show(self, text):
        """A figure, for whoever reads the run."""
        print(f"    {text}", flush=True)
