import { KeptWindows } from './kept-windows.ts';
import type { RunPort, RunState, RunWindow } from './port.ts';

/** Windows kept at hand below the newest one, about ten minutes; older ones are asked of the store. */
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
  /** Stored, but the report says that nothing was measured then. */
  readonly forgotten: number;
  /** How unlikely the agreement is by chance, in bits, going by how usual each value is in this run; equal neighbours count once. */
  readonly bits: number;
}

/** What became of the windows of a report. */
interface Tally {
  added: number;
  repeated: number;
  disagreed: number;
}

/** The recent windows of one run, and which older ones are stored. */
export class RunMemory {
  readonly #port: RunPort;
  readonly #kept = new KeptWindows();
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
    const stored = port.readWindows(state.run, this.#knownFrom, state.lastNumber + 1);
    this.#kept.putOldest(stored);
    for (const { value } of stored) if (value !== null) this.#noteUsual(value);
  }

  compare(number: number, counts: readonly (number | null)[]): Comparison {
    this.#recall(number - counts.length + 1);
    const kept = this.#kept;
    let agreed = 0;
    let disagreed = 0;
    let unknown = 0;
    let forgotten = 0;
    let bits = 0;
    let at = kept.countBelow(number + 1) - 1;
    for (let index = 0; index < counts.length && at >= 0; index += 1) {
      if (!kept.isNumber(at, number - index)) continue;
      const value = kept.valueAt(at);
      const count = counts[index] ?? null;
      at -= 1;
      if (count === null) forgotten += 1;
      else if (Number.isNaN(value)) unknown += 1;
      else if (value === count) {
        agreed += 1;
        // A load that stays the same for a while agrees with any other such while: only changes are evidence.
        if (count !== counts[index - 1]) bits += this.#surprise(count);
      } else disagreed += 1;
    }
    return { number, agreed, disagreed, unknown, forgotten, bits };
  }

  /** Takes in a report's windows, writes what is new or changed, and returns how many were new. */
  store(number: number, counts: readonly (number | null)[]): Readonly<Tally> {
    this.#recall(number - counts.length + 1);
    const tally = { added: 0, repeated: 0, disagreed: 0 };
    const changed = this.#merge(number, counts, tally);
    if (changed.length > 0) this.#port.putWindows(this.run, changed);
    this.#forget();
    return tally;
  }

  /**
   * Puts the windows of a report among those at hand and returns them, ascending. Room is made for the new ones above those at
   * hand; from the newest down each goes to its place, until none of that room is left.
   */
  #merge(number: number, counts: readonly (number | null)[], tally: Tally): RunWindow[] {
    const kept = this.#kept;
    let from = kept.countBelow(number + 1) - 1;
    let to = from + kept.open(from + 1, this.#countNew(number, counts));
    const changed: RunWindow[] = [];
    for (let index = 0; index < counts.length; index += 1) {
      const count = counts[index] ?? null;
      if (kept.isNumber(from, number - index)) {
        if (from < to) kept.move(from, to);
        if (count !== null) changed.push(this.#repeat(to, { number: number - index, value: count }, tally));
        from -= 1;
        to -= 1;
      } else if (count !== null) {
        changed.push(this.#add(to, { number: number - index, value: count }, tally));
        to -= 1;
      }
    }
    changed.reverse();
    return changed;
  }

  #countNew(number: number, counts: readonly (number | null)[]): number {
    const kept = this.#kept;
    let newCount = 0;
    let at = kept.countBelow(number + 1) - 1;
    for (let index = 0; index < counts.length; index += 1) {
      if (kept.isNumber(at, number - index)) at -= 1;
      else if ((counts[index] ?? null) !== null) newCount += 1;
    }
    return newCount;
  }

  #add(at: number, { number, value }: { number: number; value: number }, tally: Tally): RunWindow {
    tally.added += 1;
    this.#noteUsual(value);
    this.firstNumber = Math.min(this.firstNumber, number);
    this.lastNumber = Math.max(this.lastNumber, number);
    const window = { number, value, reports: 1, disagreements: 0 };
    this.#kept.put(at, window);
    return window;
  }

  #repeat(at: number, { number, value }: { number: number; value: number }, tally: Tally): RunWindow {
    const kept = this.#kept;
    const known = kept.valueAt(at);
    const disagrees = known !== value && !Number.isNaN(known);
    tally.repeated += 1;
    if (disagrees) tally.disagreed += 1;
    kept.raise(at, disagrees);
    const reports = kept.reportsAt(at);
    return { number, value: disagrees ? known : value, reports, disagreements: kept.disagreementsAt(at) };
  }

  /** Brings windows from the store where a report reaches further back than the memory. */
  #recall(fromNumber: number): void {
    if (fromNumber >= this.#knownFrom) return;
    if (this.#knownFrom > this.firstNumber)
      this.#kept.putOldest(this.#port.readWindows(this.run, fromNumber, this.#knownFrom));
    this.#knownFrom = fromNumber;
  }

  #forget(): void {
    const from = this.lastNumber - KEPT_WINDOWS + 1;
    if (this.#kept.count <= KEPT_WINDOWS_MAX) return;
    this.#kept.dropBelow(from);
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
