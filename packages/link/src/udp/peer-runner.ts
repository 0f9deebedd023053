/** Something that takes and gives frames on its own time, such as a simulated device. */
export interface Peer {
  /** When it does something next, on the clock of `peerNowMs`; Infinity when it only waits. */
  readonly nextMs: number;
  /** Lets it do that; what comes of it. */
  take(): readonly { readonly kind: 'frame' | 'text'; readonly bytes: Uint8Array }[];
  /** A frame came to it. */
  receive(atMs: number, frame: Uint8Array): void;
}

/** The clock that peers run on: ms that never step. */
export function peerNowMs(): number {
  return performance.now();
}

/** So many steps at once, so that what comes in is seen between them. */
const STEPS_MAX = 200;

/** Runs a peer in real time. */
export class PeerRunner {
  readonly #peer: Peer;
  readonly #tell: (kind: 'frame' | 'text', bytes: Uint8Array) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(peer: Peer, tell: (kind: 'frame' | 'text', bytes: Uint8Array) => void) {
    this.#peer = peer;
    this.#tell = tell;
    this.plan();
  }

  receive(frame: Uint8Array): void {
    this.#peer.receive(peerNowMs(), frame);
    this.plan();
  }

  /** To be called after the peer was changed from outside, for example cut off its power. */
  plan(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed || this.#peer.nextMs === Infinity) return;
    this.#timer = setTimeout(() => this.#work(), Math.max(0, this.#peer.nextMs - peerNowMs()));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #work(): void {
    for (let step = 0; step < STEPS_MAX && this.#peer.nextMs <= peerNowMs(); step += 1) {
      for (const { kind, bytes } of this.#peer.take()) this.#tell(kind, bytes);
    }
    this.plan();
  }
}
