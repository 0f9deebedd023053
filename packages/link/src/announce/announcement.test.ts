import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { freeUdpPort } from '../../../../tools/lib/free-port.ts';
import { discoverMdns } from '../discover/index.ts';
import { Announcement, type AnnouncementOptions } from './index.ts';

const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
});

const ADDRESSES = [
  { address: '198.51.100.4', netmask: '255.255.255.0' },
  { address: '127.0.0.9', netmask: '255.0.0.0' },
];

async function announce(given: Partial<AnnouncementOptions> = {}) {
  const port = await freeUdpPort();
  const announcement = new Announcement({
    ...{ service: '_kilowink._tcp', name: 'Les Tilleuls no. 4', host: 'cellar', port: 8_087 },
    ...{ text: ['path=/stats', 'version=1.2.3'], addresses: () => ADDRESSES },
    socket: { port, interface: '127.0.0.1' },
    onObstacle: assert.fail,
    ...given,
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await announcement.close();
    isOpen = false;
  };
  closing.push(close);
  return { port, close };
}

const found = (port: number) =>
  discoverMdns({ socket: { port, interface: '127.0.0.1', bind: '0.0.0.0' }, waitMs: 600 });

test('what is announced is found, with everything there is to know, and not after it went', async () => {
  const { port, close } = await announce();
  const [house, ...others] = await found(port);
  assert.deepEqual(others, []);
  assert.deepEqual(house && { ...house, addresses: house.addresses.toSorted() }, {
    ...{ name: 'Les Tilleuls no- 4', service: '_kilowink._tcp', host: 'cellar.local', port: 8_087 },
    ...{ addresses: ['127.0.0.9', '198.51.100.4'], text: ['path=/stats', 'version=1.2.3'] },
  });
  await close();
  assert.deepEqual(await found(port), []);
});

/** The question of a sensor, byte for byte: firmware/core/src/mdns.c. */
const SENSOR_QUESTION = Buffer.from(
  '\0\0\0\0\0\x01\0\0\0\0\0\0\x09_kilowink\x04_tcp\x05local\0\0\x0c\x80\x01',
  'latin1',
);

async function ask(question: Buffer, port: number): Promise<Buffer> {
  const socket: Socket = createSocket('udp4');
  closing.push(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.setMulticastInterface('127.0.0.1');
  const timer = setInterval(() => socket.send(question, port, '224.0.0.251'), 100);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  clearInterval(timer);
  return answer;
}

test('a sensor that asks from a port of its own is answered there, in one message, the nearest address first', async () => {
  const { port } = await announce();
  const answer = await ask(SENSOR_QUESTION, port);
  const near = answer.indexOf(Buffer.from([127, 0, 0, 9]));
  const far = answer.indexOf(Buffer.from([198, 51, 100, 4]));
  assert.ok(near > 0 && near < far);
  assert.equal(answer.readUInt16BE(4), 1, 'with its question');
  assert.ok(answer.includes(Buffer.concat([Buffer.from([8_087 >> 8, 8_087 & 255])])));
  const counts = [6, 8, 10].map((at) => answer.readUInt16BE(at));
  assert.equal(
    counts.reduce((a, b) => a + b),
    5,
    'PTR, SRV, TXT and two A',
  );
});

test('what is asked of others, and rubbish, is not answered', async () => {
  const { port } = await announce();
  const other = Buffer.from('\0\0\0\0\0\x01\0\0\0\0\0\0\x05_http\x04_tcp\x05local\0\0\x0c\x80\x01', 'latin1');
  const socket = createSocket('udp4');
  closing.push(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.setMulticastInterface('127.0.0.1');
  const came: Buffer[] = [];
  socket.on('message', (message) => came.push(message));
  for (const bytes of [other, other.subarray(0, 20), Buffer.from([0xff, 0, 3]), Buffer.alloc(0)])
    socket.send(bytes, port, '224.0.0.251');
  // A question that is answered comes behind them.
  const answer = await ask(SENSOR_QUESTION, port);
  assert.ok(answer.length > 0);
  assert.deepEqual(came, []);
});

test('a port that somebody holds alone is told once, and harms nothing', async () => {
  const alone = createSocket('udp4');
  closing.push(() => alone.close());
  alone.bind(0, '0.0.0.0');
  await once(alone, 'listening');
  const told: string[] = [];
  const met = Promise.withResolvers<void>();
  const { close } = await announce({
    socket: { port: alone.address().port, interface: '127.0.0.1' },
    onObstacle: (error) => {
      told.push(error.message);
      met.resolve();
    },
  });
  await met.promise;
  await close();
  assert.match(told.join(), /^[^,]*EADDRINUSE[^,]*$/);
});
