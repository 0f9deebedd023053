import { HISTORIQUE_LABEL_COUNT, LABELS } from './labels.ts';

/** Slots of the hash table, a power of two some ten times the labels: most look-ups need one comparison. */
const SLOTS = 1_024;
const EMPTY = 0xff;
const NAME_BYTES_MAX = 9;

/** Names in one array, each at its label's number times this. */
const STRIDE = 16;

const nameBytes = LABELS.map(({ name }) => Uint8Array.from(name, (char) => char.charCodeAt(0)));
const slots = new Uint8Array(SLOTS).fill(EMPTY);

for (const [index, bytes] of nameBytes.entries()) {
  let slot = slotOf(bytes, 0, bytes.length);
  while (slots[slot] !== EMPTY) slot = (slot + 1) & (SLOTS - 1);
  slots[slot] = index;
}

const names = new Uint8Array(LABELS.length * STRIDE);
for (const [index, bytes] of nameBytes.entries()) names.set(bytes, index * STRIDE);

/**
 * Where the name of a label ends, if it stands at `from`, else -1. Meters send labels in the same order again and again: who
 * knows which comes next has it in one pass.
 */
export function endOfLabel(index: number, bytes: Uint8Array, from: number): number {
  let name = index * STRIDE;
  let at = from;
  while (names[name] !== 0) {
    if (names[name] !== bytes[at]) return -1;
    name += 1;
    at += 1;
  }
  return at;
}

/**
 * The number in `LABELS` of the label that stands at [from, to), or -1 when no label of either mode does. The hot path of
 * the parser: no text is made.
 */
export function findLabelIndex(bytes: Uint8Array, from: number, to: number): number {
  const size = to - from;
  if (size > NAME_BYTES_MAX) return -1;
  for (let slot = slotOf(bytes, from, to); ; slot = (slot + 1) & (SLOTS - 1)) {
    const index = slots[slot] as number;
    if (index === EMPTY) return -1;
    const name = nameBytes[index] as Uint8Array;
    let same = name.length === size ? 0 : -1;
    while (same >= 0 && same < size) same = name[same] === bytes[from + same] ? same + 1 : -1;
    if (same === size) return index;
  }
}

/** Whether the label of that number is one of standard mode. */
export function isStandardLabel(index: number): boolean {
  return index >= HISTORIQUE_LABEL_COUNT;
}

function slotOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 33) + (bytes[at] as number)) | 0;
  return (hash ^ (hash >>> 10)) & (SLOTS - 1);
}
