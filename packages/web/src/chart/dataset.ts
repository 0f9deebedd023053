import type { TimeRange } from '@kilowink/core/tariff';
import { type EpochMs, SECOND_MS } from '@kilowink/core/time';
import { type Columns, rowAt, W_MS_PER_WH } from '../data/columns.ts';
import { runningMean } from './running-mean.ts';

/** Everything a frame is drawn from, worked out once when data arrives, so that a frame only reads. */
export interface Dataset {
  readonly columns: Columns;
  readonly stepMs: number;
  /** A gauge (`mean`) is drawn as powers are, in its own unit; it has no energy. */
  readonly kind: 'sum' | 'mean';
  /** `counts` are drawn as faint steps under the power that they tell, `band` as a mean inside its min–max band. */
  readonly style: 'counts' | 'band';
  readonly lineW: Float64Array;
  /** The band about the line; the line itself where there is none. */
  readonly lowW: Float64Array;
  readonly highW: Float64Array;
  /** Energy before each row, and after the last: one longer than the columns. */
  readonly sumWh: Float64Array;
  /** From the first measurement of the series to its last: of a row that reaches beyond, nothing can be there. */
  readonly extent: TimeRange;
}

/** What a series is, for how it is drawn. */
export interface Drawn {
  readonly kind: 'sum' | 'mean';
  /** Whether its measurements count flashes in windows, or may; a meter that speaks for itself dates each Wh. */
  readonly isFlashes: boolean;
  /** From its first measurement to its last. */
  readonly extent: TimeRange;
}

const ALWAYS: TimeRange = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
const FLASHES: Drawn = { kind: 'sum', isFlashes: true, extent: ALWAYS };

/** Up to this step single flashes show as steps. */
export const COUNTS_STEP_MS_MAX = 30_000;

/** One flash of a meter, and the window in which sensors count them. */
export const FLASH_WH = 1;
export const FLASH_WINDOW_MS = 5_000;

/** What one flash more or less in a row of `stepMs` looks like as power. */
export function flashStepW(stepMs: number): number {
  return (FLASH_WH * W_MS_PER_WH) / Math.max(stepMs, FLASH_WINDOW_MS);
}

/** A sensor's clock is good to a few in ten thousand, so a count of twenty flashes may be off by this part of one. */
const FLASH_TOLERANCE = 0.05;

/**
 * Works out what a frame needs. The min–max band shows the load, not the counting: a steady 300 W gives windows of 0 and
 * of 1 flash, so counts that differ by one flash give no band, and others one that is half a flash narrower on both
 * sides. The mean always lies inside. Whether a row comes from counts is read off its values, for a series may also
 * hold finer measurements, as from an import.
 */
export function createDataset(columns: Columns, stepMs: number, series: Drawn = FLASHES): Dataset {
  const { kind, extent } = series;
  const mayCount = series.isFlashes && stepMs <= COUNTS_STEP_MS_MAX;
  const isCounts = mayCount && isMostlyCounts(columns, stepMs);
  const lineW = told(columns, mayCount ? meanOfCounts(columns, isCounts) : columns.meanW);
  const { length } = columns;
  const sumWh = new Float64Array(length + 1);
  for (let row = 0; row < length; row++) {
    const energyWh = kind === 'sum' ? columns.energyWh[row] : heldWh(columns, row);
    sumWh[row + 1] = (sumWh[row] ?? 0) + (energyWh || 0);
  }
  const dataset = { columns, stepMs, kind, lineW, sumWh, extent };
  if (isCounts) return { ...dataset, style: 'counts', lowW: lineW, highW: lineW };
  const lowW = new Float64Array(length);
  const highW = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    [lowW[row], highW[row]] = extremesOf(dataset, row, series.isFlashes);
  }
  return { ...dataset, style: 'band', lowW, highW };
}

/** What stands where energy does for a gauge: what it held goes on over the pause that a row covers before the next. */
function heldWh({ meanW, starts, ends, coverage }: Columns, row: number): number {
  const lengthMs = (ends[row] ?? 0) - (starts[row] ?? 0);
  return ((meanW[row] ?? 0) * lengthMs * (coverage[row] ?? 0)) / W_MS_PER_WH;
}

/** The band of a row; the line itself where the extremes say nothing of the load. */
function extremesOf(
  { columns, lineW, kind }: Pick<Dataset, 'columns' | 'lineW' | 'kind'>,
  row: number,
  isFlashes: boolean,
): [lowW: number, highW: number] {
  const meanW = lineW[row] ?? Number.NaN;
  const minW = columns.minW[row] ?? meanW;
  const maxW = columns.maxW[row] ?? meanW;
  const isTold = kind === 'sum' && !Number.isNaN(columns.powerW[row] ?? Number.NaN);
  // Of single steps of an index the extremes say how long a frame took, of one measurement what the power is told from.
  if (isTold && (!isFlashes || minW === maxW)) return [meanW, meanW];
  const isCount = isFlashes && isOfCounts(minW, maxW);
  const narrowW = isCount ? narrowBy(maxW - minW, flashStepW(FLASH_WINDOW_MS)) : 0;
  return [Math.min(meanW, minW + narrowW), Math.max(meanW, maxW - narrowW)];
}

/** The power that flashes tell where the server gave it; what came since its last answer has only counts. */
function told({ powerW }: Columns, otherwise: Float64Array): Float64Array {
  return powerW.map((each, row) => (Number.isNaN(each) ? (otherwise[row] ?? each) : each));
}

/** The running mean of counts; where only part of the rows are counts, finer measurements among them stay as they are. */
function meanOfCounts(columns: Columns, isAll: boolean): Float64Array {
  const running = runningMean(columns, FLASH_WH);
  if (isAll) return running;
  return columns.meanW.map((meanW, row) => (isAmongCounts(columns, row) ? (running[row] ?? meanW) : meanW));
}

/** Whether the row and those beside it hold whole flashes; of finer measurements one may, but hardly five in a row. */
function isAmongCounts({ energyWh }: Columns, row: number): boolean {
  return energyWh
    .subarray(Math.max(0, row - 2), row + 3)
    .every((each) => Number.isNaN(each) || isWhole(each));
}

/** Whether an energy is one of flashes counted. */
export function isWhole(energyWh: number): boolean {
  return Math.abs(energyWh - Math.round(energyWh)) < 1e-6;
}

/** What to take off both sides of a band of flash counts `widthW` wide. */
function narrowBy(widthW: number, flashW: number): number {
  return widthW < flashW * 1.5 ? widthW : flashW / 2;
}

/** Whether these are the extremes of flashes that were counted by window. */
function isOfCounts(minW: number, maxW: number): boolean {
  const flashW = flashStepW(FLASH_WINDOW_MS);
  return isMultiple(minW, flashW) && isMultiple(maxW, flashW);
}

function isMultiple(value: number, unit: number): boolean {
  const count = value / unit;
  return Math.abs(count - Math.round(count)) < FLASH_TOLERANCE;
}

/** Whether more than half of the short rows hold whole flashes. Half a minute's buckets of longer counts may by chance. */
function isMostlyCounts(columns: Columns, stepMs: number): boolean {
  const isBuckets = stepMs > FLASH_WINDOW_MS;
  let short = 0;
  let whole = 0;
  for (let row = 0; row < columns.length; row++) {
    const energyWh = columns.energyWh[row] ?? Number.NaN;
    const lengthMs = (columns.ends[row] ?? 0) - (columns.starts[row] ?? 0);
    if (Number.isNaN(energyWh) || lengthMs > COUNTS_STEP_MS_MAX * 1.5) continue;
    short++;
    const isLonger = isBuckets && !isOfCounts(columns.minW[row] ?? 0, columns.maxW[row] ?? 0);
    if (isWhole(energyWh) && !isLonger) whole++;
  }
  return whole > short / 2;
}

/** Energy from the dataset's start to `atMs`; a row that is cut counts in proportion. */
export function sumUntil(dataset: Dataset, atMs: EpochMs): number {
  const { sumWh } = dataset;
  const row = rowAt(dataset.columns, atMs);
  if (row < 0) return 0;
  const { fromMs, toMs } = measurablePart(dataset, row);
  const part = atMs >= toMs ? 1 : Math.max(0, (atMs - fromMs) / (toMs - fromMs));
  const beforeWh = sumWh[row] ?? 0;
  return beforeWh + ((sumWh[row + 1] ?? beforeWh) - beforeWh) * part;
}

/** What of a row lies between the first and the last measurement: its energy is there, as that of a day that is not over. */
export function measurablePart({ columns, extent }: Dataset, row: number): TimeRange {
  const [startMs, endMs] = [columns.starts[row] ?? 0, columns.ends[row] ?? 0];
  const fromMs = Math.max(startMs, extent.fromMs);
  const toMs = Math.min(endMs, extent.toMs);
  return fromMs < toMs ? { fromMs, toMs } : { fromMs: startMs, toMs: endMs };
}

/** The highest power to show between two times; 0 when nothing was measured there. */
export function highestW(dataset: Dataset, fromMs: EpochMs, toMs: EpochMs): number {
  const { columns } = dataset;
  const highW = dataset.style === 'counts' ? columns.meanW : dataset.highW;
  let highest = 0;
  for (let row = Math.max(0, rowAt(columns, fromMs)); row < columns.length; row++) {
    if ((columns.starts[row] ?? 0) >= toMs) break;
    const value = highW[row] ?? 0;
    if (value > highest) highest = value;
  }
  return highest;
}

/** The lowest to show between two times; 0 when nothing was measured there. */
export function lowestW(dataset: Dataset, fromMs: EpochMs, toMs: EpochMs): number {
  const { columns, lowW } = dataset;
  let lowest = Number.POSITIVE_INFINITY;
  for (let row = Math.max(0, rowAt(columns, fromMs)); row < columns.length; row++) {
    if ((columns.starts[row] ?? 0) >= toMs) break;
    const value = lowW[row] ?? Number.NaN;
    if (value < lowest) lowest = value;
  }
  return Number.isFinite(lowest) ? lowest : 0;
}

/** How long the shorter and the longer rows last, to the second. */
export interface RowSpans {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** A few rows are longer, up to where a sensor that started anew took up again. */
const ODD_PART = 0.1;

/** How long the measured rows that touch [`fromMs`, `toMs`) last: buckets their step, measurements as long as they took. */
export function rowSpans({ columns, stepMs }: Dataset, fromMs: EpochMs, toMs: EpochMs): RowSpans {
  const lengthsMs: number[] = [];
  for (let row = Math.max(0, rowAt(columns, fromMs)); row < columns.length; row++) {
    const startMs = columns.starts[row] ?? 0;
    if (startMs >= toMs || stepMs > FLASH_WINDOW_MS) break;
    if (columns.coverage[row] === 0) continue;
    lengthsMs.push(Math.round(((columns.ends[row] ?? 0) - startMs) / SECOND_MS) * SECOND_MS);
  }
  lengthsMs.sort((a, b) => a - b);
  const odd = Math.floor(lengthsMs.length * ODD_PART);
  return { leastMs: lengthsMs[odd] ?? stepMs, mostMs: lengthsMs.at(-1 - odd) ?? stepMs };
}

/** What a range holds, in a sentence's worth of numbers. */
export interface RangeSummary {
  readonly energyWh: number;
  readonly meanW: number;
  readonly minW: number;
  readonly maxW: number;
  /** Measured part, 0 to 1, of what lies between the first and the last measurement. */
  readonly coverage: number;
}

/** Sums the rows that touch [`fromMs`, `toMs`), cut ones in proportion; null when nothing was measured there. */
export function summarize(dataset: Dataset, fromMs: EpochMs, toMs: EpochMs): RangeSummary | null {
  const { columns } = dataset;
  let measuredMs = 0;
  let recoveredWh = 0;
  let spanMs = 0;
  let minW = Number.POSITIVE_INFINITY;
  let maxW = Number.NEGATIVE_INFINITY;
  for (let row = Math.max(0, rowAt(columns, fromMs)); row < columns.length; row++) {
    const startMs = Math.max(fromMs, columns.starts[row] ?? 0);
    const endMs = Math.min(toMs, columns.ends[row] ?? 0);
    if (startMs >= endMs) break;
    spanMs += endMs - startMs;
    const rowMs = (columns.ends[row] ?? 0) - (columns.starts[row] ?? 0);
    const could = measurablePart(dataset, row);
    const partMs = Math.max(0, Math.min(endMs, could.toMs) - Math.max(startMs, could.fromMs));
    const part = partMs / (could.toMs - could.fromMs);
    measuredMs += Math.min(partMs, rowMs * part * (columns.coverage[row] ?? 0));
    recoveredWh += (columns.recoveredWh[row] ?? 0) * part;
    if (columns.coverage[row] === 0) continue;
    minW = Math.min(minW, dataset.lowW[row] ?? minW);
    maxW = Math.max(maxW, dataset.highW[row] ?? maxW);
  }
  if (measuredMs === 0) return null;
  const energyWh = sumUntil(dataset, toMs) - sumUntil(dataset, fromMs);
  const meanW = ((energyWh - recoveredWh) * W_MS_PER_WH) / measuredMs;
  // Over a few windows the counted mean may lie outside the running mean, which also looks beyond the range's ends.
  const extremes = { minW: Math.min(minW, meanW), maxW: Math.max(maxW, meanW) };
  return { energyWh, meanW, ...extremes, coverage: measuredMs / spanMs };
}
