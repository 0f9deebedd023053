import type { BucketsAnswer, GaugeBucketsAnswer, GaugeWindowsAnswer, WindowsAnswer } from '@kilowink/api';
import type { TimeRange } from '@kilowink/core/tariff';
import type { EpochMs } from '@kilowink/core/time';

/**
 * What is drawn: rows of equal kind, ascending, without holes between them (a stretch without measurement is a row
 * with coverage 0 and NaN values). Row i is about [`starts[i]`, `ends[i]`).
 */
export interface Columns {
  readonly length: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly energyWh: Float64Array;
  readonly meanW: Float64Array;
  readonly minW: Float64Array;
  readonly maxW: Float64Array;
  /** The power that flashes tell, free of the steps of whole Wh; NaN where the server gave none. */
  readonly powerW: Float64Array;
  /** Of the energy, what was not measured but is known from counts around a gap. */
  readonly recoveredWh: Float64Array;
  /** Measured part of the row, 0 to 1. */
  readonly coverage: Float64Array;
}

/** Measurements themselves, as they came: ascending by start, no row where nothing was measured. */
export interface Windows {
  readonly starts: Float64Array;
  readonly durationsMs: Float64Array;
  readonly energyWh: Float64Array;
  readonly reports: Float64Array;
  readonly disagreements: Float64Array;
  /** The power that flashes tell over it; NaN where the server gave none. */
  readonly powerW: Float64Array;
}

/** Milliseconds in an hour over Wh per W: the mean power of `energyWh` over `durationMs` is their ratio times this. */
export const W_MS_PER_WH = 3_600_000;

/** A pause shorter than this part of the window before it is the sensor's crystal, not a gap. */
const GAP_SLACK = 0.5;

const NONE = new Float64Array(0);

export const NO_COLUMNS: Columns = {
  length: 0,
  starts: NONE,
  ends: NONE,
  energyWh: NONE,
  meanW: NONE,
  minW: NONE,
  maxW: NONE,
  powerW: NONE,
  recoveredWh: NONE,
  coverage: NONE,
};

export const NO_WINDOWS: Windows = {
  starts: NONE,
  durationsMs: NONE,
  energyWh: NONE,
  reports: NONE,
  disagreements: NONE,
  powerW: NONE,
};

/** NaN for each row, where the server left a column out. */
export function unknown(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}

function fromNullable(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}

/** The server's buckets as columns. */
export function bucketColumns(answer: BucketsAnswer): Columns {
  const { start, energyWh, powerMeanW, powerMinW, powerMaxW, powerW, recoveredWh, coverage } = answer.columns;
  const starts = Float64Array.from(start);
  return {
    length: starts.length,
    starts,
    ends: Float64Array.from(starts, (_, index) => starts[index + 1] ?? answer.toMs),
    energyWh: fromNullable(energyWh),
    meanW: fromNullable(powerMeanW),
    minW: fromNullable(powerMinW),
    maxW: fromNullable(powerMaxW),
    powerW: powerW === undefined ? unknown(starts.length) : fromNullable(powerW),
    recoveredWh: recoveredWh === undefined ? new Float64Array(starts.length) : Float64Array.from(recoveredWh),
    coverage: Float64Array.from(coverage),
  };
}

/**
 * The server's buckets of a gauge as columns. Its values stand where powers do, and value times hours where energy does,
 * so that means of stretches come out by the same arithmetic.
 */
export function gaugeColumns(answer: GaugeBucketsAnswer): Columns {
  const { start, mean, min, max, coverage } = answer.columns;
  const starts = Float64Array.from(start);
  const ends = Float64Array.from(starts, (_, index) => starts[index + 1] ?? answer.toMs);
  const meanW = fromNullable(mean);
  return {
    length: starts.length,
    starts,
    ends,
    energyWh: meanW.map(
      (value, row) => (value * ((ends[row] ?? 0) - (starts[row] ?? 0)) * (coverage[row] ?? 0)) / W_MS_PER_WH,
    ),
    meanW,
    minW: fromNullable(min),
    maxW: fromNullable(max),
    powerW: unknown(starts.length),
    recoveredWh: new Float64Array(starts.length),
    coverage: Float64Array.from(coverage),
  };
}

/** What a gauge held, as measurements whose power it is. */
function gaugeWindows({ columns: { start, durationMs, value } }: GaugeWindowsAnswer): Windows {
  return gaugePoints(start.map((startMs, index) => [startMs, durationMs[index] ?? 0, value[index] ?? 0]));
}

/** The same of points as they come live. */
export function gaugePoints(
  points: readonly (readonly [startMs: number, durationMs: number, value: number])[],
): Windows {
  return {
    starts: Float64Array.from(points, (point) => point[0]),
    durationsMs: Float64Array.from(points, (point) => point[1]),
    energyWh: Float64Array.from(points, (point) => (point[2] * point[1]) / W_MS_PER_WH),
    reports: new Float64Array(points.length).fill(1),
    disagreements: new Float64Array(points.length),
    powerW: Float64Array.from(points, (point) => point[2]),
  };
}

/** New counts of energy as they come live; what they tell of the power only the server can say. */
export function energyPoints(
  points: readonly (readonly [startMs: number, durationMs: number, energyWh: number])[],
): Windows {
  return {
    starts: Float64Array.from(points, (point) => point[0]),
    durationsMs: Float64Array.from(points, (point) => point[1]),
    energyWh: Float64Array.from(points, (point) => point[2]),
    reports: new Float64Array(points.length).fill(1),
    disagreements: new Float64Array(points.length),
    powerW: unknown(points.length),
  };
}

/** Measurements of either kind. */
export function windowsOf(answer: WindowsAnswer | GaugeWindowsAnswer): Windows {
  return 'value' in answer.columns
    ? gaugeWindows(answer as GaugeWindowsAnswer)
    : windowsFrom(answer as WindowsAnswer);
}

/** Measurements as they came, whatever corrections make of them, and which of them those leave out. */
export interface RawWindows {
  readonly windows: Windows;
  /** By measurement; null where none is. */
  readonly isLeftOut: readonly boolean[] | null;
}

/** Measurements of either kind, before corrections. */
export function rawWindowsOf(answer: WindowsAnswer | GaugeWindowsAnswer): RawWindows {
  if ('value' in answer.columns) return { windows: windowsOf(answer), isLeftOut: null };
  const { columns } = answer as WindowsAnswer;
  const { correctedWh, ...raw } = columns;
  const isLeftOut = correctedWh?.map((left) => left === null) ?? null;
  return { windows: windowsFrom({ ...(answer as WindowsAnswer), columns: raw }), isLeftOut };
}

/** As corrections leave them: where nothing is left there is a gap. */
function windowsFrom(answer: WindowsAnswer): Windows {
  const { start, durationMs, energyWh, correctedWh, reports, disagreements, powerW } = answer.columns;
  const left = correctedWh ?? energyWh;
  const kept = start.map((_, index) => index).filter((index) => left[index] !== null);
  const pick = (column: readonly (number | null)[]): Float64Array =>
    Float64Array.from(kept, (index) => column[index] ?? Number.NaN);
  return {
    starts: pick(start),
    durationsMs: pick(durationMs),
    energyWh: pick(left),
    reports: pick(reports),
    disagreements: pick(disagreements),
    powerW: powerW === undefined ? unknown(kept.length) : pick(powerW),
  };
}

/** Puts parts that follow each other in time into one; what a part repeats of those before it is left out. */
export function joinColumns(parts: readonly Columns[]): Columns {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const kept: { part: Columns; from: number }[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  let length = 0;
  for (const part of parts) {
    let from = 0;
    while (from < part.length && (part.starts[from] ?? 0) < endMs) from++;
    if (from === part.length) continue;
    kept.push({ part, from });
    length += part.length - from;
    endMs = part.ends[part.length - 1] ?? endMs;
  }
  const join = (pick: (part: Columns) => Float64Array): Float64Array => {
    const joined = new Float64Array(length);
    let at = 0;
    for (const { part, from } of kept) {
      joined.set(pick(part).subarray(from), at);
      at += part.length - from;
    }
    return joined;
  };
  return {
    length,
    starts: join((part) => part.starts),
    ends: join((part) => part.ends),
    energyWh: join((part) => part.energyWh),
    meanW: join((part) => part.meanW),
    minW: join((part) => part.minW),
    maxW: join((part) => part.maxW),
    powerW: join((part) => part.powerW),
    recoveredWh: join((part) => part.recoveredWh),
    coverage: join((part) => part.coverage),
  };
}

/** Puts lists of measurements that follow each other into one. */
export function joinWindows(parts: readonly Windows[]): Windows {
  const join = (pick: (part: Windows) => Float64Array): Float64Array => {
    const joined = new Float64Array(parts.reduce((length, part) => length + part.starts.length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(pick(part), at);
      at += part.starts.length;
    }
    return joined;
  };
  return {
    starts: join((part) => part.starts),
    durationsMs: join((part) => part.durationsMs),
    energyWh: join((part) => part.energyWh),
    reports: join((part) => part.reports),
    disagreements: join((part) => part.disagreements),
    powerW: join((part) => part.powerW),
  };
}

/** Merges two ascending lists of measurements; of two with the same start the later one given stands. */
export function mergeWindows(a: Windows, b: Windows): Windows {
  const order: { from: Windows; index: number }[] = [];
  let i = 0;
  let j = 0;
  while (i < a.starts.length || j < b.starts.length) {
    const startA = a.starts[i] ?? Number.POSITIVE_INFINITY;
    const startB = b.starts[j] ?? Number.POSITIVE_INFINITY;
    if (startB <= startA) order.push({ from: b, index: j++ });
    else order.push({ from: a, index: i });
    if (startA <= startB) i++;
  }
  const pick = (column: (windows: Windows) => Float64Array): Float64Array =>
    Float64Array.from(order, ({ from, index }) => column(from)[index] ?? Number.NaN);
  return {
    starts: pick((windows) => windows.starts),
    durationsMs: pick((windows) => windows.durationsMs),
    energyWh: pick((windows) => windows.energyWh),
    reports: pick((windows) => windows.reports),
    disagreements: pick((windows) => windows.disagreements),
    powerW: pick((windows) => windows.powerW),
  };
}

/** Measurements as rows to draw over [`fromMs`, `toMs`), with a row of coverage 0 for each gap between them. */
export function windowColumns(windows: Windows, fromMs: EpochMs, toMs: EpochMs): Columns {
  const rows = new RowBuilder(windows.starts.length * 2 + 1);
  let endMs = fromMs;
  for (let index = 0; index < windows.starts.length; index++) {
    const startMs = windows.starts[index] ?? 0;
    const durationMs = windows.durationsMs[index] ?? 0;
    const slackMs = durationMs * GAP_SLACK;
    if (startMs + durationMs <= fromMs || startMs >= toMs || startMs + durationMs <= endMs) continue;
    if (startMs > endMs + slackMs) rows.addGap(endMs, startMs);
    else rows.reach(startMs);
    rows.add(
      { fromMs: startMs, toMs: startMs + durationMs },
      windows.energyWh[index] ?? 0,
      windows.powerW[index] ?? Number.NaN,
    );
    endMs = startMs + durationMs;
  }
  if (toMs > endMs) rows.addGap(endMs, toMs);
  return rows.finish();
}

class RowBuilder {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #energyWh: Float64Array;
  readonly #meanW: Float64Array;
  readonly #powerW: Float64Array;
  readonly #coverage: Float64Array;
  #length = 0;

  constructor(capacity: number) {
    this.#starts = new Float64Array(capacity);
    this.#ends = new Float64Array(capacity);
    this.#energyWh = new Float64Array(capacity);
    this.#meanW = new Float64Array(capacity);
    this.#powerW = unknown(capacity);
    this.#coverage = new Float64Array(capacity);
  }

  add({ fromMs, toMs }: TimeRange, energyWh: number, powerW: number): void {
    this.#put(fromMs, toMs, energyWh);
    this.#meanW[this.#length] = (energyWh * W_MS_PER_WH) / (toMs - fromMs);
    this.#powerW[this.#length] = powerW;
    this.#coverage[this.#length] = 1;
    this.#length++;
  }

  addGap(startMs: EpochMs, endMs: EpochMs): void {
    this.#put(startMs, endMs, Number.NaN);
    this.#meanW[this.#length] = Number.NaN;
    this.#length++;
  }

  /** Lets the last row end where the next one starts. */
  reach(startMs: EpochMs): void {
    if (this.#length > 0) this.#ends[this.#length - 1] = startMs;
  }

  #put(startMs: EpochMs, endMs: EpochMs, energyWh: number): void {
    this.#starts[this.#length] = startMs;
    this.#ends[this.#length] = endMs;
    this.#energyWh[this.#length] = energyWh;
  }

  finish(): Columns {
    const cut = (column: Float64Array): Float64Array => column.subarray(0, this.#length);
    const meanW = cut(this.#meanW);
    return {
      length: this.#length,
      starts: cut(this.#starts),
      ends: cut(this.#ends),
      energyWh: cut(this.#energyWh),
      meanW,
      minW: meanW,
      maxW: meanW,
      powerW: cut(this.#powerW),
      recoveredWh: new Float64Array(this.#length),
      coverage: cut(this.#coverage),
    };
  }
}

/** Mean power of what is known of the part of a row that was not measured; 0 where nothing is. */
export function recoveredPowerW(columns: Columns, row: number): number {
  const recoveredWh = columns.recoveredWh[row] ?? 0;
  const lengthMs = (columns.ends[row] ?? 0) - (columns.starts[row] ?? 0);
  const unmeasuredMs = lengthMs * (1 - (columns.coverage[row] ?? 0));
  return recoveredWh > 0 && unmeasuredMs > 0 ? (recoveredWh * W_MS_PER_WH) / unmeasuredMs : 0;
}

/** The row that holds `atMs`, or the nearest; -1 when there is none at all. */
export function rowAt(columns: Columns, atMs: EpochMs): number {
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((columns.ends[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, columns.length - 1);
}
