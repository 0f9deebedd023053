import { parseHex, toHex } from '../bytes/index.ts';
import { type Fault, fault, ok, type Result } from '../error/index.ts';
import { BTHOME_OBJECTS, type BthomeObject, type BthomeProperty } from './bthome-objects.ts';

/** The 16-bit UUID under which BTHome sends its service data. */
export const BTHOME_UUID = 0xfcd2;

/** Bytes of a bind key. */
export const BIND_KEY_BYTES = 16;

/**
 * Opens what was sealed with AES-128-CCM under one sensor's bind key (tag of 4 bytes, nothing authenticated beside);
 * null when the key does not fit.
 */
export type OpenSealed = (sealed: {
  /** Thirteen bytes. */
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}) => Uint8Array | null;

/** One value of a BTHome sensor. */
export interface BthomeValue {
  readonly property: Exclude<BthomeProperty, 'other'>;
  /** In the unit that the property's name says. */
  readonly value: number;
  /** What the object can hold at most, in the same unit: a counter begins again at 0 after it. */
  readonly max: number;
}

/** What a BTHome sensor said. */
export interface Bthome {
  /** In the order they came. A property may come more than once: a sensor with several channels. */
  readonly values: readonly BthomeValue[];
  /** Rises with each new message, modulo 256; null where the sensor does not say. */
  readonly packetId: number | null;
  /** Of an encrypted message: rises with each, so that an old one is known; null where it was not encrypted. */
  readonly counter: number | null;
  /** The first object that this version does not know; what comes after it is not read. Null where all were. */
  readonly unknownObject: number | null;
}

const INFO = { encrypted: 0x01, hasAddress: 0x02, version: 5 } as const;
const TAG_BYTES = 4;
const COUNTER_BYTES = 4;
const ADDRESS_BYTES = 6;

/** Whether service data of BTHome is encrypted. */
export function isEncryptedBthome(data: Uint8Array): boolean {
  return ((data[0] ?? 0) & INFO.encrypted) !== 0;
}

/**
 * Reads BTHome version 2 service data, without its UUID. `from.open` is given where the sensor's bind key is known.
 * Faults: `advert/bthome-size`, `advert/bthome-version`, `advert/bthome-no-key` (encrypted, and no key is known),
 * `advert/bthome-plain` (a key is known, and it is not encrypted), `advert/bthome-tag`. Source: bthome.io/format,
 * bthome.io/encryption.
 */
export function decodeBthome(
  data: Uint8Array,
  from: { readonly address: string; readonly open?: OpenSealed | undefined },
): Result<Bthome, Fault> {
  const info = data[0];
  if (info === undefined) return tooShort('a device information byte', 0);
  const version = info >> INFO.version;
  if (version !== 2) {
    const message = `BTHome of ${from.address}: expected version 2, ${version} came`;
    return fault({ code: 'advert/bthome-version', message });
  }
  const hasAddress = (info & INFO.hasAddress) !== 0;
  const start = hasAddress ? 1 + ADDRESS_BYTES : 1;
  if (data.length < start) return tooShort('an address', data.length);
  if ((info & INFO.encrypted) === 0) {
    if (from.open === undefined) return decodeObjects(data.subarray(start), null);
    const message = `BTHome of ${from.address}: expected an encrypted message, for its bind key is known; a plain one came`;
    return fault({ code: 'advert/bthome-plain', message });
  }
  const address = hasAddress
    ? data.slice(1, start).reverse()
    : (parseHex(from.address.replaceAll(':', '')) ?? null);
  return decodeSealed(data.subarray(start), { info, address: address ?? new Uint8Array(), from });
}

function decodeSealed(
  sealed: Uint8Array,
  of: {
    info: number;
    address: Uint8Array;
    from: { readonly address: string; readonly open?: OpenSealed | undefined };
  },
): Result<Bthome, Fault> {
  const { info, address, from } = of;
  const end = sealed.length - TAG_BYTES - COUNTER_BYTES;
  if (end < 0) return tooShort('a counter and a tag', sealed.length);
  if (from.open === undefined) {
    const message = `BTHome of ${from.address}: expected a known bind key, for it is encrypted; none is known`;
    return fault({ code: 'advert/bthome-no-key', message });
  }
  const counter = sealed.subarray(end, end + COUNTER_BYTES);
  const nonce = Uint8Array.of(...address, BTHOME_UUID & 0xff, BTHOME_UUID >> 8, info, ...counter);
  const opened = from.open({
    nonce,
    ciphertext: sealed.subarray(0, end),
    tag: sealed.subarray(end + COUNTER_BYTES),
  });
  if (opened === null) {
    const message = `BTHome of ${from.address}: the bind key known here does not open it`;
    return fault({ code: 'advert/bthome-tag', message });
  }
  return decodeObjects(opened, readNumber(counter, false));
}

function decodeObjects(bytes: Uint8Array, counter: number | null): Result<Bthome, Fault> {
  const values: BthomeValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const id = bytes[at] ?? 0;
    const object = BTHOME_OBJECTS.get(id);
    // The size of an unknown object is not known. Ids rise, so what was read so far is whole.
    if (object === undefined) return ok(toBthome(values, counter, id));
    const head = object.sizeBytes === null ? 2 : 1;
    const size = object.sizeBytes ?? bytes[at + 1] ?? 0;
    const from = at + head;
    if (from + size > bytes.length) {
      return tooShort(
        `${size} bytes of object 0x${toHex(Uint8Array.of(id))}`,
        Math.max(0, bytes.length - from),
      );
    }
    const value = readValue(object, bytes.subarray(from, from + size));
    if (value !== null) values.push(value);
    at = from + size;
  }
  return ok(toBthome(values, counter, null));
}

function toBthome(
  values: readonly BthomeValue[],
  counter: number | null,
  unknownObject: number | null,
): Bthome {
  const packetId = values.find(({ property }) => property === 'packetId')?.value ?? null;
  return {
    values: values.filter(({ property }) => property !== 'packetId'),
    ...{ packetId, counter, unknownObject },
  };
}

function readValue(object: BthomeObject, bytes: Uint8Array): BthomeValue | null {
  const { property, isSigned, divisor } = object;
  if (property === 'other') return null;
  const max = 2 ** (8 * bytes.length - (isSigned ? 1 : 0)) - 1;
  return { property, value: readNumber(bytes, isSigned) / divisor, max: max / divisor };
}

function readNumber(bytes: Uint8Array, isSigned: boolean): number {
  let number = 0;
  for (let index = bytes.length - 1; index >= 0; index -= 1) number = number * 256 + (bytes[index] ?? 0);
  const range = 2 ** (8 * bytes.length);
  return isSigned && number >= range / 2 ? number - range : number;
}

function tooShort(expected: string, came: number): Result<never, Fault> {
  return fault({ code: 'advert/bthome-size', message: `BTHome: expected ${expected}, ${came} bytes came` });
}
