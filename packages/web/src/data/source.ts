import { type BucketsAnswer, type GaugeBucketsAnswer, WINDOWS_MAX } from '@kilowink/api';
import type { TimeRange } from '@kilowink/core/tariff';
import { type EpochMs, STEPS, type Step } from '@kilowink/core/time';
import { api } from './api.ts';
import {
  bucketColumns,
  type Columns,
  gaugeColumns,
  joinColumns,
  joinWindows,
  mergeWindows,
  NO_WINDOWS,
  type Windows,
  windowColumns,
  windowsOf,
} from './columns.ts';
import { LruCache, overlaps, refreshMs, type TileId, tilesFor, widen } from './tiles.ts';

/** The finest step shows measurements themselves, for their ends need not fall on its edges. */
const RAW_STEP = STEPS[0];

/** How many tiles are kept: some 40 screens, 6 MB. */
const TILE_COUNT_MAX = 200;

/** What was corrected or imported is read again at once, but for others that are about to come with it. */
const REWRITTEN_MS = 250;

interface Tile {
  readonly id: TileId;
  /** Exactly one of the two, by the tile's step. */
  readonly columns: Columns | null;
  readonly windows: Windows | null;
  /** Something in it changed since it was read: when to read it again (`performance.now()`); infinite where nothing did. */
  dueMs: number;
}

/** A tile that is being read; what changes meanwhile may not be in the answer. */
interface Reading {
  readonly id: TileId;
  readonly controller: AbortController;
  dueMs: number;
}

/** What the source needs from the page around it. */
export interface SourceHost {
  /** The stretch in which there may be measurements, as known now. */
  extent(): TimeRange;
  /** Something that was asked for has come, or changed. */
  onData(): void;
  onFailure(error: unknown): void;
  onSuccess(): void;
}

/** What is at hand of a range that was asked for. */
export interface Assembled {
  readonly columns: Columns;
  /** False while a part is still on its way. */
  readonly isComplete: boolean;
}

/**
 * The measurements of one series as the screen asks for them: fetched in tiles, kept, read again where they changed,
 * and withdrawn when the reader has moved on before they came.
 */
export class DataSource {
  readonly series: number;
  readonly #host: SourceHost;
  readonly #tiles = new LruCache<Tile>(TILE_COUNT_MAX);
  readonly #underWay = new Map<string, Reading>();
  #wanted: readonly TileId[] = [];
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #refreshAtMs = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(series: number, host: SourceHost) {
    this.series = series;
    this.#host = host;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#refreshTimer);
    for (const { controller } of this.#underWay.values()) controller.abort();
  }

  /** Sees to it that the range, and then its neighbours, are at hand; requests for anything else are withdrawn. */
  want(range: TimeRange, step: Step): void {
    const extent = this.#host.extent();
    const visible = tilesFor(step, range, extent);
    const near = tilesFor(step, widen(range, 1), extent);
    this.#wanted = [...visible, ...near.filter((tile) => !visible.some((other) => other.key === tile.key))];
    const keys = new Set(this.#wanted.map((tile) => tile.key));
    for (const [key, { controller }] of this.#underWay) {
      if (!keys.has(key)) controller.abort();
    }
    this.#fetchMissing();
  }

  /** What is at hand of the range and one screen to both sides; null when that is nothing. */
  assemble(range: TimeRange, step: Step): Assembled | null {
    const extent = this.#host.extent();
    const visible = tilesFor(step, range, extent);
    const near = tilesFor(step, widen(range, 1), extent);
    const isVisible = new Set(visible.map((tile) => tile.key));
    const run = contiguous(
      near.map((id) => this.#tiles.get(id.key) ?? null),
      (tile) => isVisible.has(tile.id.key),
    );
    const first = run[0];
    const last = run[run.length - 1];
    if (first === undefined || last === undefined) return null;
    const held = new Set(run.map((tile) => tile.id.key));
    const isComplete = visible.every((tile) => held.has(tile.key));
    const fromMs = Math.max(first.id.fromMs, extent.fromMs);
    const toMs = Math.min(last.id.toMs, extent.toMs);
    const columns =
      first.windows === null
        ? joinColumns(run.map((tile) => tile.columns).filter((part) => part !== null))
        : windowColumns(joinWindows(run.map((tile) => tile.windows ?? NO_WINDOWS)), fromMs, toMs);
    return { columns, isComplete };
  }

  /** New measurements: into the tiles of measurements at once, the others that hold them are read again soon. */
  addLive(added: Windows): void {
    const last = added.starts.length - 1;
    if (last < 0) return;
    const touched = {
      fromMs: added.starts[0] ?? 0,
      toMs: (added.starts[last] ?? 0) + (added.durationsMs[last] ?? 0),
    };
    for (const tile of [...this.#tiles.values()]) {
      if (tile.windows !== null && overlaps(tile.id, touched))
        this.#tiles.set(tile.id.key, { ...tile, windows: addTo(tile, added) });
    }
    // What flashes tell of power looks ahead and back, so only the server's next answer has it.
    this.#markDue(touched, refreshMs);
    this.#host.onData();
    this.#refreshWhenDue();
  }

  /** What lies in the range is not what it was: it is read again, and drawn as it was until then. */
  invalidate(range: TimeRange): void {
    this.#markDue(range, () => REWRITTEN_MS);
    this.#refreshWhenDue();
  }

  #markDue(range: TimeRange, waitMs: (step: Step) => number): void {
    const nowMs = performance.now();
    for (const each of [...this.#tiles.values(), ...this.#underWay.values()]) {
      // Calendar tiles end where the data ended when they were asked for, so what is new lies after them.
      const isTouched = each.id.step.calendar !== null || overlaps(each.id, range);
      if (isTouched) each.dueMs = Math.min(each.dueMs, nowMs + waitMs(each.id.step));
    }
  }

  /** Tiles that are not on show wait until they are, those that are being read until they have come. */
  #refreshWhenDue(): void {
    const idle = this.#wanted.filter(({ key }) => !this.#underWay.has(key));
    const dues = idle.map(({ key }) => this.#tiles.get(key)?.dueMs ?? Number.POSITIVE_INFINITY);
    this.#refreshAt(Math.min(...dues));
  }

  #refreshAt(atMs: number): void {
    if (atMs >= this.#refreshAtMs || this.#isClosed) return;
    clearTimeout(this.#refreshTimer);
    this.#refreshAtMs = atMs;
    this.#refreshTimer = setTimeout(
      () => {
        this.#refreshAtMs = Number.POSITIVE_INFINITY;
        this.#fetchMissing();
      },
      Math.max(0, atMs - performance.now()),
    );
  }

  #fetchMissing(): void {
    if (this.#isClosed) return;
    const nowMs = performance.now();
    for (const id of this.#wanted) {
      const dueMs = this.#tiles.get(id.key)?.dueMs ?? Number.NEGATIVE_INFINITY;
      if (dueMs <= nowMs && !this.#underWay.has(id.key)) void this.#fetchTile(id);
    }
    this.#refreshWhenDue();
  }

  async #fetchTile(id: TileId): Promise<void> {
    const controller = new AbortController();
    const reading: Reading = { id, controller, dueMs: Number.POSITIVE_INFINITY };
    this.#underWay.set(id.key, reading);
    try {
      const read = await this.#readTile(id, controller.signal);
      this.#tiles.set(id.key, { id, ...read, dueMs: reading.dueMs });
      this.#refreshAt(reading.dueMs);
      this.#host.onSuccess();
      this.#host.onData();
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#host.onFailure(error);
      const againMs = performance.now() + refreshMs(id.step);
      const tile = this.#tiles.get(id.key);
      if (tile !== undefined) tile.dueMs = againMs;
      this.#refreshAt(againMs);
    } finally {
      if (this.#underWay.get(id.key) === reading) this.#underWay.delete(id.key);
    }
  }

  async #readTile(id: TileId, signal: AbortSignal): Promise<Pick<Tile, 'columns' | 'windows'>> {
    const question = { series: this.series, fromMs: id.fromMs, toMs: id.toMs, signal };
    if (id.step !== RAW_STEP) {
      const answer = await api.buckets({ ...question, step: id.step.name });
      const columns =
        'mean' in answer.columns
          ? gaugeColumns(answer as GaugeBucketsAnswer)
          : bucketColumns(answer as BucketsAnswer);
      return { columns, windows: null };
    }
    const answer = await api.windows({ ...question, limit: WINDOWS_MAX });
    return { columns: null, windows: windowsOf(answer) };
  }
}

function addTo(tile: Tile, added: Windows): Windows {
  const inside: number[] = [];
  added.starts.forEach((startMs: EpochMs, index) => {
    if (startMs >= tile.id.fromMs && startMs < tile.id.toMs) inside.push(index);
  });
  const pick = (column: Float64Array): Float64Array =>
    Float64Array.from(inside, (index) => column[index] ?? 0);
  return mergeWindows(tile.windows ?? NO_WINDOWS, {
    starts: pick(added.starts),
    durationsMs: pick(added.durationsMs),
    energyWh: pick(added.energyWh),
    reports: pick(added.reports),
    disagreements: pick(added.disagreements),
    powerW: pick(added.powerW),
  });
}

/** The longest run of present neighbours that holds a wanted one; so that what is drawn has no hole of ours. */
function contiguous<T>(items: readonly (T | null)[], isWanted: (item: T) => boolean): T[] {
  let best: T[] = [];
  let bestCount = 0;
  let run: T[] = [];
  for (const item of [...items, null]) {
    if (item !== null) {
      run.push(item);
      continue;
    }
    const count = run.filter(isWanted).length;
    if (count > bestCount) {
      best = run;
      bestCount = count;
    }
    run = [];
  }
  return best;
}
