import { EVENT_KINDS } from '@kilowink/core/series';
import { z } from 'zod';
import { readingInfo } from './truth.ts';

/** Something that happened at a meter or a sensor: in `GET /api/v1/events`, and as `event` on the live stream. */
export const eventInfo = z.object({
  source: z.string().describe('As in the list of series'),
  atMs: z.number(),
  kind: z.enum(EVENT_KINDS),
  data: z.record(z.string(), z.unknown()).describe('What is to be said of it, by kind'),
});
export type EventInfo = z.infer<typeof eventInfo>;

/** `GET /api/v1/events`: the newest of those asked for, newest first. */
export const eventsAnswer = z.object({
  events: z.array(eventInfo),
  /** True when there may be more than were given. */
  truncated: z.boolean(),
});
export type EventsAnswer = z.infer<typeof eventsAnswer>;

/** `GET /api/v1/series/{id}/readings`: what the meter's index showed, ascending. */
export const readingsAnswer = z.object({
  series: z.int(),
  readings: z.array(readingInfo),
});
export type ReadingsAnswer = z.infer<typeof readingsAnswer>;
