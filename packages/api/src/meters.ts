import { z } from 'zod';

const number = z.number().nullable();
const text = z.string().nullable();

/** One phase of a meter; null where the meter does not tell. */
const meterPhase = z.object({ currentA: number, voltageV: number, apparentPowerVa: number });

/** What a gateway said of itself last; what it did not say is left out. */
const meterVitals = z.object({
  capacitorMinMv: z.number().optional(),
  capacitorMaxMv: z.number().optional(),
  awakeMs: z.number().optional(),
  sleepMs: z.number().optional(),
  joinMs: z.number().optional(),
  publishMs: z.number().optional(),
  rssiDbm: z.number().optional(),
  framesOk: z.number().optional(),
  framesBad: z.number().optional(),
  boots: z.number().optional(),
  bootReason: z.string().optional(),
  firmware: z.string().optional(),
});

/** The latest that is known of a meter that speaks for itself (TIC). */
export const meterInfo = z.object({
  id: z.string().describe('Its series have the sources tic/{id}, tic/{id}/{label}, tic/{id}/phase1 …'),
  name: z.string(),
  way: z.enum(['serial', 'mqtt']).describe('How it is read'),
  mode: z.enum(['historique', 'standard']),
  frameMs: z.number().describe('When the latest frame was read, UTC ms'),
  receivedMs: z.number().describe('When it came'),
  serialEnd: text.describe('The last four digits of its serial number'),
  contract: z.enum(['base', 'offPeak', 'ejp', 'tempo', 'other']).nullable(),
  contractName: text.describe('As the meter names it'),
  subscribedVa: number,
  cutOffVa: number.describe('The power at which the breaker opens'),
  tariffPeriod: text.describe('TH, HC, HP, HN, PM, HCJB … HPJR'),
  tariffName: text,
  tariffIndex: number,
  tempoToday: z.enum(['blue', 'white', 'red']).nullable(),
  tempoTomorrow: z.enum(['blue', 'white', 'red']).nullable(),
  apparentPowerVa: number.describe('Drawn; null where it was not measured, as while injecting'),
  injectedVa: number,
  injectedEstimateVa: number.describe(
    'Where the meter tells no injected power: an estimate from current and voltage, whose sign was not measured',
  ),
  phases: z.array(meterPhase).describe('One, or three'),
  indexes: z.array(z.object({ label: z.string(), indexWh: z.number() })),
  totalIndexWh: number,
  injectedIndexWh: number,
  overload: z
    .object({ sinceMs: z.number(), phases: z.array(z.boolean()).nullable(), overCurrentA: number })
    .nullable(),
  breaker: text.describe('closed, or why it is open; null where the meter does not tell'),
  secondsUntilOpen: number.describe(
    'Until the breaker opens if the power stays as it is; null when it will not',
  ),
  clockOffsetMs: number.describe('The meter’s clock less the server’s'),
  clockDegraded: z.boolean().describe('The meter says that its clock is not to be trusted'),
  vitals: meterVitals.nullable(),
  frames: z.int().describe('Frames taken since the server started'),
  repeated: z.int().describe('Frames that came again'),
  held: z.int().describe('Index values kept back because they can not be'),
});
export type MeterInfo = z.infer<typeof meterInfo>;

/** `GET /api/v1/meters` */
export const meterList = z.object({ meters: z.array(meterInfo) });

/** The live event `meter`: a frame came; the whole of what is known of its meter. */
export const liveMeter = meterInfo;
