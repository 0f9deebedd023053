// The whole server in this process, on a folder of its own, under a clock that only the test moves: its real HTTP API, its live
// stream, its broker. It can be started anew, and its folder be backed up and restored as `kilowink backup` does.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mock } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { RESTORED_NAMES } from '../../packages/cli/src/backup/data-files.ts';
import { makeBackup } from '../../packages/cli/src/backup/make-backup.ts';
import { openBackup, unpackBackup } from '../../packages/cli/src/backup/read-backup.ts';
import { exportCommand } from '../../packages/cli/src/commands/export.ts';
import { setAdminPassword } from '../../packages/server/src/admin/index.ts';
import { type RunningServer, startServer } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { openSqliteStore, PointsPacker, restoreInto } from '../../packages/store/src/index.ts';
import type { Piece } from './model-ledger.ts';
import { LivePage } from './model-live.ts';

const PASSWORD = 'correct horse battery';
const PATIENCE_MS = 20_000;
/** Everything that the server does by itself it does within this time; it waits for it in vain, for timers stand still. */
const WORK_MS = 60_000;

export interface SiteSettings {
  readonly zone: string;
  readonly startMs: number;
  readonly groupMs: number;
  readonly subscribedVa: number | null;
  /** Sources of the one measurement of several sensors; none without. */
  readonly sources: readonly string[];
  readonly hasBroker: boolean;
}

/** What the API answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

export class ModelSite {
  nowMs: number;
  /** The server's clock less the true time. */
  wrongMs = 0;
  /** The zone that it is told with the next start. */
  zone: string;
  readonly settings: SiteSettings;
  readonly #root: string;
  #folder: string;
  #restores = 0;
  #server: RunningServer | null = null;
  #client: MqttClient | null = null;
  #page: LivePage | null = null;
  #cookie = '';

  static async open(settings: SiteSettings): Promise<ModelSite> {
    const site = new ModelSite(settings);
    mock.timers.enable({ apis: ['setInterval'] });
    await setAdminPassword(site.#folder, { password: PASSWORD, nowMs: 1 });
    await site.#start();
    return site;
  }

  private constructor(settings: SiteSettings) {
    this.settings = settings;
    this.zone = settings.zone;
    this.nowMs = settings.startMs;
    this.#root = mkdtempSync(join(tmpdir(), 'kilowink-model-'));
    this.#folder = mkdtempSync(join(this.#root, 'data-'));
  }

  get port(): number {
    return (this.#server ?? assert.fail('no server runs')).port;
  }

  get page(): LivePage {
    return this.#page ?? assert.fail('no page is open');
  }

  async get(path: string): Promise<unknown> {
    const { status, text } = await this.ask('GET', path);
    assert.equal(status, 200, `${path}: ${text}`);
    return JSON.parse(text);
  }

  async text(path: string): Promise<string> {
    const { status, text } = await this.ask('GET', path);
    assert.equal(status, 200, `${path}: ${text}`);
    return text;
  }

  /** As the administrator, whose session may have ended as days passed. */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const first = await this.#ask(method, path, body);
    if (first.status !== 401) return first;
    const url = `${this.#url}/session`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { connection: 'close', 'content-type': 'application/json' },
      body: JSON.stringify({ password: PASSWORD }),
    });
    assert.equal(response.status, 200, await response.text());
    this.#cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return this.#ask(method, path, body);
  }

  /** Publishes what a gateway says, and waits until the server has taken it. */
  async publish(topic: string, message: Uint8Array, isTaken: (meters: string) => boolean): Promise<void> {
    const answered = this.#client?.publishAsync(topic, Buffer.from(message), { qos: 1 });
    const giveUpMs = performance.now() + PATIENCE_MS;
    while (!isTaken(await this.text('/meters'))) {
      assert.ok(performance.now() < giveUpMs, `a frame was not taken, connected: ${this.#client?.connected}`);
      await wait(2);
    }
    await answered;
  }

  /** Lets the server do what it does by itself: write, seal days that are over, look for what can not be. */
  work(): void {
    mock.timers.tick(WORK_MS);
  }

  /** Puts what a file holds beside the running server, as `kilowink import` does. */
  import(source: string, rows: readonly Piece[]): void {
    const packer = new PointsPacker();
    packer.add({
      starts: Float64Array.from(rows, ({ startMs }) => startMs),
      durationsMs: Float64Array.from(rows, ({ durationMs }) => durationMs),
      values: Float64Array.from(rows, ({ energyWh }) => Math.round(energyWh * 1_000)),
      reports: null,
      disagreements: null,
    });
    const clock = { wallMs: () => this.nowMs, monotonicMs: () => 0 };
    const store = openSqliteStore({ folder: this.#folder, clock, role: 'import' });
    try {
      store.addPacked({ source, quantity: 'energy', unit: 'mWh', name: 'A file' }, packer.finish());
    } finally {
      store.close();
    }
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  /** What a process that is killed leaves: the files as they are, and what outlives it in memory. */
  async kill(): Promise<void> {
    const folder = mkdtempSync(join(this.#root, 'data-'));
    cpSync(this.#folder, folder, { recursive: true });
    if (existsSync(guardOf(this.#folder))) copyFileSync(guardOf(this.#folder), guardOf(folder));
    await this.#stop();
    this.#folder = folder;
    await this.#start();
  }

  async backup(): Promise<void> {
    await makeBackup({ folder: this.#folder, path: this.#archive, force: true, onProgress: () => {} });
  }

  /** In the place of what there is. */
  async goBack(): Promise<void> {
    await this.#stop();
    const backup = openBackup(this.#archive);
    await restoreInto({
      ...{ folder: this.#folder, names: RESTORED_NAMES, nowMs: this.nowMs },
      unpack: (into) => unpackBackup(backup, into, () => {}),
    });
    await this.#start();
  }

  get #archive(): string {
    return join(this.#root, 'kept.tar');
  }

  /** The folder is backed up and restored elsewhere, where the server goes on. */
  async restore(): Promise<void> {
    await this.#stop();
    this.#restores += 1;
    const path = join(this.#root, `${this.#restores}.tar`);
    await makeBackup({ folder: this.#folder, path, force: false, onProgress: () => {} });
    this.#folder = mkdtempSync(join(this.#root, 'data-'));
    const backup = openBackup(path);
    await restoreInto({
      ...{ folder: this.#folder, names: RESTORED_NAMES, nowMs: this.nowMs },
      unpack: (into) => unpackBackup(backup, into, () => {}),
    });
    await this.#start();
  }

  /** The lines of `kilowink export`, the head left out; everything is in the file after a restart. */
  async export(series: number, args: readonly string[]): Promise<string[]> {
    const output = join(this.#root, 'export.csv');
    const config = join(this.#root, 'export.yaml');
    const { sources } = this.settings;
    const measurements = sources.length < 2 ? [] : [{ id: 'house', sources }];
    writeFileSync(config, JSON.stringify({ site: { zone: this.zone }, measurements }));
    const place = ['--data', this.#folder, '--config', config, '--series', String(series)];
    await exportCommand().parseAsync([...place, '--output', output, ...args], { from: 'user' });
    return readFileSync(output, 'utf8').split('\n').slice(1, -1);
  }

  async close(): Promise<void> {
    await this.#stop();
    mock.timers.reset();
    rmSync(this.#root, { recursive: true });
  }

  get #url(): string {
    return `http://127.0.0.1:${this.port}/api/v1`;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { cookie: this.#cookie, connection: 'close', ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  async #start(): Promise<void> {
    const { groupMs, subscribedVa, sources, hasBroker } = this.settings;
    const { zone } = this;
    const given = {
      ...{ dataDir: this.#folder, host: '127.0.0.1', port: 0, store: { groupMs } },
      site: { zone, ...(subscribedVa === null ? {} : { subscribedVa }) },
      measurements: sources.length < 2 ? [] : [{ id: 'house', sources }],
      mqtt: { broker: { enabled: hasBroker, host: '127.0.0.1', port: 0 } },
    };
    const options = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, { value, flag: 'model' }]),
    );
    const { config } = loadConfig({ env: { XDG_CONFIG_HOME: this.#root }, options });
    const startedMs = this.nowMs;
    const clock = { wallMs: () => this.nowMs + this.wrongMs, monotonicMs: () => this.nowMs - startedMs };
    const store = openSqliteStore({ folder: this.#folder, clock, groupMs });
    const failures: string[] = [];
    this.#server = await startServer({
      ...{ config, store, version: 'model', clock, machine: { bootId: 'model', uptimeMs: () => this.nowMs } },
      log: (line) => failures.push(line),
    });
    const listener = this.#server.mqttListeners[0];
    if (listener !== undefined)
      this.#client = await mqtt.connectAsync(`mqtt://127.0.0.1:${listener.port}`, {
        clientId: 'gateway',
        keepalive: 0,
      });
    this.#page ??= new LivePage();
    await this.#page.open(this.#url);
  }

  async #stop(): Promise<void> {
    await this.#client?.endAsync(true);
    await this.#page?.leave();
    await this.#server?.close();
    this.#client = null;
    this.#server = null;
  }
}

/** Where reports of version 1 are kept in memory. */
function guardOf(folder: string): string {
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 24);
  return join('/dev/shm', `kilowink-${process.getuid?.() ?? 0}`, name);
}
