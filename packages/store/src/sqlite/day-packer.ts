import { assert } from '@kilowink/core/error';
import { concatPoints, decodePoints, type Points, sortPoints } from '@kilowink/core/series';
import { DAY_MS, type EpochMs } from '@kilowink/core/time';
import { FAST_LEVEL, openBlock } from '../block/envelope.ts';
import type { AddedPoints, PackedPoints } from '../store.ts';
import { cleanPoints, columnsWithin, cutByDay, freshPoints } from './day-parts.ts';
import { type PackedDay, packDay } from './pack-day.ts';

/** What packed points are here. */
export class PackedDays implements PackedPoints {
  readonly count: number;
  readonly refused: number;
  readonly repeated: number;
  /** Ascending; no start is on two of them. */
  readonly days: readonly PackedDay[];

  constructor(days: readonly PackedDay[], { added, refused, repeated }: AddedPoints) {
    this.days = days;
    this.count = added;
    this.refused = refused;
    this.repeated = repeated;
  }
}

/**
 * Packs points of a series of energy as they come, so that a file is read once: what it holds waits as blocks, a fifth of a
 * byte a point, until all of it is known to be right and `Store.addPacked` writes it at once. Needs no store.
 */
export class PointsPacker {
  readonly #days = new Map<number, PackedDay>();
  /** The day that is being collected, in the order of its points. */
  #openDay: number | null = null;
  #pieces: Points[] = [];
  #lastStartMs: EpochMs = Number.NEGATIVE_INFINITY;
  #longestMs = 0;
  #refused = 0;
  #repeated = 0;

  /** Takes points in any order; quickest when they ascend. */
  add(points: Points): void {
    if (points.starts.length === 0) return;
    for (const part of cutByDay(points)) {
      if (part.day !== this.#openDay) this.#close();
      this.#openDay = part.day;
      this.#pieces.push(part.points);
    }
  }

  /** All that was added. */
  finish(): PackedPoints {
    this.#close();
    const days = [...this.#days.values()].sort((one, other) => one.day - other.day);
    const added = days.reduce((count, day) => count + day.count, 0);
    return new PackedDays(days, { added, refused: this.#refused, repeated: this.#repeated });
  }

  #close(): void {
    if (this.#openDay === null) return;
    const { clean, refused, repeated } = cleanPoints(concatPoints(this.#pieces), 'sum');
    this.#refused += refused;
    this.#repeated += repeated;
    this.#pieces = [];
    if (clean.starts.length > 0) this.#pack(this.#openDay, clean);
    this.#openDay = null;
  }

  #pack(day: number, clean: Points): void {
    const fresh = this.#fresh(day, clean);
    this.#repeated += clean.starts.length - fresh.starts.length;
    if (fresh.starts.length === 0) return;
    const known = this.#days.get(day);
    const points = known === undefined ? fresh : sortPoints(concatPoints([unpackDay(known), fresh]));
    const packed = packDay(day, points, { kind: 'sum', level: FAST_LEVEL });
    this.#days.set(day, packed);
    this.#longestMs = Math.max(this.#longestMs, packed.longestMs);
    this.#lastStartMs = Math.max(this.#lastStartMs, packed.lastStartMs ?? this.#lastStartMs);
  }

  #fresh(day: number, clean: Points): Points {
    const firstMs = clean.starts[0] ?? 0;
    if (firstMs > this.#lastStartMs) return clean;
    const stored = (other: number) => {
      const packed = this.#days.get(other);
      return packed === undefined ? null : unpackDay(packed);
    };
    const range = { day, firstMs, lastMs: clean.starts.at(-1) ?? firstMs };
    return freshPoints(clean, { columns: columnsWithin(range, stored, this.#longestMs), hot: new Set() });
  }
}

/** The points of a packed day. */
export function unpackDay(packed: PackedDay): Points {
  assert(packed.points !== null, 'a packed day has points');
  const opened = openBlock(packed.points);
  const points = opened.ok ? decodePoints(opened.value, packed.day * DAY_MS) : opened;
  assert(points.ok, 'a block that was just made opens');
  return points.value;
}
