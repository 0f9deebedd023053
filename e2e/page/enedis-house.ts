// A house whose meter is known to the Wh, and whose sensor is wrong on some of its days; with the files that Enedis has of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setAdminPassword } from '../../packages/server/src/admin/index.ts';
import { startServer, systemClock } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import {
  atLocal,
  curveRows,
  type Drawn,
  house,
  preamble,
  serial,
  workbook,
  ZONE,
} from '../../packages/server/src/enedis/testing.ts';
import { openSqliteStore, openSqliteStoreReadOnly, type Store } from '../../packages/store/src/index.ts';

export const PASSWORD = 'correct horse battery';
const WINDOW_MS = 5_000;
const WINDOWS = 360;
const DAYS = 21;

/** Days since the first on which the sensor sees nine flashes in ten, and on which it was off from noon to six. */
export const MISSED_DAYS = [9, 10, 11];
export const GAP_DAY = 15;

/** A server with its page, for as long as a test needs it. */
export interface EnedisHouse {
  readonly url: string;
  readonly store: Store;
  /** What the meter counted, half hour by half hour. */
  readonly drawn: readonly Drawn[];
  /** The begin of a day since the first. */
  dayMs(day: number): number;
  stop(): Promise<void>;
}

/** Starts it, with three weeks behind it. A second instance beside it only shows. */
export async function startHouse(
  options: { isReadOnly?: boolean; withPassword?: boolean } = {},
): Promise<EnedisHouse> {
  const { isReadOnly = false, withPassword = true } = options;
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-enedis-'));
  if (withPassword) await setAdminPassword(folder, { password: PASSWORD, nowMs: 1 });
  const given = { dataDir: folder, port: 0, host: '127.0.0.1', 'site.name': 'Les Tilleuls' };
  const { config } = loadConfig({
    env: { XDG_CONFIG_HOME: folder },
    options: Object.fromEntries(Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }])),
  });
  const today = Temporal.Now.plainDateISO(ZONE);
  const midnight = (day: number) => `${today.add({ days: day - DAYS })}T00:00`;
  const drawn = house(midnight(0), midnight(DAYS));
  const days = Array.from({ length: DAYS + 1 }, (_, day) => atLocal(midnight(day)));
  const dayMs = (day: number) => days[day] ?? 0;
  const writable = openSqliteStore({ folder, clock: systemClock });
  addFlashes(writable, drawn, dayMs);
  if (isReadOnly) writable.close();
  const store = isReadOnly ? openSqliteStoreReadOnly({ folder, clock: systemClock }) : writable;
  const server = await startServer({ config, store, version: '0.0.0-test' });
  return {
    ...{ url: server.url, store: writable, drawn, dayMs },
    stop: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addFlashes(store: Store, drawn: readonly Drawn[], dayMs: (day: number) => number): void {
  const series = store.ensureSeries({
    source: 'optical/cellar',
    name: 'Cellar',
    quantity: 'energy',
    unit: 'Wh',
  });
  const isWithin = (atMs: number, day: number, [from, to]: readonly [number, number] = [0, 24]) =>
    atMs >= dayMs(day) + from * 3_600_000 && atMs < dayMs(day) + to * 3_600_000;
  const starts: number[] = [];
  const values: number[] = [];
  let [counted, seen] = [0, 0];
  let drawnWh = 0;
  for (const { startMs, powerW } of drawn) {
    for (let window = 0; window < WINDOWS; window += 1) {
      const atMs = startMs + window * WINDOW_MS;
      drawnWh += (powerW * WINDOW_MS) / 3_600_000;
      const flashes = Math.round(drawnWh) - counted;
      counted += flashes;
      if (isWithin(atMs, GAP_DAY, [12, 18])) continue;
      const isMissed = MISSED_DAYS.some((day) => isWithin(atMs, day));
      seen += flashes;
      starts.push(atMs);
      values.push(isMissed && flashes > 0 && seen % 10 === 0 ? flashes - 1 : flashes);
    }
  }
  store.addPoints(series, {
    starts: Float64Array.from(starts),
    durationsMs: new Float64Array(starts.length).fill(WINDOW_MS),
    values: Float64Array.from(values),
    reports: null,
    disagreements: null,
  });
  store.flush();
}

/** The hourly workbook of the customers' page. */
export function workbookOf(drawn: readonly Drawn[]): Buffer {
  const rows = drawn.map(({ startMs, endMs, powerW }) => [
    { date: serial(startMs) },
    { date: serial(endMs) },
    powerW / 1_000,
  ]);
  return workbook([
    { name: 'Export Consommation Horaire', rows: [['Début', 'Fin', 'Valeur (en kW)'], ...rows] },
  ]);
}

/** The file of before 2025, with a line that says nothing. */
export function csvOf(drawn: readonly Drawn[]): Buffer {
  return Buffer.from(`${preamble()}Horodate;Valeur\n${curveRows(drawn)}rubbish;1\n`);
}
