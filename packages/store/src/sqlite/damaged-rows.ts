import { type Connection, isSqliteError, type SqlValue } from './connection.ts';

/** A row as it is stored, in the order of the table's columns. */
export type Row = SqlValue[];

/** A table, and the columns that order it, which are its first ones; the last of them counts up. */
export interface OrderedTable {
  readonly table: string;
  readonly key: readonly string[];
}

/** Past a damaged page rows are asked for one by one, until so many in a row are not there or not readable. */
const MISSES_MAX = 5_000;

/** The rows of a damaged table as far as they can be read: from the front, from the back, and one by one in between. */
export function* readableRows(source: Connection, ordered: OrderedTable): Iterable<Row> {
  const { table, key } = ordered;
  // By place, for a damaged schema may have lost the names.
  const places = key.map((_, index) => index + 1);
  const front = yield* untilDamage(source, `SELECT * FROM ${table} ORDER BY ${places.join(', ')}`);
  if (front.isWhole) return;
  const descending = places.map((place) => `${place} DESC`).join(', ');
  const back = yield* untilDamage(source, `SELECT * FROM ${table} ORDER BY ${descending}`);
  yield* oneByOne(source, ordered, { front: front.last, back: back.last });
}

function* untilDamage(
  source: Connection,
  sql: string,
): Generator<Row, { isWhole: boolean; last: Row | null }> {
  let last: Row | null = null;
  try {
    for (const row of source.statement(sql).iterate() as unknown as Iterable<Row>) {
      last = row;
      yield row;
    }
    return { isWhole: true, last };
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    return { isWhole: false, last };
  }
}

/** The rows that count on from the last one read from the front, up to the last one read from the back. */
function* oneByOne(
  source: Connection,
  ordered: OrderedTable,
  gap: { front: Row | null; back: Row | null },
): Iterable<Row> {
  const { table, key } = ordered;
  const counter = key.length - 1;
  const before = gap.front?.slice(0, counter) ?? [];
  const from = gap.front?.[counter] ?? 0;
  if (before.length < counter || typeof from !== 'number') return;
  const isSame = gap.back !== null && before.every((value, index) => gap.back?.[index] === value);
  const until = isSame ? gap.back?.[counter] : Number.POSITIVE_INFINITY;
  const one = `SELECT * FROM ${table} WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`;
  let missCount = 0;
  for (let probe = from + 1; probe < Number(until) && missCount < MISSES_MAX; probe += 1) {
    const row = oneRow(source, one, [...before, probe]);
    missCount = row === null ? missCount + 1 : 0;
    if (row !== null) yield row;
  }
}

function oneRow(source: Connection, sql: string, values: SqlValue[]): Row | null {
  try {
    return source.row<Row>(sql, ...values) ?? null;
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    return null;
  }
}
