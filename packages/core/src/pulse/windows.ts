import type { Geometry } from './geometry.ts';
import { divide } from './int-math.ts';

/**
 * How well a window could be measured. `saturated` (the light blinds the sensor) and `missing` (the ADC gave nothing)
 * are no measurement: their count says nothing. `none`: no flash has been recognised since the start.
 */
export const PULSE_STATES = ['good', 'weak', 'none', 'saturated', 'missing'] as const;
export type PulseState = (typeof PULSE_STATES)[number];

/** What 5 s of light held. Levels and lengths are 0 when there was no flash to measure them on. */
export interface PulseWindow {
  /** 0 is the first since the detector began. */
  readonly number: number;
  readonly state: PulseState;
  readonly count: number;
  /** When the middle of its last flash came, in samples from the window's start; −1 without one. */
  readonly lastFlashSample: number;
  /** Light beside the flashes. */
  readonly baselineMv: number;
  readonly amplitudeMv: number;
  /** Standard deviation of what a flash's height is measured with. */
  readonly noiseUv: number;
  readonly lengthUs: number;
  /** Flashes of windows before it that were told already: recognised only once others like them had followed. */
  readonly lateCount: number;
}

interface Tally {
  count: number;
  lastFlashSample: number;
  amplitudes64: number;
  lengths16: number;
  baseline8: number;
  baselineTicks: number;
  isClipped: boolean;
  isMissing: boolean;
}

/** The window that runs, and the one before it, for which flashes may still be found. */
export interface Windows {
  number: number;
  /** The sample last taken, from the start of the running window. */
  sample: number;
  running: Tally;
  closing: Tally;
  isClosing: boolean;
  /** Since a window was told last. */
  lateCount: number;
}

function createTally(): Tally {
  return {
    count: 0,
    lastFlashSample: -1,
    amplitudes64: 0,
    lengths16: 0,
    baseline8: 0,
    baselineTicks: 0,
    isClipped: false,
    isMissing: false,
  };
}

export function createWindows(): Windows {
  return {
    number: 0,
    sample: -1,
    running: createTally(),
    closing: createTally(),
    isClosing: false,
    lateCount: 0,
  };
}

/** Counts a sample; true when the window before the running one is complete. */
export function passSample(windows: Windows, geometry: Geometry): boolean {
  windows.sample += 1;
  if (windows.sample === geometry.windowSamples) {
    windows.sample = 0;
    windows.closing = windows.running;
    windows.running = createTally();
    windows.isClosing = true;
  }
  return windows.isClosing && windows.sample === geometry.latencySamples;
}

/** Marks what a stretch of samples up to this one spoilt. */
export function spoil(windows: Windows, samples: number, reason: 'isClipped' | 'isMissing'): void {
  windows.running[reason] = true;
  if (windows.isClosing && samples > windows.sample + 1) windows.closing[reason] = true;
}

/** In which window so many samples ago was, and where in it; undefined when before the first. */
export function placeInWindow(
  windows: Windows,
  geometry: Geometry,
  samplesAgo: number,
): { windowNumber: number; sample: number } | undefined {
  const { windowSamples } = geometry;
  const sample = windows.sample - samplesAgo;
  const back = sample >= 0 ? 0 : divide(windowSamples - 1 - sample, windowSamples);
  const windowNumber = windows.number + (windows.isClosing ? 1 : 0) - back;
  return windowNumber < 0 ? undefined : { windowNumber, sample: sample + back * windowSamples };
}

/** Adds a flash at a place that `placeInWindow` gave. */
export function addFlash(
  windows: Windows,
  place: { windowNumber: number; sample: number },
  flash: { amplitude64: number; length16: number },
): void {
  if (place.windowNumber < windows.number) {
    windows.lateCount += 1;
    return;
  }
  const isClosing = windows.isClosing && place.windowNumber === windows.number;
  const tally = isClosing ? windows.closing : windows.running;
  tally.count += 1;
  if (place.sample > tally.lastFlashSample) tally.lastFlashSample = place.sample;
  tally.amplitudes64 += flash.amplitude64;
  tally.lengths16 += flash.length16;
}

export function addBaseline(windows: Windows, tick8: number): void {
  windows.running.baseline8 += tick8;
  windows.running.baselineTicks += 1;
}

/** What the detector knows besides when a window is complete. */
export interface Health {
  readonly noiseUv: number;
  /** `weak` when noise is near enough to the flashes to hide or feign one. */
  readonly state: 'good' | 'weak' | 'none';
}

export function takeWindow(windows: Windows, geometry: Geometry, health: Health): PulseWindow {
  const { closing } = windows;
  const { count } = closing;
  const number = windows.number;
  const { lateCount } = windows;
  windows.number += 1;
  windows.isClosing = false;
  windows.lateCount = 0;
  return {
    number,
    state: closing.isMissing ? 'missing' : closing.isClipped ? 'saturated' : health.state,
    count,
    lastFlashSample: closing.lastFlashSample,
    baselineMv: closing.baselineTicks === 0 ? 0 : divide(closing.baseline8, closing.baselineTicks * 8),
    amplitudeMv: count === 0 ? 0 : divide(closing.amplitudes64, count * 64),
    noiseUv: health.noiseUv,
    lengthUs: count === 0 ? 0 : tick16ToUs(divide(closing.lengths16, count), geometry),
    lateCount,
  };
}

function tick16ToUs(length16: number, geometry: Geometry): number {
  const { windowSamples, samplesPerTick } = geometry;
  // 62,500 µs × 5 s are 1/16 tick × samples of a window; in this order it stays below 2^31 and loses less than 1 %.
  return divide(length16 * samplesPerTick * 3_125, windowSamples) * 100;
}
