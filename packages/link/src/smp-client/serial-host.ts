import { ConsoleDecoder, encodeConsolePacket } from '@kilowink/core/smp';
import { SerialLine } from '../serial/serial-line.ts';
import { type Peer, PeerRunner } from '../udp/peer-runner.ts';
import { CONSOLE_BAUD } from './serial-transport.ts';

/** A peer behind a serial port that speaks as a device's console does: frames in Base64 lines among printed text. */
export class SerialHost {
  readonly runner: PeerRunner;
  readonly #line: SerialLine;

  constructor(peer: Peer, path: string, baud = CONSOLE_BAUD) {
    const decoder = new ConsoleDecoder();
    this.#line = new SerialLine({
      ...{ path, baud, dataBits: 8, parity: 'none' },
      onBytes: (bytes) => {
        for (const item of decoder.push(bytes)) if (item.kind === 'packet') this.runner.receive(item.bytes);
      },
    });
    this.runner = new PeerRunner(peer, (kind, bytes) =>
      this.#write(kind === 'frame' ? encodeConsolePacket(bytes) : bytes),
    );
  }

  /** Prints a line, as firmware does between its answers. */
  print(text: string): void {
    this.#write(new TextEncoder().encode(`${text}\r\n`));
  }

  async close(): Promise<void> {
    this.runner.close();
    await this.#line.close();
  }

  /** Nobody at the other end means that nobody hears it, as with a real console. */
  #write(bytes: Uint8Array): void {
    this.#line.write(bytes).catch(() => {});
  }
}
