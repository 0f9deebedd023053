import { assert } from '@kilowink/core/error';
import { concatPoints, type Points, pickPoints, sortPoints } from '@kilowink/core/series';
import { DAY_MS, type EpochMs, utcDay } from '@kilowink/core/time';
import { FAST_LEVEL, SEAL_LEVEL } from '../block/envelope.ts';
import { EMPTY_GROUP } from '../block/journal-codec.ts';
import { utcMonth } from '../block/levels.ts';
import { FIRST_SEALED_DAY } from '../limits.ts';
import type { RunId, SeriesId } from '../store.ts';
import { DayWriter } from './day-writer.ts';
import type { HotColumns } from './hot-columns.ts';
import type { Parts } from './reader.ts';

/** A day with hot measurements, ready to be sealed. */
export interface SealTarget {
  readonly series: SeriesId;
  readonly day: number;
  /** Only what has its midpoint before; the whole day when left out. */
  readonly untilMs?: EpochMs;
}

/** How much of a series is sealed early. */
const EARLY_PART = 0.8;

/** Moves whole days from the hot tail into blocks. */
export class Sealer {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The days that ended before `beforeMs` and have hot measurements, oldest first. */
  targets(beforeMs: EpochMs): SealTarget[] {
    const targets: SealTarget[] = [];
    for (const [series] of this.#parts.connection.rows<[SeriesId]>('SELECT id FROM series ORDER BY id')) {
      const hot = this.#parts.hot.series(series);
      const days = new Set<number>();
      for (const columns of [hot.points, ...[...hot.runs.values()].map((run) => run.columns)])
        addDays(days, columns);
      for (const day of days) {
        if (day >= FIRST_SEALED_DAY && (day + 1) * DAY_MS <= beforeMs) targets.push({ series, day });
      }
    }
    return targets.sort((left, right) => left.day - right.day || left.series - right.series);
  }

  /** The older four fifths of what a series has hot, by day: what to seal early when memory gets short. */
  early(series: SeriesId): SealTarget[] {
    const hot = this.#parts.hot.series(series);
    const all = [hot.points, ...[...hot.runs.values()].map((run) => run.columns)];
    const mids = midsOf(all).sort();
    const untilMs = mids[Math.floor(mids.length * EARLY_PART)] ?? 0;
    const days = new Set<number>();
    for (const midMs of mids) if (midMs < untilMs) days.add(utcDay(midMs));
    return [...days].filter((day) => day >= FIRST_SEALED_DAY).map((day) => ({ series, day, untilMs }));
  }

  /** Opens what a day is merged with: what does not open is known, and set aside, before its place is taken. */
  open({ series, day }: SealTarget): void {
    const { blocks } = this.#parts;
    blocks.points(series, day);
    blocks.hours(series, utcMonth(day * DAY_MS));
  }

  /**
   * Merges the hot measurements of a day into its block, in the caller's transaction. Nothing is dropped: what is hot
   * was told apart from what is stored when it came. Returns what to do to the hot tail once that is committed.
   */
  seal(target: SealTarget): (() => void)[] {
    const { connection, hot, blocks, pending, kinds, journal } = this.#parts;
    assert(pending.isEmpty, 'what is sealed is written first');
    const { series, day } = target;
    const hotSeries = hot.series(series);
    const parts: Points[] = [];
    const afterCommit: (() => void)[] = [];
    const stored = blocks.points(series, day);
    if (stored !== null) parts.push(stored);
    let seqMax = 0;
    const take = (columns: HotColumns): number[] => {
      const indexes = indexesOf(columns, target);
      if (indexes.length === 0) return indexes;
      parts.push(pickPoints(columns.points, indexes));
      seqMax = Math.max(seqMax, columns.seqMax(indexes));
      const taken = new Set(indexes);
      afterCommit.push(() => columns.retain((index) => !taken.has(index)));
      return indexes;
    };
    for (const run of hotSeries.runs.values()) this.#noteSealed(run.id, run.columns, take(run.columns));
    if (take(hotSeries.points).length > 0) {
      const toMs = Math.min((day + 1) * DAY_MS, target.untilMs ?? Number.POSITIVE_INFINITY);
      const group = { ...EMPTY_GROUP, sealed: [{ series, fromMs: day * DAY_MS, toMs }] };
      const id = journal.append(group);
      afterCommit.push(() => hot.noteWritten(id, group, 1));
    }
    const level = isWhole(target) ? SEAL_LEVEL : FAST_LEVEL;
    const writer = new DayWriter(blocks, { id: series, kind: kinds.of(series) }, level);
    writer.setDay(day, sortPoints(concatPoints(parts)));
    blocks.assertSound();
    for (const write of writer.writes()) blocks.write(write);
    connection.run(
      `UPDATE state SET sealed_seq = max(sealed_seq, ?), generation = generation + 1,
         hot_generation = hot_generation + 1`,
      seqMax,
    );
    connection.run('DELETE FROM rewritten WHERE seq <= (SELECT sealed_seq FROM state)');
    connection.run('UPDATE event SET seq = NULL WHERE seq <= (SELECT sealed_seq FROM state)');
    return afterCommit;
  }

  #noteSealed(run: RunId, columns: HotColumns, indexes: readonly number[]): void {
    const { keys } = columns;
    const numbers = indexes.map((index) => keys[index] as number);
    for (const [from, to] of stretches(numbers)) this.#parts.sealed.add(run, { from, to: to + 1 });
  }
}

/** Of a day that is sealed in part something stays hot, so it is sealed once more. */
function isWhole({ day, untilMs = Number.POSITIVE_INFINITY }: SealTarget): boolean {
  return untilMs >= (day + 1) * DAY_MS;
}

function midMsOf(points: Points, index: number): number {
  return (points.starts[index] as number) + (points.durationsMs[index] as number) / 2;
}

function midsOf(all: readonly HotColumns[]): Float64Array {
  const mids = new Float64Array(all.reduce((count, columns) => count + columns.count, 0));
  let at = 0;
  for (const { points, count } of all)
    for (let index = 0; index < count; index += 1, at += 1) mids[at] = midMsOf(points, index);
  return mids;
}

function midDay(points: Points, index: number): number {
  return utcDay(midMsOf(points, index));
}

function addDays(days: Set<number>, columns: HotColumns): void {
  const { points } = columns;
  let before = Number.NaN;
  for (let index = 0; index < columns.count; index += 1) {
    const day = midDay(points, index);
    if (day !== before) days.add(day);
    before = day;
  }
}

function indexesOf(columns: HotColumns, { day, untilMs = Number.POSITIVE_INFINITY }: SealTarget): number[] {
  const { points } = columns;
  const indexes: number[] = [];
  for (let index = 0; index < columns.count; index += 1)
    if (midDay(points, index) === day && midMsOf(points, index) < untilMs) indexes.push(index);
  return indexes;
}

/** First and last of each longest stretch of numbers that follow each other by one. */
function stretches(numbers: readonly number[]): [first: number, last: number][] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const current = found.at(-1);
    if (current !== undefined && current[1] + 1 === number) current[1] = number;
    else found.push([number, number]);
  }
  return found;
}
