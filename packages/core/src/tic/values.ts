import type { EpochMs } from '../time/index.ts';
import type { TicGroup } from './frame.ts';
import { decodeHorodate } from './horodate.ts';
import { decodeProfile, type ProfileSlot, type ProfileTimes } from './profile.ts';
import { decodeStatus, type TicStatus } from './status.ts';

/** What a group's data mean: a number, a text without the spaces around it, the status register, or switching times. */
export type TicValue = number | string | TicStatus | readonly ProfileSlot[];

/**
 * The data of a group by the form of its label. A profile in which a time is none of a day stays text; `times` says how its
 * times are written.
 */
export function groupValue(group: TicGroup, times: ProfileTimes = 'auto'): TicValue {
  const { label, raw } = group;
  switch (label.form) {
    case 'number':
    case 'relays':
      return Number(raw);
    case 'status':
      return decodeStatus(Number.parseInt(raw, 16));
    case 'profile':
      return decodeProfile(raw, times) ?? raw;
    case 'text':
      return collapseSpaces(raw);
    case 'identity':
    case 'hex':
    case 'code':
    case 'option':
    case 'mark':
    case 'none':
      return raw;
  }
}

/** When the meter says the group's value was; null for a label without time, and where the meter has none. */
export function groupAtMs(group: TicGroup): EpochMs | null {
  return group.horodate === null ? null : decodeHorodate(group.horodate).atMs;
}

/** A name as people read it: meters centre or left-align it, some with two spaces between words. */
export function collapseSpaces(text: string): string {
  return text.trim().replace(/ +/g, ' ');
}
