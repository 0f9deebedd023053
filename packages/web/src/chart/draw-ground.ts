import type { TimeRange } from '@kilowink/core/tariff';
import { type Columns, recoveredPowerW, rowAt } from '../data/columns.ts';
import { webError } from '../errors.ts';
import { type Frame, xOf, yOf } from './frame.ts';
import type { Palette } from './palette.ts';

/** A stretch narrower than this, in CSS pixels, is left out: a hundred of them are grey, not information. */
const BAND_PX_MIN = 2.5;
const LABEL_PAD_PX = 6;
const HATCH_PX = 7;

/** Shades the off-peak stretches, and writes `label` at the start of those it fits into. */
export function drawOffPeak(
  frame: Frame,
  bands: readonly TimeRange[],
  style: { readonly palette: Palette; readonly label: string | null },
): void {
  const { context, ratio } = frame;
  const { palette, label } = style;
  context.font = `${11 * palette.textScale * ratio}px ${palette.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'top';
  const labelWidth = label === null ? 0 : context.measureText(label).width + 2 * LABEL_PAD_PX * ratio;
  for (const band of bands) {
    const left = Math.max(frame.left, xOf(frame, band.fromMs));
    const right = Math.min(frame.left + frame.width, xOf(frame, band.toMs));
    if (right - left < BAND_PX_MIN * ratio) continue;
    context.fillStyle = palette.offPeak;
    context.fillRect(left, frame.top, right - left, frame.height);
    if (label === null || right - left < labelWidth) continue;
    context.fillStyle = palette.offPeakText;
    context.fillText(label, left + LABEL_PAD_PX * ratio, frame.top + LABEL_PAD_PX * ratio);
  }
}

/** Hatches what was not measured of `range`, inside the stretch in which there could have been something. */
export function drawGaps(
  frame: Frame,
  columns: Columns,
  range: TimeRange,
  style: { readonly palette: Palette; readonly measurable: TimeRange },
): void {
  const fromMs = Math.max(range.fromMs, style.measurable.fromMs);
  const toMs = Math.min(range.toMs, style.measurable.toMs);
  let gapMs = Number.NaN;
  const { context } = frame;
  context.fillStyle = hatchPattern(frame, style.palette.hatch);
  const close = (endMs: number): void => {
    if (gapMs < endMs) fillStretch(frame, gapMs, endMs);
    gapMs = Number.NaN;
  };
  for (let row = Math.max(0, rowAt(columns, fromMs)); row < columns.length; row++) {
    const startMs = Math.max(fromMs, columns.starts[row] ?? 0);
    if (startMs >= toMs) break;
    if ((columns.coverage[row] ?? 0) > 0) close(startMs);
    else if (Number.isNaN(gapMs)) gapMs = startMs;
  }
  const endMs = columns.ends[columns.length - 1] ?? fromMs;
  close(Math.min(toMs, endMs));
}

/** Hatches one stretch. */
export function drawGap(frame: Frame, gap: TimeRange, palette: Palette): void {
  frame.context.fillStyle = hatchPattern(frame, palette.hatch);
  fillStretch(frame, gap.fromMs, gap.toMs);
}

/** Hatches, in the hue of power, the energy that is known of a gap: as high as its mean power. */
export function drawRecovered(frame: Frame, columns: Columns, range: TimeRange, palette: Palette): void {
  const { context, ratio } = frame;
  const bottom = frame.top + frame.height;
  const hatch = hatchPattern(frame, palette.power);
  for (let row = Math.max(0, rowAt(columns, range.fromMs)); row < columns.length; row++) {
    const startMs = columns.starts[row] ?? 0;
    if (startMs >= range.toMs) break;
    const powerW = recoveredPowerW(columns, row);
    if (powerW === 0) continue;
    const [left, right] = [xOf(frame, startMs), xOf(frame, columns.ends[row] ?? 0)];
    const top = yOf(frame, powerW);
    context.fillStyle = hatch;
    context.fillRect(left, top, right - left, bottom - top);
    context.fillStyle = palette.power;
    context.fillRect(left, top - ratio / 2, right - left, ratio);
  }
}

/** Marks corrected stretches along the top edge. */
export function drawCorrected(frame: Frame, stretches: readonly TimeRange[], palette: Palette): void {
  const { context, ratio } = frame;
  context.fillStyle = palette.amber;
  for (const { fromMs, toMs } of stretches) {
    const left = Math.max(frame.left, xOf(frame, fromMs));
    const right = Math.min(frame.left + frame.width, xOf(frame, toMs));
    if (right < frame.left || left > frame.left + frame.width) continue;
    context.fillRect(left, frame.top, Math.max(2 * ratio, right - left), 3 * ratio);
  }
}

function fillStretch(frame: Frame, fromMs: number, toMs: number): void {
  const left = Math.max(frame.left, xOf(frame, fromMs));
  const right = Math.min(frame.left + frame.width, xOf(frame, toMs));
  // However short a gap is, it is seen.
  if (right >= frame.left && left <= frame.left + frame.width) {
    frame.context.fillRect(left, frame.top, Math.max(frame.ratio, right - left), frame.height);
  }
}

const patterns = new Map<string, CanvasPattern>();

/** Lines at 45°, in a tile that repeats. */
function hatchPattern(frame: Frame, colour: string): CanvasPattern {
  const size = Math.round(HATCH_PX * frame.ratio);
  const key = `${size}/${colour}`;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const context = tile.getContext('2d');
  if (context === null) throw webError('web/no-canvas');
  context.strokeStyle = colour;
  context.lineWidth = frame.ratio;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift, size);
    context.lineTo(shift + size, 0);
  }
  context.stroke();
  const pattern = frame.context.createPattern(tile, 'repeat');
  if (pattern === null) throw webError('web/no-canvas');
  patterns.set(key, pattern);
  return pattern;
}
