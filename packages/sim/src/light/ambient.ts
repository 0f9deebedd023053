import { createRandom, type Random } from '../random/index.ts';

/** Light that is not the meter's. Levels are what the sensor would give for it alone, in mV. */
export type Ambient =
  /** The same always. */
  | { readonly kind: 'steady'; readonly levelMv: number }
  /** Up from `lowMv` to `highMv` in half a period, and down again. */
  | { readonly kind: 'daylight'; readonly lowMv: number; readonly highMv: number; readonly periodS: number }
  /** Wanders between two levels: a new one every so often, reached in `edgeS`. */
  | {
      readonly kind: 'clouds';
      readonly lowMv: number;
      readonly highMv: number;
      readonly holdS: readonly [number, number];
      readonly edgeS: readonly [number, number];
    }
  /** On mains: `depth` 0 to 1 of it flickers at `flickerHz`, about as a rectified sine. Switched when `holdS` is given. */
  | {
      readonly kind: 'lamp';
      readonly levelMv: number;
      readonly flickerHz: number;
      readonly depth: number;
      readonly holdS?: readonly [number, number];
    }
  /** A torch that passes: bumps of `riseMs` flanks. */
  | {
      readonly kind: 'torch';
      readonly levelMv: number;
      readonly everyS: number;
      readonly riseMs: readonly [number, number];
      readonly forS: readonly [number, number];
    };

/** What passes between all that light and the sensor, but not between the meter and the sensor. */
export type Veil =
  /** Somebody or a hand: a group of one to six shadows about every so many seconds. */
  | {
      readonly kind: 'shadows';
      readonly everyS: number;
      readonly edgeMs: readonly [number, number];
      readonly holdMs: readonly [number, number];
      readonly depth: readonly [number, number];
    }
  /** Leaves in the sun: it flutters by up to `depth`, faster than clouds. */
  | { readonly kind: 'leaves'; readonly depth: number };

/** A level over time, asked for at times that only grow. */
export type Course = (timeS: number) => number;

export function createAmbient(ambient: Ambient, seed: number): Course {
  const random = createRandom(seed);
  switch (ambient.kind) {
    case 'steady':
      return () => ambient.levelMv;
    case 'daylight': {
      const { lowMv, highMv, periodS } = ambient;
      const phase = random.next();
      return (timeS) => {
        const part = (timeS / periodS + phase) % 1;
        return lowMv + (highMv - lowMv) * (part < 0.5 ? 2 * part : 2 - 2 * part);
      };
    }
    case 'clouds':
      return createWander(ambient, random, () => random.between(ambient.lowMv, ambient.highMv));
    case 'lamp':
      return createLamp(ambient, random);
    case 'torch':
      return createTorch(ambient, random);
  }
}

/** A factor from 0 to 1. */
export function createVeil(veil: Veil, seed: number): Course {
  const random = createRandom(seed);
  if (veil.kind === 'leaves') {
    const hold = { holdS: [0.05, 0.6], edgeS: [0.1, 0.8] } as const;
    return createWander(hold, random, () => 1 - veil.depth * random.next());
  }
  return createShadows(veil, random);
}

interface WanderPace {
  readonly holdS: readonly [number, number];
  readonly edgeS: readonly [number, number];
}

/** Holds a level, then goes to the next smoothly. */
function createWander(pace: WanderPace, random: Random, nextLevel: () => number): Course {
  let from = nextLevel();
  let to = from;
  let edgeFromS = 0;
  let edgeToS = 0;
  let endS = 0;
  return (timeS) => {
    while (timeS >= endS) {
      from = to;
      to = nextLevel();
      edgeFromS = endS;
      edgeToS = edgeFromS + random.between(...pace.edgeS);
      endS = edgeToS + random.between(...pace.holdS);
    }
    return timeS >= edgeToS ? to : from + (to - from) * smooth((timeS - edgeFromS) / (edgeToS - edgeFromS));
  };
}

function smooth(part: number): number {
  return 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, Math.max(0, part)));
}

function createLamp(lamp: Extract<Ambient, { kind: 'lamp' }>, random: Random): Course {
  const phase = random.next() * Math.PI;
  // Mains is not exactly 50 or 60 Hz.
  const omega = Math.PI * lamp.flickerHz * random.between(0.999, 1.001);
  let isOn = true;
  let untilS = lamp.holdS === undefined ? Infinity : random.between(...lamp.holdS);
  return (timeS) => {
    while (timeS >= untilS && lamp.holdS !== undefined) {
      isOn = !isOn;
      untilS += random.between(...lamp.holdS);
    }
    if (!isOn) return 0;
    return lamp.levelMv * (1 - lamp.depth + lamp.depth * Math.abs(Math.sin(omega * timeS + phase)));
  };
}

function createTorch(torch: Extract<Ambient, { kind: 'torch' }>, random: Random): Course {
  let fromS = torch.everyS * random.between(0.5, 1.5);
  let toS = fromS + random.between(...torch.forS);
  let riseS = random.between(...torch.riseMs) / 1_000;
  let level = torch.levelMv * random.between(0.3, 1);
  return (timeS) => {
    if (timeS < fromS) return 0;
    if (timeS > toS) {
      fromS = toS + torch.everyS * random.between(0.5, 1.5);
      toS = fromS + random.between(...torch.forS);
      riseS = random.between(...torch.riseMs) / 1_000;
      level = torch.levelMv * random.between(0.3, 1);
      return 0;
    }
    return level * smooth(Math.min(timeS - fromS, toS - timeS) / riseS);
  };
}

function createShadows(veil: Extract<Veil, { kind: 'shadows' }>, random: Random): Course {
  let left = 0;
  let fromS = 0;
  let toS = 0;
  let edgeS = 1;
  let depth = 0;
  const next = (afterS: number) => {
    left -= 1;
    if (left < 0) {
      left = Math.floor(random.between(0, 6));
      fromS = afterS + veil.everyS * random.between(0.5, 1.5);
    } else {
      fromS = afterS + random.between(0.05, 0.6);
    }
    edgeS = random.between(...veil.edgeMs) / 1_000;
    toS = fromS + 2 * edgeS + random.between(...veil.holdMs) / 1_000;
    depth = random.between(...veil.depth);
  };
  next(0);
  return (timeS) => {
    if (timeS > toS) next(toS);
    if (timeS < fromS) return 1;
    return 1 - depth * smooth(Math.min(timeS - fromS, toS - timeS) / edgeS);
  };
}
