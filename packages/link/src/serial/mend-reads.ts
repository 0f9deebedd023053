import { read } from 'node:fs';
import type { SerialPort } from 'serialport';

/**
 * Replaces how the binding of serialport 13.0.0 (bindings-cpp 13.0.0, Linux and macOS) reads, for three faults of its own:
 *
 * - `src/poller.cpp` calls JavaScript straight from its poll callback, after which nothing runs the promises it settled:
 *   bytes wait until anything else happens in the process, for half a minute in an idle one. An immediate is such a thing.
 * - `dist/unix-read.js` reads again at once when a read gives no bytes. That is what an unplugged device gives for ever, so
 *   the process spins and never hears that the device is gone.
 * - `Poller::destroy` lets the poller go while it may still be asked, which was a segmentation fault in about one run of ten, and
 *   the garbage collector later closes it on a descriptor that may be a socket's by now. It is stopped and kept instead.
 *
 * Not needed once the first uses `MakeCallback`, the second takes no bytes for the end, and the third closes before the descriptor
 * does. Elsewhere it changes nothing.
 */
export function mendReads(port: SerialPort): void {
  const binding = port.port as unknown as Partial<Binding> | undefined;
  if (binding?.poller === undefined || binding.fd === undefined) return;
  const own = binding as Binding;
  kept.add(own.poller);
  own.poller.destroy = () => undefined;
  own.read = (buffer, offset, length) => readMended(own, buffer.subarray(offset, offset + length), buffer);
}

/** Never given back: some hundred bytes for each time a port was opened. */
const kept = new Set<unknown>();

/** What of the binding's port is used here. */
interface Binding {
  readonly isOpen: boolean;
  readonly fd: number | null;
  readonly poller: { destroy(): void; once(event: 'readable', done: (error: Error | null) => void): void };
  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }>;
}

async function readMended(binding: Binding, into: Buffer, buffer: Buffer) {
  for (;;) {
    if (!binding.isOpen || binding.fd === null) throw ended('closed', { canceled: true });
    const read = await readNow(binding.fd, into);
    if (read > 0) return { buffer, bytesRead: read };
    if (read === 0) throw ended('it hung up', { disconnect: true });
    // The port may have been closed while it was read: then its descriptor may be a socket's by now.
    if (!binding.isOpen || binding.fd === null) throw ended('closed', { canceled: true });
    await readable(binding);
  }
}

/** Bytes read; 0 when the device hung up, -1 when there is nothing to read yet. */
function readNow(fd: number, into: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, 0, into.length, null, (error, bytesRead) => {
      if (error === null) resolve(bytesRead);
      else if (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK' || error.code === 'EINTR') resolve(-1);
      else reject(Object.assign(error, { disconnect: true }));
    });
  });
}

function readable({ poller }: Binding): Promise<void> {
  return new Promise((resolve, reject) => {
    poller.once('readable', (error) => {
      setImmediate(() => (error === null ? resolve() : reject(error)));
    });
  });
}

/** An end in the form the stream above the binding knows. */
class SerialEnd extends Error {
  override readonly name = 'SerialEnd';
}

function ended(reason: string, how: { canceled: true } | { disconnect: true }): Error {
  return Object.assign(new SerialEnd(reason), how);
}
