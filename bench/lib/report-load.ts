// A load of sensor reports: each connection is one sensor with a loopback address of its own, and sends its next report
// when the one before is answered. A process of its own: `report-load.ts PORT SENSORS SECONDS WARM keep|close`. It tells its
// parent `warm` after the first WARM reports, which do not count, and what it counted at its end.
import { connect } from 'node:net';
import { encodeReportV1 } from '../../packages/core/src/report/index.ts';

const [port, sensors, seconds, warm, mode] = process.argv.slice(2);
const keepAlive = mode === 'keep';
let answered = 0;
let startedMs = Number.POSITIVE_INFINITY;

/** The windows of a sensor, by number: any, as long as they are the same each time they are reported. */
function windowValue(sensor: number, number: number): number {
  return (Math.imul(number + 1, 2_654_435_761 + sensor) >>> 27) % 9;
}

function request(sensor: number, sequence: number): Buffer {
  const newest = 3 * sequence + 10;
  const counts = Array.from({ length: 10 }, (_, back) => windowValue(sensor, newest - back));
  const body = encodeReportV1({ sensorType: 0, uptimeS: newest * 5, counts });
  const head = `POST /sensor/report HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function addressOf(sensor: number): string {
  return `127.0.${1 + Math.floor(sensor / 250)}.${1 + (sensor % 250)}`;
}

function noteAnswer(): void {
  answered += 1;
  if (answered < Number(warm) || startedMs !== Number.POSITIVE_INFINITY) return;
  answered = 0;
  startedMs = performance.now();
  process.send?.('warm');
}

function run(sensor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let sequence = 0;
    const open = () => {
      const socket = connect({
        host: '127.0.0.1',
        port: Number(port),
        localAddress: addressOf(sensor),
        noDelay: true,
      });
      socket.on('error', reject);
      socket.on('data', (data) => {
        if (!data.includes('ok')) return;
        noteAnswer();
        sequence += 1;
        if (performance.now() >= startedMs + Number(seconds) * 1_000) {
          socket.end();
          resolve();
        } else if (keepAlive) socket.write(request(sensor, sequence));
        else {
          socket.destroy();
          open();
        }
      });
      socket.write(request(sensor, sequence));
    };
    open();
  });
}

await Promise.all(Array.from({ length: Number(sensors) }, (_, sensor) => run(sensor)));
const told = { answered, seconds: (performance.now() - startedMs) / 1_000 };
process.send?.(told, () => process.exit(0));
