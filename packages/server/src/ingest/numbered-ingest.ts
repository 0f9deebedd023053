import type { Fault } from '@kilowink/core/error';
import {
  type AnswerProof,
  type AnswerStatus,
  checkTagV2,
  type DecodedV2,
  decodeReportV2,
  encodeAnswerV2,
  type ShortReportV2,
  TAG_BYTES,
} from '@kilowink/core/report';
import type { Reception, TakenNumbered } from '@kilowink/core/window';
import type { Store } from '@kilowink/store';
import type { SensorMapping } from '../config/index.ts';
import type { KeyRing, KnownSensor } from '../keys/index.ts';
import { NumberedSensor } from './numbered-sensor.ts';
import { numberedKeyOf } from './source-key.ts';
import { stateKeyOf } from './store-boots.ts';
import { TurnKeys } from './turn-keys.ts';

/** What became of a version 2 report, and what the sensor is told. */
export interface NumberedOutcome {
  readonly answer: Uint8Array;
  /** The sensor's source, where the report could be read so far. */
  readonly source: string | null;
  readonly fault: Fault | null;
  readonly taken: { readonly sensor: NumberedSensor; readonly taken: TakenNumbered } | null;
}

export interface NumberedOptions {
  readonly store: Store;
  readonly mappings: readonly SensorMapping[];
  readonly keys: KeyRing;
  readonly requireKeys: boolean;
}

/** Sensors beyond so many are only taken with a key. */
const SENSORS_MAX = 1_000;

/** Takes version 2 reports in. Never throws on what came; throws when the store can not be written. */
export class NumberedIngest {
  readonly #options: NumberedOptions;
  readonly #keys: TurnKeys;
  readonly #sensors = new Map<string, NumberedSensor>();
  /** Those that reported, by what their reports say: a source is a text to be put together. */
  readonly #byId = new Map<string, NumberedSensor>();

  constructor(options: NumberedOptions) {
    this.#options = options;
    this.#keys = new TurnKeys(options.keys);
    // Their latest windows are still at hand in the store; once sealed, their values would not be.
    const { store } = options;
    for (const { source, name } of store.listEntries()) {
      if (store.sourceState(stateKeyOf(source)) !== null) this.#load({ source, name });
    }
  }

  get sensors(): readonly NumberedSensor[] {
    return [...this.#sensors.values()];
  }

  find(source: string): NumberedSensor | null {
    return this.#sensors.get(source) ?? null;
  }

  report(bytes: Uint8Array, at: Reception): NumberedOutcome {
    const decoded = decodeReportV2(bytes);
    if (!decoded.ok) return this.#refused(decoded.fault, at);
    const { report } = decoded.value;
    const { sensorId, firmware, light, batteryMv } = report;
    const known = this.#keys.find(sensorId);
    const unproven = this.#check(bytes, decoded.value, known);
    if (unproven !== null) {
      return { ...this.#refused(unproven, at, 'tagRefused'), source: this.#sourceOf(sensorId, known) };
    }
    const found = this.#byId.get(sensorId) ?? this.#admit(sensorId, known);
    if ('fault' in found) return this.#refused(found.fault, at);
    const sensor = found;
    const { source } = sensor;
    const proof =
      known === undefined ? undefined : { sign: known.sign, reportTag: bytes.subarray(-TAG_BYTES) };
    const taken = sensor.report(report, at);
    if (!taken.ok) return { ...this.#refused(taken.fault, at, 'refused', proof), source };
    sensor.self = { sensorId, firmware, light, batteryMv, authenticated: known !== undefined };
    const { acknowledged } = taken.value;
    const answer = encodeAnswerV2(
      { status: 'stored', bootId: report.bootId, acknowledged, serverMs: serverMs(at) },
      proof,
    );
    return { answer, source, fault: null, taken: { sensor, taken: taken.value } };
  }

  /**
   * Takes a report of the short form in, of a sensor that was found by its key or that it names itself. `isProven`: its
   * tag is right.
   */
  shortReport(
    of: { sensorId: string; report: ShortReportV2; isProven: boolean },
    at: Reception,
  ): Omit<NumberedOutcome, 'answer'> {
    const { sensorId, report, isProven } = of;
    const known = this.#keys.find(sensorId);
    const fault = this.#checkShort(sensorId, known, isProven);
    if (fault !== null) return { source: this.#sourceOf(sensorId, known), fault, taken: null };
    const found = this.#byId.get(sensorId) ?? this.#admit(sensorId, known);
    if ('fault' in found) {
      return { source: this.#sourceOf(sensorId, known), fault: found.fault, taken: null };
    }
    const sensor = found;
    const { source } = sensor;
    const taken = sensor.shortReport(report, at);
    if (!taken.ok) return { source, fault: taken.fault, taken: null };
    sensor.self = { ...sensor.self, sensorId, authenticated: isProven };
    return { source, fault: null, taken: { sensor, taken: taken.value } };
  }

  #sourceOf(sensorId: string, known: KnownSensor | undefined): string {
    return numberedKeyOf(sensorId, known?.name, this.#options.mappings).source;
  }

  /** The sensor that reports for the first time, or why it is not taken. */
  #admit(sensorId: string, known: KnownSensor | undefined): NumberedSensor | { readonly fault: Fault } {
    const key = numberedKeyOf(sensorId, known?.name, this.#options.mappings);
    const crowd = this.#checkRoom(key.source, known);
    if (crowd !== null) return { fault: crowd };
    const sensor = this.#load(key);
    this.#byId.set(sensorId, sensor);
    return sensor;
  }

  #checkShort(sensorId: string, known: KnownSensor | undefined, isProven: boolean): Fault | null {
    if (isProven) return null;
    if (known !== undefined) {
      const message = `report of ${sensorId}: expected a tag, for the sensor has a key; none came`;
      return { code: 'report/untagged', message };
    }
    if (!this.#options.requireKeys) return null;
    const message = `report of ${sensorId}: expected a sensor whose key is known here, this one's is not`;
    return { code: 'report/no-key', message };
  }

  #check(bytes: Uint8Array, decoded: DecodedV2, known: KnownSensor | undefined): Fault | null {
    if (known !== undefined) {
      const checked = checkTagV2(bytes, decoded, known.sign);
      return checked.ok ? null : checked.fault;
    }
    // A tag that nobody can check proves nothing, and its sensor takes no unproven answer.
    if (!this.#options.requireKeys && !decoded.tagged) return null;
    const message = `report of ${decoded.report.sensorId}: expected a sensor whose key is known here, this one's is not`;
    return { code: 'report/no-key', message };
  }

  /** Anyone may claim to be a sensor without a key; not without end. */
  #checkRoom(source: string, known: KnownSensor | undefined): Fault | null {
    if (known !== undefined || this.#sensors.has(source) || this.#sensors.size < SENSORS_MAX) return null;
    const message = `report of ${source}: expected at most ${SENSORS_MAX} sensors, another one without a key came`;
    return { code: 'report/too-many-sensors', message };
  }

  #refused(
    fault: Fault,
    at: Reception,
    status: AnswerStatus = 'refused',
    proof?: AnswerProof,
  ): NumberedOutcome {
    const answer = encodeAnswerV2({ status, bootId: 0, acknowledged: null, serverMs: serverMs(at) }, proof);
    return { answer, source: null, fault, taken: null };
  }

  #load(key: { source: string; name: string }): NumberedSensor {
    const known = this.#sensors.get(key.source);
    if (known !== undefined) return known;
    const sensor = new NumberedSensor(this.#options.store, key);
    this.#sensors.set(key.source, sensor);
    return sensor;
  }
}

/** The answer to a version 2 report that is not looked at: the instance only shows, or can not write now. */
export function unreadAnswer(status: 'readOnly' | 'retry', nowMs: number): Uint8Array {
  return encodeAnswerV2({ status, bootId: 0, acknowledged: null, serverMs: Math.max(0, Math.floor(nowMs)) });
}

function serverMs(at: Reception): number {
  return Math.max(0, Math.floor(at.wallMs));
}
