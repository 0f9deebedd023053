import type { Gates } from './gates.ts';
import { StabbingLine } from './stabbing-line.ts';

/** Between which instants the power changed, in ms after the gates begin: once in each, and no oftener than needed. */
export interface Change {
  readonly fromMs: number;
  readonly toMs: number;
  /** Where to look first. */
  readonly guessMs: number;
}

/**
 * The fewest changes of power that explain the gates. Going forward, each power is kept for as long as one line passes
 * through the gates, which finds each change at its latest; going backward finds it at its earliest.
 */
export function findChanges(gates: Gates): Change[] {
  const { at } = gates;
  const latest = lastGates(gates);
  const earliest = lastGates(reversed(gates))
    .map((gate) => at.length - 2 - gate)
    .reverse();
  // The last of each list ends the gates themselves.
  return latest.slice(0, -1).map((gate, index) => {
    const before = earliest[index + 1] ?? gate;
    const [low, high] = before < gate ? [before, gate] : [gate, before];
    return {
      fromMs: at[Math.max(low, 0)] as number,
      toMs: at[Math.min(high + 1, at.length - 1)] as number,
      guessMs: (between(at, low) + between(at, high)) / 2,
    };
  });
}

function between(at: Float64Array, gate: number): number {
  const low = at[Math.max(gate, 0)] as number;
  return (low + (at[Math.min(gate + 1, at.length - 1)] as number)) / 2;
}

/** The last gate of each longest run that one line passes through. */
function lastGates({ at, low, high }: Gates): number[] {
  const line = new StabbingLine();
  const ends: number[] = [];
  for (let gate = 0; gate < at.length; gate += 1) {
    if (line.add(at[gate] as number, low[gate] as number, high[gate] as number)) continue;
    ends.push(gate - 1);
    line.clear();
    line.add(at[gate] as number, low[gate] as number, high[gate] as number);
  }
  ends.push(at.length - 1);
  return ends;
}

/** The same gates with time and energy running backward. */
function reversed({ startMs, endMs, at, low, high }: Gates): Gates {
  return { startMs, endMs, at: flipped(at), low: flipped(high), high: flipped(low) };
}

function flipped(column: Float64Array): Float64Array {
  const last = column.length - 1;
  const turned = new Float64Array(column.length);
  for (let index = 0; index <= last; index += 1) turned[index] = -(column[last - index] as number);
  return turned;
}
