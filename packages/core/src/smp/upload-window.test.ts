import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RoundTrip } from './round-trip.ts';
import { type Piece, UploadWindow } from './upload-window.ts';

/** Chance from a seed, for this file: numbers from 0, below 1. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** A device that takes pieces in their order only, behind a network that loses answers and requests and reorders them. */
class Scene {
  readonly window: UploadWindow;
  has: number;
  mostInFlight = 0;
  readonly #chance: () => number;
  readonly #requests: Piece[] = [];
  readonly #answers: { id: number; offset: number }[] = [];
  readonly #away: number[] = [];

  constructor(lengthBytes: number, parallelMax: number, chance: () => number) {
    this.window = new UploadWindow({ lengthBytes, parallelMax, pieceBytesAt: () => 7 });
    this.has = 0;
    this.#chance = chance;
  }

  step(): void {
    for (let piece = this.window.take(); piece !== null; piece = this.window.take()) {
      if (this.#chance() < 0.2) this.#away.push(piece.id);
      else this.#requests.push(piece);
    }
    this.mostInFlight = Math.max(this.mostInFlight, this.window.piecesInFlight);
    const piece = this.#next(this.#requests);
    if (piece !== undefined) this.#receive(piece);
    const answer = this.#next(this.#answers);
    if (answer !== undefined) this.window.answered(answer.id, answer.offset);
    if (piece === undefined && answer === undefined) {
      for (const id of this.#away.splice(0)) this.window.lost(id);
    }
  }

  #next<T>(queue: T[]): T | undefined {
    return queue.splice(this.#chance() < 0.1 ? queue.length - 1 : 0, 1)[0];
  }

  /** As Zephyr does: the first piece of the file it has already is answered with how far it is. */
  #receive(piece: Piece): void {
    if (piece.offset === this.has) this.has = piece.endOffset;
    if (this.#chance() < 0.2) this.#away.push(piece.id);
    else this.#answers.push({ id: piece.id, offset: this.has });
  }
}

function upload(
  lengthBytes: number,
  parallelMax: number,
  { chance = () => 0.5, resumeAt = 0 }: { chance?: () => number; resumeAt?: number } = {},
): Scene {
  const scene = new Scene(lengthBytes, parallelMax, chance);
  scene.has = resumeAt;
  for (let step = 0; !scene.window.isDone; step += 1) {
    assert.ok(step < 100_000, 'it comes to an end');
    scene.step();
  }
  assert.equal(scene.has, lengthBytes);
  return scene;
}

test('everything arrives, in order, whatever the network does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      (lengthBytes, parallelMax, seed) => {
        const { window, mostInFlight } = upload(lengthBytes, parallelMax, { chance: chanceOf(seed) });
        assert.ok(mostInFlight <= parallelMax);
        assert.ok(window.sentBytes >= lengthBytes);
      },
    ),
    { numRuns: 500 },
  );
});

test('nothing is sent twice where nothing is lost', () => {
  const { window } = upload(10_000, 4);
  assert.equal(window.sentBytes, 10_000);
});

test('an upload goes on where a former one stopped', () => {
  const { window } = upload(10_000, 4, { resumeAt: 9_003 });
  assert.ok(window.sentBytes <= 7 + 997);
});

test('the first piece travels alone', () => {
  const window = new UploadWindow({ lengthBytes: 100, parallelMax: 4, pieceBytesAt: () => 10 });
  assert.deepEqual(window.take(), { id: 0, offset: 0, endOffset: 10 });
  assert.equal(window.take(), null);
  window.answered(0, 10);
  assert.equal(window.take()?.offset, 10);
  assert.equal(window.take()?.offset, 20);
});

test('a device that starts anew gets the first piece again', () => {
  const window = new UploadWindow({ lengthBytes: 100, parallelMax: 3, pieceBytesAt: () => 10 });
  const first = window.take();
  window.answered(first?.id ?? -1, 10);
  const [second, third] = [window.take(), window.take()];
  window.answered(second?.id ?? -1, 0);
  assert.equal(window.take(), null, 'it travels alone again');
  window.answered(third?.id ?? -1, 0);
  assert.equal(window.take()?.offset, 0);
});

test('one lost piece costs itself and those behind it', () => {
  const window = new UploadWindow({ lengthBytes: 1_000, parallelMax: 3, pieceBytesAt: () => 10 });
  window.answered(window.take()?.id ?? -1, 10);
  const [lost, second, third] = [window.take(), window.take(), window.take()];
  window.answered(second?.id ?? -1, 10);
  window.answered(third?.id ?? -1, 10);
  assert.equal(window.take()?.offset, 10);
  window.lost(lost?.id ?? -1);
  assert.equal(window.take()?.offset, 20, 'the loss was known already');
});

test('the wait follows what answers take, and doubles', () => {
  const trip = new RoundTrip({ firstMs: 1_000, leastMs: 100, mostMs: 10_000 });
  assert.equal(trip.waitMs(0), 1_000);
  assert.equal(trip.waitMs(2), 4_000);
  for (let count = 0; count < 100; count += 1) trip.measured(50);
  assert.equal(trip.smoothMs, 50);
  assert.equal(trip.waitMs(0), 100);
  assert.equal(trip.waitMs(20), 10_000);
  trip.measured(1_000);
  assert.ok(trip.waitMs(0) > 500);
});
