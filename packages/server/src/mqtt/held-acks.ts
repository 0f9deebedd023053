import type { MqttMessage, TakeMessage, Taken } from './message.ts';
import type { LoggedMessage, MessageLog } from './message-log.ts';

/** What of the store acknowledgements have to do with. */
export interface GroupedWrites {
  readonly writtenGroups: number;
  readonly currentGroup: number;
  flush(): void;
  together<T>(body: () => T): T;
  putSourceState(source: string, state: () => string): void;
  sourceState(source: string): string | null;
}

export interface HeldAcksOptions {
  readonly store: GroupedWrites;
  readonly log: MessageLog;
  readonly take: TakeMessage;
  /** How often what could not be written is tried again, ms. */
  readonly retryMs?: number;
  /** Called when neither the log nor the store could be written. */
  readonly onError: (error: unknown) => void;
}

interface Held {
  readonly number: number;
  readonly message: MqttMessage;
  readonly group: number;
  readonly acknowledge: () => void;
}

const RETRY_MS = 250;
/** Longer a log is not needed to get: then the group is written. */
const LOG_BYTES_MAX = 16_000_000;
/** Where the store keeps up to which message its groups go. */
const STATE_SOURCE = 'mqtt/messages';

/**
 * Takes messages in, and acknowledges those that came at QoS 1 or 2 once they are in a file: the log, together with all others
 * of the same turn of the event loop, or the store, where the log can not be written. The store keeps with each group
 * the number of the last message in it, so that after a crash each message of the log is taken exactly once.
 */
export class HeldAcks {
  readonly #options: HeldAcksOptions;
  #held: Held[] = [];
  #left: readonly LoggedMessage[];
  #number: number;
  /** The latest group that something in the log belongs to. */
  #loggedGroup = 0;
  #isDue = false;
  #retry: ReturnType<typeof setInterval> | null = null;

  constructor(options: HeldAcksOptions) {
    this.#options = options;
    const { log, store } = options;
    const storedNumber = Number(store.sourceState(STATE_SOURCE) ?? 0);
    this.#number = Math.max(storedNumber, log.left.at(-1)?.number ?? 0);
    this.#left = log.left.filter(({ number }) => number > storedNumber);
  }

  get count(): number {
    return this.#held.length;
  }

  /** Takes what a crash left in the log again, by `take`, which is this one's `take` unless something is said about it. */
  takeLeft(take: TakeMessage): number {
    const { length } = this.#left;
    const newest = this.#number;
    // Each keeps its number, for another crash may come before the last of them.
    for (const { number, message } of this.#left) {
      this.#number = number - 1;
      take(message);
    }
    this.#number = newest;
    this.#left = [];
    this.#loggedGroup = this.#options.store.currentGroup;
    return length;
  }

  /** Throws when the store can not take it. */
  take(message: MqttMessage): Taken {
    const { store, take } = this.#options;
    return store.together(() => {
      const taken = take(message);
      if (typeof taken !== 'number') return taken;
      this.#number += 1;
      store.putSourceState(STATE_SOURCE, () => String(this.#number));
      return store.currentGroup;
    });
  }

  /** Calls `acknowledge` once the message taken last, whose group this is, is in a file. */
  hold(message: MqttMessage, group: number, acknowledge: () => void): void {
    this.#held.push({ number: this.#number, message, group, acknowledge });
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#write());
  }

  /** Writes the store's group and lets go of what waited for it. */
  flush(): void {
    const { store, log, onError } = this.#options;
    try {
      store.flush();
      log.clear();
    } catch (error) {
      onError(error);
    }
    this.#settle();
  }

  /** Lets go of everything without acknowledging it. */
  close(): void {
    this.#held = [];
    this.#settle();
    this.#options.log.close();
  }

  #write(): void {
    const { store, log, onError } = this.#options;
    this.#isDue = false;
    try {
      if (this.#loggedGroup <= store.writtenGroups) log.clear();
      const unwritten = this.#held.filter(({ group }) => group > store.writtenGroups);
      if (unwritten.length > 0) {
        log.append(unwritten);
        this.#loggedGroup = Math.max(this.#loggedGroup, ...unwritten.map(({ group }) => group));
      }
      const ready = this.#held.splice(0);
      for (const { acknowledge } of ready) acknowledge();
      if (log.bytes > LOG_BYTES_MAX) this.flush();
    } catch (error) {
      onError(error);
      this.flush();
    }
    this.#settle();
  }

  /** Lets go of what is in the store's file, and tries again with the rest. */
  #settle(): void {
    const { writtenGroups } = this.#options.store;
    const ready = this.#held.filter(({ group }) => group <= writtenGroups);
    this.#held = this.#held.filter(({ group }) => group > writtenGroups);
    for (const { acknowledge } of ready) acknowledge();
    if (this.#held.length === 0) {
      if (this.#retry !== null) clearInterval(this.#retry);
      this.#retry = null;
    } else if (!this.#isDue) {
      this.#retry ??= setInterval(() => this.#write(), this.#options.retryMs ?? RETRY_MS);
    }
  }
}

/** The bytes of a PUBACK with reason success, the same in MQTT 3.1.1 and 5. */
export function pubackBytes(messageId: number): Uint8Array {
  return Uint8Array.of(0x40, 0x02, messageId >> 8, messageId & 0xff);
}
