import {
  EVENTS_DEFAULT,
  EVENTS_MAX,
  type EventsAnswer,
  eventsQuery,
  operations,
  type ReadingsAnswer,
  readingsQuery,
  seriesParameters,
} from '@kilowink/api';
import type { StoreReader } from '@kilowink/store';
import type { FastifyInstance } from 'fastify';
import { describeReading, type EnergyReader, readingsOf } from '../truth/index.ts';
import { fastifyPath } from './paths.ts';
import { readInput, readTime } from './query.ts';

/** The routes that read what happened, and what indexes showed. */
export function addEventRoutes(
  app: FastifyInstance,
  { store, reader, zone }: { store: StoreReader; reader: EnergyReader; zone: string },
): void {
  const rangeOf = (query: { from?: string | undefined; to?: string | undefined }) => ({
    fromMs: query.from === undefined ? ALWAYS.fromMs : readTime('from', query.from, zone),
    toMs: query.to === undefined ? ALWAYS.toMs : readTime('to', query.to, zone),
  });

  app.get(operations.listEvents.path, (request): EventsAnswer => {
    const query = readInput(eventsQuery, request.query);
    const limit = Math.min(query.limit ?? EVENTS_DEFAULT, EVENTS_MAX);
    const events = store.readEvents({
      ...rangeOf(query),
      limit,
      ...(query.source === undefined ? {} : { source: query.source }),
      ...(query.kind === undefined ? {} : { kinds: query.kind }),
    });
    return { events: events.map((event) => ({ ...event })), truncated: events.length === limit };
  });

  app.get(fastifyPath(operations.readReadings.path), (request): ReadingsAnswer => {
    const { id } = readInput(seriesParameters, request.params);
    const series = reader.find(id);
    const query = readInput(readingsQuery, request.query);
    const readings = readingsOf(reader, series, rangeOf(query)).filter(
      ({ origin }) => query.origin === undefined || origin === query.origin,
    );
    return { series: id, readings: readings.map(describeReading) };
  });
}

/** What a date can hold. */
const ALWAYS = { fromMs: -8.64e15, toMs: 8.64e15 };
