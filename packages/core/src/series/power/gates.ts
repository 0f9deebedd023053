import type { EpochMs } from '../../time/index.ts';
import type { Points } from '../points.ts';
import { ColumnRoom } from './room.ts';

/**
 * What counts tell of the energy so far, in Wh since the stretch began, at rising instants. A flash comes when a whole
 * Wh is complete, and how far the first one had come is not known: after N flashes the energy lies within N and N + 1,
 * whatever the house did.
 */
export interface Gates {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** ms after `startMs`. */
  readonly at: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Windows that follow each other this closely have no gap between them: a timeline may move by as much. */
const JOIN_MS = 1_000;

/** How exactly a sensor says when a flash was: half a tick of its report, and its clock. */
const FLASH_TOLERANCE_MS = 15;

/** Stretches are looked at one after the other: one room serves all. */
const room = new ColumnRoom(3);

/**
 * The stretches of `points` without a gap, each as gates. Values are whole Wh, one a flash. The columns hold until the
 * next stretch is asked for, of these points or of others.
 */
export function* gatesOf(points: Points): Generator<Gates> {
  const { starts } = points;
  for (let first = 0; first < starts.length; ) {
    let next = first + 1;
    while (next < starts.length && (starts[next] as number) - endOf(points, next - 1) < JOIN_MS) next += 1;
    yield gatesOfStretch(points, first, next);
    first = next;
  }
}

function gatesOfStretch(points: Points, first: number, next: number): Gates {
  const gatesPerPoint = points.lastFlashes ? 3 : 1;
  const gates = new GateColumns(1 + gatesPerPoint * (next - first));
  gates.push(0, 0, 1);
  pushWindows(gates, points, [first, next]);
  return gates.finish(points.starts[first] as number, endOf(points, next - 1));
}

/** A long loop with nothing after it: compiled while it runs, it need not be left again for what it never did before. */
function pushWindows(gates: GateColumns, points: Points, [first, next]: readonly [number, number]): void {
  const { starts, durationsMs, values } = points;
  const lastFlashes = points.lastFlashes ?? null;
  const startMs = starts[first] as number;
  let counted = 0;
  for (let index = first; index < next; index += 1) {
    const value = values[index] as number;
    const fromMs = (starts[index] as number) - startMs;
    const toMs = (starts[index] as number) + (durationsMs[index] as number) - startMs;
    const after = counted + value;
    const flash = lastFlashes === null ? 0 : (lastFlashes[index] as number);
    if (value > 0 && flash > 0) {
      const atMs = fromMs + flash - 1;
      // Before its last flash the window had not seen all of its flashes yet; after it, it had.
      gates.pushWithin(atMs - FLASH_TOLERANCE_MS, toMs, [counted, after]);
      gates.pushWithin(atMs + FLASH_TOLERANCE_MS, toMs, [after, after + 1]);
    }
    gates.push(toMs, after, after + 1);
    counted = after;
  }
}

function endOf({ starts, durationsMs }: Points, index: number): EpochMs {
  return (starts[index] as number) + (durationsMs[index] as number);
}

class GateColumns {
  readonly #at: Float64Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#at = room.take(0, capacity);
    this.#low = room.take(1, capacity);
    this.#high = room.take(2, capacity);
  }

  /** Gates rise strictly: windows that overlap after their timeline moved keep the earlier one. */
  push(at: number, low: number, high: number): void {
    if (this.#count > 0 && at <= (this.#at[this.#count - 1] as number)) return;
    this.#at[this.#count] = at;
    this.#low[this.#count] = low;
    this.#high[this.#count] = high;
    this.#count += 1;
  }

  /** Leaves out what would not come before `endMs`, where the window's own gate stands. */
  pushWithin(at: number, endMs: number, [low, high]: readonly [number, number]): void {
    if (at < endMs) this.push(at, low, high);
  }

  finish(startMs: EpochMs, endMs: EpochMs): Gates {
    // Of the very shape that `reversed` makes, which the compiler then knows once.
    return {
      startMs,
      endMs,
      at: this.#at.subarray(0, this.#count),
      low: this.#low.subarray(0, this.#count),
      high: this.#high.subarray(0, this.#count),
    };
  }
}
