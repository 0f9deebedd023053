import { statfsSync, statSync } from 'node:fs';
import { AppError } from '@kilowink/core/error';
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { openSurvey, type SeriesInfo, type StoreReader, type StoreSurvey } from '@kilowink/store';
import { askServer, type ServerState } from './ask-server.ts';
import { findGaps } from './find-gaps.ts';
import { GROWTH_DAYS, type Growth, growthOf } from './growth.ts';
import type { Findings, SeriesState, Writing } from './report.ts';

/** What to look at. */
export interface Examination {
  readonly config: { readonly host: string; readonly port: number; readonly dataDir: string };
  readonly isThorough: boolean;
  readonly clock: Clock;
  /** Told which part is being looked at. */
  readonly onStep: (step: number, of: number, what: string) => void;
}

/** A rate over less says nothing. */
const RATE_MS_MIN = 10 * MINUTE_MS;

/**
 * Looks at a data folder and asks its server, if one runs; nothing is written. Throws what `openSurvey` throws where there is
 * nothing to look at.
 */
export async function examine(examination: Examination): Promise<Findings> {
  const { config, clock } = examination;
  const survey = openSurvey({ folder: config.dataDir, clock });
  try {
    const looked = look(survey, examination);
    const server = await askServer(config, survey.path);
    return { ...looked, server, writing: writingOf(server) };
  } finally {
    survey.close();
  }
}

function look(survey: StoreSurvey, examination: Examination): Omit<Findings, 'server' | 'writing'> {
  const { config, isThorough, clock, onStep } = examination;
  const { reader, path } = survey;
  const nowMs = clock.wallMs();
  // Before anything else is read: what is found damaged from here on is among the faults.
  const damages = within([], () => reader?.health().damages) ?? [];
  onStep(0, 10, 'every page');
  const faults = [...survey.inspect(isThorough)];
  const space = survey.space();
  const infos = within(faults, () => reader?.listSeries()) ?? [];
  const series = infos.map((info, index) => {
    onStep(5 + (5 * index) / infos.length, 10, info.name);
    return stateOf(reader, info, faults);
  });
  const growth = growthIn(survey, { nowMs, series, fileBytesPerByte: space?.fileBytesPerByte ?? 1 });
  const { bavail, bsize, blocks } = statfsSync(config.dataDir);
  const freeBytes = bavail * bsize;
  const perDay = Math.max(growth?.monthBytesPerDay ?? 0, growth?.weekBytesPerDay ?? 0);
  return {
    ...{ folder: config.dataDir, path, nowMs, isThorough, faults, damages, space, growth, series },
    schema: survey.schema,
    knownSchema: survey.knownSchema,
    fileBytes: sizeOf(path),
    logBytes: sizeOf(`${path}-wal`),
    disk: {
      freeBytes,
      totalBytes: blocks * bsize,
      daysLeft: perDay > 0 ? Math.floor(freeBytes / perDay) : null,
    },
  };
}

function growthIn(
  survey: StoreSurvey,
  of: { nowMs: number; series: readonly SeriesState[]; fileBytesPerByte: number },
): Growth | null {
  const days = survey.bytesByDay(Math.floor(of.nowMs / DAY_MS) - GROWTH_DAYS);
  if (days === null) return null;
  const firsts = of.series.map(({ firstMs }) => firstMs).filter((firstMs) => firstMs !== null);
  return growthOf(days, { ...of, firstMs: firsts.length === 0 ? null : Math.min(...firsts) });
}

function stateOf(reader: StoreReader | null, info: SeriesInfo, faults: string[]): SeriesState {
  const wholeness = within(faults, () => reader && findGaps(reader, info)) ?? null;
  const hasRuns = within(faults, () => (reader?.listRuns(info.id, 1).length ?? 0) > 0) ?? false;
  return { ...info, isMeasured: hasRuns || info.source.startsWith('tic/'), wholeness };
}

/** What damage leaves unknown is left out, and the damage is told among the faults. */
function within<T>(faults: string[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const isDamage = error instanceof AppError && error.code === 'store/damaged';
    // Rows of a damaged file can be anything.
    if (!isDamage && faults.length === 0) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (!faults.includes(reason)) faults.push(reason);
    return undefined;
  }
}

function writingOf(server: ServerState): Writing | null {
  if (server.state !== 'running' || server.health.readOnly) return null;
  const { process, serverMs } = server.health;
  const { sinceMs, writtenBytes } = process;
  if (writtenBytes === null) return null;
  const forMs = serverMs - sinceMs;
  return {
    ...{ sinceMs, writtenBytes },
    bytesPerDay: forMs < RATE_MS_MIN ? null : (writtenBytes / (forMs / HOUR_MS)) * 24,
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
