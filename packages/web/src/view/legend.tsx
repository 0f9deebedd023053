import type { ComponentChildren, JSX } from 'preact';
import { type Dataset, flashStepW, rowSpans } from '../chart/dataset.ts';
import { fill, toText } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import { useSignal } from './use-signal.ts';

/** What the marks on the curve mean, for what is on it now. */
export function Legend({ room }: { room: Room }): JSX.Element | null {
  const { dataset, range } = useSignal(room.shown);
  const hasCumulative = useSignal(room.hasCumulative);
  const corrections = useSignal(room.corrections);
  const { strings, span, power } = room.format;
  if (dataset === null) return null;
  const { leastMs, mostMs } = rowSpans(dataset, range.fromMs, range.toMs);
  const isEven = leastMs === mostMs;
  const mean = isEven ? fill(strings.lineLegend, { span: span(mostMs) }) : strings.eachLegend;
  const step = { power: toText(power(flashStepW(mostMs))), span: span(mostMs) };
  const counts = isEven ? fill(strings.flashLegend, step) : strings.eachLegend;
  const isCounts = dataset.style === 'counts';
  return (
    <ul class="legend label">
      <Item mark={<path class="mark-line" d="M0 6H18" />}>{isCounts ? strings.meanLegend : mean}</Item>
      {(isCounts || hasBand(dataset)) && (
        <Item mark={<rect class={isCounts ? 'mark-counts' : 'mark-band'} width="18" height="12" />}>
          {isCounts ? counts : strings.bandLegend}
        </Item>
      )}
      {dataset.columns.recoveredWh.some((energyWh) => energyWh > 0) && (
        <Item mark={<path class="mark-recovered" d="M0 6 6 0M0 12 12 0M6 12 18 0M12 12 18 6M0 1H18" />}>
          {strings.recoveredLegend}
        </Item>
      )}
      {corrections.some(({ undoneMs }) => undoneMs === null) && (
        <Item mark={<rect class="mark-corrected" width="18" height="3" />}>{strings.truth.corrected}</Item>
      )}
      {hasCumulative && (
        <Item mark={<path class="mark-sum" d="M0 10 18 2" />}>{strings.cumulativeLegend}</Item>
      )}
      {room.site.offPeak.length > 0 && (
        <Item mark={<rect class="mark-off-peak" width="18" height="12" />}>{strings.offPeak}</Item>
      )}
      <Item mark={<path class="mark-gap" d="M0 6 6 0M0 12 12 0M6 12 18 0M12 12 18 6" />}>
        {strings.tooltip.gap}
      </Item>
    </ul>
  );
}

function hasBand({ lowW, highW }: Dataset): boolean {
  return highW.some((high, row) => high > (lowW[row] ?? high));
}

function Item({ mark, children }: { mark: JSX.Element; children: ComponentChildren }): JSX.Element {
  return (
    <li>
      <svg class="mark" viewBox="0 0 18 12" aria-hidden="true">
        {mark}
      </svg>
      {children}
    </li>
  );
}
