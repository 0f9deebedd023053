import type { EpochMs } from '@kilowink/core/time';
import type { Damage, SeriesInfo, StoreSpace } from '@kilowink/store';
import type { ServerState } from './ask-server.ts';
import type { Wholeness } from './find-gaps.ts';
import type { Growth } from './growth.ts';

/** One series, and how whole it is; null where its measurements can not be read. */
export interface SeriesState extends SeriesInfo {
  /** Whether a sensor or a meter measures it; the others come from files. */
  readonly isMeasured: boolean;
  readonly wholeness: Wholeness | null;
}

/** Bytes that the server had written to disks. */
export interface Writing {
  readonly sinceMs: EpochMs;
  readonly writtenBytes: number;
  /** Null while the server runs for less than ten minutes. */
  readonly bytesPerDay: number | null;
}

/** Everything that a look at a data folder found. */
export interface Findings {
  readonly folder: string;
  readonly path: string;
  readonly nowMs: EpochMs;
  readonly schema: number;
  readonly knownSchema: number;
  readonly isThorough: boolean;
  /** What is wrong with the file, a line each. */
  readonly faults: readonly string[];
  /** What was found earlier, and set aside. */
  readonly damages: readonly Damage[];
  readonly fileBytes: number;
  /** Of the write-ahead log beside it. */
  readonly logBytes: number;
  readonly space: StoreSpace | null;
  readonly growth: Growth | null;
  readonly disk: {
    readonly freeBytes: number;
    readonly totalBytes: number;
    readonly daysLeft: number | null;
  };
  readonly server: ServerState;
  readonly writing: Writing | null;
  readonly series: readonly SeriesState[];
}

/** Something that was noticed: `attention` makes the exit code 1, `note` is only told. */
export interface Notice {
  readonly level: 'attention' | 'note';
  readonly about: 'integrity' | 'damage' | 'schema' | 'disk' | 'clock' | 'sensor' | 'server' | 'log';
  readonly text: string;
}
