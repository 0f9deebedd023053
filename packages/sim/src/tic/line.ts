import type { EpochMs } from '@kilowink/core/time';
import { createRandom, type Random } from '../random/index.ts';
import { EOT, ETX, frameBytes, type GroupText, groupText, STX, type TicMode, toBytes } from './group.ts';
import { historicGroups, overPhases, shortGroups } from './historic-frame.ts';
import type { TicMeter } from './meter.ts';
import { addNoise, type LineNoise } from './noise.ts';
import type { TicSnapshot } from './snapshot.ts';
import { standardGroups } from './standard-frame.ts';

/** What goes over the line between two silences. */
export interface LineFrame {
  /** When its first byte begins and its last byte ends. */
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly kind: 'long' | 'short' | 'interrupted';
  readonly mode: TicMode;
  /** What the meter sent. */
  readonly sent: Uint8Array;
  /** What a receiver gets of it. */
  readonly received: Uint8Array;
  /** What it says. */
  readonly snapshot: TicSnapshot;
}

/** The customer output of a meter, frame after frame, with the times of a real line. */
export interface TicLine {
  /** When the next frame begins. */
  readonly nextMs: EpochMs;
  take(): LineFrame;
  /** Nobody listens until `atMs`: the next frame is one that is under way then, or the first after it. */
  seek(atMs: EpochMs): void;
}

export const BAUD: Readonly<Record<TicMode, number>> = { historique: 1_200, standard: 9_600 };
const BITS_PER_BYTE = 10;
/** Silence between frames, Enedis-NOI-CPT_54E § 5.3.6. */
const GAP_MS = [16.7, 33.4] as const;
const SHORT_FRAMES = 20;
const AFTER_OVERLOAD_MS = 60_000;

/** How long this many bytes take. */
export function durationOfBytesMs(bytes: number, mode: TicMode): number {
  return (bytes * BITS_PER_BYTE * 1_000) / BAUD[mode];
}

export function createTicLine(meter: TicMeter, options: { seed: number; noise?: LineNoise }): TicLine {
  return new Line(meter, options);
}

class Line implements TicLine {
  readonly #meter: TicMeter;
  readonly #random: Random;
  readonly #noise: LineNoise;
  #nextMs: number;
  /** Until when short frames are sent, and how many still come before a long one. */
  #overloadUntilMs = -Infinity;
  #shortLeft = 0;
  #lastMs = 1_000;

  constructor(meter: TicMeter, options: { seed: number; noise?: LineNoise }) {
    this.#meter = meter;
    this.#random = createRandom(options.seed);
    this.#noise = options.noise ?? {};
    this.#nextMs = meter.atMs;
  }

  get nextMs(): EpochMs {
    return Math.ceil(this.#nextMs);
  }

  seek(atMs: EpochMs): void {
    this.#nextMs = Math.max(this.#nextMs, atMs - this.#random.next() * this.#lastMs);
  }

  take(): LineFrame {
    const startMs = Math.max(this.nextMs, this.#meter.atMs);
    this.#meter.advance(startMs);
    const snapshot = this.#meter.snapshot();
    const { kind, sent } = this.#compose(snapshot);
    this.#meter.sent();
    const endMs = startMs + durationOfBytesMs(sent.length, snapshot.mode);
    this.#lastMs = endMs - startMs;
    this.#nextMs = endMs + this.#random.between(...GAP_MS);
    const received = addNoise(sent, this.#noise, this.#random);
    return { startMs, endMs, kind, mode: snapshot.mode, sent, received, snapshot };
  }

  #compose(snapshot: TicSnapshot): Pick<LineFrame, 'kind' | 'sent'> {
    if (snapshot.mode === 'standard') {
      return { kind: 'long', sent: frameBytes('standard', standardGroups(snapshot)) };
    }
    const groups = historicGroups(snapshot);
    if (snapshot.phases.length === 1) return { kind: 'long', sent: frameBytes('historique', groups) };
    const wasShort = snapshot.atMs < this.#overloadUntilMs;
    if (overPhases(snapshot).includes(true)) {
      this.#overloadUntilMs = snapshot.atMs + AFTER_OVERLOAD_MS;
      if (!wasShort) this.#shortLeft = SHORT_FRAMES;
    }
    if (snapshot.atMs < this.#overloadUntilMs) {
      if (this.#shortLeft > 0) {
        this.#shortLeft -= 1;
        return { kind: 'short', sent: frameBytes('historique', shortGroups(snapshot)) };
      }
      this.#shortLeft = SHORT_FRAMES;
      return { kind: 'long', sent: frameBytes('historique', groups) };
    }
    return this.#interruptible(snapshot, groups);
  }

  /** A long frame stops after the group in hand when a phase goes over, and EOT says so. */
  #interruptible(snapshot: TicSnapshot, groups: readonly GroupText[]): Pick<LineFrame, 'kind' | 'sent'> {
    const whole = frameBytes('historique', groups);
    const overMs = this.#firstOverload(snapshot, durationOfBytesMs(whole.length, 'historique'));
    if (overMs === null) return { kind: 'long', sent: whole };
    this.#overloadUntilMs = overMs + AFTER_OVERLOAD_MS;
    this.#shortLeft = SHORT_FRAMES;
    let text = String.fromCharCode(STX);
    for (const group of groups) {
      if (durationOfBytesMs(text.length, 'historique') > overMs - snapshot.atMs) {
        return { kind: 'interrupted', sent: toBytes(text + String.fromCharCode(EOT)) };
      }
      text += groupText('historique', group);
    }
    return { kind: 'long', sent: toBytes(text + String.fromCharCode(ETX)) };
  }

  /** When within the next `durationMs` a phase first goes over; null when none does. */
  #firstOverload(snapshot: TicSnapshot, durationMs: number): EpochMs | null {
    const { grid } = this.#meter;
    const endMs = snapshot.atMs + durationMs;
    for (let atMs = snapshot.atMs; atMs < endMs; ) {
      const { netMw, untilMs } = grid.powersAt(atMs);
      if (overPhases({ ...snapshot, phases: grid.phasesAt(atMs, netMw) }).includes(true)) return atMs;
      atMs = untilMs;
    }
    return null;
  }
}
