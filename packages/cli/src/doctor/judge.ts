import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@kilowink/core/time';
import { formatBytes } from '../backup/backup-text.ts';
import { formatCount, formatDuration, formatUtc } from '../term/index.ts';
import type { Findings, Notice } from './report.ts';

/** Damage that was found longer ago is listed, and no longer a reason to look. */
const DAMAGE_MS_MAX = 30 * DAY_MS;

/** A sensor that says nothing for longer is asked about, until it is taken for one that was removed. */
const SILENT_MS_MIN = HOUR_MS;
const SILENT_MS_MAX = 30 * DAY_MS;

/** A measurement may be so far ahead of this clock. */
const AHEAD_MS_MAX = 5 * MINUTE_MS;

/** No measurement, and no clock that was set, is older. */
const SET_CLOCK_MS = Date.UTC(2000, 0, 1);
const THIS_PROGRAM_MS = Date.UTC(2026, 0, 1);

/** Free space that is little, whatever the growth. */
const FREE_BYTES_MIN = 100_000_000;
const DAYS_LEFT_MIN = 90;

/** A log that is not taken into the file: something reads for very long. */
const LOG_BYTES_MAX = 50_000_000;

/**
 * The server keeps 250,000 before it seals early. Its journal has twice that and 20,000 before it is written anew, and those that
 * are written anew stand beside it until all are: 770,000. Beyond it sealing does not keep up.
 */
const PENDING_ROWS_MAX = 800_000;

const CLOCKS_APART_MS_MAX = 2 * SECOND_MS;

/** What is to be said of what was found, the gravest first. */
export function judge(found: Findings): Notice[] {
  const notices = [
    ...integrity(found),
    ...disk(found),
    ...clock(found),
    ...sensors(found),
    ...server(found),
    ...log(found),
  ];
  return notices.toSorted((one, other) => rank(one) - rank(other));
}

function rank({ level }: Notice): number {
  return level === 'attention' ? 0 : 1;
}

function integrity(found: Findings): Notice[] {
  const { faults, damages, nowMs, schema, knownSchema } = found;
  const notices: Notice[] = [];
  if (faults.length > 0) {
    const [first = ''] = faults;
    const more = faults.length > 1 ? `, and ${formatCount(faults.length - 1)} more` : '';
    const advice = 'the server sets damage aside when it starts; keep a copy of the folder first';
    notices.push({
      level: 'attention',
      about: 'integrity',
      text: `the file is damaged: ${first}${more}; ${advice}`,
    });
  }
  const recent = damages.filter(({ foundAtMs }) => nowMs - foundAtMs < DAMAGE_MS_MAX);
  if (damages.length > 0) {
    const text = `${formatCount(damages.length)} × damage was found and set aside, ${recent.length} of it in the last 30 days`;
    notices.push({ level: recent.length > 0 ? 'attention' : 'note', about: 'damage', text });
  }
  if (schema !== 0 && schema < knownSchema) {
    const text = `the store has schema ${schema}, this program has ${knownSchema}: start \`kilowink serve\` on it once`;
    notices.push({ level: 'attention', about: 'schema', text });
  }
  return notices;
}

function disk({ disk: { freeBytes, daysLeft } }: Findings): Notice[] {
  const isLittle = freeBytes < FREE_BYTES_MIN;
  if (!isLittle && (daysLeft === null || daysLeft >= DAYS_LEFT_MIN)) return [];
  const left = daysLeft === null ? '' : `, for about ${formatCount(daysLeft)} days of measurements`;
  return [{ level: 'attention', about: 'disk', text: `the disk has ${formatBytes(freeBytes)} free${left}` }];
}

function clock({ nowMs, series, server: answered }: Findings): Notice[] {
  const notices: Notice[] = [];
  const attention = (text: string) => notices.push({ level: 'attention', about: 'clock', text });
  if (nowMs < THIS_PROGRAM_MS) attention(`this machine’s clock is not set: it says ${formatUtc(nowMs)}`);
  for (const { name, firstMs, lastMs } of series) {
    if (lastMs !== null && lastMs - nowMs > AHEAD_MS_MAX) {
      const ahead = formatDuration(lastMs - nowMs);
      attention(`“${name}” has measurements ${ahead} ahead of this machine’s clock`);
    }
    if (firstMs !== null && firstMs < SET_CLOCK_MS) {
      attention(`“${name}” has measurements from ${formatUtc(firstMs)}: a clock was not set`);
    }
  }
  if (answered.state !== 'running') return notices;
  const { steps, lastStepMs } = answered.health.clock;
  if (steps > 0) {
    const by = lastStepMs === null ? '' : `, by ${(lastStepMs / SECOND_MS).toFixed(1)} s the last time`;
    const text = `the clock was set ${formatCount(steps)} × since the server started${by}`;
    notices.push({ level: 'note', about: 'clock', text });
  }
  const apartMs = Math.abs(answered.health.serverMs - nowMs);
  if (apartMs > CLOCKS_APART_MS_MAX)
    attention(`the server’s clock and this one are ${formatDuration(apartMs)} apart`);
  return notices;
}

/** A meter has many series, of which some rest for days; it is heard while one of them goes on. */
function sensors({ nowMs, series }: Findings): Notice[] {
  const heard = new Map<string, { name: string; lastMs: number }>();
  for (const { isMeasured, source, name, lastMs } of series) {
    if (!isMeasured || lastMs === null) continue;
    const device = source.split('/').slice(0, 2).join('/');
    const known = heard.get(device);
    if (known === undefined || lastMs > known.lastMs) heard.set(device, { name, lastMs });
  }
  const silent = [...heard].filter(([, { lastMs }]) => nowMs - lastMs >= SILENT_MS_MIN);
  const gone = silent.filter(([, { lastMs }]) => nowMs - lastMs >= SILENT_MS_MAX);
  const notices = silent.flatMap(([device, { name, lastMs }]): Notice[] => {
    if (nowMs - lastMs >= SILENT_MS_MAX) return [];
    const text = `nothing was measured by ${device} (“${name}”) since ${formatUtc(lastMs)}, ${formatDuration(nowMs - lastMs)} ago`;
    return [{ level: 'attention', about: 'sensor', text }];
  });
  if (gone.length > 0) {
    const text = `nothing was measured for more than 30 days by ${gone.map(([device]) => device).join(', ')}`;
    notices.push({ level: 'note', about: 'sensor', text });
  }
  return notices;
}

function server({ server: answered, folder }: Findings): Notice[] {
  const { url } = answered;
  const note = (text: string): Notice[] => [{ level: 'note', about: 'server', text }];
  switch (answered.state) {
    case 'none':
      return note(`no server runs on this folder, and none answers at ${url}`);
    case 'other':
      return note(`no server runs on this folder; at ${url}: ${answered.reason}`);
    case 'unreachable': {
      const text = `process ${answered.pid} serves ${folder}, but not at ${url}: give its configuration with --config or --port`;
      return note(text);
    }
    case 'running': {
      const { lastError } = answered.health.store;
      if (lastError === null) return [];
      return [{ level: 'attention', about: 'server', text: `the server’s last write failed: ${lastError}` }];
    }
  }
}

function log({ logBytes, space }: Findings): Notice[] {
  const notices: Notice[] = [];
  if (logBytes > LOG_BYTES_MAX) {
    const text = `the write-ahead log has ${formatBytes(logBytes)}: something has read the store for very long`;
    notices.push({ level: 'attention', about: 'log', text });
  }
  const rows = space?.pending.rows ?? 0;
  if (rows > PENDING_ROWS_MAX) {
    const text = `${formatCount(rows)} measurements are not in blocks yet: the server does not come to sealing days`;
    notices.push({ level: 'attention', about: 'log', text });
  }
  return notices;
}
