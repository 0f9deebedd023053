import type { EpochMs } from '@kilowink/core/time';
import type { Reading, ReadingOrigin, SeriesId } from '../store.ts';
import type { Connection } from './connection.ts';

/** What is not written yet, by series and key. */
export type PendingReadings = Map<SeriesId, Map<string, Reading>>;

/** What the indexes of meters showed when. */
export class ReadingTable {
  readonly #connection: Connection;
  readonly #pending: PendingReadings;

  constructor(connection: Connection, pending: PendingReadings) {
    this.#connection = connection;
    this.#pending = pending;
  }

  /** Adds those that are not there; returns how many. */
  put(series: SeriesId, readings: readonly Reading[]): number {
    let newCount = 0;
    for (const reading of readings) {
      const key = keyOf(reading);
      let pending = this.#pending.get(series);
      if (pending?.has(key) || this.#isStored(series, reading)) continue;
      if (pending === undefined) {
        pending = new Map();
        this.#pending.set(series, pending);
      }
      pending.set(key, reading);
      newCount += 1;
    }
    return newCount;
  }

  /** Those with time in [`fromMs`, `toMs`), ascending. */
  read(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Reading[] {
    const stored = this.#connection
      .rows<[EpochMs, number, ReadingOrigin, number | null, 0 | 1]>(
        'SELECT at_ms, index_wh, origin, resolution_wh, is_replaced FROM reading WHERE series = ? AND at_ms >= ? AND at_ms < ?',
        series,
        fromMs,
        toMs,
      )
      .map(
        ([atMs, indexWh, origin, resolutionWh, isReplaced]): Reading => ({
          ...{ atMs, indexWh, origin },
          ...(resolutionWh === null ? {} : { resolutionWh }),
          ...(isReplaced === 1 ? { isReplaced: true } : {}),
        }),
      );
    const pending = [...(this.#pending.get(series)?.values() ?? [])].filter(
      ({ atMs }) => atMs >= fromMs && atMs < toMs,
    );
    return [...stored, ...pending].sort(
      (one, other) => one.atMs - other.atMs || (one.origin < other.origin ? -1 : 1),
    );
  }

  /** Removes a person's reading; in the caller's transaction. False where there is none. */
  remove(series: SeriesId, atMs: EpochMs): boolean {
    const pending = this.#pending.get(series);
    const wasPending = pending?.delete(keyOf({ atMs, origin: 'person' })) ?? false;
    if (pending?.size === 0) this.#pending.delete(series);
    const gone = this.#connection.row<[number]>(
      "DELETE FROM reading WHERE series = ? AND at_ms = ? AND origin = 'person' RETURNING at_ms",
      series,
      atMs,
    );
    return wasPending || gone !== undefined;
  }

  #isStored(series: SeriesId, { atMs, origin }: Reading): boolean {
    const sql = 'SELECT 1 FROM reading WHERE series = ? AND at_ms = ? AND origin = ?';
    return this.#connection.row(sql, series, atMs, origin) !== undefined;
  }
}

function keyOf({ atMs, origin }: Pick<Reading, 'atMs' | 'origin'>): string {
  return `${atMs}/${origin}`;
}

/** Writes what is pending; in the caller's transaction. */
export function writeReadings(connection: Connection, pending: PendingReadings): void {
  for (const [series, readings] of pending) {
    for (const { atMs, origin, indexWh, resolutionWh = null, isReplaced = false } of readings.values()) {
      connection.run(
        'INSERT INTO reading (series, at_ms, origin, index_wh, resolution_wh, is_replaced) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        series,
        atMs,
        origin,
        indexWh,
        resolutionWh,
        Number(isReplaced),
      );
    }
  }
}
