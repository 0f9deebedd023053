import type {
  CompareAnswer,
  CorrectionAnswer,
  CorrectionBody,
  CorrectionInfo,
  ReadingAnswer,
  ReadingBody,
  StandingLoadAnswer,
} from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import type { TimeRange } from '@kilowink/core/tariff';
import { getJson } from './api.ts';
import { send } from './care.ts';

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
    send('POST', `/series/${series}/corrections`, { json: body }),

  undo: (series: number, correction: number): Promise<CorrectionInfo> =>
    send('DELETE', `/series/${series}/corrections/${correction}`),

  addReading: (series: number, body: ReadingBody): Promise<ReadingAnswer> =>
    send('POST', `/series/${series}/readings`, { json: body }),
};

/** What went wrong with something that somebody asked for, in words. */
export function problemOf(error: unknown): string {
  return error instanceof AppError ? String(error.details['detail'] ?? error.message) : String(error);
}
