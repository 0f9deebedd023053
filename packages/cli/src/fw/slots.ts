import { toHex } from '@kilowink/core/bytes';
import type { imageState, ReplyOf } from '@kilowink/core/smp';
import { alignColumns } from '../term/format.ts';

type Slots = ReplyOf<typeof imageState>['images'];
/** A slot as a device tells it. */
export type SlotRow = Slots[number];

/** What is true of a slot, in words. */
function wordsOf(slot: SlotRow): string {
  const words: string[] = [];
  if (slot.isActive) words.push('active');
  if (slot.isConfirmed) words.push('confirmed');
  if (slot.isPending) words.push(slot.isPermanent ? 'pending for good' : 'pending on trial');
  if (slot.isActive && !slot.isConfirmed) words.push('on trial');
  if (!slot.isBootable) words.push('not bootable');
  return words.join(', ');
}

/** The slots as a table. */
export function slotLines(slots: Slots): string[] {
  if (slots.length === 0) return ['no slot holds a valid image'];
  const rows = slots.map((slot) => [
    `image ${slot.image} slot ${slot.slot}`,
    slot.version,
    slot.hash === undefined ? '' : toHex(slot.hash).slice(0, 16),
    wordsOf(slot),
  ]);
  return alignColumns(rows);
}
