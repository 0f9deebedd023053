import type { Points } from '../series/index.ts';
import { type EpochMs, HOUR_MS, toZoned } from '../time/index.ts';
import type { Dated } from './dated.ts';
import type { StampsBy } from './enedis-export.ts';
import { type FoundStep, Steps } from './steps.ts';
import { energyMwh, isPower, type ValueUnit } from './units.ts';

export interface MadePoints {
  readonly points: Points;
  readonly stepMs: number;
  readonly steps: readonly { readonly stepMs: number; readonly rows: number }[];
  readonly stampsEnd: boolean;
  readonly stampsBy: StampsBy;
  /** Rows left out because nothing tells how long their interval is, by their place: their energy would be a guess. */
  readonly doubtful: readonly number[];
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
  const doubtful: number[] = [];
  const spans = rows.flatMap((row, index): Span[] => {
    if (row.value === null) return [];
    const { atMs, value } = row;
    const step = row.endMs === null ? stepOf(rows, index, { found, stampsEnd }) : stepToEnd(rows, index);
    if (!step.isSure && isPower(form.unit)) doubtful.push(index);
    if (step.lengthMs <= 0 || doubtful.at(-1) === index) return [];
    const isEnd = stampsEnd && row.endMs === null;
    return [{ startMs: atMs - (isEnd ? step.lengthMs : 0), lengthMs: step.lengthMs, value }];
  });
  const steps = countSteps(spans);
  return {
    ...{ points: pointsOf(spans, form.unit), stampsEnd, stampsBy, steps, doubtful },
    stepMs: steps[0]?.stepMs ?? usualMs,
  };
}

/** The interval of a row that says both its ends. */
function stepToEnd(rows: readonly Dated[], index: number): FoundStep {
  const { atMs, endMs } = rows[index] as Dated;
  // A clock that is set back shows an end too late: the next row begins before it.
  const toMs = Math.min(endMs ?? atMs, rows[index + 1]?.atMs ?? Number.POSITIVE_INFINITY);
  return { lengthMs: Math.round((toMs - atMs) / MINUTE_MS) * MINUTE_MS, isSure: true };
}

/** The interval of a row with one stamp: no longer than the way to its neighbour. */
function stepOf(
  rows: readonly Dated[],
  index: number,
  { found, stampsEnd }: { found: Steps; stampsEnd: boolean },
): FoundStep {
  const { atMs, stepMs } = rows[index] as Dated;
  const nearMs = stampsEnd
    ? atMs - (rows[index - 1]?.atMs ?? Number.NEGATIVE_INFINITY)
    : (rows[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) - atMs;
  const step = stepMs === null ? found.of(index, stampsEnd) : { lengthMs: stepMs, isSure: true };
  return { lengthMs: Math.min(step.lengthMs, nearMs), isSure: step.isSure };
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
