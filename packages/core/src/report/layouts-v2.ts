import { layout } from '../bytes/index.ts';

/** Third byte of a version 2 message: what it is. */
export const FORM = { full: 0x00, short: 0x01, answer: 0x80 } as const;

/** Bit of the flags byte: the message ends in a tag. The other bits are zero. */
export const FLAG_TAGGED = 0x01;

/** Bytes of a tag: the first of the HMAC-SHA-256, under the sensor's key, of everything before it. */
export const TAG_BYTES = 8;

/** Bytes of a sensor's key. */
export const KEY_BYTES = 16;

/** Windows in one full report: with its HTTP head it still is one packet on Wi-Fi. */
export const WINDOWS_V2_MAX = 640;

/** Windows with which a full report fits one extended advertisement (245 bytes, of which flags and header take 5). */
export const WINDOWS_V2_ADVERT = 90;

/** Windows in the short form, always so many. */
export const WINDOWS_V2_SHORT = 8;

/** Flashes a window can hold; more in one second is no meter of a home. */
export const COUNT_V2_MAX = 250;

/** The count byte of a full report that stands for no measurement; the byte after it says why. */
export const COUNT_V2_NONE = 0xff;

/** The offset byte of a window without flash. */
export const OFFSET_V2_NONE = 0xff;

/** Why a window has no measurement; the wire has the index. */
export const ABSENCES = ['unfilled', 'blinded', 'adcFailed', 'lost'] as const;

/**
 * How the light is, as the pulse detector has it; the wire has the index. `none`: no flash is to be seen. One that is not
 * named here comes from newer firmware.
 */
export const LIGHT_STATES = ['unknown', 'good', 'weak', 'none', 'saturated', 'missing'] as const;

/** Thirty-one days: no sensor keeps windows for longer. */
const AGE_MS_MAX = 2_678_400_000;

const magic = { type: 'u8', constant: 0x19, doc: 'Tells a report from anything else.' } as const;
const version = { type: 'u8', constant: 0x02, doc: 'Layout version.' } as const;

/** The fixed part of a full version 2 report; two bytes a window follow, then the tag. Numbers are big-endian. */
export const reportV2Layout = layout('report version 2', {
  magic,
  version,
  form: { type: 'u8', constant: FORM.full, doc: 'Full report.' },
  flags: { type: 'u8', max: FLAG_TAGGED, doc: 'Bit 0: a tag follows the windows. Other bits are zero.' },
  sensorId: { type: 'bytes8', doc: 'Hardware identity of the sensor.' },
  bootId: { type: 'u32be', doc: 'Random, drawn at each boot.' },
  newestNumber: {
    type: 'u32be',
    doc: 'Number of the first window that follows, the newest here. The first window of a boot is 0, each next one more.',
  },
  oldestNumber: {
    type: 'u32be',
    doc: 'The oldest window the sensor still holds. What lies before it and never came is lost.',
  },
  cumulativeCount: {
    type: 'u32be',
    doc: 'Flashes in all windows of this boot up to and with the newest one here, and those recognised late until then.',
  },
  ageMs: {
    type: 'u32be',
    max: AGE_MS_MAX,
    doc: 'How long ago the newest window here ended, when the report was sent (ms).',
  },
  windowMs: {
    type: 'u16be',
    min: 1_000,
    max: 60_000,
    doc: 'Length of a window (ms), the same for the whole boot.',
  },
  batteryMv: { type: 'u16be', doc: 'Battery voltage (mV); 0 is no battery.' },
  firmwareMajor: { type: 'u8', doc: 'Firmware version, first part.' },
  firmwareMinor: { type: 'u8', doc: 'Second part.' },
  firmwarePatch: { type: 'u8', doc: 'Third part.' },
  reserved: { type: 'u8', constant: 0, doc: 'Zero.' },
  baselineMv: { type: 'u16be', doc: 'Light without flash (mV at the photodiode).' },
  amplitudeMv: { type: 'u16be', doc: 'Height of a flash above it (mV).' },
  noise100Uv: { type: 'u16be', doc: 'Noise of the light (0.1 mV, standard deviation).' },
  lightState: {
    type: 'u8',
    doc: `How the light is: ${LIGHT_STATES.map((name, i) => `${i} ${name}`).join(', ')}.`,
  },
  windowCount: {
    type: 'u16be',
    min: 1,
    max: WINDOWS_V2_MAX,
    doc: 'Windows that follow, newest first, without gap.',
  },
});

/** One window of a full report. */
export const windowV2Layout = layout('window of report version 2', {
  count: {
    type: 'u8',
    doc: `Flashes (Wh) in the window, 0 to ${COUNT_V2_MAX}; \`0xff\` is no measurement.`,
  },
  offset: {
    type: 'u8',
    doc: `When the middle of the last flash was, after the window’s start, in ticks; \`0xff\` without flash. Without measurement, why: ${ABSENCES.map((name, i) => `${i} ${name}`).join(', ')}.`,
  },
});

/** The short form for an old advertisement of 31 bytes, of which flags and header leave 26. */
export const reportV2ShortLayout = layout('short report version 2', {
  magic,
  version,
  form: { type: 'u8', constant: FORM.short, doc: 'Short report.' },
  flags: { type: 'u8', max: FLAG_TAGGED, doc: 'Bit 0: the last field is a tag. Other bits are zero.' },
  newestNumber: { type: 'u32be', doc: 'As in the full report.' },
  bootIdLow: { type: 'u16be', doc: 'The low half of the boot’s identity.' },
  counts: {
    type: 'bytes8',
    doc: `Flashes in the newest ${WINDOWS_V2_SHORT} windows, newest first, 0 to ${COUNT_V2_MAX}; without measurement \`0xfc\` and why is added: ${ABSENCES.map((name, i) => `\`0x${(0xfc + i).toString(16)}\` ${name}`).join(', ')}. What lies before window 0 is unfilled.`,
  },
  trailer: {
    type: 'bytes8',
    doc: 'Without tag, the sensor’s identity. With tag, the tag over everything before it followed by the sensor’s identity, which is not sent: the key that fits tells the sensor.',
  },
});

/** What the server answers to a full version 2 report; the tag follows where the server has the sensor's key. */
export const answerV2Layout = layout('answer to report version 2', {
  magic,
  version,
  form: { type: 'u8', constant: FORM.answer, doc: 'Answer.' },
  flags: { type: 'u8', max: FLAG_TAGGED, doc: 'Bit 0: a tag follows. Other bits are zero.' },
  status: {
    type: 'u8',
    doc: 'What became of the report: 0 stored, 1 refused, 2 tag refused, 3 the server only shows, 4 not stored now, try again.',
  },
  hasAcknowledged: {
    type: 'u8',
    max: 1,
    doc: '1: everything up to `acknowledged` is stored for good. 0: nothing is acknowledged.',
  },
  bootId: { type: 'u32be', doc: 'The boot that is meant, as in the report; 0 where it could not be read.' },
  acknowledged: {
    type: 'u32be',
    doc: 'All windows the sensor still held, up to and with this one, are stored for good. May be lower than before, when a server lost its latest ones: send them again.',
  },
  serverMs: {
    type: 'u64be',
    max: 253_402_300_799_999,
    doc: 'The server’s time, UTC, ms since 1970.',
  },
});
