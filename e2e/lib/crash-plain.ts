// Kills while version 1 sensors report at default settings: answered at once, though groups are minutes apart.

import type { Situation } from './crash-ingest.ts';
import { drawKill } from './crash-life.ts';
import { type Site, sumOf, windowsOf } from './crash-site.ts';
import { send, TestSensor } from './sensor.ts';

/** Windows in a report of version 1. */
const REPORTED = 10;
/** Some kills come before the server listens. */
const EARLY = 0.2;
/** Sensors that report at the same time. */
const LANES = 2;
/** How much faster than real time both sensors and server live where their times fit. */
const SPEED = 200;
const WINDOW_MS = 5_000 / SPEED;
/** A report is due after so many windows. */
const WINDOWS_PER_REPORT = 3;

/** How time passes for the sensors: as fast as they are asked to, or as for the server. */
export type Pace = 'quick' | 'fitting';

const LIVES: Readonly<Record<Pace, { lifeMsMax: number; newSensor: number; rest: number }>> = {
  // Which sensor goes on is drawn after each report in fifty.
  quick: { lifeMsMax: 250, newSensor: 0.4, rest: 0.02 },
  fitting: { lifeMsMax: 1_200, newSensor: 0.1, rest: 0.12 },
};

/** A sensor, and what it was not answered yet: that comes again before anything else. */
interface Talker {
  readonly sensor: TestSensor;
  owes: 'up' | 'report' | null;
  /** When its first window began. */
  fromMs: number;
  /** Windows since then. */
  windows: number;
}

export class PlainReports implements Situation {
  readonly #site: Site;
  readonly #pace: Pace;
  readonly #env: Readonly<Record<string, string>>;
  readonly #lanes: readonly Talker[][] = Array.from({ length: LANES }, () => []);
  #count = 0;

  constructor(site: Site, { pace }: { pace: Pace }) {
    this.#site = site;
    this.#pace = pace;
    this.#env = pace === 'fitting' ? quickClock() : {};
  }

  async round(): Promise<void> {
    const { random } = this.#site;
    const life = this.#site.serve(this.#env);
    if (random.chance(EARLY)) life.doom(drawKill(random, { msMax: 250, stepsMax: 40 }), 600);
    const port = await life.listening();
    if (port !== null) {
      const { lifeMsMax } = LIVES[this.#pace];
      // Steps are few here: the first report of a boot makes some, the others none.
      const isStep = random.chance(0.3);
      if (!life.isGone)
        life.doom(
          isStep
            ? drawKill(random, { msMax: lifeMsMax, stepsMax: 30 })
            : { afterMs: random.between(0, lifeMsMax) },
          lifeMsMax,
        );
      await Promise.all(this.#lanes.map((lane) => this.#talk(lane, port)));
    }
    await this.#site.killed(life);
    this.#site.look();
  }

  async finish(): Promise<void> {
    const { tally } = this.#site;
    const life = this.#site.serve(this.#env);
    const port = await life.listening();
    if (port === null) {
      tally.failedOpens += 1;
      return tally.find(`the server does not start: ${life.output.slice(0, 600)}`);
    }
    const talkers = this.#lanes.flat();
    for (const talker of talkers) await this.#settle(talker, port);
    life.child.kill('SIGTERM');
    if ((await life.ended) !== 0) tally.find(`the server ended badly: ${life.output.slice(0, 600)}`);
    this.#site.look((store) => {
      for (const { sensor } of talkers) {
        const stored = windowsOf(store, `optical/${sensor.from}/00`);
        const isExact = sumOf(stored.map(([, value]) => value)) === sensor.acknowledgedWh;
        const difference = stored.length - sensor.acknowledgedWindows;
        tally.compare(sensor.from, {
          lost: Math.max(0, -difference),
          doubled: Math.max(0, difference),
          wrong: difference === 0 && !isExact ? 1 : 0,
        });
        tally.acknowledged += sensor.acknowledgedWindows;
      }
    });
  }

  /** One sensor after another, each for some reports, until no answer comes. */
  async #talk(lane: Talker[], port: number): Promise<void> {
    const { random } = this.#site;
    for (const talker of lane) if (!(await this.#settle(talker, port))) return;
    for (;;) {
      const talker = this.#next(lane);
      do {
        if (!(await this.#report(talker, port))) return;
      } while (!random.chance(LIVES[this.#pace].rest));
    }
  }

  /** A new sensor, one that boots again, or one that goes on. */
  #next(lane: Talker[]): Talker {
    const { random } = this.#site;
    const isNew = lane.length === 0 || random.chance(LIVES[this.#pace].newSensor);
    const known = lane[Math.floor(random.between(0, lane.length))];
    const talker = isNew || known === undefined ? this.#new(lane) : known;
    if (talker !== known || random.chance(0.6)) {
      talker.sensor.reboot();
      talker.owes = 'up';
    }
    return talker;
  }

  async #report(talker: Talker, port: number): Promise<boolean> {
    if (!(await this.#settle(talker, port))) return false;
    await this.#pass(talker);
    talker.owes = 'report';
    return this.#settle(talker, port);
  }

  /** Windows go by: far more in all than a report repeats. The first report is full where time does not matter. */
  async #pass(talker: Talker): Promise<void> {
    const { sensor, windows, fromMs } = talker;
    if (this.#pace === 'quick') {
      const more = Math.floor(this.#site.random.between(1, REPORTED / 2 + 1));
      talker.windows += windows === 0 ? REPORTED : more;
    } else {
      const due = () => Math.floor((performance.now() - fromMs) / WINDOW_MS);
      while (due() < windows + WINDOWS_PER_REPORT)
        await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
      talker.windows = due();
    }
    sensor.pass(talker.windows - windows);
  }

  /** Sends what was not answered, if anything; false without an answer. */
  async #settle(talker: Talker, port: number): Promise<boolean> {
    const { sensor, owes } = talker;
    if (owes === 'report' && !(await sensor.report(port))) return false;
    if (owes === 'up') {
      if ((await send(port, '/sensor/up', new Uint8Array(), sensor.from)) === null) return false;
      // A sensor measures from the answer on.
      talker.fromMs = performance.now();
      talker.windows = 0;
    }
    talker.owes = null;
    return true;
  }

  #new(lane: Talker[]): Talker {
    const count = this.#count;
    this.#count += 1;
    const seed = Math.floor(this.#site.random.between(0, 2 ** 31));
    const sensor = new TestSensor(`127.0.${1 + Math.floor(count / 250)}.${1 + (count % 250)}`, seed);
    const talker: Talker = { sensor, owes: null, fromMs: 0, windows: 0 };
    lane.push(talker);
    return talker;
  }
}

/** Clocks that run faster from now on, in whichever process. */
function quickClock(): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${new URL('crash-clock.ts', import.meta.url).href}`,
    CRASH_SPEED: String(SPEED),
    CRASH_WALL_ZERO: String(Date.now()),
    CRASH_HR_ZERO: String(process.hrtime.bigint()),
  };
}
