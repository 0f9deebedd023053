import { assert } from '@kilowink/core/error';
import { hasUnit, type Points, type SeriesDefinition } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import { isStorable } from '../limits.ts';
import type {
  AddedPoints,
  NewCorrection,
  NewRun,
  PackedPoints,
  Reading,
  Recovered,
  Recovery,
  RunId,
  SeriesId,
  Store,
  StoredCorrection,
  StoredEvent,
  Timeline,
  Window,
} from '../store.ts';
import { assertTimeline, windowTime } from '../timeline.ts';
import { PackedDays } from './day-packer.ts';
import { eventKey } from './event-table.ts';
import type { WriterOptions } from './group-writer.ts';
import type { HotRun } from './hot-tail.ts';
import { Importer } from './importer.ts';
import type { Parts } from './reader.ts';
import { SealingWriter } from './sealing-writer.ts';

/** Writes a store: what each kind of thing that is put does to what waits, and to what is in memory. */
export class SqliteStore extends SealingWriter implements Store {
  readonly #importer: Importer;

  constructor(parts: Parts, options: WriterOptions) {
    super(parts, options);
    this.#importer = new Importer(parts, {
      clock: options.clock,
      snapshot: (body) => this.snapshot(body),
      look: (body) => this.look(body),
      write: (body) => this.write(body),
      nextSeq: () => this.nextSeq(),
      setLongest: (series, longestMs) => this.setLongest(series, longestMs),
      longestMs: (series) => this.longestMs(series),
      logRewritten: (range) => this.logRewritten(range),
    });
  }

  ensureSeries(definition: SeriesDefinition): SeriesId {
    this.assertOpen();
    const { connection } = this.parts;
    const { source, quantity, unit, name } = definition;
    assert(hasUnit(quantity, unit), `series ${source}: ${quantity} has no unit ${unit}`);
    const insert = () => {
      connection.run(
        `INSERT INTO series (source, quantity, unit, name, longest_ms) VALUES (?, ?, ?, ?, 0)
         ON CONFLICT DO NOTHING`,
        source,
        quantity,
        unit,
        name,
      );
      const id = this.#findSeries(definition);
      assert(id !== undefined, `series ${source} was just made`);
      return id;
    };
    return this.#findSeries(definition) ?? this.write(insert);
  }

  #findSeries({ source, quantity }: SeriesDefinition): SeriesId | undefined {
    const find = 'SELECT id FROM series WHERE source = ? AND quantity = ?';
    return this.parts.connection.row<[SeriesId]>(find, source, quantity)?.[0];
  }

  renameSeries(series: SeriesId, name: string): void {
    this.write(() => {
      this.longestMs(series);
      this.parts.connection.run('UPDATE series SET name = ? WHERE id = ?', name, series);
    });
  }

  createRun(run: NewRun): RunId {
    assertTimeline(run.timeline);
    return this.write(() => {
      this.setLongest(run.series, longestOf(run.timeline));
      const row = this.parts.connection.row<[RunId]>(
        'INSERT INTO run (series, timeline, boot) VALUES (?, ?, ?) RETURNING id',
        run.series,
        JSON.stringify(run.timeline),
        run.boot ?? null,
      );
      assert(row !== undefined, 'an insert returns its row');
      return row[0];
    });
  }

  putWindows(run: RunId, windows: readonly Window[]): number {
    const loaded = this.#loadedRun(run);
    if (loaded === undefined) return this.put(() => this.#putAll(this.parts.hot.run(run), windows));
    const newCount = this.#putAll(loaded, windows);
    this.flushWhenDue();
    return newCount;
  }

  /** Only the serving process writes windows, so what it has of a run in memory is never stale: no snapshot is needed. */
  #loadedRun(run: RunId): HotRun | undefined {
    this.assertOpen();
    return this.options.role === 'serve' ? this.parts.hot.loadedRun(run) : undefined;
  }

  replaceRecovered(run: RunId, gone: readonly Recovered[], made: readonly Recovered[]): void {
    this.put(() => {
      const { hot, pending, recovered } = this.parts;
      const { series } = hot.run(run);
      const steps = recovered.replace(run, gone, made);
      if (steps.length === 0) return;
      pending.recovered.push(...steps);
      const times = steps.map(({ row }) => recovered.timesOf(run, row));
      const fromMs = Math.min(...times.map(({ startMs }) => startMs));
      const toMs = Math.max(...times.map(({ endMs }) => endMs));
      this.logRewritten({ series, fromMs, toMs });
    });
  }

  setTimeline(run: RunId, timeline: Timeline): void {
    assertTimeline(timeline);
    const loaded = this.#loadedRun(run);
    if (loaded === undefined) {
      this.put(() => this.#retime(this.parts.hot.run(run), timeline));
      return;
    }
    this.#retime(loaded, timeline);
    this.flushWhenDue();
  }

  #retime(run: HotRun, timeline: Timeline): void {
    const { id, series } = run;
    const moved = this.parts.hot.retime(run, timeline);
    this.parts.pending.timelines.set(id, timeline);
    this.setLongest(series, longestOf(timeline));
    if (moved !== null) this.logRewritten({ series, ...moved });
  }

  putSourceState(source: string, state: string | (() => string)): void {
    this.assertOpen();
    this.parts.pending.sourceStates.set(source, state);
    this.flushWhenDue();
  }

  addPoints(series: SeriesId, points: Points): AddedPoints {
    this.assertOpen();
    const added = this.#importer.add(series, points);
    this.flushWhenDue();
    return added;
  }

  addPacked(definition: SeriesDefinition, points: PackedPoints): AddedPoints {
    this.assertOpen();
    assert(points instanceof PackedDays, 'packed by the packer of this store');
    assert(definition.quantity === 'energy', `${definition.quantity} is not packed`);
    const add = (series: SeriesId) => this.#importer.addPacked(series, points);
    const known = this.#findSeries(definition);
    const added = known === undefined ? this.write(() => add(this.ensureSeries(definition))) : add(known);
    this.flush();
    return added;
  }

  putRecoveredSpan(series: SeriesId, { fromMs: startMs, toMs: endMs, value }: Recovery): void {
    const isWhole = Number.isInteger(startMs) && Number.isInteger(endMs);
    assert(isStorable(value) && isWhole && startMs < endMs, `recovered ${value} in ${startMs} to ${endMs}`);
    this.put(() => {
      const { kinds, pending, spans } = this.parts;
      assert(kinds.of(series) === 'sum', `series ${series} is a gauge, which has no energy to recover`);
      const steps = spans.put(series, { startMs, endMs, value });
      if (steps.length === 0) return;
      pending.spans.push(...steps);
      const fromMs = Math.min(...steps.map((step) => step.span.startMs));
      const toMs = Math.max(...steps.map((step) => step.span.endMs));
      this.logRewritten({ series, fromMs, toMs });
    });
  }

  putReadings(series: SeriesId, readings: readonly Reading[]): number {
    for (const { indexWh } of readings) assert(isStorable(indexWh), `a reading of ${indexWh} Wh`);
    return this.put(() => {
      this.longestMs(series);
      return this.parts.readings.put(series, readings);
    });
  }

  removeReading(series: SeriesId, atMs: EpochMs): boolean {
    return this.write(() => {
      this.longestMs(series);
      return this.parts.readings.remove(series, atMs);
    });
  }

  putCorrections(made: readonly NewCorrection[]): StoredCorrection[] {
    return this.write(() =>
      made.map((correction) => {
        const { series, fromMs, toMs } = correction;
        this.longestMs(series);
        assert(Number.isInteger(fromMs) && Number.isInteger(toMs) && fromMs < toMs, 'a range of whole ms');
        assert(this.parts.kinds.of(series) === 'sum', `series ${series} is a gauge, which is not corrected`);
        this.logRewritten({ series, fromMs, toMs });
        return this.parts.corrections.put(correction);
      }),
    );
  }

  undoCorrection(id: number, atMs: EpochMs): StoredCorrection {
    return this.write(() => {
      const { correction, isChanged } = this.parts.corrections.undo(id, atMs);
      const { series, fromMs, toMs } = correction;
      if (isChanged) this.logRewritten({ series, fromMs, toMs });
      return correction;
    });
  }

  putEvents(events: readonly StoredEvent[]): number {
    return this.put(() => {
      const { pending } = this.parts;
      let newCount = 0;
      for (const event of events) {
        if (this.parts.events.has(event)) continue;
        const seq = this.nextSeq();
        pending.events.set(eventKey(event), { event, seq });
        if (seq !== null) pending.changes.push({ kind: 'event', seq, event });
        newCount += 1;
      }
      return newCount;
    });
  }

  #putAll(run: HotRun, windows: readonly Window[]): number {
    let newCount = 0;
    for (const window of windows) newCount += this.#putWindow(run, window);
    return newCount;
  }

  #putWindow(run: HotRun, window: Window): number {
    const { pending, sealed } = this.parts;
    const { number, value } = window;
    const at = run.columns.find(number);
    if (at >= 0) {
      if (run.columns.raise(at, window)) pending.windows.raise(run.id, run.columns, at);
      return 0;
    }
    if (sealed.has(run.id, number)) return 0;
    assert(Number.isSafeInteger(number), `window number ${number} is whole`);
    assert(isStorable(value), `window ${number} holds ${value}`);
    const seq = this.nextSeq();
    const { reports, disagreements, lastFlashMs = null } = window;
    const { startMs, durationMs } = windowTime(run.timeline, number);
    const row = { key: number, startMs, durationMs, value, reports, disagreements, lastFlashMs, seq };
    run.columns.put(row);
    pending.windows.put(run.id, row);
    return 1;
  }
}

function longestOf(timeline: Timeline): number {
  let longestMs = 0;
  // A window of a fractional interval lasts one or the other of the whole numbers beside it.
  for (const { intervalMs } of timeline) longestMs = Math.max(longestMs, Math.ceil(intervalMs));
  return longestMs;
}
