// SPDX-License-Identifier: Apache-2.0
// Tests of what needs no document: data in, data out. browser_test.py runs them in the page.
import { kindAt, KINDS } from '/cells.js';
import { moved } from '/grid.js';
import { Model, keyOf, wrongOf } from '/model.js';
import { parse, select } from '/search.js';
import { inOrder } from '/servers.js';
import { rowsOf } from '/sites.js';
import { inAddress, latency, lengthOf, shown } from '/text.js';
import { problems, verdict } from '/wrong.js';

const same = (got, wanted) => {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`got ${a}, wanted ${b}`);
};
const server = (id, section, more = {}) => ({ id, section, zones: ['north'], up: true, held: false, since: '2026-01-01T00:00:00.000Z', last_loss: null, ...more });
const lamp = (name, cells, state = 'INUSE') => ({ plugin: 'device_state', name, state, cells });

class Play {
  time = 1000;
  model = new Model(() => this.time);
  send(type, data) { this.model.take(type, JSON.stringify(data)); return this; }
  start(servers, ...parts) {
    this.send('snapshot', { seq: 1, parts: parts.length, servers });
    for (const lamps of parts) this.send('part', { lamps });
    return this;
  }
  counts(place) { return Object.fromEntries(KINDS.map((kind, index) => [kind.letter, this.model.table.columns[place].counts[index]]).filter(([, number]) => number > 0)); }
}
const pair = () => [server(0, 'a'), server(1, 'b')];
const none = { server: '', zone: '' };
const names = (chosen) => chosen.lamps.map((each) => each.name);

const tests = {
  'a snapshot is shown once its last part is there'() {
    const play = new Play().send('snapshot', { seq: 1, parts: 2, servers: pair() }).send('part', { lamps: [lamp('1', 'or')] });
    same([play.model.ready, play.model.reading, play.model.table.lamps.size], [false, true, 0]);
    play.send('part', { lamps: [lamp('2', 'rx')] });
    same([play.model.ready, play.model.reading, play.model.table.lamps.size], [true, false, 2]);
  },
  'a snapshot without lamps is whole at once'() {
    same(new Play().start(pair()).model.ready, true);
  },
  'the old board stays until the new snapshot is whole'() {
    const play = new Play().start(pair(), [lamp('1', 'or')]).send('gap', { missed: 3 });
    play.send('snapshot', { seq: 9, parts: 1, servers: pair() });
    same([play.model.missed, play.model.lamp(keyOf('device_state', '1')).cells], [3, 'or']);
    play.send('part', { lamps: [lamp('2', 'or')] });
    same([play.model.missed, play.model.table.lamps.size, play.model.lamp(keyOf('device_state', '1'))], [0, 1, undefined]);
  },
  'what is half read when the connection ends is dropped'() {
    const play = new Play().send('snapshot', { seq: 1, parts: 2, servers: pair() });
    play.model.cut();
    play.send('part', { lamps: [lamp('1', 'or')] });
    same([play.model.ready, play.model.bad], [false, 1]);
  },
  'counts follow each change of a lamp'() {
    const play = new Play().start(pair(), [lamp('1', 'or'), lamp('2', 'xr')]);
    same([play.counts(0), play.counts(1)], [{ x: 1, o: 1 }, { r: 2 }]);
    play.send('lamp', lamp('2', 'rw'));
    same([play.counts(0), play.counts(1), wrongOf(play.model.table.columns[1])], [{ o: 1, r: 1 }, { w: 1, r: 1 }, 1]);
    play.send('lamp', lamp('2', '', null));
    same([play.counts(0), play.counts(1), play.model.table.troubled.size], [{ o: 1 }, { r: 1 }, 0]);
  },
  'two plugins may have a lamp of the same name'() {
    const play = new Play().start(pair(), [lamp('1', 'or'), { ...lamp('1', 'ro'), plugin: 'presence_state' }]);
    same(play.model.table.lamps.size, 2);
  },
  'a server that is added is a column of its own'() {
    const play = new Play().start(pair(), [lamp('1', 'or')]).send('server', server(2, 'c')).send('lamp', lamp('1', 'orx'));
    same([play.model.columns.map((each) => each.info.section), play.counts(2)], [['a', 'b', 'c'], { x: 1 }]);
  },
  'a server that goes leaves the places of the others alone'() {
    const play = new Play().start(pair(), [lamp('1', 'xo')]).send('server_gone', { id: 0 });
    same([play.model.columns.map((each) => each.info.section), play.counts(1), play.model.table.troubled.size], [['b'], { o: 1 }, 0]);
    play.send('lamp', lamp('1', '.r'));
    same([play.counts(1), play.counts(0)], [{ r: 1 }, { '.': 1 }]);
  },
  'unknown letters and short cells are "elsewhere"'() {
    same(['é', '?', ''].map((cells) => KINDS[kindAt(cells, 0)].letter), ['.', '.', '.']);
  },
  'events that are not as agreed are counted and left out'() {
    const play = new Play().start(pair(), [lamp('1', 'or')]);
    for (const [type, text] of [['lamp', 'no json'], ['lamp', 'null'], ['lamp', '{"name":1}'], ['server', '{"id":"x"}'], ['server_gone', '{"id":99}'], ['toString', '{}'], ['snapshot', '{"parts":-1}'], ['change', '[]']]) play.model.take(type, text);
    same([play.model.bad, play.model.table.lamps.size, play.model.columns.length], [8, 1, 2]);
  },
  'only so many changes are kept, newest first, and a gap is one of them'() {
    const play = new Play().start(pair());
    for (let number = 0; number < 500; ++number) play.send('change', { at: '', plugin: 'p', name: String(number), state: 'INUSE', server: 'a' });
    play.send('gap', { missed: 37 });
    same([play.model.changes.length, play.model.changes[0].gap, play.model.changes[1].name], [200, 37, '499']);
  },
  'a lamp stays wrong since then over a new snapshot'() {
    const play = new Play().start(pair(), [lamp('1', 'or')]);
    play.time = 5000;
    play.send('lamp', lamp('1', 'ox'));
    play.time = 9000;
    play.start(pair(), [lamp('1', 'ox'), lamp('2', 'xo')]);
    const since = (name) => { const { since: at, found } = play.model.lamp(keyOf('device_state', name)); return [at, found]; };
    same([since('1'), since('2')], [[5000, false], [9000, true]]);
  },
  'what is wrong: servers first, then refused, then waiting; a write in flight only when late'() {
    const play = new Play().start([server(0, 'a', { up: false, last_loss: { at: '', why: 'refused' } }), server(1, 'b'), server(2, 'c', { held: true })],
      [lamp('waits', 'dwh'), lamp('refused', 'dxh'), lamp('flies', 'dfh'), lamp('right', 'drh')]);
    const titles = (now) => problems(play.model, 0, now).map((line) => line.title);
    same(titles(1000), ['a', 'c', 'refused']);
    same(titles(4000), ['a', 'c', 'refused', 'waits', 'flies']);
    same(verdict(play.model, problems(play.model, 0, 4000), null).text.replaceAll('\u00a0', ' '), '1 server down · 1 lamp refused · 1 lamp waiting · 1 server held');
  },
  'many wrong lamps are a bounded list and the number of the others'() {
    const play = new Play().start(pair(), Array.from({ length: 500 }, (_, number) => lamp('n' + number, 'ox')));
    const lines = problems(play.model, 0, 1000);
    same([lines.length, lines.at(-1).title], [61, '440 more lamps']);
  },
  'nothing is wrong is said only of a whole board'() {
    const play = new Play();
    same(verdict(play.model, [], null).level, 'unknown');
    play.start(pair(), [lamp('1', 'or')]);
    same(verdict(play.model, [], { health: 'well' }), { level: 'well', text: 'Nothing is wrong' });
    same(verdict(play.model, [], { health: 'degraded' }).level, 'warn');
  },
  'the search has words and fields, and a colon in a name is a name'() {
    same(parse('PJSIP/10 server:pbx state:In_Use sip:12 zone:'), { words: ['pjsip/10', 'sip:12'], server: ['pbx'], zone: [], state: ['in_use'], plugin: [], is: [] });
  },
  'the search finds by name, state, server, zone and kind'() {
    const play = new Play().start([server(0, 'a', { zones: ['north'] }), server(1, 'b', { zones: ['south'] })], [lamp('PJSIP/2', 'o.'), lamp('PJSIP/10', 'ro', 'RINGING'), lamp('SIP/1', '.x')]);
    const find = (line, exact = none, wrong = false) => names(select(play.model, parse(line), exact, wrong));
    same(find(''), ['PJSIP/2', 'PJSIP/10', 'SIP/1']);
    same(find('pjsip/1'), ['PJSIP/10']);
    same(find('state:ring'), ['PJSIP/10']);
    same(find('server:b'), ['PJSIP/10', 'SIP/1']);
    same(find('zone:north'), ['PJSIP/2', 'PJSIP/10']);
    same(find('', { server: '', zone: 'south' }), ['PJSIP/10', 'SIP/1']);
    same(find('is:refused'), ['SIP/1']);
    same(find('', none, true), ['SIP/1']);
    same(select(play.model, parse(''), none, true).columns.map((each) => each.info.section), ['b']);
    same(find('', { server: 'a', zone: '' }, true), []);
    same(find('is:nonsense'), []);
  },
  'servers that are down come first, then held, then by name and number'() {
    const play = new Play().start([server(0, 'p10'), server(1, 'p9'), server(2, 'z', { up: false }), server(3, 'h', { held: true })]);
    same(inOrder(play.model.columns).map((each) => each.info.section), ['z', 'h', 'p9', 'p10']);
  },
  'keys move within the grid and never out of it'() {
    same(moved('ArrowUp', { row: 0, column: 0 }, 10, 3, 5), { row: 0, column: 0 });
    same(moved('PageDown', { row: 8, column: 0 }, 10, 3, 5), { row: 9, column: 0 });
    same(moved('ArrowRight', { row: 0, column: 2 }, 10, 3, 5), { row: 0, column: 2 });
    same(moved('x', { row: 0, column: 2 }, 10, 3, 5), null);
  },
  'names that hide something show it'() {
    same(shown('a\u202eb\u0000\u200b'), 'a‹202E›b‹0000›‹200B›');
    same(shown('half\ud800'), 'half‹D800›');
    same(shown('\u{1f4de} م'), '\u{1f4de} م');
    same(shown('L'.repeat(10240)), 'L'.repeat(160) + '… (10,240 characters)');
    same(shown(null), '');
    same(inAddress('a/b&\ud800'), 'a%2Fb%26%EF%BF%BD');
  },
  'of a site the worse of what plugins say is shown, and all of its names'() {
    const site = (name, state, names) => ({ site: name, state, names });
    const rows = rowsOf({ sites: [site('s10', 'there', 2), site('s9', 'there', 1), site('s9', 'lost', 5), site('s10', 'there', 3), site('a', 'differs', 0)] });
    same(rows.map((each) => [each.site, each.state, each.names]), [['s9', 'lost', 6], ['a', 'differs', 0], ['s10', 'there', 5]]);
  },
  'sites that make no sense are left out'() {
    same(rowsOf({ sites: [null, 7, {}, { site: 1, state: 'there' }, { site: 'a', state: 'there', names: 'x' }] }).map((each) => [each.site, each.names]), [['a', 0]]);
    same([rowsOf(null), rowsOf({}), rowsOf({ sites: 'x' })], [[], [], []]);
  },
  'lengths of time and latencies are short'() {
    same([0, 59.9, 60, 3600, 86400 * 2].map(lengthOf), ['0 s', '59 s', '1 min', '1 h', '2 d']);
    same([lengthOf(NaN), lengthOf(-5)], ['', '0 s']);
    same([0.0008, 0.0125, 1.44, undefined].map(latency), ['0.8 ms', '13 ms', '1.4 s', '–']);
  },
};

/** Runs all; returns [{name, error}], where error is "" for a test that passed. */
export function run() {
  return Object.entries(tests).map(([name, test]) => {
    try { test(); return { name, error: '' }; } catch (error) { return { name, error: String(error.stack) }; }
  });
}
