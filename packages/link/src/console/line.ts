import type { Stop } from '../smp-client/transport.ts';

/** A device's console: bytes go there and come back, as on a terminal. */
export interface ConsoleLine {
  /** How messages name it. */
  readonly target: string;
  /** Throws when the line is away. */
  write(bytes: Uint8Array): Promise<void>;
  onBytes(listener: (bytes: Uint8Array) => void): Stop;
  /** Calls back when the line went away; a serial one comes back by itself. */
  onAway(listener: (reason: Error) => void): Stop;
  close(): Promise<void>;
}
