import { PulseDetector, type PulseState, type PulseWindow, WINDOW_S } from '@kilowink/core/pulse';
import { createLight, type Light } from './light.ts';
import type { TrueFlash } from './meter-light.ts';

/** How a detector did, over the windows it says it measured. */
export interface Score {
  /** Flashes there were. */
  trueCount: number;
  counted: number;
  missed: number;
  invented: number;
  windows: number;
  /** Windows by state. */
  readonly states: Record<PulseState, number>;
  /** Flashes in windows said to be no measurement. */
  unmeasured: number;
}

/** What takes the samples; the flashes it found are told in seconds. */
export interface Runner {
  feed(samplesMv: Int16Array): void;
  readonly foundS: readonly number[];
  readonly windows: readonly PulseWindow[];
}

export function createRunner(light: Light): Runner {
  const { rateHz, adc } = light;
  const detector = new PulseDetector({ rateHz, fullScaleMv: adc.fullScaleMv });
  const foundS: number[] = [];
  const windows: PulseWindow[] = [];
  const sink = {
    flash: (flash: { windowNumber: number; sample: number }) => {
      foundS.push(flash.windowNumber * WINDOW_S + flash.sample / rateHz);
    },
    window: (window: PulseWindow) => {
      windows.push(window);
    },
  };
  return { feed: (samplesMv) => detector.feed(samplesMv, sink), foundS, windows };
}

/** Lets a detector watch a scene for whole windows, and compares what it found with what there was. */
export function runScene(
  light: Light,
  run: { seed: number; durationS: number; also?: (samplesMv: Int16Array) => void },
): Score {
  const source = createLight(light, run.seed);
  const runner = createRunner(light);
  const chunk = new Int16Array(WINDOW_S * light.rateHz);
  const flashes: TrueFlash[] = [];
  const windowCount = Math.floor(run.durationS / WINDOW_S);
  for (let i = 0; i < windowCount; i++) {
    source.read(chunk);
    flashes.push(...source.takeFlashes());
    runner.feed(chunk);
    run.also?.(chunk);
  }
  const closedS = runner.windows.length * WINDOW_S;
  return judge(
    flashes.filter((flash) => (flash.fromS + flash.toS) / 2 < closedS),
    runner,
    light.rateHz,
  );
}

/** How far a found flash may be from the middle of the true one, besides half its length. */
const SLACK_S = 0.02;
const SLACK_SAMPLES = 2;

/** Matches found flashes with true ones in order of time, each once, in windows that were measured. */
export function judge(flashes: readonly TrueFlash[], runner: Runner, rateHz: number): Score {
  const states = { good: 0, weak: 0, none: 0, saturated: 0, missing: 0 };
  for (const { state } of runner.windows) states[state] += 1;
  const isMeasured = (timeS: number) => {
    const state = runner.windows[Math.floor(timeS / WINDOW_S)]?.state;
    return state !== undefined && state !== 'saturated' && state !== 'missing';
  };
  const middles = flashes.map((flash) => (flash.fromS + flash.toS) / 2);
  const truths = flashes.filter((_, index) => isMeasured(middles[index] ?? 0));
  // A start tells its first flashes after others.
  const found = runner.foundS.filter(isMeasured).sort((a, b) => a - b);
  let matched = 0;
  let next = 0;
  for (const flash of truths) {
    const middle = (flash.fromS + flash.toS) / 2;
    const reach = (flash.toS - flash.fromS) / 2 + Math.max(SLACK_S, SLACK_SAMPLES / rateHz);
    while ((found[next] ?? Infinity) < middle - reach) next += 1;
    if ((found[next] ?? Infinity) <= middle + reach) {
      matched += 1;
      next += 1;
    }
  }
  return {
    trueCount: truths.length,
    counted: found.length,
    missed: truths.length - matched,
    invented: found.length - matched,
    windows: runner.windows.length,
    states,
    unmeasured: flashes.length - truths.length,
  };
}
