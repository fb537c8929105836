// SPDX-License-Identifier: Apache-2.0
// The table of servers: those with something wrong first, then by name.
import { byId, classOf, list, make, say } from './dom.js';
import { stateOf, wrongOf } from './model.js';
import { count, latency, lengthOf, many, shown } from './text.js';

const RANK = { down: 0, held: 1, up: 2 };
const MARK = { down: '✕', held: 'H', up: '✓' };
const collator = new Intl.Collator('en', { numeric: true });

/** Columns in the order of the table. How many lamps are wrong is no part of the order: rows that jump about cannot be read. */
export function inOrder(columns) {
  return [...columns].sort((a, b) => RANK[stateOf(a.info)] - RANK[stateOf(b.info)] || collator.compare(a.info.section, b.info.section));
}

export class Servers {
  #body = byId('servers');
  #pick;

  /** `pick(section)` is called if somebody chooses a server. */
  constructor(pick) { this.#pick = pick; }

  draw(model, now) {
    const columns = model.columns;
    const up = columns.filter((each) => stateOf(each.info) !== 'down').length;
    say(byId('servers-note'), columns.length === 0 ? '' : `${count(up)} of ${count(columns.length)} up`);
    list(this.#body, inOrder(columns), (each) => each.info.id, () => this.#create(), (row, each) => this.#fill(row, each, now));
  }

  #create() {
    const row = make('tr');
    const cells = ['mark', 'server', 'number', 'number', 'number', 'number'].map((name, place) => make(place === 1 ? 'th' : 'td', name));
    cells[1].scope = 'row';
    const button = make('button', 'link');
    button.type = 'button';
    button.addEventListener('click', () => this.#pick(row.section));
    cells[1].append(button);
    row.append(...cells);
    return row;
  }

  #fill(row, each, now) {
    const { info } = each;
    const state = stateOf(info);
    row.section = info.section;
    classOf(row, 'is-' + state);
    const [mark, name, since, p50, p99, wrong] = row.children;
    say(mark, MARK[state]);
    if (mark.getAttribute('aria-label') !== state) { mark.setAttribute('aria-label', state); mark.title = state; }
    say(name.firstChild, shown(info.section));
    const title = about(info);
    if (row.title !== title) row.title = title;
    say(since, lengthOf((now - Date.parse(info.since)) / 1000));
    say(p50, state === 'down' ? '–' : latency(info.latency_seconds?.p50));
    say(p99, state === 'down' ? '–' : latency(info.latency_seconds?.p99));
    const number = wrongOf(each);
    say(wrong, number === 0 ? '–' : count(number));
    classOf(wrong, number === 0 ? 'number' : 'number is-some');
  }
}

function about(info) {
  const parts = [shown(info.address), info.asterisk ? 'Asterisk ' + shown(info.asterisk) : '', Array.isArray(info.zones) && info.zones.length ? 'zones: ' + info.zones.map(shown).join(', ') : ''];
  if (info.last_loss) parts.push('last loss: ' + shown(info.last_loss.at) + ', ' + shown(info.last_loss.why));
  if (Number.isInteger(info.in_flight)) parts.push(many(info.in_flight, 'action') + ' in flight, ' + count(info.queued ?? 0) + ' queued');
  return parts.filter((part) => part !== '').join('\n');
}
