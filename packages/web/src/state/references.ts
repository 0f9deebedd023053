import type { SeriesInfo } from '@kilowink/api';
import { DAY_MS } from '@kilowink/core/time';

/** Series that another one can be held against. */
export interface References {
  /** What files brought, the one that reaches furthest first. */
  readonly imported: readonly SeriesInfo[];
  readonly others: readonly SeriesInfo[];
}

/** Whether it is of a register of a meter, which holds a part of its energy and stands for the whole nowhere. */
export function isRegister({ source }: { readonly source: string }): boolean {
  return /\/[A-Z]{2}[A-Z0-9-]*$/.test(source);
}

/** Of the same quantity, measured at all, and whole. */
export function referencesOf(list: readonly SeriesInfo[], series: SeriesInfo): References {
  const able = list
    .filter((each) => {
      const { id, quantity, lastMs } = each;
      const isOther = id !== series.id && !(series.members ?? []).includes(id);
      return isOther && quantity === series.quantity && lastMs !== null && !isRegister(each);
    })
    .sort((one, other) => (other.lastMs ?? 0) - (one.lastMs ?? 0));
  const isImported = ({ source }: SeriesInfo): boolean => source.startsWith('import/');
  return {
    imported: able.filter(isImported),
    others: able.filter((each) => !isImported(each)),
  };
}

/** Whether a source is the meter of that id, or a part of it. */
export function isOfMeter(source: string, id: string): boolean {
  return source === `tic/${id}` || source.startsWith(`tic/${id}/`);
}

/** How long two series both reach, ms. */
export function commonMs(one: SeriesInfo, other: SeriesInfo): number {
  const fromMs = Math.max(one.firstMs ?? 0, other.firstMs ?? 0);
  return Math.max(0, Math.min(one.lastMs ?? 0, other.lastMs ?? 0) - fromMs);
}

const DAYS_READABLE = 45;
const WEEKS_READABLE_DAYS = 400;

/** The period that makes about a screen of rows. */
export function periodFor(spanMs: number): 'day' | 'week' | 'month' {
  if (spanMs <= DAYS_READABLE * DAY_MS) return 'day';
  return spanMs <= WEEKS_READABLE_DAYS * DAY_MS ? 'week' : 'month';
}
