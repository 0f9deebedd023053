import { type Advertisement, decodeBthome, isEncryptedBthome, readAdvert } from '@kilowink/core/advert';
import { toHex } from '@kilowink/core/bytes';
import type { Clock, EpochMs } from '@kilowink/core/time';
import type { SeriesId, Store } from '@kilowink/store';
import type { SensorMapping } from '../config/index.ts';
import type { KeyRing } from '../keys/index.ts';
import { BthomeSensor, type BthomeState, newBthomeState } from './advert-bthome.ts';
import { type AdvertSender, AdvertSenders, type SentContent } from './advert-known.ts';
import { type HeardWay, SourceWays, type Way } from './advert-ways.ts';
import type { Ingest } from './ingest.ts';
import { TicStorePort } from './tic-store-port.ts';

/** The same bytes within this are the same advertisement, whoever passes it on and however late. */
const SAME_REPORT_MS = 60_000;
/** BTHome that is repeated says for how long its values hold: it is looked at this often. */
const SAME_BTHOME_MS = 5_000;
/** Advertisements that are remembered for each sensor: of the windows on air, and of slow gateways. */
const REMEMBERED = 8;
/** Sensors that are listed although nobody added them. */
const UNKNOWN_MAX = 100;
const UNKNOWN_FOR_MS = 600_000;

export interface AdvertIngestOptions {
  readonly store: Store;
  readonly ingest: Ingest;
  readonly clock: Clock;
  readonly mappings: readonly SensorMapping[];
  readonly keys: KeyRing;
  /** Whether reports of sensors that were not added are stored too. */
  readonly acceptUnknown: boolean;
  /** Called after points were stored. */
  readonly onStored?: (series: readonly SeriesId[]) => void;
}

/** A sensor that was heard and that nobody added. */
export interface UnknownSensor {
  readonly address: string;
  readonly kind: SentContent['kind'];
  readonly name: string | null;
  readonly sensorId: string | null;
  readonly rssiDbm: number | null;
  readonly way: string;
  readonly lastMs: EpochMs;
}

/** A BTHome sensor, for the health page. */
export interface HeardBthome {
  readonly source: string;
  readonly lastMs: EpochMs;
  readonly messages: number;
  readonly repeated: number;
  readonly batteryPercent: number | null;
  readonly isEncrypted: boolean;
  readonly ways: readonly HeardWay[];
}

interface KnownBthome {
  readonly sensor: BthomeSensor;
  messages: number;
  repeated: number;
  isEncrypted: boolean;
}

/**
 * Takes advertisements in, from the machine's adapter and from gateways: reports become windows, BTHome becomes points,
 * each stored once however many ways it was heard. Never throws on what came; throws when the store can not be written.
 */
export class AdvertIngest {
  readonly #options: AdvertIngestOptions;
  readonly #senders: AdvertSenders;
  readonly #port: TicStorePort;
  readonly #bthome = new Map<string, KnownBthome>();
  readonly #bthomeWays = new SourceWays();
  /** What was taken lately, by source: the bytes in hex, and when. */
  readonly #latest = new Map<string, Map<string, EpochMs>>();
  readonly #unknown = new Map<string, UnknownSensor>();

  constructor(options: AdvertIngestOptions) {
    this.#options = options;
    this.#senders = new AdvertSenders(options.mappings, options.keys);
    this.#port = new TicStorePort(options.store);
  }

  /** Takes an advertisement that was heard `from` an adapter or a gateway, such as `mqtt/cellar`. */
  take(advert: Advertisement, from: string): void {
    const { content, name } = readAdvert(advert.data);
    if (content.kind === 'other') return;
    const { address, rssiDbm } = advert;
    const way: Way = { name: from, rssiDbm };
    if (content.kind === 'faulty') {
      if (this.#senders.mappingOf(address) === undefined) return;
      this.#options.ingest.refuse(from, content.fault, `optical/${address}`);
      return;
    }
    const sender = this.#senders.find(address, content);
    if (!this.#isTaken(sender, content)) {
      this.#noteUnknown({ address, kind: content.kind, name, sensorId: sender.sensorId, rssiDbm, way: from });
      return;
    }
    this.#unknown.delete(address);
    if (content.kind === 'bthome') this.#takeBthome(address, sender, { bytes: content.bytes, way });
    else this.#takeReport(address, sender, { content, way });
  }

  /** Sensors heard lately that nobody added. */
  unknown(): UnknownSensor[] {
    const sinceMs = this.#options.clock.wallMs() - UNKNOWN_FOR_MS;
    return [...this.#unknown.values()].filter(({ lastMs }) => lastMs >= sinceMs);
  }

  /** BTHome sensors heard since the server started. */
  bthomeSensors(): HeardBthome[] {
    const nowMs = this.#options.clock.wallMs();
    return [...this.#bthome.values()].map(({ sensor, messages, repeated, isEncrypted }) => ({
      ...{ source: sensor.source, messages, repeated, isEncrypted },
      lastMs: sensor.state.lastMs,
      batteryPercent: sensor.batteryPercent,
      ways: this.#bthomeWays.of(sensor.source, nowMs),
    }));
  }

  /** Stores what is pending: the server stops. */
  settle(): void {
    for (const { sensor } of this.#bthome.values()) {
      this.#options.store.together(() => {
        sensor.settle();
        this.#save(sensor);
      });
    }
  }

  #isTaken(sender: AdvertSender, content: SentContent): boolean {
    const { acceptUnknown, ingest } = this.#options;
    if (sender.isAdded) return true;
    if (content.kind === 'bthome') return false;
    // Nobody can say whose a tag is that no key fits.
    if (content.kind === 'report2Short' && sender.sensorId === null) return false;
    if (acceptUnknown) return true;
    return content.kind !== 'report1' && ingest.isKnown(sender.key.source);
  }

  #takeReport(
    address: string,
    sender: AdvertSender,
    of: { content: Exclude<SentContent, { kind: 'bthome' }>; way: Way },
  ): void {
    const { content, way } = of;
    const { ingest } = this.#options;
    const { source } = sender.key;
    if (this.#isRepeated(source, content.bytes, SAME_REPORT_MS)) {
      ingest.heard(source, way);
      return;
    }
    if (content.kind === 'report2Short') {
      const { sensorId, isProven } = sender;
      if (sensorId === null) return;
      ingest.shortReport({ sensorId, report: content.decoded.report, isProven }, way);
    } else ingest.report(address, content.bytes, way);
  }

  #takeBthome(address: string, sender: AdvertSender, of: { bytes: Uint8Array; way: Way }): void {
    const { bytes, way } = of;
    const { source } = sender.key;
    const { clock, ingest, keys, store } = this.#options;
    this.#bthomeWays.note(source, way, clock.wallMs());
    if (this.#isRepeated(source, bytes, SAME_BTHOME_MS)) return;
    const decoded = decodeBthome(bytes, { address, open: keys.findBindKey(address) });
    if (!decoded.ok) {
      ingest.refuse(way.name, decoded.fault, source);
      return;
    }
    const known = this.#loadBthome(address, sender);
    known.isEncrypted = isEncryptedBthome(bytes);
    const taken = store.together(() => {
      const outcome = known.sensor.take(decoded.value, clock.wallMs());
      if (outcome === 'new') this.#save(known.sensor);
      return outcome;
    });
    known[taken === 'new' ? 'messages' : 'repeated'] += 1;
    if (taken === 'replay') {
      const message = `BTHome of ${address}: expected a counter above the last one, ${decoded.value.counter} came`;
      ingest.refuse(way.name, { code: 'advert/bthome-replay', message }, source);
    }
    const touched = [...this.#port.touched];
    this.#port.touched.clear();
    if (touched.length > 0) this.#options.onStored?.(touched);
  }

  #loadBthome(address: string, { key }: AdvertSender): KnownBthome {
    const found = this.#bthome.get(key.source);
    if (found !== undefined) return found;
    const text = this.#options.store.sourceState(stateKeyOf(key.source));
    const state = text === null ? newBthomeState() : (JSON.parse(text) as BthomeState);
    const { whPerCount } = this.#senders.mappingOf(address) ?? {};
    const sensor = new BthomeSensor(this.#port, { ...key, whPerCount, state });
    const known = { sensor, messages: 0, repeated: 0, isEncrypted: false };
    this.#bthome.set(key.source, known);
    return known;
  }

  #save(sensor: BthomeSensor): void {
    this.#options.store.putSourceState(stateKeyOf(sensor.source), JSON.stringify(sensor.state));
  }

  #isRepeated(source: string, bytes: Uint8Array, withinMs: number): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    const latest = this.#latest.get(source) ?? new Map<string, EpochMs>();
    this.#latest.set(source, latest);
    const hex = toHex(bytes);
    const atMs = latest.get(hex);
    if (atMs !== undefined && nowMs - atMs < withinMs) return true;
    latest.delete(hex);
    latest.set(hex, nowMs);
    const [oldest] = latest.keys();
    if (latest.size > REMEMBERED && oldest !== undefined) latest.delete(oldest);
    return false;
  }

  #noteUnknown(sensor: Omit<UnknownSensor, 'lastMs'>): void {
    const { address } = sensor;
    this.#unknown.delete(address);
    this.#unknown.set(address, { ...sensor, lastMs: this.#options.clock.wallMs() });
    const [oldest] = this.#unknown.keys();
    if (this.#unknown.size > UNKNOWN_MAX && oldest !== undefined) this.#unknown.delete(oldest);
  }
}

/** A source may have spoken reports too; what is remembered of those stays beside. */
function stateKeyOf(source: string): string {
  return `${source}#bthome`;
}
