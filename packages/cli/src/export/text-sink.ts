import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { cliError } from '../errors.ts';

/** Takes large pieces of text and waits while whoever reads them is slower, so that memory stays constant. */
export interface TextSink {
  /** False once nobody reads any more: then there is no use in going on. */
  write(text: string): Promise<boolean>;
  end(): Promise<void>;
}

/** A sink into a file, or into the standard output when `path` is undefined. Throws `cli/output`. */
export function openTextSink(path: string | undefined): TextSink {
  const stream = path === undefined ? process.stdout : createWriteStream(path);
  return new StreamSink(stream, path ?? 'the standard output');
}

class StreamSink implements TextSink {
  readonly #stream: Writable;
  readonly #path: string;
  #failure: NodeJS.ErrnoException | null = null;

  constructor(stream: Writable, path: string) {
    this.#stream = stream;
    this.#path = path;
    stream.on('error', (error) => {
      this.#failure = error;
    });
  }

  async write(text: string): Promise<boolean> {
    if (!this.#isOpen()) return false;
    if (!this.#stream.write(text)) {
      // An error is noted by the listener, and ends the waiting as well.
      await once(this.#stream, 'drain').catch(() => {});
    }
    return this.#isOpen();
  }

  async end(): Promise<void> {
    if (!this.#isOpen() || this.#stream === process.stdout) return;
    this.#stream.end();
    try {
      await finished(this.#stream);
    } catch {
      this.#isOpen();
    }
  }

  /** Throws for what went wrong, but for a reader that had enough (`| head`), which is none of our business. */
  #isOpen(): boolean {
    const failure = this.#failure;
    if (failure === null) return true;
    if (failure.code === 'EPIPE') return false;
    throw cliError('cli/output', { path: this.#path, reason: failure.message }, failure);
  }
}
