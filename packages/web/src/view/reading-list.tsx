import type { ReadingInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { truth } from '../data/change.ts';
import type { Room } from '../state/room.ts';
import { ScrollTable } from './scroll-table.tsx';

/** What people read of the meter's display, the latest first; each can be taken away. */
export function ReadingList(props: {
  room: Room;
  /** Counts up when readings may have changed. */
  changeCount: number;
  /** Null where nothing can be changed from here. */
  onRemove: ((reading: ReadingInfo) => void) | null;
}): JSX.Element | null {
  const { room, changeCount, onRemove } = props;
  const { format, series } = room;
  const words = format.strings.truth;
  const [readings, setReadings] = useState<readonly ReadingInfo[]>([]);
  // What was read or taken away changes the list.
  useEffect(() => {
    let isWanted = true;
    truth.readings(series.id).then(
      (all) => isWanted && setReadings(all.toReversed()),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [series.id, changeCount]);
  if (readings.length === 0) return null;
  return (
    <ScrollTable label={words.readings}>
      <thead>
        <tr>
          <th scope="col">{words.readAt}</th>
          <th scope="col">kWh</th>
          {onRemove !== null && (
            <th scope="col" class="in-words">
              {words.state}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {readings.map((reading) => (
          <tr key={reading.atMs}>
            <th scope="row">
              {format.instant(reading.atMs)}
              {reading.replaced && <span class="label"> {words.newMeter}</span>}
            </th>
            <td>{(reading.indexWh / 1_000).toLocaleString(format.locale, { maximumFractionDigits: 3 })}</td>
            {onRemove !== null && (
              <td class="in-words">
                <button type="button" class="button is-framed" onClick={() => onRemove(reading)}>
                  {words.takeAway}
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
