import type { EpochMs } from '@kilowink/core/time';
import type { Store, StoreReader } from '@kilowink/store';
import type { Live } from '../live/index.ts';
import type { ClockWatch } from './clock-watch.ts';

/** How often other processes' writes are looked for, and the clock is watched. */
const LOOK_MS = 1_000;
/** How often days are sealed, and for how long at most at a time: pages must not wait for it. */
const SEAL_EVERY_MS = 60_000;
const SEAL_BUDGET_MS = 100;
/**
 * After a start everything stored is looked at once, so long at a time and with so much time for others in between: it is 0.8 s
 * of work for a month of 2,770 homes. What fails is tried again after a while.
 */
const VERIFY_SLICE_MS = 4;
const VERIFY_PAUSE_MS = 16;
const VERIFY_AGAIN_MS = 60_000;
/** After the clock was set, runs may still move; days wait this long before they are sealed. */
const SEAL_STEADY_MS = 600_000;

export interface Work {
  readonly reader: StoreReader;
  /** Null in a read-only instance. */
  readonly writer: { store: Store; groupMs: number; sealAfterMs: number } | null;
  readonly live: Live;
  readonly clock: ClockWatch;
  /**
   * See what came before its days are sealed: what is sealed has no place in the order of changes any more, and its windows are not
   * at hand one by one.
   */
  readonly beforeSeal?: readonly ((beforeMs: EpochMs) => void)[];
  readonly onError: (message: string, error: unknown) => void;
}

interface Failure {
  readonly message: string;
  readonly atMs: EpochMs;
  /** It is over once so many groups are written. */
  readonly untilGroup: number;
}

/** What the server does by itself: grouped writes, sealing of days, looking for what others wrote. */
export class Housekeeping {
  readonly #work: Work;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  /** By what was tried: that reading works says nothing of writing. */
  readonly #failures = new Map<string, Failure>();
  #verifying: ReturnType<typeof setTimeout> | null = null;
  #verifiedMs: EpochMs | null = null;

  constructor(work: Work) {
    this.#work = work;
  }

  start(): void {
    const { writer } = this.#work;
    this.#every(LOOK_MS, () => this.#look());
    if (writer === null) return;
    if (writer.groupMs > 0) this.#every(writer.groupMs, () => this.flush());
    this.#every(SEAL_EVERY_MS, () => this.#seal());
    this.#verifyIn(VERIFY_PAUSE_MS);
  }

  stop(): void {
    if (this.#verifying !== null) clearTimeout(this.#verifying);
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** The latest of what failed and did not succeed since; null when all is well. */
  get lastError(): { message: string; atMs: EpochMs } | null {
    const written = this.#work.writer?.store.writtenGroups ?? 0;
    for (const [tried, { untilGroup }] of this.#failures)
      if (written >= untilGroup) this.#failures.delete(tried);
    return [...this.#failures.values()].sort((one, other) => other.atMs - one.atMs)[0] ?? null;
  }

  /** When everything stored had been looked at since the start; null until then, and in a read-only instance. */
  get verifiedMs(): EpochMs | null {
    return this.#verifiedMs;
  }

  /** A report could not be stored: so it is until something is written. */
  reportFailed(error: unknown): void {
    const written = this.#work.writer?.store.writtenGroups ?? 0;
    this.#fail('A report could not be stored; its sensor will repeat it.', error, written + 1);
  }

  /** Makes everything taken so far durable. A failure keeps it in memory and is shown; the next try follows by itself. */
  flush(): void {
    const { writer } = this.#work;
    if (writer === null) return;
    this.#attempt('The measurements could not be written; they are kept in memory and tried again.', () =>
      writer.store.flush(),
    );
  }

  /** Leaves nothing that the next process would look for in windows one by one: of thousands of sensors most are sealed early. */
  finish(): void {
    this.#attempt('What was counted could not be saved.', () => this.#seeBefore(Number.POSITIVE_INFINITY));
    this.flush();
  }

  #seeBefore(beforeMs: EpochMs): void {
    for (const see of this.#work.beforeSeal ?? []) see(beforeMs);
  }

  #look(): void {
    const { clock, reader, live } = this.#work;
    clock.look();
    this.#attempt('The store could not be read.', () => {
      if (reader.refresh()) live.push();
    });
  }

  #seal(): void {
    const { writer, clock, live } = this.#work;
    if (writer === null || !clock.steadyFor(SEAL_STEADY_MS)) return;
    this.#attempt('A day could not be sealed; its measurements stay where they are.', () => {
      const beforeMs = clock.nowMs() - writer.sealAfterMs;
      this.#seeBefore(beforeMs);
      const days = writer.store.seal(beforeMs, SEAL_BUDGET_MS);
      if (days > 0) live.push();
    });
  }

  #verifyIn(delayMs: number): void {
    this.#verifying = setTimeout(() => this.#verify(), delayMs);
    this.#verifying.unref();
  }

  #verify(): void {
    const { writer, clock, live } = this.#work;
    if (writer === null) return;
    let isDone = false;
    const isLooked = this.#attempt('What is stored could not be looked at; it is tried again.', () => {
      isDone = writer.store.verify(VERIFY_SLICE_MS);
    });
    if (isDone) {
      this.#verifiedMs = clock.nowMs();
      // A day that is set aside reads otherwise.
      live.push();
    } else this.#verifyIn(isLooked ? VERIFY_PAUSE_MS : VERIFY_AGAIN_MS);
  }

  /** Whether it succeeded. */
  #attempt(message: string, work: () => void): boolean {
    try {
      work();
      this.#failures.delete(message);
      return true;
    } catch (error) {
      if (!this.#failures.has(message)) this.#work.onError(message, error);
      this.#fail(message, error, Number.POSITIVE_INFINITY);
      return false;
    }
  }

  #fail(tried: string, error: unknown, untilGroup: number): void {
    const message = `${tried} ${String(error)}`;
    this.#failures.set(tried, { message, atMs: this.#work.clock.nowMs(), untilGroup });
  }

  #every(intervalMs: number, work: () => void): void {
    const timer = setInterval(work, intervalMs);
    timer.unref();
    this.#timers.push(timer);
  }
}
