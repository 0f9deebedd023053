// The named references of import-csv: the file line by line with node:readline and parseInt, and the same with every
// row inserted into a plain SQLite table, in one transaction, with one prepared statement. Neither knows time zones,
// bad lines or repeated files.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

const [kind, file = '', database = ''] = process.argv.slice(2);
const started = performance.now();
const db = kind === 'insert' ? new DatabaseSync(database) : null;
db?.exec(
  'PRAGMA journal_mode = WAL; CREATE TABLE point (start INTEGER PRIMARY KEY, pulses, reports, err); BEGIN',
);
const insert = db?.prepare('INSERT OR IGNORE INTO point VALUES (?, ?, ?, ?)');
let rows = 0;
let sum = 0;
for await (const line of createInterface({
  input: createReadStream(file),
  crlfDelay: Number.POSITIVE_INFINITY,
})) {
  const [date = '', pulses = '', reports = '', err = ''] = line.split(',');
  const count = Number.parseInt(pulses, 10);
  if (Number.isNaN(count)) continue;
  rows += 1;
  sum += count;
  insert?.run(
    Date.parse(`${date.replace(' ', 'T')}Z`),
    count,
    Number.parseInt(reports, 10),
    Number.parseInt(err, 10),
  );
}
db?.exec('COMMIT');
db?.close();
console.log(JSON.stringify({ rows, sum, ms: performance.now() - started }));
