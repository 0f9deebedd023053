import { readAdvert } from '@kilowink/core/advert';
import { assert } from '@kilowink/core/error';
import type { EpochMs } from '@kilowink/core/time';
import {
  NumberedSource,
  type Reception,
  type RunWindow,
  type SavedBoots,
  type StoredRunWindow,
  type TimelineSegment,
  UnnumberedSource,
} from '@kilowink/core/window';
import { createRandom } from '../random/index.ts';
import type { Broadcaster } from './broadcaster.ts';

/** What became of the advertisements of a stretch of time. */
export interface Heard {
  readonly sent: number;
  readonly heard: number;
  /** Windows measured until then, and those of them that were stored, with the flashes in them. */
  readonly measured: number;
  readonly windows: number;
  readonly flashes: number;
}

/** What was measured just before the end is on air for a while after it. */
const AFTER_MS = 600_000;

/**
 * Lets a sensor advertise until `untilMs` to a receiver that misses each advertisement with `lossChance`, and takes what is
 * heard in as the server does: bytes to report, report to windows, each stored once.
 */
export function hearBroadcasts(
  from: Broadcaster,
  of: { readonly untilMs: EpochMs; readonly lossChance: number; readonly seed: number },
): Heard {
  const random = createRandom(of.seed);
  const runs = new MemoryRuns();
  const take = receiver(runs);
  let sent = 0;
  let heard = 0;
  let measured = 0;
  while (from.nextMs < of.untilMs + AFTER_MS) {
    const { atMs, advert } = from.take();
    if (atMs < of.untilMs) measured = from.measured.windows;
    sent += 1;
    if (random.chance(of.lossChance)) continue;
    heard += 1;
    take(advert.data, { wallMs: Math.floor(atMs), monotonicMs: Math.floor(atMs) });
  }
  return { sent, heard, measured, ...runs.total(measured) };
}

/** The same bytes again say nothing new. */
function receiver(runs: MemoryRuns): (data: Uint8Array, at: Reception) => void {
  const numbered = new NumberedSource(runs, null);
  const unnumbered = new UnnumberedSource(runs, 5_000);
  let latest: Uint8Array | null = null;
  return (data, at) => {
    if (data === latest) return;
    latest = data;
    const { content } = readAdvert(data);
    // The first window of version 1 has number 1 here: its uptime is that of its end.
    if (content.kind === 'report1') runs.firstNumber = 1;
    if (content.kind === 'report1') unnumbered.report(content.report, at);
    if (content.kind === 'report2') numbered.report(content.decoded.report, at);
    if (content.kind === 'report2Short') numbered.shortReport(content.decoded.report, at);
  };
}

/** Windows in memory; a number keeps its first value. */
class MemoryRuns {
  readonly #runs: Map<number, RunWindow>[] = [];
  readonly #boots = new Map<number, number>();
  firstNumber = 0;
  #timeline: readonly TimelineSegment[] = [];

  createRun(bootOrTimeline: number | readonly TimelineSegment[]): number {
    const run = this.#runs.push(new Map()) - 1;
    if (typeof bootOrTimeline === 'number') this.#boots.set(bootOrTimeline, run);
    return run;
  }

  findRun(bootId: number) {
    const run = this.#boots.get(bootId);
    if (run === undefined) return null;
    const numbers = [...this.#at(run).keys()];
    const lastNumber = numbers.at(-1) ?? -1;
    return { run, firstNumber: numbers[0] ?? 0, lastNumber, timeline: this.#timeline };
  }

  setTimeline(_run: number, timeline: readonly TimelineSegment[]): void {
    this.#timeline = timeline;
  }

  putWindows(run: number, windows: readonly RunWindow[]): void {
    const known = this.#at(run);
    for (const window of windows) if (!known.has(window.number)) known.set(window.number, window);
  }

  readWindows(run: number, fromNumber: number, toNumber: number): StoredRunWindow[] {
    const known = this.#at(run);
    const found: StoredRunWindow[] = [];
    for (let number = fromNumber; number < toNumber; number += 1) {
      const window = known.get(number);
      if (window !== undefined) found.push(window);
    }
    return found;
  }

  readRecovered() {
    return [];
  }

  replaceRecovered(): void {}

  saveState(_state: SavedBoots | object): void {}

  /** Of the first `count` windows. */
  total(count: number): { windows: number; flashes: number } {
    const all = this.#runs
      .flatMap((run) => [...run.values()])
      .filter(({ number }) => number < count + this.firstNumber);
    return { windows: all.length, flashes: all.reduce((sum, { value }) => sum + value, 0) };
  }

  #at(run: number): Map<number, RunWindow> {
    const found = this.#runs[run];
    assert(found !== undefined, `run ${run} exists`);
    return found;
  }
}
