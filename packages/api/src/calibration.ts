import { z } from 'zod';
import { timeText } from './series.ts';
import { comparedPeriod, correctionAnswer } from './truth.ts';

/** `POST /api/v1/series/{id}/calibration` */
export const calibrationBody = z.strictObject({
  with: z.int().optional().describe('The series that is the reference; the readings, when left out'),
  by: z.enum(['reading', 'day', 'week', 'month']).optional().describe('As of a comparison'),
  from: timeText.optional().describe('Only periods from then on'),
  to: timeText.optional().describe('Only periods until then'),
  each: z.boolean().optional().describe('Each period by itself; otherwise neighbours of one fault together'),
  note: z.string().max(500).optional().describe('Why, kept with each correction'),
  preview: z.boolean().optional().describe('Only tell what it would do'),
});
export type CalibrationBody = z.infer<typeof calibrationBody>;

/** What calibrating does, or would do. */
export const calibrationAnswer = z.object({
  series: z.int(),
  with: z.int().nullable(),
  corrections: z
    .array(z.object({ period: comparedPeriod, ...correctionAnswer.shape }))
    .describe('One for each stretch that does not agree; none where all agree'),
});
export type CalibrationAnswer = z.infer<typeof calibrationAnswer>;
