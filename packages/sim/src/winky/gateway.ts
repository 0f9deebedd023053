import { encodeGatewayMessage, type GatewayMessage, type GatewayPast } from '@kilowink/core/gateway';
import type { EpochMs } from '@kilowink/core/time';
import { createRandom, type Random } from '../random/index.ts';
import { type Circuit, type CircuitOptions, createCircuit, OUR_CIRCUIT } from './circuit.ts';
import { type Consumption, type Durations, ESP_01S, OUR_DURATIONS, type WinkyState } from './consumption.ts';
import { createMinuteRing, type MinuteRing } from './minute-ring.ts';
import type { FrameReader, ReadFrame } from './reader.ts';
import {
  createSchedule,
  decideWake,
  learnCycle,
  learnSleep,
  OUR_SCHEDULE,
  type ScheduleOptions,
  type ScheduleState,
  sleepSeconds,
} from './scheduler.ts';

export interface WinkyOptions {
  readonly reader: FrameReader;
  readonly startMs: EpochMs;
  readonly seed: number;
  readonly circuit?: CircuitOptions;
  readonly consumption?: Consumption;
  readonly durations?: Durations;
  readonly schedule?: ScheduleOptions;
  /** Voltage of the capacitors at the start; empty by default. */
  readonly startV?: number;
  /** Whether the meter has mains; always by default. */
  readonly isSupplied?: (atMs: EpochMs) => boolean;
  /** Called after each step of the circuit, for plots. */
  readonly probe?: (atMs: EpochMs, circuit: Circuit, state: WinkyState) => void;
  /** Starts it has had before, as its flash counts them. */
  readonly bootsBefore?: number;
  /** Added to the number of its start in messages, so that no two runs have the same boots; 0 by default. */
  readonly bootBase?: number;
  /** Told to the server as its version. */
  readonly firmware?: string;
}

/** What it does, in the order of its life. `dark` comes once a minute while it has no power. */
export type WinkyEvent =
  | { readonly kind: 'dark' | 'boot' | 'sleep' | 'wake' | 'read' | 'cut'; readonly atMs: EpochMs }
  /** To be published; `take` wants to know whether the broker stored it. */
  | {
      readonly kind: 'publish';
      readonly atMs: EpochMs;
      readonly message: GatewayMessage;
      readonly bytes: Uint8Array;
    };

/**
 * A gateway that lives on the meter's socket, on virtual time:
 *
 * ```
 * dark ── boot ── sleep │ wake ── read ── join ── publish ── sleep │ wake ── …      cut ── dark
 *         radio calibrated   radio off    radio on
 * ```
 */
export interface WinkyGateway {
  readonly atMs: EpochMs;
  /** Lets it do its next thing. After `publish` it is told with the next call whether the message was stored. */
  take(isStored?: boolean): WinkyEvent;
}

export function createWinky(options: WinkyOptions): WinkyGateway {
  return new Gateway(options);
}

type Life = Generator<WinkyEvent, void, boolean>;

const DARK_MS = 60_000;
const BACKOFF_CYCLES_MAX = 8;

class Gateway implements WinkyGateway {
  readonly #options: WinkyOptions;
  readonly #circuit: Circuit;
  readonly #consumption: Consumption;
  readonly #durations: Durations;
  readonly #schedule: ScheduleOptions;
  readonly #random: Random;
  readonly #life: Life;
  #atMs: EpochMs;
  #boots: number;
  #memory: Memory;
  #isWakeLeft = true;

  constructor(options: WinkyOptions) {
    this.#options = options;
    this.#circuit = createCircuit(options.circuit ?? OUR_CIRCUIT, options.startV ?? 0);
    this.#consumption = options.consumption ?? ESP_01S;
    this.#durations = options.durations ?? OUR_DURATIONS;
    this.#schedule = options.schedule ?? OUR_SCHEDULE;
    this.#random = createRandom(options.seed);
    this.#boots = options.bootsBefore ?? 0;
    this.#atMs = options.startMs;
    this.#memory = createMemory(this.#atMs);
    this.#life = this.#live();
  }

  get atMs(): EpochMs {
    return Math.round(this.#atMs);
  }

  take(isStored = false): WinkyEvent {
    const next = this.#life.next(isStored);
    return next.done === true ? { kind: 'dark', atMs: this.atMs } : next.value;
  }

  *#live(): Life {
    while (this.#isWakeLeft) {
      while (!this.#circuit.isEnabled) {
        this.#pass(DARK_MS, 'off', () => this.#circuit.isEnabled);
        if (!this.#circuit.isEnabled) yield { kind: 'dark', atMs: this.atMs };
      }
      // What is kept over sleeps does not outlive the enable pin.
      this.#memory = createMemory(this.#atMs);
      this.#boots += 1;
      yield { kind: 'boot', atMs: this.atMs };
      const { bootMs, calibrateMs } = this.#durations;
      let isAlive = this.#spend(bootMs, 'boot') && this.#spend(calibrateMs, 'calibrate');
      while (isAlive) isAlive = yield* this.#cycle();
      yield { kind: 'cut', atMs: this.atMs };
    }
  }

  /** A sleep and what comes after it; false when the supervisor cut. */
  *#cycle(): Generator<WinkyEvent, boolean, boolean> {
    const memory = this.#memory;
    const beforeMv = this.#measureMv();
    const sleptS = memory.isMeterAway
      ? this.#schedule.awaySleepS
      : sleepSeconds(memory.schedule, this.#schedule, beforeMv);
    yield { kind: 'sleep', atMs: this.atMs };
    if (!this.#spend(sleptS * 1_000, 'sleep')) return false;
    memory.sleepMs = sleptS * 1_000;
    yield { kind: 'wake', atMs: this.atMs };
    const wokeMs = this.#atMs;
    const afterMv = this.#measureMv();
    learnSleep(memory.schedule, this.#schedule, { beforeMv, afterMv, sleptS });
    if (!this.#spend(this.#durations.bootMs, 'boot')) return false;
    const decision = decideWake(memory.schedule, this.#schedule, afterMv);
    if (decision === 'sleep') return true;
    const frame = this.#options.reader.read(Math.ceil(this.#atMs));
    if (!this.#spend(frame.tookMs, 'read')) return false;
    this.#remember(frame);
    yield { kind: 'read', atMs: this.atMs };
    const isDue = decision === 'whole' && frame.groups !== null && memory.cyclesToWait <= 0;
    memory.cyclesToWait -= 1;
    // A frame that will not be sent belongs to the past that is told later.
    if (!isDue && frame.groups !== null) this.#keepUnsent(this.#minute());
    const isAlive = isDue ? yield* this.#publish(frame) : true;
    memory.awakeMs = this.#atMs - wokeMs;
    if (isDue && isAlive) learnCycle(memory.schedule, { beforeMv: afterMv, afterMv: this.#measureMv() });
    return isAlive;
  }

  *#publish(frame: ReadFrame): Generator<WinkyEvent, boolean, boolean> {
    const memory = this.#memory;
    const readMs = this.#atMs;
    const usualMs = memory.isKnown ? this.#durations.joinMs : this.#durations.coldJoinMs;
    const joinMs = Math.round(usualMs * this.#random.between(0.8, 1.3));
    if (!this.#spend(joinMs, 'join')) return false;
    memory.joinMs = joinMs;
    const minute = this.#minute();
    const message = this.#message(frame, this.#atMs - readMs);
    const isStored: boolean = yield {
      kind: 'publish',
      atMs: this.atMs,
      message,
      bytes: encodeGatewayMessage(message),
    };
    if (isStored) {
      memory.isKnown = true;
      memory.failures = 0;
      // What was measured in this minute before is told with the next message.
      memory.unsentMinute = memory.failedMinute === minute ? minute : null;
      memory.minMv = memory.maxMv = this.#measureMv();
    } else {
      memory.isKnown = false;
      memory.failures += 1;
      memory.cyclesToWait = Math.min(2 ** (memory.failures - 1), BACKOFF_CYCLES_MAX) - 1;
    }
    const tookMs = isStored ? this.#durations.publishMs : this.#durations.giveUpMs;
    memory.publishMs = tookMs;
    const isAlive = this.#spend(tookMs, 'publish');
    if (!isStored) this.#keepUnsent(minute);
    return isAlive;
  }

  /** What has not been told is told from this minute on. */
  #keepUnsent(minute: number): void {
    this.#memory.unsentMinute ??= minute;
    this.#memory.failedMinute = minute;
  }

  #remember(frame: ReadFrame): void {
    const memory = this.#memory;
    memory.framesBad += frame.framesBad;
    memory.isMeterAway = frame.groups === null;
    if (frame.groups === null) return;
    memory.framesOk += 1;
    if (frame.powerVa !== null) memory.ring.add((this.#atMs - memory.bootMs) / 1_000, frame.powerVa);
  }

  #minute(): number {
    return Math.floor((this.#atMs - this.#memory.bootMs) / DARK_MS);
  }

  #message(frame: ReadFrame, ageMs: number): GatewayMessage {
    const memory = this.#memory;
    memory.sequence += 1;
    const vitals = {
      ...{ capacitorMinMv: memory.minMv, capacitorMaxMv: memory.maxMv },
      ...{ awakeMs: Math.round(memory.awakeMs), sleepMs: memory.sleepMs },
      ...{ joinMs: memory.joinMs, publishMs: memory.publishMs },
      rssiDbm: -Math.round(this.#random.between(55, 75)),
      ...{ framesOk: memory.framesOk, framesBad: memory.framesBad, boots: this.#boots },
      ...{ bootReason: 'power', firmware: this.#options.firmware ?? 'sim' },
    };
    return {
      boot: (this.#boots + (this.#options.bootBase ?? 0)) >>> 0,
      sequence: memory.sequence,
      ageMs: Math.round(ageMs),
      atMs: null,
      state: 'complete',
      groups: frame.groups ?? {},
      vitals,
      past: this.#past(),
    };
  }

  #past(): GatewayPast | null {
    const { unsentMinute, ring, bootMs } = this.#memory;
    const end = this.#minute();
    if (unsentMinute === null || unsentMinute >= end) return null;
    const minutes = ring.read(unsentMinute, end);
    return {
      newest: end - 1,
      ageMs: Math.round(this.#atMs - bootMs - end * DARK_MS),
      min: minutes.map((minute) => minute?.minVa ?? null),
      mean: minutes.map((minute) => minute?.meanVa ?? null),
      max: minutes.map((minute) => minute?.maxVa ?? null),
    };
  }

  #measureMv(): number {
    const nowMv = Math.round(this.#circuit.voltageV * 1_000);
    this.#memory.minMv = Math.min(this.#memory.minMv, nowMv);
    this.#memory.maxMv = Math.max(this.#memory.maxMv, nowMv);
    return nowMv;
  }

  /** Whether the power lasted; it is looked at while the state draws its current. */
  #spend(durationMs: number, state: WinkyState): boolean {
    this.#pass(durationMs, state, () => !this.#circuit.isEnabled);
    if (this.#circuit.isEnabled) this.#measureMv();
    return this.#circuit.isEnabled;
  }

  /** Lets `durationMs` pass, or less when `isOver` says so. */
  #pass(durationMs: number, state: WinkyState, isOver: () => boolean): void {
    const circuit = this.#circuit;
    const { isSupplied, probe } = this.#options;
    const endMs = this.#atMs + durationMs;
    while (this.#atMs < endMs && !isOver()) {
      const stepMs = Math.min(circuit.stepMsMax, endMs - this.#atMs);
      circuit.isSupplied = isSupplied?.(this.#atMs) ?? true;
      circuit.step(stepMs, this.#consumption[state]);
      this.#atMs += stepMs;
      probe?.(this.#atMs, circuit, state);
    }
  }
}

/** What survives deep sleep and not a loss of power. */
interface Memory {
  readonly bootMs: EpochMs;
  readonly schedule: ScheduleState;
  readonly ring: MinuteRing;
  sequence: number;
  framesOk: number;
  framesBad: number;
  minMv: number;
  maxMv: number;
  awakeMs: number;
  sleepMs: number;
  joinMs: number;
  publishMs: number;
  /** Whether channel, access point and address are remembered. */
  isKnown: boolean;
  isMeterAway: boolean;
  failures: number;
  cyclesToWait: number;
  /** The first minute of which something was not told, and the last. */
  unsentMinute: number | null;
  failedMinute: number | null;
}

function createMemory(bootMs: EpochMs): Memory {
  return {
    bootMs,
    schedule: createSchedule(),
    ring: createMinuteRing(),
    ...{ sequence: 0, framesOk: 0, framesBad: 0, minMv: 65_535, maxMv: 0 },
    ...{ awakeMs: 0, sleepMs: 0, joinMs: 0, publishMs: 0 },
    ...{ isKnown: false, isMeterAway: false, failures: 0, cyclesToWait: 0 },
    ...{ unsentMinute: null, failedMinute: null },
  };
}
