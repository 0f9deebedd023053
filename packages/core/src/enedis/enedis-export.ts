import type { Points } from '../series/index.ts';
import type { EpochMs } from '../time/index.ts';

/** What a meter's register showed. */
export interface RegisterReading {
  /** `EAST` for the total, `EASF01` … as the meter itself calls them. */
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

/** What the distributor or a supplier knows of a meter. The number of the delivery point is not kept. */
export interface EnedisExport {
  readonly kind: 'curve' | 'daily' | 'index';
  readonly direction: 'consumed' | 'injected';
  /** Energies in mWh by start; none where the file holds indexes. */
  readonly points: Points;
  readonly readings: readonly RegisterReading[];
  /** Whether a curve's stamps were taken as the end of their interval, as most exports mean them. */
  readonly stampsEnd: boolean;
  /** The most common interval, ms; 0 where the file holds indexes. */
  readonly stepMs: number;
  readonly bad: readonly BadRow[];
  /** Rows without a value: nothing was measured. */
  readonly emptyRows: number;
  /** Rows whose time came before; the first counts. */
  readonly repeatedRows: number;
}
