import { ConsoleDecoder, encodeConsolePacket } from '@kilowink/core/smp';
import { linkError } from '../errors.ts';
import { SerialLine } from '../serial/serial-line.ts';
import { Listeners, type SmpTransport } from './transport.ts';

/** Speed of most boards' consoles. */
export const CONSOLE_BAUD = 115_200;

const OPEN_WAIT_MS = 5_000;

/**
 * SMP over a console: frames in Base64 lines among what the device prints. The line is kept open through restarts of a
 * device that vanishes with them (USB). Throws `serial/…` when it can not be opened.
 */
export async function openSerialTransport(path: string, baud = CONSOLE_BAUD): Promise<SmpTransport> {
  const frames = new Listeners<Uint8Array>();
  const texts = new Listeners<Uint8Array>();
  const decoder = new ConsoleDecoder();
  const opened = Promise.withResolvers<void>();
  const line = new SerialLine({
    ...{ path, baud, dataBits: 8, parity: 'none' },
    onOpen: () => opened.resolve(),
    onBytes: (bytes) => {
      for (const item of decoder.push(bytes)) {
        if (item.kind === 'packet') frames.tell(item.bytes);
        else if (item.kind === 'text') texts.tell(item.bytes);
      }
    },
  });
  const timer = setTimeout(() => {
    opened.reject(line.lastError ?? linkError('serial/closed', { path }));
  }, OPEN_WAIT_MS);
  try {
    await opened.promise;
  } catch (error) {
    await line.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    target: `serial://${path}`,
    frameBytesMax: 2_048,
    // A packet's length and CRC lie in the device's buffer beside the frame.
    overheadBytes: 4,
    parallelMax: 1,
    attempts: 5,
    wait: { firstMs: 2_000, leastMs: 500, mostMs: 8_000 },
    send: (frame) => line.write(encodeConsolePacket(frame)),
    onFrame: (listener) => frames.add(listener),
    onText: (listener) => texts.add(listener),
    onClose: () => () => {},
    close: () => line.close(),
  };
}
