#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The board in a headless Chromium, against the made-up broker of mock.py."""
import contextlib
import sys
import time
import unittest

import browser
import mock

WAY_IN = "document.querySelector('#servers tr') !== null && document.body.dataset.connection === 'live'"
TEXT = "(selector) => document.querySelector(selector)?.textContent ?? ''"


class BoardTest(unittest.TestCase):
    browser = None

    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.browser.size(1600, 900)
        self.browser.dark(False)

    def board(self, *arguments):
        """Opens the board of a made-up broker, and returns the broker's world."""
        server = mock.serve(mock.parse([*arguments]))
        self.stack.callback(server.server_close)
        self.stack.callback(server.shutdown)
        self.stack.callback(setattr, server.world, "ended", True)
        self.stack.callback(self.browser.open, "about:blank")
        self.browser.open(f"http://127.0.0.1:{server.server_address[1]}/")
        self.browser.wait(WAY_IN)
        return server.world

    def do(self, world, action, **values):
        with world.lock:
            getattr(world, "do_" + action)(**values)

    def text(self, selector):
        return self.browser.run(f"({TEXT})({selector!r})").replace("\u00a0", " ")

    def wait_text(self, selector, part, patience=20):
        self.browser.wait(f"({TEXT})({selector!r}).replaceAll('\\u00a0', ' ').includes({part!r})", patience)

    def no_errors(self):
        self.browser.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        self.assertEqual(self.browser.errors, [])

    def test_model(self):
        self.board("--calm", "--rate", "0")
        results = self.browser.run("import('/test/model_test.js').then((tests) => tests.run())")
        self.assertGreater(len(results), 15)
        for result in results:
            with self.subTest(result["name"]):
                self.assertEqual(result["error"], "")

    def test_a_call_shows_within_200_ms(self):
        world = self.board("--calm", "--rate", "0", "--servers", "100", "--names", "10000")
        self.browser.wait("document.querySelectorAll('.row').length > 10")
        taken = sorted(self.time_of_call(world, state) for state in ("RINGING", "INUSE", "NOT_INUSE") * 3)
        print(f"a call showed after {taken[4]:.0f} ms, at worst after {taken[-1]:.0f} ms", file=sys.stderr)
        # The median: one frame in nine may fall to another process of a busy machine.
        self.assertLess(taken[4], 200)
        self.no_errors()

    def time_of_call(self, world, state):
        """Milliseconds from the change at the broker until both the grid and the list of changes show it."""
        row = "[...document.querySelectorAll('.row')].find((row) => row.firstChild.textContent === 'PJSIP/1003')"
        self.browser.run(f"""window.seen = new Promise((done) => {{
          const look = () => {{
            const there = {row}.children[1].textContent === {state!r} && document.querySelector('#changes li .change-state')?.textContent === {state!r};
            if (there) done(performance.timeOrigin + performance.now()); else requestAnimationFrame(look);
          }};
          look(); }}); 0""")
        begun = time.time() * 1000
        self.do(world, "call", name="PJSIP/1003", state=state)
        return self.browser.run("window.seen") - begun

    def test_what_is_wrong_comes_first(self):
        world = self.board("--calm", "--rate", "0")
        self.wait_text("#verdict", "Nothing is wrong")
        self.do(world, "server", place=2, up=False)
        self.wait_text("#verdict", "1 server down")
        self.assertIn("pbx-par-03", self.text("#wrong li"))
        self.assertIn("pbx-par-03", self.text("#servers tr"))
        self.assertEqual(self.text("#servers tr .mark"), "✕")
        self.do(world, "cells", name="PJSIP/1000", cells="x" + "r" * 11)
        self.wait_text("#verdict", "1 lamp refused")
        self.wait_text("#wrong li:nth-child(2)", "refused at pbx-ber-01")
        self.do(world, "server", place=2, up=True)
        self.wait_text("#verdict", "Nothing is wrong")
        self.no_errors()

    def test_a_big_server_that_goes_down_shows_at_once(self):
        """10,000 lamps change with it; the page stays usable meanwhile."""
        world = self.board("--calm", "--rate", "0", "--servers", "100", "--names", "10000")
        self.wait_text("#verdict", "Nothing is wrong")
        begun = time.monotonic()
        self.do(world, "server", place=2, up=False)
        self.wait_text("#verdict", "1 server down")
        first = time.monotonic() - begun
        self.wait_text("#wrong li", "10,000 lamps not shown there")
        print(f"a server with 10,000 lamps down: shown after {first:.1f} s, all its lamps after {time.monotonic() - begun:.1f} s", file=sys.stderr)
        self.assertLess(time.monotonic() - begun, 6)
        self.browser.run("document.querySelector('#wrong button').click()")
        self.wait_text("#lamps-note", "10,000 of 10,000 lamps, 1 of 100 servers")
        self.no_errors()

    def test_more_wrong_lamps_than_the_list_holds(self):
        world = self.board("--calm", "--rate", "0")
        with world.lock:
            for number in range(1000, 1100):
                world.do_cells(f"PJSIP/{number}", "x" + "r" * 11)
        self.wait_text("#wrong li:last-child", "40 more lamps")
        self.browser.run("document.querySelector('#wrong li:last-child button').click()")
        self.wait_text("#lamps-note", "100 of 400 lamps")
        self.no_errors()

    def test_pause_stops_the_list_only(self):
        world = self.board("--calm", "--rate", "0")
        self.do(world, "call", name="PJSIP/1000", state="RINGING")
        self.wait_text("#changes li", "PJSIP/1000")
        self.browser.run("document.querySelector('#changes-pause').click()")
        self.wait_text("#changes-pause", "Go on")
        self.do(world, "call", name="PJSIP/1001", state="RINGING")
        self.wait_text("#changes-note", "1 since the pause")
        self.wait_text(".row:nth-child(2) .state", "RINGING")
        self.assertEqual(self.browser.run("document.querySelectorAll('#changes li').length"), 1)
        self.browser.run("document.querySelector('#changes-pause').click()")
        self.wait_text("#changes li", "PJSIP/1001")
        self.no_errors()

    def test_a_gap_is_shown_as_a_gap(self):
        world = self.board("--calm", "--rate", "0")
        self.do(world, "hold_snapshot", seconds=1)
        self.do(world, "gap", missed=37)
        self.wait_text("#banner", "37 changes missed")
        self.wait_text("#changes li.is-gap", "37 changes missed")
        self.browser.wait("document.querySelector('#banner').hidden")
        self.assertIn("37 changes missed", self.text("#changes li"))
        self.no_errors()

    def test_a_lost_connection_is_shown_at_once_and_mends_itself(self):
        world = self.board("--calm", "--rate", "0")
        self.do(world, "drop", seconds=1.5)
        self.wait_text("#banner", "Connection lost at", patience=1)
        self.browser.wait("document.title.includes('connection lost')", patience=2)
        self.do(world, "call", name="PJSIP/1000", state="RINGING")
        self.browser.wait("document.querySelector('#banner').hidden")
        self.wait_text(".row .state", "RINGING")
        self.assertEqual(self.browser.run("document.body.dataset.connection"), "live")
        self.no_errors()

    def test_a_broker_that_vanished_is_noticed(self):
        """The stream stays open and silent, as when a cable is pulled: /v1/status tells."""
        world = self.board("--calm", "--rate", "0")
        world.silent_until = time.time() + 30
        self.wait_text("#banner", "Connection lost at", patience=10)

    def test_hostile_names_are_text(self):
        self.board("--calm", "--rate", "0", "--hostile", "--names", "30")
        self.browser.wait("document.querySelectorAll('.row').length >= 20")
        shown = self.browser.run("[...document.querySelectorAll('.row .name')].map((name) => name.textContent)")
        self.assertIn("<img src=x onerror=\"document.title='owned'\">", shown)
        self.assertIn("</td><script>alert(1)</script>", shown)
        self.assertIn("PJSIP/‹202E›001‹202C›", shown)
        self.assertIn("PJSIP/‹0000›zero‹000D›‹000A›X: y", shown)
        self.assertIn("PJSIP/half‹D800›pair", shown)
        self.assertTrue(any(name.endswith("… (10,240 characters)") for name in shown))
        self.assertEqual(self.browser.run("document.querySelectorAll('main img, main script').length"), 0)
        # Each can be asked for, too: with its details, or with a plain word of why not.
        for place in range(len(mock.HOSTILE)):
            self.browser.run(f"document.querySelector('#detail-body').replaceChildren(); [...document.querySelectorAll('.row')].find((row) => row.getAttribute('aria-rowindex') === '{place + 2}').click()")
            self.browser.wait("document.querySelector('#detail-body .facts, #detail-body .problem') !== null")
        self.assertNotIn("owned", self.browser.run("document.title"))
        self.no_errors()

    def test_a_click_says_why(self):
        world = self.board("--calm", "--rate", "0")
        self.do(world, "cells", name="PJSIP/1000", cells="x" + "o" + "r" * 10)
        self.browser.wait("document.querySelector('.row .k-x') !== null")
        self.browser.run("document.querySelector('.row .k-x').click()")
        self.wait_text("#detail-body", "Asterisk refused the write: Permission denied")
        self.assertEqual(self.text("#detail-title"), "PJSIP/1000")
        # It follows what happens while it is open.
        self.do(world, "cells", name="PJSIP/1000", cells="w" + "o" + "r" * 10)
        self.wait_text("#detail-body", "changes too often")
        self.browser.key("Escape")
        self.assertTrue(self.browser.run("document.querySelector('#detail').hidden"))
        self.no_errors()

    def test_other_sites(self):
        world = self.board("--calm", "--rate", "0", "--sites", "3")
        self.wait_text("#sites-note", "3 of 3 there")
        self.assertEqual(self.text("#sites tr:first-child"), "✓site-14 d1.2 msright240")
        self.do(world, "site", site="site-2", state="lost")
        self.do(world, "site", site="site-3", clock_ahead_ms=-2500)
        self.wait_text("#sites-note", "2 of 3 there")
        self.assertTrue(self.text("#sites tr:first-child").startswith("✕site-2"))
        self.wait_text("#sites tr:last-child", "−2.5 s")
        self.do(world, "bus", up=False)
        self.wait_text("#sites-note", "not connected to the bus")
        self.do(world, "by_site", name="PJSIP/1000", site="site-3")
        self.wait_text("#changes li", "site site-3")
        self.browser.run("document.querySelector('#changes li').click()")
        self.wait_text("#detail-body", "site site-3, zone berlin")
        self.no_errors()

    def test_without_other_sites_nothing_is_said_of_them(self):
        self.board("--calm", "--rate", "0")
        self.browser.wait("document.querySelector('#verdict').textContent.includes('Nothing is wrong')")
        self.assertTrue(self.browser.run("document.querySelector('#sites-part').hidden"))
        self.no_errors()

    def test_keyboard(self):
        self.board("--calm", "--rate", "0")
        self.browser.wait("document.querySelectorAll('.row').length > 10")
        self.browser.run("document.querySelector('#grid').focus()")
        for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
            self.browser.key(key)
        label = self.browser.run("document.getElementById(document.querySelector('#grid').getAttribute('aria-activedescendant')).getAttribute('aria-label')")
        self.assertIn("PJSIP/1001", label)
        self.assertIn("pbx-ber-01: ", label)
        self.browser.key("Enter")
        self.wait_text("#detail-body", "Custom:PJSIP/1001")
        self.browser.key("Escape")
        self.assertEqual(self.browser.run("document.activeElement.id"), "grid")
        self.browser.key("End")
        self.browser.wait("[...document.querySelectorAll('.row .name')].some((name) => name.textContent === 'PJSIP/1399')")
        self.no_errors()

    def test_everything_has_a_name_for_screen_readers(self):
        self.board("--rate", "0")
        unnamed = self.browser.run("""[...document.querySelectorAll('button, input, select, [role=region], [role=grid], section, aside, nav')]
          .filter((each) => !each.hidden && !(each.getAttribute('aria-label') || each.getAttribute('aria-labelledby') || each.closest('label') || each.textContent.trim())).map((each) => each.outerHTML)""")
        self.assertEqual(unnamed, [])
        # No state is told by colour alone.
        self.assertEqual(self.browser.run("[...document.querySelectorAll('.row .c[class*=k-]')].filter((cell) => cell.textContent === '').length"), 0)

    def test_search(self):
        self.board("--calm", "--rate", "0")
        self.browser.wait("document.querySelectorAll('.row').length > 10")
        ask = "(line) => { const box = document.querySelector('#search'); box.value = line; box.dispatchEvent(new Event('input', { bubbles: true })); }"
        self.browser.run(f"({ask})('PJSIP/1007')")
        self.wait_text("#lamps-note", "1 of 400 lamps")
        self.browser.run(f"({ask})('zone:paris')")
        self.wait_text("#lamps-note", "3 of 12 servers")
        self.assertEqual(self.browser.run("[...document.querySelectorAll('.h-text')].every((name) => name.textContent.includes('-par-'))"), True)
        self.browser.run(f"({ask})('nothing-like-that')")
        self.wait_text("#grid-empty", "No lamp is like that")
        self.no_errors()

    def test_100_servers_and_10000_names(self):
        self.board("--servers", "100", "--names", "10000", "--rate", "100")
        self.browser.wait("document.querySelectorAll('.row').length > 10")
        self.assertLess(self.browser.run("document.querySelectorAll('*').length"), 8000)
        frames = self.browser.run("""new Promise((done) => {
          const box = document.querySelector('#grid'); const times = []; let last = performance.now();
          const step = (now) => { times.push(now - last); last = now; box.scrollTop += 900; if (times.length % 20 === 0) box.scrollLeft += 200;
            if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) done(times.slice(1)); else requestAnimationFrame(step); };
          requestAnimationFrame(step); })""")
        self.browser.wait("[...document.querySelectorAll('.row .name')].some((name) => name.textContent === 'PJSIP/10999')")
        self.browser.run("gc()")
        memory = self.browser.memory()
        frames.sort()
        print(f"100 servers, 10,000 names, 100 changes a second: {memory:.0f} MiB in the page's process; {len(frames)} frames while scrolling, median {frames[len(frames) // 2]:.0f} ms, "
              f"95 % within {frames[len(frames) * 95 // 100]:.0f} ms", file=sys.stderr)
        self.assertLess(memory, 200)
        self.assertLess(frames[len(frames) // 2], 100)
        self.no_errors()

    def test_a_phone(self):
        self.browser.size(360, 740, phone=True)
        self.browser.dark(True)
        self.board("--rate", "0")
        for view in ("servers", "lamps", "changes", "wrong"):
            self.browser.run(f"document.querySelector('.views [data-view={view}]').click()")
            shown = self.browser.run("[...document.querySelectorAll('[data-panel]')].filter((panel) => panel.offsetParent !== null).map((panel) => panel.dataset.panel)")
            self.assertEqual(shown, [view])
            self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), 360)
        self.browser.run("document.querySelector('.views [data-view=lamps]').click()")
        self.browser.wait("document.querySelectorAll('.row').length > 5")
        self.browser.run("document.querySelector('.row').click()")
        self.browser.wait("document.querySelector('#detail .facts') !== null")
        self.assertLessEqual(self.browser.run("document.querySelector('#detail').getBoundingClientRect().right"), 360)
        self.no_errors()

    def test_light_and_dark_can_be_read(self):
        """Each text that can be seen has a contrast of at least 4.5 to 1; a mark that only repeats "right" needs 3 to 1."""
        for servers, dark in (("20", False), ("20", True), ("3", True), ("3", False)):
            self.board("--servers", servers, "--rate", "20")
            self.browser.dark(dark)
            self.browser.wait("document.querySelectorAll('#changes li').length > 3")
            poor = self.browser.run("import('/test/contrast.js').then((each) => each.poor())")
            self.assertEqual(poor, [], "dark" if dark else "light")

    def test_nothing_is_inline_and_nothing_comes_from_outside(self):
        self.board("--calm", "--rate", "0")
        hosts = self.browser.run("[...new Set(performance.getEntriesByType('resource').map((each) => new URL(each.name).host === location.host))]")
        self.assertEqual(hosts, [True])
        self.assertEqual(self.browser.run("[...document.querySelectorAll('style, script:not([src])')].length"), 0)
        self.no_errors()


if __name__ == "__main__":
    if browser.find() is None:
        print("no Chromium on this machine; scripts/bootstrap --browser installs one", file=sys.stderr)
        sys.exit(77)
    unittest.main()
