import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { serverError } from '../errors.ts';
import type { MqttMessage } from './message.ts';

/** In the data folder. */
export const MESSAGE_LOG_FILE = 'mqtt-messages.log';

/** A message that was acknowledged, and its number, which rises with each. */
export interface LoggedMessage {
  readonly number: number;
  readonly message: MqttMessage;
}

/** Length and checksum of what follows. */
const HEAD_BYTES = 8;
/** Number, time, flag, length of the topic. */
const FIXED_BYTES = 8 + 8 + 1 + 2;

/**
 * Messages that were acknowledged before the store wrote its group: added to a file as they came, some hundred bytes each, and
 * taken in again after a crash. So a gateway holds its radio for no group, and a group is not cut short for a gateway.
 * A record that was not written whole ends the file: nobody was told that it is there.
 */
export class MessageLog {
  /** What the last run left, in order. */
  readonly left: readonly LoggedMessage[];
  readonly #path: string;
  readonly #isPushed: boolean;
  #file: number | null = null;
  #bytes = 0;

  /** `isPushed`: on the medium, not only with the system, when `append` returns. */
  constructor(folder: string, isPushed: boolean) {
    this.#path = join(folder, MESSAGE_LOG_FILE);
    this.#isPushed = isPushed;
    this.left = readRecords(this.#path);
    // What was left stays in the file until it is cleared: it may have to be read once more.
    this.#bytes = this.left.reduce((sum, { message }) => sum + bytesOf(message), 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws `mqtt/unwritable`; then nothing was added. */
  append(messages: readonly LoggedMessage[]): void {
    const records = Buffer.concat(messages.map(encodeRecord));
    try {
      this.#file ??= openSync(this.#path, this.#bytes === 0 ? 'w' : 'r+', 0o600);
      let written = 0;
      while (written < records.length) {
        written += writeSync(this.#file, records, written, records.length - written, this.#bytes + written);
      }
      if (this.#isPushed) fdatasyncSync(this.#file);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw serverError('mqtt/unwritable', { path: this.#path, reason }, cause);
    }
    this.#bytes += records.length;
  }

  /** Everything in it is in the store. */
  clear(): void {
    if (this.#bytes === 0) return;
    if (this.#file !== null) ftruncateSync(this.#file);
    this.#bytes = 0;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

function bytesOf({ topic, payload }: MqttMessage): number {
  return HEAD_BYTES + FIXED_BYTES + Buffer.byteLength(topic) + payload.length;
}

function encodeRecord({ number, message }: LoggedMessage): Buffer {
  const { topic, payload, isRetained, receivedMs } = message;
  const record = Buffer.allocUnsafe(bytesOf(message));
  record.writeUInt32LE(record.length - HEAD_BYTES, 0);
  record.writeDoubleLE(number, HEAD_BYTES);
  record.writeDoubleLE(receivedMs, HEAD_BYTES + 8);
  record.writeUInt8(isRetained ? 1 : 0, HEAD_BYTES + 16);
  const topicBytes = record.write(topic, HEAD_BYTES + FIXED_BYTES);
  record.writeUInt16LE(topicBytes, HEAD_BYTES + 17);
  record.set(payload, HEAD_BYTES + FIXED_BYTES + topicBytes);
  record.writeUInt32LE(crc32(record.subarray(HEAD_BYTES)), 4);
  return record;
}

function readRecords(path: string): LoggedMessage[] {
  const bytes = readIfThere(path);
  const found: LoggedMessage[] = [];
  let at = 0;
  while (at + HEAD_BYTES + FIXED_BYTES <= bytes.length) {
    const endAt = at + HEAD_BYTES + bytes.readUInt32LE(at);
    const body = bytes.subarray(at + HEAD_BYTES, endAt);
    if (endAt > bytes.length || body.length < FIXED_BYTES || crc32(body) !== bytes.readUInt32LE(at + 4))
      break;
    const payloadAt = FIXED_BYTES + body.readUInt16LE(17);
    found.push({
      number: body.readDoubleLE(0),
      message: {
        topic: body.toString('utf8', FIXED_BYTES, payloadAt),
        payload: body.subarray(payloadAt),
        isRetained: body.readUInt8(16) === 1,
        receivedMs: body.readDoubleLE(8),
      },
    });
    at = endAt;
  }
  return found;
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return Buffer.alloc(0);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw serverError('mqtt/unwritable', { path, reason }, cause);
  }
}
