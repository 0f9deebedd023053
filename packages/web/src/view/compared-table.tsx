import type { CompareAnswer, ComparedPeriod } from '@kilowink/api';
import type { JSX } from 'preact';
import { toText } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import { driftText, shareText } from './drift-text.ts';
import { ScrollTable } from './scroll-table.tsx';

interface ComparedTableProps {
  readonly room: Room;
  readonly compared: CompareAnswer;
  /** Null where nothing can be corrected from here. */
  readonly onCorrect: ((period: ComparedPeriod) => void) | null;
}

/** By how much a series and its reference differ in each period, and together: first what a narrow screen has room for. */
export function ComparedTable({ room, compared, onCorrect }: ComparedTableProps): JSX.Element {
  const { truth: words, enedis } = room.format.strings;
  const { periods, whole } = compared;
  const isRead = compared.by === 'reading';
  return (
    <ScrollTable label={isRead ? words.compared : enedis.compare.title}>
      <thead>
        <tr>
          <th scope="col">{isRead ? words.period : enedis.compare.period}</th>
          <th scope="col">{words.drift}</th>
          <th scope="col">{enedis.compare.share}</th>
          <th scope="col" class="in-words">
            {words.verdict}
          </th>
          <th scope="col">{isRead ? words.meter : enedis.compare.reference}</th>
          <th scope="col">{words.measured}</th>
        </tr>
      </thead>
      <tbody>
        {periods.map((period) => (
          <tr key={period.fromMs}>
            <th scope="row" class="wraps">
              <PeriodName period={period} room={room} isRead={isRead} />
            </th>
            <Drift period={period} room={room} />
            <td class="in-words">
              <Verdict period={period} room={room} />{' '}
              {period.offered !== null && onCorrect !== null && (
                <button type="button" class="button is-framed" onClick={() => onCorrect(period)}>
                  {period.offered.kind === 'scale' ? words.calibrate : words.settle}
                </button>
              )}
            </td>
            <Energies period={period} room={room} />
          </tr>
        ))}
      </tbody>
      {periods.length > 1 && whole !== null && (
        <tfoot>
          <tr class="strong">
            <th scope="row">{enedis.compare.together}</th>
            <Drift period={whole} room={room} />
            <td class="in-words">
              <Verdict period={whole} room={room} />
            </td>
            <Energies period={whole} room={room} />
          </tr>
        </tfoot>
      )}
    </ScrollTable>
  );
}

/** When it was; where it does not agree, a press shows it on the curve. */
function PeriodName(props: { period: ComparedPeriod; room: Room; isRead: boolean }): JSX.Element {
  const { period, room, isRead } = props;
  const { fromMs, toMs } = period;
  const { format } = room;
  const name = isRead
    ? `${format.instant(fromMs)} – ${format.instant(toMs)}`
    : format.stretch({ fromMs, toMs });
  if (period.verdict === 'agrees') return <>{name}</>;
  return (
    <button type="button" class="shows" onClick={() => room.model.go({ kind: 'range', fromMs, toMs })}>
      {name}
    </button>
  );
}

function Drift({ period, room }: { period: ComparedPeriod; room: Room }): JSX.Element {
  return (
    <>
      <td>{driftText(period.driftWh, room.format)}</td>
      <td>{shareText(period, room.format)}</td>
    </>
  );
}

function Energies({ period, room }: { period: ComparedPeriod; room: Room }): JSX.Element {
  const { format } = room;
  return (
    <>
      <td>{toText(format.energy(period.referenceWh))}</td>
      <td>{toText(format.energy(period.measuredWh))}</td>
    </>
  );
}

function Verdict({ period, room }: { period: ComparedPeriod; room: Room }): JSX.Element {
  const { verdict } = period;
  const kind = verdict === 'agrees' ? 'soft' : verdict === 'gaps' ? '' : 'warning';
  return <span class={kind}>{room.format.strings.truth.verdicts[verdict]}</span>;
}
