// Kills while a store of an older schema is brought up to date, and at the very first start of all.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS, SCHEMA_VERSION } from '../../packages/store/src/migrations/index.ts';
import { APPLICATION_ID } from '../../packages/store/src/sqlite/schema.ts';
import type { Situation } from './crash-ingest.ts';
import { drawKill } from './crash-life.ts';
import { type Site, windowsOf } from './crash-site.ts';

const WINDOWS = 3_000;
const WINDOW_MS = 5_000;
const START_MS = Date.UTC(2026, 2, 1, 18);
const KILLS_MAX = 4;

/** A store of schema 0 (none) to the last but one is opened, killed on the way a few times, and opened for good. */
export class Upgrades implements Situation {
  readonly #site: Site;
  #steps = 30;

  constructor(site: Site) {
    this.#site = site;
  }

  async round(): Promise<void> {
    const { random, tally, dataDir } = this.#site;
    rmSync(dataDir, { recursive: true, force: true });
    const schema = random.chance(0.3) ? 0 : 1 + Math.floor(random.between(0, SCHEMA_VERSION - 1));
    if (schema > 0) makeStore(this.#site, schema);
    const kills = 1 + Math.floor(random.between(0, KILLS_MAX));
    for (let kill = 0; kill < kills; kill += 1) {
      const life = this.#site.serve();
      life.doom(drawKill(random, { msMax: 300, stepsMax: this.#steps }), 700);
      await this.#site.killed(life);
      this.#steps = Math.max(20, Math.min(120, this.#site.faults.steps + 10));
      this.#site.look();
    }
    const life = this.#site.serve();
    const port = await life.listening();
    if (port === null) {
      tally.failedOpens += 1;
      tally.find(`schema ${schema} does not open after ${kills} kills: ${life.output.slice(0, 600)}`);
      return;
    }
    const health = (await (await fetch(`http://127.0.0.1:${port}/api/v1/health`)).json()) as {
      status: string;
    };
    if (health.status !== 'ok') tally.find(`schema ${schema}: health is ${JSON.stringify(health)}`);
    life.doom({ afterMs: 0 });
    await this.#site.killed(life);
    if (schema > 0) this.#lookAtWindows(schema);
    else this.#site.look();
  }

  /** Each round ends with the store opened for good. */
  async finish(): Promise<void> {}

  #lookAtWindows(schema: number): void {
    const { tally } = this.#site;
    this.#site.look((store) => {
      const stored = windowsOf(store, 'optical/old');
      const numbers = new Map(
        stored.map(([startMs, value]) => [(startMs - START_MS) / WINDOW_MS, value] as const),
      );
      let lost = 0;
      let wrong = 0;
      for (let number = 0; number < WINDOWS; number += 1) {
        const value = numbers.get(number);
        if (value === undefined) lost += 1;
        else if (value !== number % 7) wrong += 1;
      }
      tally.compare(`schema ${schema}`, { lost, doubled: stored.length - numbers.size, wrong });
      if (store.sourceState('optical/old') !== '{"kept":true}')
        tally.find(`schema ${schema}: the state is gone`);
      tally.acknowledged += WINDOWS;
    });
  }
}

/** A store as the program of that schema left it: rows of hot windows, in two parts of the file. */
function makeStore(site: Site, schema: number): void {
  mkdirSync(site.dataDir, { recursive: true });
  const database = new DatabaseSync(join(site.dataDir, 'kilowink.db'));
  database.exec('PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; BEGIN');
  for (const { version, sql } of MIGRATIONS) if (version <= schema) database.exec(sql);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${schema}`);
  database.exec("INSERT INTO series VALUES (1, 'optical/old', 'energy', 'Wh', 'Old', 5000)");
  const timeline = JSON.stringify([{ fromNumber: 0, startMs: START_MS, intervalMs: WINDOW_MS }]);
  database.prepare('INSERT INTO run (id, series, timeline) VALUES (1, 1, ?)').run(timeline);
  database.exec(`INSERT INTO source_state VALUES ('optical/old', '{"kept":true}')`);
  const insert = database.prepare(
    'INSERT INTO hot_window (run, number, value, reports, disagreements, seq) VALUES (1, ?, ?, 3, 0, ?)',
  );
  for (let number = 0; number < WINDOWS; number += 1) insert.run(number, number % 7, number + 1);
  database.exec('COMMIT');
  database.close();
}
