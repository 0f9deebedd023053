import type { Points } from '../series/index.ts';
import type { EpochMs } from '../time/index.ts';
import type { ValueUnit } from './units.ts';

/** What a meter's register showed. */
export interface RegisterReading {
  /** `EAST` for the total, `EASF01` … as the meter itself calls them; `HP` … as a supplier does. */
  readonly register: string;
  readonly atMs: EpochMs;
  readonly indexWh: number;
}

/** A row that says nothing that can be kept, for people. */
export interface BadRow {
  /** From 1, as a text editor or a spreadsheet numbers it. */
  readonly row: number;
  readonly expected: string;
  readonly found: string;
}

/** Why a curve's stamps were taken as the begin or the end of their interval. */
export type StampsBy =
  /** The name of the column says it, or both ends stand there. */
  | 'header'
  /** Somebody said so. */
  | 'asked'
  /** The file's first and last stamps are a day's under that reading only. */
  | 'extent'
  /** Nothing tells: most exports mean the end. */
  | 'usual';

/** What the distributor or a supplier knows of a meter in one direction. */
export interface EnedisExport {
  readonly kind: 'curve' | 'daily' | 'index';
  readonly direction: 'consumed' | 'injected';
  /** The last four digits of the number of the delivery point; null where the file does not say it. The rest is not kept. */
  readonly meter: string | null;
  /** What the values are; null of indexes. */
  readonly unit: ValueUnit | null;
  /** Whether stamps say their offset from UTC, or what a clock showed. */
  readonly stamped: 'offset' | 'clock';
  /** Where columns, or rows of tariffs, add up to each value: what they are called; else none. */
  readonly addedUp: readonly string[];
  /** Energies in mWh by start; none where the file holds indexes. */
  readonly points: Points;
  readonly readings: readonly RegisterReading[];
  /** Whether a curve's stamps were taken as the end of their interval, as most exports mean them. */
  readonly stampsEnd: boolean;
  readonly stampsBy: StampsBy;
  /** The most common interval, ms; 0 where the file holds indexes. */
  readonly stepMs: number;
  /** How many rows last how long, the most common first. */
  readonly steps: readonly { readonly stepMs: number; readonly rows: number }[];
  readonly bad: readonly BadRow[];
  /** Rows without a value: nothing was measured. */
  readonly emptyRows: number;
  /** Rows whose time came before; the first counts, and what was corrected before what is raw. */
  readonly repeatedRows: number;
  /** Those of them that say another value. */
  readonly contradictingRows: number;
}

/** What a file holds. */
export interface EnedisRead {
  readonly exports: readonly EnedisExport[];
  /** Tables and rows that are no energy, by the line on which each kind begins. */
  readonly skipped: readonly { readonly line: number; readonly what: string }[];
  /** Whether the last line of a text has no end: if the file was cut there, its value may lack digits. */
  readonly isOpen: boolean;
}
