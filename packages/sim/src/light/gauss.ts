import { createRandom, type Random } from '../random/index.ts';

const TABLE = makeTable();

function makeTable(): Float64Array {
  const random = createRandom(20_240_229);
  const table = new Float64Array(4_096);
  for (let i = 0; i < table.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    const turn = 2 * Math.PI * random.next();
    table[i] = radius * Math.cos(turn);
    table[i + 1] = radius * Math.sin(turn);
  }
  // Exactly no mean and unit variance, so that a scene's noise is what it says.
  const mean = table.reduce((sum, value) => sum + value, 0) / table.length;
  const variance = table.reduce((sum, value) => sum + (value - mean) ** 2, 0) / table.length;
  return table.map((value) => (value - mean) / Math.sqrt(variance));
}

/** A normally distributed number with mean 0 and deviation 1: the sum of two drawn from a table, which is quick. */
export function gauss(random: Random): number {
  const draw = Math.floor(random.next() * 0x1_00_00_00);
  return ((TABLE[draw & 4_095] as number) + (TABLE[draw >>> 12] as number)) * Math.SQRT1_2;
}
