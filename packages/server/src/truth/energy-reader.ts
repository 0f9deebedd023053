import {
  type Buckets,
  kindOf,
  type Points,
  pickPoints,
  timedSumOf,
  UNITS_PER_WH,
} from '@kilowink/core/series';
import { type EpochMs, HOUR_MS } from '@kilowink/core/time';
import {
  type Correction,
  correctedBuckets,
  correctedTotal,
  type RangeTotal,
  type ReadBuckets,
} from '@kilowink/core/truth';
import type { SeriesEntry, SeriesId, SeriesInfo, StoredCorrection, StoreReader } from '@kilowink/store';
import { serverError } from '../errors.ts';
import { drawnBucketPower, drawnPointPower } from '../power/index.ts';
import { chooseHours, chosenBuckets, type HourChoice, type ReadMember } from './chosen-buckets.ts';
import { type MeasuredShare, measuredShare } from './measured-share.ts';
import {
  findMeasurements,
  MEASUREMENT_ID_MIN,
  type Measurement,
  type MeasurementConfig,
} from './measurements.ts';
import type { Range, ReadHow } from './read-how.ts';

const NONE: readonly StoredCorrection[] = [];

/** What is known of each series: what was measured, as corrections leave it, and measurements chosen from several sensors. */
export class EnergyReader {
  readonly store: StoreReader;
  readonly #measurements: readonly MeasurementConfig[];

  constructor(store: StoreReader, measurements: readonly MeasurementConfig[] = []) {
    this.store = store;
    this.#measurements = measurements;
  }

  measurements(): Measurement[] {
    return findMeasurements(this.store, this.#measurements);
  }

  /** The series of the store, then the measurements. */
  list(): SeriesInfo[] {
    return [...this.store.listSeries(), ...this.measurements().map(({ info }) => info)];
  }

  /** Throws `series/unknown`. */
  find(id: SeriesId): SeriesInfo {
    const series =
      id >= MEASUREMENT_ID_MIN ? (this.measurementOf(id)?.info ?? null) : this.store.findSeries(id);
    if (series === null) throw serverError('series/unknown', { id });
    return series;
  }

  /** The measurement of that id; null where it is a series of the store. */
  measurementOf(id: SeriesId): Measurement | null {
    if (id < MEASUREMENT_ID_MIN) return null;
    return this.measurements().find(({ info }) => info.id === id) ?? null;
  }

  /** The series that measure the meter a series measures: itself, or all of its measurement. */
  onSameMeter<Series extends SeriesEntry>(series: Series): readonly (Series | SeriesInfo)[] {
    const all = this.measurements();
    const own = all.find(
      ({ info, members }) => info.id === series.id || members.some(({ id }) => id === series.id),
    );
    return own?.members ?? [series];
  }

  /** The corrections in force that meet the range, in the order in which they were made. */
  corrections(series: SeriesInfo, { fromMs, toMs }: Range): readonly StoredCorrection[] {
    if (kindOf(series.quantity) === 'mean') return NONE;
    return this.#storeSeries(series).flatMap(({ id }) =>
      this.store
        .listCorrections(id)
        .filter((each) => each.undoneMs === null && each.fromMs < toMs && each.toMs > fromMs),
    );
  }

  /** All corrections, those taken back included; of a measurement of several sensors those of each, with the series they are of. */
  allCorrections(series: SeriesInfo): { readonly of: SeriesInfo; readonly stored: StoredCorrection }[] {
    return this.#storeSeries(series).flatMap((of) =>
      this.store.listCorrections(of.id).map((stored) => ({ of, stored })),
    );
  }

  buckets(series: SeriesInfo, edges: Float64Array, how: ReadHow): Buckets {
    const measurement = this.measurementOf(series.id);
    const { stepMs } = how;
    if (measurement !== null && edges.length > 1)
      return chosenBuckets(this.#reads(measurement, how), edges, stepMs);
    const corrections = this.#inForce(series, how);
    if (corrections.length === 0) return this.store.readBuckets(series.id, edges, stepMs);
    return correctedBuckets(readMeasured(this.store, series.id), corrections, edges, stepMs);
  }

  total(series: SeriesInfo, range: Range, how: ReadHow): RangeTotal {
    if (this.measurementOf(series.id) === null)
      return correctedTotal(readMeasured(this.store, series.id), this.#inForce(series, how), range);
    const { fromMs, toMs } = range;
    if (fromMs >= toMs) return { sum: 0, recoveredSum: 0, validMs: 0 };
    const asWhole = { ...how, stepMs: Number.POSITIVE_INFINITY };
    const { sums, validMs, recoveredSums } = this.buckets(series, Float64Array.of(fromMs, toMs), asWhole);
    return { sum: sums[0] || 0, recoveredSum: recoveredSums?.[0] ?? 0, validMs: validMs[0] ?? 0 };
  }

  /** Which source each hour of a measurement is taken from, as corrections leave them; null of any other series. */
  choice(series: SeriesInfo, range: Range): HourChoice | null {
    const measurement = this.measurementOf(series.id);
    return measurement === null ? null : chooseHours(this.#reads(measurement, { isRaw: false }), range);
  }

  /**
   * The measurements themselves, uncorrected, that begin in the range; of a measurement of several sensors those of the source
   * that is chosen for the hour of their midpoint.
   */
  *points(series: SeriesInfo, range: Range): Iterable<Points> {
    for (const { points } of this.pointsBySource(series, range)) yield points;
  }

  /** The same, with the source that each part comes from; values are in the unit of `series`. */
  *pointsBySource(series: SeriesInfo, range: Range): Iterable<{ source: SeriesInfo; points: Points }> {
    const measurement = this.measurementOf(series.id);
    if (measurement === null) {
      const { fromMs, toMs } = range;
      for (const points of this.store.readPoints(series.id, fromMs, toMs)) yield { source: series, points };
      return;
    }
    const { hourEdges, members } = this.#choiceForPoints(measurement, range);
    for (let from = 0; from < members.length; ) {
      let next = from + 1;
      while (next < members.length && members[next] === members[from]) next += 1;
      const source = measurement.members[members[from] as number];
      const mids = { fromMs: hourEdges[from] as number, toMs: hourEdges[next] as number };
      from = next;
      if (source === undefined) continue;
      const within = pointsWithin(this.store, source.id, { starts: range, mids });
      for (const points of this.#scaled(source, series, within)) yield { source, points };
    }
  }

  /** What corrections leave of the single measurements that `points` gives; null where they change none. */
  share(series: SeriesInfo, range: Range): MeasuredShare | null {
    const measurement = this.measurementOf(series.id);
    if (measurement === null) {
      const read = (edges: Float64Array, how: ReadHow) => this.buckets(series, edges, how);
      const all = kindOf(series.quantity) === 'mean' ? NONE : this.store.listCorrections(series.id);
      return measuredShare(
        read,
        all.filter(({ undoneMs }) => undoneMs === null),
        range,
      );
    }
    const shares = measurement.members.map((member) => this.share(member, range));
    if (shares.every((share) => share === null)) return null;
    const { hourEdges, members } = this.#choiceForPoints(measurement, range);
    return (startMs, durationMs) => {
      const hour = Math.floor((placeMs(startMs, durationMs) - (hourEdges[0] as number)) / HOUR_MS);
      return shares[members[hour] as number]?.(startMs, durationMs) ?? 1;
    };
  }

  /**
   * The power that flashes tell between `edges`, W; null where counts are as good. Where a correction holds it is the
   * corrected mean of `buckets`.
   */
  bucketPower(series: SeriesInfo, edges: Float64Array, { buckets, how }: { buckets: Buckets; how: ReadHow }) {
    const power = this.#drawn(series, edges);
    if (power === null || edges.length < 2) return power;
    if (how.isRaw) return power;
    const range = { fromMs: edges[0] as number, toMs: edges.at(-1) as number };
    const perWh = UNITS_PER_WH[series.unit];
    const corrections = this.corrections(series, range);
    if (corrections.length === 0) return power;
    const sourceAt = this.#sourceAt(series, range);
    for (const correction of corrections) {
      for (let at = 0; at < power.length; at += 1) {
        const bucket = { fromMs: edges[at] as number, toMs: edges[at + 1] as number };
        if (!meets(correction, bucket) || sourceAt(bucket.fromMs) !== correction.series) continue;
        const validMs = buckets.validMs[at] as number;
        power[at] = validMs > 0 ? (timedSumOf(buckets, at) * HOUR_MS) / validMs / perWh : Number.NaN;
      }
    }
    return power;
  }

  /** The same of each measurement; null of a measurement of several sensors. */
  pointPower(series: SeriesInfo, points: Points): Float64Array | null {
    return this.measurementOf(series.id) === null ? drawnPointPower(this.store, series, points) : null;
  }

  #drawn(series: SeriesInfo, edges: Float64Array): Float64Array | null {
    const measurement = this.measurementOf(series.id);
    if (measurement === null) return drawnBucketPower(this.store, series, edges);
    const drawn = new Map(
      measurement.members.map((member) => [member.id, drawnBucketPower(this.store, member, edges)]),
    );
    if ([...drawn.values()].every((power) => power === null)) return null;
    const sourceAt = this.#sourceAt(series, { fromMs: edges[0] as number, toMs: edges.at(-1) as number });
    return Float64Array.from({ length: edges.length - 1 }, (_, at) => {
      const source = sourceAt(edges[at] as number);
      return (source === null ? null : drawn.get(source))?.[at] ?? Number.NaN;
    });
  }

  /** Which series an instant of the range is taken from; null where a measurement has no source of that hour. */
  #sourceAt(series: SeriesInfo, range: Range): (atMs: EpochMs) => SeriesId | null {
    const measurement = this.measurementOf(series.id);
    if (measurement === null) return () => series.id;
    const { hourEdges, members } = chooseHours(this.#reads(measurement, { isRaw: false }), range);
    const firstMs = hourEdges[0] as number;
    return (atMs) =>
      measurement.members[members[Math.floor((atMs - firstMs) / HOUR_MS)] as number]?.id ?? null;
  }

  /** Which source each measurement that begins in the range is taken from: one of the last hour may have its midpoint in the next. */
  #choiceForPoints(measurement: Measurement, { fromMs, toMs }: Range): HourChoice {
    return chooseHours(this.#reads(measurement, { isRaw: false }), { fromMs, toMs: toMs + HOUR_MS });
  }

  #reads({ info, members }: Measurement, how: ReadHow): ReadMember[] {
    return members.map((member) => {
      const factor = UNITS_PER_WH[info.unit] / UNITS_PER_WH[member.unit];
      return (edges, stepMs) => {
        const buckets = this.buckets(member, edges, { ...how, stepMs });
        return factor === 1 ? buckets : scaledBuckets(buckets, factor);
      };
    });
  }

  *#scaled(member: SeriesInfo, series: SeriesInfo, parts: Iterable<Points>): Iterable<Points> {
    const factor = UNITS_PER_WH[series.unit] / UNITS_PER_WH[member.unit];
    for (const points of parts)
      yield factor === 1 ? points : { ...points, values: points.values.map((value) => value * factor) };
  }

  #inForce(series: SeriesInfo, { isRaw }: ReadHow): readonly Correction[] {
    if (isRaw || kindOf(series.quantity) === 'mean') return [];
    const all = this.store.listCorrections(series.id);
    return all.length === 0 ? [] : activeCorrections(all);
  }

  #storeSeries(series: SeriesInfo): readonly SeriesInfo[] {
    return this.measurementOf(series.id)?.members ?? [series];
  }
}

/** Longer measurements, such as days of a file, are where they begin. */
const MID_MS_MAX = HOUR_MS;

/** The moment whose hour a measurement is in. */
function placeMs(startMs: EpochMs, durationMs: number): EpochMs {
  return durationMs > MID_MS_MAX ? startMs : startMs + durationMs / 2;
}

/** The points that begin in one range and have their midpoint in another. */
function* pointsWithin(
  store: StoreReader,
  id: SeriesId,
  { starts, mids }: { starts: Range; mids: Range },
): Iterable<Points> {
  const fromMs = Math.max(starts.fromMs, mids.fromMs - MID_MS_MAX);
  const toMs = Math.min(starts.toMs, mids.toMs);
  if (fromMs >= toMs) return;
  for (const points of store.readPoints(id, fromMs, toMs)) {
    const kept: number[] = [];
    for (const [index, startMs] of points.starts.entries()) {
      const durationMs = points.durationsMs[index] as number;
      const midMs = placeMs(startMs, durationMs);
      if (midMs >= mids.fromMs && midMs < mids.toMs) kept.push(index);
    }
    if (kept.length === points.starts.length) yield points;
    else if (kept.length > 0) yield pickPoints(points, kept);
  }
}

/** A series of the store without its corrections. */
export function readMeasured(store: StoreReader, id: SeriesId): ReadBuckets {
  return (edges, stepMs) => store.readBuckets(id, edges, stepMs);
}

/** Those that were not taken back, as the layer that applies them knows them. */
export function activeCorrections(all: readonly StoredCorrection[]): Correction[] {
  return all
    .filter(({ undoneMs }) => undoneMs === null)
    .map(({ kind, fromMs, toMs }) => ({ ...kind, fromMs, toMs }));
}

function meets(one: Range, other: Range): boolean {
  return one.fromMs < other.toMs && one.toMs > other.fromMs;
}

function scaledBuckets(buckets: Buckets, factor: number): Buckets {
  const times = (column: Float64Array) => column.map((value) => value * factor);
  return {
    ...buckets,
    sums: times(buckets.sums),
    rateMin: times(buckets.rateMin),
    rateMax: times(buckets.rateMax),
    ...(buckets.recoveredSums === undefined ? {} : { recoveredSums: times(buckets.recoveredSums) }),
    ...(buckets.timedSums === undefined ? {} : { timedSums: times(buckets.timedSums) }),
  };
}
