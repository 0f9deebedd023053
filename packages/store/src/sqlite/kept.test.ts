import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { DAY_MS } from '@kilowink/core/time';
import { asPlain } from '../../../../tools/lib/as-plain.ts';
import { StillClock } from '../contract/index.ts';
import { SCHEMA_VERSION } from '../migrations/index.ts';
import { KEPT_START_MS, readContents } from '../migrations/kept/read-contents.ts';
import type { StoreReader } from '../store.ts';
import { Connection } from './connection.ts';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE } from './open.ts';

const KEPT = join(import.meta.dirname, '../migrations/kept');
const VERSIONS = Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1);
/** When the kept stores were written, and then another day on. */
const clock = new StillClock(KEPT_START_MS + 2.125 * DAY_MS);
const nextDay = new StillClock(KEPT_START_MS + 4 * DAY_MS);

/** Every fourth place to die at, which a longer run takes all of. */
const DEATH_STRIDE = process.env['KILOWINK_CRASH_ROUNDS'] === undefined ? 4 : 1;

interface Place {
  readonly folder: string;
  readonly path: string;
  /** What the program that made it said it holds. */
  readonly contents: unknown;
  /** The file as it was made. */
  readonly bytes: Buffer;
  reset(): void;
}

function withKept(version: number, body: (place: Place) => void): void {
  const outer = mkdtempSync(join(tmpdir(), 'kilowink-kept-'));
  const folder = join(outer, 'data');
  const path = join(folder, STORE_FILE);
  const bytes = zstdDecompressSync(readFileSync(join(KEPT, `schema-${version}.sqlite.zst`)));
  const contents = JSON.parse(readFileSync(join(KEPT, `schema-${version}.json`), 'utf8'));
  const reset = () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(path, bytes);
  };
  reset();
  try {
    body({ folder, path, contents, bytes, reset });
  } finally {
    rmSync(outer, { recursive: true });
  }
}

/** As it would come back from a file. */
function contentsOf(store: StoreReader): unknown {
  return JSON.parse(JSON.stringify(readContents(store)));
}

function open(folder: string, at = clock) {
  return openSqliteStore({ folder, clock: at });
}

/** The rows of every table, as text. */
function rowsOf(path: string): string {
  const connection = new Connection(path, { readOnly: true });
  try {
    assert.deepEqual(connection.rows('PRAGMA integrity_check'), [['ok']]);
    const tables = connection.rows<[string]>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
    );
    return JSON.stringify(tables.map(([name]) => [name, connection.rows(`SELECT * FROM ${name}`)]));
  } finally {
    connection.close();
  }
}

function schemaOf(path: string): number {
  const connection = new Connection(path, { readOnly: true });
  const version = connection.row<[number]>('PRAGMA user_version')?.[0] ?? 0;
  connection.close();
  return version;
}

/** Runs `die-upgrading.ts`; as somebody who may not do everything, where `isPlain`. */
function upgrade(folder: string, options: { deathAt: number; isPlain?: boolean }) {
  const script = join(KEPT, 'die-upgrading.ts');
  const args = [script, folder, String(options.deathAt)];
  const command =
    options.isPlain === true ? asPlain(process.execPath, args) : ([process.execPath, args] as const);
  return spawnSync(...command, { encoding: 'utf8' });
}

const NEVER = 1_000_000;

for (const version of VERSIONS) {
  test(`a store of schema ${version} holds after the upgrade what its program said it holds`, () => {
    withKept(version, ({ folder, path, contents, bytes }) => {
      if (version < SCHEMA_VERSION) {
        assert.throws(() => openSqliteStoreReadOnly({ folder, clock }), { code: 'store/older' });
        assert.deepEqual(readFileSync(path), bytes);
      }
      const store = open(folder);
      assert.deepEqual(store.health().damages, []);
      assert.deepEqual(contentsOf(store), contents);
      store.close();
      assert.equal(schemaOf(path), SCHEMA_VERSION);
      const reader = openSqliteStoreReadOnly({ folder, clock });
      assert.deepEqual(contentsOf(reader), contents);
      reader.close();
    });
  });

  test(`a store of schema ${version} goes on after the upgrade: windows once, days sealed, the same totals`, () => {
    withKept(version, ({ folder }) => {
      const store = open(folder, nextDay);
      const totals = () => store.listSeries().map(({ id }) => store.readTotal(id, 0, KEPT_START_MS * 2));
      const before = totals();
      const [run] = store.listRuns(1, 1);
      assert.ok(run?.lastNumber !== null && run !== undefined);
      const last = { number: run.lastNumber, value: 9, reports: 1, disagreements: 0 };
      assert.equal(store.putWindows(run.id, [last]), 0);
      assert.equal(store.putWindows(run.id, [{ ...last, number: 100 }]), 0);
      assert.ok(store.seal(KEPT_START_MS + 4 * DAY_MS) > 0);
      assert.deepEqual(totals(), before);
      assert.equal(store.putWindows(run.id, [{ ...last, number: run.lastNumber + 1 }]), 1);
      assert.equal(store.readTotal(1, 0, KEPT_START_MS * 2).sum, (before[0]?.sum ?? 0) + 9);
      store.close();
    });
  });
}

test('an upgrade that is killed before any of its writes leaves the old store or a newer one, whole', () => {
  withKept(1, ({ folder, path, contents, reset }) => {
    const old = rowsOf(path);
    let untouchedCount = 0;
    for (let deathAt = 0; ; deathAt += DEATH_STRIDE) {
      reset();
      const { status, signal, stderr } = upgrade(folder, { deathAt });
      if (signal === null) {
        assert.equal(status, 0, stderr);
        assert.ok(deathAt > 30, `${deathAt} writes`);
        break;
      }
      assert.equal(signal, 'SIGKILL');
      if (schemaOf(path) === 1) {
        assert.equal(rowsOf(path), old);
        untouchedCount += 1;
      }
      const store = open(folder);
      assert.deepEqual(store.health().damages, []);
      assert.deepEqual(contentsOf(store), contents);
      store.close();
    }
    assert.ok(untouchedCount > 1);
  });
});

test('an older store that can not be written is left as it is, and the error says so', () => {
  withKept(1, ({ folder, path, bytes }) => {
    chmodSync(path, 0o444);
    const ofFile = upgrade(folder, { deathAt: NEVER, isPlain: true });
    assert.match(ofFile.stderr, /code: 'store\/read-only'/);
    assert.match(ofFile.stderr, /expected to write to .*kilowink\.db, which .* refuses .*: run as its owner/);
    chmodSync(folder, 0o555);
    const ofFolder = upgrade(folder, { deathAt: NEVER, isPlain: true });
    assert.match(ofFolder.stderr, /expected to write to .*data, which .* refuses .*EACCES/);
    chmodSync(folder, 0o755);
    assert.deepEqual(readFileSync(path), bytes);
  });
});

test('a store of a newer schema is refused by every way to open it, and not a byte of it changes', () => {
  withKept(SCHEMA_VERSION, ({ folder, path }) => {
    const newer = new Connection(path, { readOnly: false });
    newer.exec(`PRAGMA journal_mode = DELETE; PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    newer.exec('CREATE TABLE of_tomorrow (a); PRAGMA journal_mode = WAL');
    newer.close();
    const bytes = readFileSync(path);
    const message = new RegExp(`has schema version ${SCHEMA_VERSION + 1}, .* up to ${SCHEMA_VERSION}`);
    for (const attempt of [
      () => open(folder),
      () => openSqliteStore({ folder, clock, role: 'import' }),
      () => openSqliteStoreReadOnly({ folder, clock }),
    ]) {
      assert.throws(attempt, { code: 'store/newer', message });
      assert.deepEqual(readFileSync(path), bytes);
      assert.ok(!existsSync(`${path}-wal`) || readFileSync(`${path}-wal`).length === 0);
    }
  });
});
