import { type Points, UNITS_PER_WH, type Unit } from '@kilowink/core/series';
import { STANDING_LOAD_MS, type StandingLoad } from '@kilowink/core/series/power';
import { type EpochMs, HOUR_MS } from '@kilowink/core/time';

/** A pause shorter than this part of a measurement is the source's clock, not a gap. */
const GAP_SLACK = 0.5;
/** What lies in longer measurements, such as days, is no quiet hour. */
const SPAN_MS_MAX = 2 * STANDING_LOAD_MS;

/**
 * The quietest hour without a gap among measurements that are no flashes of 1 Wh, such as a file's minutes: whole ones from end to
 * end, as few as last an hour. What the first of them counted may have been drawn before it by 1 Wh, since the meter behind it counts
 * by that; null where no hour is whole. `factorAt`: by what the energy at an instant is multiplied.
 */
export function quietestHour(
  { starts, durationsMs, values }: Points,
  unit: Unit,
  factorAt: (atMs: EpochMs) => number = () => 1,
): StandingLoad | null {
  const factors = starts.map((startMs, at) => factorAt(startMs + (durationsMs[at] as number) / 2));
  const energyOf = (at: number) => (values[at] as number) * (factors[at] as number);
  const endOf = (at: number) => (starts[at] as number) + (durationsMs[at] as number);
  let quietest: StandingLoad | null = null;
  let first = 0;
  let energy = 0;
  for (let at = 0; at < starts.length; at += 1) {
    const isApart =
      at > 0 && (starts[at] as number) - endOf(at - 1) > GAP_SLACK * (durationsMs[at - 1] as number);
    if (isApart) [first, energy] = [at, 0];
    energy += energyOf(at);
    while (first < at && endOf(at) - (starts[first + 1] as number) >= STANDING_LOAD_MS) {
      energy -= energyOf(first);
      first += 1;
    }
    const spanMs = endOf(at) - (starts[first] as number);
    const powerW = ((energy / UNITS_PER_WH[unit]) * HOUR_MS) / spanMs;
    if (
      spanMs < STANDING_LOAD_MS ||
      spanMs >= SPAN_MS_MAX ||
      (quietest !== null && powerW >= quietest.powerW)
    )
      continue;
    const uncertaintyW = (HOUR_MS / spanMs) * Math.max(...factors.subarray(first, at + 1));
    quietest = { powerW, uncertaintyW, fromMs: starts[first] as number };
  }
  return quietest;
}
