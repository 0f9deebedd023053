import type { Points } from '@kilowink/core/series';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { wallClockMs } from '@kilowink/sim/load';

/**
 * A measured house put into the present:
 *
 * ```
 *   four years by the hour ─────────────┤ 26 days by the minute ──────┤ now
 *   shifted by whole days to end here ──┘   shifted by whole days ────┘ the rows after it are played live
 * ```
 *
 * The time of day is kept on both, by the clock on the wall: in spring an hour of the file is left out, in autumn one
 * is played twice.
 */
export interface PlacedHouse {
  readonly hours: Points;
  readonly minutes: Points;
}

export function placeHouse(options: {
  hours: Points;
  minutes: Points;
  /** By how much the minutes are put later (`shiftToNow`). */
  shiftMs: number;
  nowMs: EpochMs;
  zone: string;
}): PlacedHouse {
  const { zone, nowMs, shiftMs } = options;
  const firstMinuteLocal = (options.minutes.starts[0] ?? 0) + shiftMs;
  // Minutes begin with a whole hour of the wall clock, so that the hours before them end where they begin.
  const joinLocal = Math.ceil(firstMinuteLocal / HOUR_MS) * HOUR_MS;
  const joinMs = instantOf(joinLocal, zone);
  const lastHourLocal = options.hours.starts.at(-1) ?? 0;
  const hourShiftMs = Math.ceil((joinLocal - HOUR_MS - lastHourLocal) / DAY_MS) * DAY_MS;
  const hoursCount = Math.floor((joinLocal - hourShiftMs - (options.hours.starts[0] ?? 0)) / HOUR_MS);
  const lookup = { zone, nowMs };
  return {
    hours: place(options.hours, {
      ...lookup,
      stepMs: HOUR_MS,
      shiftMs: hourShiftMs,
      fromMs: joinMs - hoursCount * HOUR_MS,
      toMs: joinMs,
    }),
    minutes: place(options.minutes, {
      ...lookup,
      stepMs: MINUTE_MS,
      shiftMs,
      fromMs: joinMs,
      toMs: Math.floor(nowMs / MINUTE_MS) * MINUTE_MS,
    }),
  };
}

/** The energy at each step of [`fromMs`, `toMs`): that of the file at what the wall clock then shows. */
function place(
  points: Points,
  to: { zone: string; stepMs: number; shiftMs: number; fromMs: EpochMs; toMs: EpochMs },
): Points {
  const energies = new Map(Array.from(points.starts, (start, i) => [start, points.values[i] ?? 0]));
  const starts: number[] = [];
  const values: number[] = [];
  let offsetMs = 0;
  for (let atMs = to.fromMs; atMs < to.toMs; atMs += to.stepMs) {
    if (atMs === to.fromMs || atMs % HOUR_MS === 0) offsetMs = wallClockMs(atMs, to.zone) - atMs;
    const energy = energies.get(atMs + offsetMs - to.shiftMs);
    if (energy === undefined) continue;
    starts.push(atMs);
    values.push(energy);
  }
  return {
    starts: Float64Array.from(starts),
    durationsMs: new Float64Array(starts.length).fill(to.stepMs),
    values: Float64Array.from(values),
    reports: null,
    disagreements: null,
  };
}

/** An instant at which a wall clock shows `localMs`. */
function instantOf(localMs: number, zone: string): EpochMs {
  const guessMs = localMs - (wallClockMs(localMs, zone) - localMs);
  return localMs - (wallClockMs(guessMs, zone) - guessMs);
}
