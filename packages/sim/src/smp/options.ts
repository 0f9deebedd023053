import type { EpochMs } from '@kilowink/core/time';
import type { FlashTimes } from './boot-loader.ts';

/** A simulated device that is looked after over SMP. */
export interface SmpDeviceOptions {
  readonly startMs: EpochMs;
  /** The image in the first slot, whole and right. */
  readonly image: Uint8Array;
  /** Size of a slot, in bytes; 1 MiB and 64 KiB by default. */
  readonly slotBytes?: number;
  /** Size of a flash sector, in bytes; 4 KiB by default. */
  readonly sectorBytes?: number;
  /** What a frame may hold, header included, in bytes; 1,024 by default. */
  readonly bufferBytes?: number;
  /** Buffers, one of which is for the answer; 4 by default. */
  readonly buffers?: number;
  /** Time each request takes, in ms; 1 by default. */
  readonly serviceMs?: number;
  /** By default 1 ms to erase a sector and 1 ms to write one. */
  readonly flash?: FlashTimes;
  /** The newest version of SMP it speaks; 2 by default. */
  readonly version?: 1 | 2;
  /** Whether it checks the SHA-256 of an upload at its end, as with `CONFIG_IMG_ENABLE_IMAGE_CHECK`; off by default. */
  readonly checksUpload?: boolean;
  /** Commands it does not know, by the names of their rows. */
  readonly unknownCommands?: readonly string[];
  /** Whether an image, once started, stays up; one that does not restarts by itself after a second. All do by default. */
  readonly staysUp?: (version: string) => boolean;
  readonly settings?: Readonly<Record<string, Uint8Array>>;
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** What `coredump print` prints. */
  readonly coreDumpLog?: string;
}

/** What a device did that others can see. */
export interface DeviceOutput {
  readonly atMs: EpochMs;
  /** A frame, or a line on its console. */
  readonly kind: 'frame' | 'text';
  readonly bytes: Uint8Array;
}

/** Something that takes frames and gives frames on virtual time: a device, or a device behind a bad network. */
export interface TimedPeer {
  /** When it does something next; Infinity when it only waits. */
  readonly nextMs: EpochMs;
  /** Lets it do that; what comes of it. */
  take(): readonly DeviceOutput[];
  /** A frame came to it. */
  receive(atMs: EpochMs, frame: Uint8Array): void;
}
