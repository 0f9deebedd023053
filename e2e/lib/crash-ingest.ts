// Kills while reports come in: signed ones with a backlog, also while days are sealed.

import { parseHex } from '../../packages/core/src/bytes/index.ts';
import { addKey } from '../../packages/server/src/keys/index.ts';
import { drawKill, type Life } from './crash-life.ts';
import { CrashSensor } from './crash-sensor.ts';
import { type Site, sumOf } from './crash-site.ts';

/** One thing the server does while it is killed. */
export interface Situation {
  /** A life that ends by a kill, and the look at what it left. */
  round(): Promise<void>;
  /** What was not stored goes in, the server ends as it should, and everything is there once. */
  finish(): Promise<void>;
}

/** Writes go to the file this often, so that a short life has many groups. */
export const QUICK_GROUPS = { KILOWINK_STORE_GROUP_MS: '25' };
const LIFE_MS_MAX = 250;
const STEPS_MAX = 60;
/** After so many rounds a day is over. */
const ROUNDS_TO_SEAL = 5;
/** Some kills come before the server listens. */
const EARLY = 0.2;

/** Sensors with keys in the folder of a site. */
export function addSensors(site: Site, windowsMs: readonly number[]): CrashSensor[] {
  return windowsMs.map((windowMs, index) => {
    const id = (0x00112233aabbcc00n + BigInt(index)).toString(16).padStart(16, '0');
    const key = parseHex(addKey(site.dataDir, { id }, Date.now()));
    const seed = Math.floor(site.random.between(0, 2 ** 31));
    return new CrashSensor({ id, key: key ?? new Uint8Array(16), windowMs, seed });
  });
}

/** Signed reports with a backlog; with `seals`, days are sealed all the while. */
export class NumberedReports implements Situation {
  readonly #site: Site;
  readonly #sensors: readonly CrashSensor[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #isSealing: boolean;
  #rounds = 0;

  constructor(site: Site, { seals }: { seals: boolean }) {
    this.#site = site;
    this.#isSealing = seals;
    this.#sensors = addSensors(site, seals ? [60_000, 20_000] : [5_000, 60_000]);
    this.#env = seals ? sealingSettings() : QUICK_GROUPS;
  }

  async round(): Promise<void> {
    const { random } = this.#site;
    this.#rounds += 1;
    const life = this.#site.serve(this.#env);
    if (random.chance(EARLY)) life.doom(drawKill(random, { msMax: 250, stepsMax: 40 }), 600);
    const port = await life.listening();
    if (port !== null) {
      if (!life.isGone) life.doom(drawKill(random, { msMax: LIFE_MS_MAX, stepsMax: STEPS_MAX }));
      await Promise.all(this.#sensors.map((sensor) => talk(this.#site, sensor, { life, port })));
    }
    await this.#site.killed(life);
    this.#site.lookAt(this.#sensors);
  }

  async finish(): Promise<void> {
    await endWell(this.#site, this.#sensors, this.#env);
    if (!this.#isSealing || this.#rounds < ROUNDS_TO_SEAL) return;
    this.#site.look((store) => {
      if (store.health().blockCount === 0) this.#site.tally.find('no day was sealed: nothing was tried');
    });
  }
}

/** A minute's work comes twenty times a second, and a day may be sealed as soon as it is over. */
export function sealingSettings(): Record<string, string> {
  const timers = new URL('crash-timers.ts', import.meta.url).href;
  return { ...QUICK_GROUPS, KILOWINK_STORE_SEAL_AFTER_MS: '0', NODE_OPTIONS: `--import=${timers}` };
}

/** Windows pass and reports go out until no answer comes. */
export async function talk(
  { random }: Site,
  sensor: CrashSensor,
  { life, port }: { life: Life; port: number },
): Promise<void> {
  if (random.chance(0.1)) sensor.reboot();
  do {
    sensor.pass(Math.floor(random.chance(0.3) ? random.between(100, 900) : random.between(1, 30)));
    if (!(await sensor.report(port))) return;
    // A sensor waits for its next window, so that groups and sealing come in between.
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 12)));
  } while (!life.isGone);
}

/** The server starts once more, gets everything, ends by itself, and everything is there. */
export async function endWell(
  site: Site,
  sensors: readonly CrashSensor[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const life = site.serve(env);
  const port = await life.listening();
  if (port === null) {
    site.tally.failedOpens += 1;
    return site.tally.find(`the server does not start: ${life.output.slice(0, 600)}`);
  }
  for (const sensor of sensors)
    if (!(await sensor.drain(port))) site.tally.find(`${sensor.source} was not acknowledged everything`);
  const health = (await (await fetch(`http://127.0.0.1:${port}/api/v1/health`)).json()) as {
    status: string;
  };
  if (health.status !== 'ok') site.tally.find(`health is ${JSON.stringify(health)}`);
  life.child.kill('SIGTERM');
  if ((await life.ended) !== 0) site.tally.find(`the server ended badly: ${life.output.slice(0, 600)}`);
  site.lookAt(sensors, { isAll: true });
  site.tally.acknowledged += sumOf(sensors.map((sensor) => sensor.acknowledged));
}
