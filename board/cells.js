// SPDX-License-Identifier: Apache-2.0
// What one cell of the grid can be: how well one server shows one lamp. The order is the order of severity.

/** Each kind: letter on the wire, word for people, mark in the grid, and whether it means that something is wrong. */
export const KINDS = [
  { letter: 'x', word: 'refused', mark: '✕', wrong: true, help: 'the server said no' },
  { letter: 'd', word: 'down', mark: 'D', wrong: true, help: 'the server is down' },
  { letter: 'w', word: 'waiting', mark: 'W', wrong: true, help: 'queued, or changes too often' },
  { letter: 'h', word: 'held', mark: 'H', wrong: true, help: 'maintenance: nothing is written' },
  { letter: 'f', word: 'in flight', mark: '›', wrong: true, help: 'sent, no answer yet' },
  { letter: 'o', word: 'origin', mark: '◆', wrong: false, help: 'the phone is on this server' },
  { letter: 'r', word: 'right', mark: '•', wrong: false, help: 'shows what it should' },
  { letter: '.', word: 'elsewhere', mark: '', wrong: false, help: 'never shown there (zone or filter)' },
];

export const ELSEWHERE = KINDS.length - 1;
const byCode = new Uint8Array(128).fill(ELSEWHERE);
KINDS.forEach((kind, index) => { byCode[kind.letter.charCodeAt(0)] = index; });

/** Index in KINDS of the letter at a place in `cells`; a missing or unknown letter is "elsewhere". */
export function kindAt(cells, place) {
  const code = cells.charCodeAt(place);
  return code < 128 ? byCode[code] : ELSEWHERE;
}

export const indexOf = (letter) => byCode[letter.charCodeAt(0)];

/** Index in KINDS of the word that /v1/show and /v1/wrong use, such as "in_flight". */
export function kindOfWord(word) {
  const plain = String(word).replaceAll('_', ' ');
  const index = KINDS.findIndex((kind) => kind.word === plain);
  return index < 0 ? ELSEWHERE : index;
}

const bits = (letters) => [...letters].reduce((mask, letter) => mask | (1 << indexOf(letter)), 0);
/** A lamp's mask has one bit for each kind among its cells. These say that the lamp itself is wrong; "down" and "held" are said once, of the server. */
export const LAMP_MASK = bits('xwf');
/** Wrong for longer than the milliseconds of a write. */
export const STUCK_MASK = bits('xw');
export const REFUSED = 1 << indexOf('x');
export const WAITING = 1 << indexOf('w');
export const IN_FLIGHT = 1 << indexOf('f');
