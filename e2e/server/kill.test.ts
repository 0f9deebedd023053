// The server is killed with SIGKILL at random moments while reports come in, days are sealed and it starts.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { send, TestSensor } from '../lib/sensor.ts';
import { type ServerProcess, startServerProcess } from '../lib/server-process.ts';

const KILLS = 8;
const SENSORS = 3;

test('after any number of kills every acknowledged window is there once', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-kill-'));
  const seed = Math.floor(Math.random() * 2 ** 31);
  context.diagnostic(`seed ${seed}`);
  const sensors = Array.from(
    { length: SENSORS },
    (_, index) => new TestSensor(`127.0.0.${11 + index}`, seed + index),
  );
  // Each report is durable when it is answered, so that what was acknowledged is known exactly.
  const env = { KILOWINK_STORE_GROUP_MS: '0', KILOWINK_STORE_SEAL_AFTER_MS: '0' };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = await startServerProcess(['-d', folder], env);
    const dying = killLater(server, ((seed >>> (kill % 16)) % 900) + 20);
    await Promise.all(sensors.map((sensor) => reportUntilDead(sensor, server, kill)));
    await dying;
  }
  const server = await startServerProcess(['-d', folder], env);
  for (const [index, sensor] of sensors.entries()) {
    assert.ok(await sensor.report(server.port));
    const known = await seriesOf(server, `optical/${sensor.from}/00`);
    const path = `/api/v1/series/${known}/total?from=1970-01-01&to=2100-01-01`;
    const { energyWh } = (await (await fetch(server.url + path)).json()) as { energyWh: number };
    assert.equal(energyWh, sensor.acknowledgedWh, `sensor ${index}, ${sensor.acknowledgedWindows} windows`);
  }
  const health = (await (await fetch(`${server.url}/api/v1/health`)).json()) as { status: string };
  assert.equal(health.status, 'ok');
  await server.stop();
  const database = new DatabaseSync(join(folder, 'kilowink.db'), { readOnly: true });
  assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
  database.close();
  rmSync(folder, { recursive: true });
});

async function killLater(server: ServerProcess, afterMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await server.stop('SIGKILL');
}

/** Windows pass and reports go out, each of them twice, until no answer comes. */
async function reportUntilDead(sensor: TestSensor, server: ServerProcess, kill: number): Promise<void> {
  // A report that was not answered may be stored or not: the sensor's next one repeats its windows.
  if (kill > 0 && !(await sensor.report(server.port))) return;
  if (kill % 3 === 2) {
    sensor.reboot();
    await send(server.port, '/sensor/up', new Uint8Array(), sensor.from);
  }
  do {
    sensor.pass(3);
    await send(server.port, '/sensor/report', sensor.bytes(), sensor.from);
  } while (await sensor.report(server.port));
}

async function seriesOf(server: ServerProcess, source: string): Promise<number> {
  const { series } = (await (await fetch(`${server.url}/api/v1/series`)).json()) as {
    series: { id: number; source: string }[];
  };
  return series.find((known) => known.source === source)?.id ?? assert.fail(`${source} is known`);
}

test('at default settings a kill costs version 1 sensors nothing, although groups are minutes apart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-kill-'));
  const sensor = new TestSensor('127.0.0.31', 7);
  for (let kill = 0; kill < 3; kill += 1) {
    const server = await startServerProcess(['-d', folder]);
    if (kill === 1) {
      sensor.reboot();
      await send(server.port, '/sensor/up', new Uint8Array(), sensor.from);
    }
    // Far more windows than a report repeats.
    for (let report = 0; report < 20; report += 1) {
      sensor.pass(5);
      assert.ok(await sensor.report(server.port));
    }
    await server.stop('SIGKILL');
  }
  const server = await startServerProcess(['-d', folder]);
  const known = await seriesOf(server, `optical/${sensor.from}/00`);
  const path = `/api/v1/series/${known}/total?from=1970-01-01&to=2100-01-01`;
  const { energyWh } = (await (await fetch(server.url + path)).json()) as { energyWh: number };
  assert.equal(energyWh, sensor.acknowledgedWh);
  await server.stop();
  rmSync(folder, { recursive: true });
});
