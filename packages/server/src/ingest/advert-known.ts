import type { AdvertContent } from '@kilowink/core/advert';
import { isShortReportOf } from '@kilowink/core/report';
import type { SensorMapping } from '../config/index.ts';
import type { KeyRing } from '../keys/index.ts';
import { numberedKeyOf, type SensorKey, sensorKeyOf } from './source-key.ts';

/** Whose an advertisement is. */
export interface AdvertSender {
  readonly key: SensorKey;
  /** Null in version 1 and BTHome, and where no key fits a report of the short form. */
  readonly sensorId: string | null;
  /** The tag of the short form is right. */
  readonly isProven: boolean;
  /** Whether it has a key or stands in the configuration. */
  readonly isAdded: boolean;
}

/** What of an advertisement tells its sender. */
export type SentContent = Exclude<AdvertContent, { kind: 'other' } | { kind: 'faulty' }>;

/** Addresses whose sensor is remembered; others are tried with each key again. */
const REMEMBERED_MAX = 1_000;

/** Finds out whose an advertisement is: by what it says, by its address, or by the key that made its tag. */
export class AdvertSenders {
  readonly #mappings: readonly SensorMapping[];
  readonly #keys: KeyRing;
  /** The sensor whose key fitted last, by address. */
  readonly #bySignature = new Map<string, string>();

  constructor(mappings: readonly SensorMapping[], keys: KeyRing) {
    this.#mappings = mappings;
    this.#keys = keys;
  }

  find(address: string, content: SentContent): AdvertSender {
    switch (content.kind) {
      case 'report1':
        return this.#byAddress(address, content.report.sensorType);
      case 'bthome':
        return this.#byAddress(address, 0);
      case 'report2':
        return this.#byId(content.decoded.report.sensorId, false);
      case 'report2Short': {
        const { sensorId } = content.decoded;
        if (sensorId !== null) return this.#byId(sensorId, false);
        const signer = this.#signerOf(address, content.bytes);
        if (signer !== null) return this.#byId(signer, true);
        const key = { source: `optical/${address}`, name: `Optical sensor ${address}` };
        return { key, sensorId: null, isProven: false, isAdded: false };
      }
    }
  }

  /** The configuration's entry for an address. */
  mappingOf(address: string): SensorMapping | undefined {
    return this.#mappings.find((known) => known.address?.toLowerCase() === address);
  }

  #byAddress(address: string, type: number): AdvertSender {
    const key = sensorKeyOf({ address, type }, this.#mappings);
    return { key, sensorId: null, isProven: false, isAdded: this.mappingOf(address) !== undefined };
  }

  #byId(sensorId: string, isProven: boolean): AdvertSender {
    const known = this.#keys.find(sensorId);
    const key = numberedKeyOf(sensorId, known?.name, this.#mappings);
    const isMapped = this.#mappings.some((mapping) => mapping.sensorId === sensorId);
    return { key, sensorId, isProven, isAdded: known !== undefined || isMapped };
  }

  #signerOf(address: string, bytes: Uint8Array): string | null {
    const keys = this.#keys.all();
    const last = this.#bySignature.get(address);
    const lastKey = last === undefined ? undefined : keys.get(last);
    if (last !== undefined && lastKey !== undefined && isShortReportOf(bytes, last, lastKey.sign))
      return last;
    for (const [sensorId, { sign }] of keys) {
      if (!isShortReportOf(bytes, sensorId, sign)) continue;
      if (this.#bySignature.size >= REMEMBERED_MAX) this.#bySignature.clear();
      this.#bySignature.set(address, sensorId);
      return sensorId;
    }
    return null;
  }
}
