import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { serverError } from '../errors.ts';
import { writeWhole } from '../files/write-whole.ts';

/** What the embedded broker keeps for those who subscribe later, in the data folder. */
export const RETAINED_FILE = 'mqtt-retained.json';

/** Topics kept at most, and bytes of payload in all: anybody who may publish may fill it. */
export const RETAINED_MAX = 5_000;
export const RETAINED_BYTES_MAX = 4_000_000;

const retainedFile = z.strictObject({
  version: z.literal(1),
  messages: z.array(z.tuple([z.string(), z.base64(), z.int().min(0).max(2)])),
});

/** A kept message. */
export interface Retained {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
}

/** The kept messages, as the file has them, and as it will have them at the next `save`. */
export class RetainedMessages {
  readonly #path: string;
  readonly #kept = new Map<string, Retained>();
  #bytes = 0;
  #isChanged = false;

  /** Throws `mqtt/retained-unreadable`. */
  constructor(folder: string) {
    this.#path = join(folder, RETAINED_FILE);
    for (const message of readRetained(this.#path)) this.put(message);
    this.#isChanged = false;
  }

  get messages(): readonly Retained[] {
    return [...this.#kept.values()];
  }

  /** Keeps a message in place of its topic's, or forgets the topic when it is empty. False when there is no room. */
  put(message: Retained): boolean {
    const before = this.#kept.get(message.topic);
    const growth = message.payload.length - (before?.payload.length ?? 0);
    if (message.payload.length === 0) {
      if (before === undefined) return true;
      this.#kept.delete(message.topic);
    } else {
      const isFull = before === undefined && this.#kept.size >= RETAINED_MAX;
      if (isFull || this.#bytes + growth > RETAINED_BYTES_MAX) return false;
      if (before?.payload.equals(message.payload) === true) return true;
      this.#kept.set(message.topic, message);
    }
    this.#bytes += growth;
    this.#isChanged = true;
    return true;
  }

  /** Writes what changed. Throws `mqtt/unwritable`. */
  save(): void {
    if (!this.#isChanged) return;
    const messages = this.messages.map(({ topic, payload, qos }) => [topic, payload.toString('base64'), qos]);
    writeWhole(this.#path, `${JSON.stringify({ version: 1, messages })}\n`);
    this.#isChanged = false;
  }
}

function readRetained(path: string): Retained[] {
  try {
    const { messages } = retainedFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    return messages.map(([topic, payload, qos]) => ({
      ...{ topic, payload: Buffer.from(payload, 'base64'), qos: qos as Retained['qos'] },
    }));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return [];
    const reason = cause instanceof Error ? cause.message.split('\n').join(' ') : String(cause);
    throw serverError('mqtt/retained-unreadable', { path, reason }, cause);
  }
}
