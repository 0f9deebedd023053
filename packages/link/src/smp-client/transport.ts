import type { RoundTripOptions } from '@kilowink/core/smp';

/** Stops what it was given for. */
export type Stop = () => void;

/** How frames get to a device and back. */
export interface SmpTransport {
  /** How messages name the device: `udp://sensor.local:1337`. */
  readonly target: string;
  /** The longest frame it carries, in bytes. */
  readonly frameBytesMax: number;
  /** Bytes of the device's buffer that the way there takes beside the frame. */
  readonly overheadBytes: number;
  /** Requests that may be on their way at once, however many buffers the device has. */
  readonly parallelMax: number;
  /** How often a request is sent before giving up, where the command allows it: 1 where nothing gets lost. */
  readonly attempts: number;
  /** The bounds of the wait for an answer. */
  readonly wait: RoundTripOptions;
  /** Sends a frame. Throws when the way is closed. */
  send(frame: Uint8Array): Promise<void>;
  /** Calls back for each whole frame that came. */
  onFrame(listener: (frame: Uint8Array) => void): Stop;
  /** Calls back once, when the way is closed from the other side. */
  onClose(listener: (reason: Error) => void): Stop;
  /** What the device printed beside its answers, on a line that carries both. */
  onText?(listener: (text: Uint8Array) => void): Stop;
  close(): Promise<void>;
}

/** Listeners, for transports: each is called in turn. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): Stop {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(value: T): void {
    for (const listener of [...this.#all]) listener(value);
  }
}
