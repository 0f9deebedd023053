import type { StoredRunWindow } from './port.ts';

/** What is at hand of a window lies side by side: its number, its value, its reports, its disagreements. */
const FIELDS = 4;
const VALUE = 1;
const REPORTS = 2;
const DISAGREEMENTS = 3;

const CAPACITY_FIRST = 16;
/** Room that a very long report took beyond this is given back. */
const CAPACITY_KEPT = 512;
/** So far from the newest window it is looked for step by step, further back by halves. */
const STEPS_MAX = 12;

/**
 * Windows at hand, ascending by number, as one array of numbers. A thousand sensors have some 160 each: an object for each would
 * be the larger part of the server's memory, and its collector would copy them as they come and go.
 */
export class KeptWindows {
  #rows = new Float64Array(FIELDS * CAPACITY_FIRST);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** How many have a lower number than `number`; that is where it stands, if it is there. */
  countBelow(number: number): number {
    const rows = this.#rows;
    let high = this.#count;
    // Reports are mostly of the newest windows.
    for (let step = 0; step < STEPS_MAX && high > 0; step += 1) {
      if ((rows[FIELDS * (high - 1)] as number) < number) return high;
      high -= 1;
    }
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[FIELDS * middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  numberAt(at: number): number {
    return this.#rows[FIELDS * at] as number;
  }

  /** NaN where it is not known. */
  valueAt(at: number): number {
    return this.#rows[FIELDS * at + VALUE] as number;
  }

  reportsAt(at: number): number {
    return this.#rows[FIELDS * at + REPORTS] as number;
  }

  disagreementsAt(at: number): number {
    return this.#rows[FIELDS * at + DISAGREEMENTS] as number;
  }

  put(at: number, { number, value, reports, disagreements }: StoredRunWindow): void {
    const rows = this.#rows;
    rows[FIELDS * at] = number;
    rows[FIELDS * at + VALUE] = value ?? Number.NaN;
    rows[FIELDS * at + REPORTS] = reports;
    rows[FIELDS * at + DISAGREEMENTS] = disagreements;
  }

  move(from: number, to: number): void {
    const rows = this.#rows;
    for (let field = 0; field < FIELDS; field += 1) {
      rows[FIELDS * to + field] = rows[FIELDS * from + field] as number;
    }
  }

  /** One more report of it. */
  raise(at: number, disagrees: boolean): void {
    const rows = this.#rows;
    (rows[FIELDS * at + REPORTS] as number) += 1;
    if (disagrees) (rows[FIELDS * at + DISAGREEMENTS] as number) += 1;
  }

  /** Makes room for `more` windows, which is to be filled, at `at`: what stands there and after it moves up. Returns `more`. */
  open(at: number, more: number): number {
    if (more === 0) return 0;
    const needed = FIELDS * (this.#count + more);
    if (needed > this.#rows.length) this.#resize(Math.max(needed, 2 * this.#rows.length));
    this.#rows.copyWithin(FIELDS * (at + more), FIELDS * at, FIELDS * this.#count);
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
    this.#rows.copyWithin(0, FIELDS * gone, FIELDS * this.#count);
    this.#count -= gone;
    if (this.#rows.length > FIELDS * CAPACITY_KEPT)
      this.#resize(FIELDS * Math.max(this.#count, CAPACITY_FIRST));
  }

  #resize(length: number): void {
    const rows = new Float64Array(length);
    rows.set(this.#rows.subarray(0, FIELDS * this.#count));
    this.#rows = rows;
  }
}
