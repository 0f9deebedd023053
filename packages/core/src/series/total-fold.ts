import { type EpochMs, MINUTE_MS } from '../time/index.ts';
import type { FoldRange } from './bucket-fold.ts';
import type { Points } from './points.ts';
import type { Kind } from './quantity.ts';
import type { Rollup } from './rollup.ts';

/**
 * Sums what lies in [`fromMs`, `toMs`): points of up to a minute by their midpoint, so that the sum stays whole; of a
 * longer point that crosses an end, the share by time. A gauge's point counts as value × ms.
 */
export class TotalFold {
  readonly #range: FoldRange;
  readonly #isGauge: boolean;
  sum = 0;
  validMs = 0;

  constructor(range: FoldRange, kind: Kind = 'sum') {
    this.#isGauge = kind === 'mean';
    this.#range = range;
  }

  /** Adds the points with midpoint in `mids`, as far as they lie in the range of the fold. */
  addPoints(points: Points, mids: FoldRange): void {
    const { starts, durationsMs, values } = points;
    for (let index = 0; index < starts.length; index += 1) {
      const startMs = starts[index] as number;
      const durationMs = durationsMs[index] as number;
      const midMs = startMs + durationMs / 2;
      if (midMs < mids.fromMs || midMs >= mids.toMs) continue;
      const share = durationMs > MINUTE_MS ? this.#shareOf(startMs, durationMs) : this.#isInside(midMs);
      if (share === 0) continue;
      this.sum += (values[index] as number) * (this.#isGauge ? durationMs * share : share);
      this.validMs += durationMs * share;
    }
  }

  /** Adds the rollup's buckets that lie whole in `range`, which must lie inside the range of the fold. */
  addRollup(rollup: Rollup, range: FoldRange): void {
    const first = Math.max(0, Math.ceil((range.fromMs - rollup.startMs) / rollup.stepMs));
    const end = Math.min(rollup.count, Math.floor((range.toMs - rollup.startMs) / rollup.stepMs));
    for (let index = first; index < end; index += 1) {
      this.sum += rollup.sums[index] as number;
      this.validMs += rollup.validMs[index] as number;
    }
  }

  #isInside(midMs: EpochMs): number {
    return midMs >= this.#range.fromMs && midMs < this.#range.toMs ? 1 : 0;
  }

  #shareOf(startMs: EpochMs, durationMs: number): number {
    const fromMs = Math.max(startMs, this.#range.fromMs);
    const toMs = Math.min(startMs + durationMs, this.#range.toMs);
    return Math.max(0, toMs - fromMs) / durationMs;
  }
}
