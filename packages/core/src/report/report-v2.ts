import { encodeLayout, type Layout, misfit, type ValueOf } from '../bytes/index.ts';
import { assert, type Fault, fault, ok, type Result } from '../error/index.ts';
import { type FixedV2, isWithinV2, readFixedV2 } from './fixed-part.ts';
import {
  ABSENCES,
  COUNT_V2_MAX,
  COUNT_V2_NONE,
  FLAG_TAGGED,
  FORM,
  LIGHT_STATES,
  OFFSET_V2_NONE,
  reportV2Layout,
  TAG_BYTES,
  WINDOWS_V2_MAX,
  windowV2Layout,
} from './layouts-v2.ts';

/** Why a window has no measurement. */
export type Absence = (typeof ABSENCES)[number];

/** How the sensor's light is. */
export type LightState = (typeof LIGHT_STATES)[number];

/** A window as a sensor reports it. */
export type WindowV2 =
  | {
      /** Flashes (Wh), 0 to 250. */
      readonly count: number;
      /** When the middle of the last flash was, ms after the window's start, a multiple of the tick; null without flash. */
      readonly lastFlashMs: number | null;
    }
  | { readonly absent: Absence };

/** A full version 2 report. */
export interface ReportV2 {
  /** Sixteen lower-case hex digits. */
  readonly sensorId: string;
  readonly bootId: number;
  /** Number of the first of `windows`; the boot's first window is 0. */
  readonly newestNumber: number;
  /** The oldest window the sensor still holds, no later than the last of `windows`. */
  readonly oldestNumber: number;
  /** Flashes of the boot up to and with the newest window. */
  readonly cumulativeCount: number;
  /** How long before sending the newest window ended. */
  readonly ageMs: number;
  readonly windowMs: number;
  /** Null without battery. */
  readonly batteryMv: number | null;
  readonly firmware: { readonly major: number; readonly minor: number; readonly patch: number };
  readonly light: {
    readonly baselineMv: number;
    readonly amplitudeMv: number;
    readonly noise100Uv: number;
    readonly state: LightState;
  };
  /** Newest first, without gap; 1 to 640. */
  readonly windows: readonly WindowV2[];
}

/** A report as it came: whether it ends in a tag, which is not checked yet. */
export interface DecodedV2 {
  readonly report: ReportV2;
  readonly tagged: boolean;
}

/** Makes the HMAC-SHA-256 of a message under one sensor's key. */
export type Sign = (message: Uint8Array) => Uint8Array;

/** The unit of a window's offset: 25 ms, or as much longer as a longer window needs to fit a byte. */
export function tickMsOf(windowMs: number): number {
  return Math.max(25, Math.ceil(windowMs / 255));
}

/** Whether bytes claim to be of version 2, whatever their form. */
export function isVersion2(bytes: Uint8Array): boolean {
  return (
    bytes[0] === reportV2Layout.fields.magic.constant && bytes[1] === reportV2Layout.fields.version.constant
  );
}

/**
 * Reads a full version 2 report. Every byte is checked: what decodes encodes to the same bytes, but for a light state of
 * newer firmware, and for the tag, which `checkTagV2` looks at. Faults: `report/size`, `report/magic`, `report/version`, `report/form`, `report/flags`,
 * `report/field`, `report/numbers`, `report/window`, `report/cumulative`. Source: docs/spec/report.md, version 2.
 */
export function decodeReportV2(bytes: Uint8Array): Result<DecodedV2, Fault> {
  const head = checkHead(bytes, { layout: reportV2Layout, form: FORM.full });
  if (head !== null) return fault(head);
  const fixed = readFixedV2(bytes);
  const wrong =
    (isWithinV2(fixed) ? null : wrongField(reportV2Layout, fixed)) ??
    wrongSize(bytes, fixed) ??
    wrongNumbers(fixed);
  if (wrong !== null) return fault(wrong);
  const windows = decodeWindows(bytes, fixed);
  if (!windows.ok) return windows;
  let total = 0;
  for (const window of windows.value) total += 'count' in window ? window.count : 0;
  if (total > fixed.cumulativeCount) {
    const message = `report: expected a cumulative count of at least the ${total} flashes of its windows, ${fixed.cumulativeCount} came`;
    return fault({ code: 'report/cumulative', message });
  }
  return ok({ report: toReport(fixed, windows.value), tagged: fixed.flags === FLAG_TAGGED });
}

/** Writes a full version 2 report, with a tag where `sign` is given. */
export function encodeReportV2(report: ReportV2, sign?: Sign): Uint8Array {
  const { windows, windowMs } = report;
  const windowCount = windows.length;
  assert(windowCount >= 1 && windowCount <= WINDOWS_V2_MAX, `report version 2: ${windowCount} windows`);
  const signedBytes = reportV2Layout.sizeBytes + windowV2Layout.sizeBytes * windowCount;
  const bytes = new Uint8Array(signedBytes + (sign === undefined ? 0 : TAG_BYTES));
  const { firmware, light, batteryMv } = report;
  const value = {
    ...report,
    ...light,
    magic: 0x19,
    version: 0x02,
    form: FORM.full,
    flags: sign === undefined ? 0 : FLAG_TAGGED,
    batteryMv: batteryMv ?? 0,
    firmwareMajor: firmware.major,
    firmwareMinor: firmware.minor,
    firmwarePatch: firmware.patch,
    reserved: 0,
    lightState: LIGHT_STATES.indexOf(light.state),
    windowCount,
  };
  assert(wrongNumbers(value) === null, wrongNumbers(value)?.message ?? '');
  encodeLayout(reportV2Layout, value, bytes);
  for (const [index, window] of windows.entries()) {
    bytes.set(windowBytes(window, windowMs), reportV2Layout.sizeBytes + windowV2Layout.sizeBytes * index);
  }
  if (sign !== undefined) bytes.set(tagOf(bytes.subarray(0, signedBytes), sign), signedBytes);
  return bytes;
}

/** The tag of a message: the first bytes of its HMAC-SHA-256. */
export function tagOf(message: Uint8Array, sign: Sign): Uint8Array {
  return sign(message).subarray(0, TAG_BYTES);
}

/** What is wrong with magic, version, form or size; null when these are as expected. */
export function checkHead(bytes: Uint8Array, of: { layout: Layout; form: number }): Fault | null {
  const wrong =
    wrongByte(bytes, 0, ['report/magic', 0x19]) ??
    wrongByte(bytes, 1, ['report/version', 0x02]) ??
    wrongByte(bytes, 2, ['report/form', of.form]);
  if (wrong !== null) return wrong;
  const { sizeBytes } = of.layout;
  if (bytes.length >= sizeBytes) return null;
  return {
    code: 'report/size',
    message: `report: expected at least ${sizeBytes} bytes, ${bytes.length} came`,
  };
}

function wrongByte(bytes: Uint8Array, offset: number, [code, value]: [string, number]): Fault | null {
  const came = bytes[offset];
  if (came === undefined || came === value) return null;
  return { code, message: `report, byte ${offset}: expected ${hex(value)}, ${hex(came)} came` };
}

/** The first field that is out of its range, as a fault; null when all are right. */
export function wrongField<L extends Layout>(of: L, value: ValueOf<L>): Fault | null {
  const wrong = misfit(of, value);
  if (wrong === null) return null;
  const message = `report, byte ${wrong.offset} (${wrong.name}): expected ${wrong.expected}, ${wrong.came} came`;
  return { code: wrong.name === 'flags' ? 'report/flags' : 'report/field', message };
}

function wrongSize(bytes: Uint8Array, fixed: FixedV2): Fault | null {
  const tagBytes = fixed.flags === FLAG_TAGGED ? TAG_BYTES : 0;
  const expected = reportV2Layout.sizeBytes + windowV2Layout.sizeBytes * fixed.windowCount + tagBytes;
  if (bytes.length === expected) return null;
  const message = `report: expected ${expected} bytes for ${fixed.windowCount} windows${tagBytes > 0 ? ' and a tag' : ''}, ${bytes.length} came`;
  return { code: 'report/size', message };
}

function wrongNumbers(fixed: Pick<FixedV2, 'newestNumber' | 'oldestNumber' | 'windowCount'>): Fault | null {
  const { newestNumber, oldestNumber, windowCount } = fixed;
  const first = newestNumber - windowCount + 1;
  if (first < 0) {
    const message = `report: expected at most ${newestNumber + 1} windows up to number ${newestNumber}, ${windowCount} came`;
    return { code: 'report/numbers', message };
  }
  if (oldestNumber <= first) return null;
  const message = `report: expected the oldest window held to be ${first} or before, ${oldestNumber} came`;
  return { code: 'report/numbers', message };
}

function decodeWindows(bytes: Uint8Array, fixed: FixedV2): Result<WindowV2[], Fault> {
  const windows: WindowV2[] = [];
  const tickMs = tickMsOf(fixed.windowMs);
  const offsetMax = offsetMaxOf(fixed.windowMs);
  let isAfterLost = false;
  for (let index = 0; index < fixed.windowCount; index += 1) {
    const at = reportV2Layout.sizeBytes + windowV2Layout.sizeBytes * index;
    // Their size was looked at; one by one, for a view of two bytes costs more than both.
    const count = bytes[at] as number;
    const offset = bytes[at + 1] as number;
    const expected = wrongWindow(count, offset, offsetMax);
    if (expected !== null) {
      const message = `report, byte ${at} (window ${fixed.newestNumber - index}): expected ${expected}, ${hex(count)} ${hex(offset)} came`;
      return fault({ code: 'report/window', message });
    }
    const absent = count === COUNT_V2_NONE ? ABSENCES[offset] : undefined;
    if (isAfterLost && absent !== 'lost') {
      const message = `report, byte ${at}: expected lost windows only before a lost one, ${hex(count)} ${hex(offset)} came`;
      return fault({ code: 'report/window', message });
    }
    isAfterLost = absent === 'lost';
    if (absent !== undefined) windows.push({ absent });
    else windows.push({ count, lastFlashMs: offset === OFFSET_V2_NONE ? null : offset * tickMs });
  }
  return ok(windows);
}

/** The last tick that begins in a window. */
function offsetMaxOf(windowMs: number): number {
  return Math.ceil(windowMs / tickMsOf(windowMs)) - 1;
}

/** What was expected instead of these two bytes; null when they are right. */
function wrongWindow(count: number, offset: number, offsetMax: number): string | null {
  if (count === COUNT_V2_NONE)
    return offset < ABSENCES.length ? null : `a reason from 0 to ${ABSENCES.length - 1}`;
  if (count > COUNT_V2_MAX) return `a count from 0 to ${COUNT_V2_MAX} or 0xff`;
  if (count === 0) return offset === OFFSET_V2_NONE ? null : 'no offset without flash';
  return offset <= offsetMax ? null : `an offset from 0 to ${offsetMax}`;
}

function windowBytes(window: WindowV2, windowMs: number): [number, number] {
  if ('absent' in window) return [COUNT_V2_NONE, ABSENCES.indexOf(window.absent)];
  const { count, lastFlashMs } = window;
  const offset = lastFlashMs === null ? OFFSET_V2_NONE : Math.floor(lastFlashMs / tickMsOf(windowMs));
  assert(Number.isInteger(count) && count >= 0 && count <= COUNT_V2_MAX, `report version 2: count ${count}`);
  const expected = wrongWindow(count, offset, offsetMaxOf(windowMs));
  assert(expected === null, `report version 2: expected ${expected}, ${lastFlashMs} ms came`);
  return [count, offset];
}

function toReport(fixed: FixedV2, windows: readonly WindowV2[]): ReportV2 {
  const { sensorId, bootId, newestNumber, oldestNumber, cumulativeCount, ageMs, windowMs } = fixed;
  const { baselineMv, amplitudeMv, noise100Uv } = fixed;
  return {
    sensorId,
    bootId,
    newestNumber,
    oldestNumber,
    cumulativeCount,
    ageMs,
    windowMs,
    batteryMv: fixed.batteryMv === 0 ? null : fixed.batteryMv,
    firmware: { major: fixed.firmwareMajor, minor: fixed.firmwareMinor, patch: fixed.firmwarePatch },
    light: { baselineMv, amplitudeMv, noise100Uv, state: LIGHT_STATES[fixed.lightState] ?? 'unknown' },
    windows,
  };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
