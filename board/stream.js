// SPDX-License-Identifier: Apache-2.0
// The live stream /v1/board: connects, connects again, and says at once when it is lost and since when.

const TYPES = ['snapshot', 'part', 'lamp', 'server', 'server_gone', 'change', 'gap'];
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10000;

export class Stream {
  #address;
  #take;
  #told;
  #source = null;
  #timer = 0;
  #wait = FIRST_WAIT;
  /** "connecting", "live" or "lost"; `since` is when that began, in milliseconds. */
  state = 'connecting';
  since = Date.now();

  /** `take(type, text)` gets each event; `told()` is called after each change of `state`. */
  constructor(address, take, told) {
    this.#address = address;
    this.#take = take;
    this.#told = told;
    addEventListener('online', () => { if (this.state !== 'live') this.again(); });
    addEventListener('offline', () => this.#lost());
    addEventListener('pagehide', () => this.#close());
    addEventListener('pageshow', (event) => { if (event.persisted) this.again(); });
    this.#open();
  }

  /** Drops the connection, if there is one, and makes a new one now. */
  again() {
    this.#close();
    this.#wait = FIRST_WAIT;
    this.#open();
  }

  /** Says that the stream is no longer to be trusted, though the browser has not noticed yet. */
  distrust() {
    if (this.state === 'live') this.#lost();
  }

  #open() {
    const source = new EventSource(this.#address);
    this.#source = source;
    source.onerror = () => { if (this.#source === source) this.#lost(); };
    for (const type of TYPES) {
      source.addEventListener(type, (event) => {
        if (this.#source !== source) return;
        // Only a snapshot shows that we are live again: an open connection without one has nothing to show.
        if (type === 'snapshot') { this.#wait = FIRST_WAIT; this.#set('live'); }
        this.#take(type, event.data);
      });
    }
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  // The browser's own second try waits for seconds and gives up after an answer such as 503; ours does neither.
  #lost() {
    this.#close();
    this.#set('lost');
    this.#timer = setTimeout(() => this.#open(), this.#wait);
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }

  #set(state) {
    if (this.state === state) return;
    this.state = state;
    this.since = Date.now();
    this.#told();
  }
}
