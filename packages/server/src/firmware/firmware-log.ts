import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type FirmwareRun, firmwareRun } from '@kilowink/api';
import type { EpochMs } from '@kilowink/core/time';
import { z } from 'zod';
import { writeWhole } from '../files/write-whole.ts';
import { FIRMWARE_FOLDER } from './image-store.ts';

const RUNS_MAX = 100;
const logFile = z.strictObject({ version: z.literal(1), runs: z.array(firmwareRun) });

/** What was done to sensors, in a file of the data folder: written before each step, so that it tells the truth after any end. */
export class FirmwareLog {
  readonly #path: string;
  #runs: FirmwareRun[];

  /**
   * An update that was under way when the server ended is put down as that. A log that can not be read is set aside: it must
   * not keep measurements from being taken.
   */
  constructor(of: { dataDir: string; nowMs: EpochMs; onError: (message: string) => void }) {
    this.#path = join(of.dataDir, FIRMWARE_FOLDER, 'log.json');
    this.#runs = this.#readOrSetAside(of.onError);
    const left = this.#runs.filter(({ state }) => state === 'running');
    for (const run of left) this.put(interrupted(run, of.nowMs));
  }

  /** Newest first. */
  get runs(): readonly FirmwareRun[] {
    return this.#runs;
  }

  get nextId(): number {
    return Math.max(0, ...this.#runs.map(({ id }) => id)) + 1;
  }

  /** Puts a run in the place of what was known of it. Throws `mqtt/unwritable`. */
  put(run: FirmwareRun): void {
    const others = this.#runs.filter(({ id }) => id !== run.id);
    this.#runs = [run, ...others].sort((a, b) => b.id - a.id).slice(0, RUNS_MAX);
    writeWhole(this.#path, `${JSON.stringify({ version: 1, runs: this.#runs }, null, 1)}\n`);
  }

  #readOrSetAside(onError: (message: string) => void): FirmwareRun[] {
    try {
      return logFile.parse(JSON.parse(readFileSync(this.#path, 'utf8'))).runs;
    } catch (cause) {
      if ((cause as { code?: unknown }).code === 'ENOENT') return [];
      const aside = `${this.#path}.unreadable`;
      onError(`The log of firmware updates can not be read and was set aside as ${aside}: ${cause}`);
      renameSync(this.#path, aside);
      return [];
    }
  }
}

/** A run whose server ended: what was under way was broken off, what waited was never begun. */
export function interrupted(run: FirmwareRun, nowMs: EpochMs): FirmwareRun {
  const sensors = run.sensors.map((sensor) => {
    if (sensor.state === 'running') return { ...sensor, state: 'interrupted' as const, endedMs: nowMs };
    return sensor.state === 'waiting' ? { ...sensor, state: 'skipped' as const } : sensor;
  });
  return { ...run, state: 'interrupted', endedMs: nowMs, sensors };
}
