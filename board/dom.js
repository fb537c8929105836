// SPDX-License-Identifier: Apache-2.0
// The few things that every part of the page does with the document. Data goes in as text only.

export const byId = (id) => document.getElementById(id);

/** An element with a class and text or children. */
export function make(tag, className = '', ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/** Sets text only if it differs: a node that stays costs no layout and no word of a screen reader. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function classOf(element, name) {
  if (element.className !== name) element.className = name;
}

/**
 * Keeps the children of `parent` equal to `items`, and uses the elements again.
 * `key(item)` tells items apart; `create()` makes an element; `fill(element, item)` writes into it.
 */
export function list(parent, items, key, create, fill) {
  const old = parent.made ?? new Map();
  const now = new Map();
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const element = old.get(id) ?? create(item);
    old.delete(id);
    now.set(id, element);
    fill(element, item);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const element of old.values()) element.remove();
  parent.made = now;
}
