import { z } from 'zod';

/**
 * `GET /api/v1/live`, Server-Sent Events. Each event's `id` is a cursor: a browser that lost the connection sends it
 * back as `Last-Event-ID` (or `?cursor=`) and gets everything since, or one `reset`.
 *
 * - `hello`: the connection stands; `serverMs` is the server's time.
 * - `points`: new measurements, `[startMs, durationMs, energyWh]` each, as corrections leave them; of a gauge the value it held,
 *   in its unit. What corrections leave nothing of is told in `leftOut`, `[startMs, durationMs]` each.
 * - `rewritten`: something in the range changed; read it again.
 * - `event`: something happened, as in `GET /api/v1/events`.
 * - `heard`: a sensor reported (also when nothing in its report was new).
 * - `meter`: a frame of a TIC meter came: the whole of what is known of it, as in `GET /api/v1/meters`.
 * - `firmware`: an update of sensors began, went on or ended: the whole of it, as in `GET /api/v1/firmware`.
 * - `reset`: what came since the cursor is not known any more; read everything on show again.
 */
export const livePoints = z.object({
  series: z.int(),
  points: z.array(z.tuple([z.number(), z.number(), z.number()])),
  leftOut: z
    .array(z.tuple([z.number(), z.number()]))
    .optional()
    .describe('Measured, but marked bad or set to a total: it counts nowhere'),
});
export const liveRewritten = z.object({ series: z.int(), fromMs: z.number(), toMs: z.number() });
export const liveHello = z.object({ serverMs: z.number(), version: z.string() });
export const liveHeard = z.object({ series: z.int(), atMs: z.number() });

export type LivePoints = z.infer<typeof livePoints>;
export type LiveRewritten = z.infer<typeof liveRewritten>;
export type LiveHello = z.infer<typeof liveHello>;
export type LiveHeard = z.infer<typeof liveHeard>;
