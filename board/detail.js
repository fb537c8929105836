// SPDX-License-Identifier: Apache-2.0
// Why a lamp is as it is: the answer of /v1/show, for the lamp that somebody chose.
import { KINDS, kindOfWord } from './cells.js';
import { byId, make, say } from './dom.js';
import { stateClass } from './grid.js';
import { inAddress, lengthOf, shown } from './text.js';

const PATIENCE = 5000;
const AGAIN_AFTER = 300;

export class Detail {
  #panel = byId('detail');
  #title = byId('detail-title');
  #body = byId('detail-body');
  #asked = null;
  #back = null;
  #timer = 0;
  #now;
  /** The lamp that is shown: {plugin, name}, or null. */
  lamp = null;

  /** `now()` is the broker's clock in milliseconds. */
  constructor(now) {
    this.#now = now;
    byId('detail-close').addEventListener('click', () => this.close());
    addEventListener('keydown', (event) => { if (event.key === 'Escape' && this.lamp !== null && !event.target.matches('input')) this.close(); });
  }

  open({ plugin, name }) {
    if (this.lamp === null) this.#back = document.activeElement;
    this.lamp = { plugin, name };
    say(this.#title, shown(name));
    this.#body.replaceChildren(make('p', 'empty', 'Asking the broker'));
    this.#panel.hidden = false;
    document.body.classList.add('has-detail');
    this.#title.focus({ preventScroll: true });
    this.#panel.scrollTop = 0;
    this.#ask();
  }

  close() {
    this.#asked?.abort();
    clearTimeout(this.#timer);
    this.lamp = null;
    this.#panel.hidden = true;
    document.body.classList.remove('has-detail');
    this.#back?.focus?.({ preventScroll: true });
  }

  /** The lamp changed: asks again, but not for each of many changes. */
  stale() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (this.lamp !== null) this.#ask(); }, AGAIN_AFTER);
  }

  async #ask() {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const timer = setTimeout(() => asked.abort('late'), PATIENCE);
    let content;
    try {
      const reply = await fetch('/v1/show?name=' + inAddress(this.lamp.name), { cache: 'no-store', signal: asked.signal });
      const answer = await reply.json();
      content = reply.ok ? this.#answer(answer) : [problem(answer?.error?.text ? shown(answer.error.text) : `The broker answered with ${reply.status}.`)];
    } catch {
      if (asked !== this.#asked || (asked.signal.aborted && asked.signal.reason !== 'late')) return;
      content = [problem(asked.signal.aborted ? 'The broker did not answer within 5 seconds. Click the lamp to ask again.' : 'The broker could not be asked. Is the connection there?')];
    } finally {
      clearTimeout(timer);
    }
    if (asked === this.#asked) this.#body.replaceChildren(...content);
  }

  #answer(answer) {
    const names = Array.isArray(answer.names) ? answer.names : [];
    if (names.length === 0) return [problem('The broker knows no such lamp any more.')];
    // The plugin that was clicked on comes first.
    const first = (each) => (each.plugin === this.lamp.plugin ? 0 : 1);
    return [...names].sort((a, b) => first(a) - first(b)).flatMap((each) => this.#oneName(each));
  }

  #oneName(each) {
    const facts = make('dl', 'facts');
    const fact = (name, ...value) => facts.append(make('dt', '', name), make('dd', '', ...value));
    fact('State', make('span', 'state ' + stateClass(each.state), shown(each.state)));
    fact('Shown as', make('bdi', '', shown(each.shown_as)));
    fact('Plugin', shown(each.plugin));
    return [facts, ...this.#contributions(each.contributions ?? []), ...this.#cells(each.cells ?? [])];
  }

  #contributions(contributions) {
    if (contributions.length === 0) return [make('h3', '', 'Who says so'), make('p', 'empty', 'Nobody says anything about it')];
    const rows = contributions.map((each) => [whoSays(each), make('span', 'state ' + stateClass(each.state), shown(each.state)), lengthOf((this.#now() - Date.parse(each.since)) / 1000)]);
    return [make('h3', '', 'Who says so'), table(['Who', 'State', 'Since'], rows)];
  }

  #cells(cells) {
    const kinds = cells.map((each) => ({ each, kind: kindOfWord(each.is) })).sort((a, b) => a.kind - b.kind);
    const summary = KINDS.map((kind, index) => [kind, kinds.filter((each) => each.kind === index).length]).filter(([, number]) => number > 0).map(([kind, number]) => `${number} ${kind.word}`).join(', ');
    const rows = kinds.map(({ each, kind }) => {
      const { letter, mark, word } = KINDS[kind];
      const is = make('span', 'is k-' + letter, (mark + ' ' + word).trim());
      const wants = each.should === each.holds || each.holds === null || each.holds === undefined ? shown(each.should) : `${shown(each.should)}, holds ${shown(each.holds)}`;
      return [shown(each.server), wants === '' ? '–' : wants, each.why ? make('span', '', is, make('span', 'why', shown(each.why))) : is];
    });
    return [make('h3', '', 'What each server shows'), make('p', 'note', summary), table(['Server', 'Should hold', 'Is'], rows)];
  }
}

/** A server, or another site; which one set a shared name is not always known. */
function whoSays(each) {
  if (each.site === undefined) return shown(each.server);
  return (each.site === null ? 'some site' : 'site ' + shown(each.site)) + (each.zone ? `, zone ${shown(each.zone)}` : '');
}

const problem = (text) => make('p', 'problem', text);

function table(heads, rows) {
  const head = make('tr', '', ...heads.map((text) => { const cell = make('th', '', text); cell.scope = 'col'; return cell; }));
  const lines = rows.map((row) => make('tr', '', ...row.map((cell) => make('td', '', typeof cell === 'string' ? make('bdi', '', cell) : cell))));
  return make('table', 'table', make('thead', '', head), make('tbody', '', ...lines));
}
