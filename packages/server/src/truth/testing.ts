// For tests of this package only.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type Store } from '@kilowink/store';
import { setAdminPassword } from '../admin/index.ts';
import { systemClock } from '../app/clock.ts';
import { type RunningServer, startServer } from '../app/server.ts';
import { loadConfig } from '../config/index.ts';

const PASSWORD = 'correct horse';

/** A server on a store of its own, and a client that may be the administrator. */
export class TruthSite implements AsyncDisposable {
  readonly store: Store;
  readonly server: RunningServer;
  readonly #folder: string;
  #cookie = '';

  private constructor(folder: string, store: Store, server: RunningServer) {
    this.#folder = folder;
    this.store = store;
    this.server = server;
  }

  static async open(settings: Readonly<Record<string, unknown>> = {}): Promise<TruthSite> {
    const folder = mkdtempSync(join(tmpdir(), 'kilowink-truth-'));
    const given = { dataDir: folder, port: 0, host: '127.0.0.1', ...settings };
    const options = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
    );
    const { config } = loadConfig({ env: { XDG_CONFIG_HOME: folder }, options });
    const store = openSqliteStore({ folder, clock: systemClock });
    const server = await startServer({ config, store, version: '0.0.0-test', clock: systemClock });
    return new TruthSite(folder, store, server);
  }

  /** Puts measurements of equal length, one after the other; nothing where the value is null. */
  put(
    of: { source: string; unit?: 'Wh' | 'mWh'; name?: string },
    from: { startMs: number; durationMs: number },
    values: readonly (number | null)[],
  ): number {
    const { source, unit = 'Wh', name = source } = of;
    const series = this.store.ensureSeries({ source, quantity: 'energy', unit, name });
    const kept = values.flatMap((value, at) => (value === null ? [] : { value, at }));
    this.store.addPoints(series, {
      starts: Float64Array.from(kept, ({ at }) => from.startMs + at * from.durationMs),
      durationsMs: new Float64Array(kept.length).fill(from.durationMs),
      values: Float64Array.from(kept, ({ value }) => value),
      reports: null,
      disagreements: null,
    });
    return series;
  }

  async login(): Promise<void> {
    await setAdminPassword(this.#folder, { password: PASSWORD, nowMs: 1 });
    const response = await this.#ask('POST', '/session', { password: PASSWORD });
    this.#cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }

  async get(path: string): Promise<unknown> {
    return (await this.#ask('GET', path)).json();
  }

  async post(path: string, body: unknown): Promise<unknown> {
    return (await this.#ask('POST', path, body)).json();
  }

  async delete(path: string): Promise<unknown> {
    return (await this.#ask('DELETE', path)).json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    rmSync(this.#folder, { recursive: true });
  }

  #ask(method: string, path: string, body?: unknown): Promise<Response> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    return fetch(`${this.server.url}/api/v1${path}`, {
      method,
      // A test that computes for seconds would find its idle connection closed.
      headers: { cookie: this.#cookie, connection: 'close', ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
