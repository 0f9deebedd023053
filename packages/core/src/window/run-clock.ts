import type { EpochMs } from '../time/index.ts';
import type { Reception, TimelineSegment } from './port.ts';
import { shiftTimeline, slewTimeline, windowEndMs } from './timeline.ts';

/** A timeline this close to what the reports say is left alone: networks are no more exact. */
export const TOLERANCE_MS = 500;
/** Beyond this the run is moved as a whole; below, its coming windows make it up little by little. */
export const SLEW_MAX_MS = 2_000;
/** How much longer or shorter a window gets while a timeline is corrected slowly. */
export const SLEW_MS = 5;
/** A wall clock that moves by more than this against the monotonic one between two reports was set. */
const STEP_MIN_MS = 1_000;
/** NTP never slews faster than 500 ppm; twice that is still no step. */
const SLEW_RATE_MAX = 0.001;

/** Reception times are kept by the earliest in each of this many slots of this many windows: an hour in all. */
const SLOT_COUNT = 12;
const SLOT_WINDOWS = 60;
/** How many slots must agree before a run is believed to be later than it was thought. */
const LATE_SLOTS_MIN = 2;

/**
 * Tells when the windows of one run were, from when their reports came.
 *
 * A report leaves the sensor just after its newest window has ended and can only be late, never early, so the earliest
 * of many receptions (less the windows counted since) is the best estimate. The run's own window numbers are a clock
 * that never steps; the server's clock gives it its date:
 *
 *   reception − number × interval ──▶ earliest in an hour ──▶ desired ──┬── within 0.5 s: nothing
 *                                                                      ├── within 2 s: 5 ms a window
 *                                                                      └── beyond: the unsealed run moves as a whole
 *
 * When the server's clock is set, the monotonic clock tells that from a late report, and the run moves with it.
 */
export class RunClock {
  #timeline: readonly TimelineSegment[];
  readonly #intervalMs: number;
  /** The earliest `reception − number × interval` by slot of window numbers. */
  readonly #slots = new Map<number, EpochMs>();
  /** The earliest of all slots. */
  #earliestMs = Number.POSITIVE_INFINITY;
  /** The slots were looked through for old ones up to this one. */
  #forgottenAt = Number.NEGATIVE_INFINITY;
  #offsetMs: number | null;
  /** Null for what an earlier process knew: the wall clock was where it says until just now, as far as anyone knows. */
  #offsetAtMs: number | null = null;
  #slewUntilNumber = Number.NEGATIVE_INFINITY;
  #newestNumber: number;

  /** `known`: what an earlier process knew; its offset is null where that was on another machine, or before this one was switched on. */
  constructor(
    timeline: readonly TimelineSegment[],
    intervalMs: number,
    known: { readonly newestNumber: number; readonly offsetMs: number | null } | null = null,
  ) {
    this.#timeline = timeline;
    this.#intervalMs = intervalMs;
    this.#offsetMs = known?.offsetMs ?? null;
    this.#newestNumber = known?.newestNumber ?? Number.NEGATIVE_INFINITY;
    const last = timeline[timeline.length - 1];
    if (last !== undefined) this.#slewUntilNumber = last.fromNumber;
  }

  /** The wall clock less the monotonic one when this run was last heard; null when that is not known. */
  get offsetMs(): number | null {
    return this.#offsetMs;
  }

  get timeline(): readonly TimelineSegment[] {
    return this.#timeline;
  }

  /**
   * How much later than expected a report that ends with window `number` came; negative when earlier. With
   * `byMonotonic` a jump between the clocks is always taken for a set wall clock.
   */
  latenessMs(number: number, at: Reception, byMonotonic: boolean): number {
    const stepMs = byMonotonic ? this.#jumpMs(at) : this.#stepMs(number, at);
    return at.wallMs - stepMs - this.#expectedMs(number);
  }

  /**
   * Takes note of a report whose newest window is `number`, and corrects the timeline. Returns by how much a step of
   * the server's clock moved the run, 0 as a rule.
   */
  observe(number: number, at: Reception): number {
    const stepMs = this.#followStep(number, at);
    const slot = Math.floor(number / SLOT_WINDOWS);
    const candidateMs = at.wallMs - number * this.#intervalMs;
    const knownMs = this.#slots.get(slot);
    if (knownMs === undefined || candidateMs < knownMs) {
      this.#slots.set(slot, candidateMs);
      this.#earliestMs = Math.min(this.#earliestMs, candidateMs);
    }
    if (number <= this.#newestNumber) {
      // One that is repeated is late: it says nothing of the time. What is late may have come into a slot that was forgotten.
      this.#forgottenAt = Number.NEGATIVE_INFINITY;
      return stepMs;
    }
    this.#newestNumber = number;
    if (slot !== this.#forgottenAt) this.#forgetSlotsBefore(slot);
    this.#correct(number);
    return stepMs;
  }

  /**
   * Moves the run with a step of the server's clock that `other`, a run of the same sensor, has just proved; returns whether it was
   * dated by the clock that was set. One that was heard while that stood as it does now stays where it is.
   */
  shiftWith(other: RunClock, byMs: number): boolean {
    if (this.#offsetMs === null || other.#offsetMs === null) return false;
    const fromNowMs = Math.abs(this.#offsetMs - other.#offsetMs);
    const fromBeforeMs = Math.abs(this.#offsetMs - (other.#offsetMs - byMs));
    if (fromNowMs < fromBeforeMs) return false;
    this.#shift(byMs);
    return true;
  }

  #shift(byMs: number): void {
    this.#timeline = shiftTimeline(this.#timeline, byMs);
    for (const [slot, candidateMs] of this.#slots) this.#slots.set(slot, candidateMs + byMs);
    this.#earliestMs += byMs;
    if (this.#offsetMs !== null) this.#offsetMs += byMs;
  }

  #followStep(number: number, at: Reception): number {
    const stepMs = this.#stepMs(number, at);
    const offsetMs = at.wallMs - at.monotonicMs;
    if (stepMs !== 0) this.#shift(stepMs);
    this.#offsetMs = offsetMs;
    this.#offsetAtMs = at.monotonicMs;
    return stepMs;
  }

  /**
   * By how much the wall clock was set since this run was last heard. A machine that slept also shows a jump between
   * the two clocks; then the sensor's own count says that the wall clock was right all along.
   */
  #stepMs(number: number, at: Reception): number {
    const jumpMs = this.#jumpMs(at);
    const byWallMs = at.wallMs - this.#expectedMs(number);
    return Math.abs(byWallMs - jumpMs) < Math.abs(byWallMs) ? jumpMs : 0;
  }

  /** How far the wall clock moved against the monotonic one since this run was last heard, where that is no slewing. */
  #jumpMs(at: Reception): number {
    if (this.#offsetMs === null) return 0;
    const jumpMs = at.wallMs - at.monotonicMs - this.#offsetMs;
    const sinceMs = at.monotonicMs - (this.#offsetAtMs ?? at.monotonicMs);
    const slewableMs = SLEW_RATE_MAX * Math.abs(sinceMs);
    return Math.abs(jumpMs) <= STEP_MIN_MS + slewableMs ? 0 : jumpMs;
  }

  #expectedMs(number: number): EpochMs {
    return windowEndMs(this.#timeline, number);
  }

  #correct(number: number): void {
    if (number < this.#slewUntilNumber) return;
    const desiredMs = this.#earliestMs + number * this.#intervalMs;
    const errorMs = desiredMs - this.#expectedMs(number);
    if (Math.abs(errorMs) <= TOLERANCE_MS) return;
    if (errorMs > 0 && this.#slots.size < LATE_SLOTS_MIN) return;
    if (Math.abs(errorMs) > SLEW_MAX_MS) {
      this.#timeline = shiftTimeline(this.#timeline, errorMs);
      return;
    }
    const fromNumber = number + 1;
    this.#timeline = slewTimeline(this.#timeline, { fromNumber, byMs: errorMs, slewMs: SLEW_MS });
    this.#slewUntilNumber = fromNumber + Math.ceil(Math.abs(errorMs) / SLEW_MS);
  }

  #forgetSlotsBefore(slot: number): void {
    this.#forgottenAt = slot;
    for (const known of this.#slots.keys()) if (known <= slot - SLOT_COUNT) this.#slots.delete(known);
    this.#earliestMs = Math.min(...this.#slots.values());
  }
}
