import type { PulseWindow } from '@kilowink/core/pulse';
import type { PlotData } from './plot-data.ts';

/** What a picture of a trace shows besides the light. */
export interface PlotMarks {
  readonly title: string;
  readonly rateHz: number;
  /** The middles of the flashes, in samples from the start. */
  readonly flashSamples: readonly number[];
  readonly windows: readonly PulseWindow[];
  readonly windowSamples: number;
}

const LEFT = 64;
const TOP = 56;
const HEIGHT = 320;
const MARKS_MAX = 4_000;
const STATE_COLOURS = {
  good: 'none',
  weak: '#fde68a',
  none: '#e5e7eb',
  saturated: '#fca5a5',
  missing: '#d8b4fe',
} as const;

/** A picture for a browser: the light, what the detector takes for its base, what a flash has to pass, and the flashes. */
export function plotSvg(data: PlotData, marks: PlotMarks): string {
  const width = Math.max(800, Math.min(4_000, data.count));
  const samples = Math.max(1, data.count * data.samplesPerColumn);
  const range = valueRange(data);
  const x = (sample: number) => LEFT + (sample / samples) * width;
  const y = (mv: number) => TOP + HEIGHT - ((mv - range.low) / (range.high - range.low)) * HEIGHT;
  const column = (index: number) => x((index + 0.5) * data.samplesPerColumn);
  const sum = Float64Array.from(data.baselineMv, (mv, i) => mv + (data.thresholdMv[i] as number));
  const shown = marks.flashSamples.length <= MARKS_MAX ? marks.flashSamples : [];
  const ticks = shown.map((sample) => `M${x(sample).toFixed(1)} ${TOP - 4}v-8`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width + LEFT + 16}" height="${TOP + HEIGHT + 56}" font-family="sans-serif" font-size="12" role="img">
<title>${escapeXml(marks.title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="18" font-size="14">${escapeXml(marks.title)}</text>
<text x="${LEFT}" y="34" fill="#555"><tspan fill="#2563eb">light</tspan>  <tspan fill="#16a34a">base</tspan>  <tspan fill="#dc2626">threshold</tspan>  | flash${stateLegend(marks.windows)}</text>
${stateBands(marks, x)}${levelGrid(range, y, width)}${timeGrid(samples / marks.rateHz, (timeS) => x(timeS * marks.rateHz))}
<path d="${envelope(data, column, y)}" fill="#2563eb" fill-opacity="0.55" stroke="#2563eb" stroke-width="0.8"/>
<path d="${polyline(data.baselineMv, data.count, column, y)}" fill="none" stroke="#16a34a" stroke-width="1.2"/>
<path d="${polyline(sum, data.count, column, y)}" fill="none" stroke="#dc2626" stroke-width="1"/>
<path d="${ticks}" stroke="#111" stroke-width="1.2"/>
</svg>
`;
}

function valueRange(data: PlotData): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < data.count; i++) {
    low = Math.min(low, data.lowMv[i] as number);
    high = Math.max(high, data.highMv[i] as number);
  }
  if (!Number.isFinite(low)) return { low: 0, high: 1 };
  const margin = Math.max(5, (high - low) * 0.05);
  return { low: low - margin, high: high + margin };
}

function envelope(data: PlotData, x: (index: number) => number, y: (mv: number) => number): string {
  const points: string[] = [];
  for (let i = 0; i < data.count; i++) {
    points.push(`${x(i).toFixed(1)} ${y(data.highMv[i] as number).toFixed(1)}`);
  }
  for (let i = data.count - 1; i >= 0; i--) {
    points.push(`${x(i).toFixed(1)} ${y(data.lowMv[i] as number).toFixed(1)}`);
  }
  return points.length === 0 ? '' : `M${points.join('L')}Z`;
}

function polyline(
  values: Float64Array,
  count: number,
  x: (index: number) => number,
  y: (mv: number) => number,
): string {
  let path = '';
  for (let i = 0; i < count; i++) {
    const mv = values[i] as number;
    if (!Number.isNaN(mv)) path += `${path === '' ? 'M' : 'L'}${x(i).toFixed(1)} ${y(mv).toFixed(1)}`;
  }
  return path;
}

function stateBands(marks: PlotMarks, x: (sample: number) => number): string {
  return marks.windows
    .filter((window) => window.state !== 'good')
    .map((window) => {
      const from = x(window.number * marks.windowSamples);
      const to = x((window.number + 1) * marks.windowSamples);
      const place = `x="${from.toFixed(1)}" y="${TOP}" width="${(to - from).toFixed(1)}" height="${HEIGHT}"`;
      return `<rect ${place} fill="${STATE_COLOURS[window.state]}" fill-opacity="0.5"/>\n`;
    })
    .join('');
}

function stateLegend(windows: readonly PulseWindow[]): string {
  const told = { weak: 'weak', none: 'no flash recognised yet', saturated: 'blinded', missing: 'no samples' };
  return Object.entries(told)
    .filter(([state]) => windows.some((window) => window.state === state))
    .map(
      ([state, text]) =>
        `  <tspan fill="${STATE_COLOURS[state as keyof typeof told]}" stroke="#888" stroke-width="0.4">■</tspan> ${text}`,
    )
    .join('');
}

function levelGrid(range: { low: number; high: number }, y: (mv: number) => number, width: number): string {
  const step = roundStep((range.high - range.low) / 5);
  let out = '';
  for (let mv = Math.ceil(range.low / step) * step; mv <= range.high; mv += step) {
    const at = y(mv).toFixed(1);
    out += `<path d="M${LEFT} ${at}h${width}" stroke="#ddd"/><text x="${LEFT - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${Math.round(mv)} mV</text>\n`;
  }
  return out;
}

function timeGrid(seconds: number, x: (timeS: number) => number): string {
  const step = Math.max(0.001, roundStep(seconds / 10));
  let out = '';
  for (let index = 0; index * step <= seconds; index++) {
    const at = x(index * step).toFixed(1);
    const label = Number((index * step).toPrecision(6));
    out += `<path d="M${at} ${TOP + HEIGHT}v5" stroke="#555"/><text x="${at}" y="${TOP + HEIGHT + 18}" text-anchor="middle">${label} s</text>\n`;
  }
  return out;
}

/** The next of 1, 2, 5, 10, … */
function roundStep(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5, 10].find((candidate) => candidate * power >= value) ?? 10;
  return digit * power;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
