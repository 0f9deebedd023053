import { realpathSync } from 'node:fs';
import { API_PREFIX, type HealthInfo, healthInfo } from '@kilowink/api';
import { servingProcess } from '@kilowink/store';

/** What answers where the configuration says that the server is. */
export type ServerState =
  /** The server of this folder. */
  | { readonly state: 'running'; readonly url: string; readonly health: HealthInfo }
  /** A server of another folder, or something else. */
  | { readonly state: 'other'; readonly url: string; readonly reason: string }
  /** A process serves the folder, but does not answer there. */
  | { readonly state: 'unreachable'; readonly url: string; readonly pid: string }
  | { readonly state: 'none'; readonly url: string };

/** A server on the same machine answers within a few ms. */
const ANSWER_MS_MAX = 3_000;

/** Asks the server that the configuration tells of how it is, without its sensors; `path` is that of the store's file. */
export async function askServer(
  config: { readonly host: string; readonly port: number; readonly dataDir: string },
  path: string,
): Promise<ServerState> {
  const url = `http://${reachable(config.host)}:${config.port}`;
  const asked = await ask(`${url}${API_PREFIX}/health?sources=0`);
  if (asked !== null) {
    const health = healthInfo.safeParse(asked.body);
    if (!health.success) {
      return { state: 'other', url, reason: 'what answers is not a server of this version of Kilowink' };
    }
    const served = health.data.store.path;
    if (isSameFile(served, path)) return { state: 'running', url, health: health.data };
    if (servingProcess(config.dataDir) === null)
      return { state: 'other', url, reason: `it serves ${served}` };
  }
  const pid = servingProcess(config.dataDir);
  return pid === null ? { state: 'none', url } : { state: 'unreachable', url, pid };
}

/** Null where nothing answers at all. */
async function ask(url: string): Promise<{ body: unknown } | null> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  } catch {
    return null;
  }
  try {
    return { body: await answer.json() };
  } catch {
    return { body: null };
  }
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return one === other;
  }
}
