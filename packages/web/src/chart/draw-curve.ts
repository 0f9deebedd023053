import type { TimeRange } from '@kilowink/core/tariff';
import { type Columns, rowAt } from '../data/columns.ts';
import { type Dataset, measurablePart, sumUntil } from './dataset.ts';
import { type Frame, xOf, yOf } from './frame.ts';
import { BAND_ALPHA, type Palette } from './palette.ts';

/** Rows wider than this, in CSS pixels, are drawn as the steps they are; narrower ones join up at their middles. */
const STEP_PX_MIN = 7;
/** Fainter than the band: single counts are the ground that the curve stands on. */
const COUNTS_ALPHA = 0.13;

/** Rows [`first`, `end`) of columns without a gap between them. */
interface Run {
  readonly first: number;
  readonly end: number;
}

/** Draws the part of a dataset in `range`: band or counts, then the line. Reads typed arrays and allocates next to nothing. */
export function drawCurve(frame: Frame, dataset: Dataset, range: TimeRange, palette: Palette): void {
  const { context, ratio } = frame;
  const isStepped = isSteppedAt(frame, dataset);
  context.lineJoin = 'round';
  for (const run of measuredRuns(dataset.columns, range)) {
    context.fillStyle = palette.power;
    if (dataset.style === 'counts') {
      context.globalAlpha = COUNTS_ALPHA;
      fillUnder(frame, dataset.columns, dataset.columns.meanW, run);
    } else {
      context.globalAlpha = BAND_ALPHA;
      fillBand(frame, dataset, run, isStepped);
    }
    context.globalAlpha = 1;
    context.strokeStyle = palette.power;
    context.lineWidth = 1.5 * ratio;
    context.beginPath();
    traceRun(frame, dataset.columns, dataset.lineW, {
      ...run,
      isStepped: isStepped && dataset.style === 'band',
    });
    context.stroke();
  }
}

/** Draws the energy summed up from the frame's left edge, against a scale that ends at `energyWhMax`. */
export function drawCumulative(frame: Frame, dataset: Dataset, energyWhMax: number, palette: Palette): void {
  const { context, ratio } = frame;
  const { columns, sumWh } = dataset;
  const startWh = sumUntil(dataset, frame.fromMs);
  const scale = frame.height / energyWhMax;
  const bottom = frame.top + frame.height;
  context.strokeStyle = palette.cumulative;
  context.lineWidth = ratio;
  context.beginPath();
  for (const run of measuredRuns(columns, frame)) {
    context.moveTo(
      xOf(frame, measurablePart(dataset, run.first).fromMs),
      bottom - ((sumWh[run.first] ?? 0) - startWh) * scale,
    );
    for (let row = run.first; row < run.end; row++) {
      context.lineTo(
        xOf(frame, measurablePart(dataset, row).toMs),
        bottom - ((sumWh[row + 1] ?? 0) - startWh) * scale,
      );
    }
  }
  context.stroke();
}

function isSteppedAt(frame: Frame, dataset: Dataset): boolean {
  const msPerPx = ((frame.toMs - frame.fromMs) / frame.width) * frame.ratio;
  const { columns } = dataset;
  const spanMs = (columns.ends[columns.length - 1] ?? 0) - (columns.starts[0] ?? 0);
  return spanMs / Math.max(1, columns.length) / msPerPx > STEP_PX_MIN;
}

function* measuredRuns(columns: Columns, range: TimeRange): Generator<Run> {
  let first = -1;
  // One row more on the left, so that the line comes in from outside.
  let row = Math.max(0, rowAt(columns, range.fromMs) - 1);
  for (; row < columns.length; row++) {
    const isMeasured = (columns.coverage[row] ?? 0) > 0;
    if (isMeasured && first < 0) first = row;
    if (!isMeasured && first >= 0) {
      yield { first, end: row };
      first = -1;
    }
    if ((columns.starts[row] ?? 0) > range.toMs) {
      row++;
      break;
    }
  }
  if (first >= 0) yield { first, end: Math.min(row, columns.length) };
}

/** Adds the run's line to the path, from the edge of its first row to the edge of its last. */
function traceRun(
  frame: Frame,
  columns: Columns,
  values: Float64Array,
  run: Run & { readonly isStepped: boolean; readonly isContinued?: boolean },
): void {
  const { context } = frame;
  for (let row = run.first; row < run.end; row++) {
    const startX = xOf(frame, columns.starts[row] ?? 0);
    const endX = xOf(frame, columns.ends[row] ?? 0);
    const y = yOf(frame, values[row] ?? 0);
    if (row > run.first) context.lineTo(run.isStepped ? startX : (startX + endX) / 2, y);
    else if (run.isContinued) context.lineTo(startX, y);
    else context.moveTo(startX, y);
    if (run.isStepped || row === run.end - 1) context.lineTo(endX, y);
    else if (row === run.first) context.lineTo((startX + endX) / 2, y);
  }
}

/** The way back along a run, to close a band's outline. */
function traceRunBack(
  frame: Frame,
  columns: Columns,
  values: Float64Array,
  run: Run & { isStepped: boolean },
): void {
  const { context } = frame;
  for (let row = run.end - 1; row >= run.first; row--) {
    const startX = xOf(frame, columns.starts[row] ?? 0);
    const endX = xOf(frame, columns.ends[row] ?? 0);
    const y = yOf(frame, values[row] ?? 0);
    if (run.isStepped || row === run.end - 1) context.lineTo(endX, y);
    if (!run.isStepped) context.lineTo((startX + endX) / 2, y);
    if (run.isStepped || row === run.first) context.lineTo(startX, y);
  }
}

function fillBand(frame: Frame, dataset: Dataset, run: Run, isStepped: boolean): void {
  frame.context.beginPath();
  traceRun(frame, dataset.columns, dataset.highW, { ...run, isStepped });
  traceRunBack(frame, dataset.columns, dataset.lowW, { ...run, isStepped });
  frame.context.closePath();
  frame.context.fill();
}

function fillUnder(frame: Frame, columns: Columns, values: Float64Array, run: Run): void {
  const { context } = frame;
  const bottom = frame.top + frame.height;
  context.beginPath();
  context.moveTo(xOf(frame, columns.starts[run.first] ?? 0), bottom);
  traceRun(frame, columns, values, { ...run, isStepped: true, isContinued: true });
  context.lineTo(xOf(frame, columns.ends[run.end - 1] ?? 0), bottom);
  context.closePath();
  context.fill();
}
