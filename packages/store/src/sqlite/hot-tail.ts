import { storeError } from '../errors.ts';
import type { RunId, SeriesId, Timeline } from '../store.ts';
import { windowTime, windowTimes } from '../timeline.ts';
import type { Connection } from './connection.ts';
import { HotColumns } from './hot-columns.ts';
import type { Pending } from './pending.ts';

/** A run that has, or may get, hot windows. */
export interface HotRun {
  readonly id: RunId;
  readonly series: SeriesId;
  timeline: Timeline;
  readonly columns: HotColumns;
}

/** What of a series is not sealed yet. */
export interface HotSeries {
  readonly runs: Map<RunId, HotRun>;
  readonly points: HotColumns;
}

/** Rows so many places back are looked at again when catching up: their counts of reports still rise. */
export const CATCH_UP_PLACES = 2_000;

/**
 * The hot tail in memory, loaded series by series when it is first asked for. It is about two days a series; every
 * query adds it to what the blocks have, so it is kept as columns ready to be summed.
 */
export class HotTail {
  readonly #connection: Connection;
  readonly #pending: Pending;
  readonly #series = new Map<SeriesId, HotSeries>();
  readonly #seriesOfRun = new Map<RunId, SeriesId>();
  /** The highest place taken in; below what is loaded only by what is taken in again. */
  #seenSeq = 0;

  constructor(connection: Connection, pending: Pending) {
    this.#connection = connection;
    this.#pending = pending;
  }

  series(series: SeriesId): HotSeries {
    const kept = this.#series.get(series);
    if (kept !== undefined) return kept;
    const loaded: HotSeries = { runs: new Map(), points: new HotColumns() };
    this.#series.set(series, loaded);
    this.#loadWindows(series, loaded);
    this.#loadPoints(series, loaded);
    return loaded;
  }

  /** The run, with its hot windows. Throws `store/run` when there is none of that id. */
  run(run: RunId): HotRun {
    const series = this.#seriesOf(run);
    return this.#runOf(this.series(series), series, run);
  }

  /** The run, where it is in memory already. */
  loadedRun(run: RunId): HotRun | undefined {
    const series = this.#seriesOfRun.get(run);
    return series === undefined ? undefined : this.#series.get(series)?.runs.get(run);
  }

  /** Moves the hot windows of a run; returns from when to when what moved was and is, or null when nothing moved. */
  retime(run: HotRun, timeline: Timeline): { fromMs: number; toMs: number } | null {
    const { starts, durationsMs } = run.columns.points;
    const moved = windowTimes(timeline, run.columns.keys);
    let fromMs = Number.POSITIVE_INFINITY;
    let toMs = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < starts.length; index += 1) {
      const oldMs = starts[index] as number;
      const newMs = moved.starts[index] as number;
      const oldDurationMs = durationsMs[index] as number;
      const newDurationMs = moved.durationsMs[index] as number;
      if (oldMs === newMs && oldDurationMs === newDurationMs) continue;
      fromMs = Math.min(fromMs, oldMs, newMs);
      toMs = Math.max(toMs, oldMs + oldDurationMs, newMs + newDurationMs);
    }
    run.timeline = timeline;
    run.columns.setTimes(moved.starts, moved.durationsMs);
    return fromMs < toMs ? { fromMs, toMs } : null;
  }

  /** Takes in what another process appended since the last time: nothing but rows with places of their own. */
  catchUp(): void {
    const from = this.#seenSeq - CATCH_UP_PLACES;
    const windows = this.#connection.rows<[RunId, number, number, number, number, number | null, number]>(
      'SELECT run, number, value, reports, disagreements, last_flash_ms, seq FROM hot_window WHERE seq > ?',
      from,
    );
    for (const [run, key, value, reports, disagreements, lastFlashMs, seq] of windows) {
      const series = this.#seriesOf(run);
      const hot = this.#series.get(series);
      this.#seenSeq = Math.max(this.#seenSeq, seq);
      if (hot === undefined) continue;
      const { timeline, columns } = this.#runOf(hot, series, run);
      const counts = { value, reports, disagreements, lastFlashMs };
      columns.put({ key, ...windowTime(timeline, key), ...counts, seq });
    }
    const points = this.#connection.rows<[SeriesId, number, number, number, number, number, number]>(
      'SELECT series, start_ms, duration_ms, value, reports, disagreements, seq FROM hot_point WHERE seq > ?',
      from,
    );
    for (const [series, startMs, durationMs, value, reports, disagreements, seq] of points) {
      const row = {
        key: startMs,
        startMs,
        durationMs,
        value,
        reports,
        disagreements,
        lastFlashMs: null,
        seq,
      };
      this.#seenSeq = Math.max(this.#seenSeq, seq);
      this.#series.get(series)?.points.put(row);
    }
  }

  /** Drops what is in memory, so that it is read again; what is pending stays. */
  forget(): void {
    this.#series.clear();
  }

  #seriesOf(run: RunId): SeriesId {
    const kept = this.#seriesOfRun.get(run);
    if (kept !== undefined) return kept;
    const series = this.#connection.row<[number]>('SELECT series FROM run WHERE id = ?', run)?.[0];
    if (series === undefined) throw storeError('store/run', { run });
    this.#seriesOfRun.set(run, series);
    return series;
  }

  #runOf(hot: HotSeries, series: SeriesId, run: RunId): HotRun {
    const kept = hot.runs.get(run);
    if (kept !== undefined) return kept;
    const made = { id: run, series, timeline: this.#timeline(run), columns: new HotColumns() };
    hot.runs.set(run, made);
    return made;
  }

  #timeline(run: RunId): Timeline {
    const pending = this.#pending.timelines.get(run);
    if (pending !== undefined) return pending;
    const text = this.#connection.row<[string]>('SELECT timeline FROM run WHERE id = ?', run)?.[0];
    if (text === undefined) throw storeError('store/run', { run });
    return JSON.parse(text) as Timeline;
  }

  #loadWindows(series: SeriesId, hot: HotSeries): void {
    const rows = this.#connection.rows<[RunId, string, string, string, string, string, string]>(
      `SELECT run, json_group_array(number), json_group_array(value), json_group_array(reports),
         json_group_array(disagreements), json_group_array(seq),
         CASE count(last_flash_ms) WHEN 0 THEN '[]' ELSE json_group_array(coalesce(last_flash_ms + 1, 0)) END
       FROM (SELECT hot_window.* FROM run JOIN hot_window ON run.id = hot_window.run
             WHERE run.series = ? ORDER BY run, number)
       GROUP BY run`,
      series,
    );
    for (const [run, ...columnTexts] of rows) {
      const [keys, values, reports, disagreements, seqs, lastFlashes] = columnTexts.map(parseColumn);
      const { timeline, columns } = this.#runOf(hot, series, run);
      if (keys === undefined) continue;
      const times = windowTimes(timeline, keys);
      columns.load({ keys, ...times, values, reports, disagreements, lastFlashes, seqs });
    }
    for (const [run, pendingRows] of this.#pending.windows) {
      if (this.#seriesOfRun.get(run) !== series) continue;
      const { timeline, columns } = this.#runOf(hot, series, run);
      for (const row of pendingRows.values()) columns.put({ ...row, ...windowTime(timeline, row.key) });
    }
  }

  #loadPoints(series: SeriesId, hot: HotSeries): void {
    const row = this.#connection.row<[string, string, string, string, string, string]>(
      `SELECT json_group_array(start_ms), json_group_array(duration_ms), json_group_array(value),
         json_group_array(reports), json_group_array(disagreements), json_group_array(seq)
       FROM (SELECT * FROM hot_point WHERE series = ? ORDER BY start_ms)`,
      series,
    );
    const [starts, durationsMs, values, reports, disagreements, seqs] = (row ?? []).map(parseColumn);
    if (starts !== undefined && durationsMs !== undefined) {
      hot.points.load({ keys: starts, starts, durationsMs, values, reports, disagreements, seqs });
    }
    for (const pendingRow of this.#pending.points.get(series)?.values() ?? []) {
      if (hot.points.find(pendingRow.key) < 0) hot.points.put(pendingRow);
    }
  }
}

/** A column as one text is read three times as fast as row by row. */
function parseColumn(text: string): Float64Array {
  return Float64Array.from(JSON.parse(text) as number[]);
}
