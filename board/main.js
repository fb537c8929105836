// SPDX-License-Identifier: Apache-2.0
// Puts the parts of the board together and draws what changed, at most once a frame.
import { KINDS } from './cells.js';
import { Changes } from './changes.js';
import { Detail } from './detail.js';
import { byId, make, say } from './dom.js';
import { Grid } from './grid.js';
import { Model, keyOf } from './model.js';
import { Search } from './search.js';
import { Servers } from './servers.js';
import { Sites } from './sites.js';
import { Status } from './status.js';
import { Stream } from './stream.js';
import { count, lengthOf, many, timeOfDay } from './text.js';
import { Wrong, problems, verdict } from './wrong.js';

/** Lists are drawn at most this often, in milliseconds; the grid at each frame. */
const LISTS_EVERY = 60;
const MARKS = { well: '✓', warn: '!', bad: '✕', unknown: '…' };

const model = new Model(Date.now);
const status = new Status(() => { if (!status.answers) stream.distrust(); connection(); draw(); });
const detail = new Detail(() => status.now());
const search = new Search(() => { rowsStale = true; draw(); });
const grid = new Grid((lamp) => detail.open(lamp));
const servers = new Servers((section) => { search.ask({ server: section }); view('lamps'); });
const sites = new Sites(() => typeof status.last?.site === 'string', () => draw());
const changes = new Changes((change) => detail.open(change), () => { model.changed.changes = true; draw(); });
const wrong = new Wrong((line) => {
  if (line.lamp !== undefined) { detail.open(line.lamp); return; }
  search.ask(line.section === undefined ? { line: 'is:refused is:waiting is:in_flight' } : { server: line.section });
  view('lamps');
});
const stream = new Stream('/v1/board', (type, text) => { model.take(type, text); draw(); }, () => { if (stream.state === 'lost') model.cut(); connection(); draw(); });

let frame = 0;
let listsAt = 0;
let listsTimer = 0;
let rowsStale = true;

function draw() {
  if (frame === 0) frame = requestAnimationFrame(() => { frame = 0; drawNow(); });
}

function drawNow() {
  const { changed } = model;
  if (detail.lamp !== null && changed.keys.has(keyOf(detail.lamp.plugin, detail.lamp.name))) detail.stale();
  // While a search asks for states, any change may bring a lamp in or out.
  if (changed.all || changed.rows || (changed.keys.size > 0 && !search.isEmpty)) rowsStale = true;
  if (changed.keys.size > 0 && !changed.all) grid.refresh(changed.keys);
  changed.keys.clear();

  const wait = listsAt + LISTS_EVERY - performance.now();
  if (wait > 0) {
    if (listsTimer === 0) listsTimer = setTimeout(() => { listsTimer = 0; draw(); }, wait);
    return;
  }
  listsAt = performance.now();
  drawLists(changed);
}

function drawLists(changed) {
  const lines = model.ready ? problems(model, status.now(), Date.now()) : [];
  const { level, text } = verdict(model, lines, status.last);
  document.body.dataset.verdict = level;
  say(byId('verdict-mark'), MARKS[level]);
  say(byId('verdict'), text);
  const reasons = status.last !== null && status.last.health !== 'well' && Array.isArray(status.last.reasons) ? status.last.reasons.slice(0, 20) : [];
  wrong.draw(lines, level, reasons);
  servers.draw(model, status.now());
  sites.draw(status.now());
  if (changed.changes) changes.draw(model, Date.now());
  counts(lines.length + reasons.length, text, level);
  if (rowsStale) drawGrid();
  else if (changed.servers) { search.offer(model.columns); grid.draw(true); }
  Object.assign(changed, { all: false, servers: false, changes: false, rows: false });
}

function counts(wrongLines, text, level) {
  const { lamps, wrong: bad } = model.totals;
  const columns = model.columns;
  const up = columns.filter((each) => each.info.up === true).length;
  say(byId('totals'), model.ready ? `${count(up)} of ${many(columns.length, 'server')} up · ${count(lamps - bad)} of ${many(lamps, 'lamp')} right on them` : '');
  say(byId('count-wrong'), wrongLines === 0 ? '' : count(wrongLines));
  say(byId('count-servers'), columns.length === 0 ? '' : count(columns.length));
  say(byId('count-lamps'), lamps === 0 ? '' : count(lamps));
  const title = stream.state === 'lost' ? '✕ connection lost' : MARKS[level] + ' ' + text;
  if (document.title !== title) document.title = title;
}

function drawGrid() {
  rowsStale = false;
  search.offer(model.columns);
  const chosen = search.select(model);
  grid.show(chosen);
  const all = model.table.lamps.size;
  say(byId('lamps-note'), !model.ready ? '' : search.isEmpty ? many(all, 'lamp') : `${count(chosen.lamps.length)} of ${many(all, 'lamp')}, ${count(chosen.columns.length)} of ${many(model.columns.length, 'server')}`);
  const empty = chosen.lamps.length === 0 || chosen.columns.length === 0;
  byId('grid-empty').hidden = !empty;
  say(byId('grid-empty'), !model.ready ? 'Reading the lamps' : search.isEmpty ? 'No lamp is known yet' : search.wrong.checked ? 'No lamp is refused or waiting' : 'No lamp is like that');
}

function connection() {
  const { state, since } = stream;
  const ago = lengthOf((Date.now() - since) / 1000);
  document.body.dataset.connection = state;
  say(byId('connection'), state === 'live' ? (model.bad > 0 ? `live, ${many(model.bad, 'event')} not understood` : 'live') : state);
  const banner = byId('banner');
  banner.hidden = state !== 'lost' && model.missed === 0;
  // The seconds are outside the alert, or a screen reader would say it anew each second.
  say(byId('banner-ago'), state === 'lost' ? `Lost for ${ago}.` : '');
  say(byId('banner-text'), state !== 'lost' ? `This page was too slow: ${many(model.missed, 'change')} missed. Reading the board anew.`
    : model.ready ? `Connection lost at ${timeOfDay(since)}. What you see is from then. Trying again.` : `The broker has not answered since ${timeOfDay(since)}. Trying again.`);
}

function view(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll('.views button')) button.setAttribute('aria-pressed', String(button.dataset.view === name));
}

function tick() {
  say(byId('clock'), timeOfDay(status.now()));
  connection();
  model.changed.changes = true;
  draw();
}

for (const button of document.querySelectorAll('.views button')) button.addEventListener('click', () => view(button.dataset.view));
for (const kind of KINDS.filter((each) => each.mark !== '')) {
  const mark = make('span', 'c k-' + kind.letter, kind.mark);
  mark.setAttribute('aria-hidden', 'true');
  const item = make('li', '', mark, ' ' + kind.word);
  item.title = kind.help;
  byId('legend').append(item);
}
const nowhere = make('li', '', 'empty: never shown there');
byId('legend').append(nowhere);
setInterval(tick, 1000);
tick();
