import type { Fault } from '@kilowink/core/error';
import { decodeReportV1, isVersion2, type ShortReportV2, WINDOW_V1_MS } from '@kilowink/core/report';
import type { Clock, EpochMs } from '@kilowink/core/time';
import type { SeriesId, Store } from '@kilowink/store';
import type { SensorMapping } from '../config/index.ts';
import type { KeyRing } from '../keys/index.ts';
import { type HeardWay, SourceWays, type Way, WIFI } from './advert-ways.ts';
import { type MachineClock, MachineTime, machineClock } from './machine-clock.ts';
import { NumberedIngest } from './numbered-ingest.ts';
import type { SensorSelf } from './numbered-sensor.ts';
import type { GuardedReport, ReportGuard } from './report-guard.ts';
import { Sensor, type SensorCounters } from './sensor.ts';
import { isAt, type SensorKey, sensorKeyOf } from './source-key.ts';

/** What a sensor is answered: text as the version 1 firmware in the field knows it, bytes for version 2. */
export type Answer = 'ok' | 'invalid' | 'readonly' | Uint8Array;

/** A kind of refusal since the server started. */
export interface Refusal {
  readonly code: string;
  readonly count: number;
  readonly lastMessage: string;
  readonly lastMs: EpochMs;
}

/** A sensor heard of, for the health page. */
export interface HeardSensor {
  readonly source: string;
  readonly series: SeriesId;
  readonly version: 1 | 2;
  readonly counters: Readonly<SensorCounters>;
  /** By code. */
  readonly refused: ReadonlyMap<string, number>;
  /** What it says of itself; null in version 1, and before its first report. */
  readonly self: SensorSelf | null;
  /** How it was heard, best first. */
  readonly ways: readonly HeardWay[];
}

export interface IngestOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly mappings: readonly SensorMapping[];
  readonly keys: KeyRing;
  /** Whether version 2 sensors must have a key. */
  readonly requireKeys: boolean;
  /** Called after a report was taken, with what was new. */
  readonly onTaken?: (series: SeriesId, added: number) => void;
  readonly log?: (line: string) => void;
  /** Keeps what version 1 sensors said until it is in the file. */
  readonly guard?: ReportGuard;
  /** The clock that goes on from one process to the next; a test gives its own. */
  readonly machine?: MachineClock;
}

/** Where the store keeps which of the reports that are kept in memory its groups have, up to which one. */
const TAKEN_STATE = 'ingest/kept';

/** Takes reports in: bytes and a remote address in, windows stored once, an answer out. Never throws on what came. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #sensors = new Map<string, Sensor>();
  /** Those of version 1 by where their reports come from: address, then type. A source is a text to be put together. */
  readonly #byAddress = new Map<string, Map<number, Sensor>>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #refusedBySource = new Map<string, Map<string, number>>();
  readonly #numbered: NumberedIngest;
  readonly #ways = new SourceWays();
  readonly #machine: MachineTime;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#machine = new MachineTime(options.machine ?? machineClock, options.clock);
    this.#numbered = new NumberedIngest(options);
  }

  /** Before windows from before `beforeMs` are sealed: what they have counted is remembered, for they can not be asked then. */
  saveBefore(beforeMs: EpochMs): void {
    for (const sensor of this.#numbered.sensors) sensor.saveBefore(beforeMs);
  }

  /** A sensor has booted. It sends no bytes with that, so every known type at this address counts as booted. */
  up(address: string): Answer {
    const at = this.#now();
    return this.#guarded({ address, bytes: null, at }, () => this.#up(address, at));
  }

  #up(address: string, at: Moment): Answered {
    const { store, mappings } = this.#options;
    const known = store.listEntries().filter(({ source }) => isAt(source, address, mappings));
    for (const { source, name } of known) this.#load({ source, name }).up(at);
    this.#options.log?.(`${address} up`);
    return { answer: 'ok', isTaken: known.length > 0 };
  }

  /** `way`: how the report came. */
  report(address: string, bytes: Uint8Array, way: Way = WIFI): Answer {
    if (isVersion2(bytes)) return this.#reportNumbered(address, bytes, way);
    const at = this.#now();
    return this.#guarded({ address, bytes, at }, () => this.#reportUnnumbered(address, bytes, { way, at }));
  }

  /** Keeps with one write what is taken next, in this order: what came in one turn of the event loop. Null: a boot. */
  keepAhead(came: readonly { address: string; bytes: Uint8Array | null }[]): void {
    const { wallMs, monotonicMs } = this.#now();
    const uptimeMs = this.#machine.toUptime(monotonicMs);
    const kept: GuardedReport[] = [];
    for (const { address, bytes } of came) {
      if (bytes === null || !isVersion2(bytes)) kept.push({ address, bytes, wallMs, uptimeMs });
    }
    if (kept.length > 1) this.#options.guard?.noteAhead(kept);
  }

  /**
   * Takes again what an earlier process answered and did not get into the file. Which that is the file says itself: each
   * group has with it what was taken last. Returns how many there were.
   */
  takeLeft(): number {
    const { guard, store } = this.#options;
    if (guard === undefined) return 0;
    const kept = guard.left();
    const storedId = store.sourceState(TAKEN_STATE);
    // What is kept is the end of all that was ever taken: where the stored one is not in it, all of it came later.
    const left = kept.slice(kept.findLastIndex(({ id }) => id !== null && id === storedId) + 1);
    for (const { id, address, bytes, wallMs, uptimeMs } of left) {
      const at = { wallMs, monotonicMs: this.#machine.toMonotonic(uptimeMs) };
      this.#whole(id, () =>
        bytes === null ? this.#up(address, at) : this.#reportUnnumbered(address, bytes, { way: WIFI, at }),
      );
    }
    return left.length;
  }

  #guarded(what: { address: string; bytes: Uint8Array | null; at: Moment }, take: () => Answered): Answer {
    const { guard } = this.#options;
    const { address, bytes, at } = what;
    const { wallMs } = at;
    const id =
      guard?.note({ address, bytes, wallMs, uptimeMs: this.#machine.toUptime(at.monotonicMs) }) ?? null;
    try {
      return this.#whole(id, take);
    } finally {
      guard?.taken(this.#options.store.currentGroup);
    }
  }

  /** What was kept as `id` goes to the file in one group, which says that it has it: no kill comes in between. */
  #whole(id: string | null, take: () => Answered): Answer {
    const { store } = this.#options;
    return store.together(() => {
      const { answer, isTaken } = take();
      if (id !== null && isTaken) store.putSourceState(TAKEN_STATE, id);
      return answer;
    });
  }

  #reportUnnumbered(address: string, bytes: Uint8Array, { way, at }: { way: Way; at: Moment }): Answered {
    const decoded = decodeReportV1(bytes);
    if (!decoded.ok) {
      this.#refuse(address, decoded.fault);
      return { answer: 'invalid', isTaken: false };
    }
    const sensor = this.#sensorAt(address, decoded.value.sensorType);
    const taken = sensor.report(decoded.value, at);
    this.heard(sensor.source, way);
    this.#options.onTaken?.(sensor.series, taken.added);
    this.#options.log?.(
      `${address} report: uptime ${decoded.value.uptimeS} s, ${taken.added} new, ${taken.repeated} repeated` +
        (taken.newRun ? ', new boot' : ''),
    );
    return { answer: 'ok', isTaken: true };
  }

  /** Takes a version 2 report of the short form, which an advertisement carries, of a sensor that is known. */
  shortReport(of: { sensorId: string; report: ShortReportV2; isProven: boolean }, way: Way): void {
    const { source, fault, taken } = this.#numbered.shortReport(of, this.#now());
    if (fault !== null) this.#refuse(way.name, fault, source);
    if (taken === null) return;
    this.heard(taken.sensor.source, way);
    this.#options.onTaken?.(taken.sensor.series, taken.taken.added);
    this.#options.log?.(`${way.name} short report of ${taken.sensor.source}: ${taken.taken.added} new`);
  }

  /** Notes that a source was heard some way, also where that brought nothing new. */
  heard(source: string, way: Way): void {
    this.#ways.note(source, way, this.#now().wallMs);
  }

  /** Whether anything of a source was stored since or before the server started. */
  isKnown(source: string): boolean {
    if (this.#sensors.has(source)) return true;
    return this.#options.store.listEntries().some((series) => series.source === source);
  }

  /** Counts something that came by Bluetooth and was refused. */
  refuse(from: string, fault: Fault, source: string): void {
    this.#refuse(from, fault, source);
  }

  sensors(): HeardSensor[] {
    const refusedOf = (source: string) => this.#refusedBySource.get(source) ?? new Map<string, number>();
    return [
      ...[...this.#sensors.values()].map(({ source, series, counters }) => ({
        ...{ source, series, counters, version: 1 as const, self: null },
        refused: refusedOf(source),
        ways: this.#ways.of(source, this.#now().wallMs),
      })),
      ...this.#numbered.sensors.map(({ source, series, counters, self }) => ({
        ...{ source, series, counters, version: 2 as const, self },
        refused: refusedOf(source),
        ways: this.#ways.of(source, this.#now().wallMs),
      })),
    ];
  }

  /** When a source was last heard since the start: what a list of thousands of series asks of each. */
  lastReportMs(source: string): EpochMs | null {
    const sensor = this.#sensors.get(source) ?? this.#numbered.find(source);
    return sensor?.counters.lastReportMs ?? null;
  }

  refusals(): Refusal[] {
    return [...this.#refusals.values()];
  }

  #reportNumbered(address: string, bytes: Uint8Array, way: Way): Uint8Array {
    const { answer, source, fault, taken } = this.#numbered.report(bytes, this.#now());
    if (fault !== null) this.#refuse(address, fault, source);
    if (taken === null) return answer;
    const { sensor, taken: outcome } = taken;
    this.heard(sensor.source, way);
    this.#options.onTaken?.(sensor.series, outcome.added);
    this.#options.log?.(
      `${address} report of ${sensor.source}: ${outcome.added} new, ${outcome.repeated} repeated` +
        `, ${sensor.missing} missing${outcome.newRun ? ', new boot' : ''}`,
    );
    return answer;
  }

  #sensorAt(address: string, type: number): Sensor {
    const known = this.#byAddress.get(address)?.get(type);
    if (known !== undefined) return known;
    const sensor = this.#load(sensorKeyOf({ address, type }, this.#options.mappings));
    const there = this.#byAddress.get(address) ?? new Map<number, Sensor>();
    this.#byAddress.set(address, there.set(type, sensor));
    return sensor;
  }

  #load(key: SensorKey): Sensor {
    const known = this.#sensors.get(key.source);
    if (known !== undefined) return known;
    const sensor = new Sensor(this.#options.store, key, { windowMs: WINDOW_V1_MS, machine: this.#machine });
    this.#sensors.set(key.source, sensor);
    return sensor;
  }

  #refuse(address: string, { code, message }: Fault, known: string | null = null): void {
    const before = this.#refusals.get(code);
    const { wallMs } = this.#now();
    const lastMessage = `${address}: ${message}`;
    this.#refusals.set(code, { code, count: (before?.count ?? 0) + 1, lastMessage, lastMs: wallMs });
    const source = known ?? sensorKeyOf({ address, type: 0 }, this.#options.mappings).source;
    const counts = this.#refusedBySource.get(source) ?? new Map<string, number>();
    this.#refusedBySource.set(source, counts.set(code, (counts.get(code) ?? 0) + 1));
    this.#options.log?.(`${lastMessage}`);
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
  }
}

/** What a report of version 1 is answered, and whether it has to do with the file. */
interface Answered {
  readonly answer: Answer;
  readonly isTaken: boolean;
}

/** When something came. */
interface Moment {
  readonly wallMs: EpochMs;
  readonly monotonicMs: number;
}
