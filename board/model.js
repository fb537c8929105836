// SPDX-License-Identifier: Apache-2.0
// What the board knows: servers, lamps, counts of what is wrong, last changes. Pure data, no document, no network.
import { ELSEWHERE, KINDS, LAMP_MASK, kindAt } from './cells.js';

const CHANGES_KEPT = 200;
const MOST_LAMPS = 200000;
const MOST_SERVERS = 2000;
const collator = new Intl.Collator('en', { numeric: true });

export const keyOf = (plugin, name) => plugin + '\n' + name;
const isText = (value) => typeof value === 'string';
const byName = (a, b) => collator.compare(a.name, b.name) || collator.compare(a.plugin, b.plugin);

/** One column: a server and how many lamps it shows in which way. `place` is its place in `cells`: its number. */
function column(info, place) {
  return { info, place, gone: false, counts: new Int32Array(KINDS.length) };
}

/** Servers and lamps of one snapshot and what changed since. */
class Table {
  columns = [];
  lamps = new Map();
  /** Lamps with something wrong of their own: refused, waiting or in flight. */
  troubled = new Map();
  /** For each kind: how many lamps have at least one such cell. */
  lampsWith = new Int32Array(KINDS.length);
  /** All lamps by name, or null after one came or went. */
  sorted = null;

  setServer(info) {
    const known = this.columns.find((each) => each.info.id === info.id);
    if (known) { known.info = info; return; }
    if (this.columns.length < MOST_SERVERS) this.columns.push(column(info, info.id));
  }

  setLamp(data, now) {
    const key = keyOf(data.plugin, data.name);
    const lamp = this.lamps.get(key);
    if (data.state === null) { if (lamp) this.#remove(lamp); return key; }
    const cells = isText(data.cells) ? data.cells : '';
    if (lamp) {
      if (lamp.cells !== cells) { this.#count(lamp, -1); lamp.cells = cells; this.#count(lamp, 1); }
      lamp.state = data.state;
      this.#note(lamp, now);
      return key;
    }
    if (this.lamps.size >= MOST_LAMPS) return key;
    const added = { key, plugin: data.plugin, name: data.name, state: data.state, cells, mask: 0, since: 0, found: false };
    this.lamps.set(key, added);
    this.sorted = null;
    this.#count(added, 1);
    this.#note(added, now);
    return key;
  }

  #remove(lamp) {
    this.#count(lamp, -1);
    this.lamps.delete(lamp.key);
    this.troubled.delete(lamp.key);
    this.sorted = null;
  }

  #count(lamp, step) {
    let mask = 0;
    for (const each of this.columns) {
      const kind = each.gone ? ELSEWHERE : kindAt(lamp.cells, each.place);
      each.counts[kind] += step;
      mask |= 1 << kind;
    }
    for (let kind = 0; kind < KINDS.length; ++kind) if (mask & (1 << kind)) this.lampsWith[kind] += step;
    lamp.mask = mask;
  }

  #note(lamp, now) {
    const wrong = (lamp.mask & LAMP_MASK) !== 0;
    if (!wrong) { lamp.since = 0; this.troubled.delete(lamp.key); return; }
    if (lamp.since === 0) { lamp.since = now; lamp.found = false; }
    this.troubled.set(lamp.key, lamp);
  }

  /** Counts all anew: a column came or went, so every lamp's cells mean something else. */
  recount(now) {
    this.lampsWith.fill(0);
    for (const each of this.columns) each.counts.fill(0);
    for (const lamp of this.lamps.values()) { this.#count(lamp, 1); this.#note(lamp, now); }
  }

  inOrder() {
    this.sorted ??= [...this.lamps.values()].sort(byName);
    return this.sorted;
  }
}

/**
 * Takes the events of /v1/board in order. A snapshot is built aside and shown once its last part is there, so what is on the screen is never half of one.
 * `now()` gives milliseconds. After each event `changed` says what to draw anew; whoever draws clears it.
 */
export class Model {
  #now;
  #next = null;
  #partsMissing = 0;
  table = new Table();
  /** True once a whole snapshot is there. */
  ready = false;
  parts = { got: 0, of: 0 };
  /** Last changes, newest first; a gap is one of them: {gap: n}. */
  changes = [];
  changesSeen = 0;
  /** Events that were not as agreed and were left out. */
  bad = 0;
  /** Changes missed since the last whole snapshot; 0 if none. */
  missed = 0;
  changed = { all: true, servers: true, changes: true, rows: true, keys: new Set() };

  constructor(now) { this.#now = now; }

  /** One event: its type and its data as JSON text. */
  take(type, text) {
    let data;
    try { data = JSON.parse(text); } catch { data = null; }
    const handler = data !== null && typeof data === 'object' ? this.#handlers[type] : undefined;
    if (handler === undefined || handler.call(this, data) === false) ++this.bad;
  }

  #handlers = {
    __proto__: null,

    snapshot(data) {
      if (!Array.isArray(data.servers) || !Number.isInteger(data.parts) || data.parts < 0) return false;
      this.#next = new Table();
      for (const info of data.servers) if (isServer(info)) this.#next.setServer(info); else ++this.bad;
      this.#partsMissing = data.parts;
      this.parts = { got: 0, of: data.parts };
      this.changed.all = true;
      if (data.parts === 0) this.#show();
    },

    part(data) {
      if (this.#next === null || !Array.isArray(data.lamps)) return false;
      for (const lamp of data.lamps) if (isLamp(lamp)) this.#next.setLamp(lamp, this.#now()); else ++this.bad;
      ++this.parts.got;
      this.changed.all = true;
      if (--this.#partsMissing === 0) this.#show();
    },

    lamp(data) {
      if (!isLamp(data)) return false;
      const table = this.#next ?? this.table;
      const size = table.lamps.size;
      this.changed.keys.add(table.setLamp(data, this.#now()));
      if (table.lamps.size !== size) this.changed.rows = true;
    },

    server(data) {
      if (!isServer(data)) return false;
      const table = this.#next ?? this.table;
      const columns = table.columns.length;
      table.setServer(data);
      // A new server is a new column; what its lamps are comes as their own events.
      if (table.columns.length !== columns) { table.recount(this.#now()); this.changed.all = true; }
      this.changed.servers = true;
    },

    server_gone(data) {
      const table = this.#next ?? this.table;
      const gone = table.columns.find((each) => each.info.id === data.id);
      if (gone === undefined) return false;
      // Its letter may stay in `cells`; only the column is no longer shown.
      gone.gone = true;
      table.recount(this.#now());
      this.changed.all = true;
    },

    change(data) {
      if (!isText(data.name)) return false;
      this.#keep({ at: data.at, plugin: data.plugin, name: data.name, state: data.state, server: data.server, site: data.site });
      ++this.changesSeen;
    },

    gap(data) {
      const missed = Number.isFinite(data.missed) ? data.missed : 0;
      this.missed += missed;
      this.#keep({ at: this.#now(), gap: missed });
      this.changed.all = true;
    },
  };

  #show() {
    const before = this.table.lamps;
    this.table = this.#next;
    this.#next = null;
    // A lamp that was already wrong before a new snapshot stays wrong since then; of another one we only know that we found it so.
    for (const lamp of this.table.troubled.values()) {
      const known = before.get(lamp.key);
      const same = known !== undefined && known.since !== 0;
      if (same) lamp.since = known.since;
      lamp.found = same ? known.found : true;
    }
    this.ready = true;
    this.missed = 0;
    this.changed.all = true;
  }

  #serial = 0;
  #keep(change) {
    change.serial = ++this.#serial;
    this.changes.unshift(change);
    if (this.changes.length > CHANGES_KEPT) this.changes.length = CHANGES_KEPT;
    this.changed.changes = true;
  }

  /** The connection ended: what is half read of a snapshot is worth nothing. */
  cut() { this.#next = null; }

  /** True while a snapshot is being read. */
  get reading() { return this.#next !== null; }
  get columns() { return this.table.columns.filter((each) => !each.gone); }

  lamp(key) { return this.table.lamps.get(key); }

  /** How many lamps there are, and how many of them are not right on some server that is up and not held. */
  get totals() { return { lamps: this.table.lamps.size, wrong: this.table.troubled.size }; }
}

const isServer = (info) => info !== null && typeof info === 'object' && Number.isInteger(info.id) && isText(info.section);
const isLamp = (lamp) => lamp !== null && typeof lamp === 'object' && isText(lamp.plugin) && isText(lamp.name) && (lamp.state === null || isText(lamp.state));

/** Lamps that a server shows wrong. */
export const wrongOf = (each) => KINDS.reduce((sum, kind, index) => (kind.wrong ? sum + each.counts[index] : sum), 0);
/** In words what is the matter with the server itself; "up" if nothing. */
export const stateOf = (info) => (info.up !== true ? 'down' : info.held === true ? 'held' : 'up');
