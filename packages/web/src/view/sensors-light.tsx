import type { HealthInfo, LightAnswer } from '@kilowink/api';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { care } from '../data/care.ts';
import { type Format, fill } from '../i18n/format.ts';
import { longSpan } from './sensors-words.ts';

const WIDTH = 600;
const HEIGHT = 96;
/** Decades of the axis, in mV: noise and flashes are a thousandfold apart, so equal distances are equal ratios. */
const LEAST_MV = 0.1;
const MOST_MV = 3_300;
const LINES_MV = [1, 10, 100, 1_000] as const;
const SPAN_MS_MIN = 3_600_000;

/** How high flashes stood out of the noise, of late. */
export function LightPlot({
  source,
  format,
}: {
  source: HealthInfo['sources'][number];
  format: Format;
}): JSX.Element | null {
  const [answer, setAnswer] = useState<LightAnswer | null>(null);
  const { lastReportMs } = source;
  // A report makes the answer stale.
  useEffect(() => {
    if (lastReportMs === null) return;
    care.light(source.source).then(setAnswer, () => undefined);
  }, [source.source, lastReportMs]);
  const words = format.strings.care;
  if (source.light === undefined) return <p class="soft">{words.plotNone}</p>;
  if (answer === null || answer.columns.start.length === 0) return null;
  const { start, amplitudeMv, noise100Uv } = answer.columns;
  const toMs = (start.at(-1) ?? 0) + answer.stepMs;
  const spanMs = Math.max(SPAN_MS_MIN, toMs - (start[0] ?? toMs));
  const xOf = (atMs: number): number => WIDTH * (1 - (toMs - atMs) / spanMs);
  const path = (values: readonly number[]): string => pathOf(answer, values, xOf);
  const label = fill(words.plot, { name: source.name, span: longSpan(spanMs, format) });
  return (
    <figure class="light-plot">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {LINES_MV.map((mv) => (
          <path key={mv} class="light-grid" d={`M0 ${yOf(mv)}H${WIDTH}`} />
        ))}
        <path class="mark-sum" d={path(noise100Uv.map((noise) => noise / 10))} />
        <path class="mark-line" d={path(amplitudeMv)} />
      </svg>
      <figcaption class="label">
        <span>
          <svg class="mark" viewBox="0 0 18 12" aria-hidden="true">
            <path class="mark-line" d="M0 6H18" />
          </svg>
          {words.amplitude}
        </span>
        <span>
          <svg class="mark" viewBox="0 0 18 12" aria-hidden="true">
            <path class="mark-sum" d="M0 6H18" />
          </svg>
          {words.noise}
        </span>
        <span>{`${LINES_MV.map((mv) => format.count(mv)).join(' – ')}\u202fmV`}</span>
        <span>{longSpan(spanMs, format)}</span>
      </figcaption>
    </figure>
  );
}

function yOf(mv: number): number {
  const part = Math.log(Math.max(LEAST_MV, mv) / LEAST_MV) / Math.log(MOST_MV / LEAST_MV);
  return HEIGHT * (1 - Math.min(1, part));
}

/** A line that ends where nothing was told. */
function pathOf(
  { columns, stepMs }: LightAnswer,
  values: readonly number[],
  xOf: (atMs: number) => number,
): string {
  return columns.start
    .map((start, at) => {
      const before = columns.start[at - 1];
      const isNew = before === undefined || start - before > 2 * stepMs;
      const y = yOf(values[at] ?? 0).toFixed(1);
      return `${isNew ? 'M' : 'L'}${xOf(start).toFixed(1)} ${y}H${xOf(start + stepMs).toFixed(1)}`;
    })
    .join('');
}
