"""The module's wire: good actions, bad requests, refused actions, the form of events."""
import base64
import json

from scenario import Scenario
from waiting import until

REFUSED = ["GetVar", "Status", "ListCommands", "Events", "Challenge", "WaitEvent", "Filter", "Hangup", "PJSIPHangup", "Login", "Logoff"]


class ModuleWire(Scenario):
    def setUp(self):
        super().setUp()
        self.requester = self.server.requester()

    def assert_error(self, reply, action_id, text):
        self.assertEqual(1, len(reply), reply)
        self.assertEqual("Error", reply[0]["Response"])
        self.assertEqual(action_id, reply[0].get("ActionID"))
        self.assertIn(text, reply[0]["Message"])

    def test_good_action_is_answered_with_its_action_id(self):
        self.assertEqual("Pong", self.requester.ask(Action="Ping", ActionID="p1")[0]["Ping"])
        reply = self.requester.ask(aCtIoN="Setvar", ActionID="2", Variable="DEVICE_STATE(Custom:wire)", Value="INUSE")
        self.assertEqual([{"Response": "Success", "ActionID": "2", "Message": "Variable Set"}], reply)

    def test_list_comes_whole_in_one_reply(self):
        reply = self.requester.ask(Action="DeviceStateList", ActionID="7")
        self.assertEqual("start", reply[0]["EventList"])
        self.assertEqual("Complete", reply[-1]["EventList"])
        self.assertEqual(int(reply[-1]["ListItems"]), len(reply) - 2)
        self.assertTrue(all(item["ActionID"] == "7" for item in reply))

    def test_output_of_a_command_becomes_an_array(self):
        reply = self.requester.ask(Action="Command", Command="core show hints")
        self.assertEqual(1, len(reply))
        self.assertTrue(any("PJSIP/100" in line for line in reply[0]["Output"]))

    def test_long_list_is_whole(self):
        reply = self.requester.ask(Action="Command", Command="core show help")
        self.assertGreater(len(reply[0]["Output"]), 200)

    def test_array_of_an_action_becomes_repeated_headers(self):
        subscriber = self.server.subscriber()
        self.requester.ask(Action="Originate", Channel="Local/100@default", Application="Wait", Data="0.1", Async="true",
                           Variable=["ONE=1", "TWO=2"])

        def set_variables():
            return {event["Variable"]: event["Value"] for event in subscriber.events() if event["Event"] == "VarSet"}
        until(lambda: {"ONE", "TWO"} <= set(set_variables()), "both variables are set on the channel")
        self.assertEqual(("1", "2"), (set_variables()["ONE"], set_variables()["TWO"]))

    def test_refused_actions_are_answered_and_leave_asterisk_alive(self):
        for action in REFUSED:
            with self.subTest(action=action):
                self.assert_error(self.requester.ask(Action=action, ActionID="r", Variable="CHANNEL"), "r", f"{action} is refused: ")
        self.assertEqual("Pong", self.requester.ask(Action="Ping")[0]["Ping"])
        self.assertTrue(self.server.alive())

    def test_refused_action_cannot_be_smuggled_in(self):
        for action in (" GetVar", "GetVar ", "\tGetVar", "Ping\r\nAction: GetVar", "Ping\r\n\r\nAction: GetVar"):
            with self.subTest(action=action):
                self.assert_error(self.requester.ask(Action=action, ActionID="s", Variable="X"), "s", "no name of an action")
        self.assert_error(self.requester.ask(Action="Ping", ActionID="s", X="1\r\nAction: GetVar"), "s", "control character")
        self.assert_error(self.requester.ask(**{"ActionID": "s", "Action: GetVar\r\nX": "1", "Action": "Ping"}), "s", "control character")
        self.assertTrue(self.server.alive())

    def test_every_action_without_arguments_leaves_asterisk_alive(self):
        """Asterisk's own list of actions: those that are not refused, called bare, must not bring it down."""
        names = [line.split()[0] for line in self.server.cli("manager show commands").splitlines()
                 if line.startswith("  ") and not line.strip().startswith(("Action", "-"))]
        self.assertGreater(len(names), 80)
        for name in names:
            reply = self.requester.ask(Action=name, ActionID="all")
            self.assertIn("Response", reply[0], name)
        self.assertTrue(self.server.alive())
        self.show(f"{len(names)} actions called")

    def test_unknown_action_is_an_error_with_its_action_id(self):
        self.assert_error(self.requester.ask(Action="NoSuchThing", ActionID="9"), "9", "no such action")

    def test_bad_requests_are_answered_with_what_is_wrong(self):
        for request, action_id, text in (
                (b"", None, "not JSON"),
                (b"{", None, "not JSON"),
                (b"\xff\xfe\x00", None, "not JSON"),
                (b'{"Action":"Ping","X":"\xff"}', None, "not JSON"),
                (b"[" * 60000, None, "not JSON"),
                (b"[]", None, "an array"),
                (b'"Ping"', None, "a string"),
                (b'{"ActionID":"1"}', "1", "no key Action"),
                (b'{"Action":"Ping","ActionID":"2","N":5}', "2", "'N'"),
                (b'{"Action":"Ping","ActionID":"3","O":{"a":"b"}}', "3", "'O'"),
                (b'{"Action":"Ping","Action":"Ping"}', None, "duplicate"),
                (json.dumps({"Action": "Ping", "X": "x" * 1024 * 1024}).encode(), None, "65536 is the limit")):
            with self.subTest(request=request[:60]):
                self.assert_error(self.requester.ask_raw(request), action_id, text)
        self.assert_error(self.requester.ask_raw(b'{"Action":"Ping"}', b"second frame"), None, "more than one frame")
        self.assertEqual("Pong", self.requester.ask(Action="Ping")[0]["Ping"])

    def test_events_have_event_first_and_their_numbers_last(self):
        subscriber = self.server.subscriber()
        ami = self.server.ami(events="off")
        ami.send(Action="UserEvent", UserEvent="Form", Text="a, \"b\" \\ c", Umlaut="\u00fc", Repeated="1",
                 ZmqNameSequence="forged")
        until(lambda: any(event.get("UserEvent") == "Form" for event in subscriber.events()), "the event comes")
        frame = next(frame for frame in subscriber.frames() if b'"UserEvent":"Form"' in frame).decode()
        pairs = json.loads(frame, object_pairs_hook=list)
        self.assertTrue(frame.startswith(f'{{"Event":"UserEvent","Privilege":"user,all","SystemName":"{self.server.name}",'), frame)
        self.assertEqual(["ZmqNamePrevious", "ZmqNameSequence", "ZmqSequence"], [name for name, _ in pairs[-3:]])
        self.assertTrue(all(value.isdigit() for _, value in pairs[-3:]), pairs)
        self.assertEqual("a, \"b\" \\ c", dict(pairs)["Text"])
        self.assertEqual("\u00fc", dict(pairs)["Umlaut"])

    def test_value_that_is_not_utf8_is_repaired(self):
        subscriber = self.server.subscriber()
        ami = self.server.ami(events="off")
        value = "off," + base64.b64encode(b"sub").decode() + "," + base64.b64encode(b"caf\xe9 closed").decode() + ",e"
        ami.setvar("PRESENCE_STATE(CustomPresence:latin)", "away" + value[3:])
        until(lambda: any(event.get("Presentity") == "CustomPresence:latin" for event in subscriber.events()), "the event comes")
        event = next(event for event in subscriber.events() if event.get("Presentity") == "CustomPresence:latin")
        self.assertEqual("caf\ufffd closed", event["Message"])

    def test_status_counts(self):
        before = self.server.status()
        self.requester.ask(Action="Ping")
        self.requester.ask(Action="GetVar", Variable="X")
        self.requester.ask(Action="NoSuchThing")
        self.requester.ask_raw(b"?")
        after = self.server.status()
        for key in ("Actions handled", "Actions refused", "Actions unknown", "Requests malformed"):
            self.assertEqual(int(before[key]) + 1, int(after[key]), key)
        self.assertEqual(f"tcp://127.0.0.1:{self.server.cmd_port}", after["Action address"])
