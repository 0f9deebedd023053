import type { EpochMs } from '../time/index.ts';
import { type MadePoints, pointsOf, pointsOfCurve } from './curve.ts';
import { areDays, pointsOfDays } from './daily.ts';
import type { Dated } from './dated.ts';
import { dateInOrder, instantsIn } from './dating.ts';
import type { BadRow, EnedisExport, RegisterReading } from './enedis-export.ts';
import type { Header } from './header.ts';
import type { EnedisOptions } from './read-options.ts';
import type { StampedIndex, TableReader } from './table-reader.ts';
import { isPower } from './units.ts';
import { type StampedRow, type ValueGroup, withoutMeter } from './value-groups.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Meters keep whole steps: what stands between them was written when the meter's clock was set. */
const GRID_MS = 5 * MINUTE_MS;

/** An interval that a row says by both its ends; a day by its midnights is longer, and taken as one. */
const INTERVAL_MAX_MS = 25 * 60 * MINUTE_MS;

/** What the rows of one meter and direction come to; nothing where none of them holds a value. */
export function finishValues(group: ValueGroup, header: Header, options: EnedisOptions): EnedisExport[] {
  const { zone } = options;
  const isApart = header.layout.kind === 'values' && header.layout.clock !== null;
  const { rows, bad } = datedRows(isApart ? withOwnMidnights(group) : group, zone);
  const kept = firstOfEach(rows);
  if (!kept.rows.some(({ value }) => value !== null)) return [];
  const isByDate = header.layout.kind === 'values' && header.layout.isByDate;
  const isDaily = areDaily(kept.rows, isByDate) && areDays(kept.rows, zone);
  if (isDaily && isPower(group.unit)) return [];
  const { doubtful, ...made }: MadePoints = isDaily
    ? pointsOfDays(kept.rows, zone, group.unit)
    : pointsOfCurve(kept.rows, {
        unit: group.unit,
        zone,
        stepMs: header.stepMs,
        asked: options.stamps,
        says: header.layout.kind === 'values' ? header.layout.says : null,
      });
  return [
    {
      kind: isDaily ? 'daily' : 'curve',
      ...{ direction: group.direction, meter: group.meter, unit: group.unit },
      stamped: group.rows.every(({ stamp }) => stamp.offsetMs !== null) ? 'offset' : 'clock',
      addedUp: addedUpOf(group, header),
      ...made,
      ...{
        readings: [],
        bad: [...bad, ...doubtful.map((row) => doubtOf(kept.rows[row] as DatedRow))].sort(
          (a, b) => a.row - b.row,
        ),
        emptyRows: group.rows.filter(({ value, rank }) => value === null && rank >= 0).length,
      },
      ...{ repeatedRows: kept.repeated, contradictingRows: kept.contradicting },
    },
  ];
}

/** More tariffs than any contract has are rubbish. */
const TARIFFS_MAX = 12;

function addedUpOf({ direction, rows }: ValueGroup, { layout, cells }: Header): string[] {
  if (layout.kind !== 'values') return [];
  const { value, injected } = layout.valueColumns;
  const columns = injected.length > 0 && direction === 'injected' ? injected : value;
  const names = columns.map((column) => cells[column] ?? '');
  const tariffs = new Set(rows.map(({ tariff }) => tariff));
  tariffs.delete('');
  const found = names.length > 1 ? names : [...tariffs].slice(0, TARIFFS_MAX);
  return found.length > 1 ? found.map((name) => withoutMeter(name).slice(0, 60)) : [];
}

/**
 * Where a date stands apart from its time, 00:00 may be the midnight that ends the day and not the one that begins it: then
 * it stands beside the last rows of the same date.
 */
function withOwnMidnights(group: ValueGroup): ValueGroup {
  const { rows } = group;
  const isLast = (midnight: number, other: StampedRow | undefined) =>
    other !== undefined &&
    other.stamp.wallMs - midnight >= 22 * 60 * MINUTE_MS &&
    other.stamp.wallMs - midnight < DAY_MS;
  const ends = rows.filter(
    ({ stamp: { wallMs } }, index) =>
      wallMs % DAY_MS === 0 && (isLast(wallMs, rows[index - 1]) || isLast(wallMs, rows[index + 1])),
  );
  const midnights = rows.filter(({ stamp }) => stamp.wallMs % DAY_MS === 0);
  if (ends.length * 2 <= midnights.length) return group;
  const moved = rows.map((row) =>
    row.stamp.wallMs % DAY_MS === 0
      ? { ...row, stamp: { ...row.stamp, wallMs: row.stamp.wallMs + DAY_MS } }
      : row,
  );
  return { ...group, rows: moved };
}

/** Days have no interval below a day; one row alone is a day where its stamp is called a date. */
function areDaily(rows: readonly Dated[], isByDate: boolean): boolean {
  if (rows.some(({ endMs, stepMs }) => endMs !== null || (stepMs !== null && stepMs < 20 * 60 * MINUTE_MS)))
    return false;
  return isByDate || rows.length > 1 || rows.every(({ stepMs }) => stepMs !== null);
}

interface DatedRow extends Dated {
  readonly rank: number;
  readonly tariff: string;
  readonly line: number;
}

/** A power over nobody knows how long: beside rows that are missing, where intervals change. */
function doubtOf({ line, wallMs }: DatedRow): BadRow {
  return { row: line, expected: 'rows around that tell how long its interval is', found: wallText(wallMs) };
}

function datedRows({ rows, bad }: ValueGroup, zone: string): { rows: DatedRow[]; bad: BadRow[] } {
  const begins = dateInOrder(
    rows.map(({ stamp }) => stamp),
    zone,
  );
  const instantsOf = instantsIn(zone);
  const isGrid = rows.filter(({ stamp }) => stamp.wallMs % GRID_MS === 0).length * 2 >= rows.length;
  const dated: DatedRow[] = [];
  const refused: BadRow[] = [];
  for (const [index, { line, stamp, end, stepMs, value, rank, tariff }] of rows.entries()) {
    const atMs = begins[index] ?? null;
    const endMs = end === null || atMs === null ? null : endOf(end, atMs, instantsOf);
    const expected = expectedOf({ atMs, endMs, isOffGrid: isGrid && stamp.wallMs % GRID_MS !== 0 });
    if (atMs !== null && expected === null) {
      const isRubbish = rank < 0;
      dated.push({ atMs, wallMs: stamp.wallMs, value, stepMs, endMs, rank, line, isRubbish, tariff });
    } else if (value !== null) {
      refused.push({ row: line, expected: expected ?? '', found: wallText(stamp.wallMs) });
    }
  }
  return { rows: dated, bad: [...bad, ...refused].sort((a, b) => a.row - b.row) };
}

/** What would be right in place of a time that can not be; null where it can. */
function expectedOf(of: { atMs: EpochMs | null; endMs: EpochMs | null; isOffGrid: boolean }): string | null {
  const { atMs, endMs, isOffGrid } = of;
  if (atMs === null) return 'a time that the clock showed that night';
  if (endMs !== null && !(endMs > atMs && endMs - atMs <= INTERVAL_MAX_MS))
    return 'an end at most a day after the begin';
  return isOffGrid && endMs === null ? 'a time on whole five minutes' : null;
}

function wallText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19);
}

/** When an interval ends: of the instants that a clock's reading may mean, the first after its begin. */
function endOf(
  { wallMs, offsetMs }: StampedRow['stamp'],
  beginMs: EpochMs,
  instantsOf: (wallMs: number) => readonly EpochMs[],
): EpochMs {
  if (offsetMs !== null) return wallMs - offsetMs;
  const instants = instantsOf(wallMs);
  return instants.find((each) => each > beginMs) ?? (instants.at(-1) as EpochMs);
}

/** By time and tariff, the best of each: one that holds a value, what was corrected before what is raw, then the first. */
function firstOfEach(rows: readonly DatedRow[]): {
  rows: DatedRow[];
  repeated: number;
  contradicting: number;
} {
  const best = new Map<EpochMs | string, DatedRow>();
  let [repeated, contradicting] = [0, 0];
  for (const row of rows) {
    const key = keyOf(row);
    const known = best.get(key);
    if (known === undefined) {
      best.set(key, row);
      continue;
    }
    if (row.value !== null && known.value !== null) {
      repeated += 1;
      if (row.value !== known.value && row.rank === known.rank) contradicting += 1;
    }
    if (row.value !== null && (known.value === null || row.rank > known.rank)) best.set(key, row);
  }
  const kept = [...best.values()].sort((a, b) => a.atMs - b.atMs);
  return { rows: addTariffs(kept), repeated, contradicting };
}

function keyOf({ atMs, tariff }: DatedRow): EpochMs | string {
  return tariff === '' ? atMs : `${atMs} ${tariff}`;
}

/** Rows in the order of time, those of one time as one: each holds what was drawn by another tariff. */
function addTariffs(rows: readonly DatedRow[]): DatedRow[] {
  const added: DatedRow[] = [];
  for (const row of rows) {
    const last = added.at(-1);
    if (last?.atMs !== row.atMs) added.push(row);
    else if (last.value === null) added[added.length - 1] = row;
    else if (row.value !== null) added[added.length - 1] = { ...last, value: last.value + row.value };
  }
  return added;
}

/** What a table of indexes comes to. */
export function finishIndexes(table: TableReader, { zone }: EnedisOptions): EnedisExport[] {
  const { indexes, header, badIndexes, emptyIndexes } = table;
  if (indexes.length === 0) return [];
  const dates = dateInOrder(
    indexes.map(({ stamp }) => stamp),
    zone,
  );
  const seen = new Map<string, number>();
  let [repeatedRows, contradictingRows] = [0, 0];
  const readings = indexes.flatMap(({ register, indexWh }: StampedIndex, index): RegisterReading[] => {
    const atMs = dates[index];
    if (atMs === null || atMs === undefined) return [];
    const known = seen.get(`${register} ${atMs}`);
    if (known === undefined) {
      seen.set(`${register} ${atMs}`, indexWh);
      return [{ register, atMs, indexWh }];
    }
    repeatedRows += 1;
    if (known !== indexWh) contradictingRows += 1;
    return [];
  });
  const meter = header.meter !== null && /^\d{14}$/.test(header.meter) ? header.meter.slice(-4) : null;
  const parts = Map.groupBy(readings, ({ register }) =>
    register.startsWith('EAI') ? 'injected' : header.direction,
  );
  // What is wrong with a row is told once.
  let rest = { bad: badIndexes, emptyRows: emptyIndexes, repeatedRows, contradictingRows };
  return [...parts].map(([direction, own]): EnedisExport => {
    const told = rest;
    rest = { bad: [], emptyRows: 0, repeatedRows: 0, contradictingRows: 0 };
    return {
      kind: 'index',
      ...{ direction, meter, unit: null, readings: own, points: pointsOf([], 'Wh') },
      stamped: indexes.every(({ stamp }) => stamp.offsetMs !== null) ? 'offset' : 'clock',
      ...{ stampsEnd: false, stampsBy: 'usual', stepMs: 0, steps: [], addedUp: [], ...told },
    };
  });
}
