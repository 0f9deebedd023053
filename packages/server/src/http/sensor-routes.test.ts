import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeReportV1 } from '@kilowink/core/report';
import { openSqliteStore } from '@kilowink/store';
import { Ingest, ReportGuard } from '../ingest/index.ts';
import { KeyRing } from '../keys/index.ts';
import { sensorHandler } from './sensor-routes.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-routes-'));
after(() => rmSync(folder, { recursive: true }));

/** More than are taken together. */
const SENSORS = 40;
const WINDOWS = 4;

function reportOf(sensorType: number, uptimeS: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    encodeReportV1({ sensorType, uptimeS, counts: Array.from({ length: WINDOWS }, () => 2) }),
  );
}

/** Sends all at once, and gives what each is answered. */
function postAll(port: number, bodies: readonly Uint8Array<ArrayBuffer>[]): Promise<string[]> {
  const url = `http://127.0.0.1:${port}/sensor/report`;
  return Promise.all(bodies.map(async (body) => (await fetch(url, { method: 'POST', body })).text()));
}

test('what came at once is kept, taken and answered one by one; what can not be stored is not taken', async () => {
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
  const store = openSqliteStore({ folder, clock, groupMs: 60_000 });
  const guard = new ReportGuard(folder, () => store.writtenGroups, folder);
  const keys = new KeyRing(folder, () => {});
  const ingest = new Ingest({ store, clock, guard, keys, mappings: [], requireKeys: false });
  const failed: unknown[] = [];
  const handler = sensorHandler(ingest, clock, (error) => failed.push(error));
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sensors = Array.from({ length: SENSORS }, (_, type) => type);
  const bodies = sensors.map((type) => reportOf(type, 20));
  assert.deepEqual([...new Set(await postAll(port, bodies))], ['ok']);
  assert.deepEqual(new Set(guard.left().map(({ bytes }) => bytes?.[2])), new Set(sensors));
  assert.equal(guard.left().length, SENSORS);
  assert.equal(ingest.sensors().length, SENSORS);
  for (const { counters } of ingest.sensors()) assert.equal(counters.windowsNew, WINDOWS);
  store.close();
  const later = sensors.map((type) => reportOf(type, 40));
  assert.deepEqual([...new Set(await postAll(port, later))], ['not stored']);
  assert.equal(failed.length, SENSORS);
  server.closeAllConnections();
  server.close();
});
