import {
  type CompareAnswer,
  type CorrectionAnswer,
  type CorrectionInfo,
  compareQuery,
  correctionBody,
  correctionParameters,
  operations,
  type ReadingAnswer,
  type ReadingInfo,
  rangeQuery,
  readingBody,
  readingParameters,
  type StandingLoadAnswer,
  seriesParameters,
} from '@kilowink/api';
import type { EpochMs } from '@kilowink/core/time';
import type { SeriesInfo, Store } from '@kilowink/store';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { RequireAdmin } from '../admin/index.ts';
import { serverError } from '../errors.ts';
import { fastifyPath } from '../http/paths.ts';
import { readInput, readTime } from '../http/query.ts';
import { type AskedComparison, compareSeries, usualPeriod } from './comparison.ts';
import { checkedCorrection, correctionEffect, describeCorrection } from './corrections.ts';
import type { EnergyReader } from './energy-reader.ts';
import type { Range } from './read-how.ts';
import { assertOneMoment } from './reading-time.ts';
import { checkedReading, describeReading } from './readings.ts';
import { standingLoads } from './standing-loads.ts';

export interface TruthRoutes {
  readonly reader: EnergyReader;
  /** Null in a read-only instance. */
  readonly writer: Store | null;
  readonly zone: string;
  readonly nowMs: () => EpochMs;
  /** Subscribed power of the meter that a series measures, VA; null where it is not known. */
  readonly subscribedVaOf: (series: SeriesInfo) => number | null;
  readonly requireAdmin: RequireAdmin;
  /** Something was written: open pages are to be told. */
  readonly onChange: () => void;
}

/** The routes that make what is stored true: corrections, readings of the display, comparisons, the standing load. */
export function addTruthRoutes(app: FastifyInstance, routes: TruthRoutes): void {
  addCorrectionRoutes(app, routes);
  addReadingRoutes(app, routes);
  addComparisonRoutes(app, routes);
}

function addCorrectionRoutes(app: FastifyInstance, routes: TruthRoutes): void {
  const { reader, onChange } = routes;
  app.get(fastifyPath(operations.listCorrections.path), (request): { corrections: CorrectionInfo[] } => {
    const series = reader.find(readInput(seriesParameters, request.params).id);
    return {
      corrections: reader.allCorrections(series).map(({ of, stored }) => describeCorrection(stored, of)),
    };
  });

  app.post(fastifyPath(operations.makeCorrection.path), (request): CorrectionAnswer => {
    routes.requireAdmin(request);
    const store = writable(routes);
    const series = reader.find(readInput(seriesParameters, request.params).id);
    const { from, to, preview, ...rest } = readInput(correctionBody, request.body ?? {});
    const asked = { ...rest, fromMs: timeOf('from', from, routes), toMs: timeOf('to', to, routes) };
    const site = { nowMs: routes.nowMs(), subscribedVa: routes.subscribedVaOf(series) };
    const made = checkedCorrection(reader, series, { asked, site });
    const effect = correctionEffect(reader, series, made);
    if (preview === true) return { correction: null, ...effect };
    const correction =
      store.putCorrections([made]).map((each) => describeCorrection(each, series))[0] ?? null;
    onChange();
    return { correction, ...effect };
  });

  app.delete(fastifyPath(operations.undoCorrection.path), (request): CorrectionInfo => {
    routes.requireAdmin(request);
    const store = writable(routes);
    const { id, correction } = readInput(correctionParameters, request.params);
    const series = reader.find(id);
    const found = reader.allCorrections(series).find(({ stored }) => stored.id === correction);
    if (found === undefined) throw serverError('correction/unknown', { id: correction, series: id });
    const undone = describeCorrection(store.undoCorrection(correction, routes.nowMs()), found.of);
    onChange();
    return undone;
  });
}

function addReadingRoutes(app: FastifyInstance, routes: TruthRoutes): void {
  const { reader } = routes;
  app.post(fastifyPath(operations.addReading.path), (request): ReadingAnswer => {
    routes.requireAdmin(request);
    const store = writable(routes);
    const series = reader.find(readInput(seriesParameters, request.params).id);
    const { at, index, ...rest } = readInput(readingBody, request.body ?? {});
    const asked = { ...rest, atMs: timeOf('at', at, routes), index: String(index) };
    if (typeof at === 'string') assertOneMoment(at, routes.zone);
    const checked = checkedReading(reader, series, { asked, nowMs: routes.nowMs() });
    store.putReadings(checked.series.id, [checked.reading]);
    store.flush();
    const { reading, previous } = checked;
    return {
      reading: describeReading(reading),
      previous: previous === null ? null : describeReading(previous),
    };
  });

  app.delete(fastifyPath(operations.removeReading.path), (request): ReadingInfo => {
    routes.requireAdmin(request);
    const store = writable(routes);
    const { id, at } = readInput(readingParameters, request.params);
    for (const series of reader.onSameMeter(reader.find(id))) {
      const reading = store.readReadings(series.id, at, at + 1).find(({ origin }) => origin === 'person');
      if (reading === undefined) continue;
      store.removeReading(series.id, at);
      return describeReading(reading);
    }
    throw serverError('reading/unknown', { at: new Date(at).toISOString(), series: id });
  });
}

function addComparisonRoutes(app: FastifyInstance, routes: TruthRoutes): void {
  const { reader, zone } = routes;
  app.get(fastifyPath(operations.compareSeries.path), (request): CompareAnswer => {
    const series = energyOf(reader, readInput(seriesParameters, request.params).id);
    const asked = askedComparison(series, readInput(compareQuery, request.query), routes);
    const site = { zone, subscribedVa: routes.subscribedVaOf(series) };
    return compareSeries(reader, series, { asked, site });
  });

  app.get(fastifyPath(operations.readStandingLoad.path), (request): StandingLoadAnswer => {
    const series = energyOf(reader, readInput(seriesParameters, request.params).id);
    const range = rangeOf(series, readInput(rangeQuery, request.query), routes);
    return standingLoads(reader, series, { range, zone });
  });
}

/** What a query asks to compare a series with. Throws `compare/itself`, `compare/quantity`, `compare/by`, and what its times and series are refused with. */
export function askedComparison(
  series: SeriesInfo,
  query: z.output<typeof compareQuery>,
  routes: Pick<TruthRoutes, 'reader' | 'zone' | 'nowMs'>,
): AskedComparison {
  const reference = query.with === undefined ? null : energyOf(routes.reader, query.with);
  if (reference?.id === series.id) throw serverError('compare/itself', { id: series.id });
  if (reference !== null && reference.quantity !== series.quantity) {
    const values = {
      id: series.id,
      expected: series.quantity,
      with: reference.id,
      found: reference.quantity,
    };
    throw serverError('compare/quantity', values);
  }
  const range = rangeOf(series, query, routes);
  const by = query.by ?? (reference === null ? usualPeriod(routes.reader, series, range) : 'day');
  if (reference !== null && by === 'reading') throw serverError('compare/by', { by });
  return { ...range, by, reference, isRaw: query.raw };
}

/** The series of that number, which must be of energy. Throws `series/unknown`, `series/gauge`. */
export function energyOf(reader: EnergyReader, id: number): SeriesInfo {
  const series = reader.find(id);
  const { quantity } = series;
  if (quantity !== 'energy' && quantity !== 'injectedEnergy')
    throw serverError('series/gauge', { id, quantity });
  return series;
}

/** From the first measurement to now where the query does not say. */
function rangeOf(
  series: SeriesInfo,
  query: { from?: string | undefined; to?: string | undefined },
  { zone, nowMs }: Pick<TruthRoutes, 'zone' | 'nowMs'>,
): Range {
  const toMs = query.to === undefined ? nowMs() : readTime('to', query.to, zone);
  const fromMs = query.from === undefined ? (series.firstMs ?? toMs) : readTime('from', query.from, zone);
  if (fromMs <= toMs) return { fromMs, toMs };
  throw serverError('query/range', {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  });
}

function timeOf(name: string, value: number | string, { zone }: TruthRoutes): EpochMs {
  return readTime(name, String(value), zone);
}

function writable({ writer }: TruthRoutes): Store {
  if (writer === null) throw serverError('http/read-only');
  return writer;
}
