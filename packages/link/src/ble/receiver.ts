import type { Advertisement } from '@kilowink/core/advert';
import { linkError } from '../errors.ts';
import { Adapter, type AdapterAbilities, type AdapterSettings } from './adapter.ts';
import type { GattConnection, GattPort, GattTarget } from './gatt-port.ts';
import { connectGatt } from './noble-gatt.ts';
import { loadNoble, type Noble, type NobleOptions } from './noble-module.ts';
import { findObstacle, type Obstacle } from './obstacle.ts';

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 60_000;
/** An adapter that scanned for so long was well: the next failure is a new one. */
const STEADY_MS = 30_000;

/** How Bluetooth is, for the health page. */
export interface BleStatus {
  readonly adapter: string;
  readonly state: 'starting' | 'scanning' | 'waiting';
  /** Null while scanning. */
  readonly obstacle: Obstacle | null;
  /** Null until the adapter has said what it can do. */
  readonly abilities: AdapterAbilities | null;
  readonly adverts: number;
  /** How often scanning had to be begun again. */
  readonly restarts: number;
}

/** How the machine's own adapter is used. */
export interface BleReceiverOptions extends AdapterSettings {
  readonly onAdvert: (advert: Advertisement) => void;
  /** One line, when scanning begins or an obstacle turns up that was not there before. */
  readonly log?: (line: string) => void;
  /** First and longest time until an adapter that failed is tried again (ms). */
  readonly retryMs?: { readonly min: number; readonly max: number };
}

/**
 * Hears advertisements with the machine's own Bluetooth adapter, for as long as it is open: an adapter that is not there,
 * was unplugged, hangs or slept is tried again, at first after a second, later once a minute. It never throws; `status`
 * says how it is.
 */
export class BleReceiver implements GattPort {
  readonly #options: BleReceiverOptions;
  readonly #retryMs: { readonly min: number; readonly max: number };
  #adapter: Adapter | null = null;
  #withBindings: ((type: 'hci', options: NobleOptions) => Noble) | null = null;
  #obstacle: Obstacle | null = null;
  #abilities: AdapterAbilities | null = null;
  #adverts = 0;
  #restarts = 0;
  #waitMs: number;
  #scanningMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isOpen = true;

  constructor(options: BleReceiverOptions) {
    this.#options = options;
    this.#retryMs = options.retryMs ?? { min: RETRY_MS_MIN, max: RETRY_MS_MAX };
    this.#waitMs = this.#retryMs.min;
    void this.#start();
  }

  get status(): BleStatus {
    const isScanning = this.#scanningMs !== null;
    return {
      adapter: this.#options.adapter,
      state: isScanning ? 'scanning' : this.#obstacle === null ? 'starting' : 'waiting',
      obstacle: this.#obstacle,
      abilities: this.#abilities,
      adverts: this.#adverts,
      restarts: this.#restarts,
    };
  }

  async connect(target: GattTarget, timeoutMs = 15_000): Promise<GattConnection> {
    const adapter = this.#adapter;
    if (adapter === null || this.#scanningMs === null) {
      const reason = this.#obstacle?.message ?? 'the adapter is starting';
      throw linkError('ble/unavailable', { reason });
    }
    return adapter.connecting((noble) => connectGatt(noble, target, timeoutMs));
  }

  /** Lets the adapter go. */
  close(): void {
    this.#isOpen = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#adapter?.close();
    this.#adapter = null;
    this.#scanningMs = null;
  }

  async #start(): Promise<void> {
    const { adapter } = this.#options;
    const obstacle = findObstacle(adapter);
    if (obstacle !== null) return this.#fail(obstacle);
    this.#withBindings ??= await loadNoble();
    if (!this.#isOpen) return;
    if (this.#withBindings === null) {
      return this.#fail({
        code: 'noModule',
        message: 'Bluetooth needs @stoprocent/noble, which is not installed or does not run here.',
        advice:
          'npm install (it is an optional dependency), or use a gateway that passes advertisements on over MQTT.',
      });
    }
    try {
      this.#adapter = new Adapter(this.#withBindings, this.#options, {
        onAdvert: (advert) => {
          this.#adverts += 1;
          this.#options.onAdvert(advert);
        },
        onScanning: (abilities) => this.#onScanning(abilities),
        onGone: (reason) => this.#fail(reason),
      });
    } catch (error) {
      this.#fail({
        code: 'failed',
        message: `The Bluetooth adapter ${adapter} could not be opened: ${String(error)}.`,
        advice: 'It is tried again.',
      });
    }
  }

  #onScanning(abilities: AdapterAbilities): void {
    this.#abilities = abilities;
    this.#obstacle = null;
    this.#scanningMs = performance.now();
    const kinds = [
      'legacy',
      abilities.isExtended ? 'extended' : null,
      abilities.isCoded ? 'Coded PHY' : null,
    ];
    const told = kinds.filter((kind) => kind !== null).join(', ');
    this.#options.log?.(`Bluetooth: ${this.#options.adapter} listens (${told})`);
  }

  #fail(obstacle: Obstacle): void {
    if (!this.#isOpen) return;
    const wasWell = this.#scanningMs !== null && performance.now() - this.#scanningMs > STEADY_MS;
    if (this.#scanningMs !== null) this.#restarts += 1;
    this.#waitMs = wasWell ? this.#retryMs.min : this.#waitMs;
    this.#scanningMs = null;
    this.#adapter?.close();
    this.#adapter = null;
    if (this.#obstacle?.message !== obstacle.message) {
      this.#options.log?.(`Bluetooth: ${obstacle.message} ${obstacle.advice}`);
    }
    this.#obstacle = obstacle;
    this.#timer = setTimeout(() => void this.#start(), this.#waitMs);
    this.#timer.unref();
    this.#waitMs = Math.min(2 * this.#waitMs, this.#retryMs.max);
  }
}
