import { readFileSync } from 'node:fs';

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

function readBootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
