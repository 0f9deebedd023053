// The real server under a wall clock that is set while it runs (libfaketime), as on a machine without a clock of its own.
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TestSensor } from '../lib/sensor.ts';
import { startServerProcess } from '../lib/server-process.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-clock-'));
after(() => rmSync(root, { recursive: true }));

const [library = ''] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');

/** The wall clock less the true time, as libfaketime reads it; the monotonic clock stays true. */
function clock(name: string) {
  const file = join(root, name);
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const set = (offsetS: number) => writeFileSync(file, `${offsetS < 0 ? '' : '+'}${offsetS}\n`);
  set(0);
  return { env, set };
}

const HOUR_S = 3_600;
const TO_1970_S = -Math.floor(Date.now() / 1_000) + 60;

for (const [name, offsets] of [
  ['starts in 1970 and is set', [TO_1970_S, 0]],
  ['steps by hours, forward and back', [0, 3 * HOUR_S, 0, -2 * HOUR_S, 0]],
  ['is two days behind, then a month ahead, then right', [-48 * HOUR_S, 720 * HOUR_S, 0]],
] as const) {
  test(`a server whose clock ${name} stores each window once, and at the right time in the end`, async () => {
    assert.ok(library !== '', 'libfaketime is installed');
    const folder = mkdtempSync(join(root, 'data-'));
    const { env, set } = clock(`${folder.split('-').at(-1)}.faketime`);
    set(offsets[0] ?? 0);
    const server = await startServerProcess(['-d', folder], env);
    const sensor = new TestSensor('127.0.0.1', 7);
    for (const offset of offsets) {
      set(offset);
      for (let report = 0; report < 12; report += 1) {
        sensor.pass(3);
        assert.ok(await sensor.report(server.port));
        assert.ok(await sensor.report(server.port));
      }
    }
    const { columns } = await windows(server.url);
    assert.equal(columns.start.length, sensor.acknowledgedWindows);
    assert.equal(sum(columns.energyWh), sensor.acknowledgedWh);
    const newestEndMs = Math.max(...columns.start) + 5_000;
    assert.ok(
      Math.abs(newestEndMs - Date.now()) < 30_000,
      `the newest window ends at ${new Date(newestEndMs)}`,
    );
    const spanMs = newestEndMs - Math.min(...columns.start);
    const lastsMs = sensor.acknowledgedWindows * 5_000;
    assert.ok(Math.abs(spanMs - lastsMs) < 5_000, `${lastsMs} ms of windows lie within ${spanMs} ms`);
    await server.stop();
  });
}

interface Windows {
  columns: { start: number[]; energyWh: number[] };
}

async function windows(url: string): Promise<Windows> {
  const answer = await fetch(`${url}/api/v1/series/1/windows?from=1970-01-01&to=2100-01-01`);
  return (await answer.json()) as Windows;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
