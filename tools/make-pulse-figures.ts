// Draws the figures of docs/design/pulse-detector.md from the detector itself: how many flashes it misses and invents
// in white noise beside the bound, what its smoothing lets pass, and what it sees of moving shadows. Takes a minute or
// two; the figures are committed. `--hours=3` makes the first of them finer.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  boundAt,
  createLight,
  createRunner,
  judge,
  type Light,
  PLAIN_ADC,
  SCENES,
  type TrueFlash,
} from '@kilowink/sim/light';

const FOLDER = join(import.meta.dirname, '../docs/design/figures');
const HOURS = Number(process.argv.find((argument) => argument.startsWith('--hours='))?.slice(8) ?? 1);
const SNRS = [5, 6, 7, 7.5, 8, 8.4, 9, 9.5, 10, 11, 12];
const AMPLITUDE_MV = 30;
/** One with shadows, clouds and some twenty flashes in its first seconds. */
const SHADOWS_SEED = 13;
/** What happens before the detector knows its light is left out: a start is another subject. */
const START_S = 120;

interface Point {
  readonly snr: number;
  readonly missed: number;
  readonly inventedPerHour: number;
}

function noisyLight(snr: number, flashMs: number): Light {
  return {
    rateHz: 1_000,
    meter: { powerW: [3_000, 9_000], flashMs, amplitudeMv: AMPLITUDE_MV },
    ambient: [{ kind: 'steady', levelMv: 400 }],
    adc: { ...PLAIN_ADC, noiseMv: (AMPLITUDE_MV * Math.sqrt(flashMs)) / snr },
  };
}

function measure(snr: number, flashMs: number): Point {
  const light = noisyLight(snr, flashMs);
  const source = createLight(light, Math.round(snr * 10) + flashMs);
  const runner = createRunner(light);
  const chunk = new Int16Array(5_000);
  const flashes: TrueFlash[] = [];
  for (let i = 0; i < HOURS * 720; i++) {
    source.read(chunk);
    flashes.push(...source.takeFlashes());
    runner.feed(chunk);
  }
  const isLate = (timeS: number) => timeS > START_S;
  const late = flashes.filter((flash) => isLate(flash.fromS) && flash.toS < HOURS * 3_600 - 6);
  const foundS = runner.foundS.filter((timeS) => isLate(timeS) && timeS < HOURS * 3_600 - 6);
  const score = judge(late, { ...runner, foundS }, light.rateHz);
  return { snr, missed: score.missed / score.trueCount, inventedPerHour: score.invented / HOURS };
}

/** Empty places for each flash at 6 kW on average. */
function emptyPlaces(flashMs: number): number {
  return 600 / flashMs - 1;
}

interface Curve {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly isDotted?: boolean;
}

interface Axes {
  readonly title: string;
  readonly x: { readonly label: string; readonly low: number; readonly high: number; readonly step: number };
  readonly y: { readonly label: string; readonly low: number; readonly high: number };
}

/** A figure with a logarithmic y axis in whole powers of ten. */
function figure(axes: Axes, curves: readonly Curve[]): string {
  const [width, height, left, top] = [640, 360, 70, 46];
  const x = (value: number) => left + ((value - axes.x.low) / (axes.x.high - axes.x.low)) * width;
  const [low, high] = [Math.log10(axes.y.low), Math.log10(axes.y.high)];
  const y = (value: number) => top + height - ((Math.log10(value) - low) / (high - low)) * height;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width + left + 30}" height="${height + top + 56}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${axes.title}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${left}" y="20" font-size="14">${axes.title}</text>`,
    `<text x="${left}" y="38" fill="#555">${axes.y.label}</text>`,
    `<text x="${left + width}" y="${top + height + 40}" text-anchor="end" fill="#555">${axes.x.label}</text>`,
  ];
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power).toFixed(1);
    const label = power >= -2 && power <= 3 ? String(Number((10 ** power).toPrecision(1))) : `1e${power}`;
    out.push(`<path d="M${left} ${at}h${width}" stroke="#ddd"/>`);
    out.push(`<text x="${left - 8}" y="${at}" text-anchor="end" dominant-baseline="middle">${label}</text>`);
  }
  for (let value = axes.x.low; value <= axes.x.high; value += axes.x.step) {
    const at = x(value).toFixed(1);
    out.push(`<path d="M${at} ${top}v${height}" stroke="#eee"/>`);
    out.push(`<text x="${at}" y="${top + height + 18}" text-anchor="middle">${value}</text>`);
  }
  for (const [index, curve] of curves.entries()) out.push(drawCurve(curve, index, { x, y, axes }));
  return `${out.join('\n')}\n</svg>\n`;
}

function drawCurve(
  curve: Curve,
  index: number,
  at: { x: (value: number) => number; y: (value: number) => number; axes: Axes },
): string {
  const { x, y, axes } = at;
  const visible = curve.points.filter(([, value]) => value >= axes.y.low && value <= axes.y.high);
  const places = visible.map(([px, py]) => `${x(px).toFixed(1)} ${y(py).toFixed(1)}`);
  const dash = curve.isDotted ? ' stroke-dasharray="4 3"' : '';
  const dots =
    curve.points.length > 40
      ? ''
      : places
          .map((place) => `<circle cx="${place.replace(' ', '" cy="')}" r="3" fill="${curve.colour}"/>`)
          .join('');
  const legendX = x(axes.x.high) - 220;
  const legendY = 64 + 18 * index;
  return `<path d="M${places.join('L')}" fill="none" stroke="${curve.colour}" stroke-width="1.8"${dash}/>${dots}
<path d="M${legendX} ${legendY}h24" stroke="${curve.colour}" stroke-width="1.8"${dash}/><text x="${legendX + 30}" y="${legendY + 4}">${curve.label}</text>`;
}

function missFigure(byLength: ReadonlyMap<number, readonly Point[]>): string {
  const fine = Array.from({ length: 81 }, (_, i) => 4 + i * 0.1);
  const colours = ['#2563eb', '#d97706', '#16a34a'];
  const curves = [...byLength].map(([flashMs, points], index) => ({
    label: `detector, flashes of ${flashMs} ms`,
    colour: colours[index] ?? '#000',
    points: points.map(({ snr, missed }) => [snr, missed] as const),
  }));
  const bound = {
    label: 'bound, flashes of 40 ms',
    colour: '#111',
    isDotted: true,
    points: fine.map((snr) => {
      const { missed, invented } = boundAt(snr, emptyPlaces(40));
      return [snr, missed + invented] as const;
    }),
  };
  const axes = {
    title: 'Flashes missed in white noise',
    x: { label: 'signal-to-noise ratio of a flash: height × √samples ÷ noise', low: 4, high: 12, step: 1 },
    y: { label: 'share of the flashes; the bound: missed and invented', low: 1e-5, high: 1 },
  };
  return figure(axes, [bound, ...curves]);
}

function smoothingFigure(): string {
  const box = (samples: number, hz: number) =>
    Math.abs(Math.sin((Math.PI * hz * samples) / 1_000) / (samples * Math.sin((Math.PI * hz) / 1_000)));
  const hertz = Array.from({ length: 800 }, (_, i) => 0.5 + i * 0.5);
  const both = hertz.map((hz) => [hz, Math.max(1e-5, box(10, hz) * box(8, hz))] as const);
  const one = hertz.map((hz) => [hz, Math.max(1e-5, box(10, hz))] as const);
  return figure(
    {
      title: 'What the smoothing lets pass at 1 kHz',
      x: { label: 'Hz', low: 0, high: 400, step: 50 },
      y: { label: 'share of the height', low: 1e-4, high: 1 },
    },
    [
      { label: 'a mean of 10 ms', colour: '#9ca3af', points: one },
      { label: 'means of 10 and 8 ms', colour: '#2563eb', points: both },
    ],
  );
}

/** What `kilowink detect --plot` draws of some seconds of a scene in which much moves. */
function drawScene(name: string, seed: number, seconds: number): void {
  const scene = SCENES.find((one) => one.name === name);
  if (scene === undefined) throw new RangeError(`there is no scene "${name}"`);
  const samplesMv = new Int16Array(seconds * scene.light.rateHz);
  createLight(scene.light, seed).read(samplesMv);
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-figure-'));
  try {
    const trace = join(folder, 'shadows.s16');
    writeFileSync(trace, new Uint8Array(samplesMv.buffer));
    const cli = join(import.meta.dirname, '../packages/cli/src/main.ts');
    const plot = join(FOLDER, 'pulse-shadows.svg');
    spawnSync(process.execPath, [cli, 'detect', trace, '--format', 's16', '--plot', plot]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

mkdirSync(FOLDER, { recursive: true });
drawScene('shadows and a lamp', SHADOWS_SEED, 12);
writeFileSync(join(FOLDER, 'pulse-smoothing.svg'), smoothingFigure());
const byLength = new Map([15, 40, 120].map((flashMs) => [flashMs, SNRS.map((snr) => measure(snr, flashMs))]));
writeFileSync(join(FOLDER, 'pulse-noise.svg'), missFigure(byLength));
for (const [flashMs, points] of byLength) {
  console.log(`flashes of ${flashMs} ms, ${HOURS} h each`);
  for (const { snr, missed, inventedPerHour } of points) {
    const { missed: least, invented } = boundAt(snr, emptyPlaces(flashMs));
    const bound = (100 * (least + invented)).toFixed(4);
    console.log(
      `  SNR ${snr}: ${(100 * missed).toFixed(3)} % missed, ${inventedPerHour.toFixed(1)} invented an hour, bound ${bound} %`,
    );
  }
}
