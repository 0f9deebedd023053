// Kills of commands beside the server: an import, and a backup of a store that is written meanwhile.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBackup, unpackBackup } from '../../packages/cli/src/backup/read-backup.ts';
import { openSqliteStoreReadOnly } from '../../packages/store/src/index.ts';
import type { Faults } from './crash-faults.ts';
import { addSensors, endWell, QUICK_GROUPS, type Situation, talk } from './crash-ingest.ts';
import { drawKill, Life } from './crash-life.ts';
import type { CrashSensor } from './crash-sensor.ts';
import { machineClock, type Site, sumOf, windowsOf } from './crash-site.ts';

const FILE_DAYS = 2;
const ROWS = (FILE_DAYS * 86_400) / 5;
const WINDOW_MS = 5_000;
/** How often the server under the command lives on through the round. */
const SERVED = 0.5;

/** A server that stays through many rounds of a command beside it, and gets reports all the while. */
class Beside {
  readonly #site: Site;
  readonly #sensors: readonly CrashSensor[];
  #life: Life | null = null;
  #talking: Promise<unknown> = Promise.resolve();

  constructor(site: Site, sensors: readonly CrashSensor[]) {
    this.#site = site;
    this.#sensors = sensors;
  }

  async start(): Promise<void> {
    if (this.#life !== null) return;
    const life = this.#site.serve(QUICK_GROUPS);
    const port = await life.listening();
    if (port === null) return this.#site.tally.find(`no server: ${life.output.slice(0, 600)}`);
    this.#life = life;
    this.#talking = Promise.all(this.#sensors.map((sensor) => talk(this.#site, sensor, { life, port })));
  }

  async kill(): Promise<void> {
    if (this.#life === null) return;
    this.#life.child.kill('SIGKILL');
    await this.#site.killed(this.#life);
    await this.#talking;
    this.#life = null;
  }
}

/** `kilowink import`: what is there already is not added again, what is missing is. */
export class Imports implements Situation {
  readonly #site: Site;
  readonly #sensors: readonly CrashSensor[];
  readonly #beside: Beside;
  readonly #faults: Faults;
  #fileCount = 0;
  /** How many steps an import takes, as far as seen. */
  #steps = 30;

  constructor(site: Site) {
    this.#site = site;
    this.#sensors = addSensors(site, [60_000]);
    this.#beside = new Beside(site, this.#sensors);
    this.#faults = site.moreFaults('command');
  }

  /** A file is imported until nothing kills that any more: each kill comes later in it. */
  async round(): Promise<void> {
    const { random, tally } = this.#site;
    if (random.chance(SERVED)) await this.#beside.start();
    else await this.#beside.kill();
    this.#fileCount += 1;
    const seed = Math.floor(random.between(0, 1_000));
    const path = join(this.#site.root, `file-${this.#fileCount}.csv`);
    writeFileSync(path, fileOf(this.#fileCount, seed));
    const tries = 2 + Math.floor(random.between(0, 4));
    for (let kill = 0; kill < tries; kill += 1) {
      const life = this.#import(path);
      life.doom(drawKill(random, { msMax: 600, stepsMax: this.#steps }), 5_000);
      const code = await life.ended;
      if (code === null) tally.kills += 1;
      else if (code !== 0) tally.find(`import ended with ${code}: ${life.output.slice(0, 600)}`);
      this.#steps = Math.max(8, Math.min(400, Math.round(this.#steps * (code === null ? 1.1 : 0.8))));
      this.#lookAtFile(seed, { isWhole: code === 0 });
    }
    await this.#importWhole(path);
    this.#lookAtFile(seed, { isWhole: true });
    const again = await this.#importWhole(path);
    if (!again.includes('Nothing is new')) tally.find(`imported again: ${again.slice(0, 600)}`);
    this.#site.lookAt(this.#sensors);
    tally.acknowledged += ROWS;
  }

  async finish(): Promise<void> {
    await this.#beside.kill();
    this.#faults.close();
    await endWell(this.#site, this.#sensors, QUICK_GROUPS);
  }

  #import(path: string): Life {
    const args = ['import', path, '-d', this.#site.dataDir, '--zone', '+00:00', '--yes'];
    return new Life(args, { env: this.#site.env, faults: this.#faults });
  }

  async #importWhole(path: string): Promise<string> {
    const life = this.#import(path);
    if ((await life.ended) !== 0) this.#site.tally.find(`import failed: ${life.output.slice(0, 600)}`);
    return life.output;
  }

  #lookAtFile(seed: number, { isWhole }: { isWhole: boolean }): void {
    const { tally } = this.#site;
    const firstMs = firstMsOf(this.#fileCount);
    this.#site.look((store) => {
      const stored = windowsOf(store, `import/file-${this.#fileCount}`);
      const starts = new Set(stored.map(([startMs]) => startMs));
      const wrong = stored.filter(
        ([startMs, value]) => value !== countOf((startMs - firstMs) / WINDOW_MS, seed),
      ).length;
      const lost = isWhole ? ROWS - starts.size : 0;
      tally.compare(`file ${this.#fileCount}`, { lost, doubled: stored.length - starts.size, wrong });
    });
  }
}

function firstMsOf(file: number): number {
  return Date.UTC(2015, 0, 1) + file * FILE_DAYS * 86_400_000;
}

function countOf(row: number, seed: number): number {
  return (row * 7 + seed) % 11;
}

function fileOf(file: number, seed: number): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const date = new Date(firstMsOf(file) + row * WINDOW_MS).toISOString();
    return `${date.slice(0, 10)} ${date.slice(11, 19)},${countOf(row, seed)},4,1\n`;
  });
  return `date,pulses,reports,err\n${rows.join('')}`;
}

/** `kilowink backup`: the file is the old one or the new one, whole; whoever is killed, the command or the server under it. */
export class Backups implements Situation {
  readonly #site: Site;
  readonly #sensors: readonly CrashSensor[];
  readonly #beside: Beside;
  readonly #faults: Faults;
  readonly #folder: string;
  #steps = 60;
  /** What was acknowledged before the backup that the archive is of began. */
  #kept = 0;

  constructor(site: Site) {
    this.#site = site;
    this.#sensors = addSensors(site, [60_000, 5_000]);
    this.#beside = new Beside(site, this.#sensors);
    this.#faults = site.moreFaults('command');
    // Below the data folder, so that its steps are counted; named as nothing there is.
    this.#folder = join(site.dataDir, 'archives');
    mkdirSync(this.#folder, { recursive: true });
  }

  async round(): Promise<void> {
    const { random, tally, dataDir } = this.#site;
    await this.#beside.start();
    const path = join(this.#folder, 'archive.tar');
    if (random.chance(0.3)) {
      rmSync(path, { force: true });
      this.#kept = 0;
    }
    const before = existsSync(path);
    const acknowledged = sumOf(this.#sensors.map((sensor) => sensor.acknowledged));
    const life = new Life(['backup', path, '-d', dataDir, '--force'], {
      env: this.#site.env,
      faults: this.#faults,
    });
    const isServerKilled = random.chance(0.3);
    const plan = drawKill(random, { msMax: 500, stepsMax: this.#steps });
    if (isServerKilled) setTimeout(() => void this.#beside.kill(), random.between(100, 500));
    else life.doom(plan, 5_000);
    const code = await life.ended;
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (code === null) tally.kills += 1;
    else if (code !== 0) tally.find(`backup ended with ${code}: ${life.output.slice(0, 600)}`);
    this.#steps = Math.max(10, Math.min(400, Math.round(this.#steps * (code === null ? 1.1 : 0.8))));
    if (isServerKilled || random.chance(0.2)) await this.#beside.kill();
    if (code === 0) this.#kept = acknowledged;
    this.#lookAtArchive(path, { mustBe: before || code === 0 });
    this.#site.lookAt(this.#sensors);
  }

  async finish(): Promise<void> {
    await this.#beside.kill();
    this.#faults.close();
    await endWell(this.#site, this.#sensors, QUICK_GROUPS);
  }

  /** The archive unpacks, and holds at least what was acknowledged before it was begun, and nothing twice. */
  #lookAtArchive(path: string, { mustBe }: { mustBe: boolean }): void {
    const { tally, root } = this.#site;
    if (!existsSync(path)) {
      if (mustBe) tally.find('the archive that was there is gone');
      return;
    }
    const folder = mkdtempSync(join(root, 'unpacked-'));
    try {
      unpackBackup(openBackup(path), folder, () => undefined);
      const store = openSqliteStoreReadOnly({ folder, clock: machineClock });
      try {
        const windows = this.#sensors.map((sensor) => windowsOf(store, sensor.source));
        const held = sumOf(windows.map(({ length }) => length));
        for (const [index, sensor] of this.#sensors.entries()) {
          const { doubled, wrong } = sensor.compare(windows[index] ?? []);
          tally.compare('archive', { lost: 0, doubled, wrong });
        }
        if (held < this.#kept) tally.compare('archive', { lost: this.#kept - held, doubled: 0, wrong: 0 });
      } finally {
        store.close();
      }
      tally.acknowledged += 1;
    } catch (error) {
      tally.failedOpens += 1;
      tally.find(`archive: ${String(error)}; beside it ${readdirSync(this.#folder).join(' ')}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
