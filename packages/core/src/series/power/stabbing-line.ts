import type { Gates } from './gates.ts';

/**
 * The straight lines that pass through every gate given so far, gate by gate. A gate is an instant with a lowest and a
 * highest value; adding one costs constant time on average (J. O'Rourke, An on-line algorithm for fitting straight
 * lines between data ranges, Comm. ACM 24, 1981).
 */
export class StabbingLine {
  /** The lower hull of the tops and the upper hull of the bottoms: only these can still turn a line. */
  readonly #tops = new Hull(1);
  readonly #bottoms = new Hull(-1);

  /** The flattest and the steepest line that are left; infinite while there are fewer than two gates. */
  get slopeMin(): number {
    return this.#tops.slope;
  }

  get slopeMax(): number {
    return this.#bottoms.slope;
  }

  clear(): void {
    this.#tops.clear();
    this.#bottoms.clear();
  }

  /** Takes a gate later than all before; false, and nothing is changed, when no line passes through it as well. */
  add(at: number, low: number, high: number): boolean {
    const lowest = this.#tops.lineAt(at);
    const highest = this.#bottoms.lineAt(at);
    if (high < lowest || low > highest) return false;
    if (low > lowest) this.#tops.turnTo(at, low);
    if (high < highest) this.#bottoms.turnTo(at, high);
    this.#tops.push(at, high);
    this.#bottoms.push(at, low);
    return true;
  }

  /** Takes gates from place `from` until one does not fit or place `to` is reached; the first that was not taken. */
  addGates({ at, low, high }: Gates, from: number, to: number): number {
    let gate = from;
    while (gate < to && this.add(at[gate] as number, low[gate] as number, high[gate] as number)) gate += 1;
    return gate;
  }
}

/**
 * A convex chain of points by rising time, and the line that leans on it. `side` 1 keeps the lower hull and the flattest
 * line below it, -1 the upper one and the steepest line above it.
 */
class Hull {
  readonly #side: 1 | -1;
  #at = new Float64Array(64);
  #value = new Float64Array(64);
  /** Of the line: a column of one, as a number of its own would be made anew with each turn. */
  readonly #slope: Float64Array;
  /** The point that carries the line; those before can never carry it again. */
  #first = 0;
  #end = 0;

  constructor(side: 1 | -1) {
    this.#side = side;
    this.#slope = Float64Array.of(-side * Number.POSITIVE_INFINITY);
  }

  /** Infinite while no line leans on the chain. */
  get slope(): number {
    return this.#slope[0] as number;
  }

  clear(): void {
    this.#first = 0;
    this.#end = 0;
    this.#slope[0] = -this.#side * Number.POSITIVE_INFINITY;
  }

  /** Where the line is at a time after all points; without points as far out as its slope. */
  lineAt(at: number): number {
    if (this.#end === 0) return this.slope;
    return (this.#value[this.#first] as number) + this.slope * (at - (this.#at[this.#first] as number));
  }

  /** Turns the line on the chain until it passes through a later point. */
  turnTo(at: number, value: number): void {
    if (this.#end === 0) return;
    let slope = this.#slopeFrom(this.#first, at, value);
    while (this.#first + 1 < this.#end) {
      const next = this.#slopeFrom(this.#first + 1, at, value);
      if (this.#side === 1 ? next < slope : next > slope) break;
      slope = next;
      this.#first += 1;
    }
    this.#slope[0] = slope;
  }

  push(at: number, value: number): void {
    const ats = this.#at;
    const values = this.#value;
    const second = this.#first + 1;
    let end = this.#end;
    for (; end > second; end -= 1) {
      const lastAt = ats[end - 1] as number;
      const lastValue = values[end - 1] as number;
      // The last point stays where the chain turns there; both sides of a comparison of slopes, without dividing.
      const before = (lastValue - (values[end - 2] as number)) * (at - lastAt);
      const after = (value - lastValue) * (lastAt - (ats[end - 2] as number));
      if (this.#side === 1 ? before < after : before > after) break;
    }
    if (end === ats.length) this.#grow();
    this.#at[end] = at;
    this.#value[end] = value;
    this.#end = end + 1;
  }

  #slopeFrom(index: number, at: number, value: number): number {
    return (value - (this.#value[index] as number)) / (at - (this.#at[index] as number));
  }

  #grow(): void {
    const wider = (column: Float64Array) => {
      const copy = new Float64Array(column.length * 2);
      copy.set(column);
      return copy;
    };
    this.#at = wider(this.#at);
    this.#value = wider(this.#value);
  }
}
