// Adds to vectors/pulse/traces.jsonl what its list has and the file has not. A vector once written is a promise to
// sensors in the field: it is never written again, so a change of the detector that breaks one shows in the tests.
// `--rewrite` starts afresh; for the time before the first release.
import { appendFileSync, writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { SAMPLE_MISSING } from '@kilowink/core/pulse';
import { gauss } from '@kilowink/sim/light';
import { createRandom } from '@kilowink/sim/random';
import { eventLines } from './lib/pulse-lines.ts';
import { PULSE_VECTORS, readPulseVectors } from './lib/pulse-vectors.ts';

type Course = (timeS: number) => number;

interface Recipe {
  readonly name: string;
  readonly light: readonly Course[];
  readonly rateHz?: number;
  readonly seconds?: number;
  readonly noiseMv?: number;
  readonly clipMv?: number;
  /** Samples the ADC fails to give. */
  readonly missing?: readonly [fromS: number, toS: number];
}

const steady =
  (levelMv: number): Course =>
  () =>
    levelMv;

function flashes(of: {
  fromS?: number;
  toS?: number;
  everyS?: number;
  lengthMs?: number;
  amplitudeMv?: number;
}): Course {
  const { fromS = 0.6, toS = Infinity, everyS = 0.9, lengthMs = 40, amplitudeMv = 300 } = of;
  return (timeS) => {
    if (timeS < fromS || timeS >= toS) return 0;
    return (timeS - fromS) % everyS < lengthMs / 1_000 ? amplitudeMv : 0;
  };
}

/** Up between two times and down between two others, smoothly; negative for a shadow. */
function bump(levelMv: number, riseFromS: number, riseToS: number, fall?: readonly [number, number]): Course {
  const smooth = (part: number) => 0.5 - 0.5 * Math.cos(Math.PI * Math.max(0, Math.min(1, part)));
  return (timeS) => {
    const up = smooth((timeS - riseFromS) / (riseToS - riseFromS));
    const down = fall === undefined ? 0 : smooth((timeS - fall[0]) / (fall[1] - fall[0]));
    return levelMv * (up - down);
  };
}

const step = (levelMv: number, atS: number): Course => bump(levelMv, atS, atS + 0.001);

const lamp =
  (levelMv: number, flickerHz: number): Course =>
  (timeS) =>
    levelMv * (0.4 + 0.6 * Math.abs(Math.sin(Math.PI * flickerHz * timeS)));

const RECIPES: readonly Recipe[] = [
  { name: 'steady light', light: [steady(400)] },
  { name: 'noise alone', light: [steady(400)], noiseMv: 30 },
  { name: 'two flashes', light: [steady(80), flashes({ toS: 2 })] },
  { name: 'three flashes', light: [steady(80), flashes({ toS: 3 })] },
  { name: 'flashes at night', light: [steady(80), flashes({})] },
  { name: 'flashes of 15 ms', light: [steady(80), flashes({ lengthMs: 15 })] },
  { name: 'flashes of 120 ms', light: [steady(80), flashes({ lengthMs: 120 })] },
  { name: 'ten flashes a second', light: [steady(80), flashes({ fromS: 0.05, everyS: 0.1 })] },
  { name: '30 mV on 1.5 V', light: [steady(1_500), flashes({ amplitudeMv: 30 })], noiseMv: 2 },
  { name: 'daylight rising', light: [bump(2_000, 0, 20), flashes({})] },
  { name: 'lamp at 100 Hz', light: [lamp(500, 100), flashes({ amplitudeMv: 150 })] },
  { name: 'lamp at 120 Hz', light: [lamp(500, 120), flashes({ amplitudeMv: 150 })] },
  { name: 'lamp switched on', light: [steady(80), step(500, 4), flashes({})] },
  { name: 'lamp switched off', light: [steady(600), step(-500, 4), flashes({})] },
  { name: 'steps without a flash', light: [steady(100), step(300, 3), step(400, 5), step(-600, 7)] },
  { name: 'LED steady', light: [steady(80), flashes({ toS: 5 }), step(300, 6)], seconds: 16 },
  { name: 'shadow without a flash', light: [steady(1_200), bump(-800, 3, 3.1, [3.15, 3.25])] },
  {
    name: 'gap between two shadows',
    light: [steady(1_200), bump(-800, 3, 3.1, [3.3, 3.36]), bump(-800, 3.42, 3.48, [3.8, 4])],
  },
  { name: 'torch without a flash', light: [steady(200), bump(1_500, 4, 4.15, [4.5, 4.7])] },
  {
    name: 'flash while a shadow falls',
    light: [steady(1_200), flashes({}), bump(-700, 5.02, 5.22, [6.4, 6.7])],
  },
  { name: 'flash in a torch', light: [steady(200), flashes({}), bump(1_200, 5, 5.3, [6.2, 6.5])] },
  { name: 'blinded for a second', light: [steady(300), flashes({}), bump(4_000, 6, 6.3, [7.3, 7.6])] },
  { name: 'flashes to the top', light: [steady(3_000), flashes({ amplitudeMv: 900 })] },
  { name: 'ADC silent', light: [steady(80), flashes({})], missing: [6, 6.5] },
  { name: 'noise near the flashes', light: [steady(80), flashes({ amplitudeMv: 40 })], noiseMv: 28 },
  {
    name: 'sensor moved away',
    light: [steady(80), flashes({ toS: 5 }), flashes({ fromS: 5.4, amplitudeMv: 70 })],
    seconds: 16,
  },
  { name: 'sampled at 40 Hz', light: [steady(80), flashes({ lengthMs: 60 })], rateHz: 40, seconds: 25 },
  { name: 'sampled at 200 Hz', light: [lamp(300, 100), flashes({})], rateHz: 200, seconds: 25 },
  { name: 'sampled at 4 kHz', light: [lamp(300, 100), flashes({})], rateHz: 4_000 },
  {
    name: 'lamp switched within a flash',
    light: [
      steady(100),
      step(490, 5.125),
      step(-490, 6.04),
      step(245, 7.86),
      step(-245, 8.695),
      flashes({ amplitudeMv: 120 }),
    ],
  },
  {
    name: 'two lamps switched at once',
    light: [
      steady(100),
      step(490, 4),
      step(-245, 4.05),
      step(490, 7),
      step(-250, 7.035),
      flashes({ amplitudeMv: 120 }),
    ],
  },
];

function render(recipe: Recipe, seed: number): Int16Array {
  const { rateHz = 1_000, seconds = 12, noiseMv = 1, clipMv = 3_300, missing = [0, 0] } = recipe;
  const random = createRandom(seed);
  return Int16Array.from({ length: seconds * rateHz }, (_, index) => {
    const timeS = index / rateHz;
    const light = recipe.light.reduce((sum, course) => sum + course(timeS), 0);
    const mv = Math.round(Math.max(0, Math.min(clipMv, light + noiseMv * gauss(random))));
    return timeS >= missing[0] && timeS < missing[1] ? SAMPLE_MISSING : mv;
  });
}

function packSamples(samplesMv: Int16Array): string {
  const bytes = Buffer.alloc(2 * samplesMv.length);
  let previous = 0;
  for (const [index, sample] of samplesMv.entries()) {
    bytes.writeUInt16LE((sample - previous) & 0xffff, 2 * index);
    previous = sample;
  }
  return deflateRawSync(bytes, { level: 9 }).toString('base64');
}

if (process.argv.includes('--rewrite')) writeFileSync(PULSE_VECTORS, '');
const known = new Set(readPulseVectors().map((vector) => vector.name));
for (const [index, recipe] of RECIPES.entries()) {
  if (known.has(recipe.name)) continue;
  const trace = { rateHz: recipe.rateHz ?? 1_000, fullScaleMv: 3_300, samplesMv: render(recipe, index + 1) };
  const lines = eventLines(trace);
  const { rateHz, fullScaleMv } = trace;
  const samples = packSamples(trace.samplesMv);
  const vector = { name: recipe.name, source: 'made', rateHz, fullScaleMv, lines, samples };
  appendFileSync(PULSE_VECTORS, `${JSON.stringify(vector)}\n`);
  console.log(`${recipe.name}\n  ${lines.join('\n  ')}`);
}
