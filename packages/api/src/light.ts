import { z } from 'zod';

/** `GET /api/v1/sensors/{source}/light`: how the light at a sensor's eye was, since the server started, at most a day. */
export const lightAnswer = z.object({
  source: z.string(),
  stepMs: z.number().describe('A row holds the worst of so long'),
  columns: z.object({
    start: z.array(z.number()).describe('UTC ms, ascending'),
    amplitudeMv: z.array(z.number()).describe('Least height of a flash'),
    noise100Uv: z.array(z.number()).describe('Most noise, 0.1 mV'),
    state: z
      .array(z.enum(['unknown', 'good', 'weak', 'none', 'saturated', 'missing']))
      .describe('The latest'),
  }),
});
export type LightAnswer = z.infer<typeof lightAnswer>;

export const sensorParameters = z.strictObject({
  source: z.string().describe('As in the list of series; encoded, for it has slashes'),
});
