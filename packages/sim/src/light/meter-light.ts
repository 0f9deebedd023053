import { createRandom, type Random } from '../random/index.ts';

/** A meter's LED. */
export interface MeterLight {
  /** Power between these, new every 5 to 40 s; both 0 for a house that draws nothing. */
  readonly powerW: readonly [low: number, high: number];
  readonly flashMs: number;
  /** Height of a flash at the sensor. */
  readonly amplitudeMv: number;
  /** How long an edge takes, 1 ms by default. */
  readonly edgeMs?: number;
  /** The LED stays on while power is exported: for this long, about every so many seconds. */
  readonly steady?: { readonly everyS: number; readonly forS: number };
  /** The sensor is moved about every so many seconds, and sees the LED this many times as bright or as dark. */
  readonly moved?: { readonly everyS: number; readonly factor: number };
}

/** A flash as it was: when it rose and fell to half, in seconds since the start. */
export interface TrueFlash {
  readonly fromS: number;
  readonly toS: number;
  readonly amplitudeMv: number;
}

export interface MeterLightSource {
  /** The LED's light at the sensor, in mV, at times that only grow. */
  lightAt(timeS: number): number;
  /** The flashes that began until the last time asked for, and not returned before. */
  takeFlashes(): TrueFlash[];
}

export function createMeterLight(meter: MeterLight, seed: number): MeterLightSource {
  const random = createRandom(seed);
  const edgeS = (meter.edgeMs ?? 1) / 1_000;
  const flashS = meter.flashMs / 1_000;
  const nextRise = createRises(meter, random);
  const amplitude = createAmplitude(meter, createRandom(seed + 1));
  const steady = createSteady(meter, createRandom(seed + 2));
  let taken: TrueFlash[] = [];
  let riseS = nextRise();
  let now: TrueFlash | undefined;
  return {
    lightAt(timeS) {
      const steadyMv = steady(timeS);
      if (now === undefined && timeS < riseS) return steadyMv;
      if (now === undefined) {
        now = { fromS: riseS, toS: riseS + flashS, amplitudeMv: amplitude(riseS) };
        if (steadyMv === 0) taken.push(now);
        riseS = nextRise();
      }
      const inside = Math.min(timeS - now.fromS, now.toS - timeS) / edgeS + 0.5;
      const mv = now.amplitudeMv * Math.max(0, Math.min(1, inside));
      if (timeS > now.toS + edgeS) now = undefined;
      return Math.max(mv, steadyMv);
    },
    takeFlashes() {
      const out = taken;
      taken = [];
      return out;
    },
  };
}

function createRises(meter: MeterLight, random: Random): () => number {
  const [low, high] = meter.powerW;
  if (high === 0) return () => Infinity;
  let timeS = 0;
  let stretchEndS = 0;
  let powerW = 0;
  return () => {
    // The first flash comes at any part of its Wh.
    let leftWs = timeS === 0 ? 3_600 * random.next() : 3_600;
    for (;;) {
      if (timeS >= stretchEndS) {
        stretchEndS = timeS + random.between(5, 40);
        powerW = low * (high / low) ** random.next();
      }
      const endS = timeS + leftWs / powerW;
      if (endS <= stretchEndS) {
        timeS = endS;
        return timeS;
      }
      leftWs -= (stretchEndS - timeS) * powerW;
      timeS = stretchEndS;
    }
  };
}

function createAmplitude(meter: MeterLight, random: Random): (timeS: number) => number {
  const { moved, amplitudeMv } = meter;
  if (moved === undefined) return () => amplitudeMv;
  let untilS = 0;
  let nowMv = amplitudeMv;
  return (timeS) => {
    while (timeS >= untilS) {
      untilS += moved.everyS * random.between(0.7, 1.3);
      nowMv = nowMv === amplitudeMv ? amplitudeMv * moved.factor : amplitudeMv;
    }
    return nowMv;
  };
}

function createSteady(meter: MeterLight, random: Random): (timeS: number) => number {
  const { steady, amplitudeMv } = meter;
  if (steady === undefined) return () => 0;
  let fromS = steady.everyS * random.next();
  let toS = fromS + steady.forS;
  return (timeS) => {
    if (timeS >= toS) {
      fromS = toS + steady.everyS * random.between(0.5, 1.5);
      toS = fromS + steady.forS * random.between(0.5, 1.5);
    }
    return timeS >= fromS ? amplitudeMv : 0;
  };
}
