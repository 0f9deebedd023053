import type { HealthInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { findNames } from '../data/find-names.ts';
import { type Format, fill } from '../i18n/format.ts';
import { isPoor, isSilent, SensorRow } from './sensors-row.tsx';

type Source = HealthInfo['sources'][number];

/** From so many on there is a field to find one by. */
const MANY = 12;
/** More rows than anybody reads take seconds to lay out. */
const SHOWN_MAX = 50;

/** The sensors, those that need somebody first where there are many. */
export function SensorsList({
  sources,
  nowMs,
  format,
}: {
  sources: readonly Source[];
  nowMs: number;
  format: Format;
}): JSX.Element {
  const [wanted, setWanted] = useState('');
  const words = format.strings.care.find;
  const isMany = sources.length > MANY;
  const { shown, moreCount } = findNames(sources, wanted, {
    textOf: ({ name, source }) => `${name} ${source}`,
    limit: SHOWN_MAX,
    ...(isMany ? { isFirst: (source: Source) => isSilent(source, nowMs) || isPoor(source) } : {}),
  });
  return (
    <>
      {isMany && (
        <div class="form-row">
          <input
            type="search"
            aria-label={words.sensors}
            placeholder={words.hint}
            autocomplete="off"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
          <span class="soft">{countText(sources, nowMs, format)}</span>
        </div>
      )}
      <div class="sensors">
        {shown.map((source) => (
          <SensorRow
            key={source.source}
            source={source}
            nowMs={nowMs}
            format={format}
            isOpenFirst={sources.length === 1}
          />
        ))}
      </div>
      {isMany && (
        <p class="soft" role="status">
          {shown.length === 0 ? words.nothing : moreText(moreCount, format)}
        </p>
      )}
    </>
  );
}

function moreText(count: number, format: Format): string {
  return count === 0 ? '' : fill(format.strings.care.find.more, { count: format.count(count) });
}

function countText(sources: readonly Source[], nowMs: number, format: Format): string {
  const words = format.strings.care.find;
  const silent = sources.filter((source) => isSilent(source, nowMs)).length;
  const all = fill(words.count, { count: format.count(sources.length) });
  return silent === 0 ? all : `${all}, ${fill(words.silentCount, { count: format.count(silent) })}`;
}
