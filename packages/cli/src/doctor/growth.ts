import { DAY_MS, type EpochMs } from '@kilowink/core/time';

/** How the file grows; null where nothing is known yet. */
export interface Growth {
  /** Over the last seven days that are in blocks. */
  readonly weekBytesPerDay: number | null;
  /** Over the last thirty. */
  readonly monthBytesPerDay: number | null;
  /** What a year of days like the last thirty takes. */
  readonly yearBytes: number | null;
}

/** Days are in blocks at most so long after they end; where none is for longer, nothing is measured. */
const SEALED_DAYS_MAX = 10;

/** Days looked back at. */
export const GROWTH_DAYS = 30 + SEALED_DAYS_MAX + 1;

/** From the bytes in blocks of each UTC day, and how many bytes of file one of them takes. */
export function growthOf(
  bytesByDay: ReadonlyMap<number, number>,
  of: { readonly nowMs: EpochMs; readonly fileBytesPerByte: number; readonly firstMs: EpochMs | null },
): Growth {
  if (of.firstMs === null) return { weekBytesPerDay: null, monthBytesPerDay: null, yearBytes: null };
  const today = Math.floor(of.nowMs / DAY_MS);
  const firstDay = Math.floor(of.firstMs / DAY_MS);
  const last = Math.max(-1, ...[...bytesByDay.keys()].filter((day) => day <= today));
  // Nothing new for long is no growth; nothing in blocks yet is nothing known.
  if (last < today - SEALED_DAYS_MAX) {
    const known = firstDay < today - SEALED_DAYS_MAX ? 0 : null;
    return { weekBytesPerDay: known, monthBytesPerDay: known, yearBytes: known };
  }
  const over = (days: number) => {
    const from = Math.max(firstDay, last + 1 - days);
    let bytes = 0;
    for (const [day, added] of bytesByDay) if (day >= from && day <= last) bytes += added;
    return (bytes * of.fileBytesPerByte) / Math.max(1, last + 1 - from);
  };
  const monthBytesPerDay = over(30);
  return { weekBytesPerDay: over(7), monthBytesPerDay, yearBytes: monthBytesPerDay * 365 };
}
