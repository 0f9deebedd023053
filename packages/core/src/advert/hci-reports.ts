import type { Advertisement, Phy } from './advertisement.ts';

/**
 * Advertisements out of what a Bluetooth controller tells its host (HCI). A long extended advertisement comes in several
 * reports, for an HCI event holds 229 bytes of it; they are put together here:
 *
 *   report │ 01 more to come │ … first part …
 *   report │ 00 complete     │ … last part …
 */

const EVENT_PACKET = 0x04;
const LE_META_EVENT = 0x3e;
const LE_ADVERTISING_REPORT = 0x02;
const LE_EXTENDED_ADVERTISING_REPORT = 0x0d;

/** Bytes of one report before its data. */
const LEGACY_HEAD = 9;
const EXTENDED_HEAD = 24;

/** What a sender may advertise at most, in chained packets. Source: Bluetooth Core 5.4, Vol 4 Part E 7.8.54. */
const DATA_BYTES_MAX = 1_650;
/** Advertisements that are put together at one time. */
const PARTS_MAX = 64;

const DATA_STATUS = { complete: 0, moreToCome: 1, truncated: 2 } as const;
/** The value of RSSI that stands for none. */
const NO_RSSI = 127;

interface Part {
  readonly chunks: Uint8Array[];
  sizeBytes: number;
}

/** Reads HCI packets. Never fails on what comes; keeps no more than 64 unfinished advertisements. */
export class HciAdvertReader {
  readonly #parts = new Map<string, Part>();
  /** Reports that were cut off, by the event or by the controller. */
  truncated = 0;

  /** Takes one HCI packet with its type byte (H4), of whatever kind; gives the advertisements that it completes. */
  feed(packet: Uint8Array): Advertisement[] {
    if (packet[0] !== EVENT_PACKET || packet[1] !== LE_META_EVENT) return [];
    const parameters = packet.subarray(3, 3 + (packet[2] ?? 0));
    const [subevent, count = 0] = parameters;
    const reports = parameters.subarray(2);
    if (subevent === LE_ADVERTISING_REPORT) return this.#legacy(reports, count);
    if (subevent === LE_EXTENDED_ADVERTISING_REPORT) return this.#extended(reports, count);
    return [];
  }

  #legacy(bytes: Uint8Array, count: number): Advertisement[] {
    const found: Advertisement[] = [];
    let at = 0;
    for (let index = 0; index < count; index += 1) {
      const size = bytes[at + LEGACY_HEAD - 1] ?? 0;
      const end = at + LEGACY_HEAD + size + 1;
      if (end > bytes.length) {
        this.truncated += 1;
        break;
      }
      found.push({
        address: addressOf(bytes.subarray(at + 2, at + 8)),
        addressType: addressTypeOf(bytes[at + 1] ?? 0),
        data: bytes.slice(at + LEGACY_HEAD, end - 1),
        rssiDbm: rssiOf(bytes[end - 1] ?? NO_RSSI),
        phy: '1M',
      });
      at = end;
    }
    return found;
  }

  #extended(bytes: Uint8Array, count: number): Advertisement[] {
    const found: Advertisement[] = [];
    let at = 0;
    for (let index = 0; index < count; index += 1) {
      const size = bytes[at + EXTENDED_HEAD - 1] ?? 0;
      const end = at + EXTENDED_HEAD + size;
      if (end > bytes.length) {
        this.truncated += 1;
        break;
      }
      const whole = this.#assemble(
        bytes.subarray(at, at + EXTENDED_HEAD),
        bytes.subarray(at + EXTENDED_HEAD, end),
      );
      if (whole !== null) found.push(whole);
      at = end;
    }
    return found;
  }

  #assemble(head: Uint8Array, data: Uint8Array): Advertisement | null {
    const status = ((head[0] ?? 0) >> 5) & 0x03;
    const address = addressOf(head.subarray(3, 9));
    const key = `${address}/${head[2]}/${head[11]}`;
    const part = this.#parts.get(key) ?? { chunks: [], sizeBytes: 0 };
    this.#parts.delete(key);
    part.chunks.push(data.slice());
    part.sizeBytes += data.length;
    if (status === DATA_STATUS.truncated || part.sizeBytes > DATA_BYTES_MAX) {
      this.truncated += 1;
      return null;
    }
    if (status === DATA_STATUS.moreToCome) {
      this.#keep(key, part);
      return null;
    }
    return {
      address,
      addressType: addressTypeOf(head[2] ?? 0),
      rssiDbm: rssiOf(head[13] ?? NO_RSSI),
      data: concat(part),
      phy: phyOf(head),
    };
  }

  #keep(key: string, part: Part): void {
    this.#parts.set(key, part);
    if (this.#parts.size <= PARTS_MAX) return;
    const [oldest] = this.#parts.keys();
    if (oldest !== undefined) this.#parts.delete(oldest);
    this.truncated += 1;
  }
}

function concat({ chunks, sizeBytes }: Part): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** On the wire an address has its last byte first. */
function addressOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .reverse()
    .join(':');
}

function addressTypeOf(type: number): Advertisement['addressType'] {
  // 2 and 3 are addresses that the controller resolved to the identity, public and random.
  if (type === 0 || type === 2) return 'public';
  return type === 1 || type === 3 ? 'random' : null;
}

function rssiOf(byte: number): number | null {
  return byte === NO_RSSI ? null : (byte << 24) >> 24;
}

function phyOf(head: Uint8Array): Phy {
  const [primary = 1, secondary = 0] = head.subarray(9, 11);
  const byNumber: Readonly<Record<number, Phy>> = { 1: '1M', 2: '2M', 3: 'coded' };
  return byNumber[secondary] ?? byNumber[primary] ?? '1M';
}
