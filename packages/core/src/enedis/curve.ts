import type { Points } from '../series/index.ts';
import { type EpochMs, HOUR_MS, toZoned } from '../time/index.ts';
import type { Dated } from './dated.ts';
import type { StampsBy } from './enedis-export.ts';
import { Steps } from './steps.ts';
import { energyMwh, type ValueUnit } from './units.ts';

export interface MadePoints {
  readonly points: Points;
  readonly stepMs: number;
  readonly steps: readonly { readonly stepMs: number; readonly rows: number }[];
  readonly stampsEnd: boolean;
  readonly stampsBy: StampsBy;
}

export interface CurveForm {
  readonly unit: ValueUnit;
  /** What the file says of its step. */
  readonly stepMs: number | null;
  readonly zone: string;
  readonly asked: 'start' | 'end' | undefined;
  readonly says: 'start' | 'end' | null;
}

const MINUTE_MS = 60_000;

/** Energy by interval from rows in the order of time; the interval of a row that does not say it follows from its neighbours. */
export function pointsOfCurve(rows: readonly Dated[], form: CurveForm): MadePoints {
  const found = new Steps(rows, form.stepMs);
  const { usualMs } = found;
  const { stampsEnd, stampsBy } = stampsOf(rows, usualMs, form);
  const spans = rows.flatMap((row, index): Span[] => {
    if (row.value === null) return [];
    const next = rows[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    // A clock that is set back shows an end too late: the next row begins before it.
    if (row.endMs !== null) {
      const lengthMs = Math.round((Math.min(row.endMs, next) - row.atMs) / MINUTE_MS) * MINUTE_MS;
      return lengthMs > 0 ? [{ startMs: row.atMs, lengthMs, value: row.value }] : [];
    }
    const nearMs = stampsEnd
      ? row.atMs - (rows[index - 1]?.atMs ?? Number.NEGATIVE_INFINITY)
      : next - row.atMs;
    const lengthMs = Math.min(row.stepMs ?? found.of(index, stampsEnd), nearMs);
    return [{ startMs: row.atMs - (stampsEnd ? lengthMs : 0), lengthMs, value: row.value }];
  });
  const steps = countSteps(spans);
  return {
    ...{ points: pointsOf(spans, form.unit), stampsEnd, stampsBy, steps },
    stepMs: steps[0]?.stepMs ?? usualMs,
  };
}

/** An interval with its value in the file's unit. */
export interface Span {
  readonly startMs: EpochMs;
  readonly lengthMs: number;
  readonly value: number;
}

/** Intervals in the order of time as points in mWh; what rounding leaves of one goes to the next within its hour. */
export function pointsOf(spans: readonly Span[], unit: ValueUnit): Points {
  const values = new Float64Array(spans.length);
  let hour = Number.NaN;
  let [exact, given] = [0, 0];
  for (const [index, { startMs, lengthMs, value }] of spans.entries()) {
    const ownHour = Math.floor(startMs / HOUR_MS);
    if (ownHour !== hour) [hour, exact, given] = [ownHour, 0, 0];
    exact += energyMwh(value, unit, lengthMs);
    values[index] = Math.max(0, Math.round(exact) - given);
    given += values[index] as number;
  }
  return {
    starts: Float64Array.from(spans, ({ startMs }) => startMs),
    durationsMs: Float64Array.from(spans, ({ lengthMs }) => lengthMs),
    values,
    reports: null,
    disagreements: null,
  };
}

/** How many spans last how long, the most common first. */
export function countSteps(spans: readonly Span[]): { stepMs: number; rows: number }[] {
  const counts = new Map<number, number>();
  for (const { lengthMs } of spans) counts.set(lengthMs, (counts.get(lengthMs) ?? 0) + 1);
  return [...counts].map(([stepMs, rows]) => ({ stepMs, rows })).sort((a, b) => b.rows - a.rows);
}

function stampsOf(
  rows: readonly Dated[],
  usualMs: number,
  form: CurveForm,
): { stampsEnd: boolean; stampsBy: StampsBy } {
  if (form.asked !== undefined) return { stampsEnd: form.asked === 'end', stampsBy: 'asked' };
  if (rows.some(({ endMs }) => endMs !== null)) return { stampsEnd: false, stampsBy: 'header' };
  if (form.says !== null) return { stampsEnd: form.says === 'end', stampsBy: 'header' };
  return stampsOfExtent(rows, usualMs, form);
}

/**
 * A curve that covers whole days begins at midnight when its stamps begin their intervals, and ends at midnight when
 * they end them. Exports that do neither mean the end.
 */
function stampsOfExtent(
  rows: readonly Dated[],
  stepMs: number,
  { zone }: CurveForm,
): { stampsEnd: boolean; stampsBy: StampsBy } {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return { stampsEnd: true, stampsBy: 'usual' };
  const isMidnight = (atMs: EpochMs) => toZoned(atMs, zone).startOfDay().epochMilliseconds === atMs;
  const begins = isMidnight(first.atMs) && !isMidnight(last.atMs);
  if (begins && isMidnight(last.atMs + stepMs)) return { stampsEnd: false, stampsBy: 'extent' };
  const ends = isMidnight(last.atMs) && isMidnight(first.atMs - stepMs) && !isMidnight(first.atMs);
  return { stampsEnd: true, stampsBy: ends ? 'extent' : 'usual' };
}
