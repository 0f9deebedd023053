import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LINE_BYTES_MAX } from './row-reader.ts';
import { readText, toBytes, wallText } from './testing.ts';

const HEADER = 'date,pulses,reports,err\n';
const ROW = '2024-01-01 00:00:00,12,4,0\n';

describe('old server file', () => {
  it('a row becomes a point that starts at its date', () => {
    const read = readText(HEADER + ROW);
    deepEqual(read.starts, [Date.parse('2024-01-01T00:00:00+01:00')]);
    deepEqual(read.values, [12]);
    equal(read.summary?.firstMs, read.starts[0]);
    equal(read.summary?.lastMs, (read.starts[0] ?? 0) + 5_000);
  });

  it('CRLF, a byte order mark and blank lines change nothing', () => {
    const plain = readText(HEADER + ROW);
    const crlf = readText(`\xef\xbb\xbf${HEADER}\n${ROW}`.replaceAll('\n', '\r\n'));
    deepEqual(crlf.starts, plain.starts);
    deepEqual(crlf.bad, []);
  });

  it('any chunk size gives the same rows', () => {
    const rows = [ROW, ROW.replace('00:00:00', '00:00:05'), 'bad\n', ROW.replace('00:00:00', '00:00:10')];
    const text = HEADER + rows.join('');
    const whole = readText(text);
    equal(whole.starts.length, 3);
    for (let size = 1; size < text.length; size++) deepEqual(readText(text, size), whole);
  });

  it('an empty file and a header alone differ', () => {
    match(readText('').fault ?? '', /empty/);
    const header = readText(HEADER);
    equal(header.fault, null);
    equal(header.summary?.points, 0);
    equal(header.summary?.firstMs, null);
  });

  it('a wrong header is named beside those expected, and nothing is read', () => {
    const read = readText(`time,value\n${ROW}`);
    match(read.fault ?? '', /line 1: expected the header "date,pulses,reports,err".*found "time,value"/);
    deepEqual(read.starts, []);
    match(readText('\xff\xfed\0a\0t\0e\0\n').fault ?? '', /found "\\xff\\xfed\\x00a/);
  });

  it('a torn last line is bad, a whole one without line feed is read', () => {
    const torn = readText(`${HEADER}${ROW}2024-01-01 00:00:05,12,4`);
    equal(torn.starts.length, 1);
    deepEqual(torn.bad, [
      { line: 3, expected: 'err, a whole number from 0 to 65535', found: '"2024-01-01 00:00:05,12,4"' },
    ]);
    equal(readText(HEADER + ROW.trimEnd()).starts.length, 1);
  });

  const badRows: readonly [string, string, RegExp][] = [
    ['255 pulses', '2024-01-01 00:00:00,255,4,0', /pulses, a whole number from 0 to 254/],
    ['a fraction', '2024-01-01 00:00:00,1.5,4,0', /reports/],
    ['negative pulses', '2024-01-01 00:00:00,-1,4,0', /pulses/],
    ['no pulses', '2024-01-01 00:00:00,,4,0', /pulses/],
    ['a number beyond all numbers', `2024-01-01 00:00:00,${'9'.repeat(400)},4,0`, /pulses/],
    ['a fifth field', '2024-01-01 00:00:00,1,4,0,7', /four fields/],
    ['February 30', '2024-02-30 00:00:00,1,4,0', /date/],
    ['February 29 of a common year', '2023-02-29 00:00:00,1,4,0', /date/],
    ['month 13', '2024-13-01 00:00:00,1,4,0', /date/],
    ['hour 24', '2024-01-01 24:00:00,1,4,0', /date/],
    ['second 60', '2024-01-01 00:00:60,1,4,0', /date/],
    ['a year before computers', '1824-01-01 00:00:00,1,4,0', /date/],
    ['NUL bytes', '\0\0\0\0\0\0\0', /date/],
    ['a date cut short', '2024-01-01 00:0', /date/],
  ];
  for (const [name, line, expected] of badRows) {
    it(`bad row: ${name}`, () => {
      const read = readText(`${HEADER}${ROW}${line}\n${ROW.replace('00:00:00', '00:00:05')}`);
      equal(read.starts.length, 2);
      equal(read.bad[0]?.line, 3);
      match(read.bad[0]?.expected ?? '', expected);
    });
  }

  it('the same bad minute twice is bad twice', () => {
    equal(readText(`${HEADER}2024-99-01 00:00:00,1,1,0\n2024-99-01 00:00:05,1,1,0\n`).bad.length, 2);
  });

  it('a huge line is one bad line, whatever the chunks', () => {
    const text = `${HEADER}${'x'.repeat(3 * LINE_BYTES_MAX)}\n${ROW}`;
    for (const size of [7, 1_000, LINE_BYTES_MAX, 1 << 20]) {
      const read = readText(text, size);
      equal(read.starts.length, 1);
      equal(read.bad.length, 1);
      match(read.bad[0]?.expected ?? '', /at most 4096 bytes/);
    }
  });

  it('gaps are counted, and repeated dates are not counted as energy', () => {
    const row = (time: string, pulses: number) => `2024-01-01 ${time},${pulses},1,0\n`;
    const text = HEADER + row('00:00:00', 5) + row('00:00:00', 7) + row('00:00:06', 6) + row('00:10:00', 1);
    const summary = readText(text).summary;
    ok(summary);
    equal(summary.sum, 12);
    equal(summary.repeated, 1);
    equal(summary.gaps, 1);
    equal(summary.longestGapMs, 589_000);
    equal(summary.longestGapAtMs, Date.parse('2024-01-01T00:00:11+01:00'));
  });

  it('rows out of order come out ordered', () => {
    const row = (time: string) => `2024-01-01 ${time},1,1,0\n`;
    const read = readText(HEADER + row('00:00:10') + row('00:00:00') + row('00:00:05'));
    deepEqual(
      read.starts.map((each) => each - (read.starts[0] ?? 0)),
      [0, 5_000, 10_000],
    );
  });

  it('rubbish never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
        const withHeader = new Uint8Array([...toBytes(HEADER), ...bytes]);
        const read = readText(withHeader, size);
        equal(read.fault, null);
      }),
    );
  });

  it('windows rendered to wall time and read back are the same windows', () => {
    const start = fc.integer({ min: Date.UTC(2007, 0) / 1_000, max: Date.UTC(2027, 0) / 1_000 });
    const counts = fc.array(fc.integer({ min: 0, max: 254 }), { minLength: 1, maxLength: 200 });
    const stepsS = fc.array(fc.constantFrom(4, 5, 5, 5, 6, 15, 700), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(start, counts, stepsS, (startS, pulses, steps) => {
        const startsMs: number[] = [];
        let atS = startS;
        for (const [i] of pulses.entries()) {
          startsMs.push(atS * 1_000);
          atS += steps[i] ?? 5;
        }
        fc.pre(!startsMs.some(isInRepeatedHour));
        const rows = startsMs.map((ms, i) => `${wallText(ms)},${pulses[i]},1,0\n`);
        const read = readText(HEADER + rows.join(''), 64);
        deepEqual(read.starts, startsMs);
        deepEqual(read.values, pulses);
      }),
    );
  });
});

function isInRepeatedHour(ms: number): boolean {
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('Europe/Paris');
  return zoned.month === 10 && zoned.day > 24 && zoned.hour === 2;
}

describe('Sceaux files', () => {
  const MINUTE_HEADER =
    'Date;Time;Global_active_power;Global_reactive_power;Voltage;Global_intensity;Sub_metering_1;Sub_metering_2;Sub_metering_3\n';

  it('a kilowatt for a minute is 16 667 mWh', () => {
    const read = readText(
      `${MINUTE_HEADER}16/12/2006;17:24:00;4.216;0.418;234.840;18.400;0.000;1.000;17.000`,
    );
    deepEqual(read.starts, [Date.parse('2006-12-16T17:24:00+01:00')]);
    deepEqual(read.values, [Math.round(4_216_000 / 60)]);
    equal(read.summary?.format.unit, 'mWh');
  });

  it('empty fields and question marks are gaps, not zeros', () => {
    const text = `${MINUTE_HEADER}1/1/2007;00:00:00;;;;;;;\n1/1/2007;00:01:00;?;?;?;?;?;?;\n1/1/2007;00:02:00;0.000;0;0;0;0;0;0\n`;
    const read = readText(text);
    deepEqual(read.values, [0]);
    equal(read.summary?.gapRows, 2);
    equal(read.bad.length, 0);
  });

  it('a minute cut short is bad, not a smaller power', () => {
    const read = readText(`${MINUTE_HEADER}1/1/2007;00:00:00;4.2`);
    deepEqual(read.values, []);
    match(read.bad[0]?.expected ?? '', /nine fields/);
  });

  for (const [power, expected] of [
    ['-1.0', /power in kW/],
    ['1001', /power in kW/],
    ['nan', /power in kW/],
    ['1.', /power in kW/],
  ] as const) {
    it(`bad power: ${power}`, () => {
      const read = readText(`${MINUTE_HEADER}1/1/2007;00:00:00;${power};0;0;0;0;0;0\n`);
      match(read.bad[0]?.expected ?? '', expected);
    });
  }

  it('the hourly file gives mWh by the hour', () => {
    const read = readText('local_hour,energy_wh\n2006-12-16 18:00:00,3632.2\n2006-12-16 19:00:00,\n');
    deepEqual(read.starts, [Date.parse('2006-12-16T18:00:00+01:00')]);
    deepEqual(read.values, [3_632_200]);
    equal(read.summary?.gapRows, 1);
  });
});
