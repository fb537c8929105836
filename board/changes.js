// SPDX-License-Identifier: Apache-2.0
// The last changes, newest first, as they happen. A gap is a line of its own: what was missed is said, never left out in silence.
import { byId, classOf, list, make, say } from './dom.js';
import { stateClass } from './grid.js';
import { count, many, shown, timeOfDay } from './text.js';

const RATE_OVER = 5000;
const isText = (value) => typeof value === 'string';

export class Changes {
  #list = byId('changes');
  #pause = byId('changes-pause');
  #paused = false;
  /** How many changes there had been when the list was last drawn. */
  #drawn = 0;
  #seen = [];

  constructor(open, redraw) {
    this.#pause.addEventListener('click', () => {
      this.#paused = !this.#paused;
      say(this.#pause, this.#paused ? 'Go on' : 'Pause');
      redraw();
    });
    this.#list.addEventListener('click', (event) => {
      const change = event.target.closest('li')?.change;
      if (change !== undefined && change.gap === undefined) open(change);
    });
  }

  draw(model, now) {
    this.#count(model, now);
    if (this.#paused) { say(byId('changes-note'), count(model.changesSeen - this.#drawn) + ' since the pause'); return; }
    this.#drawn = model.changesSeen;
    list(this.#list, model.changes, (change) => change.serial, create, fill);
  }

  #count(model, now) {
    this.#seen.push([now, model.changesSeen]);
    while (this.#seen.length > 2 && now - this.#seen[0][0] > RATE_OVER) this.#seen.shift();
    const [from, before] = this.#seen[0];
    const rate = now > from ? ((model.changesSeen - before) * 1000) / (now - from) : 0;
    say(byId('changes-note'), rate < 0.1 ? '' : (rate < 10 ? rate.toFixed(1) : count(Math.round(rate))) + ' a second');
  }
}

function create() {
  return make('li', '', make('time', 'change-time'), make('span', 'change-state state'), make('bdi', 'change-name'), make('bdi', 'change-server'));
}

function fill(item, change) {
  if (item.change === change) return;
  item.change = change;
  const [time, state, name, server] = item.children;
  say(time, timeOfDay(change.at));
  if (change.gap !== undefined) {
    classOf(item, 'is-gap');
    say(state, 'gap');
    say(name, change.gap > 0 ? many(change.gap, 'change') + ' missed, read anew' : 'Changes missed, read anew');
    return;
  }
  say(state, change.state === null ? 'gone' : shown(change.state));
  classOf(state, 'change-state state ' + stateClass(change.state));
  say(name, shown(change.name));
  name.title = shown(change.name);
  say(server, isText(change.site) ? 'site ' + shown(change.site) : shown(change.server));
}
