import type { EpochMs } from '../time/index.ts';

/** Version of the messages. */
export const GATEWAY_VERSION = 1;

/** The longest message looked at: three times the longest frame in JSON, with its past. */
export const GATEWAY_BYTES_MAX = 32_768;

/** Minutes of the past that one message may tell of. */
export const PAST_MINUTES_MAX = 1_440;

/** Data of a group as the meter sent them, or its time and data for a label that has a time. */
export type GatewayGroup = string | readonly [horodate: string, raw: string];

/** What a gateway says of itself; what it does not know is left out. */
export interface GatewayVitals {
  /** Lowest and highest voltage of the capacitor since the last message. */
  readonly capacitorMinMv?: number;
  readonly capacitorMaxMv?: number;
  /** How long the last cycle was awake, and slept. */
  readonly awakeMs?: number;
  readonly sleepMs?: number;
  /** How long it took to join the Wi-Fi, and to publish. */
  readonly joinMs?: number;
  readonly publishMs?: number;
  readonly rssiDbm?: number;
  /** Frames since its boot. */
  readonly framesOk?: number;
  readonly framesBad?: number;
  readonly boots?: number;
  /** Why it booted, as its chip names it. */
  readonly bootReason?: string;
  readonly firmware?: string;
}

/**
 * What a gateway measured while nobody could hear it, by minute of its own clock, oldest first. The minutes are numbered
 * from its boot, `newest` the last of them: a minute that comes twice is known by (boot, number). An entry is null where no
 * frame was read.
 */
export interface GatewayPast {
  readonly newest: number;
  /** From the end of the newest minute to the sending of the message. */
  readonly ageMs: number;
  /** Apparent power drawn, VA. */
  readonly min: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/**
 * What a gateway publishes under `kilowink/<sensor>/tic`. A frame is known by (boot, sequence): however often it comes, it
 * counts once.
 */
export interface GatewayMessage {
  /** Another number at each start of the gateway. */
  readonly boot: number;
  /** Rises with each frame the gateway sends since its boot. */
  readonly sequence: number;
  /** From the end of the frame to the sending of the message. */
  readonly ageMs: number;
  /** When the frame ended, by the gateway's own clock, if it has one that is set. */
  readonly atMs: EpochMs | null;
  readonly state: 'complete' | 'incomplete' | 'interrupted';
  /** By label. */
  readonly groups: Readonly<Record<string, GatewayGroup>>;
  readonly vitals: GatewayVitals | null;
  readonly past: GatewayPast | null;
}

/** A field of the message: its name in JSON and in text-keyed CBOR, what it holds, and when it may be left out. */
interface GatewayField {
  readonly name: string;
  readonly form: string;
  readonly isRequired: boolean;
  readonly meaning: string;
}

/** The fields of a message, for docs/spec/mqtt.md. */
export const GATEWAY_FIELDS: readonly GatewayField[] = [
  field('v!', 'number', 'Version of the message, 1.'),
  field(
    'boot!',
    '0 to 2³² − 1',
    'Another number at each start of the gateway: random, or counted in its flash.',
  ),
  field(
    'seq!',
    '0 to 2³² − 1',
    'Rises with each frame sent since the boot. (boot, seq) is the frame’s identity.',
  ),
  field('age', 'ms', 'From the end of the frame to the sending of the message; 0 when left out.'),
  field('at', 'UTC ms', 'When the frame ended, by the gateway’s own clock; left out where that is not set.'),
  field(
    'state',
    'text',
    '`complete` (when left out), `incomplete` or `interrupted`, as the decoder says of the frame.',
  ),
  field(
    'groups!',
    'map',
    'Label to data as the meter sent them, zeros and spaces included; a dated label to [time, data].',
  ),
  field('vitals', 'map', 'What the gateway says of itself; see below.'),
  field('past', 'map', 'Minutes measured while the broker was away; see below.'),
];

/** The fields of `vitals`: each a whole number, but for the two texts at the end. */
export const VITAL_FIELDS: readonly GatewayField[] = [
  field('capacitorMinMv', 'mV', 'Lowest voltage of the capacitor since the last message.'),
  field('capacitorMaxMv', 'mV', 'Highest.'),
  field('awakeMs', 'ms', 'How long the last cycle was awake.'),
  field('sleepMs', 'ms', 'How long it slept before.'),
  field('joinMs', 'ms', 'How long joining the Wi-Fi took.'),
  field('publishMs', 'ms', 'How long connecting to the broker and publishing took.'),
  field('rssiDbm', 'dBm', 'Strength of the Wi-Fi.'),
  field('framesOk', 'number', 'Frames read since the boot.'),
  field('framesBad', 'number', 'Frames lost since the boot.'),
  field('boots', 'number', 'Starts in all.'),
  field('bootReason', 'text', 'Why it started.'),
  field('firmware', 'text', 'Its version.'),
];

/** The fields of `past`. */
export const PAST_FIELDS: readonly GatewayField[] = [
  field('newest!', '0 to 2³² − 1', 'Number of the newest minute, counted from the boot.'),
  field('age', 'ms', 'From the end of that minute to the sending of the message; 0 when left out.'),
  field(
    'min!',
    'list of VA or null',
    'Lowest apparent power of each minute, oldest first; null where no frame was read.',
  ),
  field('mean!', 'list of VA or null', 'Mean.'),
  field('max!', 'list of VA or null', 'Highest.'),
];

function field(name: string, form: string, meaning: string): GatewayField {
  const isRequired = name.endsWith('!');
  return { name: isRequired ? name.slice(0, -1) : name, form, isRequired, meaning };
}
