import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StillClock } from '../contract/index.ts';
import { openSqliteStore, STORE_FILE } from './open.ts';

const PAGE_BYTES = 1_024;
const DAY = Date.UTC(2026, 2, 1);

test('corrections of a damaged store are saved', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-corrections-'));
  const path = join(folder, STORE_FILE);
  const clock = new StillClock(DAY);
  try {
    const store = openSqliteStore({ folder, clock });
    const series = store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'A' });
    const common = { series, origin: 'person', note: 'cable loose', madeMs: DAY } as const;
    const made = store.putCorrections(
      Array.from({ length: 40 }, (_, at) => ({
        ...common,
        ...{ fromMs: DAY + at, toMs: DAY + at + 1, kind: { kind: 'scale', factor: 1 + at / 100 } as const },
      })),
    );
    store.close();
    const database = new DatabaseSync(path);
    const row = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'block'").get();
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0, (Number(row?.['rootpage']) - 1) * PAGE_BYTES, Number(row?.['rootpage']) * PAGE_BYTES);
    writeFileSync(path, bytes);
    const mended = openSqliteStore({ folder, clock });
    assert.match(mended.health().damages[0]?.message ?? '', /40 × correction/);
    assert.deepEqual(mended.listCorrections(series), made);
    mended.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
