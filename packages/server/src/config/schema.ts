import { offPeakWindow } from '@kilowink/api';
import { isZone } from '@kilowink/core/time';
import { z } from 'zod';
import { bluetoothSchema } from './bluetooth-schema.ts';
import { mdnsSchema } from './mdns-schema.ts';
import { homeAssistantSchema, mqttSchema, ticSchema } from './mqtt-schema.ts';
import { usbSchema } from './usb-schema.ts';

const sensor = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens')
      .describe('What the sensor is known by; two entries of one id are one sensor'),
    address: z
      .string()
      .min(1)
      .optional()
      .describe('Network or Bluetooth address its version 1 reports, or its BTHome messages, come from'),
    sensorId: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'expected 16 lower-case hex digits')
      .optional()
      .describe('Hardware identity in its version 2 reports'),
    type: z.int().min(0).max(255).optional().describe('Sensor type byte; any, when left out'),
    name: z.string().min(1).optional().describe('What people call it'),
    device: z
      .string()
      .regex(/^(udp|serial|ble):\/\/./, 'expected udp://host[:port], serial:///dev/… or ble://address')
      .optional()
      .describe('Where it is looked after (`kilowink fw`, `smp`, `console`); at its address, when left out'),
    whPerCount: z
      .number()
      .positive()
      .max(1_000)
      .optional()
      .describe('What a count of a BTHome sensor is worth (Wh); 1 for most meters’ light'),
  })
  .refine(
    ({ address, sensorId }) => address !== undefined || sensorId !== undefined,
    'expected an address or a sensorId',
  )
  .describe('One mapping of reports to a sensor');

/**
 * Everything that can be set: the one place for defaults, units, ranges and meaning. The reference page, the checks and
 * `kilowink config` all come from it.
 */
export const configSchema = z.strictObject({
  host: z.string().min(1).default('0.0.0.0').describe('Address to listen on'),
  port: z.int().min(0).max(65_535).default(8_087).describe('Port to listen on; 0 takes a free one'),
  readOnly: z.boolean().default(false).describe('Show only: refuse reports, write nothing'),
  dataDir: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of the measurements; when left out ~/.local/share/kilowink, or kilowink in $XDG_DATA_HOME',
    ),
  verbose: z.boolean().default(false).describe('Log each report'),
  site: z
    .strictObject({
      name: z.string().min(1).default('Kilowink').describe('Shown at the top of the page'),
      zone: z
        .string()
        .refine(isZone, 'expected an IANA time zone such as Europe/Paris')
        .default('Europe/Paris')
        .describe('Time zone in which days and tariff windows are meant'),
      offPeak: z
        .array(offPeakWindow)
        .default([{ from: '22:30', to: '06:30' }])
        .describe('Off-peak windows of the day'),
      subscribedVa: z
        .int()
        .min(1_000)
        .max(250_000)
        .optional()
        .describe(
          'Subscribed power (VA), such as 6000 for 6 kVA: what goes beyond what it allows is not counted. A TIC meter tells its own',
        ),
    })
    .prefault({}),
  store: z
    .strictObject({
      groupMs: z
        .int()
        .min(0)
        .max(3_600_000)
        .default(420_000)
        .describe(
          'Writes are grouped for this long (ms): what a power cut may lose of sensors that keep nothing themselves. 7 min write 5 MB a day for 20 sensors',
        ),
      synchronous: z
        .enum(['normal', 'full'])
        .default('normal')
        .describe(
          'normal: a power cut may also lose what the system had not written out, some 30 s; full: no more than groupMs, for more wear',
        ),
      sealAfterMs: z
        .int()
        .min(0)
        .max(604_800_000)
        .default(21_600_000)
        .describe('A UTC day is compressed this long after its end (ms)'),
    })
    .prefault({}),
  sensors: z
    .array(sensor)
    .default([])
    .describe('Sensors by remote address or hardware identity; others are known by these themselves'),
  measurements: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens')
          .describe('What it is known by; another id is another measurement'),
        name: z.string().min(1).optional().describe('What people call it; the id, when left out'),
        sources: z
          .array(z.string().min(1))
          .min(2)
          .describe('Sources of energy, such as tic/main and optical/meter'),
      }),
    )
    .default([])
    .describe('Sensors that watch one meter: shown as one series, of which each hour has the better one'),
  firmware: z
    .strictObject({
      keys: z
        .array(z.string().min(1))
        .default([])
        .describe(
          'Files of public keys (PEM), one of which images of sensors must be signed with, beside firmware/keys/*.pem in the data folder; not checked without any',
        ),
    })
    .prefault({}),
  requireKeys: z
    .boolean()
    .default(false)
    .describe('Refuse version 2 reports of sensors without a key (`kilowink sensor add`)'),
  usb: usbSchema,
  tic: ticSchema,
  mqtt: mqttSchema.prefault({}),
  homeAssistant: homeAssistantSchema.prefault({}),
  bluetooth: bluetoothSchema.prefault({}),
  mdns: mdnsSchema.prefault({}),
});

/** The configuration in force: frozen, complete but for the data folder, which the command fills in. */
export type Config = z.infer<typeof configSchema>;
export type SensorMapping = z.infer<typeof sensor>;

/** Every key that holds a value of its own, by dotted path. */
export interface ConfigKey {
  readonly path: string;
  /** The environment variable that sets it. */
  readonly variable: string;
  readonly schema: z.ZodType;
}

/** All keys, in the schema's order. */
export const CONFIG_KEYS: readonly ConfigKey[] = keysOf(configSchema.shape, '');

function keysOf(shape: Readonly<Record<string, z.ZodType>>, prefix: string): ConfigKey[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const path = prefix + name;
    const inner = unwrapped(schema);
    if (inner instanceof z.ZodObject) return keysOf(inner.shape, `${path}.`);
    return [{ path, variable: variableOf(path), schema }];
  });
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodPrefault ? (schema.unwrap() as z.ZodType) : schema;
}

/** `site.offPeak` is set by `KILOWINK_SITE_OFF_PEAK`. */
function variableOf(path: string): string {
  return `KILOWINK_${path
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\./g, '_')
    .toUpperCase()}`;
}
