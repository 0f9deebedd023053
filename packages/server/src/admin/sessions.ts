import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '@kilowink/core/time';
import { serverError } from '../errors.ts';
import { adminPasswordSetMs, isAdminPassword } from './password-file.ts';

/** A session ends after so long without a request. */
export const SESSION_MS = 12 * 3_600_000;
const SESSIONS_MAX = 64;
/** Wrong passwords of one address, then it waits. */
const TRIES_MAX = 5;
const TRIES_MS = 60_000;
const ADDRESSES_MAX = 1_000;

interface Session {
  lastMs: number;
  /** When the password it was opened with was set: another password ends it. */
  readonly passwordSetMs: number;
}

/** Who is logged in. Kept in memory: a restart asks for the password again. */
export class AdminSessions {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  readonly #tries = new Map<string, { count: number; sinceMs: number }>();

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  get hasPassword(): boolean {
    return adminPasswordSetMs(this.#folder) !== null;
  }

  /** A token for who knows the password. Throws `admin/no-password`, `admin/wrong-password`, `admin/too-many-tries`. */
  async open(password: string, address: string): Promise<string> {
    this.#assertMayTry(address);
    const passwordSetMs = adminPasswordSetMs(this.#folder);
    if (passwordSetMs === null) throw serverError('admin/no-password');
    if (!(await isAdminPassword(this.#folder, password))) {
      this.#noteTry(address);
      throw serverError('admin/wrong-password');
    }
    this.#tries.delete(address);
    const token = randomBytes(32).toString('base64url');
    this.#sessions.set(digest(token), { lastMs: this.#clock.monotonicMs(), passwordSetMs });
    const oldest = this.#sessions.keys().next().value;
    if (this.#sessions.size > SESSIONS_MAX && oldest !== undefined) this.#sessions.delete(oldest);
    return token;
  }

  /** Whether the token is of a session that lives; asking keeps it alive. */
  has(token: string | null): boolean {
    if (token === null) return false;
    const key = digest(token);
    const session = this.#sessions.get(key);
    if (session === undefined) return false;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - session.lastMs > SESSION_MS || session.passwordSetMs !== adminPasswordSetMs(this.#folder)) {
      this.#sessions.delete(key);
      return false;
    }
    session.lastMs = nowMs;
    return true;
  }

  close(token: string | null): void {
    if (token !== null) this.#sessions.delete(digest(token));
  }

  #assertMayTry(address: string): void {
    const tries = this.#tries.get(address);
    if (tries === undefined || tries.count < TRIES_MAX) return;
    const leftMs = TRIES_MS - (this.#clock.monotonicMs() - tries.sinceMs);
    if (leftMs > 0) throw serverError('admin/too-many-tries', { waitS: Math.ceil(leftMs / 1_000) });
    this.#tries.delete(address);
  }

  #noteTry(address: string): void {
    if (this.#tries.size >= ADDRESSES_MAX) this.#tries.clear();
    const before = this.#tries.get(address);
    this.#tries.set(address, { count: (before?.count ?? 0) + 1, sinceMs: this.#clock.monotonicMs() });
  }
}

/** What is kept is no token: memory that leaks opens nothing. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
