import type { TimeRange } from '@kilowink/core/tariff';
import { rowAt } from '../data/columns.ts';
import type { Dataset } from './dataset.ts';

/** One line of the table of what is on show. */
export interface TableRow extends TimeRange {
  readonly energyWh: number;
  readonly meanW: number;
  readonly lowW: number;
  readonly highW: number;
  readonly coverage: number;
}

/** A table longer than this is not read. */
export const TABLE_ROWS_MAX = 200;

/** The dataset's rows that touch `range`, as many neighbours put together as keeps the table within its length. */
export function tableRows(dataset: Dataset, range: TimeRange): TableRow[] {
  const { columns } = dataset;
  const first = Math.max(0, rowAt(columns, range.fromMs));
  let end = first;
  while (end < columns.length && (columns.starts[end] ?? 0) < range.toMs) end++;
  const groupSize = Math.max(1, Math.ceil((end - first) / TABLE_ROWS_MAX));
  const rows: TableRow[] = [];
  for (let row = first; row < end; row += groupSize) {
    rows.push(mergeRows(dataset, row, Math.min(end, row + groupSize)));
  }
  return rows;
}

function mergeRows(dataset: Dataset, first: number, end: number): TableRow {
  const { columns, sumWh } = dataset;
  let measuredMs = 0;
  let sumWMs = 0;
  let lowW = Number.POSITIVE_INFINITY;
  let highW = 0;
  for (let row = first; row < end; row++) {
    const coverage = columns.coverage[row] ?? 0;
    if (coverage === 0) continue;
    const rowMs = coverage * ((columns.ends[row] ?? 0) - (columns.starts[row] ?? 0));
    measuredMs += rowMs;
    // What the curve and its tooltip say: single counts of a steady load would jump by 720 W.
    sumWMs += (dataset.lineW[row] ?? 0) * rowMs;
    lowW = Math.min(lowW, dataset.lowW[row] ?? lowW);
    highW = Math.max(highW, dataset.highW[row] ?? highW);
  }
  const fromMs = columns.starts[first] ?? 0;
  const toMs = columns.ends[end - 1] ?? 0;
  const energyWh = (sumWh[end] ?? 0) - (sumWh[first] ?? 0);
  const coverage = measuredMs / (toMs - fromMs);
  return { fromMs, toMs, energyWh, meanW: sumWMs / measuredMs, lowW, highW, coverage };
}
