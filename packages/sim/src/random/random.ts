/** Chance from a seed: the same seed gives the same sequence on every machine. */
export interface Random {
  /** From 0, below 1. */
  next(): number;
  /** True with this probability; takes a number from the sequence whatever the probability is. */
  chance(probability: number): boolean;
  /** From `low`, below `high`. */
  between(low: number, high: number): number;
}

/** Chris Doty-Humphrey's sfc32 generator, run in so that near seeds differ. `seed` is any whole number. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = seed | 0;
  let c = Math.floor(seed / 0x1_0000_0000) | 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  for (let round = 0; round < 16; round++) next();
  return {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + next() * (high - low),
  };
}
