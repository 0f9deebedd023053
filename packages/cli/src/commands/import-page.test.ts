import { deepEqual, equal, match } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { setAdminPassword } from '@kilowink/server/admin';
import { startServer } from '@kilowink/server/app';
import { loadConfig } from '@kilowink/server/config';
import { openSqliteStore, openSqliteStoreReadOnly } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const PASSWORD = 'correct horse';
const NAMES =
  'Identifiant PRM;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;Valeur;Nature;Pas';

/** A week by half hours of two meters, one of which injects, with a bad row and one that comes twice. */
function exportOfTwo(): string {
  const rows = (of: string, shift: number) =>
    Array.from({ length: 336 }, (_, index) => {
      const end = new Date(Date.UTC(2026, 0, 5) + (index + 1) * 1_800_000).toISOString().slice(0, 19);
      return `${of};${end};${200 + ((index * 37 + shift) % 900)};R;PT30M\n`;
    }).join('');
  const [house, flat] = ['30001234567890', '30009999994321'];
  const parts = [
    rows(`${house};PA;CONS;BRUT;W`, 0),
    rows(`${flat};PA;CONS;BRUT;W`, 5),
    rows(`${house};PA;PROD;BRUT;W`, 9),
  ];
  const odd = `${house};PA;CONS;BRUT;W;rubbish;1;R;PT30M\n${house};PA;CONS;BRUT;W;2026-01-05T00:30:00;7;R;PT30M\n`;
  return `${NAMES}\n${parts.join('')}${odd}`;
}

/** All that a folder's store holds, as it would be read. */
function heldIn(folder: string) {
  const store = openSqliteStoreReadOnly({ folder, clock: machineClock });
  try {
    return store.listSeries().map((series) => ({
      ...series,
      points: [...store.readPoints(series.id, 0, Date.UTC(2100, 0))].map((part) => ({
        starts: [...part.starts],
        durationsMs: [...part.durationsMs],
        values: [...part.values],
      })),
      readings: store.readReadings(series.id, 0, Date.UTC(2100, 0)),
    }));
  } finally {
    store.close();
  }
}

async function takeOverHttp(folder: string, name: string, content: string): Promise<void> {
  await setAdminPassword(folder, { password: PASSWORD, nowMs: 1 });
  const given = { dataDir: folder, port: 0, host: '127.0.0.1' };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: folder }, options });
  const store = openSqliteStore({ folder, clock: machineClock });
  const server = await startServer({ config, store, version: '0.0.0-test' });
  try {
    const session = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ password: PASSWORD }),
    });
    const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const query = new URLSearchParams({ name, write: 'true' });
    const answer = await fetch(`${server.url}/api/v1/imports?${query}`, {
      method: 'POST',
      headers: { cookie, connection: 'close' },
      body: content,
    });
    equal(answer.status, 200, await answer.text());
  } finally {
    await server.close();
  }
}

it('what a page gives to the server is stored as the command line stores it', async () => {
  using place = new Workplace();
  const content = exportOfTwo();
  writeFileSync(place.path('R63.csv'), content);
  const { exitCode, stderr } = await place.run('import', 'R63.csv', '-d', 'data', '--yes');
  equal(exitCode, 0, stderr);
  match(stderr, /expected a date, found "rubbish"/);
  await takeOverHttp(place.path('served'), 'R63.csv', content);
  const held = heldIn(place.path('served'));
  equal(held.length, 3);
  deepEqual(held, heldIn(place.data));
});
