// The fixed parts of what comes by the thousand, read and written field by field: a table says where each field lies, but going
// through it for each report, and through the names of its fields, costs more than all else that is done to the bytes.
import { fieldPlaces, type Layout, type ValueOf } from '../bytes/index.ts';
import { FLAG_TAGGED, reportV2Layout } from './layouts-v2.ts';

/** The fixed part of a full report, as `decodeLayout` gives it. */
export type FixedV2 = ValueOf<typeof reportV2Layout>;

/** Where each field of a layout begins. */
export function offsetsOf<L extends Layout>(of: L): Readonly<Record<keyof L['fields'], number>> {
  const entries = fieldPlaces(of).map(({ name, offset }) => [name, offset]);
  return Object.fromEntries(entries) as Record<keyof L['fields'], number>;
}

const AT = offsetsOf(reportV2Layout);
const { ageMs: ageField, windowMs: windowField, windowCount: countField } = reportV2Layout.fields;

/** The same as `decodeLayout(reportV2Layout, bytes)`, of bytes that are long enough. */
export function readFixedV2(bytes: Uint8Array): FixedV2 {
  return {
    magic: bytes[AT.magic] as number,
    version: bytes[AT.version] as number,
    form: bytes[AT.form] as number,
    flags: bytes[AT.flags] as number,
    sensorId: hexAt(bytes, AT.sensorId),
    bootId: u32At(bytes, AT.bootId),
    newestNumber: u32At(bytes, AT.newestNumber),
    oldestNumber: u32At(bytes, AT.oldestNumber),
    cumulativeCount: u32At(bytes, AT.cumulativeCount),
    ageMs: u32At(bytes, AT.ageMs),
    windowMs: u16At(bytes, AT.windowMs),
    batteryMv: u16At(bytes, AT.batteryMv),
    firmwareMajor: bytes[AT.firmwareMajor] as number,
    firmwareMinor: bytes[AT.firmwareMinor] as number,
    firmwarePatch: bytes[AT.firmwarePatch] as number,
    reserved: bytes[AT.reserved] as number,
    baselineMv: u16At(bytes, AT.baselineMv),
    amplitudeMv: u16At(bytes, AT.amplitudeMv),
    noise100Uv: u16At(bytes, AT.noise100Uv),
    lightState: bytes[AT.lightState] as number,
    windowCount: u16At(bytes, AT.windowCount),
  };
}

/** Whether every field behind the head is within what its table allows. */
export function isWithinV2(fixed: FixedV2): boolean {
  return (
    fixed.flags <= FLAG_TAGGED &&
    fixed.ageMs <= ageField.max &&
    fixed.windowMs >= windowField.min &&
    fixed.windowMs <= windowField.max &&
    fixed.reserved === 0 &&
    fixed.windowCount >= countField.min &&
    fixed.windowCount <= countField.max
  );
}

/** Two bytes as a number, the high one first. */
export function u16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** Four bytes as a number, the highest first. */
export function u32At(bytes: Uint8Array, at: number): number {
  return u16At(bytes, at) * 0x10000 + u16At(bytes, at + 2);
}

/** Writes a number below 2³² as four bytes, the highest first. */
export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Eight bytes as sixteen hex digits. */
function hexAt(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let index = at; index < at + 8; index += 1) text += HEX[bytes[index] as number];
  return text;
}
