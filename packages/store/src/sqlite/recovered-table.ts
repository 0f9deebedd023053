import { assert } from '@kilowink/core/error';
import type { RecoveredSpan } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import { FIRST_SEALED_MS } from '../limits.ts';
import type { Recovered, RunId, SeriesId, Timeline } from '../store.ts';
import { windowTime } from '../timeline.ts';
import type { Connection } from './connection.ts';

/** A recovered row. Its times follow from the run's timeline until they are set, as those of windows are by sealing. */
export interface RecoveredRow extends Recovered {
  readonly times: { readonly startMs: EpochMs; readonly endMs: EpochMs } | null;
}

/** One row that goes or comes. */
export interface RecoveredStep {
  readonly kind: 'gone' | 'made';
  readonly run: RunId;
  readonly row: RecoveredRow;
}

/** Where a run's timeline as it stands is asked for; the hot tail, which must not be known here. */
interface Timelines {
  run(run: RunId): { readonly timeline: Timeline };
}

/** The energy of windows that never came: few rows, all in memory. */
export class RecoveredTable {
  readonly #connection: Connection;
  readonly #timelines: Timelines;
  /** What is not written yet. */
  readonly #pending: RecoveredStep[];
  #rows: Map<RunId, RecoveredRow[]> | null = null;
  #runsOfSeries = new Map<SeriesId, RunId[]>();

  constructor(connection: Connection, timelines: Timelines, pending: RecoveredStep[]) {
    this.#connection = connection;
    this.#timelines = timelines;
    this.#pending = pending;
  }

  /** The rows of a run that meet [`fromNumber`, `toNumber`), ascending. */
  rows(run: RunId, fromNumber: number, toNumber: number): RecoveredRow[] {
    const all = this.#load().get(run);
    if (all === undefined) return [];
    return all.filter((row) => row.fromNumber < toNumber && row.toNumber > fromNumber);
  }

  /** When and how much, of a series. */
  spans(series: SeriesId): RecoveredSpan[] {
    const rows = this.#load();
    if (rows.size === 0) return [];
    const runs = this.#runsOf(series, rows);
    return runs.flatMap((run) =>
      (rows.get(run) ?? []).map((row) => ({ ...this.timesOf(run, row), value: row.value })),
    );
  }

  /** Takes rows out and puts others in; returns what is to be written. */
  replace(run: RunId, gone: readonly Recovered[], made: readonly Recovered[]): RecoveredStep[] {
    const rows = this.#load().get(run) ?? [];
    const left = [...rows];
    const steps: RecoveredStep[] = [];
    for (const { fromNumber } of gone) {
      const at = left.findIndex((row) => row.fromNumber === fromNumber);
      const [row] = at < 0 ? [] : left.splice(at, 1);
      assert(row !== undefined, `recovered row ${run}/${fromNumber} is there`);
      steps.push({ kind: 'gone', run, row });
    }
    for (const { fromNumber, toNumber, value } of made) {
      assert(fromNumber < toNumber && value > 0, `recovered ${value} in ${fromNumber} to ${toNumber}`);
      const row = { fromNumber, toNumber, value, times: timesWithin(steps, fromNumber, toNumber) };
      left.push(row);
      steps.push({ kind: 'made', run, row });
    }
    left.sort((one, other) => one.fromNumber - other.fromNumber);
    this.#load().set(run, left);
    this.#runsOfSeries.clear();
    return steps;
  }

  timesOf(run: RunId, row: RecoveredRow): { startMs: EpochMs; endMs: EpochMs } {
    if (row.times !== null) return row.times;
    const { timeline } = this.#timelines.run(run);
    return {
      startMs: windowTime(timeline, row.fromNumber).startMs,
      endMs: windowTime(timeline, row.toNumber).startMs,
    };
  }

  /** Rows without times of their own that lie before `beforeMs`, with the times they have by now. */
  settle(beforeMs: EpochMs): RecoveredStep[] {
    const steps: RecoveredStep[] = [];
    for (const [run, rows] of this.#load()) {
      for (const row of rows) {
        if (row.times !== null) continue;
        const times = this.timesOf(run, row);
        if (times.endMs > beforeMs || times.startMs < FIRST_SEALED_MS) continue;
        steps.push({ kind: 'gone', run, row }, { kind: 'made', run, row: { ...row, times } });
      }
    }
    return steps;
  }

  /** Drops what is in memory, so that it is read again; what is pending stays. */
  forget(): void {
    this.#rows = null;
    this.#runsOfSeries.clear();
  }

  #load(): Map<RunId, RecoveredRow[]> {
    if (this.#rows !== null) return this.#rows;
    const rows = new Map<RunId, RecoveredRow[]>();
    const stored = this.#connection.rows<[RunId, number, number, number, EpochMs | null, EpochMs | null]>(
      'SELECT run, from_number, to_number, value, start_ms, end_ms FROM recovered ORDER BY run, from_number',
    );
    for (const [run, fromNumber, toNumber, value, startMs, endMs] of stored) {
      const times = startMs === null || endMs === null ? null : { startMs, endMs };
      insert(rows, run, { fromNumber, toNumber, value, times });
    }
    for (const { kind, run, row } of this.#pending) {
      if (kind === 'made') insert(rows, run, row);
      else
        rows.set(
          run,
          (rows.get(run) ?? []).filter(({ fromNumber }) => fromNumber !== row.fromNumber),
        );
    }
    this.#rows = rows;
    return rows;
  }

  #runsOf(series: SeriesId, rows: ReadonlyMap<RunId, RecoveredRow[]>): RunId[] {
    const kept = this.#runsOfSeries.get(series);
    if (kept !== undefined) return kept;
    const runs = [...rows.keys()].filter(
      (run) =>
        this.#connection.row<[number]>('SELECT 1 FROM run WHERE id = ? AND series = ?', run, series) !==
        undefined,
    );
    this.#runsOfSeries.set(series, runs);
    return runs;
  }
}

function insert(rows: Map<RunId, RecoveredRow[]>, run: RunId, row: RecoveredRow): void {
  const list = rows.get(run);
  if (list === undefined) rows.set(run, [row]);
  else {
    list.push(row);
    list.sort((one, other) => one.fromNumber - other.fromNumber);
  }
}

/** A part of a row whose times are set has its share of them. */
function timesWithin(
  steps: readonly RecoveredStep[],
  fromNumber: number,
  toNumber: number,
): RecoveredRow['times'] {
  for (const { kind, row } of steps) {
    if (kind === 'made' || row.times === null) continue;
    if (fromNumber < row.fromNumber || toNumber > row.toNumber) continue;
    const { startMs, endMs } = row.times;
    const windowMs = (endMs - startMs) / (row.toNumber - row.fromNumber);
    return {
      startMs: Math.round(startMs + (fromNumber - row.fromNumber) * windowMs),
      endMs: Math.round(startMs + (toNumber - row.fromNumber) * windowMs),
    };
  }
  return null;
}

/** Writes one step; in the caller's transaction. */
export function writeRecovered(connection: Connection, { kind, run, row }: RecoveredStep): void {
  if (kind === 'gone') {
    connection.run('DELETE FROM recovered WHERE run = ? AND from_number = ?', run, row.fromNumber);
    return;
  }
  connection.run(
    'INSERT INTO recovered (run, from_number, to_number, value, start_ms, end_ms) VALUES (?, ?, ?, ?, ?, ?)',
    run,
    row.fromNumber,
    row.toNumber,
    row.value,
    row.times?.startMs ?? null,
    row.times?.endMs ?? null,
  );
}
