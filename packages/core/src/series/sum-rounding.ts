/**
 * Rounds numbers to whole ones so that their sum is that of the exact ones, to a half: what one lost is due to the next.
 * Each is less than one off, zero stays zero, and what is no number stays none.
 */
export class SumRounding {
  #due = 0;

  round(exact: number): number {
    const wanted = exact + this.#due;
    const rounded = Math.round(wanted);
    if (Number.isFinite(rounded)) this.#due = wanted - rounded;
    return rounded;
  }

  /** Rounds the first `count` of them in place, one after the other. */
  roundAll(exact: Float64Array, count: number): void {
    let due = this.#due;
    for (let index = 0; index < count; index += 1) {
      const wanted = (exact[index] as number) + due;
      const rounded = Math.round(wanted);
      if (Number.isFinite(rounded)) due = wanted - rounded;
      exact[index] = rounded;
    }
    this.#due = due;
  }
}
