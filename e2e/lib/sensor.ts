// A version 1 sensor for tests, over a real socket: its windows are known, so what the server has can be compared.
import { connect } from 'node:net';
import { encodeReportV1 } from '../../packages/core/src/report/index.ts';

/** One boot after another of one sensor; `values` of a boot are its windows from the first on. */
export class TestSensor {
  readonly #values: number[] = [];
  readonly #reportCounts = 10;
  #random: number;
  /** Windows of earlier boots and of this one that a report answered `ok` carried. */
  acknowledgedWh = 0;
  acknowledgedWindows = 0;
  #acknowledgedInBoot = 0;
  readonly from: string;

  constructor(from: string, seed: number) {
    this.from = from;
    this.#random = seed;
  }

  reboot(): void {
    this.#values.length = 0;
    this.#acknowledgedInBoot = 0;
  }

  /** Lets so many windows pass. */
  pass(count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
      this.#values.push(Math.floor((this.#random / 2 ** 32) * 12));
    }
  }

  /** The report that is due now, or an older one that ended `back` windows ago. */
  bytes(back = 0): Uint8Array {
    const newest = this.#values.length - 1 - back;
    const counts = Array.from(
      { length: this.#reportCounts },
      (_, index) => this.#values[newest - index] ?? null,
    );
    return encodeReportV1({ sensorType: 0, uptimeS: 8 + (newest + 1) * 5, counts });
  }

  /** Sends the report that is due; false when no answer came. */
  async report(port: number): Promise<boolean> {
    const due = this.#values.length;
    const answer = await send(port, '/sensor/report', this.bytes(), this.from);
    if (answer !== 'ok') return false;
    const first = Math.max(this.#acknowledgedInBoot, due - this.#reportCounts);
    for (const value of this.#values.slice(first, due)) {
      this.acknowledgedWh += value;
      this.acknowledgedWindows += 1;
    }
    this.#acknowledgedInBoot = due;
    return true;
  }
}

/** One POST as the firmware makes it; the text of the answer, or null when none came. */
export function send(
  port: number,
  path: string,
  body: Uint8Array,
  from = '127.0.0.1',
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: from });
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      answer += text;
      const content = answer.split('\r\n\r\n')[1];
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1]);
      if (content === undefined || content.length < length) return;
      socket.destroy();
      resolve(content);
    });
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(null));
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  });
}
