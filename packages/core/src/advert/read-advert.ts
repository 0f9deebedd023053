import { type Fault, fault, type Result } from '../error/index.ts';
import {
  type DecodedShortV2,
  type DecodedV2,
  decodeReportV1,
  decodeReportV2,
  decodeShortReportV2,
  FORM,
  type ReportV1,
} from '../report/index.ts';
import { AD_TYPE, type AdStructure, encodeAdStructures, parseAdStructures } from './ad-structures.ts';
import { BTHOME_UUID } from './bthome.ts';

/** What an advertisement carries that is of use here. `bytes`: the report, or the service data without its UUID. */
export type AdvertContent =
  | { readonly kind: 'report1'; readonly bytes: Uint8Array; readonly report: ReportV1 }
  | { readonly kind: 'report2'; readonly bytes: Uint8Array; readonly decoded: DecodedV2 }
  | { readonly kind: 'report2Short'; readonly bytes: Uint8Array; readonly decoded: DecodedShortV2 }
  | { readonly kind: 'bthome'; readonly bytes: Uint8Array }
  /** It began as a report and was none. */
  | { readonly kind: 'faulty'; readonly fault: Fault }
  | { readonly kind: 'other' };

/** An advertisement that was looked at. */
export interface ReadAdvert {
  /** What the sender calls itself; null where it does not say. */
  readonly name: string | null;
  readonly content: AdvertContent;
}

/**
 * Version 1 reports have one to a hundred counts in all that is known, and share their first two bytes with the
 * company identifier 0x0119 of someone else: of unexpected sizes they are not taken for a report.
 */
const REPORT_V1_BYTES = { min: 8, max: 107 } as const;

/** Looks for a report or for BTHome in an advertisement. What is cut off at its end does not hide what comes before. */
export function readAdvert(data: Uint8Array): ReadAdvert {
  const { structures } = parseAdStructures(data);
  let content: AdvertContent = { kind: 'other' };
  for (const structure of structures) {
    if (content.kind !== 'other') break;
    content = readStructure(structure);
  }
  return { name: nameIn(structures), content };
}

/** The advertisement of a report: a Flags element (general discoverable, no BR/EDR) and the report as manufacturer data. */
export function encodeReportAdvert(report: Uint8Array): Uint8Array {
  return encodeAdStructures([
    { type: AD_TYPE.flags, data: Uint8Array.of(0x06) },
    { type: AD_TYPE.manufacturerData, data: report },
  ]);
}

function readStructure({ type, data }: AdStructure): AdvertContent {
  if (type === AD_TYPE.manufacturerData) return readReport(data);
  const isBthome =
    type === AD_TYPE.serviceData16 && data[0] === (BTHOME_UUID & 0xff) && data[1] === BTHOME_UUID >> 8;
  return isBthome ? { kind: 'bthome', bytes: data.subarray(2) } : { kind: 'other' };
}

function readReport(bytes: Uint8Array): AdvertContent {
  if (bytes[0] !== 0x19) return { kind: 'other' };
  if (bytes[1] === 0x01) {
    if (bytes.length < REPORT_V1_BYTES.min || bytes.length > REPORT_V1_BYTES.max) return { kind: 'other' };
    return read(decodeReportV1(bytes), (report) => ({ kind: 'report1', bytes, report }));
  }
  if (bytes[1] !== 0x02) return { kind: 'other' };
  if (bytes[2] === FORM.full) {
    return read(decodeReportV2(bytes), (decoded) => ({ kind: 'report2', bytes, decoded }));
  }
  if (bytes[2] === FORM.short) {
    return read(decodeShortReportV2(bytes), (decoded) => ({ kind: 'report2Short', bytes, decoded }));
  }
  const message = `advertisement: expected a full or short report, form 0x${(bytes[2] ?? 0).toString(16)} came`;
  return read(fault({ code: 'report/form', message }), () => ({ kind: 'other' }));
}

function read<T>(result: Result<T, Fault>, make: (value: T) => AdvertContent): AdvertContent {
  return result.ok ? make(result.value) : { kind: 'faulty', fault: result.fault };
}

function nameIn(structures: readonly AdStructure[]): string | null {
  const isName = (wanted: number) => (structure: AdStructure) => structure.type === wanted;
  const found =
    structures.find(isName(AD_TYPE.completeName)) ?? structures.find(isName(AD_TYPE.shortenedName));
  if (found === undefined) return null;
  // A name is shown on terminals and pages: what is not printable ASCII is not worth the risk.
  return String.fromCharCode(...found.data).replace(/[^\x20-\x7e]/g, '?');
}
