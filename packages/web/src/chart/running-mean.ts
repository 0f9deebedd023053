import { type Columns, W_MS_PER_WH } from '../data/columns.ts';

/** Flashes that a stretch must hold before its mean says more than noise. */
export const FLASHES_MIN = 20;
/** The running mean looks at no more than half of this to either side. */
export const SPAN_MS_MAX = 60_000;

/**
 * Mean power about each row, over the shortest stretch around it that holds `FLASHES_MIN` flashes, at most a minute
 * and never across a gap. The count of one 5 s window is a multiple of 720 W, and says little about a load of 300 W;
 * the minute around it does. Rows count the less the farther they are, or the line would jump with every flash that
 * comes in and goes out. NaN where nothing was measured.
 */
export function runningMean(columns: Columns, flashWh: number): Float64Array {
  const mean = new Float64Array(columns.length);
  for (let row = 0; row < columns.length; row++) {
    mean[row] = isMeasured(columns, row) ? meanAround(columns, row, flashWh * FLASHES_MIN) : Number.NaN;
  }
  return mean;
}

function isMeasured(columns: Columns, row: number): boolean {
  return row >= 0 && row < columns.length && (columns.coverage[row] ?? 0) > 0;
}

function meanAround(columns: Columns, row: number, energyWhMin: number): number {
  const reach = findReach(columns, row, energyWhMin);
  let energyWh = 0;
  let measuredMs = 0;
  for (const side of [-1, 1]) {
    for (let distance = side === 1 ? 1 : 0; distance <= reach; distance++) {
      const other = row + side * distance;
      if (!isMeasured(columns, other)) break;
      const weight = reach + 1 - distance;
      const lengthMs = (columns.ends[other] ?? 0) - (columns.starts[other] ?? 0);
      energyWh += weight * (columns.energyWh[other] ?? 0);
      measuredMs += weight * lengthMs * (columns.coverage[other] ?? 0);
    }
  }
  return (energyWh * W_MS_PER_WH) / measuredMs;
}

/** How many rows to either side hold enough flashes, or as many as half the longest stretch has. */
function findReach(columns: Columns, row: number, energyWhMin: number): number {
  const middleMs = ((columns.starts[row] ?? 0) + (columns.ends[row] ?? 0)) / 2;
  let energyWh = columns.energyWh[row] ?? 0;
  let reach = 0;
  while (energyWh < energyWhMin) {
    const [left, right] = [row - reach - 1, row + reach + 1];
    const canLeft = isMeasured(columns, left) && middleMs - middleOf(columns, left) <= SPAN_MS_MAX / 2;
    const canRight = isMeasured(columns, right) && middleOf(columns, right) - middleMs <= SPAN_MS_MAX / 2;
    if (!canLeft && !canRight) break;
    if (canLeft) energyWh += columns.energyWh[left] ?? 0;
    if (canRight) energyWh += columns.energyWh[right] ?? 0;
    reach++;
  }
  return reach;
}

function middleOf(columns: Columns, row: number): number {
  return ((columns.starts[row] ?? 0) + (columns.ends[row] ?? 0)) / 2;
}
