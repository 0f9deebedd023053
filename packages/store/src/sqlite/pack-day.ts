import {
  encodePoints,
  encodeRollup,
  type Kind,
  type Points,
  type Rollup,
  rollUp,
} from '@kilowink/core/series';
import { DAY_MS, type EpochMs, MINUTE_MS } from '@kilowink/core/time';
import { sealBlock } from '../block/envelope.ts';
import { dayHoursFrame, minutesFrame } from '../block/levels.ts';
import { longestOf } from './day-parts.ts';

/** A day of this many points or fewer is read whole faster than its minutes would be. */
const POINTS_WITHOUT_MINUTES_MAX = 1440;

/** One UTC day of a series as it is stored; nothing in it says of which series. */
export interface PackedDay {
  readonly day: number;
  readonly count: number;
  /** The block of the points; null when there are none. */
  readonly points: Uint8Array | null;
  /** The block of the minutes; null when the points are read whole faster. */
  readonly minutes: Uint8Array | null;
  readonly hours: Rollup;
  readonly longestMs: number;
  /** Starts of the first and of the last point, and the end of what ends last; null when there are none. */
  readonly firstMs: EpochMs | null;
  readonly lastStartMs: EpochMs | null;
  readonly endMs: EpochMs | null;
}

/** Packs points that ascend and have their midpoints in `day`. `level`: how hard zstd tries, see the block's envelope. */
export function packDay(
  day: number,
  points: Points,
  { kind, level }: { readonly kind: Kind; readonly level: number },
): PackedDay {
  const count = points.starts.length;
  const longestMs = longestOf(points.durationsMs);
  const hasMinutes = longestMs <= MINUTE_MS && count > POINTS_WITHOUT_MINUTES_MAX;
  return {
    day,
    count,
    points: count === 0 ? null : sealBlock(encodePoints(points, day * DAY_MS), level),
    minutes: hasMinutes ? sealBlock(encodeRollup(rollUp(points, minutesFrame(day), kind)), level) : null,
    hours: rollUp(points, dayHoursFrame(day), kind),
    longestMs,
    firstMs: points.starts[0] ?? null,
    lastStartMs: points.starts.at(-1) ?? null,
    endMs: lastEndMs(points),
  };
}

function lastEndMs(points: Points): EpochMs | null {
  let endMs: number | null = null;
  for (let index = 0; index < points.starts.length; index += 1) {
    endMs = Math.max(
      endMs ?? Number.NEGATIVE_INFINITY,
      (points.starts[index] as number) + (points.durationsMs[index] as number),
    );
  }
  return endMs;
}
