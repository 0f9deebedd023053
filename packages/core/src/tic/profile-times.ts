import type { TicFrame } from './frame.ts';
import { decodeProfile, type ProfileTimes } from './profile.ts';

/** Two frames further apart do not tell when the index changed between them. */
const APART_MIN_MAX = 2;
const DAY_MIN = 1_440;

/** What a frame tells of the day, by the meter's own clock. */
interface Seen {
  /** Year, month and day, as sent. */
  readonly day: string;
  readonly minute: number;
  readonly index: string;
}

/**
 * Learns how a meter writes the times of its profiles, decimal or hexadecimal, where they alone do not tell: the profile of
 * tomorrow is kept, and tomorrow it shows at which of both times the index in force really changes.
 */
export class ProfileTimesLearner {
  #learned: ProfileTimes = 'auto';
  #seen: Seen | null = null;
  /** Of the day that is seen, and of the day after it, as sent. */
  #today: string | null = null;
  #tomorrow: string | null = null;

  /** `auto` until something was learnt. */
  get times(): ProfileTimes {
    return this.#learned;
  }

  /** Takes in a frame; one without time or index tells nothing. */
  take(frame: TicFrame): void {
    const seen = seenIn(frame);
    if (seen === null) return;
    const before = this.#seen;
    this.#seen = seen;
    if (before !== null && before.day !== seen.day) {
      // The last profile sent on a day is that of the next, and of no other: over a longer gap it is not known.
      const isNextDay = DAY_MIN - before.minute + seen.minute <= APART_MIN_MAX;
      this.#today = isNextDay ? this.#tomorrow : null;
      this.#tomorrow = null;
    }
    if (before !== null && before.day === seen.day && before.index !== seen.index)
      this.#compare(before, seen);
    this.#tomorrow = frame.get('PJOURF+1')?.raw ?? this.#tomorrow;
  }

  #compare(before: Seen, seen: Seen): void {
    const { minute } = seen;
    if (this.#today === null || minute - before.minute > APART_MIN_MAX) return;
    const today = this.#today;
    const fits = (times: ProfileTimes) =>
      decodeProfile(today, times)?.some(
        ({ startMin, index }) =>
          index === Number(seen.index) && startMin >= before.minute - 1 && startMin <= minute,
      ) ?? false;
    const [isDecimal, isHexadecimal] = [fits('decimal'), fits('hexadecimal')];
    if (isDecimal !== isHexadecimal) this.#learned = isDecimal ? 'decimal' : 'hexadecimal';
  }
}

function seenIn(frame: TicFrame): Seen | null {
  const [time, index] = [frame.get('DATE')?.horodate, frame.get('NTARF')?.raw];
  if (time == null || index === undefined) return null;
  return {
    day: time.slice(1, 7),
    minute: 60 * Number(time.slice(7, 9)) + Number(time.slice(9, 11)),
    index,
  };
}
