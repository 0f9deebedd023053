import type { TimeRange } from '@kilowink/core/tariff';
import type { RawWindows } from '../data/columns.ts';
import { webError } from '../errors.ts';
import type { Format } from '../i18n/format.ts';
import { type Frame, xOf, yOf } from './frame.ts';
import type { Palette } from './palette.ts';
import { chooseTicks, valueTicks } from './ticks.ts';

/** What the plot of single measurements is drawn from. */
export interface WindowsScene extends RawWindows {
  readonly range: TimeRange;
  /** Of each measurement: its energy, or what a gauge held. */
  readonly values: Float64Array;
  /** What a meter says itself and what a file holds came in none. */
  readonly hasReports: boolean;
  readonly format: Format;
  readonly palette: Palette;
}

const REPORTS_PX = 34;
const AXIS_PX = 20;
const LEFT_PX = 44;
const TICK_SPACE_PX = 92;

/** A dot for each measurement at its value, hollow where it is left out and ringed where reports disagreed; under it a bar for the reports that carried it. */
export function drawWindows(canvas: HTMLCanvasElement, scene: WindowsScene): void {
  const ratio = devicePixelRatio;
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  const context = canvas.getContext('2d');
  if (context === null) throw webError('web/no-canvas');
  const { font, textScale } = scene.palette;
  context.font = `${11 * textScale * ratio}px ${font}`;
  const left = LEFT_PX * textScale * ratio;
  const axis = AXIS_PX * textScale;
  const width = canvas.width - left - 8 * ratio;
  const reportsPx = scene.hasReports ? REPORTS_PX : 0;
  const dotsHeight = canvas.height - (reportsPx + axis + (scene.hasReports ? 26 : 8)) * ratio;
  const values = valueTicks(highest(scene.values), 4);
  const reports = valueTicks(highest(scene.windows.reports), 1);
  const base = { context, ...scene.range, left, width, ratio };
  const dots: Frame = { ...base, top: 8 * ratio, height: dotsHeight, powerWMax: values.max };
  const bars: Frame = {
    ...base,
    top: canvas.height - (reportsPx + axis) * ratio,
    height: reportsPx * ratio,
    powerWMax: reports.max,
  };
  drawGrid(dots, values.values, scene);
  drawTimes(bars, scene);
  if (scene.hasReports) {
    drawGrid(bars, reports.values, scene);
    drawReports(bars, scene);
  }
  drawDots(dots, scene);
}

function highest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 1);
}

function drawGrid(frame: Frame, values: readonly number[], { palette, format }: WindowsScene): void {
  const { context, ratio } = frame;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of values) {
    const y = Math.round(yOf(frame, value));
    context.fillStyle = palette.hairline;
    context.fillRect(frame.left, y, frame.width, ratio);
    context.fillStyle = palette.textSoft;
    const isWhole = Number.isInteger(value);
    if (isWhole) context.fillText(format.count(value), frame.left - 8 * ratio, y);
  }
}

function drawTimes(frame: Frame, { palette, format }: WindowsScene): void {
  const { context, ratio } = frame;
  const ticks = chooseTicks(
    frame,
    Math.max(2, frame.width / ratio / TICK_SPACE_PX / palette.textScale),
    format.zone,
  );
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.fillStyle = palette.textSoft;
  format.tickLabels(ticks).forEach((label, index) => {
    const [own = ''] = label.split('\n');
    context.fillText(own, xOf(frame, ticks.atMs[index] ?? 0), frame.top + frame.height + 6 * ratio);
  });
}

function drawReports(frame: Frame, { windows, palette }: WindowsScene): void {
  const { context, ratio } = frame;
  const bottom = frame.top + frame.height;
  context.fillStyle = palette.cumulative;
  for (let index = 0; index < windows.starts.length; index++) {
    const startMs = windows.starts[index] ?? 0;
    const left = xOf(frame, startMs);
    const width = xOf(frame, startMs + (windows.durationsMs[index] ?? 0)) - left;
    const y = yOf(frame, windows.reports[index] ?? 0);
    context.fillRect(left, y, Math.max(ratio * 0.5, width * 0.6), bottom - y);
  }
}

function drawDots(frame: Frame, { windows, values, isLeftOut, palette }: WindowsScene): void {
  const { context, ratio } = frame;
  const pxPerRow = frame.width / Math.max(1, windows.starts.length);
  const radius = Math.max(1.2 * ratio, Math.min(3 * ratio, pxPerRow / 2));
  context.lineWidth = 1.5 * ratio;
  for (let index = 0; index < windows.starts.length; index++) {
    const middleMs = (windows.starts[index] ?? 0) + (windows.durationsMs[index] ?? 0) / 2;
    const [x, y] = [xOf(frame, middleMs), yOf(frame, values[index] ?? 0)];
    context.fillStyle = palette.power;
    context.strokeStyle = palette.textSoft;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (isLeftOut?.[index]) context.stroke();
    else context.fill();
    if ((windows.disagreements[index] ?? 0) === 0) continue;
    context.strokeStyle = palette.amber;
    context.beginPath();
    context.arc(x, y, radius + 3 * ratio, 0, 2 * Math.PI);
    context.stroke();
  }
}
