import type { RecoveredSpan } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import type { SeriesId } from '../store.ts';
import type { Connection } from './connection.ts';

/** One span that goes or comes. */
export interface SpanStep {
  readonly kind: 'gone' | 'made';
  readonly series: SeriesId;
  readonly span: RecoveredSpan;
}

/** The energy of gaps in series of points: few rows, all in memory, none over another of its series. */
export class SpanTable {
  readonly #connection: Connection;
  /** What is not written yet. */
  readonly #pending: SpanStep[];
  #spans: Map<SeriesId, RecoveredSpan[]> | null = null;

  constructor(connection: Connection, pending: SpanStep[]) {
    this.#connection = connection;
    this.#pending = pending;
  }

  /** Those that meet [`fromMs`, `toMs`), ascending. */
  read(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): RecoveredSpan[] {
    const spans = this.#load().get(series) ?? [];
    return spans.filter((span) => span.startMs < toMs && span.endMs > fromMs);
  }

  /** From the first to the last of them, of which none is over another. */
  extent(series: SeriesId): Pick<RecoveredSpan, 'startMs' | 'endMs'> | null {
    const spans = this.#load().get(series) ?? [];
    const [first, last] = [spans[0], spans.at(-1)];
    return first === undefined || last === undefined ? null : { startMs: first.startMs, endMs: last.endMs };
  }

  /** Puts a span in the place of those it meets; of no energy, it only removes them. Returns what is to be written. */
  put(series: SeriesId, span: RecoveredSpan): SpanStep[] {
    const met = this.read(series, span.startMs, span.endMs);
    const [only] = met;
    if (met.length === 1 && only !== undefined && isSame(only, span)) return [];
    const steps = met.map((gone): SpanStep => ({ kind: 'gone', series, span: gone }));
    if (span.value > 0) steps.push({ kind: 'made', series, span });
    for (const step of steps) apply(this.#load(), step);
    return steps;
  }

  /** Drops what is in memory, so that it is read again; what is pending stays. */
  forget(): void {
    this.#spans = null;
  }

  #load(): Map<SeriesId, RecoveredSpan[]> {
    if (this.#spans !== null) return this.#spans;
    const spans = new Map<SeriesId, RecoveredSpan[]>();
    const rows = this.#connection.rows<[SeriesId, EpochMs, EpochMs, number]>(
      'SELECT series, start_ms, end_ms, value FROM recovered_span ORDER BY series, start_ms',
    );
    for (const [series, startMs, endMs, value] of rows)
      apply(spans, { kind: 'made', series, span: { startMs, endMs, value } });
    for (const step of this.#pending) apply(spans, step);
    this.#spans = spans;
    return spans;
  }
}

function isSame(one: RecoveredSpan, other: RecoveredSpan): boolean {
  return one.startMs === other.startMs && one.endMs === other.endMs && one.value === other.value;
}

function apply(spans: Map<SeriesId, RecoveredSpan[]>, { kind, series, span }: SpanStep): void {
  const others = (spans.get(series) ?? []).filter(({ startMs }) => startMs !== span.startMs);
  if (kind === 'made') others.push(span);
  spans.set(
    series,
    others.sort((one, other) => one.startMs - other.startMs),
  );
}

/** Writes one step; in the caller's transaction. */
export function writeSpan(connection: Connection, { kind, series, span }: SpanStep): void {
  if (kind === 'gone') {
    connection.run('DELETE FROM recovered_span WHERE series = ? AND start_ms = ?', series, span.startMs);
    return;
  }
  connection.run(
    'INSERT INTO recovered_span (series, start_ms, end_ms, value) VALUES (?, ?, ?, ?)',
    series,
    span.startMs,
    span.endMs,
    span.value,
  );
}
