import { assert, type Fault } from '../error/index.ts';

/** The types of AD structures that are looked at. Source: Bluetooth Assigned Numbers, 2.3. */
export const AD_TYPE = {
  flags: 0x01,
  shortenedName: 0x08,
  completeName: 0x09,
  serviceData16: 0x16,
  manufacturerData: 0xff,
} as const;

/** The bytes an advertisement holds: a legacy one, and an extended one in a single packet. */
export const ADVERT_BYTES_MAX = { legacy: 31, extended: 245 } as const;

/** One AD structure: a type and its content. */
export interface AdStructure {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The structures of an advertisement up to the first fault, if there is one. */
export interface AdStructures {
  readonly structures: readonly AdStructure[];
  /** `advert/structure`: a structure reaches beyond the end. */
  readonly fault: Fault | null;
}

/** Takes an advertisement apart. A length of zero ends it: what follows is padding. */
export function parseAdStructures(data: Uint8Array): AdStructures {
  const structures: AdStructure[] = [];
  let at = 0;
  while (at < data.length) {
    const length = data[at] ?? 0;
    if (length === 0) break;
    const end = at + 1 + length;
    if (end > data.length) {
      const message = `advertisement, byte ${at}: expected ${length} bytes, ${data.length - at - 1} came`;
      return { structures, fault: { code: 'advert/structure', message } };
    }
    structures.push({ type: data[at + 1] ?? 0, data: data.subarray(at + 2, end) });
    at = end;
  }
  return { structures, fault: null };
}

/** Puts an advertisement together. Each content is at most 254 bytes long. */
export function encodeAdStructures(structures: readonly AdStructure[]): Uint8Array {
  const size = structures.reduce((sum, { data }) => sum + 2 + data.length, 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const { type, data } of structures) {
    assert(data.length <= 254, `an AD structure of ${data.length} bytes`);
    bytes.set([data.length + 1, type], at);
    bytes.set(data, at + 2);
    at += 2 + data.length;
  }
  return bytes;
}
