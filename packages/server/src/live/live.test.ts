import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore, type Store } from '@kilowink/store';
import { EnergyReader } from '../truth/index.ts';
import { Live } from './live.ts';

const HOMES = 100;

/** A store that counts how often it is asked for what needs a look at everything. */
function counting(store: Store): { store: Store; counts: Map<string, number> } {
  const counts = new Map<string, number>();
  const counted = new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
        return value.apply(target, given);
      };
    },
  });
  return { store: counted, counts };
}

test('a page that was away is told what it missed, or to read anew where that is very much', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-live-'));
  const clock = { wallMs: () => Date.UTC(2026, 2, 1), monotonicMs: () => 0 };
  const store = openSqliteStore({ folder, clock, groupMs: 60_000 });
  const live = new Live({ reader: new EnergyReader(store), version: 'test', nowMs: clock.wallMs });
  const timeline = [{ fromNumber: 0, startMs: clock.wallMs() - 1e8, intervalMs: 5_000 }];
  const series = store.ensureSeries({ source: 'home', quantity: 'energy', unit: 'Wh', name: 'Home' });
  const run = store.createRun({ series, timeline });
  const putFrom = (from: number, count: number) =>
    store.putWindows(
      run,
      Array.from({ length: count }, (_, at) => ({
        number: from + at,
        value: 1,
        reports: 1,
        disagreements: 0,
      })),
    );
  const [seen, other] = [store.cursor(), putFrom(0, 3_000) > 0 ? store.cursor() : ''];
  store.flush();
  putFrom(3_000, 9_000);
  const server = createServer((request, response) => live.open(response, request.url?.slice(1) ?? null));
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const told = async (cursor: string) => {
      let text = '';
      const page = await fetch(`http://127.0.0.1:${port}/${cursor}`);
      for await (const chunk of page.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (text.includes('event: hello')) break;
      }
      return text;
    };
    const much = await told(seen);
    assert.match(much, /event: reset/);
    assert.doesNotMatch(much, /event: points/);
    const little = await told(other);
    assert.doesNotMatch(little, /event: reset/);
    assert.equal(little.match(/\[\d+,5000,1\]/g)?.length, 9_000);
  } finally {
    live.close();
    server.close();
    server.closeAllConnections();
    store.close();
    rmSync(folder, { recursive: true });
  }
});

test('reports of many homes in one moment are told together, all of them, and no series is listed for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-live-'));
  const clock = { wallMs: () => Date.UTC(2026, 2, 1), monotonicMs: () => 0 };
  const { store, counts } = counting(openSqliteStore({ folder, clock, groupMs: 60_000 }));
  const live = new Live({ reader: new EnergyReader(store), version: 'test', nowMs: clock.wallMs });
  const server = createServer((_, response) => live.open(response, null));
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const timeline = [{ fromNumber: 0, startMs: clock.wallMs(), intervalMs: 5_000 }];
    const runs = Array.from({ length: HOMES }, (_, at) => {
      const name = `home ${at}`;
      const series = store.ensureSeries({ source: name, quantity: 'energy', unit: 'Wh', name });
      return store.createRun({ series, timeline });
    });
    const { port } = server.address() as AddressInfo;
    const page = await fetch(`http://127.0.0.1:${port}`);
    counts.clear();
    for (const run of runs) {
      store.putWindows(run, [{ number: 0, value: 1, reports: 1, disagreements: 0 }]);
      live.push();
    }
    const told = new Set<number>();
    let text = '';
    for await (const chunk of page.body ?? []) {
      text += Buffer.from(chunk).toString();
      for (const found of text.matchAll(/event: points\ndata: \{"series":(\d+)/g)) told.add(Number(found[1]));
      if (told.size === HOMES) break;
    }
    assert.equal(told.size, HOMES);
    assert.equal(counts.get('listSeries') ?? 0, 0);
    // The first at once, the others in one: each is two looks, the second of which finds nothing more.
    assert.ok((counts.get('readChanges') ?? 0) <= 6, `${counts.get('readChanges')} looks`);
  } finally {
    live.close();
    server.close();
    server.closeAllConnections();
    store.close();
    rmSync(folder, { recursive: true });
  }
});
