import { type HealthInfo, isPoor, isSilent } from '@kilowink/api';
import type { JSX } from 'preact';
import { findNames } from '../data/find-names.ts';
import { type Format, fill } from '../i18n/format.ts';
import { SensorRow } from './sensors-row.tsx';
import { SENSORS_SHOWN_MAX } from './use-health.ts';

type Source = HealthInfo['sources'][number];

/** From so many on there is a field to find one by. */
const MANY = 12;
/** The sensors, those that need somebody first where there are many; of very many the server tells only those. */
export function SensorsList({
  health: { sources, sourceTotals, serverMs: nowMs },
  wanted,
  onWanted,
  format,
}: {
  health: HealthInfo;
  wanted: string;
  onWanted: (wanted: string) => void;
  format: Format;
}): JSX.Element {
  const words = format.strings.care.find;
  const isMany = sourceTotals.count > MANY;
  const found = findNames(sources, wanted, {
    textOf: ({ name, source }) => `${name} ${source}`,
    limit: SENSORS_SHOWN_MAX,
    ...(isMany ? { isFirst: (source: Source) => isSilent(source, nowMs) || isPoor(source) } : {}),
  });
  const { shown } = found;
  const moreCount = found.moreCount + sourceTotals.matching - sources.length;
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
            onInput={(event) => onWanted(event.currentTarget.value)}
          />
          <span class="soft">{countText(sourceTotals, format)}</span>
        </div>
      )}
      <div class="sensors">
        {shown.map((source) => (
          <SensorRow
            key={source.source}
            source={source}
            nowMs={nowMs}
            format={format}
            isOpenFirst={sourceTotals.count === 1}
          />
        ))}
      </div>
      {isMany && (
        <p class="soft" role="status">
          {shown.length + moreCount === 0 ? words.nothing : moreText(moreCount, format)}
        </p>
      )}
    </>
  );
}

/** How many there are besides those that are shown. */
export function moreText(count: number, format: Format): string {
  return count === 0 ? '' : fill(format.strings.care.find.more, { count: format.count(count) });
}

function countText({ count, silent }: HealthInfo['sourceTotals'], format: Format): string {
  const words = format.strings.care.find;
  const all = fill(words.count, { count: format.count(count) });
  return silent === 0 ? all : `${all}, ${fill(words.silentCount, { count: format.count(silent) })}`;
}
