import type { Dated } from './dated.ts';

const MINUTE_MS = 60_000;
/** The intervals that meters keep and portals give. */
const STEPS_MS = [1, 2, 5, 10, 15, 20, 30, 60].map((minutes) => minutes * MINUTE_MS);
/** Of a file that does not tell: what Linky keeps. */
const STEP_MS = 30 * MINUTE_MS;

/** So many rows on each side tell what interval is usual there. */
const NEAR = 12;
/** So many equal ways in a row are an interval, even among shorter ones: as many gaps of one length would be a wonder. */
const RUN_MIN = 6;

/**
 * The intervals of rows in the order of time, from how far they are apart. A row that is missing looks as an interval twice as
 * long does: a way is taken for a longer interval where it comes often in a row, or where on one side of it no
 * shorter one is near; and where it is whole by the clock. Else it is a gap, and the row is as long as those near it.
 */
export class Steps {
  /** The most common interval. */
  readonly usualMs: number;
  readonly #rows: readonly Dated[];
  /** How far each row is from the one before it. */
  readonly #apart: Float64Array;
  /** The shortest interval that comes more than once. */
  readonly #shortestMs: number;

  /** `saidMs` is what the file says of its interval. */
  constructor(rows: readonly Dated[], saidMs: number | null) {
    this.#rows = rows;
    this.#apart = Float64Array.from(rows, ({ atMs }, index) => atMs - (rows[index - 1]?.atMs ?? Number.NaN));
    const counts = new Map<number, number>();
    for (const [index, apart] of this.#apart.entries()) {
      const stepMs = rows[index]?.stepMs ?? apart;
      if (STEPS_MS.includes(stepMs)) counts.set(stepMs, (counts.get(stepMs) ?? 0) + 1);
    }
    this.usualMs = saidMs ?? [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? STEP_MS;
    const known = [...counts].filter(([, rowCount]) => rowCount > 1).map(([stepMs]) => stepMs);
    this.#shortestMs = known.length === 0 ? this.usualMs : Math.min(...known);
  }

  /** How long the interval of a row is that ends, or begins, at its stamp. */
  of(index: number, stampsEnd: boolean): number {
    // The way on the row's own side: to the one before it, or to the one after it.
    const own = stampsEnd ? index : index + 1;
    const apart = this.#apart[own] ?? Number.NaN;
    // The first row, or the last, is as long as the only one beside it.
    if (Number.isNaN(apart))
      return this.#rows.length > 1 ? this.of(stampsEnd ? 1 : index - 1, stampsEnd) : this.usualMs;
    if (apart <= this.#shortestMs) return apart;
    const nearMs = this.#shortestNear(own);
    if (apart <= nearMs) return apart;
    return this.#isWhole(index, apart) && this.#isInterval(own, apart) ? apart : nearMs;
  }

  #isWhole(index: number, stepMs: number): boolean {
    return STEPS_MS.includes(stepMs) && (this.#rows[index] as Dated).wallMs % stepMs === 0;
  }

  #shortestNear(own: number): number {
    const counts = new Map<number, number>();
    for (let at = own - NEAR; at <= own + NEAR; at += 1) {
      const apart = this.#apart[at] ?? Number.NaN;
      if (STEPS_MS.includes(apart)) counts.set(apart, (counts.get(apart) ?? 0) + 1);
    }
    const often = [...counts].filter(([, rowCount]) => rowCount > 1).map(([stepMs]) => stepMs);
    if (often.length > 0) return Math.min(...often);
    return counts.size > 0 ? Math.min(...counts.keys()) : this.usualMs;
  }

  #isInterval(own: number, apart: number): boolean {
    const [before, after] = [this.#side(own, -1, apart), this.#side(own, 1, apart)];
    const run = before.run + after.run + 1;
    if (run >= RUN_MIN) return true;
    return [before, after].some(({ hasShorter, equal }) => !hasShorter && (equal > 0 || run > 1));
  }

  /** What stands on one side of a way: how many equal ones in a row, how many at all, and whether a shorter one is there. */
  #side(own: number, way: 1 | -1, apart: number): { run: number; equal: number; hasShorter: boolean } {
    let [run, equal] = [0, 0];
    for (let at = 1; at <= NEAR; at += 1) {
      const other = this.#apart[own + way * at] ?? Number.NaN;
      if (other < apart) return { run, equal, hasShorter: true };
      if (other === apart) equal += 1;
      if (other === apart && run === at - 1) run += 1;
    }
    return { run, equal, hasShorter: false };
  }
}
