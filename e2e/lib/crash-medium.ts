// A medium whose writes fail, or that is full: the server stays, says so, and loses nothing that it acknowledged.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addSensors, endWell, type Situation, sealingSettings, talk } from './crash-ingest.ts';
import { drawKill, type Life } from './crash-life.ts';
import type { CrashSensor } from './crash-sensor.ts';
import { type Site, sumOf } from './crash-site.ts';

const HEALTH_TRIES = 60;
const HEALTH_EVERY_MS = 25;
/** How long after the medium is well again health may still say otherwise: the server looks once a second. */
const WELL_TRIES = 200;

/** What makes the medium bad, all of it, and good again. */
interface Medium {
  fail(): void;
  mend(): void;
}

/** Sensors report while some writes fail, then all, then none; then the server is killed. */
export class BadMedium implements Situation {
  readonly #site: Site;
  readonly #sensors: readonly CrashSensor[];
  readonly #medium: Medium;
  readonly #perMille: number;
  readonly #env = sealingSettings();

  constructor(site: Site, { medium, perMille }: { medium: Medium; perMille: number }) {
    this.#site = site;
    this.#sensors = addSensors(site, [60_000, 20_000]);
    this.#medium = medium;
    this.#perMille = perMille;
  }

  async round(): Promise<void> {
    const { random, tally, faults } = this.#site;
    const life = this.#site.serve(this.#env);
    const port = await life.listening();
    if (port === null) return tally.find(`no server: ${life.output.slice(0, 600)}`);
    const talking = Promise.all(this.#sensors.map((sensor) => this.#talkOn(sensor, { life, port })));
    if (this.#perMille > 0) {
      faults.fail(Math.ceil(random.between(0, this.#perMille)));
      await pause(random.between(50, 250));
    }
    this.#medium.fail();
    await this.#until({ life, port }, 'degraded', HEALTH_TRIES);
    const isMended = random.chance(0.6);
    if (isMended) {
      faults.calm();
      this.#medium.mend();
      if (random.chance(0.3)) await this.#until({ life, port }, 'ok', WELL_TRIES);
      else await pause(random.between(0, 120));
    }
    life.doom(drawKill(random, { msMax: 60, stepsMax: 40 }), 150);
    await talking;
    await this.#site.killed(life);
    this.#medium.mend();
    this.#site.lookAt(this.#sensors);
  }

  async finish(): Promise<void> {
    await endWell(this.#site, this.#sensors, this.#env);
  }

  get #acknowledged(): number {
    return sumOf(this.#sensors.map(({ acknowledged }) => acknowledged));
  }

  /** A sensor does not give up. */
  async #talkOn(sensor: CrashSensor, server: { life: Life; port: number }): Promise<void> {
    while (!server.life.isGone) {
      await talk(this.#site, sensor, server);
      await pause(5);
    }
  }

  async #until(
    { life, port }: { life: Life; port: number },
    wanted: string,
    triesMax: number,
  ): Promise<void> {
    let said = '';
    let halfway = 0;
    for (let tries = 0; tries < triesMax; tries += 1) {
      if (life.isGone) return;
      if (tries === Math.floor(triesMax / 2)) halfway = this.#acknowledged;
      try {
        said = await (await fetch(`http://127.0.0.1:${port}/api/v1/health`)).text();
        if ((JSON.parse(said) as { status: string }).status === wanted) return;
      } catch (error) {
        said = String(error);
      }
      await pause(HEALTH_EVERY_MS);
    }
    // A file that has room within itself takes writes though the disk is full.
    if (wanted === 'degraded' && this.#acknowledged > halfway) return;
    this.#site.tally.find(`health does not say ${wanted}: ${said.slice(0, 600)}`);
  }
}

/** Everything fails, by the library. */
export function failingMedium(site: Site): Medium {
  return { fail: () => site.faults.fail(1_000), mend: () => site.faults.calm() };
}

/** Whether this process may mount a file system of its own. */
function mayMount(folder: string): boolean {
  const point = join(folder, 'probe');
  mkdirSync(point, { recursive: true });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', point]).status !== 0) return false;
  spawnSync('umount', [point]);
  return true;
}

/** A file system in memory of a few MB; what else is on it takes the room that is left. */
class SmallDisk implements Medium {
  readonly #folder: string;
  readonly #sizeBytes: number;

  constructor(folder: string, sizeBytes: number) {
    this.#folder = folder;
    this.#sizeBytes = sizeBytes;
    mkdirSync(folder, { recursive: true });
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'none', folder]);
  }

  get #filler(): string {
    return join(this.#folder, 'filler');
  }

  fail(): void {
    for (let sizeBytes = this.#sizeBytes; sizeBytes >= 512; sizeBytes = Math.floor(sizeBytes / 2)) {
      try {
        writeFileSync(this.#filler, new Uint8Array(sizeBytes), { flag: 'a' });
      } catch {
        // As much as there was room for is written.
      }
    }
  }

  mend(): void {
    rmSync(this.#filler, { force: true });
  }

  readonly remove = (): void => {
    spawnSync('umount', [this.#folder]);
  };
}

/** A disk of its own where this process may mount one, else one whose files can not get longer. */
export function fullDisk(site: Site): Medium & { readonly remove: () => void } {
  const isMounted = site.random.chance(0.7) && mayMount(site.root);
  if (isMounted) return new SmallDisk(site.dataDir, 8 * 1024 * 1024);
  const { faults } = site;
  return { fail: () => faults.fill(true), mend: () => faults.calm(), remove: () => undefined };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
