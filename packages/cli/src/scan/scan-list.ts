import { type Advertisement, decodeBthome, isEncryptedBthome, readAdvert } from '@kilowink/core/advert';
import { checkTagV2, type ReportV2, type ShortReportV2 } from '@kilowink/core/report';
import type { AdvertSenders, SentContent } from '@kilowink/server/advert';
import type { KeyRing } from '@kilowink/server/keys';

/** Windows that are shown of each sensor. */
const WINDOWS_SHOWN = 8;

/** Whether a sensor is what it says: proven by its key, not, or it has no key that could prove it. */
export type Proof = 'authentic' | 'refused' | 'unproven';

/** A device that was heard. */
export interface ScannedDevice {
  readonly address: string;
  readonly name: string | null;
  /** `version 1`, `version 2`, `version 2 short`, `BTHome`, `faulty`, or `other`. */
  readonly kind: string;
  readonly rssiDbm: number | null;
  readonly phy: string | null;
  readonly heard: number;
  readonly lastMs: number;
  readonly sensorId: string | null;
  /** Flashes in the last windows, newest first; null without measurement. Of BTHome, none. */
  readonly windows: readonly (number | null)[];
  /** What a BTHome sensor says, or what is wrong. */
  readonly says: string;
  readonly proof: Proof;
  readonly isAdded: boolean;
  /** How to add it; null where it is added, or there is nothing to add. */
  readonly toAdd: string | null;
}

/** What was heard so far, by address. */
export class ScanList {
  readonly #senders: AdvertSenders;
  readonly #keys: KeyRing;
  readonly #devices = new Map<string, ScannedDevice>();

  constructor(senders: AdvertSenders, keys: KeyRing) {
    this.#senders = senders;
    this.#keys = keys;
  }

  /** Sensors first, then by the strength of the signal; `all` shows other devices too. */
  list(all: boolean): ScannedDevice[] {
    return [...this.#devices.values()]
      .filter(({ kind }) => all || kind !== 'other')
      .sort(
        (a, b) =>
          Number(a.kind === 'other') - Number(b.kind === 'other') ||
          (b.rssiDbm ?? -200) - (a.rssiDbm ?? -200) ||
          (a.address < b.address ? -1 : 1),
      );
  }

  take(advert: Advertisement, atMs: number): void {
    const { address, rssiDbm, phy } = advert;
    const before = this.#devices.get(address);
    const { name, content } = readAdvert(advert.data);
    const seen = { address, rssiDbm, phy, name: name ?? before?.name ?? null, lastMs: atMs };
    const heard = (before?.heard ?? 0) + 1;
    // A scan response, or another set of the same device, does not hide that it is a sensor.
    if (content.kind === 'other' && before !== undefined) {
      this.#devices.set(address, { ...before, ...seen, heard });
      return;
    }
    this.#devices.set(address, { ...seen, heard, ...this.#describe(address, content) });
  }

  #describe(
    address: string,
    content: ReturnType<typeof readAdvert>['content'],
  ): Pick<ScannedDevice, 'kind' | 'sensorId' | 'windows' | 'says' | 'proof' | 'isAdded' | 'toAdd'> {
    const nothing = { sensorId: null, windows: [], says: '', proof: 'unproven' as const, toAdd: null };
    if (content.kind === 'other') return { ...nothing, kind: 'other', isAdded: false };
    if (content.kind === 'faulty') {
      return { ...nothing, kind: 'faulty', says: content.fault.message, isAdded: false };
    }
    const sender = this.#senders.find(address, content);
    const { sensorId, isAdded } = sender;
    const shown = { sensorId, isAdded, proof: this.#proofOf(content, sender) };
    return {
      ...shown,
      kind: kindOf(content),
      windows: windowsOf(content),
      says: content.kind === 'bthome' ? this.#saysBthome(address, content.bytes) : '',
      toAdd: isAdded ? null : howToAdd(address, content, sensorId),
    };
  }

  #proofOf(content: SentContent, of: { sensorId: string | null; isProven: boolean }): Proof {
    if (content.kind === 'report2Short') {
      if (of.isProven) return 'authentic';
      return of.sensorId !== null && this.#keys.find(of.sensorId) !== undefined ? 'refused' : 'unproven';
    }
    if (content.kind !== 'report2') return 'unproven';
    const key = this.#keys.find(content.decoded.report.sensorId);
    if (key === undefined) return 'unproven';
    return checkTagV2(content.bytes, content.decoded, key.sign).ok ? 'authentic' : 'refused';
  }

  #saysBthome(address: string, bytes: Uint8Array): string {
    const decoded = decodeBthome(bytes, { address, open: this.#keys.findBindKey(address) });
    if (!decoded.ok) return isEncryptedBthome(bytes) ? 'encrypted' : decoded.fault.message;
    return decoded.value.values.map(({ property, value }) => `${property} ${value}`).join(', ');
  }
}

function kindOf(content: SentContent): string {
  const names = {
    report1: 'version 1',
    report2: 'version 2',
    report2Short: 'version 2 short',
    bthome: 'BTHome',
  };
  return names[content.kind];
}

function windowsOf(content: SentContent): (number | null)[] {
  if (content.kind === 'bthome') return [];
  if (content.kind === 'report1') return content.report.counts.slice(0, WINDOWS_SHOWN);
  const { report }: { report: ReportV2 | ShortReportV2 } = content.decoded;
  if ('counts' in report) return report.counts.map((count) => (typeof count === 'number' ? count : null));
  return report.windows.slice(0, WINDOWS_SHOWN).map((window) => ('count' in window ? window.count : null));
}

/** What to do so that the server stores it. */
function howToAdd(address: string, content: SentContent, sensorId: string | null): string {
  const line = (entry: string) => `in the configuration under sensors: { id: NAME, ${entry} }`;
  switch (content.kind) {
    case 'report1':
      return line(`address: "${address}"`);
    case 'bthome':
      return isEncryptedBthome(content.bytes)
        ? `kilowink sensor add --address ${address}, and ${line(`address: "${address}"`)}`
        : line(`address: "${address}"`);
    case 'report2':
      return `kilowink sensor add --id ${sensorId}, or ${line(`sensorId: ${sensorId}`)}`;
    case 'report2Short':
      return sensorId === null
        ? 'kilowink sensor add --id with the identity on the sensor: none of the keys here made its tag'
        : `kilowink sensor add --id ${sensorId}, or ${line(`sensorId: ${sensorId}`)}`;
  }
}
