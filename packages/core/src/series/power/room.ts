/**
 * Columns that are used over and over. A view of a day needs some megabytes of them for a moment: made anew each time,
 * the collector would come for them oftener than for all else, and the system would clear every page of them first.
 */
export class ColumnRoom {
  readonly #columns: Float64Array[];

  /** `count` columns, none longer than what was taken of it so far. */
  constructor(count: number) {
    this.#columns = Array.from({ length: count }, () => new Float64Array(0));
  }

  /** Column `place` with whatever it held, at least `length` long; what was taken of it before is overwritten with it. */
  take(place: number, length: number): Float64Array {
    let column = this.#columns[place];
    if (column === undefined || column.length < length) {
      column = new Float64Array(length);
      this.#columns[place] = column;
    }
    return column;
  }
}
