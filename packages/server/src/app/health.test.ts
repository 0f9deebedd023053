import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HEALTH_SOURCES_DEFAULT, type HealthInfo, healthInfo } from '@kilowink/api';
import { encodeReportV1 } from '@kilowink/core/report';
import { MINUTE_MS } from '@kilowink/core/time';
import { openSqliteStore } from '@kilowink/store';
import { loadConfig } from '../config/index.ts';
import { type RunningServer, startServer } from './server.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-health-'));
const running: RunningServer[] = [];
after(async () => {
  for (const server of running) await server.close();
  rmSync(root, { recursive: true });
});

const HOMES = 30;
const nameOf = (home: number) => `Étage ${String(home).padStart(2, '0')}`;

/** A server whose clock is set by hand, and a way for homes to report: each is a type of sensor at one address. */
async function start() {
  const times = { nowMs: Date.UTC(2026, 4, 1) };
  const clock = { wallMs: () => times.nowMs, monotonicMs: () => times.nowMs };
  const folder = mkdtempSync(join(root, 'data-'));
  const sensors = Array.from({ length: HOMES }, (_, home) => ({
    ...{ id: `home-${home}`, name: nameOf(home), address: '127.0.0.1', type: home },
  }));
  const given = { dataDir: folder, port: 0, host: '127.0.0.1', sensors };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: root }, options });
  const store = openSqliteStore({ folder, clock, groupMs: config.store.groupMs });
  const server = await startServer({ config, store, version: '0.0.0-test', clock });
  running.push(server);
  const report = async (home: number, counts: number[]) => {
    const uptimeS = 1_000 + (times.nowMs % 1e7) / 1_000;
    const body = encodeReportV1({ sensorType: home, uptimeS: Math.floor(uptimeS), counts });
    const answer = await fetch(`${server.url}/sensor/report`, { method: 'POST', body: body.slice() });
    assert.equal(await answer.text(), 'ok');
  };
  const health = async (query = ''): Promise<HealthInfo> =>
    healthInfo.parse(await (await fetch(`${server.url}/api/v1/health${query}`)).json());
  return { server, times, report, health };
}

function namesOf({ sources }: HealthInfo): string[] {
  return sources.map(({ name }) => name);
}

test('of many sensors those that are silent longest are told, and all of them together', async () => {
  const { server, times, report, health } = await start();
  // The last ones reported first.
  for (let home = HOMES - 1; home >= 0; home -= 1) {
    await report(home, [1, 2, 3]);
    times.nowMs += 1_000;
  }
  const all = Array.from({ length: HOMES }, (_, home) => nameOf(home));
  assert.deepEqual(namesOf(await health('?sources=all')), all.toReversed(), 'as they came');
  times.nowMs += 15 * MINUTE_MS;
  for (const home of [3, 29]) await report(home, [4]);
  const silent = all.filter((_, home) => home !== 3 && home !== 29).toReversed();
  const told = await health();
  assert.deepEqual(namesOf(told), silent.slice(0, HEALTH_SOURCES_DEFAULT));
  const { count, matching, silent: silentCount, reports, windowsNew, oldestReportMs } = told.sourceTotals;
  assert.deepEqual(
    { count, matching, silentCount, reports, windowsNew },
    {
      ...{ count: HOMES, matching: HOMES, silentCount: HOMES - 2 },
      ...{ reports: HOMES + 2, windowsNew: 3 * HOMES + 2 },
    },
  );
  assert.equal(oldestReportMs, told.sources[0]?.lastReportMs);
  assert.deepEqual(namesOf(await health('?sources=29')), [...silent, nameOf(29)]);
  assert.deepEqual(namesOf(await health('?sources=30')), all.toReversed(), 'all of them, as always');
  assert.deepEqual(namesOf(await health('?sources=0')), []);
  const found = await health('?match=home-1%20ETAGE&sources=3');
  assert.deepEqual(namesOf(found), [nameOf(19), nameOf(18), nameOf(17)]);
  assert.deepEqual([found.sourceTotals.matching, found.sourceTotals.count], [11, HOMES]);
  const refused = await fetch(`${server.url}/api/v1/health?sources=some`);
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /sources: expected a number, or all/);
});
