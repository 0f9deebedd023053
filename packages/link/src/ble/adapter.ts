import { type Advertisement, HciAdvertReader } from '@kilowink/core/advert';
import type { Noble, NobleHci, NobleOptions } from './noble-module.ts';
import { isSerialAdapter, type Obstacle } from './obstacle.ts';
import { scanParametersCommand } from './scan-commands.ts';

/** A controller answers within this, or is gone. */
const ANSWER_MS = 5_000;
/** After this long without a sign of it, it is asked for one. */
const QUIET_MS = 20_000;
/** Setting it up takes a fraction of this. */
const START_MS = 10_000;
/** After this long without any advertisement scanning is set up again: a suspended adapter may have forgotten it. */
const NO_ADVERT_MS = 120_000;
const LOOK_MS = 1_000;

/** What an adapter can do. */
export interface AdapterAbilities {
  readonly isExtended: boolean;
  readonly isCoded: boolean;
}

/** What is told of an adapter's life. */
export interface AdapterEvents {
  onAdvert(advert: Advertisement): void;
  /** Scanning has begun, for the first time or again. */
  onScanning(abilities: AdapterAbilities): void;
  /** It is over: nothing follows. */
  onGone(obstacle: Obstacle): void;
}

/** How an adapter is used. */
export interface AdapterSettings {
  /** `hci0`, or the path of a serial device that speaks HCI (H4). */
  readonly adapter: string;
  /** Speed of a serial device (bit/s). */
  readonly baudRate: number;
  /** How much of the time it listens, 5 to 100. */
  readonly dutyPercent: number;
}

/**
 * One life of an adapter: from opening it to its first failure. Noble brings the socket, sets the controller up and makes
 * connections; advertisements are read from the socket itself, because noble drops those of connectable devices that
 * were heard once, does not put long ones together, and remembers every address for ever:
 *
 *   controller ── socket ──┬── HciAdvertReader ──▶ onAdvert
 *                          └── noble: set-up, GATT
 *
 * Noble scans actively; its command is replaced by a passive one. Seen with noble 2.8.0; once it has a setting for passive
 * scanning, the replacement can go.
 */
export class Adapter {
  readonly #noble: Noble;
  readonly #hci: NobleHci | null;
  readonly #settings: AdapterSettings;
  readonly #events: AdapterEvents;
  readonly #reader = new HciAdvertReader();
  readonly #timer: ReturnType<typeof setInterval>;
  #isOver = false;
  #isScanning = false;
  #hasBegun = false;
  /** Connections that are being made. */
  #connecting = 0;
  #heardMs = performance.now();
  #askedMs: number | null = null;
  #advertMs = performance.now();

  constructor(
    withBindings: (type: 'hci', options: NobleOptions) => Noble,
    settings: AdapterSettings,
    events: AdapterEvents,
  ) {
    this.#settings = settings;
    this.#events = events;
    this.#noble = withBindings('hci', bindingOptions(settings));
    this.#noble.removeAllListeners('warning');
    // Reading the state starts the bindings; until they answer, nothing but a reset is written.
    const state = this.#noble.state;
    const { _hci: hci, _sigIntHandler: onSigInt } = this.#noble._bindings;
    this.#hci = hci;
    // Noble ends the whole process on an interrupt, before anything could be saved.
    if (onSigInt !== undefined) process.removeListener('SIGINT', onSigInt);
    if (hci !== null) this.#listen(hci);
    this.#noble.on('stateChange', (changed: string) => this.#onState(changed));
    this.#noble.on('scanStop', () => this.#onScanStop());
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    if (hci === null || state === 'unsupported') queueMicrotask(() => this.#onState('unsupported'));
  }

  /**
   * Lets `work` make a connection. Noble stops scanning for that and resets the controller; scanning begins again when
   * the work is done.
   */
  async connecting<T>(work: (noble: Noble) => Promise<T>): Promise<T> {
    this.#connecting += 1;
    try {
      return await work(this.#noble);
    } finally {
      this.#connecting -= 1;
      // Noble may believe that scanning survived the reset: it is ended for noble too, and begins after that.
      this.#isScanning = true;
      if (!this.#isOver) this.#attempt(() => this.#noble.stopScanning());
    }
  }

  /** Long advertisements that were cut off. */
  get truncated(): number {
    return this.#reader.truncated;
  }

  /** Lets it go. Nothing is told any more. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    try {
      this.#noble.stop();
    } catch {
      // A socket whose adapter is gone cannot be told to stop, and need not be.
    }
    this.#noble.removeAllListeners();
    this.#hci?._socket.removeAllListeners();
    // What is still under way in the driver may fail; nobody waits for it.
    this.#hci?._socket.on('error', () => {});
  }

  #resume(): void {
    if (this.#isOver || this.#isScanning || this.#connecting > 0 || this.#noble.state !== 'poweredOn') return;
    this.#isScanning = true;
    this.#noble.startScanning([], true);
  }

  #listen(hci: NobleHci): void {
    const { _socket: socket } = hci;
    hci.setScanParameters = () => {
      const { dutyPercent } = this.#settings;
      const command = scanParametersCommand({ ...abilitiesOf(hci), dutyPercent });
      socket.write(Buffer.from(command));
    };
    hci.removeAllListeners('leAdvertisingReport');
    hci.removeAllListeners('leExtendedAdvertisingReport');
    socket.on('error', () => {});
    // The serial driver opens its port again by itself, beside whoever tries the adapter next.
    if (socket._handleReconnection !== undefined) socket._handleReconnection = () => Promise.resolve();
  }

  /** Not at once: noble takes all listeners off a socket whose adapter comes up after it was opened. */
  #hear({ _socket: socket }: NobleHci): void {
    socket.off('data', this.#onPacket);
    socket.on('data', this.#onPacket);
  }

  readonly #onPacket = (packet: Uint8Array): void => {
    if (this.#isOver) return;
    this.#heardMs = performance.now();
    this.#askedMs = null;
    for (const advert of this.#reader.feed(packet)) {
      this.#advertMs = this.#heardMs;
      this.#events.onAdvert(advert);
    }
  };

  #onState(state: string): void {
    if (this.#isOver) return;
    if (state === 'poweredOn') {
      const hci = this.#hci;
      if (this.#isScanning || this.#connecting > 0 || hci === null) return;
      this.#hasBegun = true;
      this.#hear(hci);
      this.#heardMs = performance.now();
      this.#advertMs = this.#heardMs;
      this.#resume();
      this.#events.onScanning(abilitiesOf(hci));
    } else if (state !== 'unknown' && state !== 'resetting') {
      this.#end(obstacleOf(state, this.#settings.adapter));
    }
  }

  /** Another program on the same adapter may stop scanning. */
  #onScanStop(): void {
    if (this.#isOver || !this.#isScanning) return;
    this.#isScanning = false;
    setTimeout(() => this.#resume(), LOOK_MS).unref();
  }

  #look(): void {
    const nowMs = performance.now();
    const isLate = this.#askedMs !== null && nowMs - this.#askedMs > ANSWER_MS;
    if (isLate || (!this.#hasBegun && nowMs - this.#heardMs > START_MS)) {
      this.#end({
        code: 'failed',
        message: `The Bluetooth adapter ${this.#settings.adapter} does not answer.`,
        advice: 'It is tried again; if that does not help, unplug it and plug it in again.',
      });
    } else if (this.#askedMs === null && nowMs - this.#heardMs > QUIET_MS) {
      this.#askedMs = nowMs;
      this.#attempt(() => this.#hci?.readBdAddr());
    } else if (this.#isScanning && nowMs - this.#advertMs > NO_ADVERT_MS) {
      this.#advertMs = nowMs;
      this.#attempt(() => this.#noble.stopScanning());
    }
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      const message = `The Bluetooth adapter ${this.#settings.adapter} failed: ${String(error)}.`;
      this.#end({ code: 'failed', message, advice: 'It is tried again.' });
    }
  }

  #end(obstacle: Obstacle): void {
    if (this.#isOver) return;
    this.close();
    this.#events.onGone(obstacle);
  }
}

function bindingOptions({ adapter, baudRate }: AdapterSettings): NobleOptions {
  if (isSerialAdapter(adapter)) {
    return { hciDriver: 'uart', bindParams: { uart: { port: adapter, baudRate } } };
  }
  return { deviceId: Number(adapter.replace(/^hci/, '')) };
}

function abilitiesOf(hci: NobleHci): AdapterAbilities {
  return { isExtended: hci._isExtended, isCoded: hci._isExtended && hci._supportsCodedPhy };
}

function obstacleOf(state: string, adapter: string): Obstacle {
  if (state === 'unauthorized') {
    return {
      code: 'noRights',
      message: 'This process may not use the Bluetooth adapter.',
      advice: `sudo setcap cap_net_raw,cap_net_admin+eip ${process.execPath}`,
    };
  }
  if (state === 'poweredOff') {
    return {
      code: 'down',
      message: `The Bluetooth adapter ${adapter} is off, or was unplugged.`,
      advice: `sudo hciconfig ${adapter} up, or bluetoothctl power on; it is tried again.`,
    };
  }
  return {
    code: 'failed',
    message: `The Bluetooth adapter ${adapter} cannot be used for Bluetooth LE.`,
    advice: 'It is tried again; another adapter may be needed.',
  };
}
