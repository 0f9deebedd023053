import type {
  CompareAnswer,
  CorrectionAnswer,
  CorrectionBody,
  CorrectionInfo,
  Problem,
  ReadingAnswer,
  ReadingBody,
  StandingLoadAnswer,
} from '@kilowink/api';
import { API_PREFIX } from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import type { TimeRange } from '@kilowink/core/tariff';
import { webError } from '../errors.ts';
import { getJson } from './api.ts';

/**
 * What compares and what changes something. Throws as `api` does; where the administrator must log in first,
 * `web/refused` with status 401, and 403 while no password is set.
 */
export const truth = {
  corrections: async (series: number): Promise<readonly CorrectionInfo[]> =>
    (await getJson<{ corrections: CorrectionInfo[] }>(`/series/${series}/corrections`, {})).corrections,

  compare: (series: number): Promise<CompareAnswer> => getJson(`/series/${series}/compare?by=reading`, {}),

  standingLoad: ({ series, fromMs, toMs }: TimeRange & { series: number }): Promise<StandingLoadAnswer> =>
    getJson(`/series/${series}/standing-load?from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`, {}),

  correct: (series: number, body: CorrectionBody): Promise<CorrectionAnswer> =>
    send('POST', `/series/${series}/corrections`, body),

  undo: (series: number, correction: number): Promise<CorrectionInfo> =>
    send('DELETE', `/series/${series}/corrections/${correction}`),

  addReading: (series: number, body: ReadingBody): Promise<ReadingAnswer> =>
    send('POST', `/series/${series}/readings`, body),
};

/** What went wrong with something that somebody asked for, in words. */
export function problemOf(error: unknown): string {
  return error instanceof AppError ? String(error.details['detail'] ?? error.message) : String(error);
}

async function send<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await fetch(API_PREFIX + path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw webError('web/unreachable', { path }, cause);
  });
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  throw webError('web/refused', {
    path,
    status: response.status,
    detail: problem?.detail ?? response.statusText,
  });
}
