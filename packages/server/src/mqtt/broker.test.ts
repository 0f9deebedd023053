import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { Broker, type BrokerOptions } from './broker.ts';
import { HeldAcks } from './held-acks.ts';
import type { MqttMessage, Taken } from './message.ts';
import { MESSAGE_LOG_FILE, MessageLog } from './message-log.ts';
import { addMqttUser, listMqttUsers, MQTT_USERS_FILE, removeMqttUser } from './users-file.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-broker-'));
const closing: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(root, { recursive: true });
});

/** A store whose groups are written when it is told so. */
class Groups {
  writtenGroups = 0;
  currentGroup = 1;
  isFull = false;
  readonly #pending = new Map<string, () => string>();
  readonly #states = new Map<string, string>();
  together<T>(body: () => T): T {
    return body();
  }
  putSourceState(source: string, state: () => string): void {
    this.#pending.set(source, state);
  }
  sourceState(source: string): string | null {
    return this.#states.get(source) ?? null;
  }
  flush(): void {
    if (this.isFull) throw new RangeError('disk full');
    for (const [source, state] of this.#pending) this.#states.set(source, state());
    this.writtenGroups = this.currentGroup;
    this.currentGroup += 1;
  }
}

async function start(given: Partial<BrokerOptions> = {}) {
  const store = new Groups();
  const messages: MqttMessage[] = [];
  const folder = given.folder ?? mkdtempSync(join(root, 'data-'));
  const clock = { wallMs: () => Date.now(), monotonicMs: () => Math.floor(performance.now()) };
  const take = (message: MqttMessage): Taken => {
    messages.push(message);
    return message.topic.endsWith('/tic') ? store.currentGroup : 'other';
  };
  const log = new MessageLog(folder, false);
  const acks = new HeldAcks({ store, log, take, retryMs: 5, onError: () => {} });
  acks.takeLeft((message) => acks.take(message));
  const broker = await Broker.open({
    ...{ host: '127.0.0.1', port: 0, tlsPort: null, webSocketPort: null, certFile: null, keyFile: null },
    ...{ base: 'kilowink', anonymous: 'auto' },
    ...{ packetBytesMax: 10_000, connectionsMax: 20, acks, clock, log: () => {} },
    take: (message) => acks.take(message),
    ...{ ...given, folder },
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await broker.close();
    isOpen = false;
    acks.close();
  };
  closing.push(close);
  const port = broker.listeners[0]?.port ?? 0;
  return { broker, store, messages, acks, port, close, folder };
}

async function client(port: number, options: IClientOptions & { url?: string } = {}): Promise<MqttClient> {
  const { url = `mqtt://127.0.0.1:${port}`, ...rest } = options;
  const made = await mqtt.connectAsync(url, { reconnectPeriod: 0, connectTimeout: 5_000, ...rest }, false);
  made.on('error', () => {});
  closing.push(async () => made.end(true));
  return made;
}

/** The next message on a topic. */
async function heard(subscriber: MqttClient, topic: string): Promise<string> {
  const came = new Promise<string>((resolve) => {
    subscriber.on('message', (on, payload) => {
      if (on === topic) resolve(payload.toString());
    });
  });
  await subscriber.subscribeAsync(topic, { qos: 1 });
  return came;
}

test('a message is acknowledged once it is in the log, and taken again after a crash', async () => {
  const server = await start();
  const sensor = await client(server.port);
  for (const text of ['one', 'two']) await sensor.publishAsync('kilowink/cellar/tic', text, { qos: 1 });
  await sensor.publishAsync('kilowink/cellar/tic', 'three', { qos: 2 });
  assert.equal(server.store.writtenGroups, 0, 'no group is cut short');
  // As a crash leaves it, with half a record more.
  const crashed = mkdtempSync(join(root, 'data-'));
  const bytes = readFileSync(join(server.folder, MESSAGE_LOG_FILE));
  writeFileSync(join(crashed, MESSAGE_LOG_FILE), Buffer.concat([bytes, bytes.subarray(0, 30)]));
  const next = await start({ folder: crashed });
  assert.deepEqual(
    next.messages.map(({ topic, payload }) => `${topic} ${Buffer.from(payload)}`),
    ['one', 'two', 'three'].map((text) => `kilowink/cellar/tic ${text}`),
  );
  assert.deepEqual(
    next.messages.map(({ receivedMs }) => receivedMs),
    server.messages.map(({ receivedMs }) => receivedMs),
  );
});

test('what the store has is not taken again, and leaves the log', async () => {
  const server = await start();
  const sensor = await client(server.port);
  const size = () => statSync(join(server.folder, MESSAGE_LOG_FILE)).size;
  await sensor.publishAsync('kilowink/cellar/tic', 'one', { qos: 1 });
  const one = size();
  server.store.flush();
  const log = new MessageLog(server.folder, false);
  const again: MqttMessage[] = [];
  const acks = new HeldAcks({ store: server.store, log, take: () => 'done', onError: () => {} });
  acks.takeLeft((message) => {
    again.push(message);
    return 'done';
  });
  assert.deepEqual(again, []);
  await sensor.publishAsync('kilowink/cellar/tic', 'two', { qos: 1 });
  assert.equal(size(), one);
});

test('nothing is acknowledged while neither log nor store can be written', async () => {
  const folder = mkdtempSync(join(root, 'data-'));
  mkdirSync(join(folder, MESSAGE_LOG_FILE));
  await assert.rejects(start({ folder }), { code: 'mqtt/unwritable' });
  rmdirSync(join(folder, MESSAGE_LOG_FILE));
  const server = await start({ folder });
  mkdirSync(join(folder, MESSAGE_LOG_FILE));
  server.store.isFull = true;
  const sensor = await client(server.port);
  let isAcknowledged = false;
  const sent = sensor.publishAsync('kilowink/cellar/tic', 'frame', { qos: 1 }).then(() => {
    isAcknowledged = true;
  });
  await sensor.publishAsync('elsewhere', 'reading goes on', { qos: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(isAcknowledged, false);
  assert.equal(server.acks.count, 1);
  server.store.isFull = false;
  await sent;
  assert.equal(server.acks.count, 0);
});

test('a message that can not be stored ends its connection without an acknowledgement', async () => {
  const server = await start({ take: () => 'failed' });
  const sensor = await client(server.port);
  const cut = new Promise<void>((resolve) => sensor.once('close', () => resolve()));
  let isAcknowledged = false;
  sensor.publish('kilowink/cellar/tic', 'frame', { qos: 1 }, (error) => {
    isAcknowledged = error === null || error === undefined;
  });
  await cut;
  assert.equal(isAcknowledged, false);
});

test('subscribers get a message with its QoS', async () => {
  const server = await start();
  const home = await client(server.port);
  const got = new Promise<number>((resolve) => home.on('message', (_, __, packet) => resolve(packet.qos)));
  await home.subscribeAsync('kilowink/#', { qos: 1 });
  const sensor = await client(server.port);
  const sent = sensor.publishAsync('kilowink/cellar/tic', 'frame', { qos: 1 });
  assert.equal(await got, 1);
  await sent;
});

test('kept messages survive a restart, an empty one clears its topic', async () => {
  const first = await start();
  const person = await client(first.port);
  const set = '{"sleepS":60}';
  await person.publishAsync('kilowink/cellar/set', set, { qos: 1, retain: true });
  await person.publishAsync('kilowink/attic/set', 'old', { qos: 1, retain: true });
  await person.publishAsync('kilowink/attic/set', '', { qos: 1, retain: true });
  await first.close();
  const second = await start({ folder: first.folder });
  const sensor = await client(second.port);
  const topics: string[] = [];
  sensor.on('message', (topic) => topics.push(topic));
  assert.equal(await heard(sensor, 'kilowink/cellar/set'), set);
  await sensor.subscribeAsync('kilowink/attic/set');
  await sensor.publishAsync('elsewhere', 'x', { qos: 1 });
  assert.deepEqual(topics, ['kilowink/cellar/set']);
});

test('a sensor publishes its own topics alone, and reads its settings alone', async () => {
  const folder = mkdtempSync(join(root, 'users-'));
  const password = await addMqttUser(folder, {
    name: 'cellar',
    rights: 'sensor',
    topics: ['tele/+/SENSOR'],
    nowMs: 0,
  });
  const server = await start({ folder });
  assert.equal(statSync(join(folder, MQTT_USERS_FILE)).mode & 0o777, 0o600);
  assert.ok(!readFileSync(join(folder, MQTT_USERS_FILE), 'utf8').includes(password));
  await assert.rejects(client(server.port), /authorized/i);
  await assert.rejects(client(server.port, { username: 'cellar', password: 'guess' }), /authorized/i);
  await assert.rejects(client(server.port, { username: 'nobody', password }), /authorized/i);
  const login = { username: 'cellar', password };
  const sensor = await client(server.port, login);
  await sensor.publishAsync('kilowink/cellar/tic', 'frame', { qos: 1 });
  await sensor.publishAsync('tele/linky/SENSOR', '{}', { qos: 1 });
  const granted = await sensor.subscribeAsync(['kilowink/cellar/set', 'kilowink/cellar/ota'], { qos: 1 });
  assert.deepEqual(
    granted.map(({ qos }) => qos),
    [1, 1],
  );
  for (const filter of ['kilowink/attic/set', 'kilowink/+/set', '#', 'kilowink/cellar/#']) {
    const refused = await sensor.subscribeAsync(filter, { qos: 1 }).catch(() => 'refused');
    assert.equal(refused, 'refused', filter);
  }
  for (const topic of [
    'kilowink/attic/tic',
    'kilowink/cellar/set',
    'homeassistant/device/x/config',
    'kilowink/cellarage/tic',
  ]) {
    const other = await client(server.port, login);
    const cut = new Promise<void>((resolve) => other.once('close', () => resolve()));
    other.publish(topic, 'x', { qos: 1 }, () => {});
    await cut;
  }
  assert.equal(server.broker.counters.messagesRefused, 4);
  assert.deepEqual(
    server.messages.map(({ topic }) => topic),
    ['kilowink/cellar/tic', 'tele/linky/SENSOR'],
  );
  removeMqttUser(folder, 'cellar');
  assert.deepEqual(listMqttUsers(folder), []);
  await assert.rejects(
    addMqttUser(folder, { name: 'x', rights: 'all', nowMs: 0 }).then(() =>
      addMqttUser(folder, { name: 'x', rights: 'all', nowMs: 0 }),
    ),
    { code: 'mqtt/user-known' },
  );
});

test('a packet that is too long and a connection too many are refused', async () => {
  const told: string[] = [];
  const log = (line: string) => told.push(line);
  const server = await start({ connectionsMax: 2, packetBytesMax: 1_000, log });
  const sensor = await client(server.port);
  const cut = new Promise<void>((resolve) => sensor.once('close', () => resolve()));
  sensor.publish('kilowink/cellar/tic', 'x'.repeat(1_200), { qos: 1 }, () => {});
  await cut;
  assert.equal(server.messages.length, 0);
  await client(server.port);
  await client(server.port);
  await assert.rejects(client(server.port));
  await assert.rejects(client(server.port));
  assert.equal(server.broker.counters.connectionsRefused, 2);
  const full = told.filter((line) => line.includes('mqtt.broker.connectionsMax'));
  assert.deepEqual(full, ['MQTT: a connection was refused, for 2 are open: see mqtt.broker.connectionsMax.']);
});

test('noise on the port ends its connection alone', async () => {
  const server = await start();
  const sensor = await client(server.port);
  for (const noise of ['GET / HTTP/1.1\r\n\r\n', '\xff\xff\xff\xff\xff\xff', '\x10\x00', '\x30\x02ab']) {
    const socket = connectTcp(server.port, '127.0.0.1');
    const cut = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.end(Buffer.from(noise, 'latin1'));
    await cut;
  }
  await sensor.publishAsync('kilowink/cellar/tic', 'frame', { qos: 1 });
});

test('TLS and WebSocket carry the same', async () => {
  const [certFile, keyFile] = ['cert.pem', 'key.pem'].map((name) => join(root, name)) as [string, string];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...kind, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'ignore' });
  const server = await start({ port: null, tlsPort: 0, webSocketPort: 0, certFile, keyFile });
  const ca = readFileSync(certFile);
  const ports = Object.fromEntries(server.broker.listeners.map(({ kind: name, port }) => [name, port]));
  for (const url of [`mqtts://localhost:${ports['tls']}`, `wss://localhost:${ports['webSocket']}`]) {
    await assert.rejects(client(0, { url }), /certificate/);
    const sensor = await client(0, { url, ca });
    await sensor.publishAsync('kilowink/cellar/tic', 'frame', { qos: 1 });
  }
  assert.equal(server.messages.length, 2);
  const plain = await start({ port: null, webSocketPort: 0 });
  const sensor = await client(0, { url: `ws://127.0.0.1:${plain.port}` });
  await sensor.publishAsync('kilowink/cellar/tic', 'frame', { qos: 1 });
});

test('what keeps the broker from starting is said', async () => {
  const first = await start();
  await assert.rejects(start({ port: first.port }), { code: 'mqtt/port-taken' });
  await assert.rejects(start({ tlsPort: 0, certFile: join(root, 'none'), keyFile: null }), {
    code: 'mqtt/certificate',
  });
});

for (const qos of [0, 1] as const) {
  test(`a message that another overtakes still comes, once, at QoS ${qos}`, async () => {
    const { broker, port } = await start();
    const subscriber = await client(port);
    const came: string[] = [];
    subscriber.on('message', (topic, payload) => came.push(`${topic} ${payload}`));
    await subscriber.subscribeAsync(['#', 'home/#', 'home/+'], { qos });
    // What is to be kept is stored first, which takes longer.
    for (const [topic, retain] of [
      ['home/kept', true],
      ['home/plain', false],
      ['home/kept', true],
    ] as const)
      broker.publish({ topic, payload: `${came.length}`, retain });
    broker.publish({ topic: 'end', payload: '' });
    const sensor = await client(port);
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        sensor.publishAsync(`home/${at}`, `${at}`, { qos: at % 2 ? 1 : 0 }),
      ),
    );
    await sensor.publishAsync('end', 'all', { qos: 1 });
    while (!came.includes('end all')) await new Promise((resolve) => setTimeout(resolve, 5));
    const expected = ['home/kept 0', 'home/kept 0', 'home/plain 0', 'end ', 'end all'];
    for (let at = 0; at < 50; at += 1) expected.push(`home/${at} ${at}`);
    const ours = came.filter((message) => /^home\/(kept|plain)/.test(message));
    assert.deepEqual(ours, ['home/kept 0', 'home/plain 0', 'home/kept 0']);
    assert.deepEqual(came.sort(), expected.sort());
  });
}
