// SPDX-License-Identifier: Apache-2.0
// What is wrong, worst first: servers once each, then lamps. What the search and the grid have room for is not repeated here.
import { IN_FLIGHT, KINDS, REFUSED, WAITING, indexOf, kindAt } from './cells.js';
import { byId, classOf, list, make, say } from './dom.js';
import { stateOf, wrongOf } from './model.js';
import { count, lengthOf, many, shown } from './text.js';

const MOST_LAMPS = 60;
/** A write takes milliseconds; only one that takes this long is worth a line. */
const SLOW = 2000;

/** The first servers that show a lamp in a given way, and how many more there are. */
function where(model, lamp, bit) {
  const sections = model.columns.filter((each) => (1 << kindAt(lamp.cells, each.place)) & bit).map((each) => shown(each.info.section));
  return sections.length <= 3 ? sections.join(', ') : sections.slice(0, 2).join(', ') + ` and ${count(sections.length - 2)} more`;
}

/**
 * Lines of {key, kind, title, word, text, seconds, lamp or section or ask}, worst first. `over`: for longer than `seconds`, since we only found it so.
 * Times of servers are by the broker's clock (`brokerNow`), `lamp.since` is by this browser's (`now`).
 */
export function problems(model, brokerNow, now) {
  const lines = [];
  for (const each of model.columns) {
    const { info } = each;
    const state = stateOf(info);
    if (state === 'up') continue;
    const lamps = wrongOf(each);
    const why = state === 'down' && info.last_loss?.why ? shown(info.last_loss.why) + '. ' : '';
    const text = state === 'down' ? `${why}${lamps === 0 ? 'No lamp is affected' : many(lamps, 'lamp') + ' not shown there'}` : `Held for maintenance, nothing is written. ${many(lamps, 'lamp')} wrong there`;
    lines.push({ key: 's' + info.id, kind: state === 'down' ? 'd' : 'h', title: shown(info.section), word: state, text, seconds: (brokerNow - Date.parse(info.since)) / 1000, section: info.section });
  }
  lines.sort((a, b) => a.kind.localeCompare(b.kind) || b.seconds - a.seconds);

  const lamps = [...model.table.troubled.values()].filter((lamp) => (lamp.mask & REFUSED) || now - lamp.since >= SLOW);
  const rank = (lamp) => (lamp.mask & REFUSED ? 0 : lamp.mask & WAITING ? 1 : 2);
  lamps.sort((a, b) => rank(a) - rank(b) || a.since - b.since);
  for (const lamp of lamps.slice(0, MOST_LAMPS)) {
    const bit = [REFUSED, WAITING, IN_FLIGHT][rank(lamp)];
    const kind = KINDS[Math.log2(bit)];
    lines.push({ key: 'l' + lamp.key, kind: kind.letter, title: shown(lamp.name), word: kind.word, text: `${shown(lamp.state)}, ${kind.word} at ${where(model, lamp, bit)}`, seconds: (now - lamp.since) / 1000, over: lamp.found, lamp });
  }
  const more = lamps.length - MOST_LAMPS;
  if (more > 0) lines.push({ key: 'more', kind: 'more', title: `${many(more, 'more lamp')}`, word: '', text: 'Show them all in the grid', seconds: NaN, ask: true });
  return lines;
}

/** The one sentence at the top: {level: "well" | "warn" | "bad" | "unknown", text}. */
export function verdict(model, lines, status) {
  if (!model.ready) return { level: 'unknown', text: model.reading ? `Reading the board, part ${model.parts.got} of ${model.parts.of}` : 'Reading the board' };
  const down = lines.filter((line) => line.section !== undefined && line.kind === 'd').length;
  const held = lines.filter((line) => line.section !== undefined && line.kind === 'h').length;
  const refused = model.table.lampsWith[indexOf('x')];
  const waiting = model.table.lampsWith[indexOf('w')];
  const parts = [];
  if (down > 0) parts.push(many(down, 'server') + ' down');
  if (refused > 0) parts.push(many(refused, 'lamp') + ' refused');
  if (waiting > 0) parts.push(many(waiting, 'lamp') + ' waiting');
  if (held > 0) parts.push(many(held, 'server') + ' held');
  if (status?.health === 'failed') parts.unshift('The broker has failed');
  // A part never breaks in the middle: "2 lamps waiting" stays on one line.
  const text = parts.map((part) => part.replaceAll(' ', '\u00a0')).join(' · ');
  if (parts.length > 0) return { level: down + refused > 0 || status?.health === 'failed' ? 'bad' : 'warn', text };
  if (lines.length > 0) return { level: 'warn', text: many(lines.length, 'lamp') + ' late' };
  if (status?.health === 'degraded') return { level: 'warn', text: 'The broker is degraded' };
  return { level: 'well', text: 'Nothing is wrong' };
}

export class Wrong {
  #list = byId('wrong');
  #choose;

  /** `choose(line)` is called if somebody clicks on a line. */
  constructor(choose) { this.#choose = choose; }

  draw(lines, level, reasons) {
    const all = [...reasons.map((text, place) => ({ key: 'r' + place, kind: 'broker', title: 'Broker', word: '', text: shown(text), seconds: NaN })), ...lines];
    if (all.length === 0) all.push({ key: 'none', kind: level === 'well' ? 'none' : 'wait', title: level === 'well' ? 'Every lamp is as it should be' : 'Not known yet', word: '', text: '', seconds: NaN });
    list(this.#list, all, (line) => line.key, () => this.#create(), (item, line) => this.#fill(item, line));
  }

  #create() {
    const item = make('li');
    const button = make('button', 'line', make('span', 'line-mark'), make('bdi', 'line-title'), make('span', 'line-time'), make('span', 'line-text'));
    button.type = 'button';
    button.firstChild.setAttribute('aria-hidden', 'true');
    button.addEventListener('click', () => this.#choose(item.line));
    item.append(button);
    return item;
  }

  #fill(item, line) {
    item.line = line;
    const button = item.firstChild;
    const [mark, title, time, text] = button.children;
    classOf(button, 'line k-' + line.kind);
    button.disabled = line.lamp === undefined && line.section === undefined && !line.ask;
    const known = KINDS.find((kind) => kind.letter === line.kind);
    say(mark, known?.mark ?? (line.kind === 'none' ? '✓' : line.kind === 'more' ? '…' : '!'));
    say(title, line.title);
    say(time, [line.section === undefined ? '' : line.word, line.over ? 'over' : '', lengthOf(line.seconds)].filter((part) => part !== '').join(' '));
    say(text, line.text);
  }
}
