// SPDX-License-Identifier: Apache-2.0
// Finds text that is hard to read against what is under it.

const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

// Layers are painted one over the other, so any way to write a colour and any transparency is as the browser has it.
function paint(colours) {
  canvas.clearRect(0, 0, 1, 1);
  for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(element) {
  const layers = [];
  for (let each = element; each !== null; each = each.parentElement) layers.unshift(getComputedStyle(each).backgroundColor);
  const under = luminance(paint(layers));
  const text = luminance(paint([...layers, getComputedStyle(element).color]));
  return (Math.max(under, text) + 0.05) / (Math.min(under, text) + 0.05);
}

/** What is too faint: ["class text contrast"], each class and text once. */
export function poor() {
  const found = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '');
    if (!own || !element.checkVisibility() || element.closest('option, noscript, .skip, .hidden')) continue;
    const needed = element.textContent === '•' ? 3 : 4.5;
    const ratio = contrast(element);
    if (ratio < needed) found.add(`${element.className} ${element.textContent.slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return [...found];
}
