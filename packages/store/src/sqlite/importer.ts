import {
  concatPoints,
  type Kind,
  lowerBound,
  NO_POINTS,
  type Points,
  pickPoints,
  slicePoints,
  sortPoints,
} from '@kilowink/core/series';
import { type Clock, DAY_MS, type EpochMs, utcDay } from '@kilowink/core/time';
import { IMPORT_LEVEL } from '../block/envelope.ts';
import { FIRST_SEALED_DAY, isPointStorable, isTimeStorable } from '../limits.ts';
import type { AddedPoints, SeriesId } from '../store.ts';
import { DayWriter } from './day-writer.ts';
import type { Parts } from './reader.ts';

/** Days prepared before the write lock is taken for them. */
const BATCH_DAYS_MAX = 31;

/** A day is written to its block at once when it ended this long ago; younger ones go to the hot tail. */
const SETTLED_MS = DAY_MS;

/** What an importer needs of the store around it. */
export interface ImporterHost {
  readonly clock: Clock;
  snapshot<T>(body: () => T): T;
  write<T>(body: () => T): T;
  nextSeq(): number | null;
  longestMs(series: SeriesId): number;
  setLongest(series: SeriesId, longestMs: number): void;
  logRewritten(range: { series: SeriesId; fromMs: EpochMs; toMs: EpochMs }): void;
}

/** Points of one day of one call. */
interface DayPart {
  readonly day: number;
  readonly points: Points;
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
    const { settled, refused, repeated } = this.#host.snapshot(() => this.#takeRecent(series, points));
    let repeatedCount = repeated;
    for (let at = 0; at < settled.length; at += BATCH_DAYS_MAX) {
      repeatedCount += this.#addSettled(series, settled.slice(at, at + BATCH_DAYS_MAX));
    }
    return { added: points.starts.length - refused - repeatedCount, repeated: repeatedCount, refused };
  }

  #takeRecent(
    series: SeriesId,
    points: Points,
  ): { settled: readonly DayPart[]; refused: number; repeated: number } {
    const { clean, refused, repeated } = cleaned(points, this.#parts.kinds.of(series));
    if (clean.starts.length === 0) return { settled: [], refused, repeated };
    this.#host.setLongest(series, maxOf(clean.durationsMs));
    const parts = dayParts(clean);
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
    const { connection, blocks } = this.#parts;
    let prepared = this.#host.snapshot(() => this.#prepare(series, parts));
    if (prepared.writer.dayCount === 0) return prepared.repeated;
    this.#host.write(() => {
      if (connection.dataVersion() !== prepared.dataVersion) prepared = this.#prepare(series, parts);
      // Another import may have been quicker with the very same points.
      if (prepared.writer.dayCount === 0) return;
      for (const write of prepared.writer.writes()) blocks.write(write);
      connection.run('UPDATE state SET generation = generation + 1');
      this.#host.logRewritten({ series, fromMs: prepared.fromMs, toMs: prepared.toMs });
    });
    return prepared.repeated;
  }

  #prepare(series: SeriesId, parts: readonly DayPart[]): Prepared {
    const { blocks, kinds } = this.#parts;
    const writer = new DayWriter(blocks, { id: series, kind: kinds.of(series) }, IMPORT_LEVEL);
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
  #fresh(series: SeriesId, part: DayPart, stored: (day: number) => Points | null): Points {
    const { day, points } = part;
    const { starts } = points;
    const firstMs = starts[0] as number;
    const lastMs = starts[starts.length - 1] as number;
    const lastDay = utcDay(lastMs + this.#host.longestMs(series) / 2);
    const taken: Float64Array[] = [];
    for (let other = Math.min(day, utcDay(firstMs)); other <= lastDay; other += 1) {
      const sealedStarts = stored(other)?.starts ?? NO_POINTS.starts;
      const from = lowerBound(sealedStarts, firstMs);
      if (from < sealedStarts.length && (sealedStarts[from] as number) <= lastMs) taken.push(sealedStarts);
    }
    const hotStarts = this.#hotStarts(series, firstMs, lastMs);
    if (taken.length === 0 && hotStarts.size === 0) return points;
    const kept: number[] = [];
    for (let index = 0; index < starts.length; index += 1) {
      const startMs = starts[index] as number;
      if (
        !hotStarts.has(startMs) &&
        !taken.some((column) => column[lowerBound(column, startMs)] === startMs)
      ) {
        kept.push(index);
      }
    }
    return kept.length === starts.length ? points : pickPoints(points, kept);
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

/** The points that can be stored, by ascending start, each start once. */
function cleaned(points: Points, kind: Kind): { clean: Points; refused: number; repeated: number } {
  const { starts, durationsMs, values } = points;
  let isClean = true;
  for (let index = 0; index < starts.length && isClean; index += 1) {
    isClean =
      isSound(points, index, kind) &&
      (index === 0 || (starts[index] as number) > (starts[index - 1] as number));
  }
  if (isClean) return { clean: points, refused: 0, repeated: 0 };
  const storable: number[] = [];
  for (let index = 0; index < starts.length; index += 1)
    if (isSound(points, index, kind)) storable.push(index);
  const refused = starts.length - storable.length;
  const sorted = sortPoints(
    refused === 0 ? { ...points, durationsMs, values } : pickPoints(points, storable),
  );
  const kept: number[] = [];
  for (let index = 0; index < sorted.starts.length; index += 1) {
    if (index === 0 || sorted.starts[index] !== sorted.starts[index - 1]) kept.push(index);
  }
  const repeated = sorted.starts.length - kept.length;
  return { clean: repeated === 0 ? sorted : pickPoints(sorted, kept), refused, repeated };
}

function isSound(points: Points, index: number, kind: Kind): boolean {
  const durationMs = points.durationsMs[index] as number;
  return (
    isPointStorable(points.values[index] as number, durationMs, kind) &&
    isTimeStorable(points.starts[index] as number, durationMs)
  );
}

/** The points cut where the day of their midpoint changes. */
function dayParts(points: Points): DayPart[] {
  const { starts, durationsMs } = points;
  const parts: DayPart[] = [];
  let from = 0;
  let day = midDay(points, 0);
  for (let index = 1; index <= starts.length; index += 1) {
    if (index < starts.length) {
      const midMs = (starts[index] as number) + (durationsMs[index] as number) / 2;
      if (midMs >= day * DAY_MS && midMs < (day + 1) * DAY_MS) continue;
    }
    parts.push({ day, points: slicePoints(points, from, index) });
    from = index;
    if (index < starts.length) day = midDay(points, index);
  }
  return parts;
}

function midDay(points: Points, index: number): number {
  return utcDay((points.starts[index] as number) + (points.durationsMs[index] as number) / 2);
}

function maxOf(column: Float64Array): number {
  let highest = 0;
  for (let index = 0; index < column.length; index += 1) highest = Math.max(highest, column[index] as number);
  return highest;
}
