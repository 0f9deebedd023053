import type { FirmwareInfo, HealthInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../data/api.ts';
import { care } from '../data/care.ts';
import { type Format, fill } from '../i18n/format.ts';

interface StartProps {
  readonly info: FirmwareInfo;
  readonly health: HealthInfo;
  readonly format: Format;
  readonly act: (work: () => Promise<unknown>) => Promise<void>;
}

/** Which image goes onto which sensors; nothing before there is an image. */
export function FirmwareStart({ info, health, format, act }: StartProps): JSX.Element | null {
  const sources = useAllSources(health);
  const [hash, setHash] = useState<string | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [isAsking, setAsking] = useState(false);
  const { firmware: words } = format.strings.care;
  const image = info.images.find((each) => each.hash === hash) ?? info.images[0];
  if (image === undefined || info.runs[0]?.state === 'running') return null;
  const able = info.targets.filter(({ device }) => device !== null).map(({ source }) => source);
  const picked = able.filter((source) => chosen.includes(source));
  const toggle = (source: string): void =>
    setChosen(picked.includes(source) ? picked.filter((each) => each !== source) : [...picked, source]);
  return (
    <>
      <p>
        <label>
          {words.choose}{' '}
          <select value={image.hash} onChange={(event) => setHash(event.currentTarget.value)}>
            {info.images.map((each) => (
              <option key={each.hash} value={each.hash}>{`${each.version} · ${each.name}`}</option>
            ))}
          </select>
        </label>
      </p>
      <fieldset class="choices">
        <legend>{words.which}</legend>
        {able.length > 1 && (
          <label>
            <input
              type="checkbox"
              checked={picked.length === able.length}
              onChange={() => setChosen(picked.length === able.length ? [] : able)}
            />
            {words.updateAll}
          </label>
        )}
        {info.targets.map(({ source, name, device }) => (
          <label key={source}>
            <input
              type="checkbox"
              disabled={device === null}
              checked={picked.includes(source)}
              onChange={() => toggle(source)}
            />
            <span>
              {name}{' '}
              <span class="soft">{device === null ? words.noDevice : runsText(source, sources, words)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p>
        <button
          type="button"
          class="button is-main"
          disabled={picked.length === 0}
          onClick={() => setAsking(true)}
        >
          {words.update}
        </button>
      </p>
      {isAsking && (
        <ConfirmDialog
          version={image.version}
          names={info.targets.filter(({ source }) => picked.includes(source)).map(({ name }) => name)}
          format={format}
          onClose={(isWanted) => {
            setAsking(false);
            if (isWanted) void act(() => care.update(image.hash, picked));
          }}
        />
      )}
    </>
  );
}

/** Every sensor: of very many the health answer has those that need somebody. */
function useAllSources(health: HealthInfo): HealthInfo['sources'] {
  const [all, setAll] = useState<HealthInfo['sources'] | null>(null);
  const isCut = health.sourceTotals.count > health.sources.length;
  useEffect(() => {
    if (!isCut) return;
    api.health({ sources: 'all' }).then(
      (answer) => setAll(answer.sources),
      () => undefined,
    );
  }, [isCut]);
  return isCut ? (all ?? health.sources) : health.sources;
}

function runsText(source: string, sources: HealthInfo['sources'], words: { runs: string }): string {
  const version = sources.find((each) => each.source === source)?.firmware;
  return version === undefined ? '' : fill(words.runs, { version });
}

function ConfirmDialog(props: {
  version: string;
  names: readonly string[];
  format: Format;
  onClose: (isWanted: boolean) => void;
}): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const { version, names, format, onClose } = props;
  const { firmware: words } = format.strings.care;
  useEffect(() => ref.current?.showModal(), []);
  const [first = '', ...others] = names;
  return (
    <dialog
      ref={ref}
      aria-labelledby="confirm-title"
      onClose={() => onClose(ref.current?.returnValue === 'start')}
    >
      <div class="form">
        <h2 id="confirm-title">{fill(words.confirmTitle, { version })}</h2>
        <p>
          {fill(words.confirmFirst, { name: first })}{' '}
          {others.length > 0 && fill(words.confirmThen, { names: others.join(', ') })}
        </p>
        <p class="soft">{words.confirmHint}</p>
        <p class="dialog-buttons">
          <button type="button" class="button is-main" onClick={() => ref.current?.close('start')}>
            {words.start}
          </button>
          <button type="button" class="button is-framed" onClick={() => ref.current?.close('')}>
            {words.back}
          </button>
        </p>
      </div>
    </dialog>
  );
}
