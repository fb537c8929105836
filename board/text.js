// SPDX-License-Identifier: Apache-2.0
// Text that comes from phones and servers, made safe to read; times and numbers for people.

const MOST = 160;
// Controls, marks that turn the direction of writing or have no width, and halves of surrogate pairs: they would hide or forge a name.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/gu;
const hex = (text) => '‹' + text.codePointAt(0).toString(16).toUpperCase().padStart(4, '0') + '›';

/** A name as it can be shown: what cannot be seen is written as its number, and a long one is cut, with its length said. */
export function shown(value) {
  const text = value === null || value === undefined ? '' : String(value);
  if (text.length <= MOST) return text.replace(UNSEEN, hex);
  return text.slice(0, MOST).replace(UNSEEN, hex) + '… (' + count(text.length) + ' characters)';
}

const whole = new Intl.NumberFormat('en-US');
export const count = (number) => whole.format(number);
/** "1 server", "2 servers". */
export const many = (number, one, more = one + 's') => count(number) + ' ' + (number === 1 ? one : more);

const two = (number) => String(number).padStart(2, '0');
/** Local time of day. `when` is milliseconds or RFC 3339; what is no time gives "". */
export function timeOfDay(when) {
  const date = new Date(when);
  return Number.isNaN(date.getTime()) ? '' : [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** A length of time in its largest unit, cut: "4 s", "3 min", "2 h", "12 d". */
export function lengthOf(seconds) {
  if (!Number.isFinite(seconds)) return '';
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return s + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min';
  if (s < 86400) return Math.floor(s / 3600) + ' h';
  return Math.floor(s / 86400) + ' d';
}

/** Milliseconds for people, from seconds: "0.8 ms", "12 ms", "1.4 s". */
export function latency(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  const ms = seconds * 1000;
  if (ms < 10) return ms.toFixed(1) + ' ms';
  return ms < 1000 ? Math.round(ms) + ' ms' : seconds.toFixed(1) + ' s';
}

/** A name as part of an address. Half a surrogate pair has no UTF-8, so it becomes U+FFFD instead of an exception. */
export function inAddress(name) {
  return encodeURIComponent(name.replace(/[\ud800-\udfff]/gu, '\ufffd'));
}
