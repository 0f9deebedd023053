import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { healthInfo } from '@kilowink/api';
import { encodeReportV1, encodeReportV2, type ReportV2 } from '@kilowink/core/report';
import { openSqliteStore, openSqliteStoreReadOnly } from '@kilowink/store';
import { loadConfig } from '../config/index.ts';
import { type RunningServer, startServer } from './server.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-answers-'));
const folder = mkdtempSync(join(root, 'data-'));
const running: RunningServer[] = [];
after(async () => {
  for (const server of running.reverse()) await server.close();
  rmSync(root, { recursive: true });
});

const clock = { wallMs: () => 1_800_000_000_000, monotonicMs: () => 5_000 };

async function start(isReadOnly: boolean): Promise<RunningServer> {
  const given = { dataDir: folder, port: 0, host: '127.0.0.1' };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: root }, options });
  const store = isReadOnly
    ? openSqliteStoreReadOnly({ folder, clock })
    : openSqliteStore({ folder, clock, groupMs: 60_000 });
  const server = await startServer({ config, store, version: '0.0.0-test', clock });
  running.push(server);
  return server;
}

const plain: ReportV2 = {
  sensorId: '00112233445566aa',
  bootId: 0x01020304,
  newestNumber: 1,
  oldestNumber: 0,
  cumulativeCount: 5,
  ageMs: 0,
  windowMs: 5_000,
  batteryMv: null,
  firmware: { major: 1, minor: 2, patch: 3 },
  light: { baselineMv: 100, amplitudeMv: 900, noise100Uv: 10, state: 'good' },
  windows: [
    { count: 2, lastFlashMs: 1_000 },
    { count: 3, lastFlashMs: 2_000 },
  ],
};

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const other = bytes.slice();
  other[at] = value;
  return other;
}

const first = encodeReportV1({ sensorType: 3, uptimeS: 20, counts: [1, null, 254] });
const second = encodeReportV2(plain);
const tagged = encodeReportV2(plain, () => new Uint8Array(32).fill(7));

/** What is sent over one connection, one after the other without waiting: a path and a body. */
const SENT: readonly (readonly [path: string, body: Uint8Array])[] = [
  ['/sensor/report', first],
  ['/sensor/up', new Uint8Array()],
  ['/sensor/report', first.subarray(0, 7)],
  ['/sensor/report', new Uint8Array()],
  ['/sensor/report', changed(first, 0, 0x18)],
  ['/sensor/report', changed(first, 1, 0x03)],
  ['/sensor/report', second],
  ['/sensor/report', second],
  ['/sensor/report', changed(second, 2, 0x01)],
  ['/sensor/report', changed(second, 3, 0x02)],
  ['/sensor/report', changed(second, 39, 0x01)],
  ['/sensor/report', changed(second, 47, 0x01)],
  ['/sensor/report', changed(second, 49, 0xfb)],
  ['/sensor/report', changed(second, 27, 0x04)],
  ['/sensor/report', changed(second, 33, 0x89)],
  ['/sensor/report', second.subarray(0, 30)],
  ['/sensor/report', tagged],
];

/** Everything that is answered, but for Node's own date. */
function send(server: RunningServer, sent: typeof SENT): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: '127.0.0.1', port: server.port });
  let answers = '';
  socket.setEncoding('latin1');
  socket.on('error', reject);
  socket.on('data', (text) => {
    answers += text;
  });
  socket.on('close', () => resolve(answers.replaceAll(/Date: [^\r]*\r\n/g, '')));
  for (const [at, [path, body]] of sent.entries()) {
    const connection = at === sent.length - 1 ? 'close' : 'keep-alive';
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: kilowink\r\nConnection: ${connection}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  }
  return promise;
}

function head(type: string, length: number, isLast: boolean): string {
  const connection = isLast ? 'Connection: close' : 'Connection: keep-alive\r\nKeep-Alive: timeout=5';
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n${connection}\r\n\r\n`;
}

/** Text as it is, bytes in hex. */
function expected(contents: readonly string[]): string {
  return contents
    .map((content, at) => {
      const isLast = at === contents.length - 1;
      if (!content.startsWith('19'))
        return head('text/plain; charset=utf-8', content.length, isLast) + content;
      const bytes = Buffer.from(content, 'hex').toString('latin1');
      return head('application/octet-stream', bytes.length, isLast) + bytes;
    })
    .join('');
}

const AT = '000001a3185c5000';
const STORED = `1902800000000102030400000000${AT}`;
const REFUSED = `1902800001000000000000000000${AT}`;
const TAG_REFUSED = `1902800002000000000000000000${AT}`;
const READ_ONLY = `1902800003000000000000000000${AT}`;

/** How often each was refused, and why, the last time. */
const MESSAGES = {
  'report/cumulative':
    '1, 127.0.0.1: report: expected a cumulative count of at least the 5 flashes of its windows, 4 came',
  'report/field': '1, 127.0.0.1: report, byte 39 (reserved): expected 0, 1 came',
  'report/flags': '1, 127.0.0.1: report, byte 3 (flags): expected 0 to 1, 2 came',
  'report/form': '1, 127.0.0.1: report, byte 2: expected 0x00, 0x01 came',
  'report/magic': '1, 127.0.0.1: report, byte 0: expected 0x19, 0x18 came',
  'report/no-key':
    "1, 127.0.0.1: report of 00112233445566aa: expected a sensor whose key is known here, this one's is not",
  'report/size': '4, 127.0.0.1: report: expected at least 49 bytes, 30 came',
  'report/version': '1, 127.0.0.1: report, byte 1: expected 0x01, 0x03 came',
  'report/window':
    '1, 127.0.0.1: report, byte 49 (window 1): expected a count from 0 to 250 or 0xff, 0xfb 0x28 came',
  'report/window-length': '1, 127.0.0.1: report of boot 16909060: expected windows of 5000 ms, 5001 came',
};

test('each kind of report is answered to the byte, over one connection and without waiting', async () => {
  const server = await start(false);
  const answers = [
    ...['ok', 'ok', 'invalid', 'invalid', 'invalid', 'invalid', STORED, STORED],
    ...Array.from({ length: 8 }, () => REFUSED),
    TAG_REFUSED,
  ];
  assert.equal(await send(server, SENT), expected(answers));
  const health = healthInfo.parse(await (await fetch(`${server.url}/api/v1/health`)).json());
  const refused = health.refused.map(
    ({ code, count, lastMessage }) => [code, `${count}, ${lastMessage}`] as const,
  );
  assert.deepEqual(Object.fromEntries(refused), MESSAGES);
});

test('a read-only instance says so to each of them', async () => {
  const server = await start(true);
  const answers = SENT.map(([, body]) => (body[0] === 0x19 && body[1] === 0x02 ? READ_ONLY : 'readonly'));
  assert.equal(await send(server, SENT), expected(answers));
});
