import type { CompareAnswer } from '@kilowink/api';
import type { JSX } from 'preact';
import { toText } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { driftText } from './drift-text.ts';
import { ScrollTable } from './scroll-table.tsx';
import { useSignal } from './use-signal.ts';

/** More of them say nothing more. */
const DAYS_MAX = 31;

/** The days on which the sensors of one meter tell other energies, the latest first; a press shows one on the curve. */
export function SensorsDiffer(props: {
  session: Session;
  room: Room;
  compared: CompareAnswer;
}): JSX.Element | null {
  const { session, room, compared } = props;
  const list = useSignal(session.list);
  const { format } = room;
  const words = format.strings.enedis.compare;
  const [first] = compared.disagreements;
  if (first === undefined) return null;
  const nameOf = (id: number): string => list.find((series) => series.id === id)?.name ?? String(id);
  const days = compared.disagreements.toReversed().slice(0, DAYS_MAX);
  return (
    <>
      <p class="warning">{words.differ}</p>
      <ScrollTable label={words.differ}>
        <thead>
          <tr>
            <th scope="col">{words.periods.day}</th>
            {first.of.map(({ series }) => (
              <th scope="col" key={series}>
                {nameOf(series)}
              </th>
            ))}
            <th scope="col">{format.strings.truth.drift}</th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ fromMs, toMs, of }) => (
            <tr key={fromMs}>
              <th scope="row" class="wraps">
                <button
                  type="button"
                  class="shows"
                  onClick={() => room.model.go({ kind: 'range', fromMs, toMs })}
                >
                  {format.stretch({ fromMs, toMs })}
                </button>
              </th>
              {of.map(({ series, energyWh }) => (
                <td key={series}>{toText(format.energy(energyWh))}</td>
              ))}
              <td>{driftText((of.at(-1)?.energyWh ?? 0) - (of[0]?.energyWh ?? 0), format)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </>
  );
}
