import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { cliError } from '../errors.ts';

/** Takes text piece by piece and waits while whoever reads it is slower, so that memory stays constant. */
export interface TextSink {
  /** False once nobody reads any more: then there is no use in going on. */
  write(text: string): Promise<boolean>;
  end(): Promise<void>;
}

const PIECE_CHARACTERS = 1 << 16;

/** A sink into a file, or into the standard output when `path` is undefined. Throws `cli/output`. */
export function openTextSink(path: string | undefined): TextSink {
  const stream = path === undefined ? process.stdout : createWriteStream(path);
  return new StreamSink(stream, path ?? 'the standard output');
}

class StreamSink implements TextSink {
  readonly #stream: Writable;
  readonly #path: string;
  #piece = '';
  #failure: NodeJS.ErrnoException | null = null;

  constructor(stream: Writable, path: string) {
    this.#stream = stream;
    this.#path = path;
    stream.on('error', (error) => {
      this.#failure = error;
    });
  }

  async write(text: string): Promise<boolean> {
    this.#piece += text;
    if (this.#piece.length < PIECE_CHARACTERS) return this.#isOpen();
    return this.#flush();
  }

  async end(): Promise<void> {
    if (!(await this.#flush()) || this.#stream === process.stdout) return;
    this.#stream.end();
    try {
      await finished(this.#stream);
    } catch {
      this.#isOpen();
    }
  }

  async #flush(): Promise<boolean> {
    const piece = this.#piece;
    this.#piece = '';
    if (!this.#isOpen()) return false;
    if (piece !== '' && !this.#stream.write(piece)) {
      // An error is noted by the listener, and ends the waiting as well.
      await once(this.#stream, 'drain').catch(() => {});
    }
    return this.#isOpen();
  }

  /** Throws for what went wrong, but for a reader that had enough (`| head`), which is none of our business. */
  #isOpen(): boolean {
    const failure = this.#failure;
    if (failure === null) return true;
    if (failure.code === 'EPIPE') return false;
    throw cliError('cli/output', { path: this.#path, reason: failure.message }, failure);
  }
}
