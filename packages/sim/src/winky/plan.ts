import type { EpochMs } from '@kilowink/core/time';
import { type CircuitOptions, createCircuit } from './circuit.ts';
import type { Consumption, Durations } from './consumption.ts';
import { createWinky } from './gateway.ts';
import { type FrameReader, NO_CARRIER_MS } from './reader.ts';
import type { ScheduleOptions } from './scheduler.ts';
import { createSource } from './source.ts';

/** What a plan is made for. */
export interface PlanOptions {
  readonly circuit: CircuitOptions;
  readonly consumption: Consumption;
  readonly durations: Durations;
  readonly schedule: ScheduleOptions;
  /** How long it listens for a whole frame. */
  readonly readMs: number;
}

export interface Plan {
  /** From empty to the first start; Infinity when the supply never gets there. */
  readonly firstStartMs: number;
  /** From empty to the first message; Infinity when there is none within an hour. */
  readonly firstMessageMs: number;
  /** A usual cycle. */
  readonly awakeMs: number;
  /** How far a cycle takes the capacitors down while the supply goes on. */
  readonly dropMv: number;
  /** What the capacitors hold above the lowest voltage that is planned with. */
  readonly usableMv: number;
  readonly isStorable: boolean;
  /** The shortest time from wake to wake that goes on for ever, its sleep at least a second. */
  readonly periodMs: number;
  /** What it draws asleep is let go on so long after the supply ended, full, until the supervisor cuts. */
  readonly rideThroughMs: number;
}

/** The answers for a circuit and a program. */
export function makePlan(options: PlanOptions): Plan {
  const { circuit, schedule } = options;
  const balance = balanceCycle(options);
  const usableMv = schedule.fullMv - schedule.stopMv - schedule.marginMv;
  return {
    firstStartMs: firstStartMs(circuit),
    firstMessageMs: firstMessageMs(options),
    ...balance,
    usableMv,
    isStorable: balance.dropMv <= usableMv,
    rideThroughMs: rideThroughMs(options),
  };
}

const HOUR_MS = 3_600_000;

/** From empty until the enable pin is let go. */
export function firstStartMs(options: CircuitOptions): number {
  const circuit = createCircuit(options);
  for (let atMs = 0; atMs < HOUR_MS; atMs += 5) {
    if (circuit.isEnabled) return atMs;
    circuit.step(5, 0);
  }
  return Infinity;
}

/**
 * Charge out and in: awake it takes more than the supply gives, asleep the supply gives more than it takes. The supply
 * is taken at the middle of the voltages between which a cycle goes up and down.
 */
function balanceCycle({ circuit, consumption, durations, schedule, readMs }: PlanOptions) {
  const parts = [
    [durations.bootMs, consumption.boot],
    [readMs, consumption.read],
    [durations.joinMs, consumption.join],
    [durations.publishMs, consumption.publish],
  ] as const;
  const awakeMs = parts.reduce((sum, [ms]) => sum + ms, 0);
  const { limiter, regulator, supervisor, bank } = circuit;
  const source = createSource(circuit.source);
  const idleA = limiter.quiescentA + regulator.quiescentA + supervisor.quiescentA;
  const usedMa = parts.reduce((sum, [ms, currentA]) => sum + ms * (currentA + idleA), 0);
  let dropMv = 0;
  let sleepMs = 0;
  for (let round = 0; round < 4; round++) {
    const bankV = Math.min((schedule.stopMv + schedule.marginMv + dropMv / 2) / 1_000, limiter.limitV);
    const givenA = source.currentA(bankV + limiter.dropoutOhm * source.currentA(bankV));
    const restMa = usedMa - awakeMs * givenA;
    dropMv = Math.max(0, restMa / bank.capacitanceF);
    const gainA = givenA - consumption.sleep - idleA - bankV / bank.leakageOhm;
    sleepMs = gainA <= 0 ? Infinity : Math.max(1_000, restMa / gainA);
  }
  return { awakeMs, dropMv, periodMs: awakeMs + sleepMs };
}

/** A meter that answers after so long, while it has mains. */
export function steadyReader(
  readMs: number,
  isSupplied: (atMs: EpochMs) => boolean = () => true,
): FrameReader {
  return {
    read: (atMs) =>
      isSupplied(atMs)
        ? { tookMs: readMs, groups: { PAPP: '01000' }, powerVa: 1_000, framesBad: 0 }
        : { tookMs: NO_CARRIER_MS, groups: null, powerVa: null, framesBad: 0 },
  };
}

function firstMessageMs(options: PlanOptions): number {
  const winky = createWinky({ ...options, startMs: 0, seed: 1, reader: steadyReader(options.readMs) });
  while (winky.atMs < HOUR_MS) if (winky.take().kind === 'publish') return winky.atMs;
  return Infinity;
}

/** A day is as good as for ever. */
function rideThroughMs(options: PlanOptions): number {
  const isSupplied = () => false;
  const reader = steadyReader(options.readMs, isSupplied);
  const startV = Math.min(options.circuit.limiter.limitV, options.schedule.fullMv / 1_000);
  const winky = createWinky({ ...options, startMs: 0, seed: 1, reader, isSupplied, startV });
  while (winky.atMs < 24 * HOUR_MS) if (winky.take().kind === 'cut') return winky.atMs;
  return Infinity;
}
