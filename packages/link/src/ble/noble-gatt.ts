import { linkError } from '../errors.ts';
import type { GattConnection, GattTarget, Stop } from './gatt-port.ts';
import type { Noble, NobleCharacteristic, NoblePeripheral } from './noble-module.ts';

/** What ATT puts before the bytes of a write or a notification. */
const ATT_HEAD = 3;
/** The ATT MTU of a connection that agreed on none. */
const MTU_DEFAULT = 23;

/** Connects by noble; throws as `GattPort.connect` says. */
export async function connectGatt(
  noble: Noble,
  target: GattTarget,
  timeoutMs: number,
): Promise<GattConnection> {
  const { address, addressType = 'random' } = target;
  let peripheral: NoblePeripheral | null = null;
  const open = async () => {
    peripheral = await noble.connectAsync(address, { addressType });
    const uuids = [plain(target.writeUuid), plain(target.notifyUuid)];
    const { characteristics } = await peripheral.discoverSomeServicesAndCharacteristicsAsync(
      [plain(target.serviceUuid)],
      [...new Set(uuids)],
    );
    const [write, notify] = uuids.map((uuid) => characteristics.find((found) => found.uuid === uuid));
    if (write === undefined || notify === undefined) {
      throw linkError('ble/no-service', { address, service: target.serviceUuid });
    }
    await notify.subscribeAsync();
    return new NobleConnection(peripheral, { address, write, notify });
  };
  try {
    return await withTimeout(open(), timeoutMs, () => linkError('ble/not-found', { address, timeoutMs }));
  } catch (error) {
    if (peripheral === null) noble.cancelConnect(address);
    else (peripheral as NoblePeripheral).disconnectAsync().catch(() => {});
    if ((error as { code?: unknown }).code === 'ble/no-service') throw error;
    if ((error as { code?: unknown }).code === 'ble/not-found') throw error;
    if (/could not find|not found|service/i.test(String(error))) {
      throw linkError('ble/no-service', { address, service: target.serviceUuid }, error);
    }
    throw linkError('ble/not-found', { address, timeoutMs }, error);
  }
}

class NobleConnection implements GattConnection {
  readonly mtuBytes: number;
  readonly #address: string;
  readonly #peripheral: NoblePeripheral;
  readonly #write: NobleCharacteristic;
  readonly #listeners = new Set<(bytes: Uint8Array) => void>();
  readonly #closeListeners = new Set<() => void>();
  #isOpen = true;
  /** Writes follow each other. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    peripheral: NoblePeripheral,
    of: { address: string; write: NobleCharacteristic; notify: NobleCharacteristic },
  ) {
    this.#peripheral = peripheral;
    this.#address = of.address;
    this.#write = of.write;
    this.mtuBytes = (peripheral.mtu ?? MTU_DEFAULT) - ATT_HEAD;
    of.notify.on('data', (bytes: Buffer) => {
      const copy = Uint8Array.from(bytes);
      for (const listener of this.#listeners) listener(copy);
    });
    peripheral.once('disconnect', () => this.#onClosed());
  }

  write(bytes: Uint8Array): Promise<void> {
    const address = this.#address;
    if (bytes.length > this.mtuBytes) {
      const of = { address, length: bytes.length, max: this.mtuBytes };
      return Promise.reject(linkError('ble/too-long', of));
    }
    const written = this.#last.then(async () => {
      if (!this.#isOpen) throw linkError('ble/disconnected', { address });
      await this.#write.writeAsync(Buffer.from(bytes), true);
    });
    this.#last = written.catch(() => {});
    return written;
  }

  onNotify(listener: (bytes: Uint8Array) => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onClose(listener: () => void): Stop {
    if (!this.#isOpen) queueMicrotask(listener);
    else this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#peripheral.disconnectAsync();
    this.#onClosed();
  }

  #onClosed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const listener of this.#closeListeners) listener();
    this.#closeListeners.clear();
    this.#listeners.clear();
  }
}

function plain(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number, fail: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fail()), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
    // It may still fail after the time is over; that was answered already.
    work.catch(() => {});
  }
}
