// For tests: opens the store in a folder for serving, and kills its own process before the write to its file of that number:
// `node die-upgrading.ts <folder> <number>`. A migration's statements count one by one. Ends by itself when there are fewer.
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { openSqliteStore } from '../../index.ts';
import { STORE_FILE } from '../../sqlite/open.ts';

const [folder = '', number = '0'] = process.argv.slice(2);
let left = Number(number);

function dieWhenDue(): void {
  left -= 1;
  if (left < 0) process.kill(process.pid, 'SIGKILL');
}

const ofFile = new WeakSet<StatementSync>();
const isFile = (database: DatabaseSync) => database.location()?.endsWith(STORE_FILE) === true;

const { exec, prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  if (!isFile(this)) return exec.call(this, sql);
  // No statement of a migration holds a semicolon.
  for (const statement of sql.split(';')) {
    if (statement.trim() === '') continue;
    dieWhenDue();
    exec.call(this, statement);
  }
};
DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  // Reading changes nothing, so there is nothing to interrupt.
  if (isFile(this) && !/^\s*(SELECT|PRAGMA|WITH)/.test(sql)) ofFile.add(statement);
  return statement;
};
for (const name of ['run', 'get', 'all'] as const) {
  const original = StatementSync.prototype[name] as (...values: unknown[]) => unknown;
  StatementSync.prototype[name] = function (this: StatementSync, ...values: unknown[]) {
    if (ofFile.has(this)) dieWhenDue();
    return original.apply(this, values);
  } as never;
}

const clock = { wallMs: () => Date.UTC(2026, 2, 3, 3), monotonicMs: () => 0 };
openSqliteStore({ folder, clock }).close();
