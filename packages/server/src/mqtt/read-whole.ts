import type { Readable } from 'node:stream';

/**
 * Makes `read()` of a stream give everything it holds. From Node 26 on it gives one chunk at a time, while aedes 1.2.0 takes
 * one `read()` for everything: half a packet, and the rest of it in a second chunk, would lie there until the client
 * sends more. Not needed once aedes reads until it gets null.
 */
export function readWhole(stream: Readable): void {
  const read = stream.read.bind(stream);
  stream.read = (size?: number | null) => {
    if (typeof size === 'number') return read(size);
    const chunks: Buffer[] = [];
    for (let chunk = read(); chunk !== null; chunk = read()) chunks.push(chunk);
    if (chunks.length <= 1) return chunks[0] ?? null;
    return Buffer.concat(chunks);
  };
}
