import { type TicCounters, type TicFrame, type TicMode, TicParser } from '@kilowink/core/tic';
import { SerialLine, type SerialSettings } from '../serial/index.ts';

export interface TicReceiverOptions {
  /** Device of the dongle. */
  readonly path: string;
  readonly onFrame: (frame: TicFrame) => void;
  /** One line for the person who runs it. */
  readonly log?: (line: string) => void;
  /** How long one speed is listened to before the other is tried; 4 s when left out. */
  readonly listenMs?: number;
  /** Waits before a device that is away is tried again; see `SerialLine`. */
  readonly retryMs?: number;
}

/** How a receiver is, for the health page. */
export interface TicReceiverState {
  readonly path: string;
  readonly isOpen: boolean;
  readonly baud: number;
  /** Null while neither mode was recognised. */
  readonly mode: TicMode | null;
  readonly counters: Readonly<TicCounters>;
  readonly searches: number;
  readonly opens: number;
  readonly lastError: string | null;
}

/** Linky's standard mode, and historique: some dongles pass that on at 9600 Bd too, so mode is told from the bytes. */
const SPEEDS = [9_600, 1_200] as const;
/** A frame of historique may last 3 s. */
const LISTEN_MS = 4_000;
/** At the wrong speed noise can look like a group, not like three. */
const GROUPS_WANTED = 3;
/** Once found, a speed is given up only after so long without a group: the meter was switched, or unplugged. */
const SILENCE_FACTOR = 3;

/**
 * Reads a meter's customer output from a serial dongle: finds its speed, whichever mode the meter speaks and changes to,
 * and goes on after the dongle was unplugged. The line is 7 bits with even parity, read as 8 bits, so that wrong parity
 * is counted here and not dropped in silence by the system; where something took parity away, as a pseudo terminal or a
 * gateway does, it is done without.
 */
export class TicReceiver {
  readonly #options: TicReceiverOptions;
  readonly #line: SerialLine;
  readonly #parser = new TicParser({ parity: 'auto' });
  readonly #listenMs: number;
  #speed = 0;
  #timer: ReturnType<typeof setInterval>;
  #groupsBefore = 0;
  #quietLooks = 0;
  #isFound = false;
  #searches = 0;
  #isChanging = false;

  constructor(options: TicReceiverOptions) {
    this.#options = options;
    this.#listenMs = options.listenMs ?? LISTEN_MS;
    this.#line = new SerialLine({
      ...{ path: options.path, ...settingsOf(SPEEDS[0]) },
      ...(options.retryMs === undefined ? {} : { retryMs: options.retryMs, retryMsMax: options.retryMs * 8 }),
      onBytes: (bytes) => this.#parser.feed(bytes, { frame: (frame) => options.onFrame(frame) }),
      onOpen: () => this.#restart(),
      onClose: (reason) => this.#sayOnce(reason.message),
    });
    this.#timer = setInterval(() => void this.#look(), this.#listenMs);
  }

  get state(): TicReceiverState {
    const { lastError, counters } = this.#line;
    return {
      path: this.#options.path,
      isOpen: this.#line.isOpen,
      baud: this.#line.settings.baud,
      mode: this.#isFound ? this.#parser.mode : null,
      counters: { ...this.#parser.counters },
      searches: this.#searches,
      opens: counters.opens,
      lastError: lastError?.message ?? null,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#line.close();
  }

  #lastSaid = '';
  #sayOnce(line: string): void {
    if (line !== this.#lastSaid) this.#options.log?.(line);
    this.#lastSaid = line;
  }

  #restart(): void {
    this.#groupsBefore = this.#parser.counters.groupsOk;
    this.#quietLooks = 0;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#look(), this.#listenMs);
  }

  async #look(): Promise<void> {
    if (!this.#line.isOpen || this.#isChanging) return;
    const { groupsOk } = this.#parser.counters;
    const came = groupsOk - this.#groupsBefore;
    this.#groupsBefore = groupsOk;
    if (came >= (this.#isFound ? 1 : GROUPS_WANTED)) {
      this.#quietLooks = 0;
      if (!this.#isFound) this.#sayOnce(`${this.#options.path}: a meter at ${this.#line.settings.baud} Bd.`);
      this.#isFound = true;
      return;
    }
    this.#quietLooks += 1;
    if (this.#isFound && this.#quietLooks < SILENCE_FACTOR) return;
    await this.#tryNextSpeed();
  }

  async #tryNextSpeed(): Promise<void> {
    this.#isFound = false;
    this.#searches += 1;
    this.#speed = (this.#speed + 1) % SPEEDS.length;
    this.#isChanging = true;
    await this.#line.change(settingsOf(SPEEDS[this.#speed] ?? SPEEDS[0]));
    this.#isChanging = false;
  }
}

function settingsOf(baud: number): SerialSettings {
  return { baud, dataBits: 8, parity: 'none' };
}
