#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks for one action on one server and prints the answer. Needs pyzmq (Debian: python3-zmq).

    ask.py server-1 Setvar Variable=GREETING Value=hello
"""
import json
import sys

import zmq

if len(sys.argv) < 3 or any("=" not in field for field in sys.argv[3:]):
    sys.exit(__doc__)

request = {"server": sys.argv[1], "Action": sys.argv[2], "ActionID": "1"}
for field in sys.argv[3:]:
    name, _, value = field.partition("=")
    request.setdefault(name, []).append(value)  # a header may be there several times: Variable=A=1 Variable=B=2

client = zmq.Context.instance().socket(zmq.REQ)
client.linger = 0
client.rcvtimeo = 10_000  # longer than request_timeout of the broker
client.connect("tcp://127.0.0.1:9479")
client.send_json(request)
try:
    answer = client.recv_json()
except zmq.Again:
    sys.exit("no answer within 10 s: is actions = set in [plugin bus], and does the broker run?")
print(json.dumps(answer, indent=2))
sys.exit(0 if answer["outcome"] == "success" else 1)
