import type { Dated } from './dated.ts';

const MINUTE_MS = 60_000;
/** The intervals that meters keep and portals give. */
const STEPS_MS = [1, 2, 5, 10, 15, 20, 30, 60].map((minutes) => minutes * MINUTE_MS);
/** Of a file that does not tell: what Linky keeps. */
const STEP_MS = 30 * MINUTE_MS;

/** So many rows in a row tell what interval they have: that each of them stands beside one that is missing would be a wonder. */
const NEAR = 8;
/** So many equal ways in a row may be intervals among shorter ones, or as many gaps. */
const RUN_MIN = 4;

/** How long an interval is, ms. */
export interface FoundStep {
  readonly lengthMs: number;
  /** Whether rows around tell it; else it may as well be longer, as some of them are. */
  readonly isSure: boolean;
}

/**
 * The intervals of rows in the order of time, from how far they are apart. A row that is missing looks as an interval twice as
 * long does: a way is an interval where it comes often in a row, and no longer than the shortest that comes near. Where it is
 * longer, the row stands beside a gap and is as long as those near it; but near a change of intervals, and at the ends of a file
 * that begins or ends with longer ways, either may be.
 */
export class Steps {
  /** The most common interval. */
  readonly usualMs: number;
  /** Those that tell of intervals. */
  readonly #rows: readonly Dated[];
  /** Where each row is among them. */
  readonly #places: readonly number[];
  readonly #saidMs: number | null;
  /** How far each row is from the one before it. */
  readonly #apart: Float64Array;
  /** The same where it may be an interval, else infinite. */
  readonly #ways: Float64Array;
  /** Where the equal ways that each is among begin and end, one after the last. */
  readonly #runs: readonly { readonly from: number; readonly to: number }[];
  /** Whether ways change at most once from the first row to the last: then no row is missing. */
  readonly #isWhole: boolean;

  /** `saidMs` is what the file says of its interval. */
  constructor(all: readonly Dated[], saidMs: number | null) {
    const rows = all.filter(({ isRubbish }) => !isRubbish);
    this.#rows = rows;
    let count = 0;
    this.#places = all.map(({ isRubbish }) => {
      if (!isRubbish) count += 1;
      return count - 1;
    });
    this.#saidMs = saidMs;
    this.#apart = Float64Array.from(rows, ({ atMs }, index) => atMs - (rows[index - 1]?.atMs ?? Number.NaN));
    this.#ways = this.#apart.map((apart, index) =>
      STEPS_MS.includes(apart) && (rows[index] as Dated).wallMs % apart === 0
        ? apart
        : Number.POSITIVE_INFINITY,
    );
    this.#runs = runsOf(this.#apart);
    this.#isWhole =
      this.#apart.filter((apart, index, ways) => index > 1 && apart !== ways[index - 1]).length <= 1;
    const counts = new Map<number, number>();
    for (const [index, apart] of this.#apart.entries()) {
      const stepMs = rows[index]?.stepMs ?? apart;
      if (STEPS_MS.includes(stepMs)) counts.set(stepMs, (counts.get(stepMs) ?? 0) + 1);
    }
    this.usualMs = saidMs ?? [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? STEP_MS;
  }

  /** How long the interval of a row is that ends, or begins, at its stamp. */
  of(index: number, stampsEnd: boolean): FoundStep {
    if (this.#rows.length < 2) return { lengthMs: this.usualMs, isSure: true };
    // The way on the row's own side: to the one before it, or to the one after it; of the first, or the last, the only one.
    const place = (this.#places[index] as number) + (stampsEnd ? 0 : 1);
    const own = Math.max(1, Math.min(place, this.#rows.length - 1));
    return this.#ofWay(own, this.#apart[own] as number);
  }

  #ofWay(own: number, apart: number): FoundStep {
    const [shortestMs, longestMs] = this.#shortestNear(own);
    const run = Number.isFinite(this.#ways[own] as number) ? this.#runOf(own) : null;
    const isOften = run !== null && (run.length >= NEAR || (this.#isWhole && run.length > 1));
    if (apart <= shortestMs || isOften) return { lengthMs: apart, isSure: true };
    const saidMs = this.#saidMs ?? 0;
    if (saidMs >= shortestMs && saidMs <= longestMs)
      return { lengthMs: Math.min(saidMs, apart), isSure: true };
    const lengthMs = Number.isFinite(shortestMs) ? shortestMs : Math.min(this.usualMs, apart);
    const mayBeLonger = run !== null && run.length >= (run.isAtEnd ? 2 : RUN_MIN);
    return { lengthMs, isSure: shortestMs === longestMs && !mayBeLonger };
  }

  /** The shortest way of each stretch of rows that the way is in: the least of them, and the greatest. */
  #shortestNear(own: number): [leastMs: number, greatestMs: number] {
    const last = this.#ways.length - 1;
    let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
    const first = Math.max(1, Math.min(own - NEAR + 1, last - NEAR + 1));
    for (let from = first; from <= own && (from === first || from + NEAR - 1 <= last); from += 1) {
      const shortest = this.#ways
        .subarray(from, from + NEAR)
        .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
      least = Math.min(least, shortest);
      greatest = Math.max(greatest, shortest);
    }
    return [least, greatest];
  }

  /** How many equal ways stand in a row, and whether the file begins or ends with them. */
  #runOf(own: number): { length: number; isAtEnd: boolean } {
    const { from, to } = this.#runs[own] as { from: number; to: number };
    return { length: to - from, isAtEnd: from === 1 || to === this.#apart.length };
  }
}

/** For each way the run of equal ones that it is in; the first row has no way. */
function runsOf(apart: Float64Array): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (let from = 0; from < apart.length; ) {
    let to = from + 1;
    while (to < apart.length && apart[to] === apart[from]) to += 1;
    const run = { from, to };
    for (; from < to; from += 1) runs.push(run);
  }
  return runs;
}
