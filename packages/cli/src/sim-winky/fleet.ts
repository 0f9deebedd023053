import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayMessage } from '@kilowink/core/gateway';
import type { EpochMs } from '@kilowink/core/time';
import {
  createTicLine,
  createTicMeter,
  type LineNoise,
  type TicMeter,
  type TicMeterOptions,
} from '@kilowink/sim/tic';
import { createLineReader, createWinky, type WinkyGateway } from '@kilowink/sim/winky';
import type { Publish } from './publisher.ts';

/** One gateway of a fleet with its meter. */
export interface FleetMember {
  readonly sensor: string;
  readonly meter: TicMeter;
  readonly winky: WinkyGateway;
}

export interface FleetOptions {
  readonly members: readonly FleetMember[];
  readonly publish: Publish;
  readonly startMs: EpochMs;
  /** Their seconds in a real one; Infinity as fast as the broker takes it. */
  readonly speed: number;
  readonly durationMs: number;
  /** When `startMs` is, by this machine's clock; as soon as they are ready when left out. */
  readonly zeroMs?: EpochMs;
  readonly signal: AbortSignal;
  readonly onProgress?: (status: FleetStatus) => void;
}

export interface FleetStatus {
  readonly atMs: EpochMs;
  readonly stored: number;
  readonly failed: number;
  /** Why the last one failed; empty when none did. */
  readonly lastFailure: string;
}

/** What a gateway did, and what the server has to know of its meter. */
export interface MemberTruth {
  readonly sensor: string;
  readonly serial: string;
  readonly contract: string;
  readonly stored: number;
  readonly failed: number;
  /** What the first message said that the broker acknowledged. */
  readonly firstGroups: GatewayMessage['groups'];
  /** The last message that the broker acknowledged. */
  readonly lastBoot: number | null;
  readonly lastSequence: number | null;
  readonly lastGroups: GatewayMessage['groups'];
  /** What the meter shows at the end. */
  readonly drawnWh: number;
  readonly injectedWh: number;
}

export function createMember(options: {
  readonly sensor: string;
  readonly meter: TicMeterOptions;
  readonly noise: LineNoise;
  readonly startV: number;
  readonly bootBase: number;
}): FleetMember {
  const meter = createTicMeter(options.meter);
  const { seed, startMs } = options.meter;
  const line = createTicLine(meter, { seed: seed + 1, noise: options.noise });
  const reader = createLineReader(line, () => true);
  const { startV, bootBase } = options;
  const winky = createWinky({ reader, startMs, seed: seed + 2, startV, bootBase, firmware: 'sim' });
  return { sensor: options.sensor, meter, winky };
}

/** Lets all of them live at once, and tells at the end what each did. */
export async function runFleet(options: FleetOptions): Promise<readonly MemberTruth[]> {
  const run = new FleetRun(options);
  return Promise.all(options.members.map((member) => run.live(member)));
}

class FleetRun {
  readonly #options: FleetOptions;
  readonly #startedMs: number;
  #stored = 0;
  #failed = 0;
  #lastFailure = '';

  constructor(options: FleetOptions) {
    this.#options = options;
    const { zeroMs } = options;
    this.#startedMs = zeroMs === undefined ? performance.now() : zeroMs - performance.timeOrigin;
  }

  async live({ sensor, meter, winky }: FleetMember): Promise<MemberTruth> {
    const { startMs, durationMs, signal, publish, onProgress } = this.#options;
    let isStored = false;
    let first: GatewayMessage | null = null;
    let last: GatewayMessage | null = null;
    const counts = { stored: 0, failed: 0 };
    while (!signal.aborted && winky.atMs < startMs + durationMs) {
      const event = winky.take(isStored);
      await this.#pace(event.atMs);
      if (event.kind !== 'publish' || signal.aborted) continue;
      const failure = await publish(`kilowink/${sensor}/tic`, event.bytes, sensor);
      isStored = failure === null;
      if (isStored) {
        first ??= event.message;
        last = event.message;
      }
      counts[isStored ? 'stored' : 'failed'] += 1;
      this.#count(failure);
      onProgress?.(this.status(event.atMs));
    }
    const truth = meter.snapshot();
    return {
      ...{ sensor, serial: truth.serial, contract: truth.contract.name, ...counts },
      firstGroups: first?.groups ?? {},
      lastBoot: last?.boot ?? null,
      lastSequence: last?.sequence ?? null,
      lastGroups: last?.groups ?? {},
      ...{ drawnWh: truth.drawnWh, injectedWh: truth.injectedWh },
    };
  }

  status(atMs: EpochMs): FleetStatus {
    return { atMs, stored: this.#stored, failed: this.#failed, lastFailure: this.#lastFailure };
  }

  #count(failure: string | null): void {
    if (failure === null) this.#stored += 1;
    else {
      this.#failed += 1;
      this.#lastFailure = failure;
    }
  }

  async #pace(atMs: EpochMs): Promise<void> {
    const { startMs, speed, signal } = this.#options;
    const napMs = (atMs - startMs) / speed - (performance.now() - this.#startedMs);
    if (napMs >= 1) await sleep(napMs, undefined, { signal }).catch(() => {});
  }
}
