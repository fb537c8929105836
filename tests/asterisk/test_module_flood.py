"""9,000 events in three seconds: none may be lost, and the sequence numbers may have no gap."""
import collections
import threading
import time

from scenario import Scenario
from waiting import until

SENDERS, EVENTS, SECONDS = 6, 9000, 3.0
LAMPS = 20
ROUNDS = 4


class ModuleFlood(Scenario):
    def send_user_events(self, ami, tag, sender):
        """A steady stream: what is due by the clock is sent at once, in one go every 10 ms."""
        started, sent, share = time.monotonic(), 0, EVENTS // SENDERS
        while sent < share:
            due = min(share, int((time.monotonic() - started) / SECONDS * share) + 1)
            for number in range(sent, due):
                ami.send(Action="UserEvent", UserEvent=tag, Sender=sender, Number=number, Text="x" * 100)
            sent = due
            time.sleep(0.01)

    def change_lamps(self, ami, stop):
        """Beside them device states and hints, which Asterisk raises from other threads than user events."""
        states = ("INUSE", "NOT_INUSE", "RINGING")
        for turn in range(1000000):
            if stop.is_set():
                return
            ami.send(Action="Setvar", Variable=f"DEVICE_STATE(Custom:flood{turn % LAMPS})", Value=states[turn // LAMPS % 3])
            time.sleep(0.005)

    def flood(self, tag):
        stop = threading.Event()
        senders = [self.server.ami(events="off") for _ in range(SENDERS)]
        lamps = self.server.ami(events="off")
        threads = [threading.Thread(target=self.send_user_events, args=(ami, tag, i)) for i, ami in enumerate(senders)]
        background = threading.Thread(target=self.change_lamps, args=(lamps, stop))
        started = time.monotonic()
        for thread in [background, *threads]:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - started
        stop.set()
        background.join()
        # The end: every event that Asterisk raised before it answered has been raised now, whatever thread raises it.
        for ami in [lamps, *senders]:
            ami.action(Action="Ping")
        return took

    def relevant(self, events, tag):
        """Events of this round, as a multiset of their fields without the module's numbers."""
        counted = collections.Counter()
        for event in events:
            fields = dict(event)
            for number in ("ZmqSequence", "ZmqNameSequence", "ZmqNamePrevious"):
                fields.pop(number, None)
            if fields.get("UserEvent") == tag or fields["Event"] in ("DeviceStateChange", "ExtensionStatus"):
                counted[frozenset(fields.items())] += 1
        return counted

    def one_round(self, number):
        tag = f"Flood{number}"
        listener, subscriber = self.server.ami(), self.server.subscriber()
        self.settle(listener, subscriber)
        first_native, first_zmq = listener.count(), subscriber.count()
        took = self.flood(tag)
        self.settle(listener, subscriber)
        native = self.relevant(listener.events(first_native), tag)
        wire = self.relevant(subscriber.events(first_zmq), tag)
        self.assertFalse(listener.closed(), "Asterisk hung up on the native listener: the measure itself is gone")
        self.assertEqual(EVENTS, sum(count for event, count in native.items() if ("UserEvent", tag) in event))
        self.assertEqual({}, dict(native - wire), "the native listener has these, the wire has not")
        self.assertEqual({}, dict(wire - native), "the wire has these, the native listener has not")
        sequence = [int(event["ZmqSequence"]) for event in subscriber.events()]
        self.assertEqual(list(range(sequence[0], sequence[0] + len(sequence))), sequence, "a gap in the sequence numbers")
        self.check_numbers_of_names(subscriber.events())
        self.show(f"round {number}: {sum(wire.values())} events in {took:.1f} s, none lost, sequence {sequence[0]} to {sequence[-1]}")
        self.server.close_clients()

    def check_numbers_of_names(self, events):
        """Each event follows the one of its name before it."""
        last = {}
        for event in map(dict, events):
            count, sequence = int(event["ZmqNameSequence"]), int(event["ZmqSequence"])
            expected = last.get(event["Event"], (count - 1, int(event["ZmqNamePrevious"])))
            self.assertEqual(expected, (count - 1, int(event["ZmqNamePrevious"])), event)
            last[event["Event"]] = (count, sequence)

    def settle(self, listener, subscriber):
        """Both have seen a last user event and a last change of a lamp with its hint: nothing is under way any more."""
        ami = self.server.ami(events="off")
        self.settled = getattr(self, "settled", 0) + 1
        tag, states = f"Settled{self.settled}", ("BUSY", "UNAVAILABLE")
        ami.setvar("DEVICE_STATE(Custom:flood0)", states[self.settled % 2])
        status = {"BUSY": "2", "UNAVAILABLE": "4"}[states[self.settled % 2]]

        def hint_seen(events):
            changes = [event for event in map(dict, events) if event["Event"] == "ExtensionStatus" and event["Exten"] == "flood0"]
            return changes and changes[-1]["Status"] == status
        until(lambda: hint_seen(listener.events()) and hint_seen(subscriber.events()), "the hint follows on both sides", interval=0.2)
        ami.send(Action="UserEvent", UserEvent=tag)
        for name, client in (("the native listener", listener), ("the wire", subscriber)):
            until(lambda: any(dict(event).get("UserEvent") == tag for event in client.events()), f"{name} sees {tag}", interval=0.2)

    def test_flood_loses_nothing(self):
        for number in range(1, ROUNDS + 1):
            self.one_round(number)
        status = self.server.status()
        self.assertEqual("0", status["Events lost"])
        self.show(f"queue: {status['Queued events']}")
