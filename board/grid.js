// SPDX-License-Identifier: Apache-2.0
// Names times servers. Only what can be seen is in the document: rows and columns are used again while one scrolls.
import { ELSEWHERE, KINDS, kindAt } from './cells.js';
import { byId, classOf, make, say } from './dom.js';
import { stateOf } from './model.js';
import { shown } from './text.js';

const ROW = 26;
const NARROW = 24;
const WIDE_FROM = 76;
const WIDE_MOST = 150;
/** Rows beyond the edge, so that quick scrolling shows names and no empty ground. */
const SPARE = 8;

/** The row and column that a key goes to, from {row, column}; null if the key does not move. */
export function moved(key, from, rows, columns, page) {
  const to = { ...from };
  switch (key) {
    case 'ArrowDown': ++to.row; break;
    case 'ArrowUp': --to.row; break;
    case 'ArrowRight': ++to.column; break;
    case 'ArrowLeft': --to.column; break;
    case 'PageDown': to.row += page; break;
    case 'PageUp': to.row -= page; break;
    case 'Home': to.row = 0; break;
    case 'End': to.row = rows - 1; break;
    default: return null;
  }
  to.row = Math.max(0, Math.min(rows - 1, to.row));
  to.column = Math.max(-1, Math.min(columns - 1, to.column));
  return to;
}

export class Grid {
  #box = byId('grid');
  #head = byId('grid-head');
  #body = byId('grid-body');
  #rows = [];
  #heads = [];
  #headCells = make('div', 'cells');
  #columns = [];
  #lamps = [];
  #places = new Map();
  #open;
  #active = null;
  #layout = { width: NARROW, wide: false, fixed: 0, headHeight: 0, first: 0, across: 0 };

  /** `open(lamp)` is called if somebody asks why a lamp is as it is. */
  constructor(open) {
    this.#open = open;
    const corner = (text, name) => { const cell = make('div', name, text); cell.setAttribute('role', 'columnheader'); return cell; };
    this.#head.append(corner('Name', 'name'), corner('State', 'state'), this.#headCells);
    this.#headCells.setAttribute('role', 'presentation');
    this.#box.addEventListener('scroll', () => this.draw(), { passive: true });
    this.#box.addEventListener('click', (event) => this.#clicked(event));
    this.#box.addEventListener('keydown', (event) => this.#pressed(event));
    this.#box.addEventListener('pointerover', (event) => this.#pointed(event));
    new ResizeObserver(() => this.#measure()).observe(this.#box);
  }

  /** Other rows or other columns. */
  show({ columns, lamps }) {
    this.#columns = columns;
    this.#lamps = lamps;
    this.#places = new Map(lamps.map((lamp, place) => [lamp.key, place]));
    this.#measure();
  }

  /** Draws again those of the given lamps that can be seen. */
  refresh(keys) {
    for (const row of this.#rows) if (row.lamp !== null && keys.has(row.lamp.key)) this.#fill(row, row.place, true);
    this.#mark();
  }

  #measure() {
    const style = getComputedStyle(this.#box);
    const fixed = parseFloat(style.getPropertyValue('--name-width')) + parseFloat(style.getPropertyValue('--state-width'));
    const share = Math.floor((this.#box.clientWidth - fixed) / Math.max(1, this.#columns.length));
    const wide = share >= WIDE_FROM;
    const width = wide ? Math.min(WIDE_MOST, share) : Math.max(NARROW, Math.min(share, WIDE_FROM));
    Object.assign(this.#layout, { fixed, wide, width });
    this.#box.classList.toggle('is-wide', wide);
    this.#box.style.setProperty('--cell-width', width + 'px');
    const across = fixed + width * this.#columns.length;
    this.#head.style.width = across + 'px';
    this.#body.style.width = across + 'px';
    this.#body.style.height = this.#lamps.length * ROW + 'px';
    this.#layout.headHeight = this.#head.offsetHeight;
    this.#box.setAttribute('aria-rowcount', this.#lamps.length + 1);
    this.#box.setAttribute('aria-colcount', this.#columns.length + 2);
    this.draw(true);
  }

  /** Draws what can be seen now. `all`: also rows that hold the same lamp as before. */
  draw(all = false) {
    const { width, fixed, headHeight } = this.#layout;
    const down = Math.ceil((this.#box.clientHeight - headHeight) / ROW) + 2 * SPARE;
    const across = Math.min(this.#columns.length, Math.ceil(Math.max(0, this.#box.clientWidth - fixed) / width) + 2);
    const left = Math.max(0, Math.min(this.#columns.length - across, Math.floor(this.#box.scrollLeft / width)));
    if (left !== this.#layout.first || across !== this.#layout.across || all) {
      Object.assign(this.#layout, { first: left, across });
      this.#drawHead();
      all = true;
    }
    const top = Math.max(0, Math.floor(this.#box.scrollTop / ROW) - SPARE);
    const wanted = Math.max(0, Math.min(down, this.#lamps.length - top));
    while (this.#rows.length < wanted) this.#rows.push(this.#makeRow());
    while (this.#rows.length > wanted) this.#rows.pop().element.remove();
    // A lamp keeps its row element while it can be seen: place modulo number of rows.
    for (let place = top; place < top + wanted; ++place) this.#fill(this.#rows[place % wanted], place, all);
    this.#mark();
  }

  #makeRow() {
    const row = { element: make('div', 'row'), name: make('div', 'name'), state: make('div', 'state'), box: make('div', 'cells'), cells: [], lamp: null, place: -1 };
    row.element.setAttribute('role', 'row');
    row.name.setAttribute('role', 'rowheader');
    row.state.setAttribute('role', 'gridcell');
    row.box.setAttribute('role', 'presentation');
    row.name.dir = 'auto';
    row.element.append(row.name, row.state, row.box);
    row.element.row = row;
    this.#body.append(row.element);
    return row;
  }

  #drawHead() {
    const { first, across, width } = this.#layout;
    this.#headCells.style.transform = `translateX(${first * width}px)`;
    adjust(this.#headCells, this.#heads, across, () => {
      const cell = make('div', 'h', make('span', 'h-text'));
      cell.setAttribute('role', 'columnheader');
      return cell;
    });
    this.#heads.forEach((cell, index) => {
      const { info } = this.#columns[first + index];
      const state = stateOf(info);
      say(cell.firstChild, (state === 'up' ? '' : state === 'down' ? '✕ ' : 'H ') + shown(info.section));
      classOf(cell, 'h is-' + state);
      cell.title = shown(info.section) + ': ' + state;
      cell.setAttribute('aria-colindex', first + index + 3);
    });
  }

  #fill(row, place, all) {
    const lamp = this.#lamps[place];
    if (row.place !== place) {
      row.place = place;
      row.element.style.transform = `translateY(${place * ROW}px)`;
      row.element.setAttribute('aria-rowindex', place + 2);
    } else if (row.lamp === lamp && !all) return;
    row.lamp = lamp;
    const name = shown(lamp.name);
    say(row.name, name);
    if (row.name.title !== name) row.name.title = name;
    say(row.state, shown(lamp.state));
    classOf(row.state, 'state ' + stateClass(lamp.state));
    const { first, across, width, wide } = this.#layout;
    row.box.style.transform = `translateX(${first * width}px)`;
    adjust(row.box, row.cells, across, () => { const cell = make('div', 'c'); cell.setAttribute('role', 'gridcell'); return cell; });
    for (let index = 0; index < across; ++index) {
      const kind = KINDS[kindAt(lamp.cells, this.#columns[first + index].place)];
      const cell = row.cells[index];
      say(cell, wide && kind.mark !== '' ? kind.mark + ' ' + kind.word : kind.mark);
      classOf(cell, kind.letter === '.' ? 'c' : 'c k-' + kind.letter);
      if (cell.title !== '') cell.removeAttribute('title');
    }
  }

  #describe(lamp, column) {
    const kind = KINDS[column ? kindAt(lamp.cells, column.place) : ELSEWHERE];
    const name = shown(lamp.name) + ', ' + shown(lamp.state);
    return column ? `${name}. ${shown(column.info.section)}: ${kind.word}, ${kind.help}` : name;
  }

  #at(target) {
    const element = target.closest('.row');
    if (element === null || !this.#body.contains(element)) return null;
    const index = element.row.cells.indexOf(target.closest('.c'));
    return { row: element.row, column: index < 0 ? -1 : this.#layout.first + index };
  }

  #clicked(event) {
    const hit = this.#at(event.target);
    if (hit === null) return;
    this.#active = { key: hit.row.lamp.key, column: hit.column };
    this.#mark();
    this.#open(hit.row.lamp);
  }

  #pointed(event) {
    const hit = this.#at(event.target);
    if (hit !== null && hit.column >= 0) event.target.title = this.#describe(hit.row.lamp, this.#columns[hit.column]);
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#lamps.length === 0) return;
    const place = this.#active === null ? undefined : this.#places.get(this.#active.key);
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (place !== undefined) this.#open(this.#lamps[place]);
      return;
    }
    const page = Math.max(1, Math.floor((this.#box.clientHeight - this.#layout.headHeight) / ROW) - 1);
    // The first key goes to the first row that can be seen, not to a place out of sight.
    const from = place === undefined ? { row: Math.floor(this.#box.scrollTop / ROW), column: -1 } : { row: place, column: this.#active.column };
    const to = moved(event.key, from, this.#lamps.length, this.#columns.length, page);
    if (to === null) return;
    event.preventDefault();
    this.#active = { key: this.#lamps[place === undefined ? from.row : to.row].key, column: place === undefined ? -1 : to.column };
    this.#reveal(place === undefined ? from : to);
    this.draw();
  }

  #reveal({ row, column }) {
    const { width, fixed, headHeight } = this.#layout;
    const top = row * ROW;
    const tall = this.#box.clientHeight - headHeight - ROW;
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    else if (top > this.#box.scrollTop + tall) this.#box.scrollTop = top - tall;
    if (column < 0) return;
    const left = column * width;
    const span = this.#box.clientWidth - fixed - width;
    if (left < this.#box.scrollLeft) this.#box.scrollLeft = left;
    else if (left > this.#box.scrollLeft + span) this.#box.scrollLeft = left - span;
  }

  // The grid keeps the focus; aria-activedescendant says which cell is meant, so scrolling never loses it.
  #mark() {
    this.#box.querySelector('.is-active')?.classList.remove('is-active');
    this.#box.removeAttribute('aria-activedescendant');
    if (this.#active === null) return;
    const row = this.#rows.find((each) => each.lamp?.key === this.#active.key && this.#lamps[each.place] === each.lamp);
    if (row === undefined) return;
    const column = this.#active.column;
    const cell = column < 0 ? row.name : row.cells[column - this.#layout.first];
    if (cell === undefined) return;
    byId('grid-active')?.removeAttribute('id');
    for (const old of this.#box.querySelectorAll('.row [aria-label]')) old.removeAttribute('aria-label');
    cell.id = 'grid-active';
    cell.classList.add('is-active');
    cell.setAttribute('aria-label', this.#describe(row.lamp, this.#columns[column]));
    this.#box.setAttribute('aria-activedescendant', cell.id);
  }
}

/** Makes a row of cells as long as wanted. */
function adjust(parent, cells, wanted, create) {
  while (cells.length < wanted) { const cell = create(); cells.push(cell); parent.append(cell); }
  while (cells.length > wanted) cells.pop().remove();
}

/** The class of a state of a phone or a presence: busy, ringing, idle or out. */
export function stateClass(state) {
  const bare = String(state).toUpperCase().replace(/[^A-Z]/g, '');
  if (bare.startsWith('RING')) return 's-ringing';
  if (['INUSE', 'BUSY', 'ONHOLD', 'DND'].includes(bare)) return 's-busy';
  if (['NOTINUSE', 'AVAILABLE', 'CHAT'].includes(bare)) return 's-idle';
  return 's-out';
}
