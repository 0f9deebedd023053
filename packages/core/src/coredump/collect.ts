/** What came out of a log: a whole core dump in its binary form, or why one that began is none. */
export type CollectedDump =
  | { readonly kind: 'dump'; readonly bytes: Uint8Array }
  | { readonly kind: 'broken'; readonly reason: string };

/** What stands before each piece of a dump in a log. Source: Zephyr, logging back end of core dumps. */
const PREFIX = '#CD:';

/** The largest dump that is put together. */
const DUMP_BYTES_MAX = 16 * 1_048_576;

/**
 * Puts core dumps together from the lines of a console's log: `#CD:BEGIN#`, pieces in hex, `#CD:END#`, whatever the logging
 * system puts before or behind them. Lines in, dumps out; it never throws, and tells when a line was lost within.
 */
export class CoreDumpCollector {
  #hex: string[] | null = null;
  #sizeBytes = 0;

  /** Takes a line without its end. */
  push(line: string): CollectedDump[] {
    const at = line.indexOf(PREFIX);
    if (at < 0) return [];
    const rest = line.slice(at + PREFIX.length);
    if (rest.startsWith('BEGIN#')) return this.#begin();
    if (rest.startsWith('END#')) return this.#end();
    if (rest.startsWith('ERROR')) return this.#break('the device could not make its dump');
    return this.#piece(/^[0-9a-fA-F]*/.exec(rest)?.[0] ?? '', rest);
  }

  /** Whether a dump has begun and not ended. */
  get isCollecting(): boolean {
    return this.#hex !== null;
  }

  #begin(): CollectedDump[] {
    const left = this.#hex === null ? [] : this.#break('another one began before its end');
    this.#hex = [];
    this.#sizeBytes = 0;
    return left;
  }

  #piece(digits: string, rest: string): CollectedDump[] {
    if (this.#hex === null) return [];
    // What follows the digits may be a control sequence of the terminal; anything else is a line that was mixed up.
    const tail = rest.slice(digits.length).trim();
    const isWhole = digits.length % 2 === 0 && digits !== '' && (tail === '' || tail.startsWith('\u001b'));
    this.#sizeBytes += digits.length / 2;
    if (!isWhole) return this.#break(`expected hex digits, "${rest.slice(0, 40)}" came`);
    if (this.#sizeBytes > DUMP_BYTES_MAX) return this.#break('it is longer than any dump');
    this.#hex.push(digits);
    return [];
  }

  #end(): CollectedDump[] {
    const hex = this.#hex;
    this.#hex = null;
    if (hex === null) return [];
    const bytes = new Uint8Array(this.#sizeBytes);
    let to = 0;
    for (const digits of hex) {
      for (let at = 0; at < digits.length; at += 2)
        bytes[to++] = Number.parseInt(digits.slice(at, at + 2), 16);
    }
    return [{ kind: 'dump', bytes }];
  }

  #break(reason: string): CollectedDump[] {
    this.#hex = null;
    return [{ kind: 'broken', reason }];
  }
}
