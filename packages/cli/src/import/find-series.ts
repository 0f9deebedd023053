import type { SeriesInfo } from '@kilowink/store';
import { cliError } from '../errors.ts';

/** The series of that number, source or name. Throws `series/none`, `series/ambiguous`. */
export function findSeries(known: readonly SeriesInfo[], wanted: string): SeriesInfo {
  const byNumber = /^\d+$/.test(wanted) ? known.find((each) => each.id === Number(wanted)) : undefined;
  const bySource = known.find((each) => each.source === wanted);
  const found = byNumber ?? bySource;
  if (found !== undefined) return found;
  const named = known.filter((each) => each.name === wanted);
  if (named.length > 1) {
    throw cliError('series/ambiguous', { wanted, known: describeAll(named) });
  }
  const [only] = named;
  if (only === undefined) {
    throw cliError('series/none', { wanted, known: describeAll(known) || 'none yet' });
  }
  return only;
}

/** `2 "Kitchen" (optical/kitchen)` */
export function describeSeries(series: SeriesInfo): string {
  return `${series.id} "${series.name}" (${series.source})`;
}

/** So many are told in a message: thousands would bury it. */
const TOLD_MAX = 10;

/** The first of many, and how many more there are. */
export function describeAll(many: readonly SeriesInfo[]): string {
  const told = many.slice(0, TOLD_MAX).map(describeSeries).join(', ');
  const moreCount = many.length - TOLD_MAX;
  return moreCount > 0 ? `${told} and ${moreCount} more (kilowink series list)` : told;
}
