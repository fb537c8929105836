# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over the pipe of its DevTools protocol. Python's standard library only."""
import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find():
    """The path of a Chromium on this machine, or None. CHROMIUM names another one."""
    return os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)


class Failed(Exception):
    """The browser answered with an error, or not in time."""


class Browser:
    """One browser with one page. `errors` has what the page threw, logged as an error or was refused by its security policy."""

    def __init__(self, width=1600, height=900):
        self.folder = tempfile.mkdtemp(prefix="board-test-")
        self.errors = []
        self.numbers = itertools.count(1)
        self.buffer = b""
        self.session = None
        to_read, self.out = os.pipe()
        self.back, to_write = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4; a shell puts ours there without code in the forked child.
        command = [find(), "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio", "--disable-background-networking",
                   "--disable-component-update", "--disable-sync", "--enable-precise-memory-info", "--js-flags=--expose-gc", f"--user-data-dir={self.folder}", f"--window-size={width},{height}", "about:blank"]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        move = f'exec 3<&{to_read} 4>&{to_write}; exec "$@"'
        self.process = subprocess.Popen(["bash", "-c", move, "browser", *command], pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        page = next(each for each in self.send("Target.getTargets")["targetInfos"] if each["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(domain + ".enable")
        self.size(width, height)

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        os.close(self.out)
        os.close(self.back)
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        return self.answer(number, method)

    def answer(self, number, method, patience=30):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            text, found, rest = self.buffer.partition(b"\0")
            if found:
                self.buffer = rest
                message = json.loads(text)
                if message.get("id") == number:
                    if "error" in message:
                        raise Failed(f"{method}: {message['error']}")
                    return message["result"]
                self.note(message)
            elif select.select([self.back], [], [], 0.2)[0]:
                data = os.read(self.back, 1 << 20)
                if not data:
                    raise Failed("the browser has ended")
                self.buffer += data
        raise Failed(f"{method}: no answer within {patience} s")

    def note(self, message):
        parameters = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            entry = parameters["entry"]
            # A broker that is away is what some tests are about.
            if entry.get("source") != "network":
                self.errors.append(entry["text"])

    def size(self, width, height, phone=False):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone)

    def dark(self, wanted):
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if wanted else "light"}])

    def open(self, address):
        self.errors.clear()
        self.send("Page.navigate", url=address)

    def run(self, expression):
        """The value of an expression in the page; a promise is waited for."""
        result = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise Failed(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def wait(self, expression, patience=20):
        """Waits until the expression is true in the page, and gives its value."""
        deadline = time.monotonic() + patience
        while True:
            try:
                value = self.run(expression)
            except Failed:
                value = None
            if value:
                return value
            if time.monotonic() > deadline:
                raise Failed(f"not within {patience} s: {expression}")
            time.sleep(0.02)

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode={"Enter": 13, "Escape": 27}.get(key, 0), **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {}))

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def memory(self, fields=("Private_Clean:", "Private_Dirty:")):
        """MiB of the page's own process: all that it has for itself (private), not what it shares with the browser. Or other
        lines of its smaps_rollup."""
        total = 0
        for process in self.send_browser("SystemInfo.getProcessInfo")["processInfo"]:
            if process["type"] == "renderer":
                with open(f"/proc/{process['id']}/smaps_rollup", encoding="ascii") as file:
                    total += sum(int(line.split()[1]) for line in file if line.startswith(fields))
        return total / 1024

    def send_browser(self, method, **parameters):
        session, self.session = self.session, None
        try:
            return self.send(method, **parameters)
        finally:
            self.session = session
