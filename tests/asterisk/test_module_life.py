"""Load, reload and unload of the module, good and bad, also under load."""
import pathlib
import re
import threading

from scenario import Scenario
from servers import free_ports
from waiting import until
from zmq_client import Requester, Subscriber, ZmqError

CYCLES = 50


class ModuleLife(Scenario):
    def setUp(self):
        super().setUp()
        self.config = self.server.folder / "etc" / "zmq_manager.conf"
        self.good_config = self.config.read_text()
        self.log_before = len(self.server.log())

    def tearDown(self):
        self.config.write_text(self.good_config)
        if self.server.alive() and not self.loaded():
            self.server.cli("module load res_zmq_manager.so")
        self.server.cli("module reload res_zmq_manager.so")
        super().tearDown()

    def loaded(self):
        return "Action address" in self.server.status()

    def logged(self):
        return self.server.log()[self.log_before:]

    def write(self, cmd=None, evt=None):
        lines = ["[global]"]
        lines += [f"addr_cmd = {cmd}"] if cmd else []
        lines += [f"addr_evt = {evt}"] if evt else []
        self.config.write_text("\n".join(lines) + "\n")

    def addresses(self):
        return [f"tcp://127.0.0.1:{port}" for port in free_ports(2)]

    def load(self):
        return self.server.cli("module load res_zmq_manager.so")

    def unload(self):
        self.server.cli("module unload res_zmq_manager.so")
        self.assertFalse(self.loaded(), "the module is unloaded")

    def assert_declines(self, *texts):
        """A load fails with one line that says all of this, and Asterisk goes on."""
        self.load()
        self.assertFalse(self.loaded())

        def errors():
            return [line for line in self.logged().splitlines() if "ERROR" in line and "zmq_manager.conf" in line]
        lines = until(errors, self.logged)
        self.assertEqual(1, len(lines), lines)
        for text in texts:
            self.assertIn(text, lines[0])

    def test_missing_config_declines(self):
        self.unload()
        self.config.unlink()
        self.assert_declines("is missing", "create it")

    def test_missing_key_declines(self):
        self.unload()
        self.write(cmd="tcp://127.0.0.1:1")
        self.assert_declines("no addr_evt", "add a line")

    def test_port_in_use_declines(self):
        self.unload()
        taken = f"tcp://127.0.0.1:{self.servers[1].evt_port}"
        self.write(cmd=self.addresses()[0], evt=taken)
        self.assert_declines("addr_evt", taken, "in use", "choose another port")

    def test_address_of_another_machine_declines(self):
        self.unload()
        self.write(cmd="tcp://192.0.2.1:5555", evt=self.addresses()[0])
        self.assert_declines("addr_cmd", "192.0.2.1", "no such")

    def test_malformed_address_declines(self):
        self.unload()
        self.write(cmd="127.0.0.1:5555", evt=self.addresses()[0])
        self.assert_declines("addr_cmd", "tcp://ADDRESS:PORT")

    def test_the_same_address_twice_declines(self):
        self.unload()
        address = self.addresses()[0]
        self.write(cmd=address, evt=address)
        self.assert_declines(address, "the other address of this file")

    def test_unknown_key_is_named_with_its_line(self):
        self.config.write_text(self.good_config + "adr_cmd = x\n")
        self.server.cli("module reload res_zmq_manager.so")
        until(lambda: "line 4: key 'adr_cmd'" in self.logged(), self.logged)
        self.assertTrue(self.loaded())

    def test_address_that_others_reach_is_noticed(self):
        cmd, evt = self.addresses()
        self.write(cmd=cmd.replace("127.0.0.1", "*"), evt=evt)
        self.server.cli("module reload res_zmq_manager.so")
        until(lambda: "there is no login on it" in self.logged(), self.logged)
        self.assertNotIn(f"addr_evt = {evt} can be reached", self.logged())

    def test_reload_with_new_addresses_moves_there(self):
        cmd, evt = self.addresses()
        self.write(cmd=cmd, evt=evt)
        self.server.cli("module reload res_zmq_manager.so")
        status = self.server.status()
        self.assertEqual((cmd, evt), (status["Action address"], status["Event address"]))
        requester, subscriber = Requester(cmd), Subscriber(evt)
        try:
            def event_comes():
                requester.ask(Action="UserEvent", UserEvent="Moved")
                return subscriber.count()
            until(event_comes, "events come on the new address")
            old = Requester(f"tcp://127.0.0.1:{self.server.cmd_port}", timeout_ms=300)
            self.assertRaises(ZmqError, old.ask, Action="Ping")
            old.close()
        finally:
            requester.close()
            subscriber.close()

    def test_reload_with_a_bad_config_keeps_the_old_one(self):
        cmd, evt = f"tcp://127.0.0.1:{self.server.cmd_port}", f"tcp://127.0.0.1:{self.server.evt_port}"
        for bad in ({"cmd": cmd}, {"cmd": "tcp://192.0.2.1:1", "evt": evt}, {"cmd": cmd, "evt": f"tcp://127.0.0.1:{self.servers[1].evt_port}"}):
            with self.subTest(bad=bad):
                self.write(**bad)
                self.server.cli("module reload res_zmq_manager.so")
                until(lambda: "Not reloaded" in self.logged(), self.logged)
                self.log_before = len(self.server.log())
                status = self.server.status()
                self.assertEqual((cmd, evt), (status["Action address"], status["Event address"]))
                self.assertEqual("Pong", self.server.requester().ask(Action="Ping")[0]["Ping"])

    def test_reload_through_its_own_wire_is_answered(self):
        reply = self.server.requester().ask(Action="Reload", Module="res_zmq_manager.so", ActionID="own")
        self.assertEqual(("Success", "own"), (reply[0]["Response"], reply[0]["ActionID"]))

    def test_unload_through_its_own_wire_is_refused(self):
        reply = self.server.requester().ask(Action="ModuleLoad", LoadType="unload", Module="res_zmq_manager.so", ActionID="own")
        self.assertEqual(("Error", "own"), (reply[0]["Response"], reply[0]["ActionID"]))
        until(lambda: "Not unloaded: an action of a ZeroMQ client is running" in self.logged(), self.logged)
        self.assertTrue(self.loaded())

    def test_restart_of_asterisk_brings_the_module_back(self):
        subscriber = self.server.subscriber()
        old = int(subscriber.events()[-1]["ZmqSequence"])
        seen = subscriber.count()
        self.server.cli("core restart now")

        def announced():
            return [event for event in subscriber.events(seen) if event["Event"] == "LoadZmq"]
        until(announced, "the module is back on its address", seconds=60)
        self.assertEqual("Pong", self.server.requester().ask(Action="Ping")[0]["Ping"])
        self.show(f"sequence {old} before the restart, {announced()[0]['ZmqSequence']} at LoadZmq after it")

    def test_load_is_announced_once(self):
        subscriber = Subscriber(f"tcp://127.0.0.1:{self.server.evt_port}")
        try:
            self.unload()
            self.load()
            announced = until(lambda: [frame for frame in subscriber.frames() if b'"LoadZmq"' in frame], "LoadZmq comes")
            self.assertTrue(re.fullmatch(rb'\{"Event":"LoadZmq","ZmqNamePrevious":"\d+","ZmqNameSequence":"\d+","ZmqSequence":"\d+"\}', announced[0]), announced)
        finally:
            subscriber.close()

    def process_figure(self, name):
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", status, re.M).group(1))

    def make_load(self, stop):
        """Events from two connections, and actions through the wire itself, while the module comes and goes."""
        def raise_events():
            ami = self.server.ami(events="off")
            turn = 0
            while not stop.wait(0.005):
                turn += 1
                for _ in range(10):
                    ami.send(Action="UserEvent", UserEvent="Load", Text="x" * 200)
                ami.send(Action="Setvar", Variable="DEVICE_STATE(Custom:flood1)", Value=("INUSE", "NOT_INUSE")[turn % 2])

        def send_actions():
            answered = 0
            while not stop.is_set():
                requester = Requester(f"tcp://127.0.0.1:{self.server.cmd_port}", timeout_ms=200)
                try:
                    while not stop.is_set():
                        requester.ask(Action="Command", Command="module show like res_zmq")
                        answered += 1
                except ZmqError:
                    pass  # the module is away just now; connect again
                finally:
                    requester.close()
            self.answered = answered
        return [threading.Thread(target=raise_events), threading.Thread(target=raise_events), threading.Thread(target=send_actions)]

    def test_fifty_unloads_and_loads_under_load(self):
        stop = threading.Event()
        threads = self.make_load(stop)
        for thread in threads:
            thread.start()
        try:
            threads_before = None
            for cycle in range(CYCLES):
                until(lambda: "Unloaded" in self.server.cli("module unload res_zmq_manager.so") or not self.loaded(), "the module unloads")
                self.load()
                until(self.loaded, "the module loads")
                self.assertTrue(self.server.alive(), f"Asterisk is alive in cycle {cycle}")
                tasks = self.process_figure("Threads")
                threads_before = threads_before or tasks
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.show(f"{CYCLES} cycles, {self.answered} actions answered meanwhile; threads of Asterisk {threads_before} -> {tasks}, "
                  f"memory {self.process_figure('VmRSS') // 1024} MiB")
        self.assertLess(tasks, threads_before + 10, "threads are left behind")
        self.assertEqual("Pong", self.server.requester().ask(Action="Ping")[0]["Ping"])
