// SPDX-License-Identifier: Apache-2.0
// What the reader looks for: words for the name, and server:, zone:, state:, plugin:, is:. Pure, except for the form at the end.
import { ELSEWHERE, KINDS, STUCK_MASK, kindAt } from './cells.js';
import { byId, make } from './dom.js';
import { shown } from './text.js';

const FIELDS = ['server', 'zone', 'state', 'plugin', 'is'];
const plain = (text) => String(text ?? '').toLowerCase();

/** A line of search as {words, server, zone, state, plugin, is}: lists of small letters. An unknown field is a word: names have colons. */
export function parse(line) {
  const query = { words: [], server: [], zone: [], state: [], plugin: [], is: [] };
  for (const word of plain(line).split(/\s+/)) {
    const colon = word.indexOf(':');
    const field = word.slice(0, Math.max(0, colon));
    if (FIELDS.includes(field)) { if (colon + 1 < word.length) query[field].push(word.slice(colon + 1)); } else if (word !== '') query.words.push(word);
  }
  return query;
}

const some = (wanted, text) => wanted.length === 0 || wanted.some((each) => text.includes(each));
// "in_use", "in use" and "INUSE" are one state to people.
const bare = (text) => plain(text).replace(/[^a-z0-9]/g, '');

function maskOf(words) {
  let mask = 0;
  for (const word of words) {
    KINDS.forEach((kind, index) => {
      if (bare(kind.word).startsWith(bare(word)) || (word === 'wrong' && kind.wrong)) mask |= 1 << index;
    });
  }
  return mask;
}

/**
 * Columns and lamps that a query asks for. `exact` has a server's section and a zone as chosen from the lists, or "".
 * If servers are chosen, only lamps that one of them may show are left, and "wrong" means wrong there.
 * "Only wrong" is refused or waiting, and leaves out the servers without: with one server down, "down" would be every lamp; and writes in flight come and go within
 * milliseconds.
 */
export function select(model, query, exact, onlyWrong) {
  const fits = (each) => some(query.server, plain(each.info.section)) && (exact.server === '' || each.info.section === exact.server)
    && (query.zone.length === 0 || zones(each).some((zone) => some(query.zone, plain(zone)))) && (exact.zone === '' || zones(each).includes(exact.zone));
  const all = model.columns;
  const columns = all.filter(fits);
  const fewer = columns.length !== all.length;
  const asked = query.is.length > 0 ? maskOf(query.is) : onlyWrong ? STUCK_MASK : -1;
  const state = query.state.map(bare);
  const lamps = model.table.inOrder().filter((lamp) => {
    const name = plain(lamp.name);
    if (!query.words.every((word) => name.includes(word))) return false;
    if (!some(state, bare(lamp.state)) || !some(query.plugin, plain(lamp.plugin))) return false;
    return fewer ? columns.some((each) => isAsked(kindAt(lamp.cells, each.place), asked)) : (lamp.mask & asked) !== 0 || asked === -1;
  });
  if (!onlyWrong || query.is.length > 0) return { columns, lamps };
  return { columns: columns.filter((each) => lamps.some((lamp) => isAsked(kindAt(lamp.cells, each.place), STUCK_MASK))), lamps };
}

const isAsked = (kind, asked) => (asked === -1 ? kind !== ELSEWHERE : (asked & (1 << kind)) !== 0);
const zones = (each) => (Array.isArray(each.info.zones) ? each.info.zones : []);

/** The form above the grid. */
export class Search {
  #told;
  #known = '';
  line = byId('search');
  server = byId('search-server');
  zone = byId('search-zone');
  wrong = byId('search-wrong');

  constructor(told) {
    this.#told = told;
    const form = byId('search-form');
    form.addEventListener('input', () => told());
    form.addEventListener('submit', (event) => event.preventDefault());
    addEventListener('keydown', (event) => {
      const typing = event.target instanceof Element && event.target.matches('input, select, textarea');
      if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); this.line.focus(); this.line.select(); }
      if (event.key === 'Escape' && event.target === this.line && this.line.value !== '') { this.line.value = ''; told(); }
    });
  }

  /** Asks for something in place of what was asked. */
  ask({ line = '', server = '', wrong = false }) {
    this.line.value = line;
    this.server.value = server;
    this.zone.value = '';
    this.wrong.checked = wrong;
    this.#told();
  }

  select(model) {
    return select(model, parse(this.line.value), { server: this.server.value, zone: this.zone.value }, this.wrong.checked);
  }

  get isEmpty() {
    return this.line.value.trim() === '' && this.server.value === '' && this.zone.value === '' && !this.wrong.checked;
  }

  /** Fills the two lists anew if the servers or their zones are others than before. */
  offer(columns) {
    const sections = columns.map((each) => each.info.section);
    const named = [...new Set(columns.flatMap(zones).map(String))].sort();
    const known = JSON.stringify([sections, named]);
    if (known === this.#known) return;
    this.#known = known;
    fill(this.server, 'All servers', sections);
    fill(this.zone, 'All zones', named);
    this.zone.hidden = named.length === 0;
  }
}

function fill(choice, first, values) {
  const chosen = choice.value;
  const option = (text, value) => { const made = make('option', '', text); made.value = value; return made; };
  choice.replaceChildren(option(first, ''), ...values.map((each) => option(shown(each), each)));
  choice.value = values.includes(chosen) ? chosen : '';
}
