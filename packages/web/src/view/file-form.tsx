import { IMPORT_BYTES_MAX, type ImportAnswer } from '@kilowink/api';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { type Format, fill } from '../i18n/format.ts';
import type { FileEntry, FileImport, FilesState } from '../state/file-import.ts';
import type { Session } from '../state/session.ts';
import { FilePreview } from './file-preview.tsx';
import { useAdmin } from './login.tsx';
import { ProblemLine } from './problem.tsx';
import { useSignal } from './use-signal.ts';

interface FileFormProps {
  readonly session: Session;
  readonly files: FileImport;
  readonly isReadOnly: boolean;
}

/** Takes in files of Enedis or a supplier: they are chosen or dropped, told of, agreed to, stored. */
export function FileForm({ session, files, isReadOnly }: FileFormProps): JSX.Element {
  const { format } = session;
  const words = format.strings.enedis.file;
  const { info } = useAdmin(session);
  const { admin } = format.strings.care;
  const canNot = info !== null && !info.passwordSet;
  return (
    <section aria-labelledby="file-title">
      <h3 id="file-title">{words.title}</h3>
      {isReadOnly && <p>{words.readOnly}</p>}
      {!isReadOnly && canNot && (
        <p>
          {admin.noPassword} <code>npm run kilowink -- admin password</code>
        </p>
      )}
      {!isReadOnly && !canNot && <Files files={files} format={format} />}
    </section>
  );
}

function Files({ files, format }: { files: FileImport; format: Format }): JSX.Element {
  const state = useSignal(files.state);
  const words = format.strings.enedis.file;
  const { phase, entries } = state;
  const isBusy = phase === 'reading' || phase === 'taking';
  const waiting = phase === 'taking' ? words.taking : fill(words.reading, { name: busyName(state) });
  return (
    <>
      <p class="soft">{words.lead}</p>
      <Choose files={files} format={format} isBusy={isBusy} />
      <p role="status">{isBusy && waiting}</p>
      {phase === 'taken' ? (
        <Taken entries={entries} format={format} />
      ) : (
        entries.map((entry, index) => (
          <Entry key={`${index} ${entry.name}`} entry={entry} format={format} isOnly={entries.length === 1} />
        ))
      )}
      {phase === 'told' && entries.some(({ answer }) => answer !== null) && (
        <Agree files={files} state={state} format={format} />
      )}
    </>
  );
}

/** The file that is being looked at: the first of which nothing is known yet. */
function busyName({ entries }: FilesState): string {
  const found = entries.find(({ answer, problem }) => answer === null && problem === null);
  return found?.name ?? entries[0]?.name ?? '';
}

function Choose(props: { files: FileImport; format: Format; isBusy: boolean }): JSX.Element {
  const { files, format, isBusy } = props;
  const ref = useRef<HTMLInputElement>(null);
  const words = format.strings.enedis.file;
  return (
    <p class="drop">
      <input
        ref={ref}
        type="file"
        hidden
        multiple
        accept=".csv,.xlsx,.txt,.gz"
        aria-label={words.choose}
        onChange={(event) => {
          void files.choose([...(event.currentTarget.files ?? [])]);
          // The same file again must be a change again.
          event.currentTarget.value = '';
        }}
      />
      <button type="button" class="button is-framed" disabled={isBusy} onClick={() => ref.current?.click()}>
        {words.choose}
      </button>
      <span class="soft can-drop">{words.drop}</span>
    </p>
  );
}

function Entry({
  entry,
  format,
  isOnly,
}: {
  entry: FileEntry;
  format: Format;
  isOnly: boolean;
}): JSX.Element {
  const { name, answer, problem } = entry;
  return (
    <div class="file">
      <h4>{name}</h4>
      <ProblemLine>{problem !== null && <ProblemText entry={entry} format={format} />}</ProblemLine>
      {answer !== null &&
        (isOnly ? (
          <FilePreview answer={answer} format={format} />
        ) : (
          <details class="file-facts">
            <summary>{shortText(entry, format)}</summary>
            <FilePreview answer={answer} format={format} />
          </details>
        ))}
    </div>
  );
}

/** A file among several, in one line. */
function shortText({ answer }: FileEntry, format: Format): string {
  const words = format.strings.enedis.file;
  return (answer?.parts ?? [])
    .map(({ kind, fromMs, toMs, rows }) => {
      const counts = { right: rows.right, fresh: rows.fresh, stored: rows.stored };
      const [right, fresh, stored] = [counts.right, counts.fresh, counts.stored].map(format.count);
      const text = fill(words.rowsText, { right: right ?? '', fresh: fresh ?? '', stored: stored ?? '' });
      return `${words.kinds[kind]} ${format.stretch({ fromMs, toMs })} · ${text}`;
    })
    .join(' · ');
}

function ProblemText({ entry, format }: { entry: FileEntry; format: Format }): JSX.Element {
  const { name, sizeBytes, problem } = entry;
  const words = format.strings.enedis.file;
  const code = problem?.code ?? '';
  if (code === 'page/too-large') {
    const sizes = { size: format.bytes(sizeBytes), max: format.bytes(IMPORT_BYTES_MAX) };
    return <>{fill(words.tooLarge, { name, ...sizes })}</>;
  }
  if (code === 'page/unreadable') return <>{fill(words.unreadable, { name })}</>;
  if (code === 'page/unreachable') return <>{format.strings.care.admin.unreachable}</>;
  const known = words.refusals[code];
  const detail = (problem?.detail ?? '').replace(`${name}: `, '');
  if (known === undefined) return <>{detail}</>;
  return (
    <>
      {known} {EXPLAINED.has(code) && <span class="soft server-words">{detail}</span>}
    </>
  );
}

/** Refusals of which the server's own words tell where in the file it is. */
const EXPLAINED = new Set(['file/damaged', 'file/other', 'file/no-table', 'file/no-rows']);

function Agree({
  files,
  state,
  format,
}: {
  files: FileImport;
  state: FilesState;
  format: Format;
}): JSX.Element {
  const words = format.strings.enedis.file;
  const answers = state.entries.flatMap(({ answer }) => answer ?? []);
  const parts = answers.flatMap((answer) => answer.parts);
  const isNew = parts.some(({ rows, readings }) => rows.fresh + (readings?.fresh ?? 0) > 0);
  const made = new Set(
    parts.flatMap(({ series }) => series.filter(({ id }) => id === null)).map((one) => one.source),
  );
  const isCurve = parts.some(({ kind, stamps }) => kind === 'curve' && stamps.by !== 'header');
  return (
    <div class="form-row agree">
      {isCurve && (
        <label>
          {words.stampsChoice}
          <select
            value={state.stamps}
            onChange={(event) => void files.setStamps(event.currentTarget.value as FilesState['stamps'])}
          >
            <option value="">{words.stampsFound}</option>
            <option value="start">{words.sides.start}</option>
            <option value="end">{words.sides.end}</option>
          </select>
        </label>
      )}
      {made.size === 1 && (
        <label>
          {words.callIt}
          <input
            type="text"
            maxLength={255}
            placeholder={answers[0]?.name ?? ''}
            value={state.seriesName}
            onInput={(event) => files.setSeriesName(event.currentTarget.value)}
          />
        </label>
      )}
      {!isNew && <p class="form-lead">{words.nothingNew}</p>}
      {isNew && (
        <button type="button" class="button is-main" onClick={() => void files.take()}>
          {answers.length === 1 ? words.take : fill(words.takeAll, { count: answers.length })}
        </button>
      )}
      <button type="button" class="button is-framed" onClick={() => files.clear()}>
        {words.leave}
      </button>
    </div>
  );
}

/** What came of it, series by series. */
function Taken({ entries, format }: { entries: readonly FileEntry[]; format: Format }): JSX.Element {
  const words = format.strings.enedis.file;
  const byName = new Map<string, ImportAnswer[]>();
  for (const { answer } of entries) {
    if (answer === null || answer.written === null) continue;
    const name = answer.parts[0]?.series[0]?.name ?? answer.name;
    byName.set(name, [...(byName.get(name) ?? []), answer]);
  }
  return (
    <>
      {entries
        .filter(({ problem }) => problem !== null)
        .map((entry) => (
          <Entry key={entry.name} entry={{ ...entry, answer: null }} format={format} isOnly />
        ))}
      <p role="status">
        {[...byName].map(([name, answers]) => {
          const sum = (pick: 'added' | 'repeated' | 'readings') =>
            answers.reduce((total, { written }) => total + (written?.[pick] ?? 0), 0);
          return (
            <span key={name} class="taken">
              {fill(words.taken, { added: format.count(sum('added')), name })}{' '}
              {sum('readings') > 0 &&
                `${fill(words.takenReadings, { readings: format.count(sum('readings')) })} `}
              {sum('repeated') > 0 && fill(words.takenKnown, { repeated: format.count(sum('repeated')) })}
            </span>
          );
        })}
      </p>
    </>
  );
}
