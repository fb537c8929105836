// SPDX-License-Identifier: Apache-2.0
// The table of other sites: those that are not there first, then by name. Hidden if there are none.
import { byId, classOf, list, make, say } from './dom.js';
import { count, latency, lengthOf, shown } from './text.js';

// Not before the broker has said whether it has other sites.
const FIRST = 500;
const EVERY = 4000;
const PATIENCE = 3000;
const MOST = 1000;
const RANK = { lost: 0, differs: 1, there: 2 };
const MARK = { lost: '✕', differs: '!', there: '✓' };
/** A clock that is further off than this many seconds is worth a look. */
const CLOCK_OFF = 1;
const collator = new Intl.Collator('en', { numeric: true });

const isText = (value) => typeof value === 'string';
const number = (value) => (Number.isFinite(value) ? value : 0);
const rank = (site) => RANK[site.state] ?? 1;

/** One row for each site, from an answer with one object for each site and plugin: the worse state, and all names. */
export function rowsOf(answer) {
  const rows = new Map();
  for (const each of Array.isArray(answer?.sites) ? answer.sites : []) {
    if (each === null || typeof each !== 'object' || !isText(each.site) || !isText(each.state)) continue;
    const row = rows.get(each.site);
    const names = number(each.names) + (row?.names ?? 0);
    rows.set(each.site, { ...(row === undefined || rank(each) < rank(row) ? each : row), names });
  }
  return [...rows.values()].sort((a, b) => rank(a) - rank(b) || collator.compare(a.site, b.site)).slice(0, MOST);
}

export class Sites {
  #panel = byId('sites-part');
  #body = byId('sites');
  #answer = null;
  #told;

  /** `belongs()` says whether the broker has other sites at all; `told()` is called after each answer. */
  constructor(belongs, told) {
    this.#told = told;
    setTimeout(() => this.#ask(belongs), FIRST);
  }

  async #ask(belongs) {
    try {
      const reply = belongs() ? await fetch('/v1/cluster', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }) : null;
      this.#answer = reply?.ok ? await reply.json() : null;
    } catch {
      // That the broker does not answer is said elsewhere; what it said last is from then, as all of the page.
    }
    this.#told();
    setTimeout(() => this.#ask(belongs), EVERY);
  }

  draw(now) {
    const rows = rowsOf(this.#answer);
    this.#panel.hidden = this.#answer === null;
    const there = rows.filter((each) => each.state === 'there').length;
    const note = this.#answer === null ? '' : this.#answer.up === true ? `${count(there)} of ${count(rows.length)} there` : 'not connected to the bus';
    say(byId('sites-note'), note);
    classOf(byId('sites-note'), this.#answer !== null && this.#answer.up !== true ? 'note is-some' : 'note');
    list(this.#body, rows, (each) => each.site, create, (row, each) => fill(row, each, now));
  }
}

function create() {
  const cells = ['mark', 'server', 'number', 'number', 'number', 'number'].map((name, place) => make(place === 1 ? 'th' : 'td', name));
  cells[1].scope = 'row';
  return make('tr', '', ...cells);
}

function fill(row, site, now) {
  const there = site.state !== 'lost';
  classOf(row, site.state === 'lost' ? 'is-down' : '');
  const [mark, name, since, way, clock, names] = row.children;
  say(mark, MARK[site.state] ?? '!');
  if (mark.getAttribute('aria-label') !== shown(site.state)) { mark.setAttribute('aria-label', shown(site.state)); mark.title = shown(site.state); }
  say(name, shown(site.site));
  const title = site.state === 'differs' ? 'its options are others, so it is not taken in' : Array.isArray(site.zones) && site.zones.some((zone) => zone !== '') ? 'zones: ' + site.zones.map(shown).join(', ') : '';
  if (name.title !== title) name.title = title;
  say(since, lengthOf((now - Date.parse(site.since)) / 1000));
  say(way, there && Number.isFinite(site.round_trip_ms) ? latency(site.round_trip_ms / 1000) : '–');
  const ahead = number(site.clock_ahead_ms) / 1000;
  const off = there && Math.abs(ahead) > CLOCK_OFF;
  say(clock, !there ? '–' : off ? (ahead > 0 ? '+' : '−') + Math.abs(ahead).toFixed(1) + ' s' : 'right');
  classOf(clock, off ? 'number is-some' : 'number');
  say(names, count(number(site.names)));
}
