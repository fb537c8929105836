"""Peers that do not read: what they cost Asterisk is bounded in bytes, the others go on, and what is lost is counted."""
import json
import pathlib
import re
import socket

from scenario import Scenario
from waiting import until
from zmq_client import Pipeline, UnreadSubscriber

EVENTS = 6000
LINE = "x" * 990
TOO_LARGE, LARGE, ORDINARY = 100, 40, 3  # KB of an event
MANY_EVENTS = 20000  # more than wait for one subscriber and in the kernel's buffers
DEVICES, LISTS = 5000, 600
# Without the limits it was 250 MB and more, with them 11 to 18 MB.
MAX_EVENT_GROWTH_MB, MAX_REPLY_GROWTH_MB = 50, 110
SMALL = "res_zmq_manager_small.so"  # the rig builds it; there a peer that reads nothing has 3 s


def shows(subscriber, text):
    """It is among the last events; others may follow it."""
    return text in b"".join(subscriber.frames()[-50:])


class Unread(Scenario):
    def setUp(self):
        super().setUp()
        self.server.restart_afresh()  # it rarely gives memory back, so the next scenario would start with it

    def send_events(self, name, kilobytes, count=EVENTS):
        """By native AMI, whose lines end at 1,024 characters. Returns when Asterisk has raised all of them."""
        ami = self.server.ami(events="off")
        for number in range(count):
            ami.send(Action="UserEvent", UserEvent=name, Line=[LINE] * kilobytes)
            if number % 100 == 99:
                ami.action(Action="Ping")
                self.tidy_manager()
        ami.action(Action="Ping")

    def tidy_manager(self):
        """Asterisk's manager keeps each event for its own sessions, and frees those that they have seen every 5 s or when somebody connects:
        hundreds of MB that are not the module's."""
        socket.create_connection(("127.0.0.1", self.server.ami_port), timeout=10).close()

    def figure(self, name):
        """The first number in a line of the status."""
        return int(re.match(r"\d+", self.server.status()[name]).group())

    def memory(self, kind):
        text = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        return int(re.search(rf"^{kind}:\s+(\d+) kB", text, re.M).group(1)) / 1024

    def watch_memory(self):
        pathlib.Path(f"/proc/{self.server.pid}/clear_refs").write_text("5")  # the peak is measured from here on
        self.memory_before = self.memory("VmRSS")

    def growth(self, what):
        """How much Asterisk grew at most, in MB."""
        grown = self.memory("VmHWM") - self.memory_before
        self.show(f"{what}: Asterisk grew from {self.memory_before:.0f} MB by at most {grown:.0f} MB")
        return grown

    def unread_subscriber(self):
        """One that is surely connected."""
        connected = self.connections(self.server.evt_port)
        unread = self.server._keep(UnreadSubscriber(f"tcp://127.0.0.1:{self.server.evt_port}"))
        until(lambda: self.connections(self.server.evt_port) > connected, "a subscriber connects")
        self.send_events("Probe", 1)
        return unread

    @staticmethod
    def connections(port):
        """How many a server has on this port of 127.0.0.1."""
        lines = (line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])
        return sum(words[1] == f"0100007F:{port:04X}" and words[3] == "01" for words in lines)


class ModuleUnreadEvents(Unread):
    def settle(self, subscriber, name):
        """All that was sent so far has come to a subscriber that reads."""
        ami = self.server.ami(events="off")
        ami.action(Action="UserEvent", UserEvent=name)
        until(lambda: shows(subscriber, f'"UserEvent":"{name}"'.encode()), f"{name} arrives", seconds=60, interval=0.2)

    def missing(self, events):
        """How many numbers are missing, of all events and of the user events."""
        numbers = [int(event["ZmqSequence"]) for event in events]
        users = [int(event["ZmqNameSequence"]) for event in events if event["Event"] == "UserEvent"]
        return numbers[-1] - numbers[0] + 1 - len(numbers), users[-1] - users[0] + 1 - len(users)

    def test_events_above_the_limit_cost_no_memory_and_are_counted(self):
        subscriber = self.server.subscriber()
        self.unread_subscriber()
        self.watch_memory()
        self.send_events("TooLarge", TOO_LARGE)
        self.settle(subscriber, "AfterTooLarge")
        grown = self.growth(f"{EVENTS} events of {TOO_LARGE} KB")
        events = subscriber.events()
        self.assertLess(grown, MAX_EVENT_GROWTH_MB)
        self.assertEqual(EVENTS, self.figure("Events too large"))
        self.assertEqual((EVENTS, EVENTS), self.missing(events))
        self.assertEqual(EVENTS, sum(int(event["Lost"]) for event in events if event["Event"] == "ZmqOverflow"))
        self.assertNotIn("TooLarge", [event.get("UserEvent") for event in events])

    def test_large_events_fill_their_share_and_small_ones_go_on(self):
        subscriber = self.server.subscriber()
        unread = self.unread_subscriber()
        self.watch_memory()
        self.send_events("Large", LARGE)
        self.settle(subscriber, "AfterLarge")
        grown = self.growth(f"{EVENTS} events of {LARGE} KB")
        self.assertLess(grown, MAX_EVENT_GROWTH_MB)
        dropped = self.figure("Events dropped")
        self.assertGreater(dropped, EVENTS / 2)
        self.assertEqual((dropped, dropped), self.missing(subscriber.events()))
        self.assertLessEqual(self.figure("Held event bytes"), 16 * 1024 * 1024 + 1024 * 1024)
        self.show(f"{dropped} of them dropped; {self.server.status()['Held event bytes']}")

        self.server._clients.remove(unread)
        unread.close()
        until(lambda: self.figure("Held event bytes") == 0, lambda: self.server.status())
        self.send_events("LargeAgain", LARGE, 1)
        until(lambda: shows(subscriber, b"LargeAgain"), "large events come again")


    def test_ordinary_events_are_dropped_for_the_one_that_does_not_read_alone(self):
        subscriber = self.server.subscriber()
        self.unread_subscriber()
        self.watch_memory()
        self.send_events("Ordinary", ORDINARY, MANY_EVENTS)
        self.settle(subscriber, "AfterOrdinary")
        grown = self.growth(f"{MANY_EVENTS} events of {ORDINARY} KB")
        self.assertEqual((0, 0), self.missing(subscriber.events()))
        self.assertEqual((0, 0), (self.figure("Events dropped"), self.figure("Events lost")))
        held = self.figure("Held event bytes")
        # 5,000 to 10,000 events: libzmq learns what went out to the kernel's buffers once per half of its mark.
        self.assertGreater(held, 5000 * ORDINARY * len(LINE))
        self.assertLess(held, 10100 * (ORDINARY * 1024 + 400))
        self.assertLess(grown, MAX_EVENT_GROWTH_MB)
        self.show(f"none dropped for the others; {self.server.status()['Held event bytes']}")


class ModuleUnreadReplies(Unread):
    def test_replies_that_nobody_reads_are_bounded_and_others_are_answered(self):
        address = f"tcp://127.0.0.1:{self.server.cmd_port}"
        self.server._keep(Pipeline(address)).carry_out(
            [{"Action": "Setvar", "Variable": f"DEVICE_STATE(Custom:unread{i})", "Value": "INUSE"} for i in range(DEVICES)])
        requester = self.server.requester(timeout_ms=60000)
        size = len(json.dumps(requester.ask(Action="DeviceStateList")))
        unread = self.server._keep(Pipeline(address, receive_limit=1))
        self.watch_memory()
        handled = self.figure("Actions handled")
        for number in range(LISTS):
            unread.send({"Action": "DeviceStateList", "ActionID": str(number)})
        until(lambda: self.figure("Actions handled") >= handled + LISTS, "all lists were made", seconds=120, interval=0.2)
        grown = self.growth(f"{LISTS} replies of {size // 1024} KB")
        self.assertLess(grown, MAX_REPLY_GROWTH_MB)
        self.assertEqual("Pong", requester.ask(Action="Ping")[0]["Ping"])
        dropped = self.figure("Replies dropped")
        self.assertGreater(dropped, 0)
        self.show(f"{dropped} of them dropped; {self.server.status()['Held reply bytes']}")
        refused = requester.ask(Action="DeviceStateList", ActionID="late")
        self.assertEqual([("Error", "late")], [(reply["Response"], reply["ActionID"]) for reply in refused])
        self.assertIn("The reply to this request was dropped", refused[0]["Message"])

        self.server._clients.remove(unread)
        unread.close()
        until(lambda: self.figure("Held reply bytes") == 0, lambda: self.server.status())
        self.assertGreater(len(requester.ask(Action="DeviceStateList")), DEVICES)


class ModuleUnreadForLong(Unread):
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

    def test_who_reads_nothing_for_long_loses_its_connection_and_what_waits(self):
        subscriber = self.server.subscriber()
        self.unread_subscriber()
        connected = self.connections(self.server.evt_port)
        until(lambda: self.send_events("Large", LARGE, 100) or self.figure("Held event bytes") > 8 * 1024 * 1024, "much waits", seconds=60)
        until(lambda: self.figure("Held event bytes") == 0, lambda: self.server.status(), seconds=60)
        until(lambda: self.connections(self.server.evt_port) == connected - 1, "its connection ends")
        self.send_events("StillThere", 1, 1)
        until(lambda: shows(subscriber, b"StillThere"), "the others stay")
