import type { EventEmitter } from 'node:events';

/** The parts of noble 2 that are used here, those of its inside included: it has no passive scan and hides the bytes. */
export interface Noble extends EventEmitter {
  /** Reading it starts the bindings. */
  readonly state: string;
  startScanning(serviceUuids: readonly string[], allowDuplicates: boolean): void;
  stopScanning(): void;
  stop(): void;
  connectAsync(address: string, options: { addressType: string; mtu?: number }): Promise<NoblePeripheral>;
  cancelConnect(address: string): void;
  readonly _bindings: NobleBindings;
}

/** Noble's HCI binding. */
export interface NobleBindings {
  readonly _hci: NobleHci | null;
  readonly _sigIntHandler?: () => void;
}

/** Noble's HCI layer, and the socket to the controller. */
export interface NobleHci extends EventEmitter {
  readonly _socket: EventEmitter & { write(bytes: Buffer): void; _handleReconnection?: () => Promise<void> };
  readonly _isExtended: boolean;
  readonly _supportsCodedPhy: boolean;
  setScanParameters(): void;
  readBdAddr(): void;
}

/** A device that noble is connected to. */
export interface NoblePeripheral extends EventEmitter {
  readonly mtu: number | null;
  disconnectAsync(): Promise<void>;
  discoverSomeServicesAndCharacteristicsAsync(
    serviceUuids: readonly string[],
    characteristicUuids: readonly string[],
  ): Promise<{ characteristics: readonly NobleCharacteristic[] }>;
}

/** A characteristic of such a device. */
export interface NobleCharacteristic extends EventEmitter {
  readonly uuid: string;
  subscribeAsync(): Promise<void>;
  writeAsync(bytes: Buffer, withoutResponse: boolean): Promise<void>;
}

/** How noble is opened: a system adapter by number, or a serial device that speaks HCI. */
export interface NobleOptions {
  readonly deviceId?: number;
  readonly hciDriver?: 'uart';
  readonly bindParams?: { readonly uart: { readonly port: string; readonly baudRate: number } };
}

/** Loads noble, which is optional; null where it is not installed or does not run on this machine. */
export async function loadNoble(): Promise<((type: 'hci', options: NobleOptions) => Noble) | null> {
  try {
    const module: { default: { withBindings: (type: 'hci', options: NobleOptions) => Noble } } =
      (await import('@stoprocent/noble')) as never;
    return module.default.withBindings;
  } catch {
    return null;
  }
}
