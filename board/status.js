// SPDX-License-Identifier: Apache-2.0
// Asks /v1/status every few seconds: health, the broker's clock, and whether the broker still answers at all.
// A stream whose other end has vanished stays "open" for minutes; this notices within seconds.

const EVERY = 4000;
const PATIENCE = 3000;

export class Status {
  #told;
  /** Last answer, or null. */
  last = null;
  answers = true;
  /** The broker's clock minus this browser's, in milliseconds. */
  ahead = 0;

  constructor(told) {
    this.#told = told;
    this.#ask();
  }

  /** Now by the broker's clock, in milliseconds. */
  now() { return Date.now() + this.ahead; }

  async #ask() {
    try {
      const reply = await fetch('/v1/status', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
      const answer = reply.ok ? await reply.json() : null;
      if (answer !== null && typeof answer === 'object') this.#read(answer);
      this.answers = true;
    } catch {
      this.answers = false;
    }
    this.#told();
    setTimeout(() => this.#ask(), EVERY);
  }

  #read(answer) {
    this.last = answer;
    const now = Date.parse(answer.started) + answer.uptime_seconds * 1000;
    // A second or two is the way of the answer, not a wrong clock.
    if (Number.isFinite(now)) this.ahead = Math.abs(now - Date.now()) > 2000 ? now - Date.now() : 0;
  }
}
