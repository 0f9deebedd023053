import { NumberRanges } from '@kilowink/core/window';

/** Starts of a gateway that are remembered; messages of older ones no broker holds any more. */
const BOOTS_MAX = 8;
/** Numbers behind the newest whose repeats are known; further back everything counts as known. */
const SPAN = 10_000;

type Ranges = readonly (readonly [number, number])[];

/** What is remembered of one start of a gateway. */
export interface BootState {
  readonly boot: number;
  /** Sequence numbers of frames, and numbers of past minutes, that were taken. */
  readonly frames: Ranges;
  readonly minutes: Ranges;
}

/** What of a gateway's messages was taken already, by (boot, number): a broker delivers at least once. */
export class GatewayIdentity {
  #boots: { readonly boot: number; readonly frames: NumberRanges; readonly minutes: NumberRanges }[];

  constructor(states: readonly BootState[] = []) {
    this.#boots = states.map(({ boot, frames, minutes }) => ({
      ...{ boot, frames: new NumberRanges(frames), minutes: new NumberRanges(minutes) },
    }));
  }

  get states(): BootState[] {
    return this.#boots.map(({ boot, frames, minutes }) => ({
      ...{ boot, frames: frames.ranges, minutes: minutes.ranges },
    }));
  }

  /** The boot heard last; null before the first. */
  get lastBoot(): number | null {
    return this.#boots.at(-1)?.boot ?? null;
  }

  /**
   * Whether a frame is new, comes after a later one of its boot or from an earlier boot, or came already. It counts as
   * taken from then on.
   */
  takeFrame(boot: number, sequence: number): 'new' | 'late' | 'repeated' {
    const isOldBoot = this.#boots.some((known) => known.boot === boot) && this.lastBoot !== boot;
    const { frames } = this.#of(boot);
    const newest = (frames.ranges.at(-1)?.[1] ?? 0) - 1;
    if (frames.has(sequence) || sequence < newest - SPAN) return 'repeated';
    frames.add(sequence, sequence + 1);
    frames.dropBelow(Math.max(newest, sequence) - SPAN);
    return isOldBoot || sequence < newest ? 'late' : 'new';
  }

  /** Whether that minute of the past is new; it counts as taken from then on. */
  takeMinute(boot: number, minute: number): boolean {
    return this.#of(boot).minutes.add(minute, minute + 1) === 1;
  }

  #of(boot: number) {
    const known = this.#boots.find((each) => each.boot === boot);
    if (known !== undefined) return known;
    const made = { boot, frames: new NumberRanges(), minutes: new NumberRanges() };
    this.#boots = [...this.#boots, made].slice(-BOOTS_MAX);
    return made;
  }
}
