import type { StoredRunWindow } from './port.ts';

/** Two numbers of a window lie side by side: its number and its value, its reports and its disagreements. */
const SIDE = 2;

const CAPACITY_FIRST = 32;
/** Room that a very long report took beyond this is given back. */
const CAPACITY_KEPT = 512;
/** So far from the newest window it is looked for step by step, further back by halves. */
const STEPS_MAX = 12;

/**
 * Windows at hand, ascending by number, as arrays of numbers. A thousand sensors have some 160 each: an object for each would be
 * the larger part of the server's memory, and its collector would copy them as they come and go.
 */
export class KeptWindows {
  /** Number and value; NaN where the value is not known. */
  #values = new Float64Array(SIDE * CAPACITY_FIRST);
  /** Reports and disagreements: small whole numbers, which go into an object as they are and are not boxed. */
  #counts = new Int32Array(SIDE * CAPACITY_FIRST);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** How many have a lower number than `number`; that is where it stands, if it is there. */
  countBelow(number: number): number {
    const values = this.#values;
    let high = this.#count;
    // Reports are mostly of the newest windows.
    for (let step = 0; step < STEPS_MAX && high > 0; step += 1) {
      if ((values[SIDE * (high - 1)] as number) < number) return high;
      high -= 1;
    }
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[SIDE * middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  isNumber(at: number, number: number): boolean {
    return at >= 0 && this.#values[SIDE * at] === number;
  }

  /** NaN where it is not known. */
  valueAt(at: number): number {
    return this.#values[SIDE * at + 1] as number;
  }

  reportsAt(at: number): number {
    return this.#counts[SIDE * at] as number;
  }

  disagreementsAt(at: number): number {
    return this.#counts[SIDE * at + 1] as number;
  }

  put(at: number, { number, value, reports, disagreements }: StoredRunWindow): void {
    this.#values[SIDE * at] = number;
    this.#values[SIDE * at + 1] = value ?? Number.NaN;
    this.#counts[SIDE * at] = reports;
    this.#counts[SIDE * at + 1] = disagreements;
  }

  move(from: number, to: number): void {
    for (let each = 0; each < SIDE; each += 1) {
      this.#values[SIDE * to + each] = this.#values[SIDE * from + each] as number;
      this.#counts[SIDE * to + each] = this.#counts[SIDE * from + each] as number;
    }
  }

  /** One more report of it. */
  raise(at: number, disagrees: boolean): void {
    const counts = this.#counts;
    (counts[SIDE * at] as number) += 1;
    if (disagrees) (counts[SIDE * at + 1] as number) += 1;
  }

  /** Makes room for `more` windows, which is to be filled, at `at`: what stands there and after it moves up. Returns `more`. */
  open(at: number, more: number): number {
    if (more === 0) return 0;
    const end = SIDE * this.#count;
    if (end + SIDE * more > this.#values.length) {
      this.#resize(Math.max(this.#count + more, this.#values.length));
    }
    this.#values.copyWithin(SIDE * (at + more), SIDE * at, end);
    this.#counts.copyWithin(SIDE * (at + more), SIDE * at, end);
    this.#count += more;
    return more;
  }

  /** Puts windows, ascending, before all others. */
  putOldest(windows: readonly StoredRunWindow[]): void {
    this.open(0, windows.length);
    for (let at = 0; at < windows.length; at += 1) this.put(at, windows[at] as StoredRunWindow);
  }

  /** Drops those with a lower number than `number`. */
  dropBelow(number: number): void {
    const gone = this.countBelow(number);
    this.#values.copyWithin(0, SIDE * gone, SIDE * this.#count);
    this.#counts.copyWithin(0, SIDE * gone, SIDE * this.#count);
    this.#count -= gone;
    if (this.#values.length > SIDE * CAPACITY_KEPT) this.#resize(Math.max(this.#count, CAPACITY_FIRST));
  }

  #resize(capacity: number): void {
    const values = new Float64Array(SIDE * capacity);
    const counts = new Int32Array(SIDE * capacity);
    values.set(this.#values.subarray(0, SIDE * this.#count));
    counts.set(this.#counts.subarray(0, SIDE * this.#count));
    this.#values = values;
    this.#counts = counts;
  }
}
