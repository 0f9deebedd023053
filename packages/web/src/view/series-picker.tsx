import type { SeriesInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { findNames } from '../data/find-names.ts';
import { fill } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';

/** From so many on there is a field to find one by. */
const MANY = 12;
/** A list of thousands opens slowly and is scrolled by nobody. */
const SHOWN_MAX = 100;

/** Which series is on show: a list, and of many a field that finds one by parts of its name. */
export function SeriesPicker({
  session,
  room,
  list,
}: {
  session: Session;
  room: Room;
  list: readonly SeriesInfo[];
}): JSX.Element {
  const [wanted, setWanted] = useState('');
  const { format } = room;
  const words = format.strings.care.find;
  const measured = list.filter((series) => series.lastMs !== null);
  const textOf = (series: SeriesInfo): string => `${series.name} ${series.source}`;
  const { shown, moreCount } = findNames(measured, wanted, { textOf, limit: SHOWN_MAX });
  const isShown = shown.some(({ id }) => id === room.series.id);
  const choose = (id: number): void => {
    setWanted('');
    session.choose(id);
  };
  return (
    <div class="picker">
      {measured.length > MANY && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const [first] = shown;
            if (first !== undefined) choose(first.id);
          }}
        >
          <input
            type="search"
            aria-label={words.series}
            placeholder={words.hint}
            autocomplete="off"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </form>
      )}
      <label class="label">
        {format.strings.series}{' '}
        <select
          value={String(room.series.id)}
          onChange={(event) => choose(Number(event.currentTarget.value))}
        >
          {!isShown && <option value={String(room.series.id)}>{room.series.name}</option>}
          {shown.map((series) => (
            <option key={series.id} value={String(series.id)}>
              {series.name}
            </option>
          ))}
          {moreCount > 0 && <option disabled>{fill(words.more, { count: format.count(moreCount) })}</option>}
        </select>
      </label>
      {wanted !== '' && (
        <ul class="plain found">
          {shown.slice(0, FOUND_MAX).map((series) => (
            <li key={series.id}>
              <button type="button" class="button" onClick={() => choose(series.id)}>
                {series.name}
              </button>
            </li>
          ))}
          <li class="soft" role="status">
            {foundText(shown.length + moreCount, room)}
          </li>
        </ul>
      )}
    </div>
  );
}

/** What is offered below the field while somebody types. */
const FOUND_MAX = 8;

function foundText(count: number, { format }: Room): string {
  const words = format.strings.care.find;
  if (count === 0) return words.nothing;
  return count > FOUND_MAX ? fill(words.more, { count: format.count(count - FOUND_MAX) }) : '';
}
