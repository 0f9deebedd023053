import { z } from 'zod';

const port = z.int().min(0).max(65_535);
const meterId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'expected letters, digits, hyphens, dots and underscores');
const filter = z.string().min(1);

/** What others publish, and where. */
export const MAPPING_KINDS = ['labels', 'json', 'tasmota'] as const;

const mapping = z
  .strictObject({
    kind: z
      .enum(MAPPING_KINDS)
      .describe('labels: a topic for each label; json: labels as keys; tasmota: SENSOR sections'),
    topic: filter.describe('Topic filter; of labels the last level is the label'),
    meter: meterId
      .optional()
      .describe('Meter it feeds; else the first wildcard of the filter that is not the label, or `main`'),
  })
  .describe('Topics of another program');

const METERS_MAX_DEFAULT = 200;
/** What either bound may be set to. */
const MANY_MAX = 10_000;

/** Settings under `mqtt`. */
export const mqttSchema = z.strictObject({
  topic: meterId.default('kilowink').describe('First level of our topics'),
  metersMax: z
    .int()
    .min(1)
    .max(MANY_MAX)
    .default(METERS_MAX_DEFAULT)
    .describe(
      'Meters taken from messages since the start; bounded, for who may publish can invent them, and what is stored of one stays',
    ),
  broker: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'Run a broker here, so that gateways need nothing else; off, for many homes have one already',
        ),
      host: z.string().min(1).default('0.0.0.0').describe('Address to listen on'),
      port: port.default(1_883).describe('Port without encryption; 0 takes a free one'),
      plain: z.boolean().default(true).describe('Listen without encryption, which small gateways need'),
      tlsPort: port.optional().describe('Port with TLS, often 8883; off when left out'),
      webSocketPort: port
        .optional()
        .describe('Port for MQTT over WebSocket; with TLS when there is a certificate'),
      certFile: z.string().min(1).optional().describe('Certificate (chain), PEM'),
      keyFile: z.string().min(1).optional().describe('Its key, PEM'),
      anonymous: z
        .enum(['auto', 'always', 'never'])
        .default('auto')
        .describe(
          'Let clients in without a name: auto does while there is no user (`kilowink mqtt user add`)',
        ),
      packetBytesMax: z
        .int()
        .min(1_024)
        .max(1_048_576)
        .default(65_536)
        .describe('Longest message taken, bytes'),
      connectionsMax: z
        .int()
        .min(1)
        .max(MANY_MAX)
        .optional()
        .describe('Connections at the same time; 50 more than `mqtt.metersMax` when left out'),
    })
    .prefault({}),
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, 'expected mqtt://, mqtts://, ws:// or wss://')
    .optional()
    .describe('External broker to listen to, instead of or beside the own one'),
  username: z.string().optional().describe('User at the external broker'),
  password: z.string().optional().describe('Password there; better in the variable than in the file'),
  caFile: z.string().min(1).optional().describe('Certificate of the authority that signed the broker’s, PEM'),
  clientId: meterId
    .default('kilowink')
    .describe('Identity at the external broker, which keeps messages for it'),
  share: meterId
    .optional()
    .describe('Group of servers that share the messages (MQTT 5 shared subscription); alone when left out'),
  mappings: z
    .array(mapping)
    .default([
      { kind: 'json', topic: 'teleinfo/+' },
      { kind: 'labels', topic: '+/data/+' },
      { kind: 'tasmota', topic: 'tele/+/SENSOR' },
      { kind: 'json', topic: 'linkey/state', meter: 'linkey' },
    ])
    .describe('What other programs publish'),
});

/** Settings under `homeAssistant`. */
export const homeAssistantSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Publish meters and sensors over MQTT so that Home Assistant finds them by itself'),
  prefix: meterId.default('homeassistant').describe('First level of its discovery topics'),
  minIntervalMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(2_000)
    .describe('A value is published at most this often (ms), an overload at once'),
  maxIntervalMs: z
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(60_000)
    .describe('And at least this often, also when it did not change (ms)'),
  deadBandVa: z.int().min(0).max(10_000).default(20).describe('Smaller changes of a power wait (VA, W)'),
});

const ticMeter = z
  .strictObject({
    id: meterId.describe('What the meter is known by: its series have the sources tic/{id}'),
    name: z.string().min(1).optional().describe('What people call it'),
    path: z.string().min(1).optional().describe('Serial device of its dongle, best one of /dev/serial/by-id'),
  })
  .describe('A TIC meter');

/** Settings under `tic`. */
export const ticSchema = z
  .array(ticMeter)
  .default([])
  .describe('Meters with a serial dongle here, and names of those that come over MQTT');

export type MqttConfig = z.infer<typeof mqttSchema>;
export type MqttMapping = z.infer<typeof mapping>;
export type HomeAssistantConfig = z.infer<typeof homeAssistantSchema>;
export type TicMeterConfig = z.infer<typeof ticMeter>;
