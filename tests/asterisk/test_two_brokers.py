"""Two brokers with the same servers: one writes, the other stands by and takes over."""
import os
import time

from broker import Broker
from broker_scenario import BrokerScenario
from waiting import stays, until
from wires import FLEETS

NAMES = 500
PLUGINS = ("device_state", "presence_state")
QUIET_S = 5
ROUNDS = int(os.environ.get("AMIBROKER_ROUNDS", "1"))
GAP_S = 3        # wanted
LONGEST_GAP_S = 6  # else it fails: a busy machine is no mistake of the broker
STOPPED_S = 5
EVENTS = "call,reporting"  # the classes of DeviceStateChange and PresenceStateChange


class TwoBrokers(BrokerScenario):
    def setUp(self):
        super().setUp()
        self.second = Broker(self.servers, FLEETS[self.kind], self.plugin_options)
        self.addCleanup(self.end_second)
        # Both plugins of it see that the first one writes.
        self.second.await_seen()
        self.await_one_leader()

    def end_second(self):
        self.second.resume()
        ended = self.second.ended if self.second.ended is not None else self.second.close()
        log = self.second.log()
        self.second.cleanup()
        self.assertEqual(0, ended, f"the second broker did not end cleanly:\n{log}")

    def leaders(self):
        """For each server and plugin: the lives that say that they write there. Each life speaks once a second."""
        listeners = [server.ami(events="user") for server in self.servers]
        starts = [listener.count() for listener in listeners]

        def marks():
            """By server and plugin: what each life said, in order."""
            found = {(number, plugin): {} for number in range(1, len(self.servers) + 1) for plugin in PLUGINS}
            for number, (listener, start) in enumerate(zip(listeners, starts), 1):
                for event in map(dict, listener.events(start)):
                    if event.get("UserEvent") == "zmq-ami-broker" and "Mark" in event:
                        plugin, life, _ = event["Mark"].split("-")
                        found[number, plugin].setdefault(life, []).append(event["Leads"])
            return found
        until(lambda: all(sum(len(said) >= 2 for said in lives.values()) >= 2 for lives in marks().values()),
              lambda: self.with_log(f"both brokers speak twice on each server: {marks()}"))
        found = marks()
        for listener in listeners:
            listener.close()
        return {place: [life for life, said in lives.items() if said[-1] == "yes"] for place, lives in found.items()}

    def await_one_leader(self):
        def one_each():
            return all(len(lives) == 1 for lives in self.leaders().values())
        until(one_each, lambda: self.with_log("one leader for each server and plugin"), seconds=20)

    def changes(self):
        """A count of the states that change on all servers from now on."""
        listeners = [server.ami(events=EVENTS) for server in self.servers]
        starts = [listener.count() for listener in listeners]
        return lambda: sum(dict(event).get("Event") in ("PresenceStateChange", "DeviceStateChange")
                           for listener, start in zip(listeners, starts) for event in listener.events(start))

    def is_quiet(self, seconds):
        count = self.changes()
        try:
            stays(lambda: count() == 0, "quiet", seconds)
        except AssertionError:
            return False
        return True

    def await_quiet(self):
        """What was under way ends within a few seconds, and then nothing is written."""
        until(lambda: self.is_quiet(1), lambda: self.with_log("writes end"), seconds=5)
        count = self.changes()
        stays(lambda: count() == 0, lambda: self.with_log(f"{count()} states changed"), QUIET_S)

    def values(self, name):
        return [client.getvar(f"PRESENCE_STATE(CustomPresence:{name},value)") for client in self.clients]

    def test_conflicts_end_and_nothing_is_written_afterwards(self):
        for number in range(20):
            values = ("away", "dnd", "chat")
            for client, value in zip(self.clients, values):
                client.send(Action="Setvar", Variable=f"PRESENCE_STATE(CustomPresence:both{number})", Value=value)
        until(lambda: all(len(set(self.values(f"both{number}"))) == 1 for number in range(20)),
              lambda: self.with_log(f"all agree: {[self.values(f'both{number}') for number in range(20)]}"))
        self.await_quiet()
        for number in range(NAMES):
            self.clients[0].send(Action="Setvar", Variable=f"PRESENCE_STATE(CustomPresence:many{number})", Value=f"xa,,{number}")
        until(lambda: all(client.getvar(f"PRESENCE_STATE(CustomPresence:many{NAMES - 1},message)") == str(NAMES - 1) for client in self.clients),
              lambda: self.with_log("the last one is everywhere"))
        self.await_quiet()

    def gap(self, stop):
        """How long nothing is distributed after `stop`."""
        stopped = time.monotonic()
        stop()
        value = 0

        def arrives():
            nonlocal value
            value += 1
            self.clients[0].setvar("PRESENCE_STATE(CustomPresence:gap)", f"away,,{value}")
            return self.clients[1].getvar("PRESENCE_STATE(CustomPresence:gap,message)") not in ("", *self.before) and \
                self.clients[2].getvar("PRESENCE_STATE(CustomPresence:gap,message)") not in ("", *self.before)
        self.before = {client.getvar("PRESENCE_STATE(CustomPresence:gap,message)") for client in self.clients[1:]}
        until(arrives, lambda: self.with_log("changes arrive again"), seconds=20, interval=0.01)
        took = time.monotonic() - stopped
        self.clients[0].setvar("PRESENCE_STATE(CustomPresence:gap)", f"chat,,end{value}")
        until(lambda: all(client.getvar("PRESENCE_STATE(CustomPresence:gap,message)") == f"end{value}" for client in self.clients),
              lambda: self.with_log("the last change is everywhere"))
        return took

    def test_the_other_one_takes_over_from_a_leader_that_is_killed_or_stopped(self):
        leader, other = self.broker, self.second
        gaps = {"kill -9": [], "SIGSTOP": []}
        for _ in range(ROUNDS):
            gaps["kill -9"].append(self.gap(leader.kill))
            leader.start()
            leader.await_seen()
            self.await_one_leader()
            leader, other = other, leader
            began = time.monotonic()
            gaps["SIGSTOP"].append(self.gap(leader.stop))
            until(lambda: time.monotonic() - began >= STOPPED_S, "it was stopped for some seconds", seconds=STOPPED_S + 1)
            leader.resume()
            self.await_one_leader()
            leader, other = other, leader
            self.await_quiet()
        for kind, took in gaps.items():
            self.show(f"{kind} of the leader: changes arrive again after " + ", ".join(f"{one:.1f}" for one in sorted(took))
                      + f" s: {'ok' if max(took) < GAP_S else 'SHORT'}")
        self.assertLess(max(gaps["kill -9"] + gaps["SIGSTOP"]), LONGEST_GAP_S)
