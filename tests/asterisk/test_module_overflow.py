"""A queue that overflows says so: every event that is missing is missing from the numbers, and is counted."""
import threading

from scenario import Scenario
from waiting import until

# The rig builds the module once more with a queue of 8 events: a queue of full size cannot be made to overflow from outside.
SMALL = "res_zmq_manager_small.so"
SENDERS, EACH = 4, 5000


class ModuleOverflow(Scenario):
    def setUp(self):
        super().setUp()
        self.server.cli("module unload res_zmq_manager.so")
        self.server.cli(f"module load {SMALL}")
        until(lambda: "of 8" in self.server.status().get("Queued events", ""), "the small module runs")

    def tearDown(self):
        self.server.close_clients()
        self.server.cli(f"module unload {SMALL}")
        self.server.cli("module load res_zmq_manager.so")
        super().tearDown()

    def send(self, ami):
        for number in range(EACH):
            ami.send(Action="UserEvent", UserEvent="Burst", Number=number)

    def burst(self, subscriber):
        """Sends until the queue has overflowed; a fast machine may need more than one burst."""
        senders = [self.server.ami(events="off") for _ in range(SENDERS)]

        def overflowed():
            threads = [threading.Thread(target=self.send, args=(ami,)) for ami in senders]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for ami in senders:
                ami.action(Action="Ping")
            return int(self.server.status()["Events lost"]) > 0
        until(overflowed, "the queue of 8 events overflows", seconds=60)

        def last_arrived():
            last = int(self.server.status()["Last sequence"])
            return int(subscriber.events()[-1]["ZmqSequence"]) == last
        until(last_arrived, "the last event arrives", interval=0.2)

    def test_overflow_is_published_and_leaves_its_holes(self):
        subscriber = self.server.subscriber()
        self.burst(subscriber)
        missing, expected, announced = 0, None, 0
        for event in subscriber.events():
            sequence = int(event["ZmqSequence"])
            hole = sequence - expected if expected else 0
            missing += hole
            if event["Event"] == "ZmqOverflow":
                announced += int(event["Lost"])
                self.assertEqual(hole, int(event["Lost"]), "the gap is as long as its notice says")
                self.assertEqual(announced, int(event["LostTotal"]))
            else:
                self.assertEqual(0, hole, "no hole without a notice")
            expected = sequence + 1
        self.assertEqual(missing, int(self.server.status()["Events lost"]))
        self.show(f"{subscriber.count()} events, {missing} lost, all of them announced")
