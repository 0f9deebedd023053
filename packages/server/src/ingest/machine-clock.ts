import { readFileSync } from 'node:fs';
import type { Clock } from '@kilowink/core/time';

/** The clock of a machine since it was switched on: it goes on from one process to the next, and never steps. */
export interface MachineClock {
  /** Differs each time the machine is switched on; null where it can not be told. */
  readonly bootId: string | null;
  uptimeMs(): number;
}

/** The one this process runs on. */
export const machineClock: MachineClock = {
  bootId: readBootId(),
  uptimeMs: () => Number(process.hrtime.bigint() / 1_000_000n),
};

/** Puts times of this process's monotonic clock into those of the machine, which the next process knows too, and back. */
export class MachineTime {
  readonly bootId: string | null;
  readonly #offsetMs: number;

  constructor(machine: MachineClock, clock: Clock) {
    this.bootId = machine.bootId;
    this.#offsetMs = machine.uptimeMs() - clock.monotonicMs();
  }

  toUptime(monotonicMs: number): number {
    return monotonicMs + this.#offsetMs;
  }

  toMonotonic(uptimeMs: number): number {
    return uptimeMs - this.#offsetMs;
  }
}

function readBootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
