import {
  bucketsQuery,
  type ChosenBucketsAnswer,
  type ChosenGaugeBucketsAnswer,
  type ChosenGaugeWindowsAnswer,
  type ChosenWindowsAnswer,
  type GaugeWindowsAnswer,
  operations,
  POINTS_DEFAULT,
  POINTS_MAX,
  type SeriesInfo,
  seriesParameters,
  type TotalAnswer,
  totalQuery,
  WINDOWS_MAX,
  type WindowsAnswer,
  windowsQuery,
} from '@kilowink/api';
import {
  concatPoints,
  giveBuckets,
  kindOf,
  type Points,
  slicePoints,
  UNITS_PER_WH,
} from '@kilowink/core/series';
import { bucketEdges, chooseStep, type EpochMs, findStep, STEPS, type Step } from '@kilowink/core/time';
import type { SeriesInfo as StoredSeries, StoreReader } from '@kilowink/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { serverError } from '../errors.ts';
import type { EnergyReader } from '../truth/index.ts';
import { AskedColumns, bucketColumns, drawnColumn, gaugeColumns } from './columns.ts';
import { Decimals, type Encodable, encodeJson, giveBytes } from './json-bytes.ts';
import { fastifyPath } from './paths.ts';
import { readInput, readTime } from './query.ts';

export interface SeriesRoutes {
  readonly reader: EnergyReader;
  readonly zone: string;
  readonly nowMs: () => EpochMs;
  readonly lastReportMs: (source: string) => EpochMs | null;
}

/** The routes that read measurements. */
export function addSeriesRoutes(app: FastifyInstance, routes: SeriesRoutes): void {
  const { reader, zone } = routes;
  app.get(operations.listSeries.path, () => ({
    series: reader.list().map((info) => toInfo(info, routes)),
  }));

  app.get(fastifyPath(operations.readBuckets.path), (request, reply) =>
    sendJson(reply, answerBuckets(routes, request.params, request.query)),
  );

  app.get(fastifyPath(operations.readTotal.path), (request): TotalAnswer => {
    const series = reader.find(readInput(seriesParameters, request.params).id);
    if (kindOf(series.quantity) === 'mean') {
      throw serverError('series/gauge', { id: series.id, quantity: series.quantity });
    }
    const query = readInput(totalQuery, request.query);
    const range = rangeOf(series, query, routes);
    const { sum, validMs, recoveredSum } = reader.total(series, range, { isRaw: query.raw });
    const coverage = range.toMs > range.fromMs ? Math.min(1, validMs / (range.toMs - range.fromMs)) : 0;
    const unitsPerWh = UNITS_PER_WH[series.unit];
    const recovered = recoveredSum > 0 ? { recoveredWh: recoveredSum / unitsPerWh } : {};
    return {
      ...{ series: series.id, ...range, energyWh: sum / unitsPerWh, coverage, ...recovered },
      ...(query.raw ? {} : correctedRanges(reader, series, range)),
    };
  });

  app.get(fastifyPath(operations.readWindows.path), (request, reply) => {
    const series = reader.find(readInput(seriesParameters, request.params).id);
    const query = readInput(windowsQuery, request.query);
    const limit = Math.min(query.limit ?? WINDOWS_MAX, WINDOWS_MAX);
    const range = rangeOf(series, query, { zone, nowMs: routes.nowMs });
    const kind = kindOf(series.quantity);
    const asked = { series, range, limit, columns: new AskedColumns('windows', kind, query.columns) };
    return sendJson(
      reply,
      encodeJson(
        kind === 'mean' ? readGaugeWindowsAnswer(reader.store, asked) : readWindowsAnswer(reader, asked),
      ),
    );
  });
}

/** What is answered to a question for buckets, as JSON. Throws what such a question may be refused with. */
export function answerBuckets(
  routes: Omit<SeriesRoutes, 'lastReportMs'>,
  parameters: unknown,
  asked: unknown,
): Buffer {
  const series = routes.reader.find(readInput(seriesParameters, parameters).id);
  const query = readInput(bucketsQuery, asked);
  const range = rangeOf(series, query, routes);
  const step = stepOf(query, range);
  const columns = new AskedColumns('buckets', kindOf(series.quantity), query.columns);
  const edges = bucketEdges(range, step, routes.zone);
  const points = query.step === undefined ? pointsOf(query) : POINTS_MAX;
  assertWithinPoints(Math.max(0, edges.length - 1), step.name, points);
  return readBuckets(routes, { series, range, step, edges, isRaw: query.raw, columns });
}

/** The corrections that meet the range, so that a page can mark them; nothing where there are none. */
function correctedRanges(
  reader: EnergyReader,
  series: StoredSeries,
  range: { fromMs: EpochMs; toMs: EpochMs },
): Pick<TotalAnswer, 'correctedRanges'> {
  const met = reader.corrections(series, range);
  if (met.length === 0) return {};
  return {
    correctedRanges: met.map(({ fromMs, toMs, kind, id }) => ({ fromMs, toMs, kind: kind.kind, id })),
  };
}

function rangeOf(
  series: StoredSeries,
  query: { from?: string | undefined; to?: string | undefined },
  site: { zone: string; nowMs: () => EpochMs },
): { fromMs: EpochMs; toMs: EpochMs } {
  const nowMs = site.nowMs();
  const toMs = query.to === undefined ? (series.lastMs ?? nowMs) : readTime('to', query.to, site.zone);
  const fromMs =
    query.from === undefined
      ? Math.min(series.firstMs ?? nowMs, toMs)
      : readTime('from', query.from, site.zone);
  if (fromMs > toMs) {
    throw serverError('query/range', {
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
    });
  }
  return { fromMs, toMs };
}

function stepOf(
  query: { points?: number | undefined; step?: string | undefined },
  range: { fromMs: EpochMs; toMs: EpochMs },
): Step {
  if (query.step === undefined) {
    return chooseStep({ ...range, points: pointsOf(query) });
  }
  const step = findStep(query.step);
  if (step === undefined) {
    throw serverError('query/step', { value: query.step, known: STEPS.map(({ name }) => name).join(', ') });
  }
  const count = Math.ceil((range.toMs - range.fromMs) / step.ms);
  if (count > POINTS_MAX) {
    throw serverError('query/too-many-buckets', { step: step.name, count, max: POINTS_MAX });
  }
  return step;
}

function pointsOf(query: { points?: number | undefined }): number {
  return Math.min(query.points ?? POINTS_DEFAULT, POINTS_MAX);
}

/** Where not even the longest step keeps to the points asked for, the query is refused: an answer never holds more. */
function assertWithinPoints(count: number, step: string, points: number): void {
  if (count > points) throw serverError('query/too-few-points', { points, step, count });
}

interface BucketsQuestion {
  readonly series: StoredSeries;
  readonly range: { fromMs: EpochMs; toMs: EpochMs };
  readonly step: Step;
  readonly edges: Float64Array;
  readonly isRaw: boolean;
  readonly columns: AskedColumns;
}

function readBuckets(
  { reader, zone }: Pick<SeriesRoutes, 'reader' | 'zone'>,
  { series, range, step, edges, isRaw, columns }: BucketsQuestion,
): Buffer {
  const how = { isRaw };
  const buckets = reader.buckets(series, edges, how);
  const fromMs = edges[0] ?? range.fromMs;
  const toMs = edges[edges.length - 1] ?? range.toMs;
  const frame = { series: series.id, fromMs, toMs, step: step.name, stepMs: step.ms, zone };
  let answer: Encodable<ChosenBucketsAnswer> | Encodable<ChosenGaugeBucketsAnswer>;
  if (kindOf(series.quantity) === 'mean') {
    answer = { ...frame, columns: columns.pick(gaugeColumns(buckets, edges)) };
  } else {
    const picked = columns.pick({
      ...bucketColumns(buckets, edges, UNITS_PER_WH[series.unit]),
      powerW: () => drawnColumn(reader.bucketPower(series, edges, { buckets, how })),
    });
    answer = { ...frame, columns: picked, ...(isRaw ? {} : correctedRanges(reader, series, frame)) };
  }
  const bytes = encodeJson(answer);
  giveBuckets(buckets);
  return bytes;
}

/** Sends JSON, and gives the bytes back once the system has them all. */
function sendJson(reply: FastifyReply, bytes: Buffer): FastifyReply {
  reply.raw.once('finish', () => giveBytes(bytes));
  return reply.type('application/json; charset=utf-8').send(bytes);
}

interface WindowsQuestion {
  readonly series: StoredSeries;
  readonly range: { fromMs: EpochMs; toMs: EpochMs };
  readonly limit: number;
  readonly columns: AskedColumns;
}

function readWindowsAnswer(reader: EnergyReader, of: WindowsQuestion): Encodable<ChosenWindowsAnswer> {
  const { points, truncated } = firstPoints(reader.points(of.series, of.range), of.limit);
  const unitsPerWh = UNITS_PER_WH[of.series.unit];
  const shares = once(() => sharesOf(reader, of, points));
  const whole = (column: Uint16Array | null) => new Decimals(column ?? new Uint16Array(points.starts.length));
  return {
    series: of.series.id,
    columns: of.columns.pick<keyof WindowsAnswer['columns']>({
      start: () => new Decimals(points.starts),
      durationMs: () => new Decimals(points.durationsMs),
      energyWh: () => new Decimals(points.values, unitsPerWh),
      correctedWh: () => {
        const left = shares();
        if (left === null) return null;
        return new Decimals(points.values.map((value, at) => (value / unitsPerWh) * (left[at] ?? 1)));
      },
      reports: () => whole(points.reports),
      disagreements: () => whole(points.disagreements),
      powerW: () => {
        const left = shares();
        const powerW = reader.pointPower(of.series, points);
        return drawnColumn(
          left === null ? powerW : (powerW?.map((each, at) => each * (left[at] ?? 1)) ?? null),
        );
      },
    }),
    ...correctedRanges(reader, of.series, of.range),
    truncated,
  };
}

/** The first of them all, at most `limit`, and whether there are more. */
function firstPoints(parts: Iterable<Points>, limit: number): { points: Points; truncated: boolean } {
  const pieces: Points[] = [];
  let room = limit;
  for (const points of parts) {
    pieces.push(slicePoints(points, 0, Math.min(points.starts.length, room)));
    if (points.starts.length > room) return { points: concatPoints(pieces), truncated: true };
    room -= points.starts.length;
  }
  return { points: concatPoints(pieces), truncated: false };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** What corrections leave of each measurement; null where they leave them all. */
function sharesOf(
  reader: EnergyReader,
  of: { series: StoredSeries; range: { fromMs: EpochMs; toMs: EpochMs } },
  { starts, durationsMs }: Points,
): Float64Array | null {
  const share = reader.share(of.series, of.range);
  return share === null ? null : starts.map((startMs, at) => share(startMs, durationsMs[at] as number));
}

function readGaugeWindowsAnswer(
  store: StoreReader,
  of: WindowsQuestion,
): Encodable<ChosenGaugeWindowsAnswer> {
  const { fromMs, toMs } = of.range;
  const { points, truncated } = firstPoints(store.readPoints(of.series.id, fromMs, toMs), of.limit);
  const columns = of.columns.pick<keyof GaugeWindowsAnswer['columns']>({
    start: () => new Decimals(points.starts),
    durationMs: () => new Decimals(points.durationsMs),
    value: () => new Decimals(points.values),
  });
  return { series: of.series.id, columns, truncated };
}

function toInfo(info: StoredSeries, routes: SeriesRoutes): SeriesInfo {
  const kind = kindOf(info.quantity);
  const iso = (atMs: EpochMs | null) => (atMs === null ? null : new Date(atMs).toISOString());
  return {
    id: info.id,
    name: info.name,
    source: info.source,
    quantity: info.quantity,
    unit: kind === 'sum' ? 'Wh' : info.unit,
    kind,
    firstMs: info.firstMs,
    lastMs: info.lastMs,
    first: iso(info.firstMs),
    last: iso(info.lastMs),
    ...membersOf(routes.reader, info.id),
    lastReportMs: routes.lastReportMs(info.source),
  };
}

function membersOf(reader: EnergyReader, id: number): Pick<SeriesInfo, 'members'> {
  const measurement = reader.measurementOf(id);
  return measurement === null ? {} : { members: measurement.members.map((member) => member.id) };
}
