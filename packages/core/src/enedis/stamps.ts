import { createZoneSpans } from '../import/index.ts';
import type { EpochMs } from '../time/index.ts';

/** A stamp as it stands: an instant, or what a clock showed, in ms as if it were UTC. */
export type Stamp = { readonly utcMs: EpochMs } | { readonly localMs: number };

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const FRENCH = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?$/;
const CLOCK = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/;

/** `2026-01-05T00:30:00+01:00`, the same without offset, `05/01/2026 00:30`, or a date alone; null for anything else. */
export function readStamp(text: string): Stamp | null {
  const iso = ISO.exec(text.trim());
  if (iso !== null) {
    const localMs = wallMs([iso[1], iso[2], iso[3]], [iso[4], iso[5], iso[6]]);
    if (localMs === null) return null;
    return iso[7] === undefined ? { localMs } : { utcMs: localMs - offsetMs(iso[7]) };
  }
  const french = FRENCH.exec(text.trim());
  if (french === null) return null;
  const localMs = wallMs([french[3], french[2], french[1]], [french[4], french[5], french[6]]);
  return localMs === null ? null : { localMs };
}

/** ms since midnight of `23:30:00`; null for anything else. */
export function readClock(text: string): number | null {
  const found = CLOCK.exec(text.trim());
  return found === null ? null : wallMs(['1970', '1', '1'], [found[1], found[2], found[3]]);
}

type Parts = readonly [string | undefined, string | undefined, string | undefined];

function wallMs([year, month, day]: Parts, [hour = '0', minute = '0', second = '0']: Parts): number | null {
  const ms = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const back = new Date(ms);
  const right =
    back.getUTCMonth() === Number(month) - 1 &&
    back.getUTCDate() === Number(day) &&
    back.getUTCHours() === Number(hour) &&
    back.getUTCMinutes() === Number(minute) &&
    Number(second) < 60;
  return right ? ms : null;
}

function offsetMs(text: string): number {
  if (text === 'Z') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))) * 60_000;
}

/**
 * Instants of stamps in the order of the file. Readings of a clock come twice on an autumn night: of the instants that
 * one may mean, it is the first that keeps the order, forward or backward as the file runs.
 */
export function datedInOrder(stamps: readonly Stamp[], zone: string): EpochMs[] {
  const spans = createZoneSpans(zone);
  const backward = runsBackward(stamps);
  let before = backward ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return stamps.map((stamp) => {
    if ('utcMs' in stamp) return stamp.utcMs;
    const { offsetMs: first, laterOffsetMs: later } = spans.find(stamp.localMs);
    const instants = [stamp.localMs - first, stamp.localMs - later];
    const ordered = backward ? instants.reverse() : instants;
    const fits = ordered.find((each) => (backward ? each < before : each > before));
    before = fits ?? (ordered[0] as number);
    return before;
  });
}

function runsBackward(stamps: readonly Stamp[]): boolean {
  const order = stamps.map((stamp) => ('utcMs' in stamp ? stamp.utcMs : stamp.localMs));
  let falls = 0;
  for (let index = 1; index < order.length; index += 1)
    falls += Math.sign((order[index] as number) - (order[index - 1] as number));
  return falls < 0;
}
