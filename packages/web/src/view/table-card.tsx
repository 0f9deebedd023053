import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type TableRow, tableRows } from '../chart/table-rows.ts';
import { toText } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import { ScrollTable } from './scroll-table.tsx';
import { useSignal } from './use-signal.ts';

/** What the curve shows as rows of numbers, for those who read rather than look. */
export function TableCard({ room }: { room: Room }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { table } = room.format.strings;
  return (
    <details class="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{table.title}</h2>
      </summary>
      {isOpen && <Table room={room} />}
    </details>
  );
}

function Table({ room }: { room: Room }): JSX.Element {
  const { range, dataset } = useSignal(room.shown);
  const { table } = room.format.strings;
  const rows = dataset === null ? [] : tableRows(dataset, range);
  return (
    <ScrollTable label={table.title}>
      <thead>
        <tr>
          <th scope="col">{table.start}</th>
          <th scope="col">{room.isGauge ? table.mean : table.power}</th>
          <th scope="col">{table.least}</th>
          <th scope="col">{table.most}</th>
          {!room.isGauge && <th scope="col">{table.energy}</th>}
          <th scope="col">{table.measured}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.fromMs} row={row} room={room} />
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Row({ row, room }: { row: TableRow; room: Room }): JSX.Element {
  const { format } = room;
  const start = <th scope="row">{format.instant(row.fromMs, row.toMs - row.fromMs < 60_000)}</th>;
  if (row.coverage === 0) {
    return (
      <tr class="soft">
        {start}
        <td colSpan={room.isGauge ? 4 : 5}>{format.strings.table.none}</td>
      </tr>
    );
  }
  return (
    <tr>
      {start}
      <td>{toText(format.power(row.meanW))}</td>
      <td>{toText(format.power(row.lowW))}</td>
      <td>{toText(format.power(row.highW))}</td>
      {!room.isGauge && <td>{toText(format.energy(row.energyWh))}</td>}
      <td>{format.percent(row.coverage)}</td>
    </tr>
  );
}
