import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TicFrame } from '@kilowink/core/tic';
import { constantLoad } from '@kilowink/sim/load';
import { createTicLine, createTicMeter, type TicMode } from '@kilowink/sim/tic';
import { SerialLine } from '../serial/index.ts';
import { PtyPair } from '../serial/testing.ts';
import { TicReceiver } from './tic-receiver.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-receiver-'));
const closing: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true });
});

/** The bytes of some frames, with the even parity that a meter sends and a port of 8 bits passes on. */
function wire(mode: TicMode, frames: number): Uint8Array {
  const options = { startMs: 1_795_000_000_000, contract: 'base', mode, phases: 1, seed: 3 } as const;
  const line = createTicLine(createTicMeter({ ...options, load: constantLoad(800) }), { seed: 3 });
  const bytes = Array.from({ length: frames }, () => [...line.take().sent]).flat();
  return Uint8Array.from(bytes, (byte) => {
    let ones = 0;
    for (let bit = 0; bit < 7; bit += 1) ones += (byte >> bit) & 1;
    return ones % 2 === 1 ? byte | 0x80 : byte;
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A dongle with its receiver. */
async function plug(name: string, listenMs: number) {
  const pair = await PtyPair.open(folder, name);
  closing.push(() => pair.close());
  const meter = new SerialLine({ path: pair.right, baud: 9_600, dataBits: 8, parity: 'none', retryMs: 10 });
  closing.push(() => meter.close());
  const frames: TicFrame[] = [];
  const receiver = new TicReceiver({
    ...{ path: pair.left, listenMs, retryMs: 10 },
    onFrame: (frame) => frames.push(frame),
  });
  closing.push(() => receiver.close());
  await until(() => meter.isOpen && receiver.state.isOpen);
  return { pair, meter, receiver, frames };
}

test('frames of both modes come whole, also when the meter is switched while it is read', async () => {
  const { meter, receiver, frames } = await plug('both', 60_000);
  for (const mode of ['historique', 'standard'] as const) {
    const before = frames.length;
    await meter.write(wire(mode, 3));
    await until(() => frames.length === before + 3);
    assert.ok(frames.slice(before).every((frame) => frame.complete && frame.mode === mode));
  }
  assert.equal(receiver.state.counters.parityErrors, 0);
  assert.equal(receiver.state.counters.modeChanges, 1);
});

test('while nothing is recognised the speeds are tried in turn, and the right one is kept', async () => {
  const { meter, receiver } = await plug('speeds', 40);
  const noise = setInterval(
    () => void meter.write(Uint8Array.from({ length: 60 }, () => Math.random() * 256)),
    5,
  );
  await until(() => receiver.state.searches >= 2);
  assert.equal(receiver.state.mode, null);
  clearInterval(noise);
  const talk = setInterval(() => void meter.write(wire('standard', 1)).catch(() => {}), 8);
  await until(() => receiver.state.mode === 'standard');
  const { searches } = receiver.state;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(receiver.state.searches, searches);
  // The meter falls silent: after a while the other speed is tried again.
  clearInterval(talk);
  await until(() => receiver.state.searches > searches);
  assert.equal(receiver.state.mode, null);
});

test('a dongle that is unplugged and comes back is read on', async () => {
  const first = await plug('pulled', 60_000);
  await first.meter.write(wire('historique', 2));
  await until(() => first.frames.length === 2);
  await first.pair.close();
  await until(() => first.receiver.state.lastError !== null);
  assert.match(first.receiver.state.lastError ?? '', /pulled/);
  const again = await PtyPair.open(folder, 'pulled');
  closing.push(() => again.close());
  await until(() => first.meter.isOpen && first.receiver.state.isOpen);
  await first.meter.write(wire('historique', 2));
  await until(() => first.frames.length >= 4);
  assert.ok(first.receiver.state.opens >= 2);
});
