import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseImage } from '@kilowink/core/image';
import {
  COMMANDS,
  type Command,
  decodeFrame,
  decodeReply,
  encodeRequest,
  imageErase,
  imageSetState,
  imageState,
  imageUpload,
  osEcho,
  osParameters,
  osReset,
  osWriteTime,
  type ReplyOf,
  type RequestOf,
  settingsRead,
  settingsSave,
  settingsWrite,
  shellExecute,
} from '@kilowink/core/smp';
import { createRandom } from '../random/index.ts';
import { SmpDevice } from './device.ts';
import { LossyLink } from './lossy-link.ts';
import type { SmpDeviceOptions } from './options.ts';
import { noiseImage } from './test-image.ts';

const SMALL = { slotBytes: 32_768, sectorBytes: 1_024, flash: { eraseSectorMs: 3, writeSectorMs: 2 } };
const oldImage = noiseImage('1.0.0', 9_000);
const newImage = noiseImage('1.1.0', 12_345);

function hashOf(image: Uint8Array): Uint8Array {
  const parsed = parseImage(image);
  assert.ok(parsed.ok);
  return parsed.value.hash;
}

/** Somebody who looks after a device on virtual time, one request after the other. */
class Keeper {
  readonly device: SmpDevice;
  nowMs = 0;
  #cuts: number[];
  #sequence = 0;

  constructor(options: Partial<SmpDeviceOptions> = {}, cuts: readonly number[] = []) {
    this.device = new SmpDevice({ startMs: 0, image: oldImage, ...SMALL, ...options });
    this.#cuts = [...cuts];
    this.run(60);
  }

  /** Lets time pass up to `untilMs`, or until a frame comes; the power goes at the moments told. */
  run(untilMs: number): Uint8Array | null {
    for (;;) {
      const cutMs = this.#cuts[0] ?? Infinity;
      const nextMs = Math.min(this.device.nextMs, cutMs);
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      if (nextMs === cutMs) {
        this.#cuts.shift();
        this.device.cutPower(cutMs);
        this.device.powerOn(cutMs + 10);
      } else {
        const output = this.device.take().find(({ kind }) => kind === 'frame');
        if (output !== undefined) return output.bytes;
      }
    }
    this.nowMs = untilMs;
    return null;
  }

  /** The reply, or null when none came in a second. */
  ask<C extends Command>(command: C, request: RequestOf<C>, version: 1 | 2 = 2) {
    this.#sequence = (this.#sequence + 1) % 256;
    this.device.receive(this.nowMs, encodeRequest(command, request, { sequence: this.#sequence, version }));
    const bytes = this.run(this.nowMs + 1_000);
    if (bytes === null) return null;
    const frame = decodeFrame(bytes);
    assert.ok(frame.ok);
    assert.equal(frame.value.header.sequence, this.#sequence);
    return decodeReply(command, frame.value);
  }

  get<C extends Command>(command: C, request: RequestOf<C>): ReplyOf<C> {
    const reply = this.ask(command, request);
    assert.ok(reply?.ok, reply === null ? 'no answer' : 'refused');
    return reply.value;
  }

  upload(image: Uint8Array): boolean {
    const lengthBytes = image.length;
    for (let offset = 0; offset < lengthBytes; ) {
      const data = image.subarray(offset, offset + 500);
      const first = offset === 0 ? { lengthBytes, sha256: hashOf(image) } : {};
      const reply = this.ask(imageUpload, { offset, data, ...first });
      if (reply?.ok !== true || (reply.value.offset ?? 0) < offset) return false;
      offset = reply.value.offset ?? 0;
    }
    return true;
  }

  /** One try at bringing the new image onto the device, from whatever state it is in. */
  tryUpdate(): void {
    const states = this.ask(imageState, {});
    if (states?.ok !== true) return;
    const active = states.value.images.find(({ isActive }) => isActive);
    if (active?.version === '1.1.0') {
      this.ask(imageSetState, { confirm: true });
      return;
    }
    if (!states.value.images.some(({ isPending }) => isPending)) {
      if (!this.upload(newImage)) return;
      this.ask(imageSetState, { hash: hashOf(newImage), confirm: false });
    }
    this.ask(osReset, {});
    this.run(this.nowMs + 1_000);
  }
}

test('an image is uploaded, tried, confirmed, and stays', () => {
  const keeper = new Keeper();
  assert.ok(keeper.upload(newImage));
  assert.deepEqual(keeper.device.slots[1].bytes.slice(0, newImage.length), newImage);
  const pending = keeper.get(imageSetState, { hash: hashOf(newImage), confirm: false });
  assert.ok(pending.images[1]?.isPending && pending.images[1].isPermanent === false);
  keeper.get(osReset, {});
  keeper.run(keeper.nowMs + 2_000);
  assert.equal(keeper.device.version, '1.1.0');
  const trial = keeper.get(imageState, {}).images;
  assert.deepEqual(
    trial.map(({ version, isActive, isConfirmed }) => [version, isActive, isConfirmed]),
    [
      ['1.1.0', true, false],
      ['1.0.0', false, true],
    ],
  );
  keeper.get(imageSetState, { confirm: true });
  keeper.device.cutPower(keeper.nowMs);
  keeper.device.powerOn(keeper.nowMs);
  keeper.run(keeper.nowMs + 2_000);
  assert.equal(keeper.device.version, '1.1.0');
});

test('an image that is not confirmed is swapped back at the next start', () => {
  const keeper = new Keeper();
  keeper.upload(newImage);
  keeper.get(imageSetState, { hash: hashOf(newImage), confirm: false });
  for (const version of ['1.1.0', '1.0.0', '1.0.0']) {
    keeper.get(osReset, {});
    keeper.run(keeper.nowMs + 2_000);
    assert.equal(keeper.device.version, version);
  }
  assert.deepEqual(keeper.device.slots[0].image?.hash, hashOf(oldImage));
});

test('an image that does not stay up is swapped back by itself', () => {
  const keeper = new Keeper({ staysUp: (version) => version !== '1.1.0' });
  keeper.upload(newImage);
  keeper.get(imageSetState, { hash: hashOf(newImage), confirm: false });
  keeper.get(osReset, {});
  keeper.run(keeper.nowMs + 10_000);
  assert.equal(keeper.device.version, '1.0.0');
  assert.equal(keeper.device.state, 'running');
});

test('whenever the power goes during an update, the device starts and the update can be done', () => {
  const whole = new Keeper();
  whole.tryUpdate();
  whole.tryUpdate();
  const endMs = whole.nowMs;
  const random = createRandom(7);
  for (let run = 0; run < 60; run += 1) {
    const cuts = [random.between(60, endMs), random.between(60, endMs), random.between(60, endMs)];
    const keeper = new Keeper(
      {},
      cuts.sort((left, right) => left - right),
    );
    for (let attempt = 0; attempt < 8; attempt += 1) keeper.tryUpdate();
    assert.equal(keeper.device.state, 'running', `cuts at ${cuts}`);
    assert.equal(keeper.device.version, '1.1.0', `cuts at ${cuts}`);
    assert.deepEqual(keeper.device.slots[1].image?.hash, hashOf(oldImage), `cuts at ${cuts}`);
  }
});

test('an interrupted swap goes on at the next start, again and again', () => {
  const keeper = new Keeper();
  keeper.upload(newImage);
  keeper.get(imageSetState, { hash: hashOf(newImage), confirm: true });
  keeper.device.cutPower(keeper.nowMs);
  let interruptions = 0;
  for (let count = 0; keeper.device.version !== '1.1.0' || keeper.device.isSwapping; count += 1) {
    assert.ok(count < 100);
    keeper.device.powerOn(keeper.nowMs);
    keeper.run(keeper.nowMs + 29);
    if (!keeper.device.isSwapping) continue;
    keeper.device.cutPower(keeper.nowMs);
    interruptions += 1;
  }
  assert.ok(interruptions > 3);
});

test('a damaged image is not swapped in', () => {
  const keeper = new Keeper();
  keeper.upload(newImage);
  keeper.get(imageSetState, { hash: hashOf(newImage), confirm: false });
  keeper.device.slots[1].write(5_000, Uint8Array.of(1, 2, 3));
  keeper.get(osReset, {});
  keeper.run(keeper.nowMs + 2_000);
  assert.equal(keeper.device.version, '1.0.0');
});

test('an upload of the same file goes on where it was, and after a restart from the beginning', () => {
  const keeper = new Keeper();
  const first = { lengthBytes: newImage.length, sha256: hashOf(newImage), data: newImage.subarray(0, 500) };
  keeper.get(imageUpload, { offset: 0, ...first });
  keeper.get(imageUpload, { offset: 500, data: newImage.subarray(500, 1_000) });
  assert.equal(keeper.get(imageUpload, { offset: 0, ...first }).offset, 1_000);
  assert.equal(keeper.get(imageUpload, { offset: 3_000, data: newImage.subarray(0, 5) }).offset, 1_000);
  keeper.get(osReset, {});
  keeper.run(keeper.nowMs + 1_000);
  assert.equal(keeper.get(imageUpload, { offset: 1_000, data: newImage.subarray(0, 5) }).offset, 0);
  assert.equal(keeper.get(imageUpload, { offset: 0, ...first }).offset, 500);
});

test('what is refused says why, in the form of the version', () => {
  const keeper = new Keeper();
  const data = newImage.subarray(0, 500);
  const refusals = [
    keeper.ask(imageUpload, { offset: 0, data: data.subarray(0, 20), lengthBytes: 100 }),
    keeper.ask(imageUpload, { offset: 0, data }),
    keeper.ask(imageUpload, { offset: 0, data: oldImage.subarray(1_000, 1_100), lengthBytes: 100 }),
    keeper.ask(imageUpload, { offset: 0, data, lengthBytes: 99_999 }),
    keeper.ask(imageUpload, {
      offset: 0,
      data: oldImage.subarray(0, 500),
      lengthBytes: 600,
      upgradeOnly: true,
    }),
    keeper.ask(imageErase, { slot: 0 }),
    keeper.ask(imageSetState, { hash: new Uint8Array(32), confirm: false }),
    keeper.ask(settingsRead, { name: 'none' }),
    keeper.ask(settingsRead, { name: 'none' }, 1),
    keeper.ask(shellExecute, { words: [] }),
  ].map((reply) => {
    assert.ok(reply !== null && !reply.ok && reply.fault.code === 'smp/refused');
    return `${reply.fault.refusal.groupName} ${reply.fault.refusal.name}`;
  });
  assert.deepEqual(refusals, [
    'image headerShort',
    'image lengthMissing',
    'image headerMagic',
    'image imageTooLarge',
    'image runningIsNewer',
    'image invalidSlot',
    'image hashNotFound',
    'settings notFound',
    'smp unknown',
    'shell empty',
  ]);
});

test('a device of version 1 says that version 2 is too new', () => {
  const keeper = new Keeper({ version: 1 });
  const reply = keeper.ask(osEcho, { text: 'x' });
  assert.ok(reply !== null && !reply.ok && reply.fault.message.includes('versionTooNew'));
  assert.ok(keeper.ask(osEcho, { text: 'x' }, 1)?.ok);
});

test('settings are lost at a restart unless they are saved', () => {
  const keeper = new Keeper({ settings: { 'wifi/ssid': Uint8Array.of(1) } });
  keeper.get(settingsWrite, { name: 'wifi/ssid', value: Uint8Array.of(2) });
  keeper.get(osReset, {});
  keeper.run(keeper.nowMs + 1_000);
  assert.deepEqual(keeper.get(settingsRead, { name: 'wifi/ssid' }).value, Uint8Array.of(1));
  keeper.get(settingsWrite, { name: 'wifi/ssid', value: Uint8Array.of(3) });
  keeper.get(settingsSave, {});
  keeper.get(osReset, {});
  keeper.run(keeper.nowMs + 1_000);
  assert.deepEqual(keeper.get(settingsRead, { name: 'wifi/ssid' }).value, Uint8Array.of(3));
});

test('frames beyond its buffers are dropped', () => {
  const keeper = new Keeper({ buffers: 3, serviceMs: 10 });
  const frame = encodeRequest(osEcho, { text: 'x' }, { sequence: 1 });
  for (let count = 0; count < 5; count += 1) keeper.device.receive(keeper.nowMs, frame);
  assert.equal(keeper.device.counters.dropped, 3);
  while (keeper.run(keeper.nowMs + 100) !== null);
  assert.deepEqual(keeper.get(osParameters, {}), { bufferBytes: 1_024, buffers: 3 });
});

test('every command of the tables is carried out, or refused with a code that is known', () => {
  const keeper = new Keeper({ files: { '/lfs/a': Uint8Array.of(1) }, settings: { a: Uint8Array.of(1) } });
  const values: Readonly<Record<string, unknown>> = {
    ...{ text: 'x', time: '2026-03-29T01:00:00', name: 'a', value: Uint8Array.of(1), confirm: true },
    ...{ offset: 0, data: Uint8Array.of(1), words: ['help'] },
  };
  keeper.get(osWriteTime, { time: '2026-03-29T01:00:00' });
  for (const command of COMMANDS.filter(({ name }) => name !== 'os reset')) {
    const name = command.group === 8 ? '/lfs/a' : command.group === 2 ? 'smp' : 'a';
    const required = Object.entries(command.request).filter(([, field]) => !field.isOptional);
    const request = Object.fromEntries(required.map(([key]) => [key, key === 'name' ? name : values[key]]));
    const reply = keeper.ask(command, request as RequestOf<Command>);
    assert.ok(reply !== null, command.name);
    if (!reply.ok) assert.equal(reply.fault.code, 'smp/refused', `${command.name}: ${reply.fault.message}`);
    const refused = reply.ok ? '' : reply.fault.message;
    assert.equal(refused, command === (imageUpload as Command) ? refused : '', command.name);
  }
});

test('a bad network loses, doubles and delays as it is told', () => {
  const device = new SmpDevice({ startMs: 0, image: oldImage, ...SMALL, buffers: 100 });
  const link = new LossyLink(device, { delayMs: 20, jitterMsMax: 10, loss: 0.3, duplicate: 0.2 }, 3);
  while (link.nextMs < 100) link.take();
  const asked = 500;
  let answers = 0;
  for (let count = 0; count < asked; count += 1) {
    link.receive(100 + 10 * count, encodeRequest(osEcho, { text: 'x' }, { sequence: count % 256 }));
    while (link.nextMs <= 100 + 10 * count) answers += link.take().length;
  }
  while (link.nextMs < Infinity) answers += link.take().length;
  const wanted = asked * (0.7 * 1.2) ** 2;
  assert.ok(Math.abs(answers - wanted) < 0.15 * wanted, `${answers} answers, about ${wanted} expected`);
});
