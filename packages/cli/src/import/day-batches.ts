import { concatPoints, type Points, slicePoints } from '@kilowink/core/series';
import { DAY_MS, utcDay } from '@kilowink/core/time';

/** Points handed on at once, about: a month of 5 s windows. */
const BATCH_POINTS = 500_000;

/**
 * Collects points into large batches that end with a UTC day, because the store writes a day as a whole: a day that
 * comes in two pieces is written twice.
 */
export class DayBatches {
  #pieces: Points[] = [];
  #count = 0;

  /** A batch, once there is enough for one. */
  add(points: Points): Points | null {
    if (points.starts.length === 0) return null;
    this.#pieces.push(points);
    this.#count += points.starts.length;
    if (this.#count < BATCH_POINTS) return null;
    const all = this.#takeAll();
    const cut = lastDayStart(all);
    this.#keep(slicePoints(all, cut, all.starts.length));
    return slicePoints(all, 0, cut);
  }

  /** What is left. */
  finish(): Points | null {
    return this.#count === 0 ? null : this.#takeAll();
  }

  #takeAll(): Points {
    const all = concatPoints(this.#pieces);
    this.#pieces = [];
    this.#count = 0;
    return all;
  }

  #keep(points: Points): void {
    if (points.starts.length === 0) return;
    this.#pieces = [points];
    this.#count = points.starts.length;
  }
}

/** The place of the first point of the last day; the end, when all are of one day. */
function lastDayStart({ starts }: Points): number {
  const dayStartMs = utcDay(starts.at(-1) ?? 0) * DAY_MS;
  let place = starts.length;
  while (place > 0 && (starts[place - 1] ?? 0) >= dayStartMs) place -= 1;
  return place > 0 ? place : starts.length;
}
