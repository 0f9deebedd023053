import type {
  BucketsAnswer,
  GaugeBucketsAnswer,
  GaugeWindowsAnswer,
  HealthInfo,
  MeterInfo,
  Problem,
  SeriesInfo,
  SiteInfo,
  TotalAnswer,
  WindowsAnswer,
} from '@kilowink/api';
import { API_PREFIX } from '@kilowink/api';
import type { TimeRange } from '@kilowink/core/tariff';
import { webError } from '../errors.ts';

/** A question that can be withdrawn. */
interface Question {
  readonly signal?: AbortSignal | undefined;
}

interface SeriesQuestion extends Question, TimeRange {
  readonly series: number;
}

/**
 * The server's HTTP API. Every function throws `web/unreachable` when no answer came, `web/refused` when the answer was
 * not the thing asked for, and the signal's own reason when it was withdrawn.
 */
export const api = {
  site: (question: Question = {}): Promise<SiteInfo> => getJson('/site', question),

  series: async (question: Question = {}): Promise<readonly SeriesInfo[]> =>
    (await getJson<{ series: SeriesInfo[] }>('/series', question)).series,

  /** Of many sensors those that need somebody, or those that are asked for; never more than are asked for. */
  health: (question: Question & { sources: number | 'all'; match?: string }): Promise<HealthInfo> => {
    const { sources, match = '' } = question;
    const query = new URLSearchParams({ sources: String(sources), ...(match === '' ? {} : { match }) });
    return getJson(`/health?${query}`, question);
  },

  buckets: (question: SeriesQuestion & { step: string }): Promise<BucketsAnswer | GaugeBucketsAnswer> =>
    getJson(seriesPath(question, 'buckets', { step: question.step }), question),

  windows: (question: SeriesQuestion & { limit: number }): Promise<WindowsAnswer | GaugeWindowsAnswer> =>
    getJson(seriesPath(question, 'windows', { limit: String(question.limit) }), question),

  meters: async (question: Question = {}): Promise<readonly MeterInfo[]> =>
    (await getJson<{ meters: MeterInfo[] }>('/meters', question)).meters,

  total: (question: SeriesQuestion): Promise<TotalAnswer> =>
    getJson(seriesPath(question, 'total', {}), question),
};

/** Where the live events are. */
export const LIVE_PATH = `${API_PREFIX}/live`;

function seriesPath(question: SeriesQuestion, what: string, more: Record<string, string>): string {
  const query = new URLSearchParams({
    from: String(Math.floor(question.fromMs)),
    to: String(Math.ceil(question.toMs)),
    ...more,
  });
  return `/series/${question.series}/${what}?${query}`;
}

/** One answer as JSON. */
export async function getJson<T>(path: string, { signal }: Question): Promise<T> {
  const response = await fetch(API_PREFIX + path, {
    headers: { accept: 'application/json' },
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw webError('web/unreachable', { path }, cause);
  });
  if (!response.ok) {
    const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
    const detail = problem?.detail ?? response.statusText;
    throw webError('web/refused', { path, status: response.status, detail });
  }
  return (await response.json().catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw webError('web/refused', { path, status: response.status, detail: 'not JSON' }, cause);
  })) as T;
}
