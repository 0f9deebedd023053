import { type Points, sortPoints } from '../series/index.ts';
import type { EpochMs } from '../time/index.ts';
import { separatePasses } from './ambiguous-hour.ts';
import type { ImportFormat } from './format.ts';
import type { Rows } from './rows.ts';
import { createZoneSpans, type ZoneSpan, type ZoneSpans } from './zone-spans.ts';

/** What was found in the readings of one night on which the clock changed. */
export interface ChangeNight {
  readonly changeMs: EpochMs;
  readonly kind: 'twice' | 'never';
  /** Rows in the hour that came twice, or that never was. */
  rows: number;
  /** Of them, those taken as of the second pass. */
  secondRows: number;
  interleaved: boolean;
}

/** Rows of an ambiguous hour held back until its end is seen; a file that has more is resolved piece by piece. */
const HELD_ROWS_MAX = 20_000;

/** How many rows before an ambiguous hour tell the phase of the pass that continues them. */
const BEFORE_ROWS = 8;

/**
 * Turns rows with naive local times into points with instants, in the order they come. Rows of the hour that the
 * autumn clock shows twice are held back until the hour is over, for only the order of all of them tells the passes
 * apart (`separatePasses`).
 */
export class Dater {
  readonly #spans: ZoneSpans;
  readonly #format: ImportFormat;
  readonly #nights = new Map<EpochMs, ChangeNight>();
  #span: ZoneSpan | null = null;
  #held: HeldRow[] = [];
  /** The last instants given out, oldest first: what an ambiguous hour has to join. */
  #beforeMs: EpochMs[] = [];

  constructor(zone: string, format: ImportFormat) {
    this.#spans = createZoneSpans(zone);
    this.#format = format;
  }

  /** The nights met so far on which the clock changed, in order of time. */
  get nights(): readonly ChangeNight[] {
    return [...this.#nights.values()].sort((a, b) => a.changeMs - b.changeMs);
  }

  push(rows: Rows): Points {
    const out = new PointsBuilder(rows.count + this.#held.length, this.#format);
    let row = 0;
    while (row < rows.count) {
      const span = this.#spanOf(rows.localsMs[row] ?? 0);
      if (span.kind === 'twice') {
        this.#hold(rows, row, out);
        row += 1;
      } else {
        row = this.#dateRun(rows, row, out);
      }
    }
    return out.take();
  }

  /** The rows still held back. */
  finish(): Points {
    const out = new PointsBuilder(this.#held.length, this.#format);
    this.#release(null, out);
    return out.take();
  }

  #spanOf(localMs: number): ZoneSpan {
    const span = this.#span;
    if (span !== null && localMs >= span.fromLocalMs && localMs < span.toLocalMs) return span;
    this.#span = this.#spans.find(localMs);
    return this.#span;
  }

  /** Dates the rows from `first` on that lie in the present span; returns the first row beyond it. */
  #dateRun(rows: Rows, first: number, out: PointsBuilder): number {
    const { fromLocalMs, toLocalMs, offsetMs } = this.#spanOf(rows.localsMs[first] ?? 0);
    this.#release((rows.localsMs[first] ?? 0) - offsetMs, out);
    let row = first;
    for (; row < rows.count; row++) {
      const localMs = rows.localsMs[row] ?? 0;
      if (localMs < fromLocalMs || localMs >= toLocalMs) break;
      out.add(rows, row, localMs - offsetMs);
    }
    const last = rows.localsMs.subarray(Math.max(first, row - BEFORE_ROWS), row);
    this.#noteBefore(Array.from(last, (localMs) => localMs - offsetMs));
    this.#noteNever(row - first);
    return row;
  }

  #noteBefore(startsMs: readonly EpochMs[]): void {
    this.#beforeMs = [...this.#beforeMs, ...startsMs].slice(-BEFORE_ROWS);
  }

  #noteNever(count: number): void {
    if (this.#span?.kind === 'never') this.#night(this.#span).rows += count;
  }

  #hold(rows: Rows, row: number, out: PointsBuilder): void {
    const span = this.#span;
    const held = this.#held[0]?.span;
    if (held !== undefined && (held !== span || this.#held.length >= HELD_ROWS_MAX)) this.#release(null, out);
    if (span === null) return;
    this.#held.push({
      span,
      localMs: rows.localsMs[row] ?? 0,
      value: rows.values[row] ?? 0,
      reports: rows.reports[row] ?? 0,
      disagreements: rows.disagreements[row] ?? 0,
    });
  }

  #release(afterMs: EpochMs | null, out: PointsBuilder): void {
    const span = this.#held[0]?.span;
    if (span === undefined) return;
    const passes = separatePasses({
      localsMs: this.#held.map((each) => each.localMs),
      intervalMs: this.#format.intervalMs,
      firstOffsetMs: span.offsetMs,
      secondOffsetMs: span.laterOffsetMs,
      changeMs: span.changeMs,
      beforeMs: this.#beforeMs,
      afterMs,
    });
    const startsMs = this.#held.map(
      (row, index) => row.localMs - (passes.second[index] ? span.laterOffsetMs : span.offsetMs),
    );
    for (const [index, row] of this.#held.entries()) out.addOne(row, startsMs[index] ?? 0);
    this.#noteBefore(startsMs.slice(-BEFORE_ROWS));
    const night = this.#night(span);
    night.rows += this.#held.length;
    night.secondRows += passes.second.filter(Boolean).length;
    night.interleaved ||= passes.interleaved;
    this.#held = [];
  }

  #night(span: ZoneSpan): ChangeNight {
    const known = this.#nights.get(span.changeMs);
    if (known !== undefined) return known;
    const kind = span.kind === 'twice' ? 'twice' : 'never';
    const night: ChangeNight = { changeMs: span.changeMs, kind, rows: 0, secondRows: 0, interleaved: false };
    this.#nights.set(span.changeMs, night);
    return night;
  }
}

interface HeldRow {
  readonly span: ZoneSpan;
  readonly localMs: number;
  readonly value: number;
  readonly reports: number;
  readonly disagreements: number;
}

/** Columns that grow to what `capacity` allows, sorted by start when they are taken. */
class PointsBuilder {
  readonly #intervalMs: number;
  readonly #starts: Float64Array;
  readonly #values: Float64Array;
  readonly #reports: Uint16Array | null;
  readonly #disagreements: Uint16Array | null;
  #count = 0;

  constructor(capacity: number, format: ImportFormat) {
    this.#intervalMs = format.intervalMs;
    this.#starts = new Float64Array(capacity);
    this.#values = new Float64Array(capacity);
    this.#reports = format.countsReports ? new Uint16Array(capacity) : null;
    this.#disagreements = format.countsReports ? new Uint16Array(capacity) : null;
  }

  add(rows: Rows, row: number, startMs: EpochMs): void {
    const place = this.#place(startMs);
    this.#values[place] = rows.values[row] ?? 0;
    if (this.#reports === null || this.#disagreements === null) return;
    this.#reports[place] = rows.reports[row] ?? 0;
    this.#disagreements[place] = rows.disagreements[row] ?? 0;
  }

  addOne(row: HeldRow, startMs: EpochMs): void {
    const place = this.#place(startMs);
    this.#values[place] = row.value;
    if (this.#reports === null || this.#disagreements === null) return;
    this.#reports[place] = row.reports;
    this.#disagreements[place] = row.disagreements;
  }

  #place(startMs: EpochMs): number {
    const place = this.#count++;
    this.#starts[place] = startMs;
    return place;
  }

  take(): Points {
    const count = this.#count;
    const points: Points = {
      starts: this.#starts.subarray(0, count),
      durationsMs: new Float64Array(count).fill(this.#intervalMs),
      values: this.#values.subarray(0, count),
      reports: this.#reports?.subarray(0, count) ?? null,
      disagreements: this.#disagreements?.subarray(0, count) ?? null,
    };
    return sortPoints(points);
  }
}
