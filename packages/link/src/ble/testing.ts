// For tests only: a simulated controller at the other end of a serial line, as a Bluetooth dongle with a serial port is.
import type { Advertisement } from '@kilowink/core/advert';
import { HciController, type HciControllerOptions } from '@kilowink/sim/advert';
import { SerialPort } from 'serialport';
import { PtyPair } from '../serial/testing.ts';

/** A dongle that can be unplugged. */
export class Dongle {
  readonly path: string;
  readonly controller: HciController;
  readonly #pair: PtyPair;
  readonly #port: SerialPort;
  #received: Buffer = Buffer.alloc(0);

  private constructor(pair: PtyPair, port: SerialPort, controller: HciController) {
    this.#pair = pair;
    this.#port = port;
    this.path = pair.left;
    this.controller = controller;
    port.on('error', () => {});
    port.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  static async plugIn(folder: string, options: HciControllerOptions, name = 'dongle'): Promise<Dongle> {
    const pair = await PtyPair.open(folder, name);
    const port = new SerialPort({ path: pair.right, baudRate: 1_000_000, autoOpen: false });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error === null ? resolve() : reject(error)));
    });
    return new Dongle(pair, port, new HciController(options));
  }

  /** Lets an advertisement be on air. */
  hear(advert: Advertisement): void {
    for (const packet of this.controller.hear(advert)) this.#port.write(packet);
  }

  async unplug(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#port.isOpen) this.#port.close(() => resolve());
      else resolve();
    });
    await this.#pair.close();
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (let packet = this.#next(); packet !== null; packet = this.#next()) {
      for (const answer of this.controller.feed(packet)) this.#port.write(answer);
    }
  }

  /** The next whole packet (H4): a command, or data. */
  #next(): Buffer | null {
    const received = this.#received;
    const isData = received[0] === 0x02;
    const head = isData ? 5 : 4;
    if (received.length < head) return null;
    const size = head + (isData ? received.readUInt16LE(3) : received.readUInt8(3));
    if (received.length < size) return null;
    this.#received = received.subarray(size);
    return received.subarray(0, size);
  }
}
