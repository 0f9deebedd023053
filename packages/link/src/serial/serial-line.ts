import { assert } from '@kilowink/core/error';
import type { SerialPort } from 'serialport';
import { linkError } from '../errors.ts';
import { listSerialPorts } from './list-ports.ts';
import { mendReads } from './mend-reads.ts';

/** How a serial line is spoken: bits a second, and what a character is made of. */
export interface SerialSettings {
  readonly baud: number;
  readonly dataBits: 7 | 8;
  readonly parity: 'none' | 'even' | 'odd';
}

export interface SerialLineOptions extends SerialSettings {
  /** The device, for example `/dev/ttyUSB0` or `/dev/serial/by-id/…`. */
  readonly path: string;
  /** Called with what came in. The bytes are the listener's to keep. */
  readonly onBytes?: (bytes: Uint8Array) => void;
  /** Called each time the device is open and ready. */
  readonly onOpen?: () => void;
  /** Called each time the device could not be opened or went away, with the reason; it is tried again by itself. */
  readonly onClose?: (reason: Error) => void;
  /** First wait before a device is tried again, doubled up to the second; 250 ms and 5 s when left out. */
  readonly retryMs?: number;
  readonly retryMsMax?: number;
}

const RETRY_MS = 250;
const RETRY_MS_MAX = 5_000;

/** What a serial line did since it was opened. */
export interface SerialCounters {
  opens: number;
  failures: number;
  bytesIn: number;
  bytesOut: number;
}

/**
 * A serial device that is kept open: when it is unplugged, or not there yet, it is tried again with growing waits until
 * `close`. What is written while it is away is refused, since nobody may want to hear it later.
 */
export class SerialLine {
  readonly path: string;
  readonly counters: SerialCounters = { opens: 0, failures: 0, bytesIn: 0, bytesOut: 0 };
  readonly #options: SerialLineOptions;
  #settings: SerialSettings;
  #port: SerialPort | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #waitMs: number;
  #closed = false;
  #lastError: Error | null = null;
  #opening: Promise<void> = Promise.resolve();

  /** Starts at once to open the device; it is open when `onOpen` is called. */
  constructor(options: SerialLineOptions) {
    this.#options = options;
    this.path = options.path;
    this.#settings = pickSettings(options);
    this.#waitMs = options.retryMs ?? RETRY_MS;
    this.#open();
  }

  get isOpen(): boolean {
    return this.#port?.isOpen ?? false;
  }

  get settings(): SerialSettings {
    return this.#settings;
  }

  /** Why the device is not open; null while it is. */
  get lastError(): Error | null {
    return this.isOpen ? null : this.#lastError;
  }

  /** Hands the bytes to the system. Throws `serial/closed` while the device is away, `serial/failed` when it goes away. */
  async write(bytes: Uint8Array): Promise<void> {
    const port = this.#port;
    if (port === null || !port.isOpen) throw linkError('serial/closed', { path: this.path });
    await new Promise<void>((resolve, reject) => {
      port.write(Buffer.from(bytes), (error) => {
        if (!error) resolve();
        else reject(linkError('serial/failed', { path: this.path, reason: error.message }, error));
      });
    });
    this.counters.bytesOut += bytes.length;
  }

  /** Speaks the line in another way from now on: the device is closed and opened again. */
  async change(settings: SerialSettings): Promise<void> {
    assert(!this.#closed, `change of the closed line ${this.path}`);
    this.#settings = pickSettings(settings);
    this.#waitMs = this.#options.retryMs ?? RETRY_MS;
    await this.#drop();
    this.#open();
  }

  /** Lets go of the device for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#drop();
  }

  #open(): void {
    this.#opening = this.#tryOpen().catch((error: Error) => this.#failed(error));
  }

  async #tryOpen(): Promise<void> {
    // Loaded here, so that a program which has no serial device does not carry the binding.
    const { SerialPort } = await import('serialport');
    if (this.#closed) return;
    const { baud, dataBits, parity } = this.#settings;
    const port = new SerialPort({
      ...{ path: this.path, baudRate: baud, dataBits, parity, stopBits: 1 as const },
      ...{ autoOpen: false, lock: true },
    });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => {
        if (error === null || error === undefined) resolve();
        else reject(openError(this.path, error));
      });
    });
    if (this.#closed) {
      await closePort(port);
      return;
    }
    this.#port = port;
    mendReads(port);
    port.on('data', (bytes: Buffer) => {
      this.counters.bytesIn += bytes.length;
      this.#options.onBytes?.(new Uint8Array(bytes));
    });
    port.on('error', (error: Error) => this.#lost(port, error));
    port.on('close', (error: Error | null) => this.#lost(port, error));
    this.#waitMs = this.#options.retryMs ?? RETRY_MS;
    this.counters.opens += 1;
    this.#options.onOpen?.();
  }

  #lost(port: SerialPort, error: Error | null): void {
    if (this.#port !== port) return;
    this.#port = null;
    // After an error the binding may still hold the device; nothing can be done about a failure to let go of it.
    if (port.isOpen) port.close(() => {});
    this.#failed(linkError('serial/gone', { path: this.path, reason: error?.message ?? 'closed' }, error));
  }

  #failed(error: Error): void {
    if (this.#closed) return;
    this.#lastError = error;
    this.counters.failures += 1;
    this.#options.onClose?.(error);
    this.#retry = setTimeout(() => this.#open(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, this.#options.retryMsMax ?? RETRY_MS_MAX);
  }

  async #drop(): Promise<void> {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    await this.#opening;
    if (this.#retry !== null) clearTimeout(this.#retry);
    const port = this.#port;
    this.#port = null;
    if (port !== null) await closePort(port);
  }
}

function pickSettings({ baud, dataBits, parity }: SerialSettings): SerialSettings {
  return { baud, dataBits, parity };
}

async function closePort(port: SerialPort): Promise<void> {
  if (!port.isOpen) return;
  await new Promise<void>((resolve) => port.close(() => resolve()));
}

/** What the system says, in words that tell what to do. */
function openError(path: string, error: Error): Error {
  const reason = error.message;
  if (/permission denied/i.test(reason)) return linkError('serial/denied', { path }, error);
  if (/no such file|no such device|cannot find/i.test(reason)) {
    const known = listSerialPorts()
      .map((port) => port.path)
      .join(', ');
    return linkError('serial/missing', { path, known: known === '' ? 'none' : known }, error);
  }
  if (/lock port|busy|temporarily unavailable/i.test(reason))
    return linkError('serial/busy', { path }, error);
  return linkError('serial/failed', { path, reason }, error);
}
