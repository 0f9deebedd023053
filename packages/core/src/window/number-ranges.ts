/** A set of whole numbers as ascending ranges that do not touch; small where numbers follow each other. */
export class NumberRanges {
  /** [from, to) each. */
  #ranges: [number, number][];

  constructor(ranges: readonly (readonly [number, number])[] = []) {
    this.#ranges = [];
    for (const [from, to] of ranges) this.add(from, to);
  }

  /** Ascending, [from, to) each. */
  get ranges(): readonly (readonly [number, number])[] {
    return this.#ranges;
  }

  /** Adds [`from`, `to`); returns how many of these were not in it. */
  add(from: number, to: number): number {
    if (from >= to) return 0;
    const newest = this.#ranges.at(-1);
    // Numbers mostly follow each other, or come again.
    if (newest !== undefined && from >= newest[0] && from <= newest[1]) {
      const added = Math.max(0, to - newest[1]);
      newest[1] += added;
      return added;
    }
    if (newest === undefined || from > newest[1]) {
      this.#ranges.push([from, to]);
      return to - from;
    }
    const touching = this.#ranges.filter(([low, high]) => low <= to && high >= from);
    const held = touching.reduce(
      (sum, [low, high]) => sum + Math.max(0, Math.min(high, to) - Math.max(low, from)),
      0,
    );
    const low = Math.min(from, ...touching.map(([start]) => start));
    const high = Math.max(to, ...touching.map(([, end]) => end));
    const place = this.#ranges.findIndex(([start]) => start >= low);
    this.#ranges.splice(place < 0 ? this.#ranges.length : place, touching.length, [low, high]);
    return to - from - held;
  }

  has(number: number): boolean {
    return this.#ranges.some(([from, to]) => from <= number && number < to);
  }

  /** Whether any number of [`from`, `to`) is in it. */
  meets(from: number, to: number): boolean {
    return this.#ranges.some(([low, high]) => low < to && high > from);
  }

  /** The first number from `from` on that is not in it. */
  firstMissing(from: number): number {
    const holding = this.#ranges.find(([low, high]) => low <= from && from < high);
    return holding === undefined ? from : holding[1];
  }

  /** Forgets what is below `number`. */
  dropBelow(number: number): void {
    const oldest = this.#ranges[0];
    if (oldest === undefined || number <= oldest[0]) return;
    if (number < oldest[1]) {
      oldest[0] = number;
      return;
    }
    this.#ranges = this.#ranges
      .filter(([, to]) => to > number)
      .map(([from, to]) => [Math.max(from, number), to]);
  }
}
