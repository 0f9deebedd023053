import type { CorrectionInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { fill, toText } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import { ScrollTable } from './scroll-table.tsx';

interface CorrectionListProps {
  readonly room: Room;
  readonly corrections: readonly CorrectionInfo[];
  /** Null where nothing can be changed from here. */
  readonly onUndo: ((ids: readonly number[]) => void) | null;
}

/** The corrections of a series, those taken back included; what was made at once is taken back at once. */
export function CorrectionList({ room, corrections, onUndo }: CorrectionListProps): JSX.Element | null {
  const { format } = room;
  const words = format.strings.truth;
  if (corrections.length === 0) return null;
  return (
    <ScrollTable label={words.corrections}>
      <thead>
        <tr>
          <th scope="col">{words.stretch}</th>
          <th scope="col" class="in-words">
            {words.correction}
          </th>
          <th scope="col" class="in-words">
            {words.note}
          </th>
          <th scope="col" class="in-words">
            {words.state}
          </th>
        </tr>
      </thead>
      <tbody>
        {corrections.map((correction, index) => (
          <tr key={correction.id} class={correction.undoneMs === null ? '' : 'soft'}>
            <th scope="row" class="wraps">
              {format.fromTo(correction)}
            </th>
            <td class="in-words">{correctionText(correction, room)}</td>
            <td class="in-words">{correction.origin === 'bound' ? words.byBound : correction.note}</td>
            <td class="in-words">
              {correction.undoneMs !== null && words.undone}
              {correction.undoneMs === null && onUndo !== null && (
                <>
                  <button type="button" class="button is-framed" onClick={() => onUndo([correction.id])}>
                    {words.undo}
                  </button>
                  <UndoGroup of={groupOf(corrections, index)} room={room} onUndo={onUndo} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function UndoGroup(props: {
  of: readonly number[];
  room: Room;
  onUndo: (ids: readonly number[]) => void;
}): JSX.Element | null {
  const { of, room, onUndo } = props;
  if (of.length < 2) return null;
  return (
    <>
      {' '}
      <button type="button" class="button is-framed" onClick={() => onUndo(of)}>
        {fill(room.format.strings.enedis.compare.undoGroup, { count: of.length })}
      </button>
    </>
  );
}

/** The corrections in force that a calibration made at once, at the first of them; none elsewhere. */
function groupOf(corrections: readonly CorrectionInfo[], index: number): number[] {
  const isOne = (each: CorrectionInfo) =>
    each.undoneMs === null && each.origin === 'person' && each.madeMs === corrections[index]?.madeMs;
  const first = corrections.findIndex(isOne);
  return first === index ? corrections.filter(isOne).map(({ id }) => id) : [];
}

/** What a correction says. */
export function correctionText(
  { kind, factor, energyWh, into }: Pick<CorrectionInfo, 'kind' | 'factor' | 'energyWh' | 'into'>,
  { format }: Room,
): string {
  const words = format.strings.truth;
  if (kind === 'bad') return words.kinds.bad;
  if (kind === 'scale') {
    const text = (factor ?? 1).toLocaleString(format.locale, { maximumSignificantDigits: 6 });
    return fill(words.scaled, { factor: text });
  }
  const energy = toText(format.energy(energyWh ?? 0));
  return `${fill(words.holds, { energy })} · ${words.intos[into ?? 'shape']}`;
}
