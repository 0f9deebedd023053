import { encodeLayout, layout, toHex } from '../bytes/index.ts';
import { assert, type Fault, fault, ok, type Result } from '../error/index.ts';
import { offsetsOf, u32At } from './fixed-part.ts';

/** The fixed part of a version 1 sensor report; one byte a window follows. Numbers are big-endian. */
export const reportV1Layout = layout('report version 1', {
  magic: { type: 'u8', constant: 0x19, doc: 'Tells a report from anything else.' },
  version: { type: 'u8', constant: 0x01, doc: 'Layout version.' },
  sensorType: { type: 'u8', doc: 'Chosen when the sensor is built, 0 by default.' },
  uptimeS: { type: 'u32be', doc: 'Whole seconds since the sensor booted, when the report was built.' },
});

const AT = offsetsOf(reportV1Layout);

/** The byte that stands for a window without measurement. */
export const NO_MEASUREMENT = 0xff;

/** How long a version 1 window is. */
export const WINDOW_V1_MS = 5_000;

export interface ReportV1 {
  readonly sensorType: number;
  /** Whole seconds since boot, when the report was built. */
  readonly uptimeS: number;
  /** Flashes (Wh) in each 5 s window, newest first; null where there was no measurement. At least one. */
  readonly counts: readonly (number | null)[];
}

/**
 * Reads a version 1 report. Faults: `report/size`, `report/magic`, `report/version`.
 * Source: docs/spec/report.md, version 1.
 */
export function decodeReportV1(bytes: Uint8Array): Result<ReportV1, Fault> {
  const fixed = reportV1Layout.sizeBytes;
  if (bytes.length <= fixed) {
    const message = `report: expected at least ${fixed + 1} bytes, ${bytes.length} came (${toHex(bytes)})`;
    return fault({ code: 'report/size', message });
  }
  const magic = bytes[AT.magic] as number;
  const version = bytes[AT.version] as number;
  const { magic: magicField, version: versionField } = reportV1Layout.fields;
  if (magic !== magicField.constant) return fault(unexpected('report/magic', 0, magicField.constant, magic));
  if (version !== versionField.constant) {
    return fault(unexpected('report/version', 1, versionField.constant, version));
  }
  // A plain loop: reports come by the thousand, and `Array.from` takes a byte through its iterator.
  const counts: (number | null)[] = [];
  for (let at = fixed; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    counts.push(byte === NO_MEASUREMENT ? null : byte);
  }
  return ok({ sensorType: bytes[AT.sensorType] as number, uptimeS: u32At(bytes, AT.uptimeS), counts });
}

/** Writes a version 1 report; counts are 0 to 254 or null. */
export function encodeReportV1(report: ReportV1): Uint8Array {
  const fixed = reportV1Layout.sizeBytes;
  const bytes = new Uint8Array(fixed + report.counts.length);
  encodeLayout(reportV1Layout, { magic: 0x19, version: 0x01, ...report }, bytes);
  report.counts.forEach((count, index) => {
    const inRange = count === null || (Number.isInteger(count) && count >= 0 && count < NO_MEASUREMENT);
    assert(inRange, `report version 1: count ${count} is not 0 to 254`);
    bytes[fixed + index] = count ?? NO_MEASUREMENT;
  });
  return bytes;
}

function unexpected(code: string, offset: number, expected: number, came: number): Fault {
  const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;
  return { code, message: `report, byte ${offset}: expected ${hex(expected)}, ${hex(came)} came` };
}
