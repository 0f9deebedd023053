import { SAMPLE_MISSING } from '@kilowink/core/pulse';
import { gauss } from '@kilowink/sim/light';
import { createRandom, type Random } from '@kilowink/sim/random';
import type { Trace } from './pulse-lines.ts';

const RATES_HZ = [20, 40, 100, 149, 151, 200, 250, 251, 333, 500, 860, 1_000, 1_001, 2_000, 3_999, 8_000];

/** A trace of anything: flashes, steps, ramps, flicker, noise, rails, gaps and rubbish, at any rate. */
export function randomTrace(seed: number): Trace {
  const random = createRandom(seed);
  const rateHz = random.chance(0.4)
    ? (RATES_HZ[Math.floor(random.between(0, RATES_HZ.length))] as number)
    : Math.floor(random.between(20, 8_001));
  const seconds = random.between(6, 25);
  const count = Math.min(60_000, Math.floor(rateHz * seconds));
  const samplesMv = new Int16Array(count);
  const base = createBase(random);
  const flash = createFlash(random, rateHz);
  const noiseMv = random.chance(0.3) ? 0 : 10 ** random.between(-0.5, 2.2);
  const isRubbish = random.chance(0.05);
  const missing = random.chance(0.2) ? 10 ** random.between(-4, -1) : 0;
  let missingLeft = 0;
  for (let i = 0; i < count; i++) {
    if (missing > 0 && random.chance(missing)) missingLeft = Math.floor(random.between(1, rateHz / 3));
    const mv = base(i / rateHz) + flash(i) + noiseMv * gauss(random);
    samplesMv[i] = isRubbish ? random.between(-32_768, 32_768) : Math.max(-300, Math.min(5_000, mv));
    if (missingLeft > 0) {
      missingLeft -= 1;
      samplesMv[i] = SAMPLE_MISSING;
    }
  }
  return {
    rateHz,
    fullScaleMv: Math.floor(random.chance(0.8) ? 3_300 : random.between(1, 4_096)),
    samplesMv,
  };
}

/** Steps, ramps and flicker; at times beyond the scale. */
function createBase(random: Random): (timeS: number) => number {
  const top = random.chance(0.2) ? 5_000 : 2_000;
  const changeS = 10 ** random.between(-1.5, 1);
  const flickerMv = random.chance(0.5) ? random.between(0, 600) : 0;
  const flickerHz = random.chance(0.5) ? 100 : random.between(50, 130);
  let from = random.between(0, top);
  let to = from;
  let fromS = 0;
  let toS = 0;
  return (timeS) => {
    if (timeS >= toS) {
      from = random.chance(0.5) ? to : random.between(0, top);
      to = random.between(0, top);
      fromS = timeS;
      toS = timeS + changeS * random.between(0.2, 2);
    }
    const level = from + ((to - from) * (timeS - fromS)) / (toS - fromS);
    return level + flickerMv * Math.abs(Math.sin(Math.PI * flickerHz * timeS));
  };
}

/** Flashes about every so often, of about one length and height, at times of another. */
function createFlash(random: Random, rateHz: number): (sample: number) => number {
  const everyS = 10 ** random.between(-1, 0.7);
  const lengthS = random.between(0.01, 0.16);
  const heightMv = 10 ** random.between(1, 3.5);
  const jitter = random.chance(0.6) ? 0.05 : 0.8;
  let rise = 0;
  let fall = 0;
  let height = 0;
  return (sample) => {
    if (sample >= fall && sample >= rise) {
      rise = sample + Math.ceil(everyS * rateHz * random.between(1 - jitter, 1 + jitter));
      fall = rise + Math.ceil(lengthS * rateHz * random.between(1 - jitter / 2, 1 + jitter / 2));
      height = heightMv * random.between(1 - jitter / 2, 1 + jitter / 2);
    }
    return sample >= rise && sample < fall ? height : 0;
  };
}
