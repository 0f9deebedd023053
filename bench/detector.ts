// The pulse detector on rendered light: for each scene what there was, what was counted, missed and invented, beside
// the old sensor's rule on the same samples and the bound of an ideal detector. `--hours=1 --seeds=3 --only=text`.
import { boundAt, runScene, SCENES, type Scene, type Score, snrOf } from '@kilowink/sim/light';
import { printTable } from './lib/figures.ts';
import { createOldDetector } from './lib/old-detector.ts';

interface Result {
  readonly scene: Scene;
  readonly score: Score;
  readonly oldCount: number;
  readonly hours: number;
}

function option(name: string, fallback: string): string {
  const start = `--${name}=`;
  return process.argv.find((argument) => argument.startsWith(start))?.slice(start.length) ?? fallback;
}

function run(scene: Scene, seeds: number, hours: number): Result {
  const total: Score = {
    trueCount: 0,
    counted: 0,
    missed: 0,
    invented: 0,
    windows: 0,
    states: { good: 0, weak: 0, none: 0, saturated: 0, missing: 0 },
    unmeasured: 0,
  };
  let oldCount = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const old = createOldDetector(scene.light.rateHz);
    const score = runScene(scene.light, { seed, durationS: hours * 3_600, also: (chunk) => old.feed(chunk) });
    oldCount += old.count;
    for (const key of ['trueCount', 'counted', 'missed', 'invented', 'windows', 'unmeasured'] as const) {
      total[key] += score[key];
    }
    for (const state of Object.keys(total.states) as (keyof Score['states'])[]) {
      total.states[state] += score.states[state];
    }
  }
  return { scene, score: total, oldCount, hours: hours * seeds };
}

function percent(part: number): string {
  if (part < 1e-6) return '<0.0001';
  return (100 * part).toFixed(part < 1e-4 ? 4 : 2);
}

/** The bound: of the scene's own flashes and white noise, whatever else is in it. */
function boundOf({ scene, score, hours }: Result): { snr: number; share: number } {
  const { meter, adc, rateHz } = scene.light;
  const lengthS = meter.flashMs / 1_000;
  const noiseMv = Math.hypot(adc.noiseMv, adc.stepMv / Math.sqrt(12), 1 / Math.sqrt(12));
  const factor = Math.min(1, meter.moved?.factor ?? 1);
  const snr = snrOf({ amplitudeMv: meter.amplitudeMv * factor, lengthS, rateHz, noiseMv });
  const bound = boundAt(snr, (hours * 3_600) / lengthS / Math.max(1, score.trueCount) - 1);
  return { snr, share: bound.missed + bound.invented };
}

function row(result: Result): string[] {
  const { scene, score, oldCount, hours } = result;
  const { snr, share } = boundOf(result);
  const isBlind = score.states.saturated + score.states.missing;
  const error = score.trueCount === 0 ? 0 : Math.abs(score.counted - score.trueCount) / score.trueCount;
  const limit = scene.hasMotion ? 0.005 : 0.001;
  const isGoal = share < 1e-4;
  const isMet =
    error <= limit && (scene.hasMotion && score.trueCount > 0 ? true : score.invented / hours < 1);
  return [
    scene.name,
    String(score.trueCount),
    String(score.counted),
    String(score.missed),
    String(score.invented),
    percent(error),
    isGoal ? (isMet ? 'met' : 'MISSED') : '–',
    `${score.states.good}/${score.states.weak}/${score.states.none}/${isBlind}`,
    String(score.unmeasured),
    String(oldCount),
    snr.toFixed(1),
    percent(share),
  ];
}

const hours = Number(option('hours', '1'));
const seeds = Number(option('seeds', '3'));
const only = option('only', '');
const scenes = SCENES.filter((scene) => scene.name.includes(only));
console.log(`${seeds} seeds of ${hours} h each at the scene's rate`);
const head = [
  'scene',
  'true',
  'counted',
  'missed',
  'invented',
  'error %',
  'goal',
  'good/weak/none/blind',
  'unmeasured',
  'old rule',
  'SNR',
  'bound %',
];
const startedMs = performance.now();
const results = scenes.map((scene) => run(scene, seeds, hours));
printTable([head, ...results.map(row)]);
const samples = results.reduce((sum, { scene, hours }) => sum + hours * 3_600 * scene.light.rateHz, 0);
console.log(
  `\n${(((performance.now() - startedMs) / samples) * 1e6).toFixed(0)} ns a sample, the rendering and the old rule included`,
);
