import { decodeLayout, encodeLayout, parseHex, toHex } from '../bytes/index.ts';
import { assert, type Fault, fault, ok, type Result } from '../error/index.ts';
import { areEqualBytes } from '../hash/index.ts';
import {
  ABSENCES,
  COUNT_V2_MAX,
  FLAG_TAGGED,
  FORM,
  reportV2ShortLayout,
  TAG_BYTES,
  WINDOWS_V2_SHORT,
} from './layouts-v2.ts';
import { type Absence, checkHead, type Sign, tagOf, wrongField } from './report-v2.ts';

/** The newest windows of a sensor, as an old advertisement carries them. */
export interface ShortReportV2 {
  readonly newestNumber: number;
  /** The low half of the boot's identity. */
  readonly bootIdLow: number;
  /** Flashes (Wh), or why there is no measurement; eight, newest first. */
  readonly counts: readonly (number | Absence)[];
}

/** A short report as it came: it names its sensor, or ends in a tag that only the sensor's key makes. */
export interface DecodedShortV2 {
  readonly report: ShortReportV2;
  /** Null where there is a tag in its place. */
  readonly sensorId: string | null;
}

const FIRST_ABSENCE = 0x100 - ABSENCES.length;

/**
 * Reads a short version 2 report. Faults: `report/size`, `report/magic`, `report/version`, `report/form`,
 * `report/flags`, `report/numbers`, `report/window`.
 */
export function decodeShortReportV2(bytes: Uint8Array): Result<DecodedShortV2, Fault> {
  const head = checkHead(bytes, { layout: reportV2ShortLayout, form: FORM.short });
  if (head !== null) return fault(head);
  const { sizeBytes } = reportV2ShortLayout;
  if (bytes.length > sizeBytes) {
    return fault({
      code: 'report/size',
      message: `report: expected ${sizeBytes} bytes, ${bytes.length} came`,
    });
  }
  const fixed = decodeLayout(reportV2ShortLayout, bytes);
  const wrong = wrongField(reportV2ShortLayout, fixed);
  if (wrong !== null) return fault(wrong);
  const { newestNumber, bootIdLow } = fixed;
  const counts: (number | Absence)[] = [];
  for (const [index, byte] of (parseHex(fixed.counts) ?? []).entries()) {
    const value = byte <= COUNT_V2_MAX ? byte : ABSENCES[byte - FIRST_ABSENCE];
    if (value === undefined) {
      const message = `report, window ${newestNumber - index}: expected a count from 0 to ${COUNT_V2_MAX} or from ${FIRST_ABSENCE} up, ${byte} came`;
      return fault({ code: 'report/window', message });
    }
    if (newestNumber - index < 0 && value !== 'unfilled') {
      const message = `report: expected nothing before window 0, ${value} came`;
      return fault({ code: 'report/numbers', message });
    }
    counts.push(value);
  }
  const sensorId = fixed.flags === FLAG_TAGGED ? null : fixed.trailer;
  return ok({ report: { newestNumber, bootIdLow, counts }, sensorId });
}

/** Writes a short version 2 report of a sensor, with a tag in place of its identity where `sign` is given. */
export function encodeShortReportV2(report: ShortReportV2, sensorId: string, sign?: Sign): Uint8Array {
  const { sizeBytes } = reportV2ShortLayout;
  const bytes = new Uint8Array(sizeBytes);
  assert(
    report.counts.length === WINDOWS_V2_SHORT,
    `short report: ${report.counts.length} windows, not ${WINDOWS_V2_SHORT}`,
  );
  const counts = Uint8Array.from(report.counts, (value) =>
    typeof value === 'number' ? value : FIRST_ABSENCE + ABSENCES.indexOf(value),
  );
  const value = {
    ...report,
    magic: 0x19,
    version: 0x02,
    form: FORM.short,
    flags: sign === undefined ? 0 : FLAG_TAGGED,
    counts: toHex(counts),
    trailer: sensorId,
  };
  encodeLayout(reportV2ShortLayout, value, bytes);
  if (sign !== undefined) bytes.set(tagOf(bytes, sign), sizeBytes - TAG_BYTES);
  return bytes;
}

/** Whether a short report that ends in a tag is of the sensor `sensorId`, by its key. */
export function isShortReportOf(bytes: Uint8Array, sensorId: string, sign: Sign): boolean {
  const end = reportV2ShortLayout.sizeBytes - TAG_BYTES;
  const signed = new Uint8Array(reportV2ShortLayout.sizeBytes);
  signed.set(bytes.subarray(0, end));
  signed.set(parseHex(sensorId) ?? [], end);
  return areEqualBytes(bytes.subarray(end), tagOf(signed, sign));
}
