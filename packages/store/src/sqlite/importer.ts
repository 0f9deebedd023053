import { assert } from '@kilowink/core/error';
import { concatPoints, NO_POINTS, type Points, sortPoints } from '@kilowink/core/series';
import { type Clock, DAY_MS, type EpochMs } from '@kilowink/core/time';
import { FAST_LEVEL } from '../block/envelope.ts';
import { FIRST_SEALED_DAY } from '../limits.ts';
import type { AddedPoints, SeriesId } from '../store.ts';
import { type PackedDays, unpackDay } from './day-packer.ts';
import {
  cleanPoints,
  columnsWithin,
  cutByDay,
  type DayPart,
  freshPoints,
  longestOf,
  type StartRange,
  type TakenStarts,
} from './day-parts.ts';
import { DayWriter } from './day-writer.ts';
import type { PackedDay } from './pack-day.ts';
import type { Parts } from './reader.ts';

/** Days prepared before the write lock is taken for them. */
const BATCH_DAYS_MAX = 31;

/** A day is written to its block at once when it ended this long ago; younger ones go to the hot tail. */
const SETTLED_MS = DAY_MS;

/** How often points are prepared anew without the write lock because another process wrote; then others wait for it. */
const PREPARED_AGAIN_MAX = 3;

/** What an importer needs of the store around it. */
export interface ImporterHost {
  readonly clock: Clock;
  snapshot<T>(body: () => T): T;
  /** `snapshot` for what is put in the hot tail. */
  look<T>(body: () => T): T;
  write<T>(body: () => T): T;
  nextSeq(): number | null;
  longestMs(series: SeriesId): number;
  setLongest(series: SeriesId, longestMs: number): void;
  logRewritten(range: { series: SeriesId; fromMs: EpochMs; toMs: EpochMs }): void;
}

/**
 * Adds points. Old days go straight into their blocks: read, merged and compressed without the write lock, which is
 * then held only to write some blocks, so that a server beside it is not kept waiting.
 */
export class Importer {
  readonly #parts: Parts;
  readonly #host: ImporterHost;

  constructor(parts: Parts, host: ImporterHost) {
    this.#parts = parts;
    this.#host = host;
  }

  add(series: SeriesId, points: Points): AddedPoints {
    // One snapshot for all that is recent: a measurement that is taken live is mostly one point.
    const { settled, refused, repeated } = this.#host.look(() => this.#takeRecent(series, points));
    let repeatedCount = repeated;
    for (let at = 0; at < settled.length; at += BATCH_DAYS_MAX) {
      repeatedCount += this.#addSettled(series, settled.slice(at, at + BATCH_DAYS_MAX));
    }
    return { added: points.starts.length - refused - repeatedCount, repeated: repeatedCount, refused };
  }

  /**
   * Adds what was packed, in one transaction: all of it or nothing. A day that meets nothing stored goes to the file as it
   * is, the others are merged before the write lock is taken.
   */
  addPacked(series: SeriesId, packed: PackedDays): AddedPoints {
    const settled = packed.days.filter(({ day }) => this.#isSettled(day));
    let repeated = packed.repeated;
    repeated += this.#host.snapshot(() => {
      this.#host.setLongest(series, Math.max(0, ...packed.days.map(({ longestMs }) => longestMs)));
      const recent = packed.days.filter(({ day }) => !this.#isSettled(day));
      return recent.reduce(
        (count, day) => count + this.#addRecent(series, { day: day.day, points: unpackDay(day) }),
        0,
      );
    });
    repeated += this.#writeSettled(series, () => this.#preparePacked(series, settled));
    return { added: packed.count + packed.repeated - repeated, repeated, refused: packed.refused };
  }

  #takeRecent(
    series: SeriesId,
    points: Points,
  ): { settled: readonly DayPart[]; refused: number; repeated: number } {
    const { clean, refused, repeated } = cleanPoints(points, this.#parts.kinds.of(series));
    if (clean.starts.length === 0) return { settled: [], refused, repeated };
    this.#host.setLongest(series, longestOf(clean.durationsMs));
    const parts = cutByDay(clean);
    const settled = parts.filter((part) => this.#isSettled(part.day));
    let repeatedCount = repeated;
    for (const part of parts) {
      if (!this.#isSettled(part.day)) repeatedCount += this.#addRecent(series, part);
    }
    return { settled, refused, repeated: repeatedCount };
  }

  #isSettled(day: number): boolean {
    return day >= FIRST_SEALED_DAY && (day + 1) * DAY_MS + SETTLED_MS <= this.#host.clock.wallMs();
  }

  #addSettled(series: SeriesId, parts: readonly DayPart[]): number {
    return this.#writeSettled(series, () => this.#prepare(series, parts));
  }

  /** Writes what `prepare` gives. Returns how many were repeated. */
  #writeSettled(series: SeriesId, prepare: () => Prepared): number {
    const { connection, blocks } = this.#parts;
    let prepared = this.#prepareSound(prepare);
    for (let again = 0; again < PREPARED_AGAIN_MAX && this.#isStale(prepared); again += 1) {
      prepared = this.#prepareSound(prepare);
    }
    if (prepared.writer.dayCount === 0) return prepared.repeated;
    this.#host.write(() => {
      if (this.#isStale(prepared)) prepared = prepare();
      blocks.assertSound();
      // Another import may have been quicker with the very same points.
      if (prepared.writer.dayCount === 0) return;
      for (const write of prepared.writer.writes()) blocks.write(write);
      connection.run('UPDATE state SET generation = generation + 1');
      this.#host.logRewritten({ series, fromMs: prepared.fromMs, toMs: prepared.toMs });
    });
    return prepared.repeated;
  }

  /** A block that did not open is set aside after the look, and what was made of it with it: then all is made anew. */
  #prepareSound(prepare: () => Prepared): Prepared {
    const { blocks } = this.#parts;
    for (;;) {
      const { badCount } = blocks;
      const prepared = this.#host.snapshot(prepare);
      if (blocks.badCount === badCount) return prepared;
    }
  }

  /** Whether another process wrote since. */
  #isStale(prepared: Prepared): boolean {
    return this.#parts.connection.dataVersion() !== prepared.dataVersion;
  }

  #preparePacked(series: SeriesId, days: readonly PackedDay[]): Prepared {
    const { blocks, kinds } = this.#parts;
    const writer = new DayWriter(blocks, { id: series, kind: kinds.of(series) }, FAST_LEVEL);
    const stored = (day: number) => blocks.points(series, day);
    let repeated = 0;
    let fromMs = Number.POSITIVE_INFINITY;
    let toMs = Number.NEGATIVE_INFINITY;
    for (const packed of days) {
      const { day, firstMs, lastStartMs: lastMs, endMs } = packed;
      assert(firstMs !== null && lastMs !== null && endMs !== null, 'a packed day has points');
      const taken = this.#taken(series, { day, firstMs, lastMs }, stored);
      const kept = stored(day);
      if (kept === null && taken.columns.length === 0 && taken.hot.size === 0) writer.setPacked(packed);
      else {
        const fresh = freshPoints(unpackDay(packed), taken);
        repeated += packed.count - fresh.starts.length;
        if (fresh.starts.length === 0) continue;
        writer.setDay(day, sortPoints(concatPoints([kept ?? NO_POINTS, fresh])));
      }
      fromMs = Math.min(fromMs, firstMs);
      toMs = Math.max(toMs, endMs);
    }
    return { writer, repeated, fromMs, toMs, dataVersion: this.#parts.connection.dataVersion() };
  }

  #prepare(series: SeriesId, parts: readonly DayPart[]): Prepared {
    const { blocks, kinds } = this.#parts;
    const writer = new DayWriter(blocks, { id: series, kind: kinds.of(series) }, FAST_LEVEL);
    const merged = new Map<number, Points>();
    const stored = (day: number) => merged.get(day) ?? blocks.points(series, day);
    let repeated = 0;
    let fromMs = Number.POSITIVE_INFINITY;
    let toMs = Number.NEGATIVE_INFINITY;
    for (const { day, points } of parts) {
      const fresh = this.#fresh(series, { day, points }, stored);
      const freshCount = fresh.starts.length;
      repeated += points.starts.length - freshCount;
      if (freshCount === 0) continue;
      merged.set(day, sortPoints(concatPoints([stored(day) ?? NO_POINTS, fresh])));
      fromMs = Math.min(fromMs, fresh.starts[0] as number);
      for (let index = 0; index < freshCount; index += 1) {
        toMs = Math.max(toMs, (fresh.starts[index] as number) + (fresh.durationsMs[index] as number));
      }
    }
    for (const [day, points] of merged) writer.setDay(day, points);
    return { writer, repeated, fromMs, toMs, dataVersion: this.#parts.connection.dataVersion() };
  }

  /** Inside the caller's snapshot. */
  #addRecent(series: SeriesId, part: DayPart): number {
    const { hot, pending, blocks } = this.#parts;
    const fresh = this.#fresh(series, part, (day) => blocks.points(series, day));
    const { points } = hot.series(series);
    for (let index = 0; index < fresh.starts.length; index += 1) {
      const startMs = fresh.starts[index] as number;
      const seq = this.#host.nextSeq();
      const row = {
        key: startMs,
        startMs,
        durationMs: fresh.durationsMs[index] as number,
        value: fresh.values[index] as number,
        reports: fresh.reports?.[index] ?? 0,
        disagreements: fresh.disagreements?.[index] ?? 0,
        lastFlashMs: null,
        seq,
      };
      points.put(row);
      pending.putPoint(series, row);
      if (seq !== null) pending.changes.push({ kind: 'point', seq, series, startMs });
    }
    return part.points.starts.length - fresh.starts.length;
  }

  /** The points of the part whose starts are not stored yet, whatever day their midpoint put them on. */
  #fresh(series: SeriesId, { day, points }: DayPart, stored: (day: number) => Points | null): Points {
    const firstMs = points.starts[0] as number;
    const lastMs = points.starts.at(-1) as number;
    return freshPoints(points, this.#taken(series, { day, firstMs, lastMs }, stored));
  }

  #taken(series: SeriesId, range: StartRange, stored: (day: number) => Points | null): TakenStarts {
    return {
      columns: columnsWithin(range, stored, this.#host.longestMs(series)),
      hot: this.#hotStarts(series, range.firstMs, range.lastMs),
    };
  }

  #hotStarts(series: SeriesId, firstMs: EpochMs, lastMs: EpochMs): Set<number> {
    const found = new Set<number>();
    const hot = this.#parts.hot.series(series);
    for (const columns of [hot.points, ...[...hot.runs.values()].map((run) => run.columns)]) {
      const extent = columns.extent();
      if (extent === null || extent.fromMs > lastMs || extent.toMs <= firstMs) continue;
      const { starts } = columns.points;
      for (let index = 0; index < starts.length; index += 1) {
        const startMs = starts[index] as number;
        if (startMs >= firstMs && startMs <= lastMs) found.add(startMs);
      }
    }
    return found;
  }
}

interface Prepared {
  readonly writer: DayWriter;
  readonly repeated: number;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly dataVersion: number;
}
