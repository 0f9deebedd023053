import { type EpochMs, HOUR_MS } from '@kilowink/core/time';
import type { SeriesId } from '@kilowink/store';
import type { HourChoice, Range } from '../truth/index.ts';

/** Hours of a measurement that are remembered; later ones push the first out. */
const HOURS_KEPT = 96;

/**
 * From which source pages were told each hour of a measurement of several sensors. As more of an hour comes, another source may
 * become the better one: then all of the hour is another one.
 */
export class ToldChoices {
  readonly #told = new Map<SeriesId, Map<EpochMs, number>>();

  /**
   * The hours that pages have to read again, now that this is chosen, and which they are told of from here on. `hasMore`: whether
   * something of an hour that was never told of may have been shown before.
   */
  turned(series: SeriesId, choice: HourChoice, hasMore: (hourMs: EpochMs) => boolean): Range[] {
    const told = this.#told.get(series) ?? new Map<EpochMs, number>();
    this.#told.set(series, told);
    const turned: Range[] = [];
    for (const [hour, member] of choice.members.entries()) {
      const fromMs = choice.hourEdges[hour] as number;
      const before = told.get(fromMs);
      if (before === undefined ? hasMore(fromMs) : before !== member)
        turned.push({ fromMs, toMs: fromMs + HOUR_MS });
      told.delete(fromMs);
      told.set(fromMs, member);
    }
    for (const hourMs of told.keys()) if (told.size > HOURS_KEPT) told.delete(hourMs);
    return turned;
  }

  /** Pages read the hours of the range again: from which source they have them then is not known here. */
  forget(series: SeriesId, { fromMs, toMs }: Range): void {
    const told = this.#told.get(series);
    for (const hourMs of told?.keys() ?? []) if (hourMs >= fromMs && hourMs < toMs) told?.delete(hourMs);
  }

  /** Nobody is shown anything any more. */
  forgetAll(): void {
    this.#told.clear();
  }
}
