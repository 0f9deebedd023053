import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { openConsole } from './console-line.ts';
import { LineSplitter } from './line-splitter.ts';
import { TelnetFilter } from './telnet-filter.ts';

const noBluetooth = () => Promise.reject(new TypeError('no Bluetooth in this test'));

test('a console over telnet: text both ways, wishes answered', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connected = once(server, 'connection');
  const line = await openConsole({ kind: 'telnet', host: '127.0.0.1', port }, noBluetooth);
  const [socket] = (await connected) as [Socket];
  const heard: Uint8Array[] = [];
  line.onBytes((bytes) => void heard.push(bytes));
  const came: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void came.push(chunk));
  socket.write(Buffer.from([255, 251, 1, 255, 253, 31, 104, 105, 255, 255, 10]));
  await line.write(Uint8Array.of(97, 255));
  const isDone = () => Buffer.concat(heard).length >= 4 && Buffer.concat(came).length >= 9;
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([...Buffer.concat(heard)], [104, 105, 255, 10]);
  assert.deepEqual([...Buffer.concat(came)].sort(), [97, 255, 255, 255, 253, 1, 255, 252, 31].sort());
  const away = new Promise<Error>((resolve) => line.onAway(resolve));
  socket.destroy();
  assert.match((await away).message, /was closed/);
  await assert.rejects(line.write(Uint8Array.of(1)), { code: 'smp/closed' });
  await line.close();
  server.close();
});

test('nobody at the other end of telnet, or no console there at all', async () => {
  await assert.rejects(openConsole({ kind: 'telnet', host: '127.0.0.1', port: 1 }, noBluetooth), {
    code: 'smp/transport',
  });
  await assert.rejects(openConsole({ kind: 'udp', host: '127.0.0.1', port: 1337 }, noBluetooth), {
    code: 'smp/transport',
  });
});

test('a console over the Nordic UART service', async () => {
  const written: number[][] = [];
  const connection = {
    mtuBytes: 3,
    write: async (bytes: Uint8Array) => void written.push([...bytes]),
    onNotify: (listener: (bytes: Uint8Array) => void) => {
      listener(Uint8Array.of(42));
      return () => {};
    },
    onClose: () => () => {},
    close: async () => {},
  };
  const asked: string[] = [];
  const port = {
    connect: async ({ address, serviceUuid }: { address: string; serviceUuid: string }) => {
      asked.push(address, serviceUuid);
      return connection;
    },
  };
  const line = await openConsole({ kind: 'ble', device: 'blink' }, async () => port);
  const heard: number[] = [];
  line.onBytes((bytes) => void heard.push(...bytes));
  await line.write(Uint8Array.of(1, 2, 3, 4));
  assert.deepEqual(written, [[1, 2, 3], [4]]);
  assert.deepEqual(heard, [42]);
  assert.deepEqual(asked, ['blink', '6e400001b5a3f393e0a9e50e24dcca9e']);
});

test('telnet text comes through whatever its cuts, and no command does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (text, cut) => {
      const commands = [255, 251, 1, 255, 250, 24, 1, 255, 240, 255, 241];
      const stream = Uint8Array.from([...commands, ...TelnetFilter.escape(text), ...commands]);
      const filter = new TelnetFilter();
      const out: number[] = [];
      for (let at = 0; at < stream.length; at += cut)
        out.push(...filter.push(stream.subarray(at, at + cut)).text);
      assert.deepEqual(out, [...text]);
    }),
  );
});

test('lines are split at their ends', () => {
  const splitter = new LineSplitter();
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.deepEqual(splitter.push(bytes('one\r\ntw')), ['one']);
  assert.deepEqual(splitter.push(bytes('o\n\n')), ['two', '']);
  assert.equal(splitter.push(bytes('x'.repeat(9_000))).length, 1);
});
