import { z } from 'zod';
import { sourceTotals } from './health.ts';
import { mqttHealth, receiverHealth, usbHealth } from './mqtt-health.ts';
import { disagreement } from './truth.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM, 00:00 to 23:59');
const date = z.iso.date();

/** One daily off-peak window in the site's zone; `from` after `to` crosses midnight. */
export const offPeakWindow = z.strictObject({
  from: clockTime.describe('When it starts, by the clock of the site’s zone: HH:MM'),
  to: clockTime.describe('When it ends; past midnight, when it is earlier'),
  validFrom: date.optional().describe('First local day on which the window starts; always, when left out'),
  validTo: date.optional().describe('Last local day on which the window starts'),
});
export type OffPeakWindow = z.infer<typeof offPeakWindow>;

/** `GET /api/v1/site`: what a page needs to know before it draws. */
export const siteInfo = z.object({
  name: z.string(),
  zone: z.string(),
  offPeak: z.array(offPeakWindow),
  subscribedVa: z.number().optional().describe('Subscribed power, where the configuration tells'),
  readOnly: z.boolean(),
  demo: z.boolean(),
  version: z.string(),
  serverMs: z.number(),
  addresses: z
    .array(z.object({ host: z.string(), port: z.int(), url: z.string() }))
    .describe('Where sensors reach this server, most likely first'),
});
export type SiteInfo = z.infer<typeof siteInfo>;

/** `GET /api/v1/health` */
export const healthInfo = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  uptimeMs: z.number(),
  serverMs: z.number(),
  readOnly: z.boolean(),
  process: z.object({
    sinceMs: z.number().describe('When the process started'),
    writtenBytes: z
      .number()
      .nullable()
      .describe('What it had written to disks since, all files; null where the system does not tell'),
  }),
  store: z.object({
    path: z.string(),
    sizeBytes: z.number(),
    hotCount: z.int(),
    blockCount: z.int(),
    groupMs: z.number().describe('How much a crash of the server may lose, ms'),
    damages: z.array(z.object({ foundAtMs: z.number(), message: z.string(), keptAt: z.string() })),
    lastError: z.string().nullable(),
    verifiedMs: z
      .number()
      .nullable()
      .describe(
        'When each stored block had been looked at since the start; null until then, and in a read-only instance',
      ),
  }),
  clock: z.object({ steps: z.int(), lastStepMs: z.number().nullable() }),
  sourceTotals,
  sources: z.array(
    z.object({
      source: z.string(),
      series: z.int(),
      name: z.string(),
      authenticated: z.boolean(),
      lastReportMs: z.number().nullable(),
      bootedMs: z
        .number()
        .nullable()
        .describe('When it started, by its latest report; null where that does not tell'),
      reports: z.int(),
      refused: z.int(),
      windowsNew: z.int(),
      windowsRepeated: z.int(),
      windowsMissed: z.int().describe('Windows known to exist that never came'),
      disagreements: z.int(),
      boots: z.int(),
      version: z.int().describe('Version of its reports'),
      ways: z
        .array(
          z.object({
            way: z.string().describe('`wifi`, `usb/<line>`, `bluetooth/<adapter>` or `mqtt/<gateway>`'),
            rssiDbm: z.number().nullable(),
            lastMs: z.number(),
            heard: z.int().describe('Receptions since the server started'),
          }),
        )
        .describe('How it was heard, best way first'),
      refusedBy: z
        .array(z.object({ code: z.string(), count: z.int() }))
        .describe('Refused reports by reason'),
      sensorId: z.string().optional().describe('Hardware identity; version 2 only, as all that follows'),
      firmware: z.string().optional(),
      batteryMv: z.number().nullable().optional().describe('null without battery'),
      light: z
        .object({
          baselineMv: z.number(),
          amplitudeMv: z.number(),
          noise100Uv: z.number().describe('0.1 mV'),
          state: z.enum(['unknown', 'good', 'weak', 'none', 'saturated', 'missing']),
        })
        .optional(),
    }),
  ),
  bluetooth: z
    .object({
      adapter: z
        .object({
          name: z.string(),
          state: z.enum(['starting', 'scanning', 'waiting']),
          obstacle: z
            .object({ code: z.string(), message: z.string(), advice: z.string() })
            .nullable()
            .describe('Why it does not listen, and what to do'),
          isExtended: z.boolean().nullable().describe('Hears extended advertisements; null while not known'),
          isCoded: z.boolean().nullable().describe('Hears the Coded PHY'),
          adverts: z.int(),
          restarts: z.int(),
        })
        .nullable()
        .describe('null where the own adapter is not used'),
      sensors: z
        .array(
          z.object({
            source: z.string(),
            lastMs: z.number(),
            messages: z.int(),
            repeated: z.int(),
            batteryPercent: z.number().nullable(),
            isEncrypted: z.boolean(),
            ways: z.array(
              z.object({
                way: z.string(),
                rssiDbm: z.number().nullable(),
                lastMs: z.number(),
                heard: z.int(),
              }),
            ),
          }),
        )
        .describe('BTHome sensors'),
      unknown: z
        .array(
          z.object({
            address: z.string(),
            kind: z.enum(['report1', 'report2', 'report2Short', 'bthome']),
            name: z.string().nullable(),
            sensorId: z.string().nullable(),
            rssiDbm: z.number().nullable(),
            way: z.string(),
            lastMs: z.number(),
          }),
        )
        .describe('Heard by Bluetooth, but not added, so not stored'),
    })
    .optional(),
  refused: z.array(
    z.object({ code: z.string(), count: z.int(), lastMessage: z.string(), lastMs: z.number() }),
  ),
  mqtt: mqttHealth.optional().describe('Left out where MQTT is not configured'),
  measurements: z
    .array(
      z.object({
        series: z.int(),
        name: z.string(),
        members: z.array(z.int()).describe('The better source first'),
        disagreements: z.array(disagreement).describe('Of the last 7 days'),
      }),
    )
    .optional()
    .describe('Sensors on one meter; left out where there are none'),
  usb: z
    .array(usbHealth)
    .optional()
    .describe('Serial lines of optical sensors; left out where none is configured'),
  receivers: z
    .array(receiverHealth)
    .optional()
    .describe('Serial TIC receivers; left out where there is none'),
});
export type HealthInfo = z.infer<typeof healthInfo>;

/** RFC 9457 problem details. `type` is a relative reference to the error's page in the API's own documents. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  why: z.string().optional().describe('Which of the causes that a code stands for; a name that stays'),
  values: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe(
      'What `detail` tells, for whoever tells it in another language or zone: energies in Wh, instants in ms',
    ),
});
export type Problem = z.infer<typeof problem>;
