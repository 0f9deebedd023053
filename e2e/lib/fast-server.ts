// A server on which time passes faster, as a process of its own: `fast-server.ts '{"folder","speed","zeroMs",…}'`. It is
// what `kilowink serve` starts, but for its clock, which is at `startMs` when this machine's is at `zeroMs` (which may also be
// sent to it later), and runs `speed` times as fast from there. Simulated meters that begin at the same moment with the same
// speed agree with it, so that every time a frame carries is judged as it is in the field. Timers and the grouping of writes
// stay real.
import { startServer } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';

/** What the process is told. */
export interface FastServerOptions {
  readonly folder: string;
  readonly speed: number;
  readonly startMs: number;
  /** Null when it will be sent. */
  readonly zeroMs: number | null;
  /** Settings beside those of the folder and the address. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const HOUR_MS = 3_600_000;
const given: FastServerOptions = JSON.parse(process.argv[2] ?? '{}');
const { folder, speed, startMs } = given;
let zeroMs = given.zeroMs ?? Number.POSITIVE_INFINITY;
process.on('message', (told: { zeroMs: number }) => {
  zeroMs = told.zeroMs;
});
/** Until it begins time passes as it does elsewhere. */
const nowMs = () => {
  const passedMs = performance.timeOrigin + performance.now() - zeroMs;
  if (passedMs === Number.NEGATIVE_INFINITY) return startMs - HOUR_MS;
  return startMs + Math.floor(passedMs > 0 ? passedMs * speed : passedMs);
};
const settings = { dataDir: folder, host: '127.0.0.1', port: 0, ...given.settings };
const options = Object.fromEntries(
  Object.entries(settings).map(([key, value]) => [key, { value, flag: 'show' }]),
);
const { config } = loadConfig({ env: {}, options });
const clock = { wallMs: nowMs, monotonicMs: nowMs };
const storeClock = { ...clock, monotonicMs: () => performance.now() };
const store = openSqliteStore({ folder, clock: storeClock, groupMs: config.store.groupMs });
const server = await startServer({ config, store, version: 'show', clock });
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
process.send?.({ url: server.url, mqttPort: server.mqttListeners[0]?.port ?? null });
