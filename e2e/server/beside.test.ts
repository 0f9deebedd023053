// Several processes on one data folder: the server, a read-only one beside it, an import, a second server.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { send, TestSensor } from '../lib/sensor.ts';
import { runKilowink, type ServerProcess, startServerProcess } from '../lib/server-process.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-beside-'));
after(() => rmSync(root, { recursive: true }));

async function totalWh(server: ServerProcess, series: number): Promise<number> {
  const answer = await fetch(`${server.url}/api/v1/series/${series}/total?from=1970-01-01&to=2100-01-01`);
  return ((await answer.json()) as { energyWh: number }).energyWh;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('did not come true within ten seconds');
}

test('a read-only server shows the same live data and refuses reports', async () => {
  const folder = mkdtempSync(join(root, 'data-'));
  const env = { KILOWINK_STORE_GROUP_MS: '200' };
  const server = await startServerProcess(['-d', folder], env);
  const sensor = new TestSensor('127.0.0.1', 3);
  sensor.pass(5);
  await sensor.report(server.port);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const beside = await startServerProcess(['-d', folder, '-r']);
  assert.equal(await send(beside.port, '/sensor/report', sensor.bytes()), 'readonly');
  for (let report = 0; report < 5; report += 1) {
    sensor.pass(3);
    await sensor.report(server.port);
    await until(async () => (await totalWh(beside, 1)) === sensor.acknowledgedWh);
  }
  assert.equal((await fetch(`${beside.url}/stats`)).status, 200);
  await server.stop();
  // Without its writer it goes on showing, and still writes nothing.
  const before = contentsOf(folder);
  assert.equal(await totalWh(beside, 1), sensor.acknowledgedWh);
  assert.equal(await send(beside.port, '/sensor/report', sensor.bytes()), 'readonly');
  assert.deepEqual(contentsOf(folder), before);
  await beside.stop();
});

function contentsOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.endsWith('-shm'))
    .sort()
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}`,
    );
}

test('a second server on the same folder is refused by name', async () => {
  const folder = mkdtempSync(join(root, 'data-'));
  const server = await startServerProcess(['-d', folder]);
  const second = await runKilowink(['serve', '-p', '0', '--host', '127.0.0.1', '-d', folder]);
  assert.notEqual(second.code, 0);
  assert.match(second.output, new RegExp(`${server.child.pid}`));
  await server.stop();
});

test('an import beside the running server shows at once, and adds nothing the second time', async () => {
  const folder = mkdtempSync(join(root, 'data-'));
  const file = join(root, 'old.csv');
  const rows = Array.from({ length: 500 }, (_, index) => {
    const at = new Date(Date.UTC(2026, 0, 5, 12) + index * 5_000).toISOString();
    return `${at.slice(0, 10)} ${at.slice(11, 19)},${index % 6},3,0`;
  });
  writeFileSync(file, `date,pulses,reports,err\n${rows.join('\n')}\n`);
  const server = await startServerProcess(['-d', folder]);
  const sensor = new TestSensor('127.0.0.1', 3);
  sensor.pass(4);
  await sensor.report(server.port);
  const first = await runKilowink(['import', file, '-d', folder, '--yes', '--series', '1']);
  assert.equal(first.code, 0, first.output);
  const importedWh = rows.reduce((total, _, index) => total + (index % 6), 0);
  await until(async () => (await totalWh(server, 1)) === sensor.acknowledgedWh + importedWh);
  const again = await runKilowink(['import', file, '-d', folder, '--yes', '--series', '1']);
  assert.equal(again.code, 0, again.output);
  assert.equal(await totalWh(server, 1), sensor.acknowledgedWh + importedWh);
  sensor.pass(3);
  assert.ok(await sensor.report(server.port));
  await until(async () => (await totalWh(server, 1)) === sensor.acknowledgedWh + importedWh);
  await server.stop();
});
