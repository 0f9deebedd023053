/** What acknowledgements wait for: the store's groups. */
export interface GroupedWrites {
  readonly writtenGroups: number;
  flush(): void;
}

export interface HeldAcksOptions {
  readonly store: GroupedWrites;
  /** Acknowledgements held at most before the group is written without waiting further. */
  readonly countMax: number;
  /** How long an acknowledgement that is waited for is held, ms. */
  readonly soonMs: number;
  /** How often it is looked whether the store wrote its group by itself, ms. */
  readonly lookMs?: number;
  /** Called when the store could not be written; it is tried again. */
  readonly onError: (error: unknown) => void;
}

const LOOK_MS = 250;

/**
 * Acknowledgements that wait until what they acknowledge is in the file. The store writes in groups to spare the card; who
 * stays connected can wait for that, who holds a radio awake can not, and has the group written soon.
 */
export class HeldAcks {
  readonly #options: HeldAcksOptions;
  #held: { readonly group: number; readonly acknowledge: () => void }[] = [];
  #soon: ReturnType<typeof setTimeout> | null = null;
  #look: ReturnType<typeof setInterval> | null = null;

  constructor(options: HeldAcksOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#held.length;
  }

  /** Calls `acknowledge` once the group is in the file. */
  hold(group: number, patience: 'soon' | 'grouped', acknowledge: () => void): void {
    this.#held.push({ group, acknowledge });
    if (this.#options.store.writtenGroups >= group) {
      this.settle();
      return;
    }
    this.#look ??= setInterval(() => this.settle(), this.#options.lookMs ?? LOOK_MS);
    if (patience === 'soon' || this.#held.length >= this.#options.countMax) {
      this.#soon ??= setTimeout(() => this.flush(), this.#options.soonMs);
    }
  }

  /** Writes the group and lets go of what waited for it. */
  flush(): void {
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#soon = null;
    try {
      this.#options.store.flush();
    } catch (error) {
      this.#options.onError(error);
    }
    this.settle();
  }

  /** Lets go of what is in the file. */
  settle(): void {
    const { writtenGroups } = this.#options.store;
    const ready = this.#held.filter(({ group }) => group <= writtenGroups);
    this.#held = this.#held.filter(({ group }) => group > writtenGroups);
    if (this.#held.length === 0) this.#stopTimers();
    for (const { acknowledge } of ready) acknowledge();
  }

  /** Lets go of everything without acknowledging it. */
  close(): void {
    this.#held = [];
    this.#stopTimers();
  }

  #stopTimers(): void {
    if (this.#look !== null) clearInterval(this.#look);
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#look = null;
    this.#soon = null;
  }
}

/** The bytes of a PUBACK with reason success, the same in MQTT 3.1.1 and 5. */
export function pubackBytes(messageId: number): Uint8Array {
  return Uint8Array.of(0x40, 0x02, messageId >> 8, messageId & 0xff);
}
