import { assert } from '@kilowink/core/error';
import { NO_POINTS } from '@kilowink/core/series';
import { DAY_MS, type EpochMs } from '@kilowink/core/time';
import { SEAL_LEVEL } from '../block/envelope.ts';
import { LEVEL, monthStartMs, utcMonth } from '../block/levels.ts';
import type { Damage } from '../store.ts';
import type { BadBlock } from './block-table.ts';
import type { Connection } from './connection.ts';
import { DayWriter } from './day-writer.ts';
import type { Parts } from './reader.ts';

/**
 * Moves a block that does not open to the table `damaged_block`, in the caller's transaction. A day of points becomes
 * a gap at every level; minutes and hours are made again from the points. Returns what to tell, none when the block
 * has gone meanwhile.
 */
export function quarantine(parts: Parts, bad: BadBlock, foundAtMs: EpochMs): Damage[] {
  const { connection, blocks } = parts;
  const data = blocks.data(bad);
  if (data === null) return [];
  const id = keep(connection, { ...bad, data, foundAtMs });
  if (bad.level === LEVEL.raw) {
    // What was summed from the points is the last trace of them.
    const month = utcMonth(bad.period * DAY_MS);
    const derived = [
      { series: bad.series, level: LEVEL.minutes, period: bad.period },
      { series: bad.series, level: LEVEL.hours, period: month },
    ];
    for (const key of derived) {
      const kept = blocks.data(key);
      const reason = `kept beside row ${id}, whose points it sums`;
      if (kept !== null) keep(connection, { ...key, reason, data: kept, foundAtMs });
    }
  }
  blocks.write({ ...bad, data: null, firstMs: null, lastMs: null });
  mend(parts, bad);
  const damage = { foundAtMs, message: messageOf(bad), keptAt: `table damaged_block, row ${id}` };
  connection.run(
    'INSERT INTO damage (found_at_ms, message, kept_at) VALUES (?, ?, ?)',
    foundAtMs,
    damage.message,
    damage.keptAt,
  );
  connection.run('UPDATE state SET generation = generation + 1');
  return [damage];
}

function keep(connection: Connection, block: BadBlock & { data: Uint8Array; foundAtMs: EpochMs }): number {
  const row = connection.row<[number]>(
    `INSERT INTO damaged_block (series, level, period, found_at_ms, reason, data) VALUES (?, ?, ?, ?, ?, ?)
     RETURNING id`,
    block.series,
    block.level,
    block.period,
    block.foundAtMs,
    block.reason,
    block.data,
  );
  assert(row !== undefined, 'an insert returns its row');
  return row[0];
}

function mend(parts: Parts, bad: BadBlock): void {
  const { blocks, kinds } = parts;
  const writer = new DayWriter(blocks, { id: bad.series, kind: kinds.of(bad.series) }, SEAL_LEVEL);
  if (bad.level === LEVEL.hours) {
    const firstDay = monthStartMs(bad.period) / DAY_MS;
    const lastDay = monthStartMs(bad.period + 1) / DAY_MS - 1;
    for (const day of blocks.periods({ series: bad.series, level: LEVEL.raw }, firstDay, lastDay)) {
      writer.setHours(day, blocks.points(bad.series, day) ?? NO_POINTS);
    }
  } else {
    writer.setDay(bad.period, blocks.points(bad.series, bad.period) ?? NO_POINTS);
  }
  for (const write of writer.writes()) blocks.write(write);
}

function messageOf(bad: BadBlock): string {
  const what = { [LEVEL.raw]: 'points', [LEVEL.minutes]: 'minutes', [LEVEL.hours]: 'hours' }[bad.level];
  const startMs = bad.level === LEVEL.hours ? monthStartMs(bad.period) : bad.period * DAY_MS;
  const from = new Date(startMs).toISOString().slice(0, 10);
  const outcome = bad.level === LEVEL.raw ? 'the day reads as a gap' : 'made again from the points';
  return `block of ${what} of series ${bad.series} from ${from}: ${bad.reason}; ${outcome}`;
}
