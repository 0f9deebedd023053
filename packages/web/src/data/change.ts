import type {
  CalibrationAnswer,
  CalibrationBody,
  CompareAnswer,
  CorrectionAnswer,
  CorrectionBody,
  CorrectionInfo,
  ImportAnswer,
  ReadingAnswer,
  ReadingBody,
  ReadingInfo,
  ReadingsAnswer,
  StandingLoadAnswer,
} from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import type { TimeRange } from '@kilowink/core/tariff';
import { getJson } from './api.ts';
import { send } from './care.ts';

/**
 * What a series is held against, and by what periods; `with` is null for the readings of the display, and `by` where the server may
 * choose.
 */
export interface Against {
  readonly with: number | null;
  readonly by: CompareAnswer['by'] | null;
}

/** A file as it was when it was chosen: what becomes of it on the disk changes nothing any more. */
export interface ChosenFile {
  readonly name: string;
  readonly content: Blob;
}

/**
 * What compares and what changes something. Throws as `api` does; where the administrator must log in first,
 * `web/refused` with status 401, and 403 while no password is set.
 */
export const truth = {
  corrections: async (series: number): Promise<readonly CorrectionInfo[]> =>
    (await getJson<{ corrections: CorrectionInfo[] }>(`/series/${series}/corrections`, {})).corrections,

  /** With the readings of the display, or with another series by day, week or month. */
  compare: (series: number, against: Against): Promise<CompareAnswer> => {
    const query = new URLSearchParams();
    if (against.by !== null) query.set('by', against.by);
    if (against.with !== null) query.set('with', String(against.with));
    return getJson(`/series/${series}/compare?${query}`, {});
  },

  calibrate: (series: number, body: CalibrationBody): Promise<CalibrationAnswer> =>
    send('POST', `/series/${series}/calibration`, { json: body }),

  /** What a file holds; with `write` it is taken in. */
  importFile: (
    { name, content }: ChosenFile,
    how: { readonly stamps: string; readonly seriesName: string; readonly write: boolean },
  ): Promise<ImportAnswer> => {
    const query = new URLSearchParams({ name, write: String(how.write) });
    if (how.stamps !== '') query.set('stamps', how.stamps);
    if (how.seriesName !== '') query.set('as', how.seriesName);
    return send('POST', `/imports?${query}`, { file: content });
  },

  standingLoad: ({ series, fromMs, toMs }: TimeRange & { series: number }): Promise<StandingLoadAnswer> =>
    getJson(`/series/${series}/standing-load?from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`, {}),

  correct: (series: number, body: CorrectionBody): Promise<CorrectionAnswer> =>
    send('POST', `/series/${series}/corrections`, { json: body }),

  undo: (series: number, correction: number): Promise<CorrectionInfo> =>
    send('DELETE', `/series/${series}/corrections/${correction}`),

  addReading: (series: number, body: ReadingBody): Promise<ReadingAnswer> =>
    send('POST', `/series/${series}/readings`, { json: body }),

  /** What people read of the display; ascending. A meter's own readings are many. */
  readings: async (series: number): Promise<readonly ReadingInfo[]> =>
    (await getJson<ReadingsAnswer>(`/series/${series}/readings?origin=person`, {})).readings,

  removeReading: (series: number, atMs: number): Promise<ReadingInfo> =>
    send('DELETE', `/series/${series}/readings/${atMs}`),
};

/** What went wrong with something that somebody asked for, in words. */
export function problemOf(error: unknown): string {
  return error instanceof AppError ? String(error.details['detail'] ?? error.message) : String(error);
}
