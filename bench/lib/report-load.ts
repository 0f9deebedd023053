// A load of sensor reports: each sensor has a loopback address of its own, and sends its next report when the one before is
// answered. A process of its own: `report-load.ts PORT SENSORS SECONDS WARM KIND FOLDER`, where KIND is one of `KINDS`, and
// FOLDER has the keys with which reports of version 2 are signed. It tells its parent `warm` after the first WARM reports and
// seconds, which do not count, and what it counted at its end.
import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { encodeReportV1, encodeReportV2, type Sign } from '../../packages/core/src/report/index.ts';
import { listKeys } from '../../packages/server/src/keys/index.ts';
import { sensorIdOf } from './report-keys.ts';

/** Of which version a sensor's reports are, and whether it keeps its connection. */
const KINDS: Readonly<Record<string, (sensor: number) => { version: 1 | 2; keeps: boolean }>> = {
  close: () => ({ version: 1, keeps: false }),
  keep: () => ({ version: 1, keeps: true }),
  close2: () => ({ version: 2, keeps: false }),
  keep2: () => ({ version: 2, keeps: true }),
  mixed: (sensor) => ({ version: sensor % 2 === 0 ? 1 : 2, keeps: sensor % 4 < 2 }),
};

/** A server that was just started asks itself what a page would, for some two seconds: that is none of this load. */
const WARM_MS = 5_000;
const WINDOWS = 10;
/** Three windows of 5 s between two reports. */
const NEW_WINDOWS = 3;
/** A day: what a sensor of version 2 holds. */
const HELD_WINDOWS = 17_280;

const [port, sensors, seconds, warm, kind = '', folder = ''] = process.argv.slice(2);
const kindOf = KINDS[kind];
if (kindOf === undefined)
  throw new Error(`a load of ${kind}: expected one of ${Object.keys(KINDS).join(', ')}`);
const signs = new Map(
  listKeys(folder).map(({ id, key }): [string, Sign] => {
    const bytes = Buffer.from(key, 'hex');
    return [id, (message) => createHmac('sha256', bytes).update(message).digest()];
  }),
);
let answered = 0;
let startedMs = Number.POSITIVE_INFINITY;

/** The windows of a sensor, by number: any, as long as they are the same each time they are reported. */
function windowValue(sensor: number, number: number): number {
  return (Math.imul(number + 1, 2_654_435_761 + sensor) >>> 27) % 9;
}

/** What a sensor sends next, time by time. */
class Reports {
  readonly #sensor: number;
  readonly #version: 1 | 2;
  #newest = WINDOWS - NEW_WINDOWS;
  #summedTo = -1;
  #cumulativeCount = 0;

  constructor(sensor: number, version: 1 | 2) {
    this.#sensor = sensor;
    this.#version = version;
  }

  next(): Buffer {
    this.#newest += NEW_WINDOWS;
    const values = Array.from({ length: WINDOWS }, (_, back) =>
      windowValue(this.#sensor, this.#newest - back),
    );
    const body = this.#version === 1 ? this.#first(values) : this.#second(values);
    const head = `POST /sensor/report HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  }

  #first(counts: number[]): Uint8Array {
    return encodeReportV1({ sensorType: 0, uptimeS: this.#newest * 5, counts });
  }

  #second(values: number[]): Uint8Array {
    const newestNumber = this.#newest;
    while (this.#summedTo < newestNumber) {
      this.#summedTo += 1;
      this.#cumulativeCount += windowValue(this.#sensor, this.#summedTo);
    }
    const sensorId = sensorIdOf(this.#sensor);
    const report = {
      sensorId,
      bootId: 1 + this.#sensor,
      newestNumber,
      oldestNumber: Math.max(0, newestNumber - HELD_WINDOWS),
      cumulativeCount: this.#cumulativeCount,
      ageMs: 40,
      windowMs: 5_000,
      batteryMv: null,
      firmware: { major: 1, minor: 0, patch: 0 },
      light: { baselineMv: 100, amplitudeMv: 900, noise100Uv: 10, state: 'good' as const },
      windows: values.map((count) => ({ count, lastFlashMs: count === 0 ? null : 1_000 })),
    };
    return encodeReportV2(report, signs.get(sensorId));
  }
}

function addressOf(sensor: number): string {
  return `127.0.${1 + Math.floor(sensor / 250)}.${1 + (sensor % 250)}`;
}

function noteAnswer(): void {
  answered += 1;
  if (startedMs !== Number.POSITIVE_INFINITY) return;
  if (answered < Number(warm) || performance.now() < WARM_MS) return;
  answered = 0;
  startedMs = performance.now();
  process.send?.('warm');
}

/** An answer is one packet here. It says `ok`, or, in bytes with a tag, status 0: the report was taken. */
function isTaken(answer: Buffer): boolean {
  const body = answer.subarray(answer.indexOf('\r\n\r\n') + 4);
  const says = body.length === 2 ? body.equals(OK) : body.length === 30 && body[4] === 0;
  return answer.subarray(0, STATUS.length).equals(STATUS) && says;
}

const OK = Buffer.from('ok');
const STATUS = Buffer.from('HTTP/1.1 200');

function run(sensor: number, of: { version: 1 | 2; keeps: boolean }): Promise<void> {
  const reports = new Reports(sensor, of.version);
  return new Promise((resolve, reject) => {
    const take = (socket: Socket, answer: Buffer) => {
      if (!isTaken(answer))
        return void reject(new Error(`sensor ${sensor} was answered ${answer.toString('latin1')}`));
      noteAnswer();
      if (performance.now() >= startedMs + Number(seconds) * 1_000) {
        socket.end();
        resolve();
      } else if (of.keeps) socket.write(reports.next());
      else {
        socket.destroy();
        open();
      }
    };
    const open = () => {
      const at = { host: '127.0.0.1', port: Number(port), localAddress: addressOf(sensor), noDelay: true };
      const socket = connect(at);
      socket.on('error', reject);
      socket.on('data', (answer: Buffer) => take(socket, answer));
      socket.write(reports.next());
    };
    open();
  });
}

await Promise.all(Array.from({ length: Number(sensors) }, (_, sensor) => run(sensor, kindOf(sensor))));
const told = { answered, seconds: (performance.now() - startedMs) / 1_000 };
process.send?.(told, () => process.exit(0));
