// What can be told of firmware/blink without Zephyr: symbols, fragments, overlays and targets that are named exist.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const blink = join(import.meta.dirname, '../firmware/blink');
const BOARDS = ['native_sim', 'xiao_esp32s3_procpu', 'adafruit_trinket_m0'];
const TARGETS = [
  ...['esp', 'm0', 'sim', 'flash', 'esp-mcuboot-flash', 'cons', 'sim-run', 'sim-setup-net', 'sim-run-bt'],
  ...['wifi-flash', 'bt-flash', 'esp-gdb-cons'],
];
/** Beginnings of Zephyr's own settings that fragments use. */
const ZEPHYR = [
  ...['ADC', 'ASSERT', 'BASE64', 'BOOTLOADER_MCUBOOT', 'BT', 'CBPRINTF', 'CDC_ACM_SERIAL', 'CRC', 'DEBUG'],
  ...[
    'DNS_RESOLVER',
    'EMUL',
    'ENTROPY',
    'ESP_SPIRAM',
    'ETH',
    'FLASH',
    'HEAP_MEM_POOL',
    'HTTP_CLIENT',
    'HWINFO',
  ],
  ...['IDLE_STACK', 'IMG', 'INIT_STACKS', 'ISR_STACK', 'KERNEL_SHELL', 'LOG', 'MAIN_STACK', 'MCUBOOT'],
  ...[
    'MCUMGR',
    'MDNS_RESOLVER',
    'NET',
    'NETWORKING',
    'NVS',
    'REBOOT',
    'RING_BUFFER',
    'SERIAL',
    'SETTINGS',
    'SHELL',
  ],
  ...['STATS', 'STREAM_FLASH', 'SYSTEM_WORKQUEUE', 'SYS_CLOCK', 'THREAD', 'UART', 'USB_DEVICE', 'WATCHDOG'],
  ...['WIFI', 'ZCBOR'],
];

function read(file: string): string {
  return readFileSync(join(blink, file), 'utf8');
}

function files(pattern: string): string[] {
  return globSync(pattern, { cwd: blink, exclude: (name) => name === 'build' }).sort();
}

const kconfig = read('Kconfig');
const entries = kconfig.split(/^(?=config )/m).slice(1);
const defined = new Set(entries.map((entry) => /^config (\w+)/.exec(entry)?.[1] ?? ''));
// Zephyr's logging template makes these of "module = KILOWINK".
const generated = /^KILOWINK_LOG_LEVEL(_\w+)?$/;

function ownSymbols(text: string): string[] {
  return [...text.matchAll(/CONFIG_(KILOWINK_\w+)/g)].flatMap(([, name]) => name ?? []);
}

test('every setting of ours that is used is in Kconfig', () => {
  for (const file of files('{src/**/*.{c,h},*.conf,boards/*,CMakeLists.txt,Makefile}')) {
    const unknown = ownSymbols(read(file)).filter((name) => !defined.has(name) && !generated.test(name));
    assert.deepEqual(unknown, [], file);
  }
});

test('every setting in Kconfig is used, and has a help text', () => {
  const used = new Set(files('{src/**/*.{c,h},CMakeLists.txt}').flatMap((file) => ownSymbols(read(file))));
  for (const entry of entries) {
    const name = /^config (\w+)/.exec(entry)?.[1] ?? '';
    // What only makes Zephyr do something has no line of code.
    assert.ok(used.has(name) || /\n\tselect /.test(entry), `${name} is used`);
    assert.match(entry, /\n\thelp\n\t {2}\S/, `${name} has a help text`);
  }
});

test('fragments set what Zephyr or our Kconfig knows, each once', () => {
  for (const file of files('{*.conf,boards/*.conf}')) {
    const lines = read(file)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const names = lines.map((line) => /^CONFIG_(\w+)=/.exec(line)?.[1] ?? assert.fail(`${file}: ${line}`));
    assert.equal(new Set(names).size, names.length, `${file} sets nothing twice`);
    for (const name of names.filter((each) => !defined.has(each) && !generated.test(each))) {
      assert.ok(
        ZEPHYR.some((start) => name === start || name.startsWith(`${start}_`)),
        `${file}: ${name} begins as a setting of Zephyr's`,
      );
    }
  }
});

test('every fragment says what it is for', () => {
  for (const file of files('{*.conf,boards/*.conf}')) assert.match(read(file), /^# \S/, file);
});

test('each board has its overlay with the photodiode, and its settings', () => {
  for (const board of BOARDS) {
    const overlay = read(`boards/${board}.overlay`);
    assert.match(overlay, /zephyr,user \{\n\t\tio-channels = <&adc\d? \d+>;/, board);
    assert.match(overlay, /zephyr,resolution = <12>;/, board);
    assert.ok(existsSync(join(blink, `boards/${board}.conf`)), board);
  }
});

test('the Makefile has the targets that are promised, each with a line of help', () => {
  const makefile = read('Makefile');
  const phony = /^\.PHONY: (.*)$/m.exec(makefile)?.[1]?.split(' ') ?? [];
  for (const target of [...TARGETS, ...phony]) {
    assert.ok(phony.includes(target), `${target} is phony`);
    assert.match(makefile, new RegExp(`^${target}:.* ## \\S`, 'm'), `${target} has help`);
  }
});

test('features that are named have their fragment', () => {
  const makefile = [...read('Makefile').matchAll(/^.*(?:TRANSPORT_|DEBUG_|ALWAYS)\w* *:= *(\S+)$/gm)];
  const twister = [...read('sample.yaml').matchAll(/FEATURES="([^"]*)"/g)];
  const named = [...makefile, ...twister]
    .flatMap(([, list = '']) => list.split(';'))
    .filter((each) => each !== '');
  assert.ok(named.length > 20);
  for (const feature of new Set(named)) assert.ok(existsSync(join(blink, `${feature}.conf`)), feature);
});

test('what differs between versions of Zephyr is in one header', () => {
  for (const file of files('src/**/*.{c,h}').filter((each) => each !== 'src/compat.h')) {
    assert.doesNotMatch(read(file), /KERNEL_?VERSION|BLINK_ZEPHYR/, file);
  }
});

test('nothing allocates', () => {
  for (const file of files('src/*.c'))
    assert.doesNotMatch(read(file), /\b(k_)?(malloc|calloc|realloc)\(/, file);
});

test('a source stays within five hundred lines, and begins by saying what it is', () => {
  for (const file of files('src/**/*.{c,h}')) {
    const text = read(file);
    assert.ok(text.split('\n').length <= 500, file);
    assert.match(text, /^\/\*/, file);
  }
});

test('telnet and NUS are in debug builds only', () => {
  for (const file of files('*.conf').filter((each) => !each.startsWith('debug-'))) {
    assert.doesNotMatch(read(file), /SHELL_BACKEND_TELNET=y|SHELL_BT_NUS=y/, file);
  }
  assert.doesNotMatch(read('Makefile'), /TRANSPORT_\w+ *:= .*debug/);
});
