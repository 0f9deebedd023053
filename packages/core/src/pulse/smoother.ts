import type { Geometry } from './geometry.ts';
import { divide } from './int-math.ts';

/**
 * The way from samples to ticks: means of some samples, then two box means on each other. The first is 10 ms long and
 * stops a flicker of 100 Hz, the second 8.3 ms for 120 Hz; together they answer to a flash of 15 ms with 97 % of its
 * height. Values are in 1/8 mV.
 */
export interface Smoother {
  readonly ringA: Int16Array;
  readonly ringB: Int16Array;
  meanSum: number;
  meanCount: number;
  sumA: number;
  indexA: number;
  sumB: number;
  indexB: number;
  tickCount: number;
  isPrimed: boolean;
  /** The last tick. */
  tick8: number;
}

export function createSmoother(): Smoother {
  return {
    ringA: new Int16Array(10),
    ringB: new Int16Array(8),
    meanSum: 0,
    meanCount: 0,
    sumA: 0,
    indexA: 0,
    sumB: 0,
    indexB: 0,
    tickCount: 0,
    isPrimed: false,
    tick8: 0,
  };
}

/** Takes a sample from 0 to 4,095 mV; true when it completed a tick. */
export function smoothSample(smoother: Smoother, geometry: Geometry, sampleMv: number): boolean {
  smoother.meanSum += sampleMv;
  smoother.meanCount += 1;
  if (smoother.meanCount < geometry.samplesPerMean) return false;
  const mean8 = divide(smoother.meanSum * 8, geometry.samplesPerMean);
  smoother.meanSum = 0;
  smoother.meanCount = 0;
  if (!smoother.isPrimed) prime(smoother, geometry, mean8);
  const { ringA, ringB, indexA, indexB } = smoother;
  smoother.sumA += mean8 - (ringA[indexA] as number);
  ringA[indexA] = mean8;
  smoother.indexA = indexA + 1 === geometry.boxA ? 0 : indexA + 1;
  const boxA8 = divide(smoother.sumA, geometry.boxA);
  smoother.sumB += boxA8 - (ringB[indexB] as number);
  ringB[indexB] = boxA8;
  smoother.indexB = indexB + 1 === geometry.boxB ? 0 : indexB + 1;
  smoother.tickCount += 1;
  if (smoother.tickCount < geometry.meansPerTick) return false;
  smoother.tickCount = 0;
  smoother.tick8 = divide(smoother.sumB, geometry.boxB);
  return true;
}

/** As if the light had always been what it is at first, so that a start is no step. */
function prime(smoother: Smoother, geometry: Geometry, mean8: number): void {
  smoother.ringA.fill(mean8);
  smoother.ringB.fill(mean8);
  smoother.sumA = mean8 * geometry.boxA;
  smoother.sumB = mean8 * geometry.boxB;
  smoother.isPrimed = true;
}
