import { type Points, UNITS_PER_WH } from '@kilowink/core/series';
import { type Clock, DAY_MS, type EpochMs, HOUR_MS, SECOND_MS } from '@kilowink/core/time';
import { isImplausible, powerLimitW, steadyLimitW } from '@kilowink/core/truth';
import type { Change, NewCorrection, SeriesEntry, SeriesId, Store } from '@kilowink/store';
import type { Range } from './read-how.ts';

export interface QuarantineOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Subscribed power of the meter that a series measures, VA; null where it is not known: then nothing is judged. */
  readonly subscribedVaOf: (series: SeriesEntry) => number | null;
  /** Told when something was put in quarantine. */
  readonly onMade: (count: number) => void;
}

/** Under which the place in the order of changes is kept: what came after it is judged after a restart. */
const STATE_SOURCE = 'truth/quarantine';

/** Under which those are kept that were taken back because what they held had moved: nobody let that out. */
const MOVED_SOURCE = 'truth/quarantine/moved';
/** So many of the latest are remembered. */
const MOVED_KEPT = 1_000;

/** Changes read at once: a group of thousands of sensors is opened for each read that begins in it. */
const BATCH = 10_000;

/** What is looked at when the place is not known any more. */
const LOOK_BACK_MS = 36 * HOUR_MS;

/** Hours looked at in one read. */
const HOURS_AT_ONCE = 8_192;

/** Measurements that follow each other this closely are neighbours. */
const JOIN_MS = SECOND_MS;

/** A stretch that goes on waits so long at most before it is shown: a lamp that shines for an hour is a few corrections. */
const HOLD_MS = 900_000;

/** A series that is judged, and the subscribed power of its meter. */
interface Judged {
  readonly series: SeriesEntry;
  readonly subscribedVa: number;
}

/** Measurements beyond what physics allows, one after the other. */
interface Stretch {
  readonly series: SeriesId;
  readonly fromMs: EpochMs;
  toMs: EpochMs;
  energyWh: number;
  limitW: number;
}

/**
 * Puts what physics forbids in quarantine: follows what is stored, whichever way it came, and makes corrections of what
 * is beyond the bound of the subscribed power. Nothing measured is changed, and each can be taken back.
 */
export class Quarantine {
  readonly #options: QuarantineOptions;
  #cursor: string | null = null;
  #open: Stretch[] = [];

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  /** Judges what came since the last look. Throws when the store can not be read or written. */
  look(): void {
    const { store } = this.#options;
    const judged = this.#judged();
    if (judged.size === 0) {
      this.#begin();
      return;
    }
    let cursor = this.#cursor ?? store.sourceState(STATE_SOURCE) ?? '';
    for (;;) {
      const changes = store.readChanges(cursor, BATCH);
      if (changes === null) {
        cursor = store.cursor();
        this.#lookBack(judged);
        break;
      }
      for (const change of changes.items) this.#take(change, judged);
      const isDone = changes.items.length === 0 || changes.cursor === cursor;
      cursor = changes.cursor;
      if (isDone) break;
    }
    this.#cursor = cursor;
    this.#settle();
    // While a stretch is open, a restart looks at it again from its beginning.
    if (this.#open.length === 0 && store.sourceState(STATE_SOURCE) !== cursor) {
      store.putSourceState(STATE_SOURCE, cursor);
    }
  }

  /** What comes from here on is judged, however old it is, also if it comes before anything can be. */
  #begin(): void {
    const { store } = this.#options;
    if (this.#cursor !== null || store.sourceState(STATE_SOURCE) !== null) return;
    this.#cursor = store.cursor();
    store.putSourceState(STATE_SOURCE, this.#cursor);
  }

  /** Series that are judged, with the subscribed power of their meter. */
  #judged(): Map<SeriesId, Judged> {
    const { store, subscribedVaOf } = this.#options;
    const judged = new Map<SeriesId, Judged>();
    for (const series of store.listEntries()) {
      // A file was looked at by whoever imported it, and may be of another house.
      if (series.quantity !== 'energy' || series.source.startsWith('import/')) continue;
      const subscribedVa = subscribedVaOf(series);
      if (subscribedVa !== null) judged.set(series.id, { series, subscribedVa });
    }
    return judged;
  }

  #take(change: Change, judged: ReadonlyMap<SeriesId, Judged>): void {
    if (change.kind === 'event') return;
    const of = judged.get(change.series);
    if (of === undefined) return;
    if (change.kind === 'point') {
      const { startMs, durationMs, value } = change;
      this.#judge(of, { startMs, durationMs, value });
    } else {
      this.#letGo(of, change);
      this.#scan(of, change);
    }
  }

  /**
   * What was measured in the range may be elsewhere now, as when the clock that dated it was set: what is held there goes with it.
   * Where it is now it is found by the scan.
   */
  #letGo(of: Judged, range: Range): void {
    const { store, clock } = this.#options;
    const { id } = of.series;
    const isThere = ({ fromMs, toMs }: Range) => fromMs < range.toMs && toMs > range.fromMs;
    this.#open = this.#open.filter((each) => each.series !== id || !isThere(each));
    const held = store
      .listCorrections(id)
      .filter((each) => each.origin === 'bound' && each.undoneMs === null && isThere(each));
    const moved = held.filter((each) => !this.#holdsAny(of, each));
    if (moved.length === 0) return;
    const ids = [...this.#movedIds(), ...moved.map((each) => each.id)].slice(-MOVED_KEPT);
    store.putSourceState(MOVED_SOURCE, JSON.stringify(ids));
    for (const each of moved) store.undoCorrection(each.id, clock.wallMs());
  }

  #movedIds(): readonly number[] {
    return JSON.parse(this.#options.store.sourceState(MOVED_SOURCE) ?? '[]') as number[];
  }

  /** Whether anything beyond the bound lies wholly in a stretch. */
  #holdsAny({ series, subscribedVa }: Judged, { fromMs, toMs }: Range): boolean {
    const perWh = UNITS_PER_WH[series.unit];
    for (const { starts, durationsMs, values } of this.#options.store.readPoints(series.id, fromMs, toMs)) {
      for (const [index, startMs] of starts.entries()) {
        const durationMs = durationsMs[index] as number;
        const energyWh = (values[index] as number) / perWh;
        if (startMs + durationMs <= toMs && isImplausible({ energyWh, durationMs }, subscribedVa))
          return true;
      }
    }
    return false;
  }

  #lookBack(judged: ReadonlyMap<SeriesId, Judged>): void {
    for (const of of judged.values()) {
      const lastMs = this.#options.store.findSeries(of.series.id)?.lastMs ?? null;
      if (lastMs !== null) this.#scan(of, { fromMs: lastMs - LOOK_BACK_MS, toMs: lastMs });
    }
  }

  /** Looks through the hours of a range, and into those that have something beyond what is allowed for ever. */
  #scan(of: Judged, range: Range): void {
    const { store } = this.#options;
    const { id, unit } = of.series;
    const { firstMs, lastMs } = store.findSeries(id) ?? { firstMs: null, lastMs: null };
    const limit = steadyLimitW(of.subscribedVa) * UNITS_PER_WH[unit];
    let hour = Math.floor(Math.max(range.fromMs, firstMs ?? 0) / HOUR_MS);
    const end = Math.ceil(Math.min(range.toMs, (lastMs ?? 0) + DAY_MS) / HOUR_MS);
    while (hour < end) {
      const count = Math.min(end - hour, HOURS_AT_ONCE);
      const edges = Float64Array.from({ length: count + 1 }, (_, at) => (hour + at) * HOUR_MS);
      const { rateMax } = store.readBuckets(id, edges);
      for (const [at, rate] of rateMax.entries()) {
        if (rate <= limit || Number.isNaN(rate)) continue;
        // One that begins in the hour before may count in this one.
        const fromMs = edges[at] as number;
        for (const points of store.readPoints(id, fromMs - HOUR_MS, fromMs + HOUR_MS))
          this.#judgeAll(of, points);
      }
      hour += count;
    }
  }

  #judgeAll(of: Judged, points: Points): void {
    for (const [index, startMs] of points.starts.entries()) {
      const durationMs = points.durationsMs[index] as number;
      this.#judge(of, { startMs, durationMs, value: points.values[index] as number });
    }
  }

  #judge(
    { series, subscribedVa }: Judged,
    { startMs, durationMs, value }: { startMs: EpochMs; durationMs: number; value: number },
  ): void {
    const energyWh = value / UNITS_PER_WH[series.unit];
    if (!isImplausible({ energyWh, durationMs }, subscribedVa)) return;
    const endMs = startMs + durationMs;
    if (this.#isKnown(series.id, { fromMs: startMs, toMs: endMs })) return;
    const before = this.#open.find(
      (each) => each.series === series.id && Math.abs(startMs - each.toMs) <= JOIN_MS,
    );
    const limitW = powerLimitW(subscribedVa, durationMs);
    if (before === undefined) {
      this.#open.push({ series: series.id, fromMs: startMs, toMs: endMs, energyWh, limitW });
      return;
    }
    before.toMs = endMs;
    before.energyWh += energyWh;
    before.limitW = Math.min(before.limitW, limitW);
  }

  /** Makes corrections of the stretches that are over. */
  #settle(): void {
    const { store, clock } = this.#options;
    const nowMs = clock.wallMs();
    const lastOf = (series: SeriesId) => store.findSeries(series)?.lastMs ?? 0;
    const isOver = ({ series, fromMs, toMs }: Stretch) =>
      lastOf(series) - toMs > JOIN_MS || toMs - fromMs >= HOLD_MS || nowMs - toMs > HOLD_MS;
    const over = this.#open.filter(isOver);
    this.#open = this.#open.filter((each) => !over.includes(each));
    if (over.length > 0) this.#make(over, nowMs);
  }

  /** Whether it is about to be, is, or was in quarantine until somebody let it out, or is marked bad by a person. */
  #isKnown(series: SeriesId, { fromMs, toMs }: Range): boolean {
    const covers = (each: Range) => each.fromMs <= fromMs && each.toMs >= toMs;
    if (this.#open.some((each) => each.series === series && covers(each))) return true;
    return this.#options.store
      .listCorrections(series)
      .some(
        (each) =>
          covers(each) &&
          (each.undoneMs === null
            ? each.kind.kind === 'bad'
            : each.origin === 'bound' && !this.#movedIds().includes(each.id)),
      );
  }

  #make(stretches: readonly Stretch[], nowMs: EpochMs): void {
    const { store, onMade } = this.#options;
    const sources = new Map(store.listEntries().map(({ id, source }) => [id, source]));
    store.putEvents(
      stretches.map(({ series, fromMs, toMs, energyWh, limitW }) => ({
        source: sources.get(series) ?? '',
        atMs: fromMs,
        kind: 'implausible',
        data: { series, toMs, energyWh, limitW: Math.round(limitW) },
      })),
    );
    store.putCorrections(
      stretches.map(
        ({ series, fromMs, toMs, energyWh, limitW }): NewCorrection => ({
          ...{ series, fromMs, toMs, kind: { kind: 'bad' }, origin: 'bound', madeMs: nowMs },
          note: `${energyWh} Wh in ${(toMs - fromMs) / SECOND_MS} s: more than ${Math.round(limitW)} W can not be`,
        }),
      ),
    );
    onMade(stretches.length);
  }
}
