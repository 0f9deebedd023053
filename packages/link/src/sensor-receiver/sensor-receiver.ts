import { encodeSerialFrame, SerialFrameParser } from '@kilowink/core/serial-frame';
import { SerialLine } from '../serial/index.ts';

export interface SensorReceiverOptions {
  /** Device of the sensor. */
  readonly path: string;
  /** Takes a report; what it gives is sent back, an empty answer is not. */
  readonly onReport: (report: Uint8Array) => Uint8Array;
  /** One line for the person who runs it. */
  readonly log?: (line: string) => void;
  /** First wait before a device that is away is tried again; see `SerialLine`. */
  readonly retryMs?: number;
}

/** How a receiver is, for the health page. */
export interface SensorReceiverState {
  readonly path: string;
  readonly isOpen: boolean;
  readonly opens: number;
  readonly reports: number;
  readonly answers: number;
  /** Frames whose sum or size was wrong. */
  readonly damaged: number;
  /** Bytes outside of frames: boot messages, a console, what was damaged. */
  readonly skippedBytes: number;
  /** Why the device is not open; null while it is. */
  readonly lastError: string | null;
}

/** On a UART; on USB the speed means nothing. */
const LINE = { baud: 115_200, dataBits: 8, parity: 'none' } as const;
const RETRY_FACTOR_MAX = 8;

/** Takes a sensor's reports from a serial line and answers them there, also after it was unplugged. */
export class SensorReceiver {
  readonly #options: SensorReceiverOptions;
  readonly #line: SerialLine;
  readonly #parser = new SerialFrameParser();
  #answers = 0;
  #lastSaid = '';

  constructor(options: SensorReceiverOptions) {
    this.#options = options;
    const { path, retryMs } = options;
    this.#line = new SerialLine({
      ...{ path, ...LINE },
      ...(retryMs === undefined ? {} : { retryMs, retryMsMax: retryMs * RETRY_FACTOR_MAX }),
      onBytes: (bytes) => {
        for (const report of this.#parser.feed(bytes)) this.#take(report);
      },
      onOpen: () => {
        // The rest of a frame that an unplugged sensor had begun will not come.
        this.#parser.reset();
        this.#sayOnce(`${path}: a serial line for a sensor is open.`);
      },
      onClose: (reason) => this.#sayOnce(reason.message),
    });
  }

  get state(): SensorReceiverState {
    const { messages, damaged, missized, skippedBytes } = this.#parser.counters;
    return {
      path: this.#options.path,
      isOpen: this.#line.isOpen,
      opens: this.#line.counters.opens,
      reports: messages,
      answers: this.#answers,
      damaged: damaged + missized,
      skippedBytes,
      lastError: this.#line.lastError?.message ?? null,
    };
  }

  async close(): Promise<void> {
    await this.#line.close();
  }

  #take(report: Uint8Array): void {
    const answer = this.#options.onReport(report);
    if (answer.length === 0) return;
    // A sensor that went away meanwhile repeats its report, so an answer that can not be written is no loss.
    this.#line.write(encodeSerialFrame(answer)).then(
      () => {
        this.#answers += 1;
      },
      (error: Error) => this.#sayOnce(error.message),
    );
  }

  #sayOnce(line: string): void {
    if (line !== this.#lastSaid) this.#options.log?.(line);
    this.#lastSaid = line;
  }
}
