"""What filters at the source keep away from the broker, and what that saves."""
from broker import Broker
from noise import EVENTS_PER_CHANGE, make_noise
from scenario import Scenario
from waiting import until
from wires import Native

CHANGES = 1000
LOUD_CHANGES, LOUD_CHANNELS = 20000, 4
FEW = 300  # what the replicated states themselves cause, with much to spare


class NativeFilters(Scenario):
    def start(self, servers, username, **options):
        broker = Broker(servers, [Native(username=username)] * len(servers), verbose=False, **options)
        self.addCleanup(broker.cleanup)
        self.addCleanup(lambda: broker.ended is not None or broker.close())
        until(lambda: len(broker.lines(" is up")) == len(servers), lambda: f"all servers are up, is {broker.log()}")
        return broker

    def noise(self):
        """Returns what a session without filters was sent meanwhile."""
        listener = self.server.ami()
        before = listener.count()
        make_noise(self.server, listener, CHANGES)
        sent = listener.count() - before
        self.assertGreaterEqual(sent, CHANGES * EVENTS_PER_CHANGE)
        return sent

    def restart(self):
        client = self.server.ami(events="off")
        self.server.cli("core restart now")
        until(client.closed, "it goes down")
        self.server.await_booted()
        self.server.close_clients()

    def test_filters_hold_at_once_and_after_reloads_and_a_restart(self):
        self.fleet.restart_afresh()  # an Asterisk that restarts publishes what it has stored, and that would be counted
        broker = self.start(self.servers, "native")
        unfiltered = self.noise()
        self.assertEqual(0, broker.close())
        at_once = broker.events(1)
        broker.start()
        broker.await_ready()
        for what in ("manager reload", "core reload", "core restart now"):
            if what == "core restart now":
                self.restart()
                broker.await_ready()
            else:
                self.server.cli(what)
            unfiltered += self.noise()
        self.assertEqual(0, broker.close())
        self.show(f"{unfiltered} events without filters; {at_once} and {broker.events(1)} with them")
        self.assertLess(at_once, FEW)
        self.assertLess(broker.events(1), FEW)

    def test_filters_save_most_of_the_cpu_on_a_noisy_server(self):
        """Two brokers on one server at the same time: one whose account may filter, one whose account may not."""
        self.server.restart_afresh()  # with no states, so that nothing but the noise is measured
        brokers = [self.start([self.server], username) for username in ("native", "least")]
        listener = self.server.ami(events="user")
        before = [broker.cpu_seconds() for broker in brokers]
        make_noise(self.server, listener, LOUD_CHANGES, LOUD_CHANNELS)
        filtered, bare = (broker.cpu_seconds() - start for broker, start in zip(brokers, before))
        for broker in brokers:
            self.assertEqual(0, broker.close())
        self.show(f"{brokers[0].events(1)} events instead of {brokers[1].events(1)}, {filtered * 1000:.1f} ms of a processor "
                  f"instead of {bare * 1000:.1f} ms: filters save {(1 - filtered / bare) * 100:.0f} %")
        self.assertGreaterEqual(brokers[1].events(1), LOUD_CHANGES)
        self.assertLess(brokers[0].events(1), FEW)
        self.assertLess(filtered, bare)
