import type { EpochMs } from '../time/index.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Up to this long a range is looked at by the minute, beyond by the hour. */
const FINE_RANGE_MS = 7 * 24 * HOUR_MS;

/** Less than this share of a cell is the edge of a window and no gap. */
const SHARE_MIN = 0.1;

/** The cells in which gaps of a range are looked for: whole minutes or hours, whatever is asked for later. */
export function gapEdges(fromMs: EpochMs, toMs: EpochMs): Float64Array {
  const stepMs = toMs - fromMs <= FINE_RANGE_MS ? MINUTE_MS : HOUR_MS;
  const inner: number[] = [];
  for (let at = (Math.floor(fromMs / stepMs) + 1) * stepMs; at < toMs; at += stepMs) inner.push(at);
  return Float64Array.of(fromMs, ...inner, toMs);
}

/**
 * How much of a range was not measured up to any instant. It is fixed by the range alone, so that the parts of any stretch
 * add up to it; a window belongs to one bucket whole, so the time missing in single buckets would not.
 */
export class GapTime {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** Time missing up to the end of each cell. */
  readonly #upTo: Float64Array;

  /** Cells in order that fill the range, each with how long something was measured in it. */
  constructor(
    cells: readonly { readonly fromMs: EpochMs; readonly toMs: EpochMs; readonly validMs: number }[],
  ) {
    this.#starts = Float64Array.from(cells, ({ fromMs }) => fromMs);
    this.#ends = Float64Array.from(cells, ({ toMs }) => toMs);
    this.#upTo = new Float64Array(cells.length);
    let missing = 0;
    for (const [index, { fromMs, toMs, validMs }] of cells.entries()) {
      const share = 1 - validMs / (toMs - fromMs);
      if (share >= SHARE_MIN) missing += share * (toMs - fromMs);
      this.#upTo[index] = missing;
    }
  }

  get totalMs(): number {
    return this.#upTo.at(-1) ?? 0;
  }

  /** The time missing between two instants of the range. */
  between(fromMs: EpochMs, toMs: EpochMs): number {
    return this.#before(toMs) - this.#before(fromMs);
  }

  #before(atMs: EpochMs): number {
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] as number) <= atMs) low = middle + 1;
      else high = middle;
    }
    const whole = low === 0 ? 0 : (this.#upTo[low - 1] as number);
    if (low === this.#ends.length) return whole;
    const [startMs, endMs] = [this.#starts[low] as number, this.#ends[low] as number];
    const share = Math.max(atMs - startMs, 0) / (endMs - startMs);
    return whole + ((this.#upTo[low] as number) - whole) * share;
  }
}
