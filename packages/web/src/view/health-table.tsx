import type { HealthInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { type Format, fill } from '../i18n/format.ts';
import { ScrollTable } from './scroll-table.tsx';
import { moreText } from './sensors-list.tsx';
import { Sign } from './sign.tsx';

/** How each sensor and the store are, one line each; what is wrong comes first. */
export function HealthTable({ health, format }: { health: HealthInfo; format: Format }): JSX.Element {
  const words = format.strings.health;
  const moreCount = health.sourceTotals.count - health.sources.length;
  return (
    <div>
      <h3>{words.title}</h3>
      <Faults health={health} format={format} />
      <ScrollTable label={words.title}>
        <thead>
          <tr>
            <th scope="col">{words.source}</th>
            <th scope="col">{words.lastReport}</th>
            <th scope="col">{words.reports}</th>
            <th scope="col">{words.windowsNew}</th>
            <th scope="col">{words.windowsRepeated}</th>
            <th scope="col">{words.windowsMissed}</th>
            <th scope="col">{words.disagreements}</th>
            <th scope="col">{words.refused}</th>
            <th scope="col">{words.boots}</th>
          </tr>
        </thead>
        <tbody>
          {health.sources.map((source) => (
            <tr key={source.source}>
              <th scope="row">{source.name}</th>
              <td>
                {source.lastReportMs === null
                  ? words.never
                  : format.ago(health.serverMs - source.lastReportMs)}
              </td>
              <td>{format.count(source.reports)}</td>
              <td>{format.count(source.windowsNew)}</td>
              <td>{format.count(source.windowsRepeated)}</td>
              <td>{format.count(source.windowsMissed)}</td>
              <td>{format.count(source.disagreements)}</td>
              <td>{format.count(source.refused)}</td>
              <td>{format.count(source.boots)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {moreCount > 0 && <p class="soft">{moreText(moreCount, format)}</p>}
      <p class="label">
        {fill(words.store, {
          path: health.store.path,
          size: format.bytes(health.store.sizeBytes),
          span: format.span(health.store.groupMs),
        })}
      </p>
    </div>
  );
}

function Faults({ health, format }: { health: HealthInfo; format: Format }): JSX.Element {
  const words = format.strings.health;
  const { lastError, damages } = health.store;
  return (
    <>
      {lastError !== null && (
        <p class="fault">
          <Sign /> {fill(words.error, { message: lastError })}
        </p>
      )}
      {damages.map((damage) => (
        <p key={damage.keptAt} class="fault">
          <Sign /> {fill(words.damage, { ...damage, ago: format.ago(health.serverMs - damage.foundAtMs) })}
        </p>
      ))}
      {health.refused.map((refused) => (
        <p key={refused.code} class="warning">
          <Sign />{' '}
          {fill(words.refusedLine, {
            count: format.count(refused.count),
            code: refused.code,
            ago: format.ago(health.serverMs - refused.lastMs),
            message: refused.lastMessage,
          })}
        </p>
      ))}
    </>
  );
}
