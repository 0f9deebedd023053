import type { Gates } from './gates.ts';
import { ColumnRoom } from './room.ts';
import type { StabbingLine } from './stabbing-line.ts';

/** Nothing of it is kept. */
const room = new ColumnRoom(3);

/**
 * Between which instants the power changed, in ms after the gates begin, as columns: once in each, and no oftener than
 * needed.
 */
export interface Changes {
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  /** Where to look first. */
  readonly guessMs: Float64Array;
}

/**
 * The fewest changes of power that explain the gates. Going forward, each power is kept for as long as one line passes
 * through the gates, which finds each change at its latest; going backward finds it at its earliest. `line` is used up.
 */
export function findChanges(gates: Gates, line: StabbingLine): Changes {
  const { at } = gates;
  const latest = lastGates(gates, line);
  const earliest = lastGates(reversed(gates), line);
  // The last of each list ends the gates themselves.
  const count = latest.length - 1;
  const changes = {
    fromMs: new Float64Array(count),
    toMs: new Float64Array(count),
    guessMs: new Float64Array(count),
  };
  for (let index = 0; index < count; index += 1) {
    const gate = latest[index] as number;
    const place = earliest.length - 2 - index;
    const before = place < 0 ? gate : at.length - 2 - (earliest[place] as number);
    const low = Math.min(before, gate);
    const high = Math.max(before, gate);
    changes.fromMs[index] = at[Math.max(low, 0)] as number;
    changes.toMs[index] = at[Math.min(high + 1, at.length - 1)] as number;
    changes.guessMs[index] = (between(at, low) + between(at, high)) / 2;
  }
  return changes;
}

function between(at: Float64Array, gate: number): number {
  const low = at[Math.max(gate, 0)] as number;
  return (low + (at[Math.min(gate + 1, at.length - 1)] as number)) / 2;
}

/** The last gate of each longest run that one line passes through. */
function lastGates(gates: Gates, line: StabbingLine): number[] {
  const count = gates.at.length;
  const ends: number[] = [];
  for (let gate = 0; gate < count; ) {
    line.clear();
    gate = line.addGates(gates, gate, count);
    ends.push(gate - 1);
  }
  return ends;
}

/** The same gates with time and energy running backward; they hold until the next are reversed. */
function reversed({ startMs, endMs, at, low, high }: Gates): Gates {
  return { startMs, endMs, at: flipped(at, 0), low: flipped(high, 1), high: flipped(low, 2) };
}

function flipped(column: Float64Array, place: number): Float64Array {
  const turned = room.take(place, column.length).subarray(0, column.length);
  setFlipped(turned, column);
  return turned;
}

function setFlipped(turned: Float64Array, column: Float64Array): void {
  const last = column.length - 1;
  for (let index = 0; index <= last; index += 1) turned[index] = -(column[last - index] as number);
}
