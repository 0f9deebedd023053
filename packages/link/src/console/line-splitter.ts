/** The longest line that is kept whole. */
const LINE_BYTES_MAX = 8_192;

/** Bytes of a console in, whole lines out, without their ends. Each byte is one character: what is no ASCII is kept as such. */
export class LineSplitter {
  #rest = '';

  push(bytes: Uint8Array): string[] {
    this.#rest += Buffer.from(bytes).toString('latin1');
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LINE_BYTES_MAX) {
      lines.push(this.#rest);
      this.#rest = '';
    }
    return lines.map((line) => line.replace(/\r$/, ''));
  }
}
