import type { Unit } from '../series/index.ts';
import type { Rows } from './rows.ts';

/** One kind of file: how to know it and how to read a line of it. */
export interface ImportFormat {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** The first line, exactly; it also tells the formats apart. */
  readonly header: string;
  /** What one row of it lasts. */
  readonly intervalMs: number;
  readonly unit: Unit;
  /** Whether the columns `reports` and `disagreements` mean anything. */
  readonly countsReports: boolean;
  /** A reader for one file of this format. */
  createLineReader(): LineReader;
}

export interface LineReader {
  /**
   * Reads the line at `pos`, which ends with a line feed within `bytes`, into the next place of `rows`. Returns the
   * start of the next line, or -1 when the line is no row; then `rows` is as it was.
   */
  read(bytes: Uint8Array, pos: number, rows: Rows): number;
  /** What a line that was refused should have been; the line without its end. */
  explain(line: Uint8Array): string;
}
