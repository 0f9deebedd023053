import { PULSE_STATES, PulseDetector, type PulseState, type PulseWindow } from '@kilowink/core/pulse';
import { PlotCollector, type PlotData } from './plot-data.ts';

/** What a detector found in a trace. */
export interface Detected {
  readonly samples: number;
  readonly windowSamples: number;
  /** The middles of the flashes, in samples from the start. */
  readonly flashSamples: number[];
  readonly windows: PulseWindow[];
  /** What there is to draw, when that was asked for. */
  readonly plot: PlotData | undefined;
}

/** Samples between two looks at what the detector sees. */
const VIEW_SAMPLES = 20;

/** Runs the detector over a trace of any length; memory grows with its flashes and windows only. */
export async function runDetect(
  trace: AsyncIterable<Int16Array>,
  options: { rateHz: number; fullScaleMv: number; isDrawn: boolean },
): Promise<Detected> {
  const detector = new PulseDetector(options);
  const { windowSamples, latencySamples } = detector.geometry;
  const flashSamples: number[] = [];
  const windows: PulseWindow[] = [];
  const sink = {
    flash: (flash: { windowNumber: number; sample: number }) => {
      flashSamples.push(flash.windowNumber * windowSamples + flash.sample);
    },
    window: (window: PulseWindow) => {
      windows.push(window);
    },
  };
  const collector = options.isDrawn ? new PlotCollector() : undefined;
  let samples = 0;
  let lastMv = 0;
  for await (const samplesMv of trace) {
    if (collector === undefined) detector.feed(samplesMv, sink);
    else feedAndCollect(samplesMv, { detector, sink, collector });
    samples += samplesMv.length;
    lastMv = samplesMv.at(-1) ?? lastMv;
  }
  // A flash is told when the light after it is known: the last light stays for as long as that takes.
  detector.feed(new Int16Array(latencySamples + 1).fill(lastMv), sink);
  flashSamples.sort((a, b) => a - b);
  return { samples, windowSamples, flashSamples, windows, plot: collector?.data };
}

function feedAndCollect(
  samplesMv: Int16Array,
  to: { detector: PulseDetector; sink: Parameters<PulseDetector['feed']>[1]; collector: PlotCollector },
): void {
  const { detector, sink, collector } = to;
  for (let from = 0; from < samplesMv.length; from += VIEW_SAMPLES) {
    const part = samplesMv.subarray(from, from + VIEW_SAMPLES);
    detector.feed(part, sink);
    collector.addSamples(part);
    const { samplesAgo, baseline64, threshold64 } = detector.view;
    collector.addView(collector.samples - samplesAgo, {
      baselineMv: baseline64 / 64,
      thresholdMv: threshold64 / 64,
    });
  }
}

/** Flashes and windows in the JSON that `kilowink detect` prints, a window a line. */
export function formatDetected(detected: Detected, options: { rateHz: number; isTimed: boolean }): string {
  const { samples, windows, flashSamples } = detected;
  const { rateHz } = options;
  const states = Object.fromEntries(PULSE_STATES.map((state) => [state, 0])) as Record<PulseState, number>;
  for (const { state } of windows) states[state] += 1;
  const head = {
    rateHz,
    samples,
    durationS: samples / rateHz,
    flashes: flashSamples.length,
    windowStates: states,
    ...(options.isTimed ? { flashTimesS: flashSamples.map((sample) => sample / rateHz) } : {}),
  };
  const rows = windows.map((window) => JSON.stringify(toRow(window, rateHz)));
  const list = rows.length === 0 ? '[]' : `[\n    ${rows.join(',\n    ')}\n  ]`;
  return `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "windows": ${list}\n}\n`;
}

/** A window that was not measured has no count: null, not 0. */
function toRow(window: PulseWindow, rateHz: number): Record<string, unknown> {
  const { number, state, count, lastFlashSample, baselineMv, amplitudeMv, noiseUv, lengthUs, lateCount } =
    window;
  const isMeasured = state !== 'saturated' && state !== 'missing';
  return {
    number,
    state,
    count: isMeasured ? count : null,
    lastFlashS: lastFlashSample < 0 ? null : lastFlashSample / rateHz,
    baselineMv,
    amplitudeMv: count === 0 ? null : amplitudeMv,
    noiseMv: noiseUv / 1_000,
    lengthMs: count === 0 ? null : lengthUs / 1_000,
    lateCount,
  };
}
