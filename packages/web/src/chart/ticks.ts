import { offsetStretches, type TimeRange } from '@kilowink/core/tariff';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '@kilowink/core/time';
import type { Zone } from '../time/zone.ts';

/** The coarsest field of local time in which two neighbouring ticks differ. */
export type TickUnit = 'second' | 'minute' | 'day' | 'month' | 'year';

/** Where an axis is marked, in the site's local time. */
export interface Ticks {
  readonly unit: TickUnit;
  readonly atMs: readonly EpochMs[];
}

interface TickStep {
  readonly unit: TickUnit;
  /** Exact up to a week; a month counts 30 days and a year 365, to choose by. */
  readonly ms: number;
  /** Months between ticks; 0 for the steps that are a span of local time. */
  readonly months: number;
}

function span(unit: TickUnit, ms: number): TickStep {
  return { unit, ms, months: 0 };
}

function months(unit: TickUnit, count: number): TickStep {
  return { unit, ms: count * 30 * DAY_MS, months: count };
}

const TICK_STEPS: readonly TickStep[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => span('second', count * SECOND_MS)),
  ...[1, 2, 5, 10, 15, 30].map((count) => span('minute', count * MINUTE_MS)),
  ...[1, 2, 3, 6, 12].map((count) => span('minute', count * HOUR_MS)),
  ...[1, 2, 7].map((count) => span('day', count * DAY_MS)),
  months('month', 1),
  months('month', 3),
  ...[12, 24, 60, 120].map((count) => months('year', count)),
];

/** 1970-01-05, the first Monday, from which weeks are counted. */
const MONDAY_MS = 4 * DAY_MS;

/**
 * The ticks of `range` with at most `countMax` of them: at whole local hours, midnights, Mondays, firsts. On the day
 * the clock goes back the repeated hour is marked twice.
 */
export function chooseTicks(range: TimeRange, countMax: number, zone: Zone): Ticks {
  const spanMs = range.toMs - range.fromMs;
  const step =
    TICK_STEPS.find((candidate) => spanMs / candidate.ms <= countMax) ?? TICK_STEPS[TICK_STEPS.length - 1];
  if (step === undefined || spanMs <= 0) return { unit: 'year', atMs: [] };
  const atMs = step.months === 0 ? spanTicks(range, step.ms, zone) : monthTicks(range, step.months, zone);
  return { unit: step.unit, atMs };
}

function spanTicks(range: TimeRange, stepMs: number, zone: Zone): EpochMs[] {
  const ticks: EpochMs[] = [];
  const anchorMs = stepMs === 7 * DAY_MS ? MONDAY_MS : 0;
  for (const stretch of offsetStretches(range, zone.offsetAt)) {
    const first = Math.ceil((stretch.fromMs + stretch.offsetMs - anchorMs) / stepMs);
    for (let index = first; ; index++) {
      const atMs = index * stepMs + anchorMs - stretch.offsetMs;
      if (atMs >= stretch.toMs) break;
      ticks.push(atMs);
    }
  }
  return ticks;
}

function monthTicks(range: TimeRange, every: number, zone: Zone): EpochMs[] {
  const ticks: EpochMs[] = [];
  const first = new Date(zone.toLocal(range.fromMs));
  const monthFirst = first.getUTCFullYear() * 12 + first.getUTCMonth();
  for (let month = Math.floor(monthFirst / every) * every; ; month += every) {
    const atMs = zone.toInstant(Date.UTC(Math.floor(month / 12), month % 12, 1));
    if (atMs >= range.toMs) return ticks;
    if (atMs >= range.fromMs) ticks.push(atMs);
  }
}

/** The smallest 1, 2, 2.5 or 5 times a power of ten that is at least `value`. */
export function niceCeil(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** A scale from 0 that holds `max`, and the round numbers to mark on it: as many as fit, `countMax` at most. */
export function valueTicks(max: number, countMax: number, least = 0): ValueTicks {
  const step = niceCeil(Math.max(max - least, 1e-9) / Math.max(1, countMax));
  const first = Math.floor((least / step) * (1 + 1e-9));
  const count = Math.max(1, Math.ceil((max / step - first) * (1 - 1e-9)));
  const values = Array.from({ length: count + 1 }, (_, index) => (first + index) * step);
  return { min: first * step, max: (first + count) * step, values };
}

/** Where a scale begins, ends and carries its marks. */
export interface ValueTicks {
  readonly min: number;
  readonly max: number;
  readonly values: readonly number[];
}
