// Simulated meters before a real server, a Linky on a pseudo terminal and gateways over two brokers, all of which are killed
// in between; afterwards what the simulators say of their meters beside what the store has.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MemberTruth } from '../../packages/cli/src/sim-winky/fleet.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';
import { freePort } from '../../tools/lib/free-port.ts';
import type { FastServerOptions } from './fast-server.ts';
import { Mosquitto } from './mosquitto.ts';
import { MAIN } from './server-process.ts';

export interface ShowOptions {
  /** An empty one. */
  readonly folder: string;
  /** Gateways at each of the two brokers. */
  readonly gateways: number;
  readonly speed: number;
  /** Of the meters' time. */
  readonly minutes: number;
  readonly log?: (line: string) => void;
}

/** One index of one meter. */
export interface ShownIndex {
  readonly meter: string;
  /** A register's label, `total` or `injected`. */
  readonly label: string;
  /** What the simulated meter showed at first and at last. */
  readonly firstWh: number;
  readonly lastWh: number;
  /** The latest index the server knows; null where it has none. */
  readonly latestWh: number | null;
  /** The sum of the energy in the store, as it was measured. */
  readonly storedWh: number | null;
  /** Corrections that the server made by itself: what seems to be more than the meter allows. */
  readonly corrections: number;
}

export interface ShowResult {
  readonly indexes: readonly ShownIndex[];
  /** Acknowledged, and not. */
  readonly messages: number;
  readonly failed: number;
  readonly frames: number;
  readonly kills: number;
}

/**
 * An index is exact when its energy is what it rose by, and its latest value the meter's own. A server tells the latest
 * only of meters that it has heard since it was started.
 */
export function isExact({ firstWh, lastWh, latestWh, storedWh }: ShownIndex): boolean {
  return storedWh === lastWh - firstWh && (latestWh === null || latestWh === lastWh);
}

const MINUTE_MS = 60_000;
const ALWAYS = [0, 4e12] as const;
const NOT_STORED = { storedWh: null, corrections: 0 };
/** A winter's day shortly before noon: off-peak hours are about to begin, and a roof gives more than the house draws. */
const START_MS = Date.UTC(2026, 0, 14, 11, 27);

export async function runShow(options: ShowOptions): Promise<ShowResult> {
  const show = new Show(options, await Mosquitto.start(options.folder), await freePort());
  try {
    return await show.run();
  } finally {
    await show.close();
  }
}

class Show {
  readonly #options: ShowOptions;
  readonly #mosquitto: Mosquitto;
  readonly #brokerPort: number;
  /** When the meters begin, by this machine's clock. */
  #zeroMs: number | null = null;
  readonly #data: string;
  readonly #children = new Set<ChildProcess>();
  #server: { readonly child: ChildProcess; readonly url: string } | null = null;
  #kills = 0;

  constructor(options: ShowOptions, mosquitto: Mosquitto, brokerPort: number) {
    this.#options = options;
    this.#mosquitto = mosquitto;
    this.#brokerPort = brokerPort;
    this.#data = join(options.folder, 'data');
    mkdirSync(this.#data);
  }

  async run(): Promise<ShowResult> {
    const { minutes } = this.#options;
    await this.#agreeOnTime();
    const linky = this.#startLinky();
    const fleets = [
      this.#startFleet('mosquitto', this.#mosquitto.url),
      this.#startFleet('embedded', `mqtt://127.0.0.1:${this.#brokerPort}`),
    ];
    await this.#passUntil(0.2 * minutes);
    await this.#killMosquitto(2);
    await this.#passUntil(0.45 * minutes);
    await this.#killServer();
    await this.#passUntil(0.7 * minutes);
    await Promise.all([this.#killMosquitto(1), this.#killServer()]);
    const told = await linky;
    const truths = (await Promise.all(fleets)).flat();
    const known = [...truths.flatMap(indexesOfGateway), ...(await this.#indexesOfLinky(told.said))];
    await this.#settle(known);
    const latest = await this.#latest();
    // What is pending is stored when the server stops.
    await this.#stopServer('SIGTERM');
    const stored = this.#stored();
    const indexes = known.map((index) => {
      const key = `${index.meter} ${index.label}`;
      return { ...index, latestWh: latest.get(key) ?? null, ...(stored.get(key) ?? NOT_STORED) };
    });
    const messages = truths.reduce((sum, each) => sum + each.stored, 0);
    const failed = truths.reduce((sum, each) => sum + each.failed, 0);
    return { indexes, messages, failed, frames: told.frames, kills: this.#kills };
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#mosquitto.stop('SIGKILL');
  }

  /** The simulators take about as long to start as the server does. */
  async #agreeOnTime(): Promise<void> {
    const startedMs = performance.now();
    await this.#startServer();
    this.#zeroMs = Math.round(Date.now() + 1_000 + 1.5 * (performance.now() - startedMs));
    this.#server?.child.send({ zeroMs: this.#zeroMs });
  }

  async #startLinky(): Promise<{ frames: number; said: string }> {
    const kind = [
      '--mode',
      'standard',
      '--phases',
      '3',
      '--contract',
      'tempo',
      '--producer',
      '--roof',
      '9000',
    ];
    const link = ['--link', join(this.#options.folder, 'linky')];
    const said = await this.#simulate('tic', [...kind, ...link]);
    return { frames: Number(/([\d ,]+) frames/.exec(said)?.[1]?.replace(/\D/g, '')), said };
  }

  async #startFleet(name: string, url: string): Promise<MemberTruth[]> {
    const truth = join(this.#options.folder, `${name}.json`);
    const fleet = [
      '--to',
      url,
      '--name',
      name,
      '--count',
      String(this.#options.gateways),
      '--mixed',
      '--charged',
    ];
    await this.#simulate('winky', [...fleet, '--truth', truth]);
    return JSON.parse(readFileSync(truth, 'utf8'));
  }

  /** Runs a simulator to its end; returns what it said. */
  async #simulate(kind: string, args: readonly string[]): Promise<string> {
    const { speed, minutes, log } = this.#options;
    const time = ['--speed', String(speed), '--duration', String(minutes * 60)];
    const zero = ['--start', new Date(START_MS), '--zero', new Date(this.#zeroMs ?? 0)].map((each) =>
      each instanceof Date ? each.toISOString() : each,
    );
    const child = spawn(process.execPath, [MAIN, 'sim', kind, ...args, ...time, ...zero]);
    this.#children.add(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        said += data;
      });
    }
    const [code] = await once(child, 'close');
    this.#children.delete(child);
    log?.(`sim ${kind}: ${said.trim().split('\n').at(-1)}`);
    if (code !== 0) throw new RangeError(`sim ${kind} ended with ${code}: ${said}`);
    return said;
  }

  async #startServer(): Promise<void> {
    const { folder, speed } = this.#options;
    const broker = { enabled: true, host: '127.0.0.1', port: this.#brokerPort };
    const tic = [{ id: 'linky', name: 'Linky', path: join(folder, 'linky') }];
    const settings = { mqtt: { url: this.#mosquitto.url, broker }, tic };
    const given: FastServerOptions = {
      folder: this.#data,
      speed,
      startMs: START_MS,
      zeroMs: this.#zeroMs,
      settings,
    };
    const child = fork(join(import.meta.dirname, 'fast-server.ts'), [JSON.stringify(given)]);
    this.#children.add(child);
    const ended = once(child, 'exit').then(([code]): never => {
      throw new RangeError(`the server ended with ${code}`);
    });
    ended.catch(() => {});
    const [{ url }] = await Promise.race([once(child, 'message'), ended]);
    this.#server = { child, url };
  }

  async #stopServer(signal: NodeJS.Signals): Promise<void> {
    const { child } = this.#server ?? {};
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    this.#children.delete(child);
  }

  async #killServer(): Promise<void> {
    this.#note('the server is killed');
    await this.#stopServer('SIGKILL');
    await this.#startServer();
    this.#note('the server is back');
  }

  async #killMosquitto(minutes: number): Promise<void> {
    this.#note('Mosquitto is killed');
    await this.#mosquitto.stop('SIGKILL');
    await this.#pass(minutes * MINUTE_MS);
    await this.#mosquitto.start();
    this.#note('Mosquitto is back');
  }

  #note(what: string): void {
    if (what.endsWith('killed')) this.#kills += 1;
    this.#options.log?.(`minute ${(this.#passedMs / MINUTE_MS).toFixed(1)}: ${what}`);
  }

  #passUntil(minute: number): Promise<void> {
    return this.#pass(Math.max(0, minute * MINUTE_MS - this.#passedMs));
  }

  get #passedMs(): number {
    return (Date.now() - (this.#zeroMs ?? Date.now())) * this.#options.speed;
  }

  /** Lets so much of the meters' time pass. */
  async #pass(durationMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, durationMs / this.#options.speed));
  }

  /** The last messages are on their way. */
  async #settle(known: readonly Pick<ShownIndex, 'meter' | 'label' | 'lastWh'>[]): Promise<void> {
    const untilMs = performance.now() + 10_000;
    while (performance.now() < untilMs) {
      const latest = await this.#latest();
      if (known.every(({ meter, label, lastWh }) => latest.get(`${meter} ${label}`) === lastWh)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #get(path: string): Promise<unknown> {
    return (await fetch(`${this.#server?.url}/api/v1${path}`)).json();
  }

  /** The latest indexes, by meter and label. */
  async #latest(): Promise<Map<string, number>> {
    const { meters } = (await this.#get('/meters')) as { meters: MeterAnswer[] };
    return new Map(
      meters.flatMap(({ id, indexes, totalIndexWh, injectedIndexWh }) =>
        [
          ...indexes.map(({ label, indexWh }) => [`${id} ${label}`, indexWh] as const),
          [`${id} total`, totalIndexWh] as const,
          [`${id} injected`, injectedIndexWh] as const,
        ].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])),
      ),
    );
  }

  /** What the file has, without what the server shows of it. */
  #stored(): Map<string, { storedWh: number; corrections: number }> {
    const clock = { wallMs: () => START_MS, monotonicMs: () => 0 };
    const store = openSqliteStore({ folder: this.#data, clock });
    try {
      return new Map(
        store
          .listSeries()
          .filter(isEnergy)
          .map((series) => {
            const { sum: storedWh } = store.readTotal(series.id, ...ALWAYS);
            return [keyOf(series), { storedWh, corrections: store.listCorrections(series.id).length }];
          }),
      );
    } finally {
      store.close();
    }
  }

  /** Its first frame may have gone by before the server listened: what its indexes showed first is what the server says. */
  async #indexesOfLinky(said: string): Promise<TrueIndex[]> {
    const first = new Map<string, number>();
    const { series } = (await this.#get('/series')) as { series: SeriesAnswer[] };
    for (const each of series.filter(isEnergy)) {
      const [meter, label = ''] = keyOf(each).split(' ');
      if (meter !== 'linky') continue;
      const { readings } = (await this.#get(`/series/${each.id}/readings?from=1970-01-01&to=2100-01-01`)) as {
        readings: { indexWh: number }[];
      };
      first.set(label, readings[0]?.indexWh ?? 0);
    }
    const last = ['total', 'injected'].map((label) => ({
      label,
      lastWh: Number(new RegExp(`${label} (\\d+)`).exec(said)?.[1]),
    }));
    return last.map((index) => ({ meter: 'linky', firstWh: first.get(index.label) ?? 0, ...index }));
  }
}

interface MeterAnswer {
  readonly id: string;
  readonly indexes: readonly { readonly label: string; readonly indexWh: number }[];
  readonly totalIndexWh: number | null;
  readonly injectedIndexWh: number | null;
}

interface SeriesAnswer {
  readonly id: number;
  readonly source: string;
  readonly quantity: string;
}

const isEnergy = ({ source, quantity }: Omit<SeriesAnswer, 'id'>) =>
  source.startsWith('tic/') && (quantity === 'energy' || quantity === 'injectedEnergy');

/** Meter and label. */
function keyOf({ source, quantity }: Omit<SeriesAnswer, 'id'>): string {
  const [, meter = '', label = quantity === 'energy' ? 'total' : 'injected'] = source.split('/');
  return `${meter} ${label}`;
}

type TrueIndex = Pick<ShownIndex, 'meter' | 'label' | 'firstWh' | 'lastWh'>;

/** Registers of the supplier in both modes; the total is their sum in historique, and EAST in standard. */
const REGISTER = /^(BASE|HC..|EJPH.+|BBR.+|EASF\d\d)$/;

/** The indexes a gateway told of first and last. One that never counted is none. */
function indexesOfGateway({ sensor, firstGroups, lastGroups }: MemberTruth): TrueIndex[] {
  const labels = Object.keys(lastGroups).filter((label) => REGISTER.test(label));
  const of = (groups: MemberTruth['firstGroups'], label: string) => Number(groups[label]);
  const registers = labels.map((label) => ({
    ...{ meter: sensor, label },
    ...{ firstWh: of(firstGroups, label), lastWh: of(lastGroups, label) },
  }));
  const sum = (key: 'firstWh' | 'lastWh') => registers.reduce((all, each) => all + each[key], 0);
  const total = { meter: sensor, label: 'total', firstWh: sum('firstWh'), lastWh: sum('lastWh') };
  const isKnown = ({ label, lastWh }: TrueIndex) => lastWh > 0 || !label.startsWith('EASF');
  return [...registers.filter(isKnown), total];
}
