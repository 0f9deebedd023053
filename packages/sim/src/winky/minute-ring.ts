/**
 * Lowest, mean and highest apparent power of the last minutes, the same as firmware/core/src/winky_minutes.c: six bytes
 * a minute, so that an hour fits the memory that survives deep sleep. Minutes are numbered from the boot.
 */
export interface MinuteRing {
  /** A power measured `uptimeS` after the boot, which never falls. */
  add(uptimeS: number, powerVa: number): void;
  /** The minutes from `first` to before `end`, as far as they are kept; null where nothing was measured. */
  read(first: number, end: number): readonly (MinuteStats | null)[];
  /** The first minute that is still kept. */
  readonly oldest: number;
}

export interface MinuteStats {
  readonly minVa: number;
  readonly meanVa: number;
  readonly maxVa: number;
}

export const MINUTES_KEPT = 60;
const POWER_VA_MAX = 65_534;

export function createMinuteRing(): MinuteRing {
  return new Ring();
}

class Ring implements MinuteRing {
  readonly #slots: (MinuteStats | null)[] = Array.from({ length: MINUTES_KEPT }, () => null);
  /** The minute being measured, and the sum and number of its powers. */
  #minute = 0;
  #sum = 0;
  #count = 0;

  get oldest(): number {
    return Math.max(0, this.#minute - MINUTES_KEPT + 1);
  }

  add(uptimeS: number, powerVa: number): void {
    this.#enter(Math.floor(uptimeS / 60));
    const power = Math.min(powerVa, POWER_VA_MAX);
    const slot = this.#slots[this.#minute % MINUTES_KEPT] ?? null;
    this.#sum += power;
    this.#count += 1;
    this.#slots[this.#minute % MINUTES_KEPT] = {
      minVa: slot === null ? power : Math.min(slot.minVa, power),
      meanVa: Math.floor((this.#sum + Math.floor(this.#count / 2)) / this.#count),
      maxVa: slot === null ? power : Math.max(slot.maxVa, power),
    };
  }

  read(first: number, end: number): readonly (MinuteStats | null)[] {
    const minutes: (MinuteStats | null)[] = [];
    for (let minute = Math.max(first, this.oldest); minute < end; minute++) {
      minutes.push(minute > this.#minute ? null : (this.#slots[minute % MINUTES_KEPT] ?? null));
    }
    return minutes;
  }

  #enter(minute: number): void {
    if (minute <= this.#minute) return;
    const passed = Math.min(minute - this.#minute, MINUTES_KEPT);
    for (let i = 0; i < passed; i++) this.#slots[(minute - i) % MINUTES_KEPT] = null;
    this.#minute = minute;
    this.#sum = 0;
    this.#count = 0;
  }
}
