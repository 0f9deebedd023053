import type { RunPort, RunState, RunWindow } from './port.ts';

/**
 * Windows kept at hand below the newest one, about ten minutes; older ones are asked of the store. A window takes 100 bytes
 * here, which a thousand sensors make the largest part of the server's memory.
 */
const KEPT_WINDOWS = 128;
/** Windows at hand before the oldest are forgotten all at once. */
const KEPT_WINDOWS_MAX = 192;
/** How many of the latest values say what values are usual. */
const USUAL_WINDOWS = 128;

/** How the windows of a report agree with those of a run, if its newest were `number`. */
export interface Comparison {
  readonly number: number;
  readonly agreed: number;
  readonly disagreed: number;
  /** Stored, but the value is not at hand. */
  readonly unknown: number;
  /** How unlikely the agreement is by chance, in bits, going by how usual each value is in this run; equal neighbours count once. */
  readonly bits: number;
}

interface Kept {
  value: number | null;
  reports: number;
  disagreements: number;
}

/** The recent windows of one run, and which older ones are stored. */
export class RunMemory {
  readonly #port: RunPort;
  readonly #kept = new Map<number, Kept>();
  readonly #usual = new Map<number, number>();
  #usualCount = 0;
  /** Below this number the memory does not know; the store does. */
  #knownFrom: number;
  readonly run: number;
  firstNumber: number;
  lastNumber: number;

  constructor(port: RunPort, state: Pick<RunState, 'run' | 'firstNumber' | 'lastNumber'>) {
    this.#port = port;
    this.run = state.run;
    this.firstNumber = state.firstNumber;
    this.lastNumber = state.lastNumber;
    this.#knownFrom = Math.max(state.firstNumber, state.lastNumber - KEPT_WINDOWS + 1);
    if (state.lastNumber < state.firstNumber) return;
    for (const window of port.readWindows(state.run, this.#knownFrom, state.lastNumber + 1)) {
      const { value, reports, disagreements } = window;
      this.#kept.set(window.number, { value, reports, disagreements });
      if (value !== null) this.#noteUsual(value);
    }
  }

  compare(number: number, counts: readonly (number | null)[]): Comparison {
    this.#recall(number - counts.length + 1);
    let agreed = 0;
    let disagreed = 0;
    let unknown = 0;
    let bits = 0;
    for (let index = 0; index < counts.length; index += 1) {
      const count = counts[index] ?? null;
      const kept = this.#kept.get(number - index);
      if (count === null || kept === undefined) continue;
      if (kept.value === null) unknown += 1;
      else if (kept.value === count) {
        agreed += 1;
        // A load that stays the same for a while agrees with any other such while: only changes are evidence.
        if (count !== counts[index - 1]) bits += this.#surprise(count);
      } else disagreed += 1;
    }
    return { number, agreed, disagreed, unknown, bits };
  }

  /** Takes in a report's windows, writes what is new or changed, and returns how many were new. */
  store(
    number: number,
    counts: readonly (number | null)[],
  ): { added: number; repeated: number; disagreed: number } {
    this.#recall(number - counts.length + 1);
    const changed: RunWindow[] = [];
    const tally = { added: 0, repeated: 0, disagreed: 0 };
    for (let index = 0; index < counts.length; index += 1) {
      const count = counts[index] ?? null;
      if (count !== null) changed.push(this.#take(number - index, count, tally));
    }
    changed.reverse();
    if (changed.length > 0) this.#port.putWindows(this.run, changed);
    this.#forget();
    return tally;
  }

  #take(
    number: number,
    count: number,
    tally: { added: number; repeated: number; disagreed: number },
  ): RunWindow {
    const kept = this.#kept.get(number);
    if (kept === undefined) {
      tally.added += 1;
      this.#noteUsual(count);
      this.#kept.set(number, { value: count, reports: 1, disagreements: 0 });
      this.firstNumber = Math.min(this.firstNumber, number);
      this.lastNumber = Math.max(this.lastNumber, number);
      return { number, value: count, reports: 1, disagreements: 0 };
    }
    tally.repeated += 1;
    kept.reports += 1;
    if (kept.value !== null && kept.value !== count) {
      kept.disagreements += 1;
      tally.disagreed += 1;
    }
    return { number, value: kept.value ?? count, reports: kept.reports, disagreements: kept.disagreements };
  }

  /** Brings windows from the store where a report reaches further back than the memory. */
  #recall(fromNumber: number): void {
    if (fromNumber >= this.#knownFrom) return;
    if (this.#knownFrom > this.firstNumber) {
      for (const window of this.#port.readWindows(this.run, fromNumber, this.#knownFrom)) {
        const { value, reports, disagreements } = window;
        this.#kept.set(window.number, { value, reports, disagreements });
      }
    }
    this.#knownFrom = fromNumber;
  }

  #forget(): void {
    const from = this.lastNumber - KEPT_WINDOWS + 1;
    if (this.#kept.size <= KEPT_WINDOWS_MAX) return;
    for (const number of this.#kept.keys()) if (number < from) this.#kept.delete(number);
    this.#knownFrom = Math.max(this.#knownFrom, from);
  }

  #noteUsual(value: number): void {
    if (this.#usualCount >= USUAL_WINDOWS) {
      // Halving forgets old values slowly, so that the night's zeros do not make the evening's look unusual for long.
      this.#usualCount = 0;
      for (const [known, count] of this.#usual) {
        this.#usual.set(known, Math.floor(count / 2));
        this.#usualCount += Math.floor(count / 2);
      }
    }
    this.#usual.set(value, (this.#usual.get(value) ?? 0) + 1);
    this.#usualCount += 1;
  }

  #surprise(value: number): number {
    return -Math.log2(((this.#usual.get(value) ?? 0) + 1) / (this.#usualCount + this.#usual.size + 1));
  }
}
