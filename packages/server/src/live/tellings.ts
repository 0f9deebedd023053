import type { LivePoints, LiveRewritten } from '@kilowink/api';
import { concatPoints, kindOf, UNITS_PER_WH } from '@kilowink/core/series';
import { type EpochMs, HOUR_MS } from '@kilowink/core/time';
import type { SeriesId, SeriesInfo } from '@kilowink/store';
import type { EnergyReader, Range } from '../truth/index.ts';
import { ToldChoices } from './told-choices.ts';

/** A new measurement as the store has it, in the unit of its series. */
export type LivePoint = readonly [startMs: EpochMs, durationMs: number, value: number];

/** What pages are told of changes of the store: as corrections leave it, of each series and of the measurements it is part of. */
export class Tellings {
  readonly #reader: EnergyReader;
  readonly #choices: ToldChoices | null;
  readonly #turned: LiveRewritten[] = [];
  /** Each looked up once: a report tells of one of thousands, a page that comes back may be told of all of them. */
  readonly #known = new Map<SeriesId, SeriesInfo | null>();

  /** `choices`: what pages were told before; null for one that was away, which reads again what may have turned. */
  constructor(reader: EnergyReader, choices: ToldChoices | null) {
    this.#reader = reader;
    this.#choices = choices;
  }

  /** The series and the measurements that are chosen from it. */
  shownAs(series: SeriesId): SeriesId[] {
    return [series, ...this.#measurementsOf(series).map(({ id }) => id)];
  }

  rewritten({ series, fromMs, toMs }: LiveRewritten): LiveRewritten[] {
    // Another source may be the better one of an hour that was changed in part.
    const hours = { fromMs: floorHour(fromMs), toMs: -floorHour(-toMs) };
    const chosen = this.#measurementsOf(series).map(({ id }) => ({ series: id, ...hours }));
    for (const each of chosen) this.#choices?.forget(each.series, hours);
    return [{ series, fromMs, toMs }, ...chosen];
  }

  /** New measurements of one series. Of a measurement it is what is chosen now where they are. */
  points(id: SeriesId, list: readonly LivePoint[]): LivePoints[] {
    const series = this.#series(id);
    if (series === null) return [];
    const range = rangeOf(list);
    const chosen = this.#measurementsOf(id).map((info) => {
      this.#noteTurned(info, { id, list });
      const { starts, durationsMs, values } = concatPoints([...this.#reader.points(info, range)]);
      const all = Array.from(
        starts,
        (startMs, at): LivePoint => [startMs, durationsMs[at] as number, values[at] as number],
      );
      return this.#asLeft(info, all, range);
    });
    return [this.#asLeft(series, list, range), ...chosen.filter(({ points }) => points.length > 0)];
  }

  /** What `points` found to be another one throughout: hours of a measurement that another source is the better one of now. */
  turned(): LiveRewritten[] {
    return this.#turned.splice(0);
  }

  /** A stretch that was set to a total is another one throughout when a measurement comes into it. */
  movedBy(id: SeriesId, list: readonly LivePoint[]): LiveRewritten[] {
    const { fromMs, toMs } = rangeOf(list);
    return this.#reader.store
      .listCorrections(id)
      .filter(({ kind, undoneMs }) => kind.kind === 'total' && undoneMs === null)
      .filter((each) => each.fromMs < toMs && each.toMs > fromMs)
      .flatMap((each) => this.rewritten({ series: id, fromMs: each.fromMs, toMs: each.toMs }));
  }

  #series(id: SeriesId): SeriesInfo | null {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const found = this.#reader.store.findSeries(id);
    this.#known.set(id, found);
    return found;
  }

  #noteTurned(info: SeriesInfo, { id, list }: { id: SeriesId; list: readonly LivePoint[] }): void {
    const choice = this.#reader.choice(info, rangeOf(list));
    const member = this.#reader.measurementOf(info.id)?.members.findIndex((each) => each.id === id);
    if (choice === null) return;
    const newMs = new Map<number, number>();
    for (const [startMs, durationMs] of list) {
      const hourMs = floorHour(startMs + durationMs / 2);
      newMs.set(hourMs, (newMs.get(hourMs) ?? 0) + durationMs);
    }
    const hasMore = (hourMs: number) => {
      const hour = (hourMs - (choice.hourEdges[0] as number)) / HOUR_MS;
      return choice.hours.some(
        ({ validMs }, at) => (validMs[hour] as number) > (at === member ? (newMs.get(hourMs) ?? 0) : 0),
      );
    };
    const choices = this.#choices ?? new ToldChoices();
    for (const range of choices.turned(info.id, choice, hasMore))
      this.#turned.push({ series: info.id, ...range });
  }

  #asLeft(series: SeriesInfo, list: readonly LivePoint[], range: Range): LivePoints {
    const perUnit = kindOf(series.quantity) === 'sum' ? UNITS_PER_WH[series.unit] : 1;
    const share = this.#reader.share(series, range);
    const points: LivePoints['points'] = [];
    const leftOut: [number, number][] = [];
    for (const [startMs, durationMs, value] of list) {
      const left = (value / perUnit) * (share?.(startMs, durationMs) ?? 1);
      if (Number.isNaN(left)) leftOut.push([startMs, durationMs]);
      else points.push([startMs, durationMs, left]);
    }
    return { series: series.id, points, ...(leftOut.length === 0 ? {} : { leftOut }) };
  }

  #measurementsOf(series: SeriesId): SeriesInfo[] {
    return this.#reader
      .measurements()
      .filter(({ members }) => members.some(({ id }) => id === series))
      .map(({ info }) => info);
  }
}

function floorHour(atMs: EpochMs): EpochMs {
  return Math.floor(atMs / HOUR_MS) * HOUR_MS;
}

function rangeOf(list: readonly LivePoint[]): Range {
  const starts = list.map(([startMs]) => startMs);
  return {
    fromMs: Math.min(...starts),
    toMs: Math.max(...list.map(([startMs, durationMs]) => startMs + durationMs)),
  };
}
