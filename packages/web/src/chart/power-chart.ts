import type { TimeRange } from '@kilowink/core/tariff';
import type { EpochMs } from '@kilowink/core/time';
import uPlot from 'uplot';
import { type Format, toText } from '../i18n/format.ts';
import { type Dataset, highestW, lowestW, sumUntil } from './dataset.ts';
import { drawCumulative, drawCurve } from './draw-curve.ts';
import { drawCorrected, drawGap, drawGaps, drawOffPeak, drawRecovered } from './draw-ground.ts';
import { clipped, type Frame, yOf } from './frame.ts';
import type { Palette } from './palette.ts';
import { chooseTicks, type Ticks, type ValueTicks, valueTicks } from './ticks.ts';

/** What one frame is made of. Whoever changes a field calls `invalidate`. */
export interface Scene {
  range: TimeRange;
  /** The finest at hand; it is drawn where it reaches. */
  front: Dataset | null;
  /** Coarser, for what the front does not reach. */
  back: Dataset | null;
  /** Where there could be measurements by now: outside it nothing is hatched. */
  measurable: () => TimeRange;
  hasCumulative: boolean;
  palette: Palette;
  format: Format;
  offPeak: (range: TimeRange) => readonly TimeRange[];
  /** Stretches that a correction holds for. */
  corrected: () => readonly TimeRange[];
  /** Called after each frame, when scales and picture agree. */
  onDrawn: () => void;
}

/** From this width of the window on, the scales stand beside the plot; below, inside it. */
const WIDE_PX = 640;
const AXIS_TEXT_PX = 12;
const X_AXIS_PX = 42;
const Y_AXIS_PX = 70;
const TICK_SPACE_PX = 92;
const VALUE_SPACE_PX = 54;
/** How wide a tick's label is at most: its own line, and with the line under it. */
const OWN_LABEL_PX = 42;
const FULL_LABEL_PX = 92;
/** Days narrower than this, in CSS pixels, carry no off-peak shading. */
const DAY_PX_MIN = 9;

/**
 * The curve's canvas. uPlot lays out the axes and scales; what is inside them is drawn here, from typed arrays, once a
 * frame at most.
 */
export class PowerChart {
  readonly scene: Scene;
  readonly #plot: uPlot;
  readonly #host: HTMLElement;
  #frameRequest = 0;
  /** Asked of the host once a layout: asking lays out, which a frame has no time for. */
  #isWide: boolean;
  #powerTicks = valueTicks(1_000, 5);
  #energyTicks = valueTicks(1_000, 5);
  #timeTicks: Ticks = { unit: 'minute', atMs: [] };

  constructor(host: HTMLElement, scene: Scene) {
    this.#host = host;
    this.scene = scene;
    this.#isWide = host.clientWidth >= WIDE_PX;
    this.#plot = new uPlot(
      this.#options(),
      [
        [0, 1],
        [null, null],
        [null, null],
      ],
      host,
    );
    this.#plot.root.querySelector('canvas')?.setAttribute('aria-hidden', 'true');
    this.invalidate();
  }

  /** The element over the plot that takes the pointer. */
  get over(): HTMLElement {
    return this.#plot.over;
  }

  get canvas(): HTMLCanvasElement {
    return this.#plot.ctx.canvas;
  }

  /** The plot's place in the host, CSS pixels. */
  get plotBox(): { left: number; top: number; width: number; height: number } {
    const { left, top, width, height } = this.#plot.bbox;
    const ratio = uPlot.pxRatio;
    return { left: left / ratio, top: top / ratio, width: width / ratio, height: height / ratio };
  }

  timeAt(px: number): EpochMs {
    const { range } = this.scene;
    return range.fromMs + (px / this.plotBox.width) * (range.toMs - range.fromMs);
  }

  /** CSS pixels from the plot's left edge. */
  xOf(atMs: EpochMs): number {
    const { range } = this.scene;
    return ((atMs - range.fromMs) / (range.toMs - range.fromMs)) * this.plotBox.width;
  }

  /** CSS pixels from the plot's top edge. */
  yOf(powerW: number): number {
    const { min, max } = this.#powerTicks;
    return this.plotBox.height * (1 - (powerW - min) / (max - min));
  }

  /** Draws at the next frame. */
  invalidate(): void {
    if (this.#frameRequest !== 0) return;
    this.#frameRequest = requestAnimationFrame(() => {
      this.#frameRequest = 0;
      this.#commit();
    });
  }

  /** Lays the axes out again too: the size, theme, language or layers changed. */
  relayout(): void {
    const { clientWidth, clientHeight } = this.#host;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#isWide = clientWidth >= WIDE_PX;
    this.#plot.setSize({ width: clientWidth, height: clientHeight });
    this.#plot.redraw(false, true);
    this.invalidate();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frameRequest);
    this.#plot.destroy();
  }

  #commit(): void {
    const { range, front, back, format } = this.scene;
    const { width, height } = this.plotBox;
    const parts = this.#backParts();
    const highest = Math.max(
      front === null ? 0 : highestW(front, range.fromMs, range.toMs),
      ...parts.map((part) => (back === null ? 0 : highestW(back, part.fromMs, part.toMs))),
    );
    const { textScale } = this.scene.palette;
    const valueCountMax = Math.max(2, Math.floor(height / (VALUE_SPACE_PX * textScale)));
    this.#powerTicks = this.#valueTicks(highest, valueCountMax);
    const total = front === null ? 0 : sumUntil(front, range.toMs) - sumUntil(front, range.fromMs);
    this.#energyTicks = valueTicks(Math.max(total, 1), valueCountMax);
    this.#timeTicks = chooseTicks(range, Math.max(2, width / (TICK_SPACE_PX * textScale)), format.zone);
    this.#plot.setScale('x', { min: range.fromMs, max: range.toMs });
  }

  /** Powers and currents begin at 0; a voltage is never near it, and what it does would not show. */
  #valueTicks(highest: number, countMax: number): ValueTicks {
    const { range, front, format } = this.scene;
    const { unit } = format.power(0);
    if (unit === 'V' && front !== null && highest > 0) {
      const lowest = lowestW(front, range.fromMs, range.toMs);
      const margin = Math.max((highest - lowest) * 0.1, highest / 100);
      return valueTicks(highest + margin, countMax, Math.max(0, lowest - margin));
    }
    return valueTicks(Math.max(highest * 1.04, unit === 'A' ? 1 : 100), countMax);
  }

  #frame(): Frame {
    const { left, top, width, height } = this.#plot.bbox;
    const { range } = this.scene;
    const place = { left, top, width, height, ratio: uPlot.pxRatio };
    return {
      context: this.#plot.ctx,
      ...range,
      ...place,
      powerWMax: this.#powerTicks.max,
      powerWMin: this.#powerTicks.min,
    };
  }

  // uPlot remembers what it set on the context, so everything is put back as it was.
  #drawGround(): void {
    const frame = this.#frame();
    frame.context.save();
    const { range, palette, format } = this.scene;
    if (this.plotBox.width / ((range.toMs - range.fromMs) / 86_400_000) > DAY_PX_MIN) {
      const label = format.strings.offPeak;
      drawOffPeak(frame, this.scene.offPeak(range), { palette, label });
    }
    this.#drawGaps(frame);
    frame.context.restore();
  }

  #drawGaps(frame: Frame): void {
    const { range, front, back, palette } = this.scene;
    const measurable = this.scene.measurable();
    for (const part of covered(range, front)) {
      clipped(frame, part, () => {
        if (front !== null) drawGaps(frame, front.columns, part, { palette, measurable });
      });
    }
    for (const part of uncovered(range, front)) {
      clipped(frame, part, () => {
        if (back !== null) drawGaps(frame, back.columns, part, { palette, measurable });
      });
    }
    // What lies after the last row of all and should have come by now.
    const endMs = lastEnd(front) ?? lastEnd(back);
    const isAtEnd = endMs !== null && endMs < measurable.toMs && endMs >= (lastEnd(back) ?? 0);
    if (isAtEnd) drawGap(frame, { fromMs: endMs, toMs: measurable.toMs }, palette);
  }

  #drawFigures(): void {
    const frame = this.#frame();
    frame.context.save();
    const { range, front, back, palette, hasCumulative } = this.scene;
    for (const part of this.#backParts()) {
      clipped(frame, part, () => back !== null && drawMeasured(frame, back, part, palette));
    }
    for (const part of this.#pastOf(covered(range, front))) {
      clipped(frame, part, () => front !== null && drawMeasured(frame, front, part, palette));
    }
    drawCorrected(frame, this.scene.corrected(), palette);
    if (hasCumulative && front !== null && this.#reachesAll(front)) {
      clipped(frame, range, () => drawCumulative(frame, front, this.#energyTicks.max, palette));
    }
    if (!this.#isWide) this.#drawInnerScales(frame);
    frame.context.restore();
    this.scene.onDrawn();
  }

  /** What the front does not reach, and the back is drawn in. */
  #backParts(): TimeRange[] {
    return this.#pastOf(uncovered(this.scene.range, this.scene.front));
  }

  /** The last row of all may reach past the last measurement, a day's even far into the day; the curve does not. */
  #pastOf(parts: readonly TimeRange[]): TimeRange[] {
    const measurable = this.scene.measurable();
    return parts
      .map((part) => ({ fromMs: part.fromMs, toMs: Math.min(part.toMs, measurable.toMs) }))
      .filter((part) => part.fromMs < part.toMs);
  }

  /** Whether the dataset reaches all of the range in which there could be measurements: only then do sums mean anything. */
  #reachesAll(dataset: Dataset): boolean {
    const { range } = this.scene;
    const measurable = this.scene.measurable();
    return uncovered(range, dataset).every(
      (part) => part.toMs <= measurable.fromMs || part.fromMs >= measurable.toMs - dataset.stepMs,
    );
  }

  /** On a phone the plot bleeds to the edges, so its scales are written inside, above their lines. */
  #drawInnerScales(frame: Frame): void {
    const { context, ratio } = frame;
    const { palette, hasCumulative } = this.scene;
    context.font = `${11 * palette.textScale * ratio}px ${palette.font}`;
    context.textBaseline = 'bottom';
    context.lineWidth = 3 * ratio;
    context.strokeStyle = palette.background;
    const write = (text: string, x: number, y: number): void => {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    };
    const powers = this.#powerLabels(this.#powerTicks.values);
    context.fillStyle = palette.textSoft;
    context.textAlign = 'left';
    this.#powerTicks.values.forEach((value, index) => {
      const isInside = index > 0 && index < this.#powerTicks.values.length - 1;
      if (isInside) write(powers[index] ?? '', frame.left + 8 * ratio, yOf(frame, value) - 2 * ratio);
    });
    if (!hasCumulative) return;
    context.textAlign = 'right';
    const energies = this.#energyLabels(this.#energyTicks.values);
    const right = frame.left + frame.width - 8 * ratio;
    this.#energyTicks.values.forEach((value, index) => {
      const isInside = index > 0 && index < this.#energyTicks.values.length - 1;
      const y = frame.top + frame.height * (1 - value / this.#energyTicks.max);
      if (isInside) write(energies[index] ?? '', right, y - 2 * ratio);
    });
  }

  /** On a phone there is no margin for what a label at the edge would hang over. */
  #timeLabels(): string[] {
    const { format } = this.scene;
    const { unit, atMs } = this.#timeTicks;
    if (this.#isWide) return format.tickLabels(this.#timeTicks);
    const { width } = this.plotBox;
    const { textScale } = this.scene.palette;
    const marginPx = (tickMs: EpochMs): number => Math.min(this.xOf(tickMs), width - this.xOf(tickMs));
    const inside = atMs.filter((tickMs) => marginPx(tickMs) >= (OWN_LABEL_PX / 2) * textScale);
    const labels = format.tickLabels({ unit, atMs: inside });
    return atMs.map((tickMs) => {
      const label = labels[inside.indexOf(tickMs)] ?? '';
      return marginPx(tickMs) < (FULL_LABEL_PX / 2) * textScale ? (label.split('\n')[0] ?? '') : label;
    });
  }

  #powerLabels(values: readonly number[]): string[] {
    const { format } = this.scene;
    const { max } = this.#powerTicks;
    const { unit } = format.power(0);
    const inThousands = max >= 2_000 && (unit === 'W' || unit === 'VA');
    return values.map((value) =>
      inThousands
        ? `${(value / 1_000).toLocaleString(format.locale)}\u202fk${unit}`
        : toText(format.power(value)),
    );
  }

  #energyLabels(values: readonly number[]): string[] {
    const { max } = this.#energyTicks;
    const [unit, unitWh] = max >= 1e6 ? ['MWh', 1e6] : max >= 1_000 ? ['kWh', 1_000] : ['Wh', 1];
    return values.map((value) => `${(value / unitWh).toLocaleString(this.scene.format.locale)}\u202f${unit}`);
  }

  #options(): uPlot.Options {
    const soft = (): string => this.scene.palette.textSoft;
    const hairline = (): string => this.scene.palette.hairline;
    const { textScale } = this.scene.palette;
    // uPlot reads whole pixels from a font.
    const font = `${Math.round(AXIS_TEXT_PX * textScale)}px ${this.scene.palette.font}`;
    const line = { stroke: hairline, width: 1 };
    const base = { font, stroke: soft, gap: 7 };
    const beside = (isShown: () => boolean) => (): number =>
      this.#isWide && isShown() ? Y_AXIS_PX * textScale : 0;
    const onlyWide = (labels: string[], isShown: boolean): string[] =>
      this.#isWide && isShown ? labels : labels.map(() => '');
    return {
      width: Math.max(1, this.#host.clientWidth),
      height: Math.max(1, this.#host.clientHeight),
      legend: { show: false },
      cursor: { show: false },
      padding: [10, 0, 0, 0],
      scales: {
        x: { time: false, auto: false, range: (_, min, max) => [min, max] },
        power: { range: () => [this.#powerTicks.min, this.#powerTicks.max] },
        energy: { range: () => [0, this.#energyTicks.max] },
      },
      axes: [
        {
          ...base,
          size: X_AXIS_PX * textScale,
          grid: line,
          ticks: { ...line, size: 5 },
          border: { show: true, ...line },
          splits: () => [...this.#timeTicks.atMs],
          values: () => this.#timeLabels(),
        },
        {
          ...base,
          scale: 'power',
          size: beside(() => true),
          grid: line,
          ticks: { show: false },
          splits: () => [...this.#powerTicks.values],
          values: (_, splits) => onlyWide(this.#powerLabels(splits), true),
        },
        {
          ...base,
          scale: 'energy',
          side: 1,
          size: beside(() => this.scene.hasCumulative),
          grid: { show: false },
          ticks: { show: false },
          splits: () => [...this.#energyTicks.values],
          values: (_, splits) => onlyWide(this.#energyLabels(splits), this.scene.hasCumulative),
        },
      ],
      series: [
        {},
        { scale: 'power', paths: () => null, points: { show: false } },
        { scale: 'energy', paths: () => null, points: { show: false } },
      ],
      hooks: { drawClear: [() => this.#drawGround()], draw: [() => this.#drawFigures()] },
    };
  }
}

function lastEnd(dataset: Dataset | null): EpochMs | null {
  return dataset?.columns.ends[dataset.columns.length - 1] ?? null;
}

/** The part of the range that the dataset reaches, as a list of at most one. */
export function covered(range: TimeRange, dataset: Dataset | null): TimeRange[] {
  const endMs = lastEnd(dataset);
  if (dataset === null || endMs === null) return [];
  const fromMs = Math.max(range.fromMs, dataset.columns.starts[0] ?? 0);
  const toMs = Math.min(range.toMs, endMs);
  return fromMs < toMs ? [{ fromMs, toMs }] : [];
}

/** The parts of the range to the left and right of what the dataset reaches. */
export function uncovered(range: TimeRange, dataset: Dataset | null): TimeRange[] {
  const part = covered(range, dataset)[0];
  if (part === undefined) return [range];
  return [
    { fromMs: range.fromMs, toMs: part.fromMs },
    { fromMs: part.toMs, toMs: range.toMs },
  ].filter((side) => side.fromMs < side.toMs);
}

/** What was measured, and what is known of the gaps between. */
function drawMeasured(frame: Frame, dataset: Dataset, range: TimeRange, palette: Palette): void {
  drawRecovered(frame, dataset.columns, range, palette);
  drawCurve(frame, dataset, range, palette);
}
