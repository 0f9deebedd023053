import type { CborInput } from '@kilowink/core/cbor';
import type { FlashState, FlashTimes } from './boot-loader.ts';
import type { Work } from './operation.ts';
import type { SmpDeviceOptions } from './options.ts';

/** A refusal with a code of a group; with `group` null, one of those that all groups share. */
export interface Refused {
  readonly refused: { readonly group: number | null; readonly code: number };
}

/** What a handler answers: the reply as its row has it, or a refusal. */
export type Answer<T> = Work<T | Refused>;

/** A refusal as the outcome of a handler. */
export function refuse(group: number | null, code: number): Refused {
  return { refused: { group, code } };
}

/** An upload that is under way; the device keeps it in memory only. */
export interface UploadState {
  readonly lengthBytes: number;
  readonly sha256: Uint8Array | null;
  offset: number;
}

/** What handlers work on. */
export interface DeviceContext {
  readonly options: SmpDeviceOptions;
  readonly flash: FlashState;
  readonly times: FlashTimes;
  /** Time since its start, in ms. */
  uptimeMs(): number;
  upload: UploadState | null;
  /** Settings in memory, and as they are stored. */
  readonly settings: Map<string, Uint8Array>;
  readonly storedSettings: Map<string, Uint8Array>;
  readonly files: Map<string, Uint8Array>;
  /** Added to its own time for the time of day; null while the clock is not set. */
  clockOffsetMs: number | null;
  /** Restarts once the answer is out. */
  restart(): void;
  readonly requests: number;
}

/** Plain entries of an answer that no row describes. */
export type Entries = Readonly<Record<string, CborInput>>;
