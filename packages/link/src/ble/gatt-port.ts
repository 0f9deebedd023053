/**
 * A connection to one service of a Bluetooth device, as SMP and the console need it: bytes go out by writing one
 * characteristic and come in as notifications of one (often the same).
 */

/** Which device, and which of its characteristics. UUIDs are lower-case hex with or without hyphens; 16-bit ones four digits. */
export interface GattTarget {
  /** As `kilowink scan` shows it, for example `c0:de:00:00:00:01`. */
  readonly address: string;
  /** What the address is; `random` for nearly all devices of one's own. */
  readonly addressType?: 'public' | 'random';
  readonly serviceUuid: string;
  /** The characteristic that is written. */
  readonly writeUuid: string;
  /** The characteristic whose notifications are heard. */
  readonly notifyUuid: string;
}

/** Stops what it was given for. */
export type Stop = () => void;

/** An open connection. */
export interface GattConnection {
  /** Bytes that one `write` can take (the ATT MTU less 3). */
  readonly mtuBytes: number;
  /**
   * Writes without response, in the order of the calls; resolves once the adapter has taken the bytes. Throws
   * `ble/disconnected` when the connection has ended, `ble/too-long` above `mtuBytes`.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Calls back for each notification, whole. */
  onNotify(listener: (bytes: Uint8Array) => void): Stop;
  /** Calls back once, when the connection ends for whatever reason; at once if it has. */
  onClose(listener: () => void): Stop;
  /** Ends the connection. Harmless when it has ended. */
  close(): Promise<void>;
}

/** Where connections are made. */
export interface GattPort {
  /**
   * Connects, finds the characteristics and turns the notifications on. Throws `ble/unavailable` without adapter or
   * rights, `ble/not-found` when the device does not answer within `timeoutMs` (default 15 000), `ble/no-service` when
   * it lacks a characteristic.
   */
  connect(target: GattTarget, timeoutMs?: number): Promise<GattConnection>;
}

/** Zephyr's SMP service: requests and answers over one characteristic. Source: Zephyr, SMP transport over Bluetooth. */
export const SMP_GATT = {
  serviceUuid: '8d53dc1d1db74cd3868b8a527460aa84',
  writeUuid: 'da2e7828fbce4e01ae9e261174997c48',
  notifyUuid: 'da2e7828fbce4e01ae9e261174997c48',
} as const;

/** The Nordic UART service, a serial line over Bluetooth. Source: Nordic Semiconductor, NUS. */
export const NUS_GATT = {
  serviceUuid: '6e400001b5a3f393e0a9e50e24dcca9e',
  writeUuid: '6e400002b5a3f393e0a9e50e24dcca9e',
  notifyUuid: '6e400003b5a3f393e0a9e50e24dcca9e',
} as const;
