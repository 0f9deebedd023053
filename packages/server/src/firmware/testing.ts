import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { encodeReportV2, type ReportV2 } from '@kilowink/core/report';
import { peerNowMs, UdpHost } from '@kilowink/link/udp';
import { type LinkFaults, LossyLink, noiseImage, SmpDevice, type SmpDeviceOptions } from '@kilowink/sim/smp';
import { openSqliteStore } from '@kilowink/store';
import { setAdminPassword } from '../admin/index.ts';
import { type RunningServer, startServer, systemClock } from '../app/index.ts';
import { loadConfig } from '../config/index.ts';

const PASSWORD = 'correct horse battery';

/** A simulated device over real UDP, which reports to a server as our sensors do. */
export class TestSensor {
  readonly device: SmpDevice;
  readonly id: string;
  readonly sensorId: string;
  readonly host: UdpHost;
  /** Whether firmware of a version reports; all do. */
  isReporting: (version: string) => boolean = () => true;
  #timer: ReturnType<typeof setInterval> | undefined;
  #boot = 0;

  private constructor(id: string, device: SmpDevice, host: UdpHost) {
    this.id = id;
    this.device = device;
    this.host = host;
    this.sensorId = Buffer.from(id.padEnd(8, '\0')).toString('hex');
  }

  static async open(
    id: string,
    options: Partial<SmpDeviceOptions> = {},
    faults: LinkFaults = {},
  ): Promise<TestSensor> {
    const fast = { slotBytes: 131_072, flash: { eraseSectorMs: 0.2, writeSectorMs: 0.2 }, serviceMs: 0.2 };
    const image = noiseImage('1.0.0', 20_000);
    const device = new SmpDevice({ startMs: peerNowMs(), image, ...fast, ...options });
    return new TestSensor(id, device, await UdpHost.open(new LossyLink(device, faults, 1)));
  }

  /** Its entry in the configuration. */
  get mapping(): Record<string, string> {
    const { id, sensorId, host } = this;
    return { id, sensorId, device: `udp://127.0.0.1:${host.port}` };
  }

  /** Sends a report at once, and then one ten times a second while the device runs. */
  async reportTo(url: string): Promise<void> {
    const send = async () => {
      const version = this.device.version ?? '0.0.0';
      if (this.device.state !== 'running' || !this.isReporting(version)) return;
      const body = Buffer.from(encodeReportV2(this.#report(version)));
      await fetch(`${url}/sensor/report`, { method: 'POST', body }).catch(() => {});
    };
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void send(), 100);
    await send();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.host.close();
  }

  #report(version: string): ReportV2 {
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
    const { boots } = this.device.counters;
    const isNew = boots !== this.#boot;
    this.#boot = boots;
    return {
      ...{ sensorId: this.sensorId, bootId: boots, newestNumber: 0, oldestNumber: 0, ageMs: 0 },
      ...{ windowMs: 1_000, batteryMv: 3_700, firmware: { major, minor, patch } },
      light: { baselineMv: 400, amplitudeMv: 650, noise100Uv: 20 + (isNew ? 5 : 0), state: 'good' },
      ...{ cumulativeCount: 1, windows: [{ count: 1, lastFlashMs: 500 }] },
    };
  }
}

/** A server whose sensors are simulated devices, and the administrator's hand on it. */
export interface CareServer extends RunningServer {
  readonly folder: string;
  /** One request of the administrator. */
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; answer: Record<string, unknown> }>;
}

/** Starts it in a folder of its own, or in the given one. */
export async function startCare(
  root: string,
  sensors: readonly TestSensor[],
  given: { folder?: string; reportMsMax?: number; extra?: Record<string, unknown> } = {},
): Promise<CareServer> {
  const folder = given.folder ?? mkdtempSync(join(root, 'data-'));
  const mappings = sensors.map(({ mapping }) => mapping);
  const all = { dataDir: folder, port: 0, host: '127.0.0.1', sensors: mappings, ...given.extra };
  const options = Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: root }, options });
  const store = openSqliteStore({ folder, clock: systemClock, groupMs: 0 });
  const { reportMsMax = 20_000 } = given;
  const server = await startServer({ config, store, version: 'test', reportMsMax });
  await setAdminPassword(folder, { password: PASSWORD, nowMs: 1 });
  const login = await fetch(`${server.url}/api/v1/session`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ password: PASSWORD }),
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const ask: CareServer['ask'] = async (method, path, body) => {
    const isBytes = body instanceof Uint8Array;
    const type = isBytes ? 'application/octet-stream' : 'application/json';
    const response = await fetch(`${server.url}/api/v1${path}`, {
      ...{ method, headers: { cookie, ...(body === undefined ? {} : { 'content-type': type }) } },
      ...(body === undefined ? {} : { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  return { ...server, folder, ask };
}
