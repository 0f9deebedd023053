import type { EpochMs } from '@kilowink/core/time';

/** A message of somebody else's, from the embedded broker or an external one. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** It was kept by the broker: when it was sent is not known. */
  readonly isRetained: boolean;
  readonly receivedMs: EpochMs;
}

/**
 * What became of a message: `other` is none of ours; `done` is taken, or refused, and leaves nothing to be written; a
 * number is the store's group that must be in the file before it is acknowledged; `failed` could not be stored, and is left
 * to its sender, which sends it again on its next connection.
 */
export type Taken = 'other' | 'done' | 'failed' | number;

/** Takes a message in. Never throws on what came. */
export type TakeMessage = (message: MqttMessage) => Taken;

/** Publishes; a retained message of no bytes clears its topic. */
export type Publish = (message: { topic: string; payload: string; retain?: boolean }) => void;
